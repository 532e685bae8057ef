import type { ProbeKindName, Severity } from './probe-kinds.ts';

export type MetricUnit =
  | 'seconds'
  | 'ratio'
  | 'timestamp'
  | 'count'
  | 'boolean'
  | 'info'
  | 'native';

export type ThresholdDefinition = {
  /** Which side of the threshold is bad. */
  readonly bad: 'above' | 'below';
  readonly defaults: Readonly<Record<Severity, number>>;
};

export type MetricDefinition = {
  readonly kind: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly unit: MetricUnit;
  readonly labels: readonly string[];
  /** The probe kind that measures it; absent for what crmwatch says about itself. */
  readonly probe?: ProbeKindName;
  /** Thresholds that are exported as crm_probe_threshold and can be overridden per target. */
  readonly threshold?: ThresholdDefinition;
};

const DAY_SECONDS = 86_400;

/**
 * What the probes measure. Each series also carries `target` on /metrics. Means over 5m and 1h are recorded
 * for every gauge here whose unit is seconds, ratio or count.
 */
export const MEASUREMENTS: Readonly<Record<MeasurementName, MetricDefinition>> = {
  crm_phase_duration_seconds: {
    kind: 'gauge',
    help: 'Duration of one phase of a request to the CRM, as last probed.',
    unit: 'seconds',
    labels: ['phase'],
    probe: 'reachability',
  },
  crm_login_duration_seconds: {
    kind: 'gauge',
    help: 'Time the monitoring identity needed to log in, as last probed.',
    unit: 'seconds',
    labels: [],
    probe: 'login',
    threshold: { bad: 'above', defaults: { warning: 3, critical: 10 } },
  },
  crm_api_latency_seconds: {
    kind: 'gauge',
    help: 'Time of an API call, light or representative, as last probed.',
    unit: 'seconds',
    labels: ['call'],
    probe: 'api_latency',
    threshold: { bad: 'above', defaults: { warning: 1, critical: 4 } },
  },
  crm_jobs: {
    kind: 'gauge',
    help: 'Background jobs by state, as last probed.',
    unit: 'count',
    labels: ['state'],
    probe: 'background_jobs',
  },
  crm_job_oldest_pending_age_seconds: {
    kind: 'gauge',
    help: 'How long the oldest due background job had been waiting when last probed; 0 when none waits.',
    unit: 'seconds',
    labels: [],
    probe: 'background_jobs',
    threshold: { bad: 'above', defaults: { warning: 900, critical: 3600 } },
  },
  crm_api_quota_limit: {
    kind: 'gauge',
    help: 'API calls allowed in the current period, as last probed.',
    unit: 'count',
    labels: ['limit'],
    probe: 'api_quota',
  },
  crm_api_quota_remaining: {
    kind: 'gauge',
    help: 'API calls left in the current period, as last probed.',
    unit: 'count',
    labels: ['limit'],
    probe: 'api_quota',
  },
  crm_api_quota_used_ratio: {
    kind: 'gauge',
    help: 'Share of the API allowance that is used, 0 to 1, as last probed.',
    unit: 'ratio',
    labels: ['limit'],
    probe: 'api_quota',
    threshold: { bad: 'above', defaults: { warning: 0.8, critical: 0.95 } },
  },
  crm_certificate_not_after_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the TLS certificate of the CRM stops being valid, in seconds since the epoch.',
    unit: 'timestamp',
    labels: [],
    probe: 'certificate',
  },
  crm_certificate_remaining_seconds: {
    kind: 'gauge',
    help: 'Validity left on the TLS certificate when last probed; negative once it has expired.',
    unit: 'seconds',
    labels: [],
    probe: 'certificate',
    threshold: { bad: 'below', defaults: { warning: 14 * DAY_SECONDS, critical: 3 * DAY_SECONDS } },
  },
  crm_failed_logins: {
    kind: 'gauge',
    help: 'Failed logins within the window of the probe, as last probed.',
    unit: 'count',
    labels: [],
    probe: 'failed_logins',
    threshold: { bad: 'above', defaults: { warning: 15, critical: 60 } },
  },
  crm_failed_logins_window_seconds: {
    kind: 'gauge',
    help: 'Length of the window that crm_failed_logins counts.',
    unit: 'native',
    labels: [],
    probe: 'failed_logins',
  },
  crm_active_users: {
    kind: 'gauge',
    help: 'Users who can log in, as last probed.',
    unit: 'count',
    labels: [],
    probe: 'accounts',
  },
  crm_privileged_users: {
    kind: 'gauge',
    help: 'Active users with administrator rights, as last probed.',
    unit: 'count',
    labels: [],
    probe: 'accounts',
  },
  crm_second_factor_coverage_ratio: {
    kind: 'gauge',
    help: 'Share of active users with a second factor, 0 to 1, as last probed.',
    unit: 'ratio',
    labels: [],
    probe: 'accounts',
    threshold: { bad: 'below', defaults: { warning: 0.8, critical: 0.3 } },
  },
  crm_records: {
    kind: 'gauge',
    help: 'Records of an object, as last scanned.',
    unit: 'count',
    labels: ['object'],
    probe: 'data_quality',
  },
  crm_missing_ratio: {
    kind: 'gauge',
    help: 'Share of records whose field is empty, 0 to 1, as last scanned.',
    unit: 'ratio',
    labels: ['object', 'field'],
    probe: 'data_quality',
    threshold: { bad: 'above', defaults: { warning: 0.08, critical: 0.25 } },
  },
  crm_duplicate_ratio: {
    kind: 'gauge',
    help: 'Share of records with a key that repeat an earlier record with the same key, 0 to 1, as last scanned.',
    unit: 'ratio',
    labels: ['object', 'key'],
    probe: 'data_quality',
    threshold: { bad: 'above', defaults: { warning: 0.05, critical: 0.15 } },
  },
  crm_invalid_ratio: {
    kind: 'gauge',
    help: 'Share of filled values that are not valid for their format, 0 to 1, as last scanned.',
    unit: 'ratio',
    labels: ['object', 'field', 'format'],
    probe: 'data_quality',
    threshold: { bad: 'above', defaults: { warning: 0.08, critical: 0.25 } },
  },
  crm_stale_ratio: {
    kind: 'gauge',
    help: 'Share of records not changed within the allowed age, 0 to 1, as last scanned.',
    unit: 'ratio',
    labels: ['object'],
    probe: 'data_quality',
    threshold: { bad: 'above', defaults: { warning: 0.25, critical: 0.5 } },
  },
  crm_orphan_ratio: {
    kind: 'gauge',
    help: 'Share of references that point to a record that does not exist, 0 to 1, as last scanned.',
    unit: 'ratio',
    labels: ['object', 'reference'],
    probe: 'data_quality',
    threshold: { bad: 'above', defaults: { warning: 0.03, critical: 0.15 } },
  },
};

export type MeasurementName =
  | 'crm_phase_duration_seconds'
  | 'crm_login_duration_seconds'
  | 'crm_api_latency_seconds'
  | 'crm_jobs'
  | 'crm_job_oldest_pending_age_seconds'
  | 'crm_api_quota_limit'
  | 'crm_api_quota_remaining'
  | 'crm_api_quota_used_ratio'
  | 'crm_certificate_not_after_timestamp_seconds'
  | 'crm_certificate_remaining_seconds'
  | 'crm_failed_logins'
  | 'crm_failed_logins_window_seconds'
  | 'crm_active_users'
  | 'crm_privileged_users'
  | 'crm_second_factor_coverage_ratio'
  | 'crm_records'
  | 'crm_missing_ratio'
  | 'crm_duplicate_ratio'
  | 'crm_invalid_ratio'
  | 'crm_stale_ratio'
  | 'crm_orphan_ratio';
export const MEASUREMENT_NAMES: readonly MeasurementName[] = Object.keys(
  MEASUREMENTS,
) as MeasurementName[];

/** What is said about every probe itself. Each series carries `target` and `probe`. */
export const PROBE_METRICS: Readonly<Record<ProbeMetricName, MetricDefinition>> = {
  crm_probe_success: {
    kind: 'gauge',
    help: 'Whether the last run of the probe got an answer it could use: 1 or 0.',
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
  | 'crm_probe_failure_reason'
  | 'crm_probe_duration_seconds'
  | 'crm_probe_last_run_timestamp_seconds'
  | 'crm_probe_interval_seconds'
  | 'crm_probe_attempt'
  | 'crm_probe_hard_failure'
  | 'crm_probe_runs_total'
  | 'crm_probe_run_failures_total'
  | 'crm_probe_unknown'
  | 'crm_probe_threshold'
  | 'crm_target_info';

/** What crmwatch says about itself; recorded with prom-client, scraped from /metrics of each half. */
export const SELF_METRICS: Readonly<Record<SelfMetricName, MetricDefinition>> = {
  crmwatch_build_info: {
    kind: 'gauge',
    help: 'Always 1: version of crmwatch and of Node.',
    unit: 'info',
    labels: ['version', 'node_version'],
  },
  crmwatch_probes_in_flight: {
    kind: 'gauge',
    help: 'Probes running now.',
    unit: 'count',
    labels: [],
  },
  crmwatch_probe_start_delay_seconds: {
    kind: 'histogram',
    help: 'How late probes start after they fall due.',
    unit: 'seconds',
    labels: [],
  },
  crmwatch_intake_deliveries_total: {
    kind: 'counter',
    help: 'Webhook deliveries committed and answered with 200.',
    unit: 'count',
    labels: ['sender'],
  },
  crmwatch_intake_refusals_total: {
    kind: 'counter',
    help: 'Webhook deliveries not accepted, by reason.',
    unit: 'count',
    labels: ['reason'],
  },
  crmwatch_intake_events_total: {
    kind: 'counter',
    help: 'Alert events committed.',
    unit: 'count',
    labels: [],
  },
  crmwatch_intake_quarantined: {
    kind: 'gauge',
    help: 'Undecodable deliveries kept in quarantine.',
    unit: 'count',
    labels: [],
  },
  crmwatch_intake_unprocessed: {
    kind: 'gauge',
    help: 'Committed alert events that wait for processing.',
    unit: 'count',
    labels: [],
  },
  crmwatch_watchdog_last_seen_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the watchdog alert was last delivered, in seconds since the epoch.',
    unit: 'timestamp',
    labels: [],
  },
  crmwatch_incidents_open: {
    kind: 'gauge',
    help: 'Incidents that are not resolved or closed, by diagnosed fault class and severity.',
    unit: 'count',
    labels: ['fault_class', 'severity'],
  },
  crmwatch_incidents_opened_total: {
    kind: 'counter',
    help: 'Incidents opened.',
    unit: 'count',
    labels: [],
  },
  crmwatch_incident_acknowledge_seconds: {
    kind: 'histogram',
    help: 'Time from report to acknowledgement.',
    unit: 'seconds',
    labels: [],
  },
  crmwatch_incident_recovery_seconds: {
    kind: 'histogram',
    help: 'Time from report to verified recovery.',
    unit: 'seconds',
    labels: [],
  },
  crmwatch_diagnosis_confidence_ratio: {
    kind: 'histogram',
    help: 'Probability of the answer of each diagnosis, 0 to 1.',
    unit: 'ratio',
    labels: [],
  },
  crmwatch_diagnoses_total: {
    kind: 'counter',
    help: 'Diagnoses made, by answer.',
    unit: 'count',
    labels: ['fault_class'],
  },
  crmwatch_outbox_pending: {
    kind: 'gauge',
    help: 'Notifications that wait to be sent.',
    unit: 'count',
    labels: ['channel'],
  },
  crmwatch_notifications_total: {
    kind: 'counter',
    help: 'Notifications sent.',
    unit: 'count',
    labels: ['channel'],
  },
  crmwatch_notification_failures_total: {
    kind: 'counter',
    help: 'Attempts to send a notification that failed.',
    unit: 'count',
    labels: ['channel'],
  },
};

export type SelfMetricName =
  | 'crmwatch_build_info'
  | 'crmwatch_probes_in_flight'
  | 'crmwatch_probe_start_delay_seconds'
  | 'crmwatch_intake_deliveries_total'
  | 'crmwatch_intake_refusals_total'
  | 'crmwatch_intake_events_total'
  | 'crmwatch_intake_quarantined'
  | 'crmwatch_intake_unprocessed'
  | 'crmwatch_watchdog_last_seen_timestamp_seconds'
  | 'crmwatch_incidents_open'
  | 'crmwatch_incidents_opened_total'
  | 'crmwatch_incident_acknowledge_seconds'
  | 'crmwatch_incident_recovery_seconds'
  | 'crmwatch_diagnosis_confidence_ratio'
  | 'crmwatch_diagnoses_total'
  | 'crmwatch_outbox_pending'
  | 'crmwatch_notifications_total'
  | 'crmwatch_notification_failures_total';
