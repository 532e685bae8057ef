import { MAXIMUM_DETAILED } from './alert-book.ts';
import { SYSTEM_ACTOR, actorOf } from './incident-event.ts';
import type { IncidentEvent, ToldAlert } from './incident-event.ts';
import type { Incident } from './incident.ts';
import { transition } from './transition.ts';

export type ToldEvent = {
  /** What goes to the journal: only alerts that change something. Null when none does. */
  readonly event: IncidentEvent | null;
  /** The time of the event. */
  readonly atMs: number;
  /** What became of each alert, in their order. */
  readonly reasons: readonly string[];
};

/**
 * Makes one event of the alerts that were told of an incident, in the order of their arrival. Alone and in a small
 * incident it is the event of its kind, so that a journal reads as what happened.
 */
export function toldEventOf(incident: Incident, alerts: readonly ToldAlert[]): ToldEvent {
  const list = toList(alerts);
  const { told = [] } = transition(incident, list, 0);
  const reasons = told.map(({ reason }) => reason);
  const changing = alerts.filter((_, index) => told[index]?.changed === true);
  const atMs = changing.at(-1)?.receivedAtMs ?? 0;
  const [first] = changing;
  if (first === undefined) return { event: null, atMs, reasons };
  const isAlone = changing.length === 1 && incident.alerts.length < MAXIMUM_DETAILED;
  return { event: isAlone ? toSingle(first, incident.id) : toList(changing), atMs, reasons };
}

function toList(alerts: readonly ToldAlert[]): IncidentEvent {
  const actors = new Set(alerts.map(actorOf));
  const [only = SYSTEM_ACTOR] = actors.size === 1 ? actors : [];
  return { kind: 'alerts_told', actor: only, alerts };
}

function toSingle(alert: ToldAlert, incidentId: string): IncidentEvent {
  const actor = actorOf(alert);
  return alert.status === 'firing'
    ? { kind: 'alert_fired', actor, alert, incidentId }
    : { kind: 'alert_resolved', actor, alert };
}
