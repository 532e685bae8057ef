import type { DatabaseTransaction } from '../../../store/store.ts';
import {
  SYSTEM_ACTOR,
  enterWindow,
  findUnsettledWindows,
  isInForce,
  isOpen,
  leaveWindow,
  windowsOf,
} from '../../incidents/incidents.ts';
import type { MaintenanceWindow } from '../../incidents/incidents.ts';
import type { PipelineContext } from '../pipeline-parts.ts';
import type { HoldAccess } from './hold-access.ts';

const actor = SYSTEM_ACTOR;

/** The windows that delay pages now. */
export async function windowsInForce(
  transaction: DatabaseTransaction,
  { clock }: PipelineContext,
): Promise<readonly MaintenanceWindow[]> {
  const windows = await findUnsettledWindows(transaction);
  return windows.filter((window) => isInForce(window, clock.now()));
}

/** Lets an incident into the windows that cover it, and out of those that do no longer. */
export async function settleMaintenance(
  transaction: DatabaseTransaction,
  { get, apply }: HoldAccess,
  id: string,
  windows: readonly MaintenanceWindow[],
  nowMs: number,
): Promise<void> {
  const incident = get(id);
  if (incident === undefined || !isOpen(incident.phase)) return;
  const marks = incident.maintenance ?? [];
  const covering = windowsOf(incident, windows);
  for (const window of covering) {
    if (marks.some(({ windowId }) => windowId === window.id)) continue;
    await apply(id, { kind: 'maintenance_started', actor, window: brief(window) }, nowMs);
    await enterWindow(transaction, window.id, id);
  }
  for (const { windowId, name } of marks) {
    // Windows that are over are left by whoever ends them, some incidents at a time.
    const isLeft = windows.some((window) => window.id === windowId && !covering.includes(window));
    if (!isLeft) continue;
    const why = 'an alert fires that it does not cover';
    const window = { id: windowId, name };
    await apply(id, { kind: 'maintenance_ended', actor, window, why }, nowMs);
    await leaveWindow(transaction, windowId, id, null);
  }
}

function brief({ id, name, reason }: MaintenanceWindow): {
  readonly id: string;
  readonly name: string;
  readonly reason: string;
} {
  return { id, name, reason };
}
