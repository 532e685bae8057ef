import { crashPoint, errorMessage } from '../../std/std.ts';
import type { Migrations } from '../../store/store.ts';
import { NO_MASK, decodeDelivery } from '../alerts/alerts.ts';
import { ACCOUNT_MIGRATIONS } from '../accounts/accounts.ts';
import { INCIDENT_MIGRATIONS, MAINTENANCE_MIGRATIONS, timesOf } from '../incidents/incidents.ts';
import { OUTBOX_MIGRATIONS } from '../notify/notify.ts';
import { CORRELATION_MIGRATIONS } from './correlation-tables.ts';
import { createChangeSet } from './change-set.ts';
import type { Change, ChangeSet } from './change-set.ts';
import { FLAPPING_MIGRATIONS } from './flapping/flapping-records.ts';
import { HELD_MIGRATIONS } from './holds/held-notices.ts';
import { INTAKE_MIGRATIONS } from './intake-tables.ts';
import { IDEMPOTENCY_MIGRATIONS } from './idempotency.ts';
import { createIntake } from './intake.ts';
import type { Intake } from './intake.ts';
import { LEARNING_MIGRATIONS } from './learning/learning-tables.ts';
import { LEASE_MIGRATIONS } from './lease-tables.ts';
import type { LeaseState } from './leases.ts';
import { createMaintenance } from './maintenance/maintenance.ts';
import type { Maintenance } from './maintenance/maintenance.ts';
import { createOperations, toLine } from './operations.ts';
import type { Operations, PipelineLine } from './operations.ts';
import { PIPELINE_MIGRATIONS } from './pipeline-tables.ts';
import { DEFAULT_PIPELINE_SETTINGS } from './pipeline-parts.ts';
import type { PipelineContext, PipelineParts } from './pipeline-parts.ts';
import type { Commit } from './process-inbox.ts';
import { createPipelineWorker } from './pipeline-worker.ts';
import type { OnCommitted } from './pipeline-worker.ts';
import { createQuarantine } from './quarantine.ts';
import type { Quarantine } from './quarantine.ts';
import type { ResponderMetrics } from './responder-metrics.ts';
import { withUpstreamVerification } from './verify-upstream.ts';
import { withPipeVerification } from './watchdog-beats.ts';
import { STORM_MIGRATIONS } from './storm-tables.ts';

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
  LEASE_MIGRATIONS,
  MAINTENANCE_MIGRATIONS,
  HELD_MIGRATIONS,
  FLAPPING_MIGRATIONS,
  LEARNING_MIGRATIONS,
];

export type Pipeline = Intake &
  Operations & {
    readonly quarantine: Quarantine;
    /** The periodic tasks, and which of them this replica does now. */
    leases(): readonly LeaseState[];
    readonly maintenance: Maintenance;
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
  const { clock, sources = {}, store, mask = NO_MASK } = parts;
  const facts = { database: store.database, sources, clock };
  const context = {
    ...parts,
    mask,
    verifier: withUpstreamVerification(withPipeVerification(parts.verifier, facts), {
      ...facts,
      upstream: parts.upstream,
    }),
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
  const decoder = parts.decodeDelivery ?? (async (delivery) => decodeDelivery(delivery, mask));
  const intake = createIntake(context.store, context.metrics, decoder, context.settings.retention);
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
    maintenance: createMaintenance(context, () => worker.wake()),
    async accept(rawBody, sender, receivedAtMs, form) {
      const acceptance = await intake.accept(rawBody, sender, receivedAtMs, form);
      worker.wake();
      context.store.wakeOthers();
      return acceptance;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    leases: () => worker.leaseStates(),
    start: () => worker.start(),
    stop,
    settle: async () => worker.settle(),
    [Symbol.asyncDispose]: stop,
  };
}

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

function count({ entry, incident }: Change, metrics: ResponderMetrics): void {
  const { event, sequence } = entry;
  const times = timesOf(incident);
  if (sequence === 1) metrics.incidentOpened();
  if (event.kind === 'diagnosed') {
    metrics.diagnosed(event.diagnosis.answer, event.diagnosis.probability);
  }
  if (event.kind === 'diagnosis_corrected') metrics.labelKept('human');
  if (event.kind === 'acknowledged' && times.acknowledgeSeconds !== null) {
    metrics.incidentAcknowledged(times.acknowledgeSeconds);
  }
  if (event.kind === 'verification_passed' && times.recoverSeconds !== null) {
    metrics.incidentRecovered(times.recoverSeconds);
  }
}
