import type { MetricDefinition } from './metrics.ts';

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
  crm_failed_schedules: {
    kind: 'gauge',
    help: 'Scheduled jobs that the CRM says fail, because their last run did or because it no longer starts them, as last probed.',
    unit: 'count',
    labels: [],
    probe: 'background_jobs',
    // Less than one, so that one is too many, and more than 0, which the mean is past after a single bad sample.
    threshold: { bad: 'above', defaults: { warning: 0.5, critical: 5 } },
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
  crm_integration_failures: {
    kind: 'gauge',
    help: 'Imports, web hooks, messages or synchronisations that failed within the window of the probe, as last probed.',
    unit: 'count',
    labels: ['integration'],
    probe: 'integrations',
    threshold: { bad: 'above', defaults: { warning: 5, critical: 50 } },
  },
  crm_integration_failures_window_seconds: {
    kind: 'gauge',
    help: 'Length of the window that crm_integration_failures counts.',
    unit: 'native',
    labels: [],
    probe: 'integrations',
  },
  crm_vendor_state: {
    kind: 'gauge',
    help: 'What the status page of the vendor last said: 0 in operation, 1 degraded, 2 out of order; absent when it could not be told.',
    unit: 'native',
    labels: [],
    probe: 'vendor_status',
  },
  crm_vendor_incidents: {
    kind: 'gauge',
    help: 'Incidents that the status page of the vendor says are not resolved, as last probed.',
    unit: 'count',
    labels: [],
    probe: 'vendor_status',
  },
  crm_api_removal_remaining_seconds: {
    kind: 'gauge',
    help: 'Time until the API that is asked is removed, as announced, when last probed; negative once it is due.',
    unit: 'seconds',
    labels: ['api'],
    probe: 'api_lifecycle',
    threshold: {
      bad: 'below',
      defaults: { warning: 180 * DAY_SECONDS, critical: 30 * DAY_SECONDS },
    },
  },
  crm_plugin_state: {
    kind: 'gauge',
    help: 'What a monitoring plugin last said: 0 OK, 1 WARNING, 2 CRITICAL; absent when it could not tell.',
    unit: 'native',
    labels: ['plugin'],
    probe: 'plugin',
  },
  crm_plugin_unknown: {
    kind: 'gauge',
    help: 'Whether a monitoring plugin said UNKNOWN or gave no answer that is one when last run: 1 or 0.',
    unit: 'boolean',
    labels: ['plugin'],
    probe: 'plugin',
  },
  crm_plugin_value: {
    kind: 'gauge',
    help: 'Performance data of a monitoring plugin, as last run, in the base unit that the label names: seconds, bytes, ratio, ...',
    unit: 'native',
    labels: ['plugin', 'label', 'unit'],
    probe: 'plugin',
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
  crm_credential_remaining_seconds: {
    kind: 'gauge',
    help: 'Validity left on the credentials of an identity of the monitor when last probed; negative once they have ended.',
    unit: 'seconds',
    labels: ['identity'],
    probe: 'credentials',
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
  crm_failed_logins_by_reason: {
    kind: 'gauge',
    help: 'Failed logins by reason within the window of the probe, as last probed.',
    unit: 'count',
    labels: ['reason'],
    probe: 'failed_logins',
  },
  crm_successful_logins: {
    kind: 'gauge',
    help: 'Successful logins within the window of the probe, as last probed.',
    unit: 'count',
    labels: [],
    probe: 'failed_logins',
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
  crm_locked_users: {
    kind: 'gauge',
    help: 'Users who are locked out, as last probed.',
    unit: 'count',
    labels: [],
    probe: 'accounts',
  },
  crm_inactive_users: {
    kind: 'gauge',
    help: 'Users who can log in and have not done so for 90 days, as last probed.',
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
  crm_permission_changes: {
    kind: 'gauge',
    help: 'Changes of roles, profiles and permissions within the window of the probe, as last probed.',
    unit: 'count',
    labels: [],
    probe: 'audit_trail',
    threshold: { bad: 'above', defaults: { warning: 20, critical: 100 } },
  },
  crm_mass_exports: {
    kind: 'gauge',
    help: 'Exports of many records within the window of the probe, as last probed.',
    unit: 'count',
    labels: [],
    probe: 'audit_trail',
    threshold: { bad: 'above', defaults: { warning: 10, critical: 50 } },
  },
  crm_audit_trail_recording: {
    kind: 'gauge',
    help: 'Whether the CRM records who changed what, as last probed: 1 or 0.',
    unit: 'boolean',
    labels: [],
    probe: 'audit_trail',
  },
  crm_audit_trail_window_seconds: {
    kind: 'gauge',
    help: 'Length of the window that crm_permission_changes and crm_mass_exports count.',
    unit: 'native',
    labels: [],
    probe: 'audit_trail',
  },
  crm_api_tokens: {
    kind: 'gauge',
    help: 'Tokens and keys that open the API, as last probed.',
    unit: 'count',
    labels: [],
    probe: 'api_tokens',
  },
  crm_api_token_oldest_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest token or key that opens the API, as last probed; absent when there is none.',
    unit: 'seconds',
    labels: [],
    probe: 'api_tokens',
    threshold: {
      bad: 'above',
      defaults: { warning: 365 * DAY_SECONDS, critical: 730 * DAY_SECONDS },
    },
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
  crm_sampled_records: {
    kind: 'gauge',
    help: 'Records chosen at random that the shares of the object were estimated from, as last scanned; absent when all were read.',
    unit: 'count',
    labels: ['object'],
    probe: 'data_quality',
  },
  crm_sampled_bound_ratio: {
    kind: 'gauge',
    help: 'Ends of the 95 % confidence interval (Wilson) of a share that was estimated from a sample, 0 to 1, as last scanned.',
    unit: 'ratio',
    labels: ['object', 'field', 'check', 'bound'],
    probe: 'data_quality',
  },
};

export type MeasurementName =
  | 'crm_phase_duration_seconds'
  | 'crm_login_duration_seconds'
  | 'crm_api_latency_seconds'
  | 'crm_jobs'
  | 'crm_job_oldest_pending_age_seconds'
  | 'crm_failed_schedules'
  | 'crm_api_quota_limit'
  | 'crm_api_quota_remaining'
  | 'crm_api_quota_used_ratio'
  | 'crm_integration_failures'
  | 'crm_integration_failures_window_seconds'
  | 'crm_vendor_state'
  | 'crm_vendor_incidents'
  | 'crm_api_removal_remaining_seconds'
  | 'crm_plugin_state'
  | 'crm_plugin_unknown'
  | 'crm_plugin_value'
  | 'crm_certificate_not_after_timestamp_seconds'
  | 'crm_certificate_remaining_seconds'
  | 'crm_credential_remaining_seconds'
  | 'crm_failed_logins'
  | 'crm_failed_logins_by_reason'
  | 'crm_successful_logins'
  | 'crm_failed_logins_window_seconds'
  | 'crm_active_users'
  | 'crm_privileged_users'
  | 'crm_locked_users'
  | 'crm_inactive_users'
  | 'crm_second_factor_coverage_ratio'
  | 'crm_permission_changes'
  | 'crm_mass_exports'
  | 'crm_audit_trail_recording'
  | 'crm_audit_trail_window_seconds'
  | 'crm_api_tokens'
  | 'crm_api_token_oldest_age_seconds'
  | 'crm_records'
  | 'crm_missing_ratio'
  | 'crm_duplicate_ratio'
  | 'crm_invalid_ratio'
  | 'crm_stale_ratio'
  | 'crm_orphan_ratio'
  | 'crm_sampled_records'
  | 'crm_sampled_bound_ratio';
export const MEASUREMENT_NAMES: readonly MeasurementName[] = Object.keys(
  MEASUREMENTS,
) as MeasurementName[];
