import { partsOf } from '../../std/std.ts';
import { findAlert } from './alert-book.ts';
import type { IncidentEvent } from './incident-event.ts';
import { isOpen } from './incident.ts';
import type { Incident, IncidentAlert } from './incident.ts';
import { joinAlerts } from './regroup.ts';

/** What is to happen to each of two incidents, all of it or nothing; or why it may not happen. */
export type RegroupPlan =
  | {
      readonly kind: 'planned';
      readonly events: readonly { readonly incidentId: string; readonly event: IncidentEvent }[];
    }
  | { readonly kind: 'refused'; readonly reason: string };

export type RegroupOptions = {
  readonly actor: string;
  /** What the person wrote; may be empty. */
  readonly why: string;
  readonly nowMs: number;
};

/** An incident that takes in more is a sign of a rule that is missing, and its page would not be read. */
export const MAXIMUM_MERGED = 100;
/** Each merge is one step more for an alert of the first incident on its way to the last. */
export const MAXIMUM_MERGE_DEPTH = 50;
/** An entry of the journal stays at about a megabyte. */
const ALERTS_PER_ENTRY = 1000;

export function refuse(reason: string): RegroupPlan & { readonly kind: 'refused' } {
  return { kind: 'refused', reason };
}

/** Where an incident is, for a refusal. */
export function whereabouts({ phase, mergedInto }: Incident): string {
  return mergedInto === undefined ? phase : `merged into ${mergedInto.incidentId}`;
}

function mergeProblem(
  source: Incident,
  destination: Incident,
  { nowMs, reopenWindowMs }: { readonly nowMs: number; readonly reopenWindowMs: number },
): string | null {
  if (source.id === destination.id) return 'an incident cannot be merged into itself';
  if (source.compacted !== undefined) return `only the figures of ${source.id} are kept`;
  if (source.phase === 'closed') return `${source.id} is ${whereabouts(source)} already`;
  if (!isOpen(destination.phase)) {
    return `${destination.id} is ${whereabouts(destination)}; only an open incident takes alerts in`;
  }
  const { resolvedAtMs } = source;
  if (source.phase === 'resolved' && nowMs - (resolvedAtMs ?? 0) > reopenWindowMs) {
    return `${source.id} recovered too long ago to be part of what goes on now`;
  }
  if ((destination.merged ?? []).length >= MAXIMUM_MERGED) {
    return `${MAXIMUM_MERGED} incidents are merged into ${destination.id}, which is the most that may be`;
  }
  if ((source.mergeDepth ?? 0) >= MAXIMUM_MERGE_DEPTH) {
    return `${MAXIMUM_MERGE_DEPTH} merges one after another lead to ${source.id}, which is the most that may be`;
  }
  return null;
}

export type MergeOptions = RegroupOptions & {
  /** How long after its recovery an incident may still be merged: as long as it would be reopened. */
  readonly reopenWindowMs: number;
  /** Whether people were told of the source by itself. */
  readonly wasTold: boolean;
};

/** The source ends, and the destination goes on with the alerts of both. */
export function planMerge(
  source: Incident,
  destination: Incident,
  options: MergeOptions,
): RegroupPlan {
  const problem = mergeProblem(source, destination, options);
  if (problem !== null) return refuse(problem);
  const alerts = source.alerts.map((alert) => ({ ...alert, from: source.id }));
  if (joinAlerts(destination.alerts, alerts) === null) {
    return refuse('both together have more alerts than one incident may have');
  }
  const { actor, why, wasTold } = options;
  const { id, title, reportedAtMs, mergeDepth: depth = 0 } = source;
  const from = { id, title };
  const [first = [], ...rest] = chunksOf(alerts);
  const into = { id: destination.id, title: destination.title };
  return {
    kind: 'planned',
    events: [
      { incidentId: id, event: { kind: 'merged_into', actor, into, why, wasTold } },
      {
        incidentId: into.id,
        event: {
          kind: 'merged_from',
          actor,
          from,
          why,
          alerts: first,
          reportedAtMs,
          wasTold,
          depth,
        },
      },
      ...movedIn(into.id, rest, { actor, from }),
    ],
  };
}

export type UndoMergeOptions = RegroupOptions & {
  readonly wasTold: boolean;
  /** The open incident that the alerts of the source would belong to by its scope, if there is one. */
  readonly rival: Incident | null;
  /** By which merge an alert that came since would have reached the source; undefined is by none. */
  readonly cameBy: (alert: IncidentAlert) => string | undefined;
};

/** Takes a merge apart while the destination is open: the source gets its alerts back in their newest state. */
export function planUndoMerge(
  source: Incident,
  destination: Incident | null,
  options: UndoMergeOptions,
): RegroupPlan {
  const { actor, why, wasTold, rival, cameBy } = options;
  if (source.mergedInto === undefined) return refuse(`${source.id} is not merged into another one`);
  if (source.compacted !== undefined) return refuse(`only the figures of ${source.id} are kept`);
  if (destination === null) return refuse(`${source.mergedInto.incidentId} is gone`);
  if (!isOpen(destination.phase)) {
    const then = destination.mergedInto === undefined ? '' : '; undo that merge first';
    return refuse(`${destination.id} is ${whereabouts(destination)} since${then}`);
  }
  if (rival !== null) return refuse(`${rival.id} is open about the same`);
  const given = destination.alerts.filter(({ from }) => from === source.id);
  if (given.length === 0) return refuse(`none of its alerts is in ${destination.id} any more`);
  if (given.length === destination.alerts.length) {
    return refuse(
      `${destination.id} would have no alert left: merge it into this one afterwards, or close it`,
    );
  }
  const back = given.map((alert) => giveBack(alert, findAlert(source.alerts, alert), cameBy));
  const [first = [], ...rest] = chunksOf(back);
  const to = { id: source.id, title: source.title };
  const from = { id: destination.id, title: destination.title };
  return {
    kind: 'planned',
    events: [
      { incidentId: from.id, event: { kind: 'alerts_returned', actor, to, why } },
      {
        incidentId: to.id,
        event: { kind: 'merge_undone', actor, from, why, alerts: first, wasTold },
      },
      ...movedIn(to.id, rest, { actor, from }),
    ],
  };
}

/** The newest word about an alert, with what the source alone knew: why it was there, and its details. */
function giveBack(
  alert: IncidentAlert,
  known: IncidentAlert | undefined,
  cameBy: UndoMergeOptions['cameBy'],
): IncidentAlert {
  const { from: _merge, ...newest } = alert;
  const from = known === undefined ? cameBy(alert) : known.from;
  const origin = from === undefined ? {} : { from };
  if (known === undefined) return { ...newest, ...origin };
  const { because, labels, annotations, generatorUrl } = known;
  const isStripped = newest.generatorUrl === '' && Object.keys(newest.annotations).length === 0;
  return {
    ...newest,
    ...(isStripped ? { labels, annotations, generatorUrl } : {}),
    ...(because === undefined ? {} : { because }),
    ...origin,
  };
}

/** Those that fire first, so that the first part decides the phase. */
function chunksOf(alerts: readonly IncidentAlert[]): readonly (readonly IncidentAlert[])[] {
  if (alerts.length <= ALERTS_PER_ENTRY) return [alerts];
  const firing = alerts.filter(({ status }) => status === 'firing');
  const over = alerts.filter(({ status }) => status === 'resolved');
  return [...partsOf([...firing, ...over], ALERTS_PER_ENTRY)];
}

function movedIn(
  incidentId: string,
  parts: readonly (readonly IncidentAlert[])[],
  { actor, from }: { readonly actor: string; readonly from: { id: string; title: string } },
): readonly { readonly incidentId: string; readonly event: IncidentEvent }[] {
  return parts.map((alerts) => ({
    incidentId,
    event: { kind: 'alerts_moved_in', actor, from, alerts },
  }));
}
