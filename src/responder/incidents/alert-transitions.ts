import { SEVERITIES } from '../../catalog/catalog.ts';
import type { Severity } from '../../catalog/catalog.ts';
import { sourceOf } from '../alerts/alerts.ts';
import type { AlertEvent } from '../alerts/alerts.ts';
import { notify } from './incident-event.ts';
import type { Effect, EventOf } from './incident-event.ts';
import { isFiring, isOpen } from './incident.ts';
import type { Incident, IncidentAlert } from './incident.ts';
import { change, ignore } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { scopeOf } from './scope.ts';

/**
 * Alertmanager retries one notification for at most its group_interval (5 minutes by default), so a firing
 * that is older than a known resolve and comes within this time of it was only late. Later ones are new:
 * after a false resolve the alert comes back with its old start.
 */
export const LATE_DELIVERY_MS = 300_000;

function severityOf(labels: Readonly<Record<string, string>>): Severity {
  return SEVERITIES.find((severity) => severity === labels['severity']) ?? 'warning';
}

function isWorse(left: Severity, right: Severity): boolean {
  return SEVERITIES.indexOf(left) > SEVERITIES.indexOf(right);
}

function worstFiring(alerts: readonly IncidentAlert[]): Severity | undefined {
  const firing = alerts.filter((alert) => alert.status === 'firing');
  return SEVERITIES.toReversed().find((worst) => firing.some(({ severity }) => severity === worst));
}

function toIncidentAlert(event: AlertEvent): IncidentAlert {
  const { sender, source, fingerprint, name, labels, annotations, generatorUrl } = event;
  const { status, startsAtMs, endsAtMs, receivedAtMs } = event;
  return {
    sender,
    ...(source === undefined ? {} : { source }),
    fingerprint,
    name,
    labels,
    annotations,
    generatorUrl,
    status,
    startsAtMs,
    endsAtMs,
    receivedAtMs,
    severity: severityOf(labels),
  };
}

function isSameAlert(
  left: Pick<AlertEvent, 'sender' | 'source' | 'fingerprint'>,
  right: Pick<AlertEvent, 'sender' | 'source' | 'fingerprint'>,
): boolean {
  return sourceOf(left) === sourceOf(right) && left.fingerprint === right.fingerprint;
}

export function knownAlert(incident: Incident, event: AlertEvent): IncidentAlert | undefined {
  return incident.alerts.find((alert) => isSameAlert(alert, event));
}

/**
 * Whether a firing tells of an episode whose resolve is known already. What the reconciler tells was true when it
 * looked, after the resolve: then the resolve was false.
 */
export function isLateFiring(
  resolved: Pick<AlertEvent, 'startsAtMs' | 'endsAtMs' | 'receivedAtMs'>,
  firing: AlertEvent,
): boolean {
  const endedAtMs = resolved.endsAtMs ?? resolved.startsAtMs;
  return (
    firing.reconciled === undefined &&
    firing.startsAtMs <= endedAtMs &&
    firing.receivedAtMs - resolved.receivedAtMs <= LATE_DELIVERY_MS
  );
}

export function open(event: EventOf<'alert_fired'>, nowMs: number): Outcome {
  const alert = toIncidentAlert(event.alert);
  const { scope, target } = scopeOf(event.alert);
  const incident: Incident = {
    id: event.incidentId,
    scope,
    target,
    title:
      alert.annotations['summary'] ?? (target === null ? alert.name : `${alert.name} on ${target}`),
    phase: 'reported',
    confirmation: 'none',
    reopenings: 0,
    alerts: [alert],
    severity: alert.severity,
    highestSeverity: alert.severity,
    startedAtMs: alert.startsAtMs,
    reportedAtMs: nowMs,
    episodeStartedAtMs: nowMs,
    updatedAtMs: nowMs,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    diagnosedAtMs: null,
    quietSinceMs: null,
    resolvedAtMs: null,
    closedAtMs: null,
    diagnosis: null,
    evidenceSummary: [],
    correctedClass: null,
    component: null,
    plan: null,
    verification: null,
    comments: 0,
    sequence: 1,
  };
  const effects: readonly Effect[] = [notify('opened'), { kind: 'diagnose', because: 'opened' }];
  return { incident, changed: true, effects, reason: 'opened by its first alert' };
}

export function alertFired(
  incident: Incident,
  { alert: event }: EventOf<'alert_fired'>,
  nowMs: number,
): Outcome {
  if (incident.phase === 'closed') return ignore(incident, 'a closed incident takes no alerts');
  const known = knownAlert(incident, event);
  if (known?.status === 'firing') return repeat(incident, known, event, nowMs);
  if (known !== undefined && isLateFiring(known, event)) {
    return ignore(incident, 'late: its resolve is known already');
  }
  const alerts = replaceAlert(incident.alerts, toIncidentAlert(event));
  const severity = worstFiring(alerts) ?? incident.severity;
  const raised = isWorse(severity, incident.highestSeverity);
  const highestSeverity = raised ? severity : incident.highestSeverity;
  const startedAtMs = Math.min(incident.startedAtMs, event.startsAtMs);
  const base = { alerts, severity, highestSeverity, startedAtMs, quietSinceMs: null };
  if (incident.phase === 'resolved') {
    return change(
      incident,
      nowMs,
      { ...base, ...reopenedFields(incident, nowMs) },
      {
        effects: [notify('reopened'), { kind: 'diagnose', because: 'reopened' }],
        reason: 'fires again after it was resolved',
      },
    );
  }
  const wasVerifying = incident.phase === 'verifying';
  const backTo = incident.diagnosis === null ? 'reported' : 'repairing';
  const phase = wasVerifying ? backTo : incident.phase;
  return change(
    incident,
    nowMs,
    { ...base, phase, confirmation: 'none' },
    {
      effects: [
        ...(wasVerifying ? [{ kind: 'stop_verifying' } as const] : []),
        { kind: 'diagnose', because: 'joined' },
        ...(raised ? [notify('severity_raised')] : []),
      ],
      reason: wasVerifying
        ? 'fires again while recovery was being verified'
        : 'joined the incident',
    },
  );
}

/** What starts anew when a resolved incident comes back. */
export function reopenedFields(incident: Incident, nowMs: number): Partial<Incident> {
  return {
    episodeStartedAtMs: nowMs,
    phase: 'reported',
    confirmation: 'none',
    reopenings: incident.reopenings + 1,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    resolvedAtMs: null,
    closedAtMs: null,
    diagnosis: null,
    evidenceSummary: [],
    component: null,
    plan: null,
    verification: null,
  };
}

/** The same alert told again: only its newest description is of interest. */
function repeat(
  incident: Incident,
  known: IncidentAlert,
  event: AlertEvent,
  nowMs: number,
): Outcome {
  const isOlder = event.startsAtMs < known.startsAtMs || event.receivedAtMs < known.receivedAtMs;
  const isSame =
    event.startsAtMs === known.startsAtMs &&
    JSON.stringify(event.annotations) === JSON.stringify(known.annotations);
  if (isOlder || isSame) return ignore(incident, 'a repeat of what is known');
  const alerts = replaceAlert(incident.alerts, toIncidentAlert(event));
  return change(incident, nowMs, { alerts }, { reason: 'told again with new details' });
}

export function alertResolved(
  incident: Incident,
  { alert: event }: EventOf<'alert_resolved'>,
  nowMs: number,
): Outcome {
  const known = knownAlert(incident, event);
  if (known === undefined) return ignore(incident, 'the alert was never told to fire');
  if (known.status === 'resolved') return endTold(incident, known, event, nowMs);
  if ((event.endsAtMs ?? event.startsAtMs) < known.startsAtMs) {
    return ignore(incident, 'late: it ends an earlier episode of this alert');
  }
  const resolved: IncidentAlert = { ...toIncidentAlert(event), startsAtMs: known.startsAtMs };
  const alerts = replaceAlert(incident.alerts, resolved).map((alert) =>
    isInhibitedBy(alert, resolved) ? { ...alert, ...endOf(resolved) } : alert,
  );
  const severity = worstFiring(alerts) ?? incident.severity;
  const next = { ...incident, alerts, severity };
  if (!isOpen(incident.phase) || isFiring(next)) {
    return change(incident, nowMs, { alerts, severity }, { reason: 'one of its alerts is gone' });
  }
  return change(
    incident,
    nowMs,
    {
      alerts,
      severity,
      phase: 'verifying',
      confirmation: 'unconfirmed',
      quietSinceMs: nowMs,
      verification: null,
    },
    { effects: [{ kind: 'verify' }], reason: 'all alerts are gone; recovery is to be proved' },
  );
}

/**
 * Our Alertmanager configuration lets a critical alert silence the warning of the same series, and
 * Alertmanager never sends a resolve that happens while an alert is silenced. So the end of the critical one ends
 * the warning too; a warning that still fires is told again, and only fresh probes prove recovery.
 */
function isInhibitedBy(alert: IncidentAlert, source: IncidentAlert): boolean {
  if (source.severity !== 'critical' || alert.severity !== 'warning') return false;
  const isSeries =
    alert.status === 'firing' && sourceOf(alert) === sourceOf(source) && alert.name === source.name;
  if (!isSeries || alert.receivedAtMs >= source.receivedAtMs) return false;
  const names = new Set([...Object.keys(alert.labels), ...Object.keys(source.labels)]);
  names.delete('severity');
  return [...names].every((name) => alert.labels[name] === source.labels[name]);
}

/** The reconciler sees that an alert is gone, but not when it ended: a resolve that comes after all tells that. */
function endTold(
  incident: Incident,
  known: IncidentAlert,
  { endsAtMs }: AlertEvent,
  nowMs: number,
): Outcome {
  if (known.endsAtMs !== null || endsAtMs === null || endsAtMs < known.startsAtMs) {
    return ignore(incident, 'a repeat of what is known');
  }
  const alerts = replaceAlert(incident.alerts, { ...known, endsAtMs });
  return change(incident, nowMs, { alerts }, { reason: 'its end is told after all' });
}

function endOf(source: IncidentAlert): Partial<IncidentAlert> {
  const { endsAtMs, receivedAtMs } = source;
  return { status: 'resolved', endsAtMs, receivedAtMs };
}

function replaceAlert(
  alerts: readonly IncidentAlert[],
  newest: IncidentAlert,
): readonly IncidentAlert[] {
  const index = alerts.findIndex((alert) => isSameAlert(alert, newest));
  return index === -1 ? [...alerts, newest] : alerts.with(index, newest);
}
