import { SEVERITIES } from '../../catalog/catalog.ts';
import type { Severity } from '../../catalog/catalog.ts';
import type { AlertEvent } from '../alerts/alerts.ts';
import { findAlert, openAlertBook } from './alert-book.ts';
import type { AlertBook } from './alert-book.ts';
import { notify } from './incident-event.ts';
import type { Effect, EventOf, ToldAlert } from './incident-event.ts';
import { NOTHING_YET, isOpen } from './incident.ts';
import type { Incident, IncidentAlert } from './incident.ts';
import { change, ignore } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { scopeOf } from './scope.ts';
import { isWorse } from './severities.ts';
import { titleOf } from './title.ts';

/**
 * Alertmanager retries one notification for at most its group_interval (5 minutes by default), so a firing
 * that is older than a known resolve and comes within this time of it was only late. Later ones are new:
 * after a false resolve the alert comes back with its old start.
 */
export const LATE_DELIVERY_MS = 300_000;

function severityOf(labels: Readonly<Record<string, string>>): Severity {
  return SEVERITIES.find((severity) => severity === labels['severity']) ?? 'warning';
}

function toIncidentAlert(event: ToldAlert, known?: IncidentAlert): IncidentAlert {
  const because = event.because ?? known?.because;
  const from = known === undefined ? event.from : known.from;
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
    ...(because === undefined ? {} : { because }),
    ...(from === undefined ? {} : { from }),
  };
}

export function knownAlert(incident: Incident, event: AlertEvent): IncidentAlert | undefined {
  return findAlert(incident.alerts, event);
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
    title: titleOf(alert, target),
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
    ...NOTHING_YET,
    sequence: 1,
  };
  const effects: readonly Effect[] = [notify('opened'), { kind: 'diagnose', because: 'opened' }];
  return { incident, changed: true, effects, reason: 'opened by its first alert' };
}

/** What one alert makes of an incident; `null` for fields when nothing changes. */
type Step = {
  readonly fields: Partial<Incident> | null;
  readonly effects?: readonly Effect[];
  readonly reason: string;
};

function nothing(reason: string): Step {
  return { fields: null, reason };
}

/**
 * Applies alerts in their order, each as if it had come alone at its own time; `maximumDetailed` bounds how many are
 * kept with all their details. The work is linear in the alerts of the incident and of the list together.
 */
export function tellAlerts(
  incident: Incident,
  alerts: readonly ToldAlert[],
  options: { readonly nowMs: number; readonly maximumDetailed: number; readonly eachAtMs?: number },
): Outcome {
  const book = openAlertBook(incident.alerts, options.maximumDetailed);
  let current = incident;
  const effects: Effect[] = [];
  const told: { readonly changed: boolean; readonly reason: string }[] = [];
  for (const alert of alerts) {
    const atMs = options.eachAtMs ?? alert.receivedAtMs;
    const step = (alert.status === 'firing' ? fire : resolve)(current, book, alert, atMs);
    told.push({ changed: step.fields !== null, reason: step.reason });
    if (step.fields !== null) current = { ...current, ...step.fields };
    effects.push(...(step.effects ?? []));
  }
  const changing = told.filter(({ changed }) => changed);
  const { reason = told[0]?.reason ?? 'no alert was told' } =
    changing.length === 1 ? (changing[0] ?? {}) : {};
  if (changing.length === 0) return { ...ignore(incident, reason), told };
  const outcome = change(
    incident,
    options.nowMs,
    { ...current, alerts: book.list() },
    {
      effects: lastOfEach(effects),
      reason: changing.length === 1 ? reason : `${changing.length} alerts changed it`,
    },
  );
  return { ...outcome, told };
}

/** What was asked for several times is done once, in the order of the last word about each. */
function lastOfEach(effects: readonly Effect[]): readonly Effect[] {
  const last = new Map<string, Effect>();
  for (const effect of effects) {
    const key = JSON.stringify(effect);
    last.delete(key);
    last.set(key, effect);
  }
  return [...last.values()];
}

function fire(incident: Incident, book: AlertBook, event: ToldAlert, nowMs: number): Step {
  if (incident.phase === 'closed') return nothing('a closed incident takes no alerts');
  const known = book.find(event);
  if (known?.status === 'firing') return repeat(known, book, event);
  if (known !== undefined && isLateFiring(known, event)) {
    return nothing('late: its resolve is known already');
  }
  if (known === undefined && !book.hasRoom()) {
    return nothing('not taken: the incident has as many alerts as one may have');
  }
  book.put(toIncidentAlert(event, known));
  const severity = book.worstFiring() ?? incident.severity;
  const raised = isWorse(severity, incident.highestSeverity);
  const highestSeverity = raised ? severity : incident.highestSeverity;
  const startedAtMs = Math.min(incident.startedAtMs, event.startsAtMs);
  const base = { severity, highestSeverity, startedAtMs, quietSinceMs: null };
  if (incident.phase === 'resolved') {
    return {
      fields: { ...base, ...reopenedFields(incident, nowMs) },
      effects: [notify('reopened'), { kind: 'diagnose', because: 'reopened' }],
      reason: 'fires again after it was resolved',
    };
  }
  const wasVerifying = incident.phase === 'verifying';
  const backTo = incident.diagnosis === null ? 'reported' : 'repairing';
  const phase = wasVerifying ? backTo : incident.phase;
  return {
    fields: { ...base, phase, confirmation: 'none' },
    effects: [
      ...(wasVerifying ? [{ kind: 'stop_verifying' } as const] : []),
      { kind: 'diagnose', because: 'joined' },
      ...(raised ? [notify('severity_raised')] : []),
    ],
    reason: wasVerifying ? 'fires again while recovery was being verified' : 'joined the incident',
  };
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
function repeat(known: IncidentAlert, book: AlertBook, event: AlertEvent): Step {
  const isOlder = event.startsAtMs < known.startsAtMs || event.receivedAtMs < known.receivedAtMs;
  const isSame =
    event.startsAtMs === known.startsAtMs &&
    (!book.isDetailed(event) ||
      JSON.stringify(event.annotations) === JSON.stringify(known.annotations));
  if (isOlder || isSame) return nothing('a repeat of what is known');
  book.put(toIncidentAlert(event, known));
  return { fields: {}, reason: 'told again with new details' };
}

function resolve(incident: Incident, book: AlertBook, event: AlertEvent, nowMs: number): Step {
  const known = book.find(event);
  if (known === undefined) return nothing('the alert was never told to fire');
  if (known.status === 'resolved') return endTold(known, book, event);
  if ((event.endsAtMs ?? event.startsAtMs) < known.startsAtMs) {
    return nothing('late: it ends an earlier episode of this alert');
  }
  const resolved: IncidentAlert = {
    ...toIncidentAlert(event, known),
    startsAtMs: known.startsAtMs,
  };
  book.put(resolved);
  book.endInhibitedBy(resolved);
  const severity = book.worstFiring() ?? incident.severity;
  if (!isOpen(incident.phase) || book.isFiring()) {
    return { fields: { severity }, reason: 'one of its alerts is gone' };
  }
  return {
    fields: {
      severity,
      phase: 'verifying',
      confirmation: 'unconfirmed',
      quietSinceMs: nowMs,
      verification: null,
    },
    effects: [{ kind: 'verify' }],
    reason: 'all alerts are gone; recovery is to be proved',
  };
}

/** The reconciler sees that an alert is gone, but not when it ended: a resolve that comes after all tells that. */
function endTold(known: IncidentAlert, book: AlertBook, { endsAtMs }: AlertEvent): Step {
  if (known.endsAtMs !== null || endsAtMs === null || endsAtMs < known.startsAtMs) {
    return nothing('a repeat of what is known');
  }
  book.put({ ...known, endsAtMs });
  return { fields: {}, reason: 'its end is told after all' };
}
