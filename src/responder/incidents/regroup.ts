import { SEVERITIES } from '../../catalog/catalog.ts';
import type { Severity } from '../../catalog/catalog.ts';
import { MAXIMUM_DETAILED, openAlertBook } from './alert-book.ts';
import type { Effect, OtherIncident } from './incident-event.ts';
import { isOpen } from './incident.ts';
import type { Incident, IncidentAlert, Regrouping } from './incident.ts';

/** What an incident becomes when its alerts are others than before, by a merge, a split or the undoing of one. */
export type Regrouped = { readonly fields: Partial<Incident>; readonly effects: readonly Effect[] };

export function worstOf(alerts: readonly IncidentAlert[]): Severity {
  const severities = new Set(alerts.map(({ severity }) => severity));
  return SEVERITIES.findLast((severity) => severities.has(severity)) ?? 'warning';
}

export function earliestStart(alerts: readonly IncidentAlert[]): number {
  return alerts.reduce((earliest, { startsAtMs }) => Math.min(earliest, startsAtMs), Infinity);
}

/** The newer word wins; of two of one moment, that it fires. */
function isNewer(alert: IncidentAlert, known: IncidentAlert): boolean {
  if (alert.receivedAtMs !== known.receivedAtMs) return alert.receivedAtMs > known.receivedAtMs;
  return alert.status === 'firing' && known.status === 'resolved';
}

/** Both lists, each alert once; null when they are more than one incident may have. */
export function joinAlerts(
  held: readonly IncidentAlert[],
  added: readonly IncidentAlert[],
): readonly IncidentAlert[] | null {
  const book = openAlertBook(held, MAXIMUM_DETAILED);
  for (const alert of added) {
    const known = book.find(alert);
    if (known === undefined && !book.hasRoom()) return null;
    if (known === undefined || isNewer(alert, known)) book.put(alert);
  }
  return book.list();
}

/**
 * Severity, start, quiet time and phase by these alerts alone. When none of them fires, recovery is to be proved by
 * probes that run from now on: what probes said about other alerts proves nothing about these.
 */
export function regroup(
  incident: Incident,
  alerts: readonly IncidentAlert[],
  nowMs: number,
): Regrouped {
  const firing = alerts.filter(({ status }) => status === 'firing');
  const severity = worstOf(firing.length > 0 ? firing : alerts);
  const facts = {
    alerts,
    severity,
    highestSeverity: worstOf(alerts),
    startedAtMs: earliestStart(alerts),
  };
  if (!isOpen(incident.phase)) return { fields: facts, effects: [] };
  const diagnose: Effect = { kind: 'diagnose', because: 'regrouped' };
  const isVerifying = incident.phase === 'verifying';
  if (firing.length > 0) {
    const backTo = incident.diagnosis === null ? 'reported' : 'repairing';
    const phase = isVerifying ? backTo : incident.phase;
    return {
      fields: { ...facts, phase, confirmation: 'none', quietSinceMs: null },
      effects: [...(isVerifying ? [{ kind: 'stop_verifying' } as const] : []), diagnose],
    };
  }
  // Later than the last one in any case: probes that run already looked at other alerts.
  const quietSinceMs = Math.max(nowMs, (incident.quietSinceMs ?? 0) + 1);
  return {
    fields: {
      ...facts,
      phase: 'verifying',
      confirmation: 'unconfirmed',
      quietSinceMs,
      verification: null,
    },
    effects: [{ kind: 'verify' }, diagnose],
  };
}

export function regroupingOf(
  { id, title }: OtherIncident,
  { actor, why }: { readonly actor: string; readonly why: string },
  atMs: number,
): Regrouping {
  return { incidentId: id, title, actor, why, atMs };
}
