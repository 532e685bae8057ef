import { ALERTS, ALERT_NAMES } from '../../catalog/catalog.ts';
import type { FailureReason, MeasurementName, RequestPhase } from '../../catalog/catalog.ts';
import { unreachable } from '../../std/std.ts';
import type { EvidenceAlert } from '../evidence/evidence.ts';

/** A part of the CRM, or of the way to it, that can be the cause of trouble. */
export type Component =
  | 'network'
  | 'service'
  | 'tls'
  | 'authentication'
  | 'permissions'
  | 'api'
  | 'quota'
  | 'database'
  | 'jobs'
  | 'accounts'
  | 'monitoring'
  | `data:${string}`
  | `plugin:${string}`;

/** The component that a probe failing for this reason points to. */
export function componentOfReason(reason: FailureReason): Component {
  switch (reason) {
    case 'dns':
    case 'timeout':
      return 'network';
    case 'tcp':
      return 'service';
    case 'tls':
    case 'certificate_expired':
    case 'certificate_untrusted':
      return 'tls';
    case 'authentication':
      return 'authentication';
    case 'authorization':
      return 'permissions';
    case 'rate_limited':
    case 'quota_exhausted':
      return 'quota';
    case 'database_unavailable':
      return 'database';
    case 'server_error':
    case 'not_found':
    case 'bad_payload':
    case 'schema_changed':
    case 'too_large':
      return 'api';
    case 'refused_target':
    case 'internal':
      return 'monitoring';
    default:
      return unreachable(reason);
  }
}

/**
 * The order in which a request meets what can fail. What fails earlier explains what fails later, not the other
 * way round; a timeout says least, since it may come from any of them.
 */
const REASON_ORDER: readonly FailureReason[] = [
  'refused_target',
  'internal',
  'dns',
  'tcp',
  'tls',
  'certificate_expired',
  'certificate_untrusted',
  'database_unavailable',
  'authentication',
  'authorization',
  'rate_limited',
  'quota_exhausted',
  'server_error',
  'not_found',
  'bad_payload',
  'schema_changed',
  'too_large',
  'timeout',
];

export function depthOfReason(reason: FailureReason): number {
  return REASON_ORDER.indexOf(reason);
}

const PHASE_COMPONENTS: Readonly<Record<RequestPhase, Component>> = {
  dns: 'network',
  tcp: 'network',
  tls: 'tls',
  http: 'api',
  authentication: 'authentication',
};

type Labels = Readonly<Record<string, string>>;

function dataComponent(labels: Labels): Component {
  const part = labels['field'] ?? labels['key'] ?? labels['reference'];
  const object = labels['object'] ?? 'records';
  return part === undefined ? `data:${object}` : `data:${object}.${part}`;
}

/** The component that a measured series is about. */
export function componentOfMetric(metric: MeasurementName, labels: Labels): Component {
  switch (metric) {
    case 'crm_phase_duration_seconds':
      return PHASE_COMPONENTS[labels['phase'] as RequestPhase] ?? 'api';
    case 'crm_login_duration_seconds':
      return 'authentication';
    case 'crm_api_latency_seconds':
    case 'crm_api_removal_remaining_seconds':
      return 'api';
    case 'crm_vendor_state':
    case 'crm_vendor_incidents':
      return 'service';
    case 'crm_jobs':
    case 'crm_job_oldest_pending_age_seconds':
    case 'crm_failed_schedules':
    case 'crm_integration_failures':
    case 'crm_integration_failures_window_seconds':
      return 'jobs';
    case 'crm_api_quota_limit':
    case 'crm_api_quota_remaining':
    case 'crm_api_quota_used_ratio':
      return 'quota';
    case 'crm_plugin_state':
    case 'crm_plugin_unknown':
    case 'crm_plugin_value':
      return `plugin:${labels['plugin'] ?? 'some'}`;
    case 'crm_certificate_not_after_timestamp_seconds':
    case 'crm_certificate_remaining_seconds':
      return 'tls';
    case 'crm_credential_remaining_seconds':
      return 'authentication';
    case 'crm_failed_logins':
    case 'crm_failed_logins_by_reason':
    case 'crm_successful_logins':
    case 'crm_failed_logins_window_seconds':
    case 'crm_permission_changes':
    case 'crm_mass_exports':
    case 'crm_audit_trail_recording':
    case 'crm_audit_trail_window_seconds':
    case 'crm_api_tokens':
    case 'crm_api_token_oldest_age_seconds':
    case 'crm_active_users':
    case 'crm_privileged_users':
    case 'crm_locked_users':
    case 'crm_inactive_users':
    case 'crm_second_factor_coverage_ratio':
      return 'accounts';
    case 'crm_records':
    case 'crm_missing_ratio':
    case 'crm_duplicate_ratio':
    case 'crm_invalid_ratio':
    case 'crm_stale_ratio':
    case 'crm_orphan_ratio':
    case 'crm_sampled_records':
    case 'crm_sampled_bound_ratio':
      return dataComponent(labels);
    default:
      return unreachable(metric);
  }
}

/** The component that an alert names, when nothing measured says more; undefined when it names none. */
export function componentOfAlert(alert: EvidenceAlert): Component | undefined {
  const name = ALERT_NAMES.find((candidate) => candidate === alert.name);
  if (name === undefined || name === 'CrmWatchdog') return undefined;
  const { area, condition } = ALERTS[name];
  if (area === 'pipeline') return 'monitoring';
  return 'metric' in condition ? componentOfMetric(condition.metric, alert.labels) : undefined;
}
