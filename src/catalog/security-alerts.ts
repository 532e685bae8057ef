import type { AlertDefinition } from './alert-definition.ts';

/** Alerts on who gets in, on what they may do, and on what they prove themselves with. */
export const SECURITY_ALERTS: Readonly<Record<SecurityAlertName, AlertDefinition>> = {
  CrmLoginFailed: {
    area: 'security',
    condition: { kind: 'probe_failed', probes: ['login'] },
    severity: 'critical',
    summary: 'The monitoring identity cannot log in to {{ $labels.target }}',
    description: 'The login probe of {{ $labels.target }} failed in all its attempts.',
    verifiedBy: ['login'],
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
  CrmPermissionChangesHigh: {
    area: 'security',
    condition: { kind: 'threshold', metric: 'crm_permission_changes' },
    severity: 'none',
    summary: 'Many permissions of {{ $labels.target }} change',
    description:
      '{{ $value | humanize }} changes of roles and permissions of {{ $labels.target }} were recorded within the window in the mean.',
    verifiedBy: ['audit_trail'],
  },
  CrmMassExportsHigh: {
    area: 'security',
    condition: { kind: 'threshold', metric: 'crm_mass_exports' },
    severity: 'none',
    summary: 'Many records of {{ $labels.target }} are exported',
    description:
      '{{ $value | humanize }} exports from {{ $labels.target }} were recorded within the window in the mean.',
    verifiedBy: ['audit_trail'],
  },
  CrmAuditTrailOff: {
    area: 'security',
    condition: { kind: 'off', metric: 'crm_audit_trail_recording', forDuration: '1m' },
    severity: 'critical',
    summary: 'The audit trail of {{ $labels.target }} is switched off',
    description:
      '{{ $labels.target }} does not record who changes what: what happens now cannot be found out later.',
    verifiedBy: ['audit_trail'],
  },
  CrmApiTokenOld: {
    area: 'security',
    condition: { kind: 'threshold', metric: 'crm_api_token_oldest_age_seconds' },
    severity: 'none',
    summary: 'A token of the API of {{ $labels.target }} is old',
    description:
      'The oldest token or key of {{ $labels.target }} was made {{ $value | humanizeDuration }} ago.',
    verifiedBy: ['api_tokens'],
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
};

export type SecurityAlertName =
  | 'CrmLoginFailed'
  | 'CrmCertificateExpiring'
  | 'CrmCredentialExpiring'
  | 'CrmFailedLoginsHigh'
  | 'CrmPrivilegedUsersIncreased'
  | 'CrmPermissionChangesHigh'
  | 'CrmMassExportsHigh'
  | 'CrmAuditTrailOff'
  | 'CrmApiTokenOld'
  | 'CrmSecondFactorCoverageLow';
