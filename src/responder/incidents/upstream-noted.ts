import type { EventOf } from './incident-event.ts';
import { isDoubt, isOpen } from './incident.ts';
import type { Confirmation, Incident } from './incident.ts';
import { change, ignore } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/**
 * Keeps what the reconciler saw upstream. A doubt makes an open incident "unconfirmed", also while its alerts
 * count as firing: nobody can tell. The phase stays: only alerts and fresh probes move it.
 */
export function upstreamNoted(
  incident: Incident,
  { notes }: EventOf<'upstream_noted'>,
  nowMs: number,
): Outcome {
  if (!isOpen(incident.phase)) return ignore(incident, 'it is over already');
  if (JSON.stringify(notes) === JSON.stringify(incident.upstream ?? [])) {
    return ignore(incident, 'noted so already');
  }
  const isUnconfirmed = incident.phase === 'verifying' || notes.some(isDoubt);
  const confirmation: Confirmation = isUnconfirmed ? 'unconfirmed' : 'none';
  const reason = notes.length === 0 ? 'nothing is in doubt any more' : 'noted';
  return change(incident, nowMs, { upstream: notes, confirmation }, { reason });
}
