import { crashPoint, errorMessage } from '../../std/std.ts';
import type { Migrations } from '../../store/store.ts';
import { decodeDelivery } from '../alerts/alerts.ts';
import { ACCOUNT_MIGRATIONS } from '../accounts/accounts.ts';
import {
  INCIDENT_MIGRATIONS,
  SYSTEM_ACTOR,
  findIncident,
  timesOf,
} from '../incidents/incidents.ts';
import { OUTBOX_MIGRATIONS, createDeliverer } from '../notify/notify.ts';
import type { ClaimedItem } from '../notify/notify.ts';
import { CORRELATION_MIGRATIONS } from './correlation-tables.ts';
import { createChangeSet } from './change-set.ts';
import type { Change, ChangeSet } from './change-set.ts';
import { findDueWork, finishWork } from './due-work.ts';
import type { DueWork } from './due-work.ts';
import { doWork } from './incident-work.ts';
import { INTAKE_MIGRATIONS } from './intake-tables.ts';
import { IDEMPOTENCY_MIGRATIONS } from './idempotency.ts';
import { createIntake } from './intake.ts';
import type { Intake } from './intake.ts';
import { createOperations, toLine } from './operations.ts';
import type { Operations, PipelineLine } from './operations.ts';
import { PIPELINE_MIGRATIONS } from './pipeline-tables.ts';
import { DEFAULT_PIPELINE_SETTINGS } from './pipeline-parts.ts';
import type { PipelineContext, PipelineParts } from './pipeline-parts.ts';
import { processInbox } from './process-inbox.ts';
import type { Commit } from './process-inbox.ts';
import { createQuarantine } from './quarantine.ts';
import type { Quarantine } from './quarantine.ts';
import type { ResponderMetrics } from './responder-metrics.ts';
import { createReconciler } from './reconciler.ts';
import { withPipeVerification } from './watchdog-beats.ts';
import { STORM_MIGRATIONS } from './storm-tables.ts';
import { endCalmStorms } from './storm-watch.ts';
import { createWorker } from './worker.ts';
import type { Worker } from './worker.ts';

/** For `openStore`: the schemas of all rooms that keep something in the database of the responder. */
export const RESPONDER_MIGRATIONS: readonly Migrations[] = [
  INCIDENT_MIGRATIONS,
  OUTBOX_MIGRATIONS,
  PIPELINE_MIGRATIONS,
  INTAKE_MIGRATIONS,
  IDEMPOTENCY_MIGRATIONS,
  ACCOUNT_MIGRATIONS,
  STORM_MIGRATIONS,
  CORRELATION_MIGRATIONS,
];

export type Pipeline = Intake &
  Operations & {
    readonly quarantine: Quarantine;
    /** Tells of everything that happens from now on; gives the way to stop. A listener must not throw. */
    subscribe(listener: (line: PipelineLine) => void): () => void;
    start(): void;
    /** Idempotent; waits a bounded time for what is under way. The store stays open. */
    stop(): Promise<void>;
    /** Does all that is due now and resolves when nothing is left. Rejects when the store fails. */
    settle(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
  };

/**
 * The one place that knows the order of the phases. Committed alert events become incidents; due work
 * (diagnosis, verification, closing) is kept in the database, so a restart goes on where it stopped.
 */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { clock, sources = {}, store } = parts;
  const facts = { database: store.database, sources, clock };
  const context = {
    ...parts,
    verifier: withPipeVerification(parts.verifier, facts),
    settings: { ...DEFAULT_PIPELINE_SETTINGS, ...parts.settings },
  };
  const listeners = new Set<(line: PipelineLine) => void>();
  const onCommitted: OnCommitted = (changes) => {
    for (const change of changes) {
      count(change, context.metrics);
      tell(toLine(change.entry));
    }
  };
  const commit = createCommit(context, onCommitted);
  const decoder = parts.decodeDelivery ?? (async (delivery) => decodeDelivery(delivery));
  const intake = createIntake(context.store, context.metrics, decoder);
  const operations = createOperations(context, commit);
  const worker = createPipelineWorker(context, commit, onCommitted);

  function tell(line: PipelineLine): void {
    for (const listener of listeners) {
      try {
        listener(line);
      } catch (error) {
        context.logger.error('a listener failed', { why: errorMessage(error) });
      }
    }
  }

  async function stop(): Promise<void> {
    await worker.stop();
    for (const channel of context.channels) channel.close();
  }

  return {
    ...operations,
    quarantine: createQuarantine(context, decoder, () => worker.wake()),
    async accept(rawBody, sender, receivedAtMs, form) {
      const acceptance = await intake.accept(rawBody, sender, receivedAtMs, form);
      worker.wake();
      return acceptance;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    start: () => worker.start(),
    stop,
    settle: async () => worker.settle(),
    [Symbol.asyncDispose]: stop,
  };
}

type OnCommitted = (changes: readonly Change[]) => void;

/** Runs changes in one transaction, and passes them on once they are committed. */
function createCommit(context: PipelineContext, onCommitted: OnCommitted): Commit {
  return async <T>(work: (changes: ChangeSet) => Promise<T>): Promise<T> => {
    const done = await context.store.transaction(async (transaction) => {
      const changes = createChangeSet(transaction, context);
      const value = await work(changes);
      const finished = { value, changes: await changes.finish() };
      crashPoint('changes:before-commit');
      return finished;
    });
    crashPoint('changes:after-commit');
    onCommitted(done.changes);
    return done.value;
  };
}

function createPipelineWorker(
  context: PipelineContext,
  commit: Commit,
  onCommitted: OnCommitted,
): Worker {
  const { store, clock, settings, metrics } = context;
  const active = new Set<string>();
  const deliverer = createDeliverer({
    ...context,
    onSent: (channel) => metrics.notificationSent(channel),
    onFailed: (channel) => metrics.notificationFailed(channel),
    async onDead(transaction, item, why) {
      const changes = await giveUp(createChangeSet(transaction, context), item, why, clock.now());
      return () => onCommitted(changes);
    },
  });

  async function launchDueWork(): Promise<boolean> {
    // More than can run, since some of them may be running already.
    const due = await findDueWork(store.database, clock.now(), settings.concurrency * 2);
    const waiting = due.filter((work) => !active.has(keyOf(work)));
    const chosen = waiting.slice(0, settings.concurrency - active.size);
    for (const work of chosen) {
      launchOnce(keyOf(work), async () => {
        await runDueWork(work, context, commit);
        crashPoint('timer:done');
        return true;
      });
    }
    return chosen.length > 0;
  }

  function launchOnce(key: string, task: () => Promise<boolean>): void {
    active.add(key);
    worker.launch(async () => task().finally(() => active.delete(key)));
  }

  // A slow channel holds up neither the intake nor the incidents.
  let isDelivering = false;
  function launchDelivery(): void {
    if (isDelivering || context.channels.length === 0) return;
    isDelivering = true;
    const deliver = async (): Promise<boolean> => (await deliverer.deliverDue()) > 0;
    worker.launch(async () =>
      deliver().finally(() => {
        isDelivering = false;
      }),
    );
  }

  // So does a look at what may have been missed.
  const reconciler = createReconciler(context, commit);
  let isReconciling = false;
  function launchReconciler(): void {
    if (isReconciling || !reconciler.isDue()) return;
    isReconciling = true;
    worker.launch(async () =>
      reconciler.runOnce().finally(() => {
        isReconciling = false;
      }),
    );
  }

  const worker = createWorker({
    ...context,
    ...settings,
    async round() {
      const taken = await processInbox(context, commit);
      const hasLaunched = await launchDueWork();
      const hasEnded = await endCalmStorms(context);
      launchDelivery();
      launchReconciler();
      return taken > 0 || hasLaunched || hasEnded;
    },
  });
  return worker;
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

function count({ entry, incident }: Change, metrics: ResponderMetrics): void {
  const { event, sequence } = entry;
  const times = timesOf(incident);
  if (sequence === 1) metrics.incidentOpened();
  if (event.kind === 'diagnosed') {
    metrics.diagnosed(event.diagnosis.answer, event.diagnosis.probability);
  }
  if (event.kind === 'acknowledged' && times.acknowledgeSeconds !== null) {
    metrics.incidentAcknowledged(times.acknowledgeSeconds);
  }
  if (event.kind === 'verification_passed' && times.recoverSeconds !== null) {
    metrics.incidentRecovered(times.recoverSeconds);
  }
}
