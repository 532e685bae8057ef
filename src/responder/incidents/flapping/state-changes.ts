import { sourceOf } from '../../alerts/alerts.ts';
import { findAlert } from '../alert-book.ts';
import type { IncidentEvent, NamedAlert, ToldAlert } from '../incident-event.ts';
import type { Incident, IncidentAlert } from '../incident.ts';
import type { Outcome } from '../outcome.ts';

/** An alert began to fire, or ceased to. Times are by our clock. */
export type StateChange = {
  readonly alert: NamedAlert;
  readonly status: 'firing' | 'resolved';
  readonly atMs: number;
  /** Of an alert that fires again: when it fired and ceased before. The first is by the sender's clock. */
  readonly before: { readonly firedAtMs: number; readonly resolvedAtMs: number } | null;
};

/** The changes of state among what an event told of an incident; repeats and late deliveries are none. */
export function stateChangesOf(
  before: Incident | null,
  event: IncidentEvent,
  outcome: Outcome,
): readonly StateChange[] {
  const newest = new Map<string, ToldAlert>();
  const changes: StateChange[] = [];
  for (const [index, alert] of toldBy(event).entries()) {
    const hasChanged = outcome.told?.[index]?.changed ?? outcome.changed;
    if (!hasChanged) continue;
    const { fingerprint, name, status, receivedAtMs: atMs } = alert;
    const source = sourceOf(alert);
    const key = `${fingerprint} ${source}`;
    const last = newest.get(key) ?? findAlert(before?.alerts ?? [], alert);
    newest.set(key, alert);
    if (status === (last?.status ?? 'resolved')) continue;
    changes.push({ alert: { source, fingerprint, name }, status, atMs, before: episodeOf(last) });
  }
  return changes;
}

function toldBy(event: IncidentEvent): readonly ToldAlert[] {
  if (event.kind === 'alerts_told') return event.alerts;
  return event.kind === 'alert_fired' || event.kind === 'alert_resolved' ? [event.alert] : [];
}

function episodeOf(last: IncidentAlert | ToldAlert | undefined): StateChange['before'] {
  if (last?.status !== 'resolved') return null;
  const { startsAtMs, receivedAtMs: resolvedAtMs } = last;
  return { firedAtMs: Math.min(startsAtMs, resolvedAtMs), resolvedAtMs };
}
