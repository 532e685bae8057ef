import { fingerprintOf } from '../../src/responder/alerts/alerts.ts';
import type { AlertEvent } from '../../src/responder/alerts/alerts.ts';
import type { DiagnosisView, Verification } from '../../src/responder/incidents/incidents.ts';

export const START_MS: number = Date.UTC(2026, 0, 5, 9, 0, 0);

/** An alert event of one sender; labels and times as the test wants them. */
export function createAlert(changes: Partial<AlertEvent> = {}): AlertEvent {
  const name = changes.name ?? 'CrmUnreachable';
  const labels = changes.labels ?? { alertname: name, target: 'shop', severity: 'critical' };
  return {
    sender: 'am',
    fingerprint: fingerprintOf(labels),
    status: 'firing',
    name,
    labels,
    annotations: { summary: `${name} summary` },
    startsAtMs: START_MS - 60_000,
    endsAtMs: null,
    generatorUrl: '',
    receivedAtMs: START_MS,
    ...changes,
  };
}

/** The body that Alertmanager would post for these events. */
export function createWebhookBody(events: readonly AlertEvent[]): string {
  const time = (atMs: number | null): string =>
    atMs === null ? '0001-01-01T00:00:00Z' : new Date(atMs).toISOString();
  return JSON.stringify({
    version: '4',
    groupKey: '{}:{target="shop"}',
    truncatedAlerts: 0,
    status: events.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    receiver: 'crmwatch',
    alerts: events.map((event) => ({
      status: event.status,
      labels: event.labels,
      annotations: event.annotations,
      startsAt: time(event.startsAtMs),
      endsAt: time(event.endsAtMs),
      generatorURL: event.generatorUrl,
      fingerprint: event.fingerprint,
    })),
  });
}

export function createDiagnosis(changes: Partial<DiagnosisView> = {}): DiagnosisView {
  return {
    answer: 'service_outage',
    probability: 0.93,
    alternatives: [{ class: 'database', probability: 0.05 }],
    reasons: [{ text: 'the reachability probe fails with tcp', contribution: 3.2 }],
    components: [{ name: 'web server', score: 0.8, why: 'connections are refused' }],
    modelId: 'test-model',
    ...changes,
  };
}

export function createVerification(
  outcome: Verification['outcome'],
  quietSinceMs: number | null,
): Verification {
  const why = outcome === 'passed' ? '' : 'probe reachability fails: tcp (refused)';
  const checks = [{ alert: 'CrmUnreachable', probe: 'reachability', outcome, why }];
  return { outcome, why, checks, startedAtMs: START_MS, quietSinceMs };
}
