import { errorMessage, sleep } from '../../std/std.ts';
import type { Timer } from '../../std/std.ts';
import { SYSTEM_ACTOR } from '../incidents/incidents.ts';
import { createDeliverer } from '../notify/notify.ts';
import type { ClaimedItem, Deliverer } from '../notify/notify.ts';
import { createChangeSet } from './change-set.ts';
import type { Change, ChangeSet } from './change-set.ts';
import { createDueWorkLauncher } from './launch-due-work.ts';
import { createTaskLauncher } from './launch-tasks.ts';
import { RENEW_MS } from './lease-watch.ts';
import { createLeases } from './leases.ts';
import type { Leases } from './leases.ts';
import { createPeriodicTasks } from './periodic-tasks.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import { createInboxProcessor } from './process-inbox.ts';
import type { Commit } from './process-inbox.ts';
import { createWorker } from './worker.ts';
import type { Worker } from './worker.ts';

export type OnCommitted = (changes: readonly Change[]) => void;

export type PipelineWorker = Worker & { readonly leaseStates: Leases['states'] };

/** How often it is looked whether leases are to be renewed. */
const LEASE_TICK_MS = RENEW_MS / 5;
const RELEASE_TIMEOUT_MS = 3000;

/** What a responder does by itself: the inbox first, then due work and periodic tasks, which run beside it. */
export function createPipelineWorker(
  context: PipelineContext,
  commit: Commit,
  onCommitted: OnCommitted,
): PipelineWorker {
  const { store, clock, logger } = context;
  const tasks = createPeriodicTasks(context, createOutboxDeliverer(context, onCommitted));
  const leases = createLeases(
    context,
    tasks.map(({ name }) => name),
  );
  const processInbox = createInboxProcessor(context, commit);
  const launchDueWork = createDueWorkLauncher(context, commit, leases);
  const launchTasks = createTaskLauncher(tasks, leases, context, commit);
  let timer: Timer | undefined;
  let stopListening: (() => void) | undefined;

  const worker = createWorker({
    ...context,
    ...context.settings,
    async round() {
      await leases.keep();
      const taken = await processInbox();
      const hasLaunched = await launchDueWork((task) => worker.launch(task));
      launchTasks((task) => worker.launch(task));
      return taken > 0 || hasLaunched;
    },
  });

  /** Beside the rounds, since one of them may take long and leases are to be renewed all the same. */
  function keepLeases(): void {
    // The next round says what is wrong.
    leases.keep().catch(() => {});
    timer = clock.after(LEASE_TICK_MS, keepLeases);
  }

  return {
    ...worker,
    leaseStates: () => leases.states(),
    start() {
      if (timer !== undefined) return;
      worker.start();
      keepLeases();
      stopListening = store.onWake(() => worker.wake());
    },
    async stop() {
      timer?.cancel();
      stopListening?.();
      await worker.stop();
      const limit = new AbortController();
      const released = leases.release().catch((error: unknown) => {
        const why = errorMessage(error);
        logger.warn('what this replica held is free only after its lease', { why });
      });
      await Promise.race([released, sleep(clock, RELEASE_TIMEOUT_MS, limit.signal)]);
      limit.abort();
    },
  };
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
