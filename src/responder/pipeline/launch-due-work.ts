import { crashPoint } from '../../std/std.ts';
import { findIncident } from '../incidents/incidents.ts';
import { claimWork, finishWork, hasDueWork } from './due-work.ts';
import type { ClaimedWork } from './due-work.ts';
import { doWork } from './incident-work.ts';
import type { Leases } from './leases.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import type { Commit } from './process-inbox.ts';
import type { Launch } from './worker.ts';

/** Claims due work and starts it, as much as may run at once; gives whether it started any. */
export function createDueWorkLauncher(
  context: PipelineContext,
  commit: Commit,
  leases: Leases,
): (launch: Launch) => Promise<boolean> {
  const { store, clock, settings } = context;
  const { replica, own } = leases;
  const active = new Set<number>();
  let lastClaim = 0;
  return async (launch) => {
    const limit = settings.concurrency - active.size;
    const fence = leases.fenceOf(own);
    const nowMs = clock.now();
    if (limit <= 0 || fence === null) return false;
    if (!(await hasDueWork(store.database, nowMs, { replica, active }))) return false;
    const claimer = { replica, active, limit, nextClaim: () => ++lastClaim };
    const claimed = await store.transaction(async (transaction) => {
      // Nobody would free the claims of a replica that counts as dead.
      if (!(await leases.isHeld(transaction, own, fence))) return [];
      return claimWork(transaction, nowMs, claimer);
    });
    for (const work of claimed) {
      active.add(work.claim);
      launch(async () => {
        await runDueWork(work, context, commit).finally(() => active.delete(work.claim));
        crashPoint('timer:done');
        return true;
      });
    }
    return claimed.length > 0;
  };
}

async function runDueWork(
  due: ClaimedWork,
  context: PipelineContext,
  commit: Commit,
): Promise<void> {
  crashPoint('timer:claimed');
  const incident = await findIncident(context.store.database, due.incidentId);
  if (incident !== null && incident.phase !== 'closed') {
    return doWork(due, incident, context, commit);
  }
  await context.store.transaction(async (transaction) => finishWork(transaction, due));
}
