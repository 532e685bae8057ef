import { findAlert } from './alert-book.ts';
import { notify } from './incident-event.ts';
import type { EventOf } from './incident-event.ts';
import { NOTHING_YET, isOpen } from './incident.ts';
import type { Incident } from './incident.ts';
import { change, ignore } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { earliestStart, regroup, regroupingOf, worstOf } from './regroup.ts';
import { titleOf } from './title.ts';

/** Opens an incident with alerts of another one. It has been going on for as long as that one. */
export function splitFrom(event: EventOf<'split_from'>, nowMs: number): Outcome {
  const { incidentId, scope, target, from, reportedAtMs, episodeStartedAtMs } = event;
  const { alerts } = event;
  const first = alerts.find(({ status }) => status === 'firing') ?? alerts[0];
  if (first === undefined) return ignore(null, 'an incident has alerts');
  const split: Incident = {
    id: incidentId,
    scope,
    target,
    title: titleOf(first, target),
    phase: 'reported',
    confirmation: 'none',
    reopenings: 0,
    alerts,
    severity: worstOf(alerts),
    highestSeverity: worstOf(alerts),
    startedAtMs: earliestStart(alerts),
    reportedAtMs,
    episodeStartedAtMs,
    updatedAtMs: nowMs,
    ...NOTHING_YET,
    splitFrom: regroupingOf(from, event, nowMs),
    sequence: 0,
  };
  const { fields, effects } = regroup(split, alerts, nowMs);
  return change(split, nowMs, fields, {
    effects: [...effects, notify('split_off')],
    reason: `split off ${from.id}`,
  });
}

/** Chosen alerts leave for an incident of their own. */
export function alertsSplitOff(
  incident: Incident,
  event: EventOf<'alerts_split_off'>,
  nowMs: number,
): Outcome {
  if (!isOpen(incident.phase)) return ignore(incident, 'only an open incident can be split');
  const leaving = new Set(event.alerts.map((alert) => findAlert(incident.alerts, alert)));
  leaving.delete(undefined);
  const alerts = incident.alerts.filter((alert) => !leaving.has(alert));
  if (leaving.size === 0) return ignore(incident, 'none of the chosen alerts is in it');
  if (alerts.length === 0) return ignore(incident, 'no alert would be left in it');
  const { fields, effects } = regroup(incident, alerts, nowMs);
  const reason = `${leaving.size} of its alerts are in ${event.to.id} now`;
  return change(incident, nowMs, fields, { effects, reason });
}
