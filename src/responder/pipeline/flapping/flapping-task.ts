import { SYSTEM_ACTOR, passTime } from '../../incidents/incidents.ts';
import type { Held, PeriodicTask } from '../periodic-task.ts';
import type { PipelineContext } from '../pipeline-parts.ts';
import { findDueFlapping, forgetFlapping, readFlapping, saveFlapping } from './flapping-records.ts';
import { dueOf } from './settle-flapping.ts';

const actor = SYSTEM_ACTOR;
const BATCH = 100;

/** Ends what is calm by now, and forgets what was quiet for long. */
export function createFlappingTask(context: PipelineContext): PeriodicTask {
  return {
    name: 'flapping',
    isDue: () => true,
    run: async (held) => calmFlapping(context, held),
  };
}

/** Gives whether there was any. */
async function calmFlapping(context: PipelineContext, { commit }: Held): Promise<boolean> {
  const { store, clock, settings } = context;
  const { isEnabled } = settings.flapping;
  const nowMs = clock.now();
  // Once it is turned off, nothing flaps any more.
  const untilMs = isEnabled ? nowMs : Number.MAX_SAFE_INTEGER;
  const keys = await findDueFlapping(store.database, untilMs, BATCH);
  if (keys.length === 0) return false;
  await commit(async (changes) => {
    const { transaction } = changes;
    // Read again: an alert may have changed since.
    const due = [...(await readFlapping(transaction, keys))].filter(
      ([, { dueAtMs }]) => dueAtMs <= untilMs,
    );
    const forgotten: string[] = [];
    for (const [key, record] of due) {
      const { alert, incidentId } = record;
      const history = passTime(record.history, nowMs, settings.flapping);
      const isOver = !isEnabled || !history.isFlapping;
      if (record.history.isFlapping && isOver) {
        const why = isEnabled ? 'it is calm' : 'it was turned off in the configuration';
        const event = { kind: 'flapping_ended', actor, alert, why } as const;
        await changes.apply(await changes.find(incidentId), event, nowMs);
      }
      if (!isEnabled || (isOver && !record.history.isFlapping)) forgotten.push(key);
      else {
        // At least an interval on, so that a clock that is set back cannot keep it due.
        const dueAtMs = Math.max(
          dueOf(history, settings.flapping),
          nowMs + settings.flapping.intervalMs,
        );
        await saveFlapping(transaction, { alert, incidentId, history, dueAtMs });
      }
    }
    await forgetFlapping(transaction, forgotten);
  });
  return true;
}
