import type { MetricDefinition } from './metrics.ts';

/** What crmwatch says about itself; recorded with prom-client, scraped from /metrics of each half. */
export const SELF_METRICS: Readonly<Record<SelfMetricName, MetricDefinition>> = {
  crmwatch_build_info: {
    kind: 'gauge',
    help: 'Always 1: version of crmwatch and of Node.',
    unit: 'info',
    labels: ['version', 'node_version'],
  },
  crmwatch_collector_failures_total: {
    kind: 'counter',
    help: 'Self-metrics that could not be collected for a scrape, by metric; the rest of the page was served.',
    unit: 'count',
    labels: ['metric'],
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
  crmwatch_scrapes_refused_total: {
    kind: 'counter',
    help: 'Scrapes answered with 503 because too many were being answered, by path.',
    unit: 'count',
    labels: ['path'],
  },
  crmwatch_config_last_reload_successful: {
    kind: 'gauge',
    help: 'Whether the configuration in force is the one that was last read: 0 after a failed reload.',
    unit: 'boolean',
    labels: [],
  },
  crmwatch_config_last_reload_success_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the configuration in force was read, in seconds since the epoch.',
    unit: 'timestamp',
    labels: [],
  },
  crmwatch_config_reloads_total: {
    kind: 'counter',
    help: 'Attempts to read the configuration again.',
    unit: 'count',
    labels: [],
  },
  crmwatch_config_reload_failures_total: {
    kind: 'counter',
    help: 'Attempts to read the configuration again that failed; the old one stayed in force.',
    unit: 'count',
    labels: [],
  },
  crmwatch_intake_deliveries_total: {
    kind: 'counter',
    help: 'Deliveries of alerts committed and answered with 200.',
    unit: 'count',
    labels: ['sender', 'kind'],
  },
  crmwatch_intake_refusals_total: {
    kind: 'counter',
    help: 'Deliveries of alerts not accepted, or not wholly; the sender is unknown before it is authenticated.',
    unit: 'count',
    labels: ['reason', 'sender', 'kind'],
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
  crmwatch_upstream_last_success_timestamp_seconds: {
    kind: 'gauge',
    help: 'When an Alertmanager or Prometheus last told the reconciler what it holds, in seconds since the epoch.',
    unit: 'timestamp',
    labels: ['upstream'],
  },
  crmwatch_upstream_failures_total: {
    kind: 'counter',
    help: 'Looks of the reconciler at an Alertmanager or Prometheus that failed.',
    unit: 'count',
    labels: ['upstream'],
  },
  crmwatch_reconciled_total: {
    kind: 'counter',
    help: 'What the reconciler told in place of the senders, by kind.',
    unit: 'count',
    labels: ['kind'],
  },
  crmwatch_forgotten_total: {
    kind: 'counter',
    help: 'Rows that retention emptied or took out, and incidents that it compacted, by kind.',
    unit: 'count',
    labels: ['kind'],
  },
  crmwatch_retention_last_success_timestamp_seconds: {
    kind: 'gauge',
    help: 'When retention last had nothing left to forget, in seconds since the epoch.',
    unit: 'timestamp',
    labels: [],
  },
  crmwatch_store_bytes: {
    kind: 'gauge',
    help: "Size of the responder's database, looked at every hour.",
    unit: 'count',
    labels: [],
  },
  crmwatch_store_rows: {
    kind: 'gauge',
    help: "Rows of the tables of the responder's database that grow with what happens, counted every hour.",
    unit: 'count',
    labels: ['table'],
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
  crmwatch_diagnosis_labels_total: {
    kind: 'counter',
    help: 'Causes of incidents that were named, to learn from, by origin: human, verified_repair or rule.',
    unit: 'count',
    labels: ['origin'],
  },
  crmwatch_diagnosis_model_info: {
    kind: 'gauge',
    help: 'Always 1: the models that judge, by role: the champion answers, the challenger is tried in its shadow.',
    unit: 'info',
    labels: ['id', 'role'],
  },
  crmwatch_diagnosis_feature_drift_psi: {
    kind: 'gauge',
    help: 'How far a feature of the newest 200 incidents moved from the training: population stability index of the ten largest.',
    unit: 'native',
    labels: ['feature'],
  },
  crmwatch_diagnosis_log_loss: {
    kind: 'gauge',
    help: 'Mean log-loss of the champion on the newest 200 incidents of which the cause was named.',
    unit: 'native',
    labels: ['model'],
  },
  crmwatch_diagnosis_unknown_ratio: {
    kind: 'gauge',
    help: 'Share of "unknown" among the answers of the champion to the newest 200 incidents.',
    unit: 'ratio',
    labels: ['model'],
  },
  crmwatch_diagnosis_drift_detected_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the champion was last found to do worse, by stream: log_loss or unknown; in seconds since the epoch.',
    unit: 'timestamp',
    labels: ['stream'],
  },
  crmwatch_access_failures_total: {
    kind: 'counter',
    help: 'Wrong tokens of people and programs, by the way they came; limited says whether too many came from there.',
    unit: 'count',
    labels: ['way', 'limited'],
  },
  crmwatch_api_tokens: {
    kind: 'gauge',
    help: 'API tokens by state: active, expiring (within 14 days), expired, revoked.',
    unit: 'count',
    labels: ['state'],
  },
  crmwatch_responder_lease_held: {
    kind: 'gauge',
    help: 'Whether this replica of the responder holds the lease of a periodic task; over all replicas the sum is 1.',
    unit: 'boolean',
    labels: ['lease'],
  },
  crmwatch_maintenance_windows: {
    kind: 'gauge',
    help: 'Windows of maintenance that are under way; pages about what they cover wait.',
    unit: 'count',
    labels: [],
  },
  crmwatch_alerts_flapping: {
    kind: 'gauge',
    help: 'Alerts that come and go so often that people are not told each time.',
    unit: 'count',
    labels: [],
  },
  crmwatch_incidents_held: {
    kind: 'gauge',
    help: 'Incidents with something that people are not told yet, because of maintenance, a hold-off or flapping.',
    unit: 'count',
    labels: [],
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
  | 'crmwatch_collector_failures_total'
  | 'crmwatch_probes_in_flight'
  | 'crmwatch_probe_start_delay_seconds'
  | 'crmwatch_scrapes_refused_total'
  | 'crmwatch_config_last_reload_successful'
  | 'crmwatch_config_last_reload_success_timestamp_seconds'
  | 'crmwatch_config_reloads_total'
  | 'crmwatch_config_reload_failures_total'
  | 'crmwatch_intake_deliveries_total'
  | 'crmwatch_intake_refusals_total'
  | 'crmwatch_intake_events_total'
  | 'crmwatch_intake_quarantined'
  | 'crmwatch_intake_unprocessed'
  | 'crmwatch_watchdog_last_seen_timestamp_seconds'
  | 'crmwatch_upstream_last_success_timestamp_seconds'
  | 'crmwatch_upstream_failures_total'
  | 'crmwatch_reconciled_total'
  | 'crmwatch_forgotten_total'
  | 'crmwatch_retention_last_success_timestamp_seconds'
  | 'crmwatch_store_bytes'
  | 'crmwatch_store_rows'
  | 'crmwatch_incidents_open'
  | 'crmwatch_incidents_opened_total'
  | 'crmwatch_incident_acknowledge_seconds'
  | 'crmwatch_incident_recovery_seconds'
  | 'crmwatch_diagnosis_confidence_ratio'
  | 'crmwatch_diagnoses_total'
  | 'crmwatch_diagnosis_labels_total'
  | 'crmwatch_diagnosis_model_info'
  | 'crmwatch_diagnosis_feature_drift_psi'
  | 'crmwatch_diagnosis_log_loss'
  | 'crmwatch_diagnosis_unknown_ratio'
  | 'crmwatch_diagnosis_drift_detected_timestamp_seconds'
  | 'crmwatch_access_failures_total'
  | 'crmwatch_api_tokens'
  | 'crmwatch_responder_lease_held'
  | 'crmwatch_maintenance_windows'
  | 'crmwatch_alerts_flapping'
  | 'crmwatch_incidents_held'
  | 'crmwatch_outbox_pending'
  | 'crmwatch_notifications_total'
  | 'crmwatch_notification_failures_total';

/** The names by kind, so that recording a metric as what it is not does not compile. */
export type SelfHistogramName =
  | 'crmwatch_probe_start_delay_seconds'
  | 'crmwatch_incident_acknowledge_seconds'
  | 'crmwatch_incident_recovery_seconds'
  | 'crmwatch_diagnosis_confidence_ratio';
export type SelfCounterName = Extract<SelfMetricName, `${string}_total`>;
export type SelfGaugeName = Exclude<SelfMetricName, SelfHistogramName | SelfCounterName>;
