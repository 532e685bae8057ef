import type { Outcome } from '../../http/http.ts';
import type { EvidenceAlert } from './evidence-value.ts';
import { wordsOfAlert } from './mask-words.ts';
import { selector } from './prometheus.ts';
import type { PrometheusClient } from './prometheus.ts';

type Labels = Readonly<Record<string, string>>;

function makeAlert(labels: Labels, startsAtMs: number, annotations: Labels = {}): EvidenceAlert {
  return {
    name: labels['alertname'] ?? 'unnamed',
    severity: labels['severity'] ?? 'none',
    labels,
    startsAtMs,
    words: wordsOfAlert({ labels, annotations }),
  };
}

/**
 * The alerts of one target that fire in Prometheus now; or those that fired at a time, of which Prometheus keeps no
 * annotations and so no words.
 */
export async function askFiringAlerts(
  prometheus: PrometheusClient,
  target: string,
  atMs?: number,
): Promise<Outcome<readonly EvidenceAlert[]>> {
  if (atMs !== undefined) return askPastAlerts(prometheus, target, atMs);
  const outcome = await prometheus.alerts();
  if (!outcome.ok) return outcome;
  const value = outcome.value
    .filter(({ labels, state }) => labels['target'] === target && state === 'firing')
    .map(({ labels, annotations, activeAtMs }) => makeAlert(labels, activeAtMs, annotations));
  return { ok: true, value };
}

async function askPastAlerts(
  prometheus: PrometheusClient,
  target: string,
  atMs: number,
): Promise<Outcome<readonly EvidenceAlert[]>> {
  const [alerts, starts] = await Promise.all([
    prometheus.query(selector('ALERTS', { alertstate: 'firing', target }), { atMs }),
    prometheus.query(selector('ALERTS_FOR_STATE', { target }), { atMs }),
  ]);
  if (!alerts.ok) return alerts;
  if (!starts.ok) return starts;
  const startOf = new Map(starts.value.map(({ labels, value }) => [keyOf(labels), value * 1000]));
  const value = alerts.value.map(({ labels }) =>
    makeAlert(labels, startOf.get(keyOf(labels)) ?? atMs),
  );
  return { ok: true, value };
}

/** ALERTS has the state of an alert besides the labels that ALERTS_FOR_STATE has. */
function keyOf(labels: Labels): string {
  const { __name__: _name, alertstate: _state, ...rest } = labels;
  return JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
