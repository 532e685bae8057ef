import type { AlertEvent } from '../alerts/alerts.ts';
import { chooseJoin, correlate, isOpen, joinCandidates, scopeOf } from '../incidents/incidents.ts';
import type { Correlation, Incident, JoinPlace } from '../incidents/incidents.ts';
import type { ChangeSet } from './change-set.ts';
import { findByLabels, findHome, hasHomes } from './correlation-tables.ts';
import { followMerges } from './follow-merges.ts';
import type { Place } from './follow-merges.ts';
import type { PipelineContext } from './pipeline-parts.ts';

export type LastResolve = (event: AlertEvent) => Promise<AlertEvent | null>;

type Arrival = {
  readonly incident: Incident;
  /** The merge that led there, if any. */
  readonly from?: string;
  /** Why an alert of another target goes there. */
  readonly because?: string;
  /** The incident to keep as its home from now on; absent when that is known already, or goes without saying. */
  readonly home?: string;
};

export type Belonging =
  | ({ readonly kind: 'existing' } & Arrival)
  /** `hasHome` says that the new incident is to take the place of an older home. */
  | { readonly kind: 'new'; readonly hasHome: boolean }
  | { readonly kind: 'none'; readonly reason: string };

export type IncidentFinder = (event: AlertEvent, lastResolve: LastResolve) => Promise<Belonging>;

/**
 * Finds where alerts belong, within one transaction: in their home, which is the incident of another target that
 * they joined or were split off into, then in the incident of their own scope. Both lead on along merges.
 */
export function createIncidentFinder(
  changes: ChangeSet,
  { settings }: PipelineContext,
): IncidentFinder {
  const { transaction } = changes;
  const { correlation: rules, reopenWindowMs } = settings;
  let mayHaveHomes: boolean | undefined =
    rules.dependencies.size > 0 || rules.labelRules.length > 0 ? true : undefined;

  async function findHomeId(event: AlertEvent): Promise<string | null> {
    // Rules may have been taken out since; the alerts that joined by them still have to end.
    mayHaveHomes ??= await hasHomes(transaction);
    return mayHaveHomes ? findHome(transaction, event) : null;
  }

  async function placeOf(id: string | null): Promise<Place | null> {
    return id === null ? null : followMerges(changes, await changes.peek(id));
  }

  async function placeOfScope(scope: string): Promise<Place | null> {
    return followMerges(changes, await changes.newestOfScope(scope));
  }

  async function judge(
    event: AlertEvent,
    place: Place | null,
    past: () => Promise<AlertEvent | null>,
  ): Promise<Correlation> {
    const newest = place?.incident ?? null;
    const needsPast = event.status === 'firing' && (newest === null || !isOpen(newest.phase));
    const lastResolve = needsPast ? await past() : null;
    const found = correlate(event, { newest, lastResolve }, reopenWindowMs);
    if (found.kind !== 'existing' || !isReopening(event, found.incident)) return found;
    // Another one may have followed about the same, which is the one to go on with.
    const follower = await changes.newestOfScope(found.incident.scope);
    return follower?.id === found.incident.id ? found : { kind: 'new' };
  }

  async function join(event: AlertEvent): Promise<Arrival | null> {
    for (const candidate of joinCandidates(event, rules)) {
      const place = await look(candidate.place);
      const incident = place?.incident ?? null;
      const found = chooseJoin(event, [{ candidate, incident }]);
      if (found !== null && place !== null) return { ...arriveAt(place, place.path[0]), ...found };
    }
    return null;
  }

  async function look(place: JoinPlace): Promise<Place | null> {
    if (place.kind === 'scope') return placeOfScope(place.scope);
    return placeOf(await findByLabels(transaction, place.key));
  }

  return async (event, findLastResolve) => {
    let asked: Promise<AlertEvent | null> | undefined;
    const past = async (): Promise<AlertEvent | null> => (asked ??= findLastResolve(event));
    const homeId = await findHomeId(event);
    const home = await placeOf(homeId);
    const ofHome = home === null ? null : await judge(event, home, past);
    const isHome = ofHome?.kind === 'existing' && home !== null;
    if (isHome && !isReopening(event, ofHome.incident)) {
      return { kind: 'existing', ...arriveAt(home) };
    }
    if (ofHome?.kind === 'none' && event.status === 'firing') return ofHome;
    const own = await placeOfScope(scopeOf(event).scope);
    if (isHome && (own === null || !isOpen(own.incident.phase))) {
      return { kind: 'existing', ...arriveAt(home) };
    }
    const ofOwn = await judge(event, own, past);
    if (ofOwn.kind === 'existing' && own !== null) {
      return { kind: 'existing', ...arriveAt(own, homeId === null ? undefined : own.path[0]) };
    }
    if (ofOwn.kind === 'none') return ofOwn;
    const joined = await join(event);
    return joined === null
      ? { kind: 'new', hasHome: homeId !== null }
      : { kind: 'existing', ...joined };
  };
}

function isReopening(event: AlertEvent, { phase }: Incident): boolean {
  return event.status === 'firing' && phase === 'resolved';
}

function arriveAt({ incident, path }: Place, home?: string): Arrival {
  const from = path.at(-2);
  return {
    incident,
    ...(from === undefined ? {} : { from }),
    ...(home === undefined ? {} : { home }),
  };
}
