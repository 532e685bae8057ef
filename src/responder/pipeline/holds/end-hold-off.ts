import { SYSTEM_ACTOR, isFiring, isPastHoldOff } from '../../incidents/incidents.ts';
import { finishWork, isClaimed, retryWork } from '../due-work.ts';
import type { ClaimedWork } from '../due-work.ts';
import type { PipelineContext } from '../pipeline-parts.ts';
import type { Commit } from '../process-inbox.ts';

/** The time is up: who still fires, or is not proved to be well, is told of. */
export async function endHoldOff(
  due: ClaimedWork,
  { clock, settings }: PipelineContext,
  commit: Commit,
): Promise<void> {
  const nowMs = clock.now();
  await commit(async (changes) => {
    if (!(await isClaimed(changes.transaction, due))) return;
    const incident = await changes.find(due.incidentId);
    if (incident === null || (incident.holdOff ?? null) === null) {
      return finishWork(changes.transaction, due);
    }
    if (!isPastHoldOff(incident)) {
      // All alerts are gone and the probes are about to tell whether it is over.
      return retryWork(changes.transaction, due, nowMs + settings.verifyRetryMs);
    }
    await finishWork(changes.transaction, due);
    const why = isFiring(incident) ? 'the alerts stayed' : 'the alerts are gone without proof';
    await changes.apply(incident, { kind: 'hold_off_ended', actor: SYSTEM_ACTOR, why }, nowMs);
  });
}
