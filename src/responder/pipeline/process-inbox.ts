import { CrmwatchError, createId, errorMessage } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import { sourceOf } from '../alerts/alerts.ts';
import type { AlertEvent } from '../alerts/alerts.ts';
import { RECONCILER_ACTOR, correlate, isOpen, scopeOf } from '../incidents/incidents.ts';
import type { ChangeSet } from './change-set.ts';
import { pipelineTables } from './pipeline-tables.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import { sourceOfSender } from './reconcile-upstream.ts';
import type { SourceNames } from './reconcile-upstream.ts';
import { WATCHDOG } from './watchdog.ts';

/** Runs changes in one transaction and tells of them once they are committed. */
export type Commit = <T>(work: (changes: ChangeSet) => Promise<T>) => Promise<T>;

type InboxRow = { readonly id: number; readonly event: string };

const BATCH = 200;

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
  try {
    await processRows(rows, context, commit);
  } catch (error) {
    if (error instanceof CrmwatchError) throw error;
    for (const row of rows) await processAlone(row, context, commit);
  }
  return rows.length;
}

async function processRows(
  rows: readonly InboxRow[],
  context: PipelineContext,
  commit: Commit,
): Promise<void> {
  await commit(async (changes) => {
    for (const row of rows) {
      const event = withSource(JSON.parse(row.event) as AlertEvent, context.sources ?? {});
      const outcome = await processEvent(event, row.id, changes, context);
      await markProcessed(changes.transaction, row.id, context.clock.now(), outcome);
    }
  });
}

async function processAlone(
  row: InboxRow,
  context: PipelineContext,
  commit: Commit,
): Promise<void> {
  try {
    await processRows([row], context, commit);
  } catch (error) {
    if (error instanceof CrmwatchError) throw error;
    const why = errorMessage(error);
    context.logger.error('an alert event could not be processed', { inboxId: row.id, why });
    await context.store.transaction(async (transaction) =>
      markProcessed(transaction, row.id, context.clock.now(), `failed: ${why}`),
    );
  }
}

async function markProcessed(
  transaction: DatabaseTransaction,
  id: number,
  processedAtMs: number,
  outcome: string,
): Promise<void> {
  await pipelineTables(transaction)
    .updateTable('inbox')
    .set({ processed_at_ms: processedAtMs, outcome })
    .where('id', '=', id)
    .execute();
}

async function processEvent(
  event: AlertEvent,
  inboxId: number,
  changes: ChangeSet,
  { clock, random, settings, sources = {} }: PipelineContext,
): Promise<string> {
  if (event.name === WATCHDOG) {
    await beat(changes.transaction, event);
    return 'heartbeat';
  }
  const newest = await changes.newestOfScope(scopeOf(event).scope);
  const needsPast = event.status === 'firing' && (newest === null || !isOpen(newest.phase));
  const lastResolve = needsPast
    ? await findLastResolve(changes.transaction, event, inboxId, sources)
    : null;
  const correlation = correlate(event, { newest, lastResolve }, settings.reopenWindowMs);
  if (correlation.kind === 'none') return correlation.reason;
  const incident = correlation.kind === 'existing' ? correlation.incident : null;
  const actor = event.reconciled === undefined ? event.sender : RECONCILER_ACTOR;
  const base = { actor, alert: event };
  const { reason } = await changes.apply(
    incident,
    event.status === 'firing'
      ? { kind: 'alert_fired', ...base, incidentId: createId('inc', clock.now(), random) }
      : { kind: 'alert_resolved', ...base },
    // Not the time of processing: after a restart hours may lie between the two.
    event.receivedAtMs,
  );
  return reason;
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
