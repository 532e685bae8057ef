import type { MeasurementName } from './measurements.ts';
import { SCRAPE_JOBS } from './operation-names.ts';
import type { ProbeKindName, Severity } from './probe-kinds.ts';

/** How the rules room turns the alert into PromQL. */
export type AlertCondition =
  /** A probe kind is in its hard failed state. The rules add the reason to the description. */
  | { readonly kind: 'probe_failed'; readonly probes: readonly ProbeKindName[] }
  /** The mean over 5m and the last value are both past the threshold series, per severity. */
  | { readonly kind: 'threshold'; readonly metric: MeasurementName }
  /**
   * The last state is that of the severity or worse, 1 for a warning and 2 for a critical one, for the duration. What
   * cannot tell its state is a warning, since an alert must not end because nobody knows any more.
   */
  | {
      readonly kind: 'state';
      readonly metric: MeasurementName;
      /** 1 while the state is unknown. */
      readonly unknown: MeasurementName;
      readonly forDuration: string;
    }
  /** The last value is above the smallest one of the window: somebody or something was added. */
  | { readonly kind: 'increase'; readonly metric: MeasurementName; readonly window: string }
  /**
   * The last value fell below `ratio` of the median of the window. Not of its largest value: records that were
   * added by mistake and removed again are no loss.
   */
  | {
      readonly kind: 'drop';
      readonly metric: MeasurementName;
      readonly window: string;
      readonly ratio: number;
    }
  /** An expression about the pipe itself. */
  | { readonly kind: 'expression'; readonly expression: string; readonly forDuration: string };

export type AlertArea = 'performance' | 'security' | 'quality' | 'pipeline';

export type AlertDefinition = {
  readonly area: AlertArea;
  readonly condition: AlertCondition;
  /** Alerts on a threshold or a state exist once per severity; all others have this one. */
  readonly severity: Severity | 'none';
  readonly summary: string;
  readonly description: string;
  /** The probe kinds whose fresh run proves recovery; empty for alerts about the pipe. */
  readonly verifiedBy: readonly ProbeKindName[];
};

export const ALERTS: Readonly<Record<AlertName, AlertDefinition>> = {
  CrmUnreachable: {
    area: 'performance',
    condition: { kind: 'probe_failed', probes: ['reachability'] },
    severity: 'critical',
    summary: 'CRM {{ $labels.target }} cannot be reached',
    description: 'The reachability probe of {{ $labels.target }} failed in all its attempts.',
    verifiedBy: ['reachability'],
  },
  CrmLoginFailed: {
    area: 'security',
    condition: { kind: 'probe_failed', probes: ['login'] },
    severity: 'critical',
    summary: 'The monitoring identity cannot log in to {{ $labels.target }}',
    description: 'The login probe of {{ $labels.target }} failed in all its attempts.',
    verifiedBy: ['login'],
  },
  CrmProbeFailed: {
    area: 'performance',
    condition: {
      kind: 'probe_failed',
      probes: [
        'api_latency',
        'background_jobs',
        'api_quota',
        'plugin',
        'certificate',
        'credentials',
        'failed_logins',
        'accounts',
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
  CrmCertificateExpiring: {
    area: 'security',
    condition: { kind: 'threshold', metric: 'crm_certificate_remaining_seconds' },
    severity: 'none',
    summary: 'TLS certificate of {{ $labels.target }} expires or has expired',
    description:
      'The certificate of {{ $labels.target }} is valid for {{ $value | humanizeDuration }} more.',
    verifiedBy: ['certificate'],
  },
  CrmCredentialExpiring: {
    area: 'security',
    condition: { kind: 'threshold', metric: 'crm_credential_remaining_seconds' },
    severity: 'none',
    summary: 'The credentials of the monitor for {{ $labels.target }} end or have ended',
    description:
      'The credentials of the {{ $labels.identity }} identity are valid for {{ $value | humanizeDuration }} more.',
    verifiedBy: ['credentials'],
  },
  CrmFailedLoginsHigh: {
    area: 'security',
    condition: { kind: 'threshold', metric: 'crm_failed_logins' },
    severity: 'none',
    summary: 'Many logins to {{ $labels.target }} fail',
    description:
      '{{ $value | humanize }} logins to {{ $labels.target }} failed within the window in the mean.',
    verifiedBy: ['failed_logins'],
  },
  CrmPrivilegedUsersIncreased: {
    area: 'security',
    condition: { kind: 'increase', metric: 'crm_privileged_users', window: '1h' },
    severity: 'critical',
    summary: 'Users of {{ $labels.target }} became administrators',
    description:
      '{{ $labels.target }} has {{ $value | humanize }} more administrators than within the last hour.',
    verifiedBy: ['accounts'],
  },
  CrmSecondFactorCoverageLow: {
    area: 'security',
    condition: { kind: 'threshold', metric: 'crm_second_factor_coverage_ratio' },
    severity: 'none',
    summary: 'Few users of {{ $labels.target }} have a second factor',
    description:
      'Only {{ $value | humanizePercentage }} of the active users of {{ $labels.target }} have one.',
    verifiedBy: ['accounts'],
  },
  CrmDataIncomplete: {
    area: 'quality',
    condition: { kind: 'threshold', metric: 'crm_missing_ratio' },
    severity: 'none',
    summary: '{{ $labels.object }}.{{ $labels.field }} of {{ $labels.target }} is often empty',
    description:
      '{{ $value | humanizePercentage }} of {{ $labels.object }} records have no {{ $labels.field }} in the mean.',
    verifiedBy: ['data_quality'],
  },
  CrmDataDuplicated: {
    area: 'quality',
    condition: { kind: 'threshold', metric: 'crm_duplicate_ratio' },
    severity: 'none',
    summary: '{{ $labels.object }} records of {{ $labels.target }} are duplicated',
    description:
      '{{ $value | humanizePercentage }} of {{ $labels.object }} records repeat another {{ $labels.key }} in the mean.',
    verifiedBy: ['data_quality'],
  },
  CrmDataInvalid: {
    area: 'quality',
    condition: { kind: 'threshold', metric: 'crm_invalid_ratio' },
    severity: 'none',
    summary: '{{ $labels.object }}.{{ $labels.field }} of {{ $labels.target }} is often invalid',
    description:
      '{{ $value | humanizePercentage }} of the {{ $labels.field }} values are no valid {{ $labels.format }} in the mean.',
    verifiedBy: ['data_quality'],
  },
  CrmDataStale: {
    area: 'quality',
    condition: { kind: 'threshold', metric: 'crm_stale_ratio' },
    severity: 'none',
    summary: '{{ $labels.object }} records of {{ $labels.target }} are stale',
    description:
      '{{ $value | humanizePercentage }} of {{ $labels.object }} records were not changed for too long, in the mean.',
    verifiedBy: ['data_quality'],
  },
  CrmDataOrphaned: {
    area: 'quality',
    condition: { kind: 'threshold', metric: 'crm_orphan_ratio' },
    severity: 'none',
    summary: '{{ $labels.object }} records of {{ $labels.target }} are orphaned',
    description:
      '{{ $value | humanizePercentage }} of the {{ $labels.reference }} references lead nowhere in the mean.',
    verifiedBy: ['data_quality'],
  },
  CrmRecordsDropped: {
    area: 'quality',
    condition: { kind: 'drop', metric: 'crm_records', window: '1h', ratio: 0.8 },
    severity: 'critical',
    summary: '{{ $labels.object }} records of {{ $labels.target }} disappeared',
    description:
      'Only {{ $value | humanizePercentage }} of the usual number of {{ $labels.object }} records are left.',
    verifiedBy: ['data_quality'],
  },
  CrmProbeOverdue: {
    area: 'pipeline',
    condition: {
      kind: 'expression',
      expression:
        'time() - min by (target, probe) (crm_probe_last_run_timestamp_seconds) > 3 * max by (target, probe) (crm_probe_interval_seconds) + 120',
      forDuration: '1m',
    },
    severity: 'warning',
    summary: 'Probe {{ $labels.probe }} of {{ $labels.target }} does not run',
    description:
      'Its last result is {{ $value | humanizeDuration }} old: what is shown may no longer be true.',
    verifiedBy: [],
  },
  CrmExporterDown: {
    area: 'pipeline',
    condition: {
      kind: 'expression',
      expression: `up{job="${SCRAPE_JOBS.exporter}"} == 0`,
      forDuration: '1m',
    },
    severity: 'critical',
    summary: 'The exporter cannot be scraped',
    description:
      'Prometheus cannot scrape {{ $labels.instance }}: nothing is known about any CRM it watches.',
    verifiedBy: [],
  },
  CrmResponderDown: {
    area: 'pipeline',
    condition: {
      kind: 'expression',
      expression: `up{job="${SCRAPE_JOBS.responder}"} == 0`,
      forDuration: '1m',
    },
    severity: 'critical',
    summary: 'The responder cannot be scraped',
    description:
      'Prometheus cannot scrape {{ $labels.instance }}: alerts may not become incidents.',
    verifiedBy: [],
  },
  CrmNotificationsFailing: {
    area: 'pipeline',
    condition: {
      kind: 'expression',
      expression:
        'sum by (channel) (increase(crmwatch_notification_failures_total[10m])) > 3 and on (channel) crmwatch_outbox_pending > 0',
      forDuration: '2m',
    },
    severity: 'warning',
    summary: 'Notifications by {{ $labels.channel }} fail',
    description:
      '{{ $value | humanize }} attempts failed within 10 minutes and notifications are waiting.',
    verifiedBy: [],
  },
  CrmDiagnosisDrift: {
    area: 'pipeline',
    condition: {
      kind: 'expression',
      expression: 'count(max by (feature) (crmwatch_diagnosis_feature_drift_psi) >= 0.25)',
      forDuration: '6h',
    },
    severity: 'warning',
    summary: 'Evidence is no longer like what the diagnosis was trained on',
    description:
      '{{ $value | humanize }} of the ten features that moved furthest have a population stability index of 0.25 or more.',
    verifiedBy: [],
  },
  CrmDiagnosisWorse: {
    area: 'pipeline',
    condition: {
      kind: 'expression',
      expression:
        'time() - max by (stream) (crmwatch_diagnosis_drift_detected_timestamp_seconds) < 86400',
      forDuration: '1m',
    },
    severity: 'warning',
    summary: 'The diagnosis does worse than before: {{ $labels.stream }} rose',
    description: 'It was noticed {{ $value | humanizeDuration }} ago, by the answers themselves.',
    verifiedBy: [],
  },
  CrmWatchdog: {
    area: 'pipeline',
    condition: { kind: 'expression', expression: 'vector(1)', forDuration: '0s' },
    severity: 'none',
    summary: 'The alerting pipe works',
    description:
      'This alert always fires. When the responder stops receiving it, the pipe is broken.',
    verifiedBy: [],
  },
};

export type AlertName =
  | 'CrmUnreachable'
  | 'CrmLoginFailed'
  | 'CrmProbeFailed'
  | 'CrmApiSlow'
  | 'CrmLoginSlow'
  | 'CrmApiQuotaLow'
  | 'CrmJobsStalled'
  | 'CrmPluginFailed'
  | 'CrmCertificateExpiring'
  | 'CrmCredentialExpiring'
  | 'CrmFailedLoginsHigh'
  | 'CrmPrivilegedUsersIncreased'
  | 'CrmSecondFactorCoverageLow'
  | 'CrmDataIncomplete'
  | 'CrmDataDuplicated'
  | 'CrmDataInvalid'
  | 'CrmDataStale'
  | 'CrmDataOrphaned'
  | 'CrmRecordsDropped'
  | 'CrmProbeOverdue'
  | 'CrmExporterDown'
  | 'CrmResponderDown'
  | 'CrmNotificationsFailing'
  | 'CrmDiagnosisDrift'
  | 'CrmDiagnosisWorse'
  | 'CrmWatchdog';
export const ALERT_NAMES: readonly AlertName[] = Object.keys(ALERTS) as AlertName[];

export function alertDefinition(name: string): AlertDefinition | undefined {
  return Object.hasOwn(ALERTS, name) ? ALERTS[name as AlertName] : undefined;
}
