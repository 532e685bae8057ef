import type { MetricDefinition } from './metrics.ts';

/** What is said about every probe itself. Each series carries `target` and `probe`. */
export const PROBE_METRICS: Readonly<Record<ProbeMetricName, MetricDefinition>> = {
  crm_probe_success: {
    kind: 'gauge',
    help: 'Whether the last run of the probe got an answer it could use: 1 or 0.',
    unit: 'boolean',
    labels: ['probe'],
  },
  crm_probe_timeout: {
    kind: 'gauge',
    help: 'Whether the last run of the probe ended at its deadline: 1 or 0.',
    unit: 'boolean',
    labels: ['probe'],
  },
  crm_probe_failure_reason: {
    kind: 'gauge',
    help: 'Always 1, on the one reason for which the last run failed; absent when it did not fail.',
    unit: 'info',
    labels: ['probe', 'reason'],
  },
  crm_probe_duration_seconds: {
    kind: 'gauge',
    help: 'Duration of the last run of the probe.',
    unit: 'seconds',
    labels: ['probe'],
  },
  crm_probe_run_duration_seconds: {
    kind: 'histogram',
    help: 'Durations of all runs of the probe since the exporter started; its buckets are native, so most formats show their sum and count alone.',
    unit: 'native',
    labels: ['probe'],
  },
  crm_probe_result_age_seconds: {
    kind: 'gauge',
    help: 'How long ago the last run of the probe ended, at the time of the scrape.',
    unit: 'native',
    labels: ['probe'],
  },
  crm_probe_last_run_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the probe last ended, in seconds since the epoch. Results are cached until its next run.',
    unit: 'timestamp',
    labels: ['probe'],
  },
  crm_probe_interval_seconds: {
    kind: 'gauge',
    help: 'Check interval of the probe.',
    unit: 'native',
    labels: ['probe'],
  },
  crm_probe_attempt: {
    kind: 'gauge',
    help: 'Failures in a row so far, at most max_attempts; 0 after a success.',
    unit: 'count',
    labels: ['probe'],
  },
  crm_probe_max_attempts: {
    kind: 'gauge',
    help: 'Failures in a row that make a failure of the probe hard.',
    unit: 'count',
    labels: ['probe'],
  },
  crm_probe_hard_state: {
    kind: 'gauge',
    help: 'State type of the probe as Nagios has it: 1 hard (an OK always is), 0 soft.',
    unit: 'boolean',
    labels: ['probe'],
  },
  crm_probe_hard_failure: {
    kind: 'gauge',
    help: 'Whether the probe failed max_attempts times in a row (the hard state of Nagios): 1 or 0.',
    unit: 'boolean',
    labels: ['probe'],
  },
  crm_probe_runs_total: {
    kind: 'counter',
    help: 'Runs of the probe since the exporter started.',
    unit: 'count',
    labels: ['probe'],
  },
  crm_probe_run_failures_total: {
    kind: 'counter',
    help: 'Failed runs of the probe since the exporter started.',
    unit: 'count',
    labels: ['probe'],
  },
  crm_probe_unknown: {
    kind: 'gauge',
    help: 'Always 1, for each measurement that is unknown, with the reason; the measurement itself is absent.',
    unit: 'info',
    labels: ['probe', 'metric', 'reason'],
  },
  crm_probe_series_dropped: {
    kind: 'gauge',
    help: 'Series of the last run of the probe that were not exposed because it made too many; absent when there are none.',
    unit: 'count',
    labels: ['probe'],
  },
  crm_probe_runs_shed_total: {
    kind: 'counter',
    help: 'Runs of the probe that the API budget of the target did not allow, since the exporter started.',
    unit: 'count',
    labels: ['probe'],
  },
  crm_probe_api_calls_total: {
    kind: 'counter',
    help: 'API calls that the probe has made since the exporter started; counted for targets with an API budget.',
    unit: 'count',
    labels: ['probe'],
  },
  crm_api_budget_calls: {
    kind: 'gauge',
    help: 'API calls that crmwatch may make in the current day of the platform; absent while its quota is not known.',
    unit: 'count',
    labels: [],
  },
  crm_api_budget_remaining_ratio: {
    kind: 'gauge',
    help: 'Share of the API budget that is left of the current day, 0 to 1; absent while the quota is not known.',
    unit: 'ratio',
    labels: [],
  },
  crm_probe_threshold: {
    kind: 'gauge',
    help: 'Threshold of a metric for this target, by severity.',
    unit: 'native',
    labels: ['metric', 'severity'],
  },
  crm_target_info: {
    kind: 'gauge',
    help: 'Always 1: the platform and version of the target as far as known.',
    unit: 'info',
    labels: ['platform', 'version'],
  },
};

export type ProbeMetricName =
  | 'crm_probe_success'
  | 'crm_probe_timeout'
  | 'crm_probe_failure_reason'
  | 'crm_probe_duration_seconds'
  | 'crm_probe_run_duration_seconds'
  | 'crm_probe_result_age_seconds'
  | 'crm_probe_last_run_timestamp_seconds'
  | 'crm_probe_interval_seconds'
  | 'crm_probe_attempt'
  | 'crm_probe_max_attempts'
  | 'crm_probe_hard_state'
  | 'crm_probe_hard_failure'
  | 'crm_probe_runs_total'
  | 'crm_probe_run_failures_total'
  | 'crm_probe_unknown'
  | 'crm_probe_series_dropped'
  | 'crm_probe_runs_shed_total'
  | 'crm_probe_api_calls_total'
  | 'crm_api_budget_calls'
  | 'crm_api_budget_remaining_ratio'
  | 'crm_probe_threshold'
  | 'crm_target_info';
