import type { AlertEvent } from '../../src/responder/alerts/alerts.ts';
import { compactedEventOf, transition } from '../../src/responder/incidents/incidents.ts';
import type {
  EventKind,
  Incident,
  IncidentAlert,
  IncidentEvent,
  Phase,
} from '../../src/responder/incidents/incidents.ts';
import { START_MS, createAlert, createDiagnosis, createVerification } from './alerts.ts';

const MINUTE_MS = 60_000;

export function fired(changes: Partial<AlertEvent> = {}): IncidentEvent {
  return { kind: 'alert_fired', actor: 'am', alert: createAlert(changes), incidentId: 'inc_1' };
}

export function resolved(changes: Partial<AlertEvent> = {}): IncidentEvent {
  const endsAtMs = START_MS + MINUTE_MS;
  const alert = createAlert({
    status: 'resolved',
    endsAtMs,
    receivedAtMs: endsAtMs + 1000,
    ...changes,
  });
  return { kind: 'alert_resolved', actor: 'am', alert };
}

export const WARNING_LABELS = { alertname: 'CrmApiSlow', target: 'shop', severity: 'warning' };

const OTHER = { id: 'inc_2', title: 'Another one' };
const OTHERS_ALERT: IncidentAlert = {
  ...createAlert({ name: 'CrmApiSlow', labels: { ...WARNING_LABELS, target: 'portal' } }),
  severity: 'warning',
  from: OTHER.id,
};

const FLAPPING = { source: 'am', fingerprint: createAlert().fingerprint, name: 'CrmUnreachable' };

/** One event of each kind, fit for the incident at hand. */
export function eventOf(kind: EventKind, incident: Incident | null): IncidentEvent {
  const quietSinceMs = incident?.quietSinceMs ?? null;
  const actor = 'crmwatch';
  switch (kind) {
    case 'alert_fired':
      return fired();
    case 'alert_resolved':
      return resolved();
    case 'alerts_told':
      return { kind, actor: 'am', alerts: [createAlert()] };
    case 'diagnosed':
      return { kind, actor, diagnosis: createDiagnosis(), evidenceSummary: ['probe fails'] };
    case 'localised':
      return { kind, actor, component: createDiagnosis().components[0] ?? null };
    case 'repair_suggested':
      return { kind, actor, plan: { title: 'Bring it back', steps: [], avoid: [] } };
    case 'verification_passed':
      return { kind, actor, verification: createVerification('passed', quietSinceMs) };
    case 'verification_failed':
      return { kind, actor, verification: createVerification('failed', quietSinceMs) };
    case 'verification_impossible':
      return { kind, actor, verification: createVerification('impossible', quietSinceMs) };
    case 'acknowledged':
      return { kind, actor: 'ann' };
    case 'commented':
      return { kind, actor: 'ann', text: 'on it' };
    case 'compacted':
      return compactedEventOf(incident ?? run(WAY.closed), actor, {
        rule: 'retention',
        atMs: START_MS,
      });
    case 'diagnosis_corrected':
      return { kind, actor: 'ann', correctedClass: 'database' };
    case 'reopened':
      return { kind, actor: 'ann', why: '' };
    case 'closed':
      return { kind, actor: 'ann', why: '' };
    case 'notification_dead':
      return { kind, actor, channel: 'mail', why: 'refused' };
    case 'maintenance_started':
      return { kind, actor, window: { id: 'mw_1', name: 'release', reason: 'release 7' } };
    case 'maintenance_ended':
      return { kind, actor, window: { id: 'mw_1', name: 'release' }, why: 'its time is over' };
    case 'hold_off_started':
      return { kind, actor, untilMs: START_MS + 60_000 };
    case 'hold_off_ended':
      return { kind, actor, why: 'the alerts stayed' };
    case 'flapping_started':
      return { kind, actor, alert: FLAPPING, percent: 34 };
    case 'flapping_ended':
      return { kind, actor, alert: FLAPPING, why: 'it is calm' };
    case 'upstream_noted':
      return { kind, actor, notes: [{ kind: 'silenced', why: 'CrmUnreachable is silenced' }] };
    case 'merged_into':
      return { kind, actor: 'ann', into: OTHER, why: 'the same', wasTold: true };
    case 'merged_from': {
      const theirs = { alerts: [OTHERS_ALERT], reportedAtMs: START_MS, wasTold: true, depth: 0 };
      return { kind, actor: 'ann', from: OTHER, why: 'the same', ...theirs };
    }
    case 'merge_undone': {
      const alerts = incident?.alerts ?? [];
      return { kind, actor: 'ann', from: OTHER, why: '', alerts, wasTold: true };
    }
    case 'alerts_returned':
      return { kind, actor: 'ann', to: OTHER, why: '' };
    case 'alerts_split_off':
      return { kind, actor: 'ann', to: OTHER, why: '', alerts: [OTHERS_ALERT] };
    case 'split_from': {
      const about = { incidentId: 'inc_1', scope: 'target:shop', target: 'shop' };
      const times = { reportedAtMs: START_MS, episodeStartedAtMs: START_MS };
      const alerts = [OTHERS_ALERT];
      return { kind, actor: 'ann', from: OTHER, why: '', ...about, ...times, alerts };
    }
    case 'alerts_moved_in':
      return { kind, actor: 'ann', from: OTHER, alerts: [OTHERS_ALERT] };
  }
}

export function run(kinds: readonly EventKind[], from: Incident | null = null): Incident {
  let incident = from;
  for (const kind of kinds) {
    incident = transition(incident, eventOf(kind, incident), START_MS).incident;
  }
  if (incident === null) throw new Error('no incident');
  return incident;
}

export const WAY: Readonly<Record<Phase, readonly EventKind[]>> = {
  reported: ['alert_fired'],
  diagnosed: ['alert_fired', 'diagnosed'],
  localised: ['alert_fired', 'diagnosed', 'localised'],
  repairing: ['alert_fired', 'diagnosed', 'localised', 'repair_suggested'],
  verifying: ['alert_fired', 'diagnosed', 'localised', 'repair_suggested', 'alert_resolved'],
  resolved: ['alert_fired', 'alert_resolved', 'verification_passed'],
  closed: ['alert_fired', 'alert_resolved', 'verification_passed', 'closed'],
};
