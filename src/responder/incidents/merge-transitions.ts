import { reopenedFields } from './alert-transitions.ts';
import { findAlert } from './alert-book.ts';
import { notify } from './incident-event.ts';
import type { Effect, EventOf } from './incident-event.ts';
import { isOpen } from './incident.ts';
import type { Incident, IncidentAlert } from './incident.ts';
import { change, ignore } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { joinAlerts, regroup, regroupingOf, worstOf } from './regroup.ts';
import { isWorse } from './severities.ts';

/** The incident ends, and is not recovered: its alerts go on in the other one. */
export function mergedInto(
  incident: Incident,
  event: EventOf<'merged_into'>,
  nowMs: number,
): Outcome {
  if (incident.phase === 'closed') return ignore(incident, 'it is closed already');
  const { phase, confirmation, quietSinceMs, resolvedAtMs } = incident;
  const before = { phase, confirmation, quietSinceMs, resolvedAtMs };
  const fields = {
    phase: 'closed',
    confirmation: 'none',
    resolvedAtMs: null,
    closedAtMs: nowMs,
    mergedInto: { ...regroupingOf(event.into, event, nowMs), before },
  } as const;
  const effects: readonly Effect[] = [
    { kind: 'stop_all' },
    ...(event.wasTold ? [notify('merged')] : []),
  ];
  return change(incident, nowMs, fields, { effects, reason: `merged into ${event.into.id}` });
}

/** Takes the alerts of another incident in. */
export function mergedFrom(
  incident: Incident,
  event: EventOf<'merged_from'>,
  nowMs: number,
): Outcome {
  if (!isOpen(incident.phase)) return ignore(incident, 'only an open incident takes alerts in');
  const { from, reportedAtMs, depth, wasTold } = event;
  const merged = incident.merged ?? [];
  if (merged.some(({ incidentId }) => incidentId === from.id)) {
    return ignore(incident, `${from.id} is merged into it already`);
  }
  const alerts = joinAlerts(incident.alerts, event.alerts);
  if (alerts === null) return ignore(incident, 'it would have more alerts than one may have');
  const { fields, effects } = regroup(incident, alerts, nowMs);
  const entry = { ...regroupingOf(from, event, nowMs), reportedAtMs };
  const mergeDepth = Math.max(incident.mergeDepth ?? 0, depth + 1);
  // Whoever heard of the other incident knows how bad it is.
  const isNews = !wasTold && isWorse(worstOf(alerts), incident.highestSeverity);
  return change(
    incident,
    nowMs,
    { ...fields, merged: [...merged, entry], mergeDepth },
    {
      effects: [...effects, ...(isNews ? [notify('severity_raised')] : [])],
      reason: `took in the alerts of ${from.id}`,
    },
  );
}

export function alertsMovedIn(
  incident: Incident,
  event: EventOf<'alerts_moved_in'>,
  nowMs: number,
): Outcome {
  if (incident.phase === 'closed') return ignore(incident, 'a closed incident takes no alerts');
  if (!isOpen(incident.phase) && event.alerts.some(({ status }) => status === 'firing')) {
    return ignore(incident, 'it is over, and takes no alert that fires');
  }
  const alerts = joinAlerts(incident.alerts, event.alerts);
  if (alerts === null) return ignore(incident, 'it would have more alerts than one may have');
  const { fields, effects } = regroup(incident, alerts, nowMs);
  return change(incident, nowMs, fields, {
    effects,
    reason: `took in further alerts of ${event.from.id}`,
  });
}

/** The alerts that came by a merge leave again. */
export function alertsReturned(
  incident: Incident,
  event: EventOf<'alerts_returned'>,
  nowMs: number,
): Outcome {
  if (!isOpen(incident.phase)) return ignore(incident, 'it is over already');
  const merged = incident.merged ?? [];
  const others = merged.filter(({ incidentId }) => incidentId !== event.to.id);
  if (others.length === merged.length)
    return ignore(incident, `${event.to.id} is not merged into it`);
  const alerts = incident.alerts.filter(({ from }) => from !== event.to.id);
  if (alerts.length === 0) return ignore(incident, 'no alert would be left in it');
  const { fields, effects } = regroup(incident, alerts, nowMs);
  const reason = `gave the alerts of ${event.to.id} back`;
  return change(incident, nowMs, { ...fields, merged: others }, { effects, reason });
}

/**
 * The incident is on its own again, in its old phase as far as that is true: it is open when an alert fires, and
 * resolved only when it was so and none of its alerts has fired since.
 */
export function mergeUndone(
  incident: Incident,
  event: EventOf<'merge_undone'>,
  nowMs: number,
): Outcome {
  const { mergedInto: merge, ...apart } = incident;
  if (merge === undefined) return ignore(incident, 'it is not merged into another one');
  if (event.alerts.length === 0) return ignore(incident, 'it would have no alerts');
  const before: Incident = { ...apart, ...merge.before, closedAtMs: null };
  const reason = `on its own again, out of ${event.from.id}`;
  const told = notify(event.wasTold ? 'merge_undone' : 'opened');
  const { alerts } = event;
  if (merge.before.phase !== 'resolved') {
    const { fields, effects } = regroup(before, alerts, nowMs);
    return change(before, nowMs, fields, { effects: [...effects, told], reason });
  }
  if (!alerts.every((alert) => isStillOver(alert, incident.alerts))) {
    const reopened = { ...before, ...reopenedFields(before, nowMs) };
    const { fields, effects } = regroup(reopened, alerts, nowMs);
    return change(reopened, nowMs, fields, {
      effects: [{ kind: 'diagnose', because: 'reopened' }, ...effects, notify('reopened')],
      reason,
    });
  }
  const { fields } = regroup(before, alerts, nowMs);
  return change(before, nowMs, fields, { effects: event.wasTold ? [told] : [], reason });
}

/** Whether it is in the episode that ended before the merge. */
function isStillOver(alert: IncidentAlert, before: readonly IncidentAlert[]): boolean {
  const known = findAlert(before, alert);
  return (
    alert.status === 'resolved' &&
    known?.status === 'resolved' &&
    known.startsAtMs === alert.startsAtMs
  );
}
