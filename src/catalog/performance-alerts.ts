import type { AlertDefinition } from './alert-definition.ts';

/** Alerts on a CRM that is slow, down or about to stop answering. */
export const PERFORMANCE_ALERTS: Readonly<Record<PerformanceAlertName, AlertDefinition>> = {
  CrmUnreachable: {
    area: 'performance',
    condition: { kind: 'probe_failed', probes: ['reachability'] },
    severity: 'critical',
    summary: 'CRM {{ $labels.target }} cannot be reached',
    description: 'The reachability probe of {{ $labels.target }} failed in all its attempts.',
    verifiedBy: ['reachability'],
  },
  CrmProbeFailed: {
    area: 'performance',
    condition: {
      kind: 'probe_failed',
      probes: [
        'api_latency',
        'background_jobs',
        'api_quota',
        'integrations',
        'vendor_status',
        'api_lifecycle',
        'plugin',
        'certificate',
        'credentials',
        'failed_logins',
        'accounts',
        'audit_trail',
        'api_tokens',
        'data_quality',
      ],
    },
    severity: 'warning',
    summary: 'Probe {{ $labels.probe }} of {{ $labels.target }} fails',
    description:
      'The probe {{ $labels.probe }} of {{ $labels.target }} failed in all its attempts.',
    verifiedBy: [],
  },
  CrmApiSlow: {
    area: 'performance',
    condition: { kind: 'threshold', metric: 'crm_api_latency_seconds' },
    severity: 'none',
    summary: 'API of {{ $labels.target }} is slow',
    description:
      'The {{ $labels.call }} API call of {{ $labels.target }} takes {{ $value | humanizeDuration }} in the mean.',
    verifiedBy: ['api_latency'],
  },
  CrmLoginSlow: {
    area: 'performance',
    condition: { kind: 'threshold', metric: 'crm_login_duration_seconds' },
    severity: 'none',
    summary: 'Login to {{ $labels.target }} is slow',
    description:
      'A login to {{ $labels.target }} takes {{ $value | humanizeDuration }} in the mean.',
    verifiedBy: ['login'],
  },
  CrmApiQuotaLow: {
    area: 'performance',
    condition: { kind: 'threshold', metric: 'crm_api_quota_used_ratio' },
    severity: 'none',
    summary: 'API allowance of {{ $labels.target }} is nearly used up',
    description:
      '{{ $value | humanizePercentage }} of the allowance {{ $labels.limit }} of {{ $labels.target }} is used.',
    verifiedBy: ['api_quota'],
  },
  CrmJobsStalled: {
    area: 'performance',
    condition: { kind: 'threshold', metric: 'crm_job_oldest_pending_age_seconds' },
    severity: 'none',
    summary: 'Background jobs of {{ $labels.target }} do not run',
    description:
      'The oldest due job of {{ $labels.target }} has waited {{ $value | humanizeDuration }} in the mean.',
    verifiedBy: ['background_jobs'],
  },
  CrmSchedulesFailing: {
    area: 'performance',
    condition: { kind: 'threshold', metric: 'crm_failed_schedules' },
    severity: 'none',
    summary: 'Scheduled jobs of {{ $labels.target }} fail',
    description:
      '{{ $value | humanize }} scheduled jobs of {{ $labels.target }} failed when they last ran, or were switched off, in the mean.',
    verifiedBy: ['background_jobs'],
  },
  CrmIntegrationsFailing: {
    area: 'performance',
    condition: { kind: 'threshold', metric: 'crm_integration_failures' },
    severity: 'none',
    summary: 'Integrations of {{ $labels.target }} fail',
    description:
      '{{ $value | humanize }} failures of the kind {{ $labels.integration }} were counted at {{ $labels.target }} within the window in the mean.',
    verifiedBy: ['integrations'],
  },
  CrmVendorTrouble: {
    area: 'performance',
    condition: { kind: 'state', metric: 'crm_vendor_state', forDuration: '1m' },
    severity: 'none',
    summary: 'The vendor of {{ $labels.target }} reports trouble',
    description:
      'The status page of the vendor of {{ $labels.target }} says that the service is degraded or out of order.',
    verifiedBy: ['vendor_status'],
  },
  CrmApiRemovalNear: {
    area: 'performance',
    condition: { kind: 'threshold', metric: 'crm_api_removal_remaining_seconds' },
    severity: 'none',
    summary: 'An API of {{ $labels.target }} is going to be removed',
    description:
      'The API {{ $labels.api }} of {{ $labels.target }} remains for {{ $value | humanizeDuration }} more.',
    verifiedBy: ['api_lifecycle'],
  },
  CrmPluginFailed: {
    area: 'performance',
    condition: {
      kind: 'state',
      metric: 'crm_plugin_state',
      unknown: 'crm_plugin_unknown',
      forDuration: '1m',
    },
    severity: 'none',
    summary: 'Plugin {{ $labels.plugin }} of {{ $labels.target }} is not OK',
    description:
      'The monitoring plugin {{ $labels.plugin }} of {{ $labels.target }} reports trouble, or cannot tell whether there is any.',
    verifiedBy: ['plugin'],
  },
};

export type PerformanceAlertName =
  | 'CrmUnreachable'
  | 'CrmProbeFailed'
  | 'CrmApiSlow'
  | 'CrmLoginSlow'
  | 'CrmApiQuotaLow'
  | 'CrmJobsStalled'
  | 'CrmSchedulesFailing'
  | 'CrmIntegrationsFailing'
  | 'CrmVendorTrouble'
  | 'CrmApiRemovalNear'
  | 'CrmPluginFailed';
