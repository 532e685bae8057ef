import { SYSTEM_ACTOR, isOpen } from '../../incidents/incidents.ts';
import type { PipelineContext } from '../pipeline-parts.ts';
import { isBeginning } from '../storm.ts';
import type { HoldAccess } from './hold-access.ts';
import { waitOfIncident } from './hold-off.ts';

const actor = SYSTEM_ACTOR;

/** Begins the wait of an incident that begins, and ends it when the incident or an alert makes it pointless. */
export async function settleHoldOff(
  access: HoldAccess,
  id: string,
  { settings, clock }: PipelineContext,
): Promise<void> {
  const incident = access.get(id);
  if (incident === undefined) return;
  const { apply, notices, due } = access;
  const nowMs = clock.now();
  const isWaiting = (incident.holdOff ?? null) !== null;
  if (isWaiting && !isOpen(incident.phase)) {
    due.cancel(id, ['hold_off']);
    const why = `it was ${incident.phase} before anybody was told`;
    await apply(id, { kind: 'hold_off_ended', actor, why }, nowMs);
    return;
  }
  const beginning = notices.findLast((item) => item.incidentId === id && isBeginning(item.notice));
  if (!isWaiting && beginning === undefined) return;
  const waitMs = waitOfIncident(incident, settings.holdOff);
  if (waitMs === null) return;
  if (isWaiting && waitMs === 0) {
    due.cancel(id, ['hold_off']);
    const why = 'an alert fires that does not wait';
    await apply(id, { kind: 'hold_off_ended', actor, why }, nowMs);
    return;
  }
  // From the arrival of the alert: after a restart much of the time may have passed.
  const untilMs = (beginning?.atMs ?? nowMs) + waitMs;
  if (waitMs === 0 || untilMs <= nowMs || untilMs >= (incident.holdOff?.untilMs ?? Infinity))
    return;
  await apply(id, { kind: 'hold_off_started', actor, untilMs }, nowMs);
  due.schedule(id, 'hold_off', untilMs);
}
