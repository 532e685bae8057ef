import { alertIdOf, scopeOf } from '../incidents/incidents.ts';
import type { AlertIdentity, Incident } from '../incidents/incidents.ts';
import type { ChangeSet } from './change-set.ts';
import { findHome, keepHome } from './correlation-tables.ts';
import { followMerges } from './follow-merges.ts';
import { findProcessedResolve } from './last-resolves.ts';
import type { SourceNames } from './reconcile-upstream.ts';

/**
 * Lets the alerts that fire in an incident that was opened again lead to it. While it was over, another one may have
 * been opened for the target of an alert that came by a merge, and repeats would make the alert fire in both.
 */
export async function claimFiring(changes: ChangeSet, incident: Incident): Promise<void> {
  const firing = incident.alerts.filter(({ status }) => status === 'firing');
  for (const alert of firing) {
    const { scope } = scopeOf(alert);
    if (scope === incident.scope) continue;
    const home = await findHome(changes.transaction, alert);
    const start = home === null ? await changes.newestOfScope(scope) : await changes.peek(home);
    const place = await followMerges(changes, start);
    if (place?.incident.id === incident.id) continue;
    await keepHome(changes.transaction, alert, await originOf(changes, incident, alert));
  }
}

/**
 * Tells an incident that was opened again what it missed while a person had closed it: a closed incident takes no
 * alerts, so one that fired then and is gone since would fire in it for ever.
 */
export async function endWhatWasMissed(
  changes: ChangeSet,
  closed: Incident,
  sources: SourceNames,
): Promise<void> {
  const { closedAtMs } = closed;
  if (closedAtMs === null) return;
  for (const alert of closed.alerts.filter(({ status }) => status === 'firing')) {
    const last = await findProcessedResolve(changes.transaction, alert, sources);
    const wasMissed = last !== null && last.receivedAtMs >= closedAtMs;
    if (!wasMissed || (last.endsAtMs ?? last.startsAtMs) < alert.startsAtMs) continue;
    const opened = await changes.find(closed.id);
    if (opened !== null) await changes.tell(opened, last, () => {});
  }
}

/** More steps than merges lead anywhere. */
const MAXIMUM_STEPS = 1000;

/** Where the alert belongs once all merges are undone: against the merges by which it came. */
async function originOf(
  changes: ChangeSet,
  incident: Incident,
  alert: AlertIdentity,
): Promise<string> {
  let { id } = incident;
  const key = alertIdOf(alert);
  for (
    let steps = 0, at: Incident | null = incident;
    at !== null && steps < MAXIMUM_STEPS;
    steps++
  ) {
    id = at.id;
    const from: string | undefined = at.alerts.find((each) => alertIdOf(each) === key)?.from;
    at = from === undefined ? null : await changes.peek(from);
  }
  return id;
}
