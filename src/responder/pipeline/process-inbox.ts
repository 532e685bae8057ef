import { CrmwatchError, crashPoint, createId, errorMessage, unreachable } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import { sourceOf } from '../alerts/alerts.ts';
import type { AlertEvent } from '../alerts/alerts.ts';
import { actorOf, labelKeys, scopeOf } from '../incidents/incidents.ts';
import { createBatchLimit } from './batch-limit.ts';
import type { ChangeSet } from './change-set.ts';
import { keepHome, keepLabels } from './correlation-tables.ts';
import { createIncidentFinder } from './find-incident.ts';
import type { IncidentFinder, LastResolve } from './find-incident.ts';
import { createLastResolves } from './last-resolves.ts';
import { hasUnprocessed, pipelineTables } from './pipeline-tables.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import { sourceOfSender } from './reconcile-upstream.ts';
import type { SourceNames } from './reconcile-upstream.ts';
import { WATCHDOG } from './watchdog.ts';

/** Runs changes in one transaction and tells of them once they are committed. */
export type Commit = <T>(work: (changes: ChangeSet) => Promise<T>) => Promise<T>;

type InboxRow = { readonly id: number; readonly event: string };

/** What a transaction holds of events at most, whatever their number; one alone may weigh more. */
const LARGEST_BATCH_BYTES = 4_000_000;

/** Takes committed events in the order of their arrival and gives the number taken. */
export type InboxProcessor = () => Promise<number>;

/**
 * An event that trips over a defect of ours is set aside with the reason, so that it cannot hold up the ones behind
 * it. A batch is as large as lets it be over within a second or two, and holds some megabytes.
 */
export function createInboxProcessor(context: PipelineContext, commit: Commit): InboxProcessor {
  const { clock, store } = context;
  const limit = createBatchLimit();

  return async () => {
    // Without a lock, since mostly there is nothing.
    if (!(await hasUnprocessed(store.database))) return 0;
    const startMs = clock.monotonicMs();
    const taken = await processBatch({ limit: limit.current() }, context, commit);
    limit.note(taken, clock.monotonicMs() - startMs);
    return taken;
  };
}

/** The next ones, or those of them that are named. */
type Batch = { readonly limit: number; readonly ids?: readonly number[] };

/** Halves what fails until the one event is found that trips, so that the others are still taken many at once. */
async function processBatch(
  batch: Batch,
  context: PipelineContext,
  commit: Commit,
): Promise<number> {
  let taken: readonly InboxRow[] = [];
  try {
    await commit(async (changes) => {
      taken = await claimRows(changes.transaction, batch, context);
      if (taken.length > 0) await processRows(taken, changes, context);
      crashPoint('inbox:before-commit');
    });
    crashPoint('inbox:after-commit');
  } catch (error) {
    const [only] = taken;
    if (error instanceof CrmwatchError || only === undefined) throw error;
    if (taken.length === 1) await setAside(only, error, context);
    else await processHalves(taken, context, commit);
  }
  return taken.length;
}

async function processHalves(
  rows: readonly InboxRow[],
  context: PipelineContext,
  commit: Commit,
): Promise<void> {
  const ids = rows.map(({ id }) => id);
  const middle = Math.ceil(ids.length / 2);
  for (const half of [ids.slice(0, middle), ids.slice(middle)]) {
    await processBatch({ limit: half.length, ids: half }, context, commit);
  }
}

/**
 * Read within the transaction that marks them, so that no two replicas take the same ones; those that another
 * transaction holds are left to it.
 */
async function claimRows(
  transaction: DatabaseTransaction,
  { limit, ids }: Batch,
  { store }: PipelineContext,
): Promise<readonly InboxRow[]> {
  const tables = pipelineTables(transaction);
  let query = tables
    .selectFrom('inbox')
    .select((select) => [
      'id' as const,
      select.fn<number>('octet_length', [select.ref('event')]).as('bytes'),
    ])
    .where('processed_at_ms', 'is', null)
    .orderBy('id')
    .limit(limit);
  if (ids !== undefined) query = query.where('id', 'in', ids);
  if (store.engine === 'postgresql') query = query.forUpdate().skipLocked();
  const claimed = firstBytes(await query.execute(), LARGEST_BATCH_BYTES);
  if (claimed.length === 0) return [];
  return tables
    .selectFrom('inbox')
    .select(['id', 'event'])
    .where('id', 'in', claimed)
    .orderBy('id')
    .execute();
}

/** The identifiers of as many as weigh no more than the limit together, and of the first whatever it weighs. */
function firstBytes(
  rows: readonly { readonly id: number; readonly bytes: number }[],
  limitBytes: number,
): readonly number[] {
  let sum = 0;
  const end = rows.findIndex(({ bytes }, index) => (sum += bytes) > limitBytes && index > 0);
  return rows.slice(0, end === -1 ? rows.length : end).map(({ id }) => id);
}

async function processRows(
  rows: readonly InboxRow[],
  changes: ChangeSet,
  context: PipelineContext,
): Promise<void> {
  const { transaction } = changes;
  const { sources = {} } = context;
  const outcomes = new Map<number, string>();
  const taken = rows.map(({ id, event }) => ({
    inboxId: id,
    event: withSource(JSON.parse(event) as AlertEvent, sources),
  }));
  const events = taken.map(({ event }) => event);
  const lastResolves = createLastResolves(transaction, events, sources);
  await changes.preload(events.map((event) => scopeOf(event).scope));
  const find = createIncidentFinder(changes, context);
  for (const { inboxId, event } of taken) {
    const settle = (outcome: string): void => void outcomes.set(inboxId, outcome);
    const lastResolve = async (): Promise<AlertEvent | null> => lastResolves(event, inboxId);
    await processEvent(event, { settle, find, lastResolve }, changes, context);
  }
  await changes.applyTold();
  await markProcessed(transaction, outcomes, context.clock.now());
}

async function setAside(row: InboxRow, error: unknown, context: PipelineContext): Promise<void> {
  const why = context.mask.text(errorMessage(error));
  context.logger.error('an alert event could not be processed', { inboxId: row.id, why });
  await context.store.transaction(async (transaction) =>
    markProcessed(transaction, new Map([[row.id, `failed: ${why}`]]), context.clock.now()),
  );
}

/** One statement for all events of one outcome. */
async function markProcessed(
  transaction: DatabaseTransaction,
  outcomes: ReadonlyMap<number, string>,
  processedAtMs: number,
): Promise<void> {
  const idsOf = Map.groupBy(outcomes.keys(), (id) => outcomes.get(id) ?? '');
  for (const [outcome, ids] of idsOf) {
    await pipelineTables(transaction)
      .updateTable('inbox')
      .set({ processed_at_ms: processedAtMs, outcome })
      .where('id', 'in', ids)
      .execute();
  }
}

type Means = {
  readonly find: IncidentFinder;
  readonly lastResolve: LastResolve;
  /** Is told what became of the event, now or once all of the batch are applied. */
  readonly settle: (outcome: string) => void;
};

async function processEvent(
  event: AlertEvent,
  { settle, find, lastResolve }: Means,
  changes: ChangeSet,
  { clock, random, settings }: PipelineContext,
): Promise<void> {
  if (event.name === WATCHDOG) {
    await beat(changes.transaction, event);
    return settle('heartbeat');
  }
  const { transaction } = changes;
  const found = await find(event, lastResolve);
  switch (found.kind) {
    case 'none':
      return settle(found.reason);
    case 'existing': {
      const { incident, home, because, from } = found;
      if (home !== undefined) await keepHome(transaction, event, home);
      const told = {
        ...event,
        ...(because === undefined ? {} : { because }),
        ...(from === undefined ? {} : { from }),
      };
      return changes.tell(incident, told, settle);
    }
    case 'new': {
      const incidentId = createId('inc', clock.now(), random);
      const opening = {
        kind: 'alert_fired',
        actor: actorOf(event),
        alert: event,
        incidentId,
      } as const;
      if (found.hasHome) await keepHome(transaction, event, incidentId);
      for (const { key } of labelKeys(event, settings.correlation)) {
        await keepLabels(transaction, key, incidentId);
      }
      // Not the time of processing: after a restart hours may lie between the two.
      return settle((await changes.apply(null, opening, event.receivedAtMs)).reason);
    }
    default:
      return unreachable(found);
  }
}

/** Peers of one highly available set tell of the same alerts. Its own name is not repeated in every event. */
function withSource(event: AlertEvent, sources: SourceNames): AlertEvent {
  const source = sourceOfSender(sourceOf(event), sources);
  return source === sourceOf(event) ? event : { ...event, source };
}

async function beat(transaction: DatabaseTransaction, event: AlertEvent): Promise<void> {
  if (event.status !== 'firing') return;
  const seen = { last_seen_at_ms: event.receivedAtMs };
  await pipelineTables(transaction)
    .insertInto('heartbeats')
    .values({ name: event.name, sender: event.sender, ...seen })
    .onConflict((conflict) => conflict.columns(['name', 'sender']).doUpdateSet(seen))
    .execute();
}
