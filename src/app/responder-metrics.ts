import { createSelfMetrics } from '../exporter/exposition/exposition.ts';
import type { SelfMetrics } from '../exporter/exposition/exposition.ts';
import type { ApiTokens } from '../responder/accounts/accounts.ts';
import type { LearningFacts, Pipeline, ResponderMetrics } from '../responder/pipeline/pipeline.ts';
import type { Logger } from '../std/std.ts';
import { readVersion } from './repository.ts';

export function createResponderSelfMetrics(logger: Logger): SelfMetrics {
  const selfMetrics = createSelfMetrics({
    logger,
    declared: [
      'crmwatch_intake_events_total',
      'crmwatch_incidents_opened_total',
      'crmwatch_incident_acknowledge_seconds',
      'crmwatch_incident_recovery_seconds',
      'crmwatch_diagnosis_confidence_ratio',
    ],
  });
  const labels = { version: readVersion(), node_version: process.version };
  selfMetrics.set('crmwatch_build_info', 1, labels);
  return selfMetrics;
}

/** Counts what the pipeline tells of. */
export function createPipelineMetrics(selfMetrics: SelfMetrics): ResponderMetrics {
  return {
    deliveryAccepted({ sender, kind }, events) {
      selfMetrics.increment('crmwatch_intake_deliveries_total', { sender, kind });
      selfMetrics.increment('crmwatch_intake_events_total', {}, events);
    },
    deliveryRefused: (reason, { sender, kind }) =>
      selfMetrics.increment('crmwatch_intake_refusals_total', { reason, sender, kind }),
    incidentOpened: () => selfMetrics.increment('crmwatch_incidents_opened_total'),
    incidentAcknowledged: (seconds) =>
      selfMetrics.observe('crmwatch_incident_acknowledge_seconds', seconds),
    incidentRecovered: (seconds) =>
      selfMetrics.observe('crmwatch_incident_recovery_seconds', seconds),
    diagnosed(answer, probability) {
      selfMetrics.increment('crmwatch_diagnoses_total', { fault_class: answer });
      selfMetrics.observe('crmwatch_diagnosis_confidence_ratio', probability);
    },
    labelKept: (origin) => selfMetrics.increment('crmwatch_diagnosis_labels_total', { origin }),
    notificationSent: (channel) =>
      selfMetrics.increment('crmwatch_notifications_total', { channel }),
    notificationFailed: (channel) =>
      selfMetrics.increment('crmwatch_notification_failures_total', { channel }),
    upstreamAsked(upstream, answeredAtMs) {
      if (answeredAtMs === null) {
        selfMetrics.increment('crmwatch_upstream_failures_total', { upstream });
        return;
      }
      const seconds = answeredAtMs / 1000;
      selfMetrics.set('crmwatch_upstream_last_success_timestamp_seconds', seconds, { upstream });
    },
    reconciled: (kind) => selfMetrics.increment('crmwatch_reconciled_total', { kind }),
    forgotten: (kind, count) => selfMetrics.increment('crmwatch_forgotten_total', { kind }, count),
    retentionFinished: (atMs) =>
      selfMetrics.set('crmwatch_retention_last_success_timestamp_seconds', atMs / 1000),
    storeMeasured({ bytes, rows }) {
      selfMetrics.set('crmwatch_store_bytes', bytes);
      const counts = [...rows].map(([table, value]) => ({ labels: { table }, value }));
      selfMetrics.replace('crmwatch_store_rows', counts);
    },
  };
}

/** So that somebody makes a new token before the old one ends. */
export function exposeTokens(selfMetrics: SelfMetrics, tokens: Pick<ApiTokens, 'counts'>): void {
  selfMetrics.beforeRender(async () => {
    const counts = Object.entries(await tokens.counts());
    selfMetrics.replace(
      'crmwatch_api_tokens',
      counts.map(([state, value]) => ({ labels: { state }, value })),
    );
  });
}

/** So that somebody sees which replica does what, and that a task is done by none. */
export function exposeLeases(selfMetrics: SelfMetrics, pipeline: Pick<Pipeline, 'leases'>): void {
  selfMetrics.beforeRender(async () => {
    const states = pipeline.leases();
    selfMetrics.replace(
      'crmwatch_responder_lease_held',
      states.map(({ lease, isHeld }) => ({ labels: { lease }, value: isHeld ? 1 : 0 })),
    );
  });
}

/** So that somebody sees that the model no longer fits, and which one answers. What is unknown has no series. */
export function exposeLearning(
  selfMetrics: SelfMetrics,
  readFacts: () => Promise<LearningFacts>,
): void {
  const of = (model: string, value: number | null) =>
    value === null ? [] : [{ labels: { model }, value }];
  const since = (stream: string, atMs: number | null) =>
    atMs === null ? [] : [{ labels: { stream }, value: atMs / 1000 }];
  selfMetrics.beforeRender(async () => {
    const facts = await readFacts();
    const { champion, challenger } = facts;
    selfMetrics.replace('crmwatch_diagnosis_model_info', [
      { labels: { id: champion, role: 'champion' }, value: 1 },
      ...(challenger === null
        ? []
        : [{ labels: { id: challenger, role: 'challenger' }, value: 1 }]),
    ]);
    selfMetrics.replace(
      'crmwatch_diagnosis_feature_drift_psi',
      facts.features.map(({ feature, psi }) => ({ labels: { feature }, value: psi })),
    );
    selfMetrics.replace('crmwatch_diagnosis_log_loss', of(champion, facts.logLoss));
    selfMetrics.replace('crmwatch_diagnosis_unknown_ratio', of(champion, facts.unknownRatio));
    selfMetrics.replace('crmwatch_diagnosis_drift_detected_timestamp_seconds', [
      ...since('log_loss', facts.lossRoseAtMs),
      ...since('unknown', facts.unknownRoseAtMs),
    ]);
  });
}

/** Gauges are looked up when they are asked for. */
export function exposeStatistics(selfMetrics: SelfMetrics, pipeline: Pipeline): void {
  selfMetrics.beforeRender(async () => {
    const facts = await pipeline.statistics();
    selfMetrics.set('crmwatch_intake_unprocessed', facts.unprocessedEvents);
    selfMetrics.set('crmwatch_intake_quarantined', facts.quarantinedDeliveries);
    selfMetrics.set('crmwatch_maintenance_windows', facts.activeWindows);
    selfMetrics.set('crmwatch_alerts_flapping', facts.flappingAlerts);
    selfMetrics.set('crmwatch_incidents_held', facts.heldIncidents);
    const open = facts.incidents.filter(({ phase }) => phase !== 'resolved' && phase !== 'closed');
    const totals = new Map<string, { labels: Record<string, string>; value: number }>();
    for (const { faultClass, severity, count } of open) {
      const labels = { fault_class: faultClass ?? 'undiagnosed', severity };
      const key = JSON.stringify(labels);
      totals.set(key, { labels, value: (totals.get(key)?.value ?? 0) + count });
    }
    selfMetrics.replace('crmwatch_incidents_open', [...totals.values()]);
    selfMetrics.replace(
      'crmwatch_outbox_pending',
      facts.outboxPending.map(({ channel, count }) => ({ labels: { channel }, value: count })),
    );
    if (facts.watchdogLastSeenAtMs !== null) {
      const seconds = facts.watchdogLastSeenAtMs / 1000;
      selfMetrics.set('crmwatch_watchdog_last_seen_timestamp_seconds', seconds);
    }
  });
}
