import type { AlertEvent } from '../alerts/alerts.ts';
import { isLateFiring, knownAlert } from './alert-transitions.ts';
import { isOpen } from './incident.ts';
import type { Incident } from './incident.ts';

export type CorrelationFacts = {
  /** The newest incident of the alert's scope (see `scopeOf`), or null. */
  readonly newest: Incident | null;
  /** The newest resolve known of this very alert, or null. */
  readonly lastResolve: Pick<AlertEvent, 'startsAtMs' | 'endsAtMs' | 'receivedAtMs'> | null;
};

/** To the incident it belongs to, to a new one, or to none, and why. */
export type Correlation =
  | { readonly kind: 'existing'; readonly incident: Incident }
  | { readonly kind: 'new' }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * Chooses the incident of an alert event. One incident at most is open per scope. An alert that comes back
 * within `reopenWindowMs` of the verified recovery reopens the incident. An incident that a person
 * closed while its alert was firing keeps that episode of the alert, so that repeats do not open another.
 */
export function correlate(
  event: AlertEvent,
  facts: CorrelationFacts,
  reopenWindowMs: number,
): Correlation {
  const { newest, lastResolve } = facts;
  const existing = newest === null ? null : ({ kind: 'existing', incident: newest } as const);
  if (existing !== null && isOpen(existing.incident.phase)) return existing;
  const known = newest === null ? undefined : knownAlert(newest, event);
  if (event.status === 'resolved') {
    if (existing !== null && known?.status === 'firing') return existing;
    return { kind: 'none', reason: 'resolves an alert that no incident waits for' };
  }
  if (existing !== null && known?.status === 'firing' && event.startsAtMs <= known.startsAtMs) {
    return existing;
  }
  if (lastResolve !== null && isLateFiring(lastResolve, event)) {
    return { kind: 'none', reason: 'late: its resolve is known already' };
  }
  const { resolvedAtMs = null, phase, compacted } = newest ?? {};
  const isRecent = resolvedAtMs !== null && event.receivedAtMs - resolvedAtMs <= reopenWindowMs;
  const isReopenable = phase === 'resolved' && isRecent && compacted === undefined;
  return existing !== null && isReopenable ? existing : { kind: 'new' };
}
