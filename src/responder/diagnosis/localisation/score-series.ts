import { quantile, usualSpread, worstDeviation } from '../../evidence/evidence.ts';
import { BASELINE_MS } from './series.ts';
import type { MetricSeries } from './series.ts';

export type SeriesScore = {
  readonly component: string;
  readonly metric: string;
  /** Largest deviation from the median before the onset since then, in interquartile ranges. */
  readonly score: number;
  /** Whether that deviation is a rise. */
  readonly isRise: boolean;
  /** When the deviation first reached half of its largest: where the trouble of this series begins. */
  readonly sinceMs: number;
  readonly median: number;
  /** The value that deviates most. */
  readonly worst: number;
};

/** Where nothing moved before, a spread of this share of all that the series ever covers. */
const RANGE_SHARE = 0.05;
/** A baseline of fewer values says nothing about what is usual. */
const MINIMUM_BASELINE = 3;

/**
 * How far one series leaves what was usual before the onset: the largest |value − median| / interquartile range since
 * then. Median and interquartile range hold also when the onset is given late and the baseline has some of the trouble
 * in it. Source: the robust scorer of BARO (Pham et al., FSE 2024).
 * @returns undefined for a series that is constant, or has too few values on one side of the onset.
 */
export function scoreSeries(series: MetricSeries, onsetMs: number): SeriesScore | undefined {
  const { times, values, component, metric } = series;
  const first = times.findIndex((time) => time >= onsetMs);
  if (first < 0) return undefined;
  const from = times.findIndex((time) => time >= onsetMs - BASELINE_MS);
  const before = values.subarray(from, first).filter(Number.isFinite).sort();
  if (before.length < MINIMUM_BASELINE) return undefined;
  const median = quantile(before, 0.5);
  const spread = spreadOf(before, median, values.subarray(from));
  if (spread === 0) return undefined;
  const deviation = worstDeviation(times, values, first, { median, spread });
  return deviation === undefined ? undefined : { component, metric, median, ...deviation };
}

function spreadOf(sorted: Float64Array, median: number, values: Float64Array): number {
  const spread = usualSpread(quantile(sorted, 0.75) - quantile(sorted, 0.25), median);
  if (spread > 0) return spread;
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return RANGE_SHARE * (most - least);
}
