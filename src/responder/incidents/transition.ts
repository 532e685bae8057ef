import { unreachable } from '../../std/std.ts';
import { MAXIMUM_DETAILED } from './alert-book.ts';
import { open, reopenedFields, tellAlerts } from './alert-transitions.ts';
import { hold } from './hold-transitions.ts';
import { notify } from './incident-event.ts';
import type { EventOf, IncidentEvent } from './incident-event.ts';
import { isFiring, isOpen } from './incident.ts';
import type { Incident } from './incident.ts';
import {
  alertsMovedIn,
  alertsReturned,
  mergeUndone,
  mergedFrom,
  mergedInto,
} from './merge-transitions.ts';
import { change, ignore } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { alertsSplitOff, splitFrom } from './split-transitions.ts';
import { upstreamNoted } from './upstream-noted.ts';

/**
 * Decides what an event makes of an incident: pure, and defined for every event in every phase. Null is
 * the incident that does not exist yet; only a firing alert or a split opens one. The caller chooses the incident
 * (see `correlate`), writes the event to the journal when it changed something, and carries out the effects.
 */
export function transition(
  incident: Incident | null,
  event: IncidentEvent,
  nowMs: number,
): Outcome {
  if (incident === null) {
    if (event.kind === 'alert_fired') return open(event, nowMs);
    if (event.kind === 'split_from') return splitFrom(event, nowMs);
    return ignore(null, 'there is no incident that this could be about');
  }
  if (event.kind === 'compacted') return compacted(incident, event);
  if (incident.compacted !== undefined) return ignoreCompacted(incident, event);
  switch (event.kind) {
    case 'alert_fired':
    case 'alert_resolved': {
      // A journal from before there were lists of alerts must give the very same snapshot.
      const alone = { nowMs, eachAtMs: nowMs, maximumDetailed: Infinity };
      return tellAlerts(incident, [event.alert], alone);
    }
    case 'alerts_told':
      return tellAlerts(incident, event.alerts, { nowMs, maximumDetailed: MAXIMUM_DETAILED });
    case 'diagnosed':
      return diagnosed(incident, event, nowMs);
    case 'localised':
      return localised(incident, event, nowMs);
    case 'repair_suggested':
      return repairSuggested(incident, event, nowMs);
    case 'verification_passed':
    case 'verification_failed':
    case 'verification_impossible':
      return verified(incident, event, nowMs);
    case 'acknowledged':
      return acknowledged(incident, event, nowMs);
    case 'commented':
      return change(incident, nowMs, { comments: incident.comments + 1 }, { reason: 'commented' });
    case 'diagnosis_corrected':
      return corrected(incident, event, nowMs);
    case 'reopened':
      return reopened(incident, nowMs);
    case 'closed':
      return closed(incident, nowMs);
    case 'notification_dead':
      return change(incident, nowMs, {}, { reason: 'a notification was given up' });
    case 'upstream_noted':
      return upstreamNoted(incident, event, nowMs);
    case 'merged_into':
      return mergedInto(incident, event, nowMs);
    case 'merged_from':
      return mergedFrom(incident, event, nowMs);
    case 'alerts_moved_in':
      return alertsMovedIn(incident, event, nowMs);
    case 'merge_undone':
      return mergeUndone(incident, event, nowMs);
    case 'alerts_returned':
      return alertsReturned(incident, event, nowMs);
    case 'alerts_split_off':
      return alertsSplitOff(incident, event, nowMs);
    case 'split_from':
      return ignore(incident, 'a split opens an incident, and this one is open already');
    case 'maintenance_started':
    case 'maintenance_ended':
    case 'hold_off_started':
    case 'hold_off_ended':
    case 'flapping_started':
    case 'flapping_ended':
      return hold(incident, event, nowMs);
    default:
      return unreachable(event);
  }
}

function compacted(incident: Incident, event: EventOf<'compacted'>): Outcome {
  if (isOpen(incident.phase)) return ignore(incident, 'an open incident is not compacted');
  return { incident: event.kept, changed: true, effects: [], reason: 'compacted' };
}

function ignoreCompacted(incident: Incident, event: IncidentEvent): Outcome {
  const reason = 'it was compacted: only its figures are kept';
  const ignored = ignore(incident, reason);
  if (event.kind !== 'alerts_told') return ignored;
  return { ...ignored, told: event.alerts.map(() => ({ changed: false, reason })) };
}

function diagnosed(incident: Incident, event: EventOf<'diagnosed'>, nowMs: number): Outcome {
  if (incident.phase === 'closed') return ignore(incident, 'a closed incident is not diagnosed');
  const { diagnosis, evidenceSummary } = event;
  const phase = incident.phase === 'reported' ? 'diagnosed' : incident.phase;
  const diagnosedAtMs = incident.diagnosedAtMs ?? nowMs;
  // Once per episode, and not to those who heard already that it is over.
  const isNews = incident.diagnosis === null && isOpen(incident.phase);
  const effects = isNews ? [notify('diagnosed')] : [];
  const fields = { phase, diagnosis, evidenceSummary, diagnosedAtMs };
  return change(incident, nowMs, fields, { effects, reason: 'diagnosed' });
}

function localised(incident: Incident, event: EventOf<'localised'>, nowMs: number): Outcome {
  if (incident.phase === 'closed' || incident.diagnosis === null) {
    return ignore(incident, 'a component is named only after a diagnosis');
  }
  const phase = incident.phase === 'diagnosed' ? 'localised' : incident.phase;
  return change(incident, nowMs, { phase, component: event.component }, { reason: 'localised' });
}

function repairSuggested(
  incident: Incident,
  event: EventOf<'repair_suggested'>,
  nowMs: number,
): Outcome {
  const tooEarly = incident.phase === 'reported' || incident.phase === 'diagnosed';
  if (incident.phase === 'closed' || incident.diagnosis === null || tooEarly) {
    return ignore(incident, 'a repair is suggested only once the fault was localised');
  }
  const { plan } = event;
  if (incident.phase !== 'localised')
    return change(incident, nowMs, { plan }, { reason: 'repair suggested' });
  if (isFiring(incident)) {
    return change(incident, nowMs, { phase: 'repairing', plan }, { reason: 'repair suggested' });
  }
  // Reopened by hand with no alert firing: nothing will come to say that it is over.
  const fields = { phase: 'verifying', confirmation: 'unconfirmed', quietSinceMs: nowMs } as const;
  return change(
    incident,
    nowMs,
    { ...fields, plan },
    {
      effects: [{ kind: 'verify' }],
      reason: 'no alert fires; recovery is to be proved',
    },
  );
}

function verified(
  incident: Incident,
  event: EventOf<'verification_passed' | 'verification_failed' | 'verification_impossible'>,
  nowMs: number,
): Outcome {
  if (incident.phase !== 'verifying') return ignore(incident, 'recovery is not being verified');
  const { verification } = event;
  if (verification.quietSinceMs !== incident.quietSinceMs) {
    return ignore(incident, 'the probes ran before the last alert was gone');
  }
  if (event.kind === 'verification_passed') {
    return change(
      incident,
      nowMs,
      {
        phase: 'resolved',
        confirmation: 'confirmed',
        resolvedAtMs: nowMs,
        verification,
      },
      { effects: [notify('resolved')], reason: 'fresh probes prove the recovery' },
    );
  }
  const last = incident.verification;
  if (last?.outcome === verification.outcome && last.why === verification.why) {
    return ignore(incident, 'the same result as before');
  }
  return change(incident, nowMs, { verification }, { reason: 'recovery is not proved' });
}

function acknowledged(incident: Incident, event: EventOf<'acknowledged'>, nowMs: number): Outcome {
  if (incident.phase === 'closed') return ignore(incident, 'it is closed already');
  if (incident.acknowledgedAtMs !== null) {
    return ignore(incident, `${incident.acknowledgedBy ?? 'someone'} acknowledged it already`);
  }
  const fields = { acknowledgedAtMs: nowMs, acknowledgedBy: event.actor };
  return change(incident, nowMs, fields, { reason: 'acknowledged' });
}

function corrected(
  incident: Incident,
  event: EventOf<'diagnosis_corrected'>,
  nowMs: number,
): Outcome {
  const { correctedClass } = event;
  if (incident.correctedClass === correctedClass) return ignore(incident, 'corrected so already');
  return change(incident, nowMs, { correctedClass }, { reason: 'diagnosis corrected' });
}

function reopened(incident: Incident, nowMs: number): Outcome {
  if (isOpen(incident.phase)) return ignore(incident, 'it is open');
  if (incident.mergedInto !== undefined) {
    const { incidentId } = incident.mergedInto;
    return ignore(incident, `it was merged into ${incidentId}; undo the merge instead`);
  }
  const quietSinceMs = isFiring(incident) ? null : incident.quietSinceMs;
  return change(
    incident,
    nowMs,
    { ...reopenedFields(incident, nowMs), quietSinceMs },
    {
      effects: [notify('reopened'), { kind: 'diagnose', because: 'reopened' }],
      reason: 'reopened by hand',
    },
  );
}

function closed(incident: Incident, nowMs: number): Outcome {
  if (incident.phase === 'closed') return ignore(incident, 'it is closed already');
  return change(
    incident,
    nowMs,
    { phase: 'closed', closedAtMs: nowMs },
    {
      effects: [{ kind: 'stop_all' }],
      reason: 'closed',
    },
  );
}
