import { alertIdOf, isOpen, scopeOf } from '../incidents/incidents.ts';
import type { AlertIdentity, Incident } from '../incidents/incidents.ts';
import type { ChangeSet } from './change-set.ts';
import { findHomes } from './correlation-tables.ts';
import { followMerges } from './follow-merges.ts';

/**
 * The open incident that stands in the way of another one's opening again: it is about the same, also by way of a
 * merge, or an alert that fires in both would count twice. Null when there is none.
 */
export async function findRival(changes: ChangeSet, incident: Incident): Promise<Incident | null> {
  const ofScope = await findRivalOfScope(changes, incident);
  if (ofScope !== null) return ofScope;
  const firing = incident.alerts.filter(({ status }) => status === 'firing');
  const scopes = new Set(firing.map((alert) => scopeOf(alert).scope));
  const ids = new Set(await findHomes(changes.transaction, firing));
  for (const scope of scopes) {
    const newest = await changes.newestOfScope(scope);
    if (newest !== null) ids.add(newest.id);
  }
  for (const id of ids) {
    const place = await followMerges(changes, await changes.peek(id));
    if (place === null || place.incident.id === incident.id) continue;
    if (isOpen(place.incident.phase) && sharesFiring(firing, place.incident)) return place.incident;
  }
  return null;
}

/** The open incident where new alerts of this one's scope go, when they do not come by way of this one. */
export async function findRivalOfScope(
  changes: ChangeSet,
  incident: Incident,
): Promise<Incident | null> {
  const place = await followMerges(changes, await changes.newestOfScope(incident.scope));
  if (place === null || place.path[0] === incident.id) return null;
  return isOpen(place.incident.phase) ? place.incident : null;
}

function sharesFiring(firing: readonly AlertIdentity[], { alerts }: Incident): boolean {
  const held = new Set(alerts.filter(({ status }) => status === 'firing').map(alertIdOf));
  return firing.some((alert) => held.has(alertIdOf(alert)));
}
