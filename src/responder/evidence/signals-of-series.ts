import { MEASUREMENTS, PROBE_METRICS } from '../../catalog/catalog.ts';
import type { MeasurementName } from '../../catalog/catalog.ts';
import { usualSpread, worstDeviation } from './deviation.ts';
import type { WorstDeviation } from './deviation.ts';
import { EVIDENCE_LIMITS } from './evidence-value.ts';
import type { EvidenceSignal } from './evidence-value.ts';
import { findSeries } from './probes-of-series.ts';
import type { InstantSeries, RangePoint, RangeSeries } from './prometheus.ts';
import { robustSummary, theilSenSlope } from './statistics.ts';
import type { RobustSummary } from './statistics.ts';

/** Alerts come late: the last half minute before the first of them belongs to the fault already. */
const ONSET_GUARD_MS = 30_000;
/**
 * By the windows of the rules they may come much later. What is usual is therefore told by what lies further back, but
 * never by less than half of what is known from before the first alert.
 */
const BASELINE_GUARD_MS = 5 * 60_000;
const MINIMUM_BASELINE_SAMPLES = 3;
/** Only to put series in an order; what such a spread means is for the diagnosis to say. */
const SMALLEST_SPREAD = 1e-9;

/** Labels that probes and measurements have; all others (job, severity, a user's own) stay outside. */
const CATALOG_LABELS: ReadonlySet<string> = new Set(
  [...Object.values(MEASUREMENTS), ...Object.values(PROBE_METRICS)].flatMap((definition) =>
    definition.labels.filter((label) => label !== 'severity'),
  ),
);

export function catalogLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) =>
      CATALOG_LABELS.has(name) && value !== ''
        ? [[name, value.slice(0, EVIDENCE_LIMITS.labelCharacters)]]
        : [],
    ),
  );
}

/** The same measurement has the same key in an instant and in a range query, whichever exporter took it. */
function measurementKey({ labels }: { readonly labels: Readonly<Record<string, string>> }): string {
  const entries = Object.entries(catalogLabels(labels)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([labels['__name__'], entries]);
}

/** Two exporters of a pair, and one before and after it moved, took one measurement: one point for each time. */
function mergePoints(series: readonly RangeSeries[]): readonly RangePoint[] {
  if (series.length === 1) return series[0]?.points ?? [];
  const all = series.flatMap(({ points }) => points).toSorted((a, b) => a.atMs - b.atMs);
  return all.filter((point, index) => point.atMs !== all[index - 1]?.atMs);
}

type SeriesFacts = {
  readonly metric: MeasurementName;
  readonly labels: Readonly<Record<string, string>>;
  readonly current: number | null;
  readonly threshold: number | null;
  readonly onsetAtMs: number;
};

/** Sums up the points of one series, rising in time, around the onset. */
function signalOf(all: readonly RangePoint[], facts: SeriesFacts): EvidenceSignal {
  const { metric, labels, current, threshold, onsetAtMs } = facts;
  const points = all.filter((point) => Number.isFinite(point.value));
  const bad = MEASUREMENTS[metric].threshold?.bad ?? null;
  const { summary, samples, beganAtMs } = usualOf(points, onsetAtMs, bad);
  const recent = points.filter((point) => point.atMs >= onsetAtMs - ONSET_GUARD_MS);
  const values = recent.map(({ value }) => value).concat(current ?? []);
  return {
    metric,
    labels,
    current,
    baselineMedian: summary?.median ?? null,
    baselineInterquartileRange: summary?.interquartileRange ?? null,
    baselineSamples: samples,
    recent: recent.slice(-EVIDENCE_LIMITS.recent).map((point) => point.value),
    lowest: values.length === 0 ? null : Math.min(...values),
    highest: values.length === 0 ? null : Math.max(...values),
    slope: theilSenSlope(recent),
    onsetAtMs: beganAtMs,
    threshold,
    bad,
  };
}

/** The first points of a series, rising in time, which tell what is usual of it: as far from the onset as enough are. */
function baselineOf(points: readonly RangePoint[], onsetAtMs: number): readonly RangePoint[] {
  const knownMs = onsetAtMs - (points[0]?.atMs ?? onsetAtMs);
  const guardMs = Math.max(ONSET_GUARD_MS, Math.min(BASELINE_GUARD_MS, knownMs / 2));
  const before = [guardMs, ONSET_GUARD_MS, 0].map((oneMs) =>
    points.filter((point) => point.atMs < onsetAtMs - oneMs),
  );
  return before.find((some) => some.length >= MINIMUM_BASELINE_SAMPLES) ?? before.at(-1) ?? [];
}

type UsualFacts = {
  readonly summary: RobustSummary | undefined;
  readonly samples: number;
  readonly beganAtMs: number | null;
};

/**
 * What is usual of a series, rising in time, and when it began to move. Where it moved before its first points end, what
 * followed is no part of what is usual: an alert on the mean of some minutes is late by most of them.
 */
function usualOf(
  points: readonly RangePoint[],
  onsetAtMs: number,
  bad: 'above' | 'below' | null,
): UsualFacts {
  let baseline = baselineOf(points, onsetAtMs);
  for (;;) {
    const summary = robustSummary(baseline.map((point) => point.value));
    const moved =
      summary === undefined ? undefined : movementOf(points, baseline.length, summary, bad);
    // However small it looks: a baseline that holds a part of the trouble takes it for its spread.
    const still = baseline.filter(({ atMs }) => moved === undefined || atMs < moved.sinceMs);
    if (still.length === baseline.length || still.length < MINIMUM_BASELINE_SAMPLES) {
      const beganAtMs = moved !== undefined && moved.score > 1 ? moved.sinceMs : null;
      return { summary, samples: baseline.length, beganAtMs };
    }
    baseline = still;
  }
}

function movementOf(
  points: readonly RangePoint[],
  first: number,
  summary: RobustSummary,
  bad: 'above' | 'below' | null,
): WorstDeviation | undefined {
  const usual = {
    median: summary.median,
    spread: usualSpread(summary.interquartileRange, summary.median),
  };
  const times = points.map(({ atMs }) => atMs);
  const values = points.map(({ value }) => value);
  return worstDeviation(times, values, first, usual, bad ?? 'both');
}

function isMeasurement(name: string | undefined): name is MeasurementName {
  return name !== undefined && Object.hasOwn(MEASUREMENTS, name);
}

/** All measured series of one target; more than `limit` are cut to those that left their usual value furthest. */
export function signalsOf(
  ranges: readonly RangeSeries[],
  instants: readonly InstantSeries[],
  { onsetAtMs, limit }: { readonly onsetAtMs: number; readonly limit: number },
): { readonly signals: readonly EvidenceSignal[]; readonly cut: number } {
  // Prometheus knows better than a range which series have ended: it marks them as stale.
  const currents = new Map(instants.map((one) => [measurementKey(one), one.value]));
  const all = [...Map.groupBy(ranges, measurementKey)].flatMap(([key, series]) => {
    const labels = series[0]?.labels ?? {};
    const metric = labels['__name__'];
    if (!isMeasurement(metric) || MEASUREMENTS[metric].unit === 'timestamp') return [];
    const current = currents.get(key);
    const threshold = findSeries(instants, 'crm_probe_threshold', { metric, severity: 'warning' });
    const facts = {
      metric,
      labels: catalogLabels(labels),
      current: finiteOrNull(current),
      threshold: finiteOrNull(threshold?.value),
      onsetAtMs,
    };
    return [signalOf(mergePoints(series), facts)];
  });
  const kept =
    all.length <= limit
      ? all
      : all.toSorted((a, b) => excursionOf(b) - excursionOf(a)).slice(0, limit);
  // A fixed order, so that the same facts always make the same value.
  return {
    signals: kept.toSorted((a, b) => (signalKey(a) < signalKey(b) ? -1 : 1)),
    cut: all.length - kept.length,
  };
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function excursionOf(signal: EvidenceSignal): number {
  const { baselineMedian: median, baselineInterquartileRange: range, lowest, highest } = signal;
  if (median === null || range === null || lowest === null || highest === null) return 0;
  const largest = Math.max(highest - median, median - lowest);
  return Math.min(Number.MAX_VALUE, largest / usualSpread(range, median, SMALLEST_SPREAD));
}

function signalKey(signal: EvidenceSignal): string {
  const labels = Object.entries(signal.labels).map(([name, value]) => `${name}=${value}`);
  return [signal.metric, ...labels.toSorted((a, b) => (a < b ? -1 : 1))].join(' ');
}
