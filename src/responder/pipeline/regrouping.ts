import { createId } from '../../std/std.ts';
import {
  alertIdOf,
  chooseAlerts,
  isOpen,
  planMerge,
  planSplit,
  planUndoMerge,
  scopeOf,
  scopeOfSplit,
  undoSplitProblem,
} from '../incidents/incidents.ts';
import type { Incident, IncidentAlert, RegroupPlan } from '../incidents/incidents.ts';
import { countTried, withdrawWaiting } from '../notify/notify.ts';
import type { ChangeSet } from './change-set.ts';
import { findHome, keepHome } from './correlation-tables.ts';
import { findRivalOfScope } from './find-rival.ts';
import { followMerges } from './follow-merges.ts';
import { makeChange } from './make-change.ts';
import type { Answer, ChangeOptions } from './make-change.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import type { Commit } from './process-inbox.ts';
import { inheritStorm } from './storm-records.ts';

/** Merges and splits by hand, and their undoing. Unknown incidents are refused with `unknown_incident`. */
export type Regrouping = {
  /** Merges an incident into another one, which goes on with the alerts of both. */
  merge(
    id: string,
    intoId: string,
    actor: string,
    why: string,
    options?: ChangeOptions,
  ): Promise<Answer>;
  /** Makes a merged incident one of its own again. */
  undoMerge(id: string, actor: string, why: string, options?: ChangeOptions): Promise<Answer>;
  /** Makes a new incident of some alerts, by their identifiers (`alertIdOf`). */
  split(
    id: string,
    alertIds: readonly string[],
    actor: string,
    why: string,
    options?: ChangeOptions,
  ): Promise<Answer>;
  /** Merges an incident back into the one that it was split from. */
  undoSplit(id: string, actor: string, why: string, options?: ChangeOptions): Promise<Answer>;
};

type Done = Pick<Answer, 'changed' | 'reason' | 'otherId'>;
type Person = { readonly actor: string; readonly why: string; readonly nowMs: number };

const DONE = 'done';
const UNDONE_SPLIT = 'the split was undone';

export function createRegrouping(context: PipelineContext, commit: Commit): Regrouping {
  const { clock, random } = context;
  return {
    merge: async (id, intoId, actor, why, options = {}) =>
      makeChange(context, commit, id, options, async (changes, source, nowMs) =>
        merge(changes, context, source, intoId, { actor, why, nowMs }),
      ),
    undoMerge: async (id, actor, why, options = {}) =>
      makeChange(context, commit, id, options, async (changes, source, nowMs) =>
        undoMerge(changes, source, { actor, why, nowMs }),
      ),
    split: async (id, alertIds, actor, why, options = {}) =>
      makeChange(context, commit, id, options, async (changes, incident, nowMs) => {
        const splitId = createId('inc', clock.now(), random);
        return split(changes, incident, { alertIds, splitId }, { actor, why, nowMs });
      }),
    undoSplit: async (id, actor, why, options = {}) =>
      makeChange(context, commit, id, options, async (changes, incident, nowMs) => {
        const originId = incident.splitFrom?.incidentId;
        const origin = originId === undefined ? null : await changes.find(originId);
        const reason = undoSplitProblem(incident, origin);
        if (reason !== null || originId === undefined) return refused(reason ?? '');
        const said = why === '' ? UNDONE_SPLIT : `${UNDONE_SPLIT}: ${why}`;
        return merge(changes, context, incident, originId, { actor, why: said, nowMs });
      }),
  };
}

function refused(reason: string): Done {
  return { changed: false, reason };
}

async function merge(
  changes: ChangeSet,
  { settings }: PipelineContext,
  source: Incident,
  intoId: string,
  person: Person,
): Promise<Done> {
  const destination = await changes.find(intoId);
  if (destination === null) return refused(`there is no incident ${intoId.slice(0, 100)}`);
  const { transaction } = changes;
  const { reopenWindowMs } = settings;
  const plan = planMerge(source, destination, {
    ...person,
    reopenWindowMs,
    wasTold: await wasTold(changes, source),
  });
  if (plan.kind === 'refused') return refused(plan.reason);
  // What nobody tried to send yet is told of the destination, if at all.
  await withdrawWaiting(transaction, [source.id]);
  await carryOut(changes, plan, person.nowMs);
  return { changed: true, reason: DONE, otherId: destination.id };
}

async function undoMerge(changes: ChangeSet, source: Incident, person: Person): Promise<Done> {
  const intoId = source.mergedInto?.incidentId;
  const destination = intoId === undefined ? null : await changes.find(intoId);
  const origins = await originsOf(changes, source, destination);
  const plan = planUndoMerge(source, destination, {
    ...person,
    wasTold: await wasTold(changes, source),
    rival: await findRivalOfScope(changes, source),
    cameBy: (alert) => origins.get(alertIdOf(alert)),
  });
  if (plan.kind === 'refused') return refused(plan.reason);
  await carryOut(changes, plan, person.nowMs);
  return { changed: true, reason: DONE };
}

/**
 * By which merges alerts that came since would have reached the source. Only where others are merged into the source
 * does it matter, since the merge of those may be undone as well.
 */
async function originsOf(
  changes: ChangeSet,
  source: Incident,
  destination: Incident | null,
): Promise<ReadonlyMap<string, string>> {
  const origins = new Map<string, string>();
  if (destination === null || (source.merged ?? []).length === 0) return origins;
  const known = new Set(source.alerts.map(alertIdOf));
  const came = destination.alerts.filter(
    (alert) => alert.from === source.id && !known.has(alertIdOf(alert)),
  );
  for (const alert of came) {
    const home = await findHome(changes.transaction, alert);
    const start =
      home === null ? await changes.newestOfScope(scopeOf(alert).scope) : await changes.peek(home);
    const path = (await followMerges(changes, start))?.path ?? [];
    const origin = path[path.indexOf(source.id) - 1];
    if (origin !== undefined) origins.set(alertIdOf(alert), origin);
  }
  return origins;
}

async function split(
  changes: ChangeSet,
  incident: Incident,
  { alertIds, splitId }: { readonly alertIds: readonly string[]; readonly splitId: string },
  person: Person,
): Promise<Done> {
  const { transaction } = changes;
  const found = chooseAlerts(incident, alertIds);
  const taken = await takenScopes(changes, found.chosen);
  const scope = scopeOfSplit(incident, found.chosen, splitId, (name) => taken.has(name));
  const plan = planSplit(incident, found, { ...person, splitId, ...scope });
  if (plan.kind === 'refused') return refused(plan.reason);
  await carryOut(changes, plan, person.nowMs);
  for (const alert of found.chosen) await keepHome(transaction, alert, splitId);
  await inheritStorm(transaction, incident.id, splitId);
  return { changed: true, reason: DONE, otherId: splitId };
}

/** Those of which new alerts have an open incident to go to. */
async function takenScopes(
  changes: ChangeSet,
  alerts: readonly IncidentAlert[],
): Promise<ReadonlySet<string>> {
  const taken = new Set<string>();
  for (const scope of new Set(alerts.map((alert) => scopeOf(alert).scope))) {
    const place = await followMerges(changes, await changes.newestOfScope(scope));
    if (place !== null && isOpen(place.incident.phase)) taken.add(scope);
  }
  return taken;
}

/** Whether people were told of its present episode by a notice of its own, or may have been. */
async function wasTold({ transaction }: ChangeSet, incident: Incident): Promise<boolean> {
  const { id, episodeStartedAtMs } = incident;
  return (await countTried(transaction, id, episodeStartedAtMs)) > 0;
}

/** A plan was made for these very snapshots: an event that changes nothing is a defect, and undoes the transaction. */
async function carryOut(
  changes: ChangeSet,
  plan: RegroupPlan & { readonly kind: 'planned' },
  nowMs: number,
): Promise<void> {
  for (const { incidentId, event } of plan.events) {
    const { changed, reason } = await changes.apply(await changes.find(incidentId), event, nowMs);
    if (!changed) throw new Error(`${event.kind} of ${incidentId} changed nothing: ${reason}`);
  }
}
