import { MEASUREMENTS } from '../../catalog/catalog.ts';
import type { MetricUnit } from '../../catalog/catalog.ts';
import { usualSpread } from '../evidence/evidence.ts';
import type { EvidenceSignal } from '../evidence/evidence.ts';

/** The spread is never taken for less than this, by unit: a baseline of zeros says nothing about how much change is much. */
const ABSOLUTE_FLOORS: Readonly<Record<MetricUnit, number>> = {
  seconds: 0.01,
  ratio: 0.005,
  count: 0.5,
  boolean: 0.5,
  timestamp: 1,
  info: 1,
  native: 1,
};
/** Deviations are cut off here: what is a thousand times out of the ordinary is not more so at a million. */
const DEVIATION_LIMIT = 10_000;

/**
 * How many interquartile ranges a value lies above (positive) or below its usual median. Median and
 * interquartile range, since alerts come late and the baseline may hold some of the trouble already.
 * Source: the robust scorer of BARO (Pham et al., FSE 2024).
 * @returns undefined without a baseline.
 */
export function robustDeviation(signal: EvidenceSignal, value: number): number | undefined {
  const spread = spreadOf(signal);
  const { baselineMedian } = signal;
  if (spread === undefined || baselineMedian === null) return undefined;
  return limited((value - baselineMedian) / spread);
}

function spreadOf(signal: EvidenceSignal): number | undefined {
  const { baselineMedian, baselineInterquartileRange, metric } = signal;
  if (baselineMedian === null || baselineInterquartileRange === null) return undefined;
  const floor = ABSOLUTE_FLOORS[MEASUREMENTS[metric].unit];
  return usualSpread(baselineInterquartileRange, baselineMedian, floor);
}

function limited(deviations: number): number {
  return Math.min(DEVIATION_LIMIT, Math.max(-DEVIATION_LIMIT, deviations));
}

/** How many interquartile ranges a series rises (positive) or falls in a minute; 0 where that is not known. */
export function slopeInDeviations(signal: EvidenceSignal): number {
  const spread = spreadOf(signal);
  return spread === undefined || signal.slope === null ? 0 : limited(signal.slope / spread);
}

/** The part of a deviation that points to the bad side; where no side is bad, its size. */
export function badDeviation(signal: EvidenceSignal, deviation: number): number {
  if (signal.bad === null) return Math.abs(deviation);
  return Math.max(0, signal.bad === 'above' ? deviation : -deviation);
}

/** Three significant digits, without an exponent where one can do without. */
export function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}

/** How a series is called in a sentence: "missing ratio of contact.email". */
export function signalTitle(signal: EvidenceSignal): string {
  const metric = signal.metric.replace(/^crm_/, '').replaceAll('_', ' ');
  const labels = MEASUREMENTS[signal.metric].labels.flatMap((name) => signal.labels[name] ?? []);
  return labels.length === 0 ? metric : `${metric} of ${labels.join('.')}`;
}

/** One sentence about a value: what it is, what is usual, and the threshold. */
export function describeSignal(signal: EvidenceSignal, value: number): string {
  const deviation = robustDeviation(signal, value);
  const title = signalTitle(signal);
  const threshold =
    signal.threshold === null || signal.bad === null
      ? ''
      : ` (bad ${signal.bad} ${formatNumber(signal.threshold)})`;
  if (deviation === undefined || signal.baselineMedian === null) {
    return `the ${title} is ${formatNumber(value)}, without an earlier value to compare${threshold}`;
  }
  const usual = formatNumber(signal.baselineMedian);
  const size = formatNumber(Math.round(Math.abs(deviation) * 10) / 10);
  const comparison =
    Math.abs(deviation) < 1
      ? `close to its usual ${usual}`
      : `${size} robust deviations ${deviation > 0 ? 'above' : 'below'} its usual ${usual}`;
  return `the ${title} is ${formatNumber(value)}, ${comparison}${threshold}`;
}
