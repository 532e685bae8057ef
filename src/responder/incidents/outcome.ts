import type { Effect } from './incident-event.ts';
import type { Incident } from './incident.ts';

/** What a transition gives: the next incident, what is to be done because of it, and why. */
export type Outcome = {
  readonly incident: Incident | null;
  /** False when the event changes nothing; it is then not written to the journal. */
  readonly changed: boolean;
  readonly effects: readonly Effect[];
  readonly reason: string;
  /** Only of events about alerts: what became of each of them, in their order. */
  readonly told?: readonly { readonly changed: boolean; readonly reason: string }[];
};

export function ignore(incident: Incident | null, reason: string): Outcome {
  return { incident, changed: false, effects: [], reason };
}

export function change(
  incident: Incident,
  nowMs: number,
  fields: Partial<Incident>,
  told: { readonly effects?: readonly Effect[]; readonly reason: string },
): Outcome {
  const sequence = incident.sequence + 1;
  const next: Incident = { ...incident, ...fields, sequence, updatedAtMs: nowMs };
  return { incident: next, changed: true, effects: told.effects ?? [], reason: told.reason };
}
