import { alertIdOf } from './alert-id.ts';
import { isOpen } from './incident.ts';
import type { AlertIdentity, Incident, IncidentAlert } from './incident.ts';
import { afterColon } from './membership.ts';
import { refuse, whereabouts } from './plan-merge.ts';
import type { RegroupOptions, RegroupPlan } from './plan-merge.ts';
import { scopeOf } from './scope.ts';
import type { Scope } from './scope.ts';

/** A person chooses alerts by hand, and a request names each of them. */
export const MAXIMUM_CHOSEN = 500;

export type ChosenAlerts = {
  readonly chosen: readonly IncidentAlert[];
  /** Identifiers of none of its alerts. */
  readonly unknown: readonly string[];
};

export function chooseAlerts(incident: Incident, alertIds: readonly string[]): ChosenAlerts {
  const byId = new Map(incident.alerts.map((alert) => [alertIdOf(alert), alert]));
  const ids = [...new Set(alertIds)];
  return {
    chosen: ids.flatMap((id) => byId.get(id) ?? []),
    unknown: ids.filter((id) => !byId.has(id)),
  };
}

/**
 * What an incident of these alerts is about. When they are about one target or name that no other open incident is
 * about, it is the incident of that one, and later alerts of it go there; else it is about these alerts alone.
 */
export function scopeOfSplit(
  incident: Incident,
  chosen: readonly IncidentAlert[],
  splitId: string,
  isTaken: (scope: string) => boolean,
): Scope {
  const scopes = new Map(chosen.map((alert) => [scopeOf(alert).scope, scopeOf(alert)]));
  const [only] = scopes.values();
  const targets = new Set([...scopes.values()].map(({ target }) => target));
  const [target = incident.target] = targets.size === 1 ? targets : [];
  if (scopes.size === 1 && only !== undefined && !isTaken(only.scope)) return only;
  return { scope: `split:${splitId}`, target };
}

export type SplitOptions = RegroupOptions & { readonly splitId: string } & Scope;

/** Chosen alerts leave for a new incident; the rest stays. */
export function planSplit(
  incident: Incident,
  { chosen, unknown }: ChosenAlerts,
  options: SplitOptions,
): RegroupPlan {
  const { actor, why, splitId, scope, target } = options;
  if (!isOpen(incident.phase)) {
    return refuse(`it is ${whereabouts(incident)}; only an open incident can be split`);
  }
  if (unknown.length > 0) {
    return refuse(`${unknown.length} of the chosen alerts are not in it (any more)`);
  }
  if (chosen.length === 0) return refuse('no alert was chosen');
  if (chosen.length > MAXIMUM_CHOSEN) {
    return refuse(`${chosen.length} alerts were chosen; at most ${MAXIMUM_CHOSEN} can be`);
  }
  if (chosen.length === incident.alerts.length) {
    return refuse('all of its alerts were chosen, so nothing would be left; leave one at least');
  }
  const { id, title, reportedAtMs, episodeStartedAtMs } = incident;
  const from = { id, title };
  const because = `${actor} split it off ${id}${afterColon(why)}`;
  const alerts = chosen.map(({ from: _merge, ...alert }) => ({ ...alert, because }));
  const to = { id: splitId, title: alerts[0]?.name ?? '' };
  return {
    kind: 'planned',
    events: [
      {
        incidentId: id,
        event: { kind: 'alerts_split_off', actor, to, why, alerts: chosen.map(identityOf) },
      },
      {
        incidentId: splitId,
        event: {
          kind: 'split_from',
          actor,
          incidentId: splitId,
          from,
          why,
          scope,
          target,
          alerts,
          reportedAtMs,
          episodeStartedAtMs,
        },
      },
    ],
  };
}

function identityOf({ sender, source, fingerprint }: IncidentAlert): AlertIdentity {
  return { sender, ...(source === undefined ? {} : { source }), fingerprint };
}

/** Why the split of an incident cannot be undone; null when the merge that undoes it may be tried. */
export function undoSplitProblem(split: Incident, origin: Incident | null): string | null {
  if (split.splitFrom === undefined) return `${split.id} was not split off another incident`;
  if (origin === null) return `${split.splitFrom.incidentId} is gone`;
  if (!isOpen(origin.phase)) {
    return `${origin.id}, which it was split from, is ${whereabouts(origin)} since`;
  }
  return null;
}
