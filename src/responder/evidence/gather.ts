import {
  MEASUREMENTS,
  MEASUREMENT_NAMES,
  PROBE_KIND_NAMES,
  PROBE_METRICS,
} from '../../catalog/catalog.ts';
import type { FailureReason, MeasurementName, ProbeKindName } from '../../catalog/catalog.ts';
import type { Clock } from '../../std/std.ts';
import { EVIDENCE_SCHEMA } from './evidence-value.ts';
import type { Evidence, EvidenceAlert, EvidenceProbe, EvidenceSignal } from './evidence-value.ts';
import { quotePromQL } from './prometheus.ts';
import type { InstantSeries, PrometheusClient, RangeSeries } from './prometheus.ts';
import { robustSummary } from './statistics.ts';

export type EvidenceRequest = {
  readonly target: string;
  readonly alerts: readonly EvidenceAlert[];
};

export type EvidenceSource = {
  /** Never throws: what could not be asked is named in `gaps`. */
  gather(request: EvidenceRequest): Promise<Evidence>;
};

export type EvidenceSourceOptions = {
  readonly prometheus: PrometheusClient;
  readonly clock: Clock;
  /** How far before the onset the baseline reaches. */
  readonly baselineMs: number;
};

/** Alerts come late: the last half minute before the first of them belongs to the fault already. */
const ONSET_GUARD_MS = 30_000;
const MAXIMUM_RECENT = 60;
const MAXIMUM_POINTS = 240;
const MINIMUM_BASELINE_SAMPLES = 3;

const PROBE_SERIES = [
  'crm_probe_success',
  'crm_probe_failure_reason',
  'crm_probe_hard_failure',
  'crm_probe_attempt',
  'crm_probe_threshold',
  'crm_target_info',
] as const;

/** Labels that probes and measurements have; all others (job, severity, a user's own) stay outside. */
const CATALOG_LABELS: ReadonlySet<string> = new Set(
  [...Object.values(MEASUREMENTS), ...Object.values(PROBE_METRICS)].flatMap((definition) =>
    definition.labels.filter((label) => label !== 'severity'),
  ),
);

function catalogLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => CATALOG_LABELS.has(name)));
}

function find(
  series: readonly InstantSeries[],
  metric: (typeof PROBE_SERIES)[number],
  labels: Readonly<Record<string, string>>,
): InstantSeries | undefined {
  return series.find(
    (candidate) =>
      candidate.labels['__name__'] === metric &&
      Object.entries(labels).every(([name, value]) => candidate.labels[name] === value),
  );
}

function probesOf(series: readonly InstantSeries[]): readonly EvidenceProbe[] {
  return PROBE_KIND_NAMES.flatMap((probe): EvidenceProbe[] => {
    const success = find(series, 'crm_probe_success', { probe });
    const reason = find(series, 'crm_probe_failure_reason', { probe });
    const hard = find(series, 'crm_probe_hard_failure', { probe });
    const attempt = find(series, 'crm_probe_attempt', { probe });
    if (success === undefined && hard === undefined) return [];
    return [
      {
        probe: probe satisfies ProbeKindName,
        success: success === undefined ? null : success.value === 1,
        reason: (reason?.labels['reason'] as FailureReason | undefined) ?? null,
        hardFailure: hard === undefined ? null : hard.value === 1,
        attempt: attempt?.value ?? null,
      },
    ];
  });
}

/** The same series has the same key in an instant and in a range query. */
function seriesKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function signalOf(
  metric: MeasurementName,
  series: RangeSeries,
  current: number | undefined,
  threshold: number | null,
  onsetAtMs: number,
): EvidenceSignal {
  const points = series.points.filter((point) => Number.isFinite(point.value));
  const guarded = points.filter((point) => point.atMs < onsetAtMs - ONSET_GUARD_MS);
  const baseline =
    guarded.length >= MINIMUM_BASELINE_SAMPLES
      ? guarded
      : points.filter((point) => point.atMs < onsetAtMs);
  const summary = robustSummary(baseline.map((point) => point.value));
  const recent = points.filter((point) => point.atMs >= onsetAtMs - ONSET_GUARD_MS);
  return {
    metric,
    labels: catalogLabels(series.labels),
    current: current !== undefined && Number.isFinite(current) ? current : null,
    baselineMedian: summary?.median ?? null,
    baselineInterquartileRange: summary?.interquartileRange ?? null,
    baselineSamples: baseline.length,
    recent: recent.slice(-MAXIMUM_RECENT).map((point) => point.value),
    threshold,
    bad: MEASUREMENTS[metric].threshold?.bad ?? null,
  };
}

function isMeasurement(name: string | undefined): name is MeasurementName {
  return name !== undefined && Object.hasOwn(MEASUREMENTS, name);
}

function signalsOf(
  ranges: readonly RangeSeries[],
  instants: readonly InstantSeries[],
  onsetAtMs: number,
): readonly EvidenceSignal[] {
  // Prometheus knows better than a range which series have ended: it marks them as stale.
  const current = new Map(instants.map(({ labels, value }) => [seriesKey(labels), value]));
  const signals = ranges.flatMap((series) => {
    const metric = series.labels['__name__'];
    if (!isMeasurement(metric) || MEASUREMENTS[metric].unit === 'timestamp') return [];
    const threshold = find(instants, 'crm_probe_threshold', { metric, severity: 'warning' });
    return [
      signalOf(
        metric,
        series,
        current.get(seriesKey(series.labels)),
        threshold?.value ?? null,
        onsetAtMs,
      ),
    ];
  });
  // A fixed order, so that the same facts always make the same value.
  return signals.toSorted((a, b) => (signalKey(a) < signalKey(b) ? -1 : 1));
}

function signalKey(signal: EvidenceSignal): string {
  const labels = Object.entries(signal.labels).map(([name, value]) => `${name}=${value}`);
  return [signal.metric, ...labels.toSorted((a, b) => (a < b ? -1 : 1))].join(' ');
}

function onsetOf(alerts: readonly EvidenceAlert[], nowMs: number): number {
  return alerts.reduce((earliest, alert) => Math.min(earliest, alert.startsAtMs), nowMs);
}

export function createEvidenceSource(options: EvidenceSourceOptions): EvidenceSource {
  const { prometheus, clock, baselineMs } = options;
  return {
    async gather({ target, alerts }) {
      const nowMs = clock.now();
      const onsetAtMs = onsetOf(alerts, nowMs);
      const matcher = `target=${quotePromQL(target)}`;
      const startMs = onsetAtMs - baselineMs;
      const stepSeconds = Math.max(5, Math.ceil((nowMs - startMs) / 1000 / MAXIMUM_POINTS));
      const gaps: string[] = [];
      const instants = await prometheus.query(
        `{__name__=~"${[...PROBE_SERIES, ...MEASUREMENT_NAMES].join('|')}",${matcher}}`,
      );
      if (!instants.ok) gaps.push(`states now: ${instants.failure.detail}`);
      const ranges = await prometheus.queryRange(
        `{__name__=~"${MEASUREMENT_NAMES.join('|')}",${matcher}}`,
        { startMs, endMs: nowMs, stepSeconds },
      );
      if (!ranges.ok) gaps.push(`past measurements: ${ranges.failure.detail}`);
      const series = instants.ok ? instants.value : [];
      const info = find(series, 'crm_target_info', {});
      return Object.freeze({
        schema: EVIDENCE_SCHEMA,
        target,
        platform: info?.labels['platform'] ?? 'unknown',
        capturedAtMs: nowMs,
        onsetAtMs,
        alerts: alerts.map((alert) => ({ ...alert, labels: catalogLabels(alert.labels) })),
        probes: probesOf(series),
        signals: signalsOf(ranges.ok ? ranges.value : [], series, onsetAtMs),
        gaps,
      });
    },
  };
}
