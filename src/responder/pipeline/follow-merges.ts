import type { Incident } from '../incidents/incidents.ts';
import type { ChangeSet } from './change-set.ts';

/** Where the alerts of an incident go on. */
export type Place = {
  readonly incident: Incident;
  /**
   * The incidents on the way to it and itself. The first is where the alerts belong once merges are undone, the
   * last but one the merge that led there.
   */
  readonly path: readonly string[];
};

/** More steps than there can be: only an open incident takes others in, so that merges never lead in a circle. */
const MAXIMUM_STEPS = 1000;

/** Goes from an incident along its merges to the one that holds its alerts now. */
export async function followMerges(
  { peek }: Pick<ChangeSet, 'peek'>,
  start: Incident | null,
): Promise<Place | null> {
  const path: string[] = [];
  for (let incident = start; incident !== null && path.length < MAXIMUM_STEPS;) {
    path.push(incident.id);
    if (incident.mergedInto === undefined) return { incident, path };
    incident = await peek(incident.mergedInto.incidentId);
  }
  return null;
}
