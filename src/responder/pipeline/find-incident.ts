import type { AlertEvent } from '../alerts/alerts.ts';
import { chooseJoin, correlate, isOpen, joinCandidates, scopeOf } from '../incidents/incidents.ts';
import type { Correlation, Incident, Join, JoinPlace } from '../incidents/incidents.ts';
import type { ChangeSet } from './change-set.ts';
import { findByLabels, findHome, hasHomes } from './correlation-tables.ts';
import type { PipelineContext } from './pipeline-parts.ts';

export type LastResolve = (event: AlertEvent) => Promise<AlertEvent | null>;

export type Belonging =
  | Correlation
  /** The alert is the first word of it in the incident of another target. */
  | ({ readonly kind: 'joins' } & Join);

export type IncidentFinder = (event: AlertEvent, lastResolve: LastResolve) => Promise<Belonging>;

/** Finds where alerts belong, within one transaction. */
export function createIncidentFinder(
  changes: ChangeSet,
  { settings }: PipelineContext,
): IncidentFinder {
  const { transaction } = changes;
  const { correlation: rules, reopenWindowMs } = settings;
  let mayHaveHomes: boolean | undefined =
    rules.dependencies.size > 0 || rules.labelRules.length > 0 ? true : undefined;

  /** The incident of another target that the alert joined before, while it is the one to go on with. */
  async function homeOf(event: AlertEvent): Promise<Incident | null> {
    // Rules may have been taken out since; the alerts that joined by them still have to end.
    mayHaveHomes ??= await hasHomes(transaction);
    const id = mayHaveHomes ? await findHome(transaction, event) : null;
    const home = id === null ? null : await changes.peek(id);
    if (home === null || isOpen(home.phase)) return home;
    const newest = await changes.newestOfScope(home.scope);
    return newest?.id === home.id ? home : null;
  }

  async function look(place: JoinPlace): Promise<Incident | null> {
    if (place.kind === 'scope') return changes.newestOfScope(place.scope);
    const id = await findByLabels(transaction, place.key);
    return id === null ? null : changes.peek(id);
  }

  async function join(event: AlertEvent): Promise<Join | null> {
    for (const candidate of joinCandidates(event, rules)) {
      const incident = await look(candidate.place);
      const found = chooseJoin(event, [{ candidate, incident }]);
      if (found !== null) return found;
    }
    return null;
  }

  return async (event, findLastResolve) => {
    const home = await homeOf(event);
    const newest = home ?? (await changes.newestOfScope(scopeOf(event).scope));
    const needsPast = event.status === 'firing' && (newest === null || !isOpen(newest.phase));
    const lastResolve = needsPast ? await findLastResolve(event) : null;
    const correlation = correlate(event, { newest, lastResolve }, reopenWindowMs);
    if (correlation.kind !== 'new') return correlation;
    const own = home === null ? null : await changes.newestOfScope(scopeOf(event).scope);
    if (own !== null && isOpen(own.phase)) return { kind: 'existing', incident: own };
    const joined = await join(event);
    return joined === null ? correlation : { kind: 'joins', ...joined };
  };
}
