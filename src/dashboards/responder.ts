import { DASHBOARD_UIDS, SCRAPE_JOBS } from '../catalog/catalog.ts';
import type { SelfMetricName } from '../catalog/catalog.ts';
import type { DashboardSpec, PanelSpec, PanelUnit, QuerySpec, RowSpec } from './panel-spec.ts';
import { NOTHING_HAPPENED, TOO_FEW_INCIDENTS } from './phrases.ts';

/** Incidents and the two halves of crmwatch themselves. */
export const RESPONDER: DashboardSpec = {
  uid: DASHBOARD_UIDS.responder,
  title: 'crmwatch: incidents and responder',
  description:
    'Incidents, how fast they are handled, and whether the pipe from alert to notification works.',
  hasTarget: false,
  rows: [pipeRow(), incidentsRow(), diagnosisRow(), intakeRow(), notificationsRow(), exporterRow()],
};

function pipeRow(): RowSpec {
  return {
    title: 'The pipe',
    panels: [
      number(
        'Halves that are up',
        'Exporters and responders that Prometheus can scrape.',
        'count',
        [
          {
            expression: `sum by (job) (up{job=~"${SCRAPE_JOBS.exporter}|${SCRAPE_JOBS.responder}"})`,
            legend: '{{job}}',
          },
        ],
      ),
      {
        ...number(
          'Since the last watchdog',
          'The watchdog alert always fires; when it is late, alerts do not arrive.',
          'seconds',
          [
            {
              expression: 'time() - max(crmwatch_watchdog_last_seen_timestamp_seconds)',
              legend: 'watchdog',
            },
          ],
        ),
        colours: [
          { from: 600, colour: 'orange' },
          { from: 1200, colour: 'red' },
        ],
      },
      {
        title: 'Versions',
        description: 'Version of crmwatch and of Node for each half.',
        view: 'table',
        unit: 'info',
        width: 12,
        queries: [
          {
            expression: 'count by (job, version, node_version) (crmwatch_build_info)',
            legend: '',
          },
        ],
      },
    ],
  };
}

function incidentsRow(): RowSpec {
  return {
    title: 'Incidents',
    panels: [
      lines('Open incidents', 'By diagnosed fault class and severity.', 'count', [
        {
          expression: 'max by (fault_class, severity) (crmwatch_incidents_open)',
          legend: '{{fault_class}} {{severity}}',
          mayBeEmpty: NOTHING_HAPPENED,
        },
      ]),
      lines('Incidents opened', 'Within the last hour.', 'count', [
        {
          expression: 'sum(increase(crmwatch_incidents_opened_total[1h]))',
          legend: 'opened',
          mayBeEmpty: NOTHING_HAPPENED,
        },
      ]),
      lines(
        'Time to acknowledge',
        'Mean and 90th percentile of the last day.',
        'seconds',
        spread('crmwatch_incident_acknowledge_seconds'),
      ),
      lines(
        'Time to recover',
        'From report to verified recovery, last day.',
        'seconds',
        spread('crmwatch_incident_recovery_seconds'),
      ),
    ],
  };
}

function diagnosisRow(): RowSpec {
  return {
    title: 'Diagnosis',
    panels: [
      lines('Diagnoses by answer', 'Made within the last hour.', 'count', [
        {
          expression: 'sum by (fault_class) (increase(crmwatch_diagnoses_total[1h]))',
          legend: '{{fault_class}}',
          mayBeEmpty: NOTHING_HAPPENED,
        },
      ]),
      lines(
        'Confidence',
        'Probability of the answers of the last day.',
        'ratio',
        spread('crmwatch_diagnosis_confidence_ratio'),
      ),
      lines(
        'Drift of features',
        'Population stability index of the features that moved furthest from the training; 0.25 is far.',
        'count',
        [
          {
            expression: 'max by (feature) (crmwatch_diagnosis_feature_drift_psi)',
            legend: '{{feature}}',
            mayBeEmpty: TOO_FEW_INCIDENTS,
          },
        ],
      ),
      lines(
        'Log-loss and unknown answers',
        'Of the model that answers: on incidents whose cause was named, and the share of "unknown".',
        'count',
        [
          {
            expression: 'max by (model) (crmwatch_diagnosis_log_loss)',
            legend: 'log-loss of {{model}}',
            mayBeEmpty: TOO_FEW_INCIDENTS,
          },
          {
            expression: 'max by (model) (crmwatch_diagnosis_unknown_ratio)',
            legend: 'unknown of {{model}}',
            mayBeEmpty: TOO_FEW_INCIDENTS,
          },
        ],
      ),
    ],
  };
}

function intakeRow(): RowSpec {
  return {
    title: 'Intake of alerts',
    panels: [
      lines('Deliveries', 'Webhook deliveries committed, by sender.', 'per_second', [
        rate('crmwatch_intake_deliveries_total', 'sender'),
      ]),
      lines('Refusals', 'Deliveries not accepted, by reason.', 'per_second', [
        { ...rate('crmwatch_intake_refusals_total', 'reason'), mayBeEmpty: NOTHING_HAPPENED },
      ]),
      lines('Alert events', 'Alert events committed.', 'per_second', [
        {
          expression: 'sum(rate(crmwatch_intake_events_total[$__rate_interval]))',
          legend: 'events',
        },
      ]),
      lines(
        'Waiting and quarantined',
        'Events to be processed, and bodies that could not be decoded.',
        'count',
        [
          { expression: 'max(crmwatch_intake_unprocessed)', legend: 'unprocessed' },
          { expression: 'max(crmwatch_intake_quarantined)', legend: 'quarantined' },
        ],
      ),
    ],
  };
}

function notificationsRow(): RowSpec {
  return {
    title: 'Notifications',
    panels: [
      lines('Waiting', 'Notifications in the outbox, by channel.', 'count', [
        {
          expression: 'max by (channel) (crmwatch_outbox_pending)',
          legend: '{{channel}}',
          mayBeEmpty: 'no channel is configured',
        },
      ]),
      lines('Sent and failed', 'Attempts by channel.', 'per_second', [
        {
          ...rate('crmwatch_notifications_total', 'channel', ' sent'),
          mayBeEmpty: NOTHING_HAPPENED,
        },
        {
          ...rate('crmwatch_notification_failures_total', 'channel', ' failed'),
          mayBeEmpty: NOTHING_HAPPENED,
        },
      ]),
    ],
  };
}

function exporterRow(): RowSpec {
  return {
    title: 'Exporter',
    panels: [
      lines('Probe runs', 'Runs and failed runs of all targets, by probe.', 'per_second', [
        {
          expression: 'sum by (probe) (rate(crm_probe_runs_total[$__rate_interval]))',
          legend: '{{probe}} runs',
        },
        {
          expression: 'sum by (probe) (rate(crm_probe_run_failures_total[$__rate_interval]))',
          legend: '{{probe}} failures',
        },
      ]),
      lines('Probes in flight', 'Running at this moment.', 'count', [
        { expression: 'sum(crmwatch_probes_in_flight)', legend: 'probes' },
      ]),
      lines(
        'Start delay',
        'How late probes start after they fall due.',
        'seconds',
        spread('crmwatch_probe_start_delay_seconds'),
      ),
    ],
  };
}

/** Mean and 90th percentile of a histogram over the last day. */
function spread(histogram: SelfMetricName): readonly QuerySpec[] {
  return [
    {
      expression: `sum(rate(${histogram}_sum[1d])) / sum(rate(${histogram}_count[1d]))`,
      legend: 'mean',
      mayBeEmpty: NOTHING_HAPPENED,
    },
    {
      expression: `histogram_quantile(0.9, sum by (le) (rate(${histogram}_bucket[1d])))`,
      legend: '90th percentile',
      mayBeEmpty: NOTHING_HAPPENED,
    },
  ];
}

function rate(counter: SelfMetricName, label: string, suffix = ''): QuerySpec {
  return {
    expression: `sum by (${label}) (rate(${counter}[$__rate_interval]))`,
    legend: `{{${label}}}${suffix}`,
  };
}

function number(
  title: string,
  description: string,
  unit: PanelUnit,
  queries: readonly QuerySpec[],
): PanelSpec {
  return { title, description, view: 'number', unit, width: 6, queries };
}

function lines(
  title: string,
  description: string,
  unit: PanelUnit,
  queries: readonly QuerySpec[],
): PanelSpec {
  return { title, description, view: 'lines', unit, width: 12, queries };
}
