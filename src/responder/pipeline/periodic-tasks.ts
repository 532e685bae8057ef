import type { Deliverer } from '../notify/notify.ts';
import { createFlappingTask } from './flapping/flapping-task.ts';
import { createMaintenanceTask } from './maintenance/maintenance-task.ts';
import type { PeriodicTask } from './periodic-task.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import { createReconciler } from './reconciler.ts';
import { createRetentionTask } from './retention/retention-task.ts';
import { createStormTask } from './storm-task.ts';

/** The one list of the tasks that run in one replica at a time; periodic-task.ts says how to add one. */
export function createPeriodicTasks(
  context: PipelineContext,
  deliverer: Deliverer,
): readonly PeriodicTask[] {
  return [
    createReconciler(context),
    createStormTask(context),
    createMaintenanceTask(context),
    createFlappingTask(context),
    createOutboxTask(context, deliverer),
    createRetentionTask(context),
  ];
}

function createOutboxTask({ channels }: PipelineContext, deliverer: Deliverer): PeriodicTask {
  return {
    name: 'outbox',
    isDue: () => channels.length > 0,
    run: async (held) => (await deliverer.deliverDue(held)) > 0,
  };
}
