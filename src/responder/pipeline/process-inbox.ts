import {
  CrmwatchError,
  crashPoint,
  createId,
  errorMessage,
  partsOf,
  unreachable,
} from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import { sourceOf } from '../alerts/alerts.ts';
import type { AlertEvent } from '../alerts/alerts.ts';
import { actorOf, labelKeys } from '../incidents/incidents.ts';
import type { ChangeSet } from './change-set.ts';
import { keepHome, keepLabels } from './correlation-tables.ts';
import { createIncidentFinder } from './find-incident.ts';
import type { IncidentFinder } from './find-incident.ts';
import { pipelineTables } from './pipeline-tables.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import { sourceOfSender } from './reconcile-upstream.ts';
import type { SourceNames } from './reconcile-upstream.ts';
import { WATCHDOG } from './watchdog.ts';

/** Runs changes in one transaction and tells of them once they are committed. */
export type Commit = <T>(work: (changes: ChangeSet) => Promise<T>) => Promise<T>;

type InboxRow = { readonly id: number; readonly event: string };

/** A storm is taken in few transactions, and one of them holds some megabytes of events. */
const BATCH = 2000;
const ROWS_PER_UPDATE = 500;

/**
 * Takes committed events in the order of their arrival and gives the number taken. An event that trips
 * over a defect of ours is set aside with the reason, so that it cannot hold up the ones behind it.
 */
export async function processInbox(context: PipelineContext, commit: Commit): Promise<number> {
  const rows = await pipelineTables(context.store.database)
    .selectFrom('inbox')
    .select(['id', 'event'])
    .where('processed_at_ms', 'is', null)
    .orderBy('id')
    .limit(BATCH)
    .execute();
  if (rows.length === 0) return 0;
  await processParts(rows, context, commit);
  return rows.length;
}

/** Halves what fails until the one event is found that trips, so that the others are still taken many at once. */
async function processParts(
  rows: readonly InboxRow[],
  context: PipelineContext,
  commit: Commit,
): Promise<void> {
  try {
    await processRows(rows, context, commit);
  } catch (error) {
    if (error instanceof CrmwatchError) throw error;
    const [only] = rows;
    if (rows.length === 1 && only !== undefined) return setAside(only, error, context);
    const middle = Math.ceil(rows.length / 2);
    await processParts(rows.slice(0, middle), context, commit);
    await processParts(rows.slice(middle), context, commit);
  }
}

async function processRows(
  rows: readonly InboxRow[],
  context: PipelineContext,
  commit: Commit,
): Promise<void> {
  await commit(async (changes) => {
    const outcomes = new Map<number, string>();
    const find = createIncidentFinder(changes, context);
    for (const row of rows) {
      const event = withSource(JSON.parse(row.event) as AlertEvent, context.sources ?? {});
      const settle = (outcome: string): void => void outcomes.set(row.id, outcome);
      await processEvent(event, { inboxId: row.id, settle, find }, changes, context);
    }
    await changes.applyTold();
    await markProcessed(changes.transaction, outcomes, context.clock.now());
    crashPoint('inbox:before-commit');
  });
  crashPoint('inbox:after-commit');
}

async function setAside(row: InboxRow, error: unknown, context: PipelineContext): Promise<void> {
  const why = errorMessage(error);
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
    for (const part of partsOf(ids, ROWS_PER_UPDATE)) {
      await pipelineTables(transaction)
        .updateTable('inbox')
        .set({ processed_at_ms: processedAtMs, outcome })
        .where('id', 'in', part)
        .execute();
    }
  }
}

type Row = {
  readonly find: IncidentFinder;
  readonly inboxId: number;
  /** Is told what became of the event, now or once all of the batch are applied. */
  readonly settle: (outcome: string) => void;
};

async function processEvent(
  event: AlertEvent,
  { inboxId, settle, find }: Row,
  changes: ChangeSet,
  { clock, random, settings, sources = {} }: PipelineContext,
): Promise<void> {
  if (event.name === WATCHDOG) {
    await beat(changes.transaction, event);
    return settle('heartbeat');
  }
  const { transaction } = changes;
  const found = await find(event, async () =>
    findLastResolve(transaction, event, inboxId, sources),
  );
  switch (found.kind) {
    case 'none':
      return settle(found.reason);
    case 'existing':
      return changes.tell(found.incident, event, settle);
    case 'joins':
      await keepHome(transaction, event, found.incident.id);
      return changes.tell(found.incident, { ...event, because: found.because }, settle);
    case 'new': {
      const incidentId = createId('inc', clock.now(), random);
      const opening = {
        kind: 'alert_fired',
        actor: actorOf(event),
        alert: event,
        incidentId,
      } as const;
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

/** The newest resolve of this very alert that came before it, whichever incident it belonged to. */
async function findLastResolve(
  transaction: DatabaseTransaction,
  event: AlertEvent,
  inboxId: number,
  sources: SourceNames,
): Promise<AlertEvent | null> {
  const source = sourceOf(event);
  const peers = Object.keys(sources).filter((sender) => sources[sender] === source);
  const row = await pipelineTables(transaction)
    .selectFrom('inbox')
    .select('event')
    .where('sender', 'in', [...new Set([event.sender, source, ...peers])])
    .where('fingerprint', '=', event.fingerprint)
    .where('status', '=', 'resolved')
    .where('id', '<', inboxId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : (JSON.parse(row.event) as AlertEvent);
}
