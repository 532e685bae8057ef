import type { AlertDefinition } from './alert-definition.ts';

/** Alerts on records that are missing, wrong, old or alone. */
export const QUALITY_ALERTS: Readonly<Record<QualityAlertName, AlertDefinition>> = {
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
};

export type QualityAlertName =
  | 'CrmDataIncomplete'
  | 'CrmDataDuplicated'
  | 'CrmDataInvalid'
  | 'CrmDataStale'
  | 'CrmDataOrphaned'
  | 'CrmRecordsDropped';
