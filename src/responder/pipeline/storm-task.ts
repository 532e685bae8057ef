import type { DatabaseTransaction } from '../../store/store.ts';
import type { Held, PeriodicTask } from './periodic-task.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import { endStorm, findCalmStorms, readMembers } from './storm-records.ts';
import { tellStorm } from './storm-watch.ts';
import { MAXIMUM_PAGES } from './storm.ts';

/** Ends storms that no incident joins any more and whose incidents are all over. */
export function createStormTask(context: PipelineContext): PeriodicTask {
  return {
    name: 'storms',
    isDue: () => true,
    run: async (held) => endCalmStorms(context, held),
  };
}

/** Gives whether one ended. */
async function endCalmStorms(context: PipelineContext, held: Held): Promise<boolean> {
  const { store, settings, clock } = context;
  let hasEnded = false;
  for (const id of await findCalmStorms(store.database, clock.now() - settings.storm.withinMs)) {
    if ((await readMembers(store.database, id)).open > 0) continue;
    const isOver = await held.transaction(async (transaction) => end(transaction, context, id));
    hasEnded ||= isOver;
  }
  return hasEnded;
}

async function end(
  transaction: DatabaseTransaction,
  context: PipelineContext,
  id: string,
): Promise<boolean> {
  // Looked at again: an incident may have come back since.
  const members = await readMembers(transaction, id);
  if (members.open > 0) return false;
  const storm = await endStorm(transaction, id, context.clock.now());
  if (storm === undefined) return false;
  if (storm.pages < MAXIMUM_PAGES) {
    await tellStorm(transaction, context, storm, members, 'storm_over');
  }
  context.logger.info('a storm of incidents is over', { storm: id, incidents: members.count });
  return true;
}
