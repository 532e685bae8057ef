import type { AlertDefinition } from './alert-definition.ts';
import { SCRAPE_JOBS } from './operation-names.ts';

/** Alerts on the watching itself. */
export const PIPELINE_ALERTS: Readonly<Record<PipelineAlertName, AlertDefinition>> = {
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

export type PipelineAlertName =
  | 'CrmProbeOverdue'
  | 'CrmExporterDown'
  | 'CrmResponderDown'
  | 'CrmNotificationsFailing'
  | 'CrmDiagnosisDrift'
  | 'CrmDiagnosisWorse'
  | 'CrmWatchdog';
