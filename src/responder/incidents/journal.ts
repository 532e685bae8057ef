import type { ForgottenEvent, IncidentEvent } from './incident-event.ts';
import type { Outcome } from './outcome.ts';
import { kindOf } from './incident-event.ts';
import type { Incident, Phase } from './incident.ts';
import { transition } from './transition.ts';

/** One line of the append-only journal: an event that changed the incident. */
export type JournalEntry = {
  /** Rises over all incidents: the id of live updates. */
  readonly id: number;
  readonly incidentId: string;
  /** From 1, without gaps, within its incident. */
  readonly sequence: number;
  readonly atMs: number;
  /** After the event. */
  readonly phase: Phase;
  readonly event: IncidentEvent | ForgottenEvent;
};

/**
 * Rebuilds the snapshot of one incident from its whole journal, in order. Where texts were forgotten it begins with
 * the last entry that says so, which holds what was kept. Throws when the journal has a gap or holds an event that
 * cannot have happened: then it was tampered with.
 */
export function replay(journal: readonly JournalEntry[]): Incident {
  let incident: Incident | null = null;
  const begin = journal.findLastIndex(({ event }) => event.kind === 'compacted');
  const first = journal[begin]?.event;
  if (first?.kind === 'compacted') incident = first.kept;
  for (const { incidentId, sequence, event, atMs } of journal.slice(begin + 1)) {
    const outcome: Outcome | null =
      event.kind === 'forgotten' ? null : transition(incident, event, atMs);
    if (outcome?.changed !== true || outcome.incident?.sequence !== sequence) {
      throw new Error(
        `the journal of ${incidentId} breaks at entry ${sequence} (${kindOf(event)})`,
      );
    }
    incident = outcome.incident;
  }
  if (incident === null) throw new Error('an empty journal has no incident');
  return incident;
}
