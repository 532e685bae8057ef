import type { DatabaseTransaction } from '../../store/store.ts';
import type { Leases } from './leases.ts';
import type { Held, PeriodicTask } from './periodic-task.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import type { Commit } from './process-inbox.ts';
import type { Launch } from './worker.ts';

/** Thrown in a transaction of whoever was taken for dead, so that it writes nothing. */
class LeaseLostError extends Error {}

/** Starts the periodic tasks that are due and whose lease this replica holds, each once at a time. */
export function createTaskLauncher(
  tasks: readonly PeriodicTask[],
  leases: Leases,
  { store, logger }: PipelineContext,
  commit: Commit,
): (launch: Launch) => void {
  const running = new Set<PeriodicTask>();

  function heldOf({ name }: PeriodicTask, fence: number): Held {
    async function assertHeld(transaction: DatabaseTransaction): Promise<void> {
      if (!(await leases.isHeld(transaction, name, fence))) throw new LeaseLostError();
    }

    return {
      replica: leases.replica,
      fence,
      transaction: async (work) =>
        store.transaction(async (transaction) => {
          await assertHeld(transaction);
          return work(transaction);
        }),
      commit: async (work) =>
        commit(async (changes) => {
          await assertHeld(changes.transaction);
          return work(changes);
        }),
    };
  }

  async function run(task: PeriodicTask, fence: number): Promise<boolean> {
    try {
      return await task.run(heldOf(task, fence));
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
      logger.info('a task was left to another replica', { task: task.name });
      return false;
    } finally {
      running.delete(task);
    }
  }

  return (launch) => {
    for (const task of tasks) {
      const fence = leases.fenceOf(task.name);
      if (fence === null || running.has(task) || !task.isDue()) continue;
      running.add(task);
      launch(async () => run(task, fence));
    }
  };
}
