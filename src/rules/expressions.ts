import { MEASUREMENTS, PROBE_METRICS } from '../catalog/catalog.ts';
import type { MeasurementName, MetricDefinition, Severity } from '../catalog/catalog.ts';

/** The windows over which means are recorded. */
export const MEAN_WINDOWS = ['5m', '1h'] as const;
export type MeanWindow = (typeof MEAN_WINDOWS)[number];

/** What probes say about themselves and is worth a mean beside the measurements. */
export type MeanProbeMetric = 'crm_probe_success' | 'crm_probe_duration_seconds';
export type MeanSubject = MeasurementName | MeanProbeMetric;

/** The recorded mean of a metric per target and its own labels; probe results also by probe. */
export function meanName(metric: MeanSubject, window: MeanWindow): string {
  return `${isProbeMetric(metric) ? 'target_probe' : 'target'}:${metric}:mean${window}`;
}

/** The recorded comparison of a mean with its thresholds: 1 or 0 by severity. */
export function breachName(metric: MeasurementName, window: MeanWindow): string {
  return `target:${metric}:breach${window}`;
}

/** The recorded share of good probe results of a target, a platform or all targets. */
export function successName(level: 'target' | 'platform' | 'fleet', window: MeanWindow): string {
  return `${level}:crm_probe_success:mean${window}`;
}

/** `target` and the labels of the metric: what identifies a series whichever exporter measured it. */
export function seriesLabels(metric: MeanSubject): readonly string[] {
  return ['target', ...subjectDefinition(metric).labels];
}

/**
 * M = (1/N) Σ mᵢ over every sample of the window. Sum and count are added over the exporters before they are
 * divided, so that a restart under another address, or two exporters of one target, leave one series and
 * every sample counts once.
 */
export function meanExpression(
  selector: string,
  window: string,
  labels: readonly string[],
): string {
  const by = `sum by (${labels.join(', ')})`;
  return [
    `${by} (sum_over_time(${selector}[${window}]))`,
    '/',
    `${by} (count_over_time(${selector}[${window}]))`,
  ].join('\n');
}

/** A mean of fewer values is no mean: after a start the first value would be the whole of it. */
const MINIMUM_SAMPLES = 3;

/** Whether the window holds enough samples for its mean to mean something. */
export function enoughSamples(metric: MeasurementName, window: MeanWindow): string {
  const by = `sum by (${seriesLabels(metric).join(', ')})`;
  return `${by} (count_over_time(${metric}[${window}])) >= ${MINIMUM_SAMPLES}`;
}

/** The threshold of a metric for each target. Where exporters disagree, the one that alerts earlier. */
export function thresholdExpression(metric: MeasurementName, severity: Severity): string {
  const earlier = badSide(metric) === 'above' ? 'min' : 'max';
  return `${earlier} by (target) (crm_probe_threshold{metric="${metric}",severity="${severity}"})`;
}

/** The last value of each series. Where exporters disagree, the worse one. */
export function worstLastValue(metric: MeasurementName): string {
  const worse = badSide(metric) === 'above' ? 'max' : 'min';
  return `${worse} by (${seriesLabels(metric).join(', ')}) (${metric})`;
}

/** The comparison that is true on the bad side of a threshold. */
export function badComparison(metric: MeasurementName): '>' | '<' {
  return badSide(metric) === 'above' ? '>' : '<';
}

function badSide(metric: MeasurementName): 'above' | 'below' {
  const threshold = MEASUREMENTS[metric].threshold;
  if (threshold === undefined) {
    throw new Error(`${metric} has no threshold in the catalog, but an alert compares it with one`);
  }
  return threshold.bad;
}

function isProbeMetric(metric: MeanSubject): metric is MeanProbeMetric {
  return Object.hasOwn(PROBE_METRICS, metric);
}

function subjectDefinition(metric: MeanSubject): MetricDefinition {
  return isProbeMetric(metric) ? PROBE_METRICS[metric] : MEASUREMENTS[metric];
}
