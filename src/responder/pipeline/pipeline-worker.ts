import { crashPoint } from '../../std/std.ts';
import { SYSTEM_ACTOR, findIncident } from '../incidents/incidents.ts';
import { createDeliverer } from '../notify/notify.ts';
import type { ClaimedItem, Deliverer } from '../notify/notify.ts';
import { createChangeSet } from './change-set.ts';
import type { Change, ChangeSet } from './change-set.ts';
import { findDueWork, finishWork } from './due-work.ts';
import type { DueWork } from './due-work.ts';
import { doWork } from './incident-work.ts';
import type { Held, PeriodicTask } from './periodic-task.ts';
import { createPeriodicTasks } from './periodic-tasks.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import { createInboxProcessor } from './process-inbox.ts';
import type { Commit } from './process-inbox.ts';
import { createWorker } from './worker.ts';
import type { Worker } from './worker.ts';

export type OnCommitted = (changes: readonly Change[]) => void;

/** What a responder does by itself: the inbox first, then due work and periodic tasks, which run beside it. */
export function createPipelineWorker(
  context: PipelineContext,
  commit: Commit,
  onCommitted: OnCommitted,
): Worker {
  const { store, clock, settings } = context;
  const processInbox = createInboxProcessor(context, commit);
  const active = new Set<string>();

  async function launchDueWork(): Promise<boolean> {
    // More than can run, since some of them may be running already.
    const due = await findDueWork(store.database, clock.now(), settings.concurrency * 2);
    const waiting = due.filter((work) => !active.has(keyOf(work)));
    const chosen = waiting.slice(0, settings.concurrency - active.size);
    for (const work of chosen) {
      active.add(keyOf(work));
      worker.launch(async () => {
        await runDueWork(work, context, commit).finally(() => active.delete(keyOf(work)));
        crashPoint('timer:done');
        return true;
      });
    }
    return chosen.length > 0;
  }

  const tasks = createPeriodicTasks(context, createOutboxDeliverer(context, onCommitted));
  const running = new Set<PeriodicTask>();
  const held: Held = { fence: 0, transaction: async (work) => store.transaction(work), commit };

  function launchTasks(): void {
    for (const task of tasks) {
      if (running.has(task) || !task.isDue()) continue;
      running.add(task);
      worker.launch(async () => task.run(held).finally(() => running.delete(task)));
    }
  }

  const worker = createWorker({
    ...context,
    ...settings,
    async round() {
      const taken = await processInbox();
      const hasLaunched = await launchDueWork();
      launchTasks();
      return taken > 0 || hasLaunched;
    },
  });
  return worker;
}

function createOutboxDeliverer(context: PipelineContext, onCommitted: OnCommitted): Deliverer {
  const { metrics, clock } = context;
  return createDeliverer({
    ...context,
    onSent: (channel) => metrics.notificationSent(channel),
    onFailed: (channel) => metrics.notificationFailed(channel),
    async onDead(transaction, item, why) {
      const changes = await giveUp(createChangeSet(transaction, context), item, why, clock.now());
      return () => onCommitted(changes);
    },
  });
}

function keyOf({ incidentId, work }: DueWork): string {
  return `${incidentId} ${work}`;
}

async function runDueWork(due: DueWork, context: PipelineContext, commit: Commit): Promise<void> {
  crashPoint('timer:claimed');
  const incident = await findIncident(context.store.database, due.incidentId);
  if (incident !== null && incident.phase !== 'closed') {
    return doWork(due, incident, context, commit);
  }
  await context.store.transaction(async (transaction) => finishWork(transaction, due));
}

async function giveUp(
  changes: ChangeSet,
  item: ClaimedItem,
  why: string,
  nowMs: number,
): Promise<readonly Change[]> {
  const incident = await changes.find(item.message.incidentId);
  const { channel } = item;
  await changes.apply(
    incident,
    { kind: 'notification_dead', actor: SYSTEM_ACTOR, channel, why },
    nowMs,
  );
  return changes.finish();
}
