import type { IncidentEvent } from './incident-event.ts';
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
  readonly event: IncidentEvent;
};

/**
 * Rebuilds the snapshot of one incident from its whole journal, in order. Throws when the journal has a
 * gap or holds an event that cannot have happened: then it was tampered with.
 */
export function replay(journal: readonly JournalEntry[]): Incident {
  let incident: Incident | null = null;
  for (const entry of journal) {
    const outcome = transition(incident, entry.event, entry.atMs);
    if (!outcome.changed || outcome.incident?.sequence !== entry.sequence) {
      throw new Error(
        `the journal of ${entry.incidentId} breaks at entry ${entry.sequence} (${entry.event.kind})`,
      );
    }
    incident = outcome.incident;
  }
  if (incident === null) throw new Error('an empty journal has no incident');
  return incident;
}
