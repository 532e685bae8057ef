import { MEASUREMENTS, PROBE_METRICS } from '../../catalog/catalog.ts';
import type {
  MeasurementName,
  MetricDefinition,
  ProbeKindName,
  ProbeMetricName,
} from '../../catalog/catalog.ts';
import { MEASUREMENT_NAMES } from '../../catalog/catalog.ts';
import type { ProbeRun } from '../probes/probes.ts';
import type { ProbeReport } from '../scheduler/scheduler.ts';
import { sha256Hex } from '../../std/std.ts';
import type { Exemplar, HistogramValue } from './renderer.ts';

export type ExposedName = ProbeMetricName | MeasurementName;

/** Every family that can be exposed, in the order it is written. */
export const EXPOSED_METRICS: Readonly<Record<ExposedName, MetricDefinition>> = {
  ...PROBE_METRICS,
  ...MEASUREMENTS,
};

export type Series = {
  readonly name: ExposedName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | HistogramValue;
  readonly exemplar?: Exemplar;
};

/** What one run says by itself: the answer to /probe, and the core of what /metrics says about it. */
export function runToSeries(run: ProbeRun): readonly Series[] {
  const { probe, result } = run;
  const series: Series[] = [
    { name: 'crm_probe_success', labels: { probe }, value: result.ok ? 1 : 0 },
    { name: 'crm_probe_timeout', labels: { probe }, value: isTimeout(run) ? 1 : 0 },
    { name: 'crm_probe_duration_seconds', labels: { probe }, value: run.durationSeconds },
  ];
  if (result.ok) {
    for (const { metric, reason } of result.unknowns) series.push(unknown(probe, metric, reason));
  } else {
    const labels = { probe, reason: result.failure.reason };
    series.push({ name: 'crm_probe_failure_reason', labels, value: 1 });
  }
  for (const { metric, labels, value } of result.samples) {
    series.push({ name: metric, labels, value });
  }
  return series;
}

function isTimeout({ result }: ProbeRun): boolean {
  return !result.ok && result.failure.reason === 'timeout';
}

/** What tells one run from every other, in exemplars and in the history of probes. */
export function runIdOf({ target, probe, startedAtMs }: ProbeRun): string {
  return sha256Hex(JSON.stringify([target, probe, startedAtMs])).slice(0, 16);
}

/** Leads from a number to the run that made it. */
export function exemplarOf(run: ProbeRun): Exemplar {
  const { durationSeconds, endedAtMs } = run;
  return { labels: ['run_id', runIdOf(run)], value: durationSeconds, timestampMs: endedAtMs };
}

/** What is known of a probe over all its runs since the exporter started. */
export type RunTotals = {
  readonly runs: number;
  readonly failures: number;
  readonly durations: HistogramValue;
  /** Of the last run that failed. */
  readonly failure?: Exemplar;
};

/** A scheduled run: the run, where its probe stands, and how often it ran. */
export function reportToSeries(report: ProbeReport, totals: RunTotals): readonly Series[] {
  const { run, state, checkIntervalMs, maxAttempts } = report;
  const labels = { probe: run.probe };
  return [
    { name: 'crm_probe_last_run_timestamp_seconds', labels, value: run.endedAtMs / 1000 },
    { name: 'crm_probe_interval_seconds', labels, value: checkIntervalMs / 1000 },
    { name: 'crm_probe_attempt', labels, value: state.attempt },
    { name: 'crm_probe_max_attempts', labels, value: maxAttempts },
    { name: 'crm_probe_hard_state', labels, value: state.stateType === 'hard' ? 1 : 0 },
    { name: 'crm_probe_hard_failure', labels, value: state.hardFailure ? 1 : 0 },
    { name: 'crm_probe_runs_total', labels, value: totals.runs },
    {
      name: 'crm_probe_run_failures_total',
      labels,
      value: totals.failures,
      ...(totals.failure === undefined ? {} : { exemplar: totals.failure }),
    },
    { name: 'crm_probe_run_duration_seconds', labels, value: totals.durations },
    // Last, since what is beyond the limit of a run is dropped at its end: measurements, never its state.
    ...runToSeries(run),
  ];
}

/** A kind that the platform cannot do leaves all its measurements unknown. */
export function unsupportedToSeries(probe: ProbeKindName): readonly Series[] {
  const metrics = MEASUREMENT_NAMES.filter((name) => MEASUREMENTS[name].probe === probe);
  return metrics.map((metric) => unknown(probe, metric, 'not_supported'));
}

function unknown(probe: ProbeKindName, metric: MeasurementName, reason: string): Series {
  return { name: 'crm_probe_unknown', labels: { probe, metric, reason }, value: 1 };
}
