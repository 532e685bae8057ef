import type { DatabaseTransaction } from '../../../store/store.ts';
import { LATE_DELIVERY_MS } from '../../incidents/incidents.ts';
import { hasUnprocessed, pipelineTables } from '../pipeline-tables.ts';

const NO_BODY = Buffer.alloc(0);
/** What the bodies that one transaction forgets weigh; one body alone may weigh more. */
const BODY_BYTES = 16 * 1024 * 1024;

type Sized = { readonly id: number; readonly bytes: number };

/** The first ones that together weigh no more than a transaction should. */
export function lightEnough(rows: readonly Sized[]): readonly number[] {
  let bytes = 0;
  const ids: number[] = [];
  for (const row of rows) {
    bytes += row.bytes;
    if (ids.length > 0 && bytes > BODY_BYTES) break;
    ids.push(row.id);
  }
  return ids;
}

/** Forgets bodies, and the keys of groups, which hold labels. Gives how many. */
export async function forgetRawBodies(
  transaction: DatabaseTransaction,
  receivedUntilMs: number,
  nowMs: number,
  limit: number,
): Promise<number> {
  const rows = await pipelineTables(transaction)
    .selectFrom('deliveries')
    .select((select) => ['id', select.fn<number>('length', ['body']).as('bytes')])
    .where('body_forgotten_at_ms', 'is', null)
    .where('received_at_ms', '<=', receivedUntilMs)
    .orderBy('received_at_ms')
    .limit(limit)
    .execute();
  return forgetBodiesOf(transaction, lightEnough(rows), nowMs);
}

export async function forgetBodiesOf(
  transaction: DatabaseTransaction,
  ids: readonly number[],
  nowMs: number,
): Promise<number> {
  if (ids.length === 0) return 0;
  await pipelineTables(transaction)
    .updateTable('deliveries')
    .set({ body: NO_BODY, group_key: '', body_forgotten_at_ms: nowMs })
    .where('id', 'in', ids)
    .execute();
  return ids.length;
}

/**
 * Takes out events that were processed long ago. A firing that comes late is known by the newest resolve of its alert,
 * for `LATE_DELIVERY_MS` after that came: so none goes before, and while events wait, which may be late ones from
 * before a standstill, none goes at all. Gives how many.
 */
export async function pruneEvents(
  transaction: DatabaseTransaction,
  processedUntilMs: number,
  nowMs: number,
  limit: number,
): Promise<number> {
  if (await hasUnprocessed(transaction)) return 0;
  const untilMs = Math.min(processedUntilMs, nowMs - 2 * LATE_DELIVERY_MS);
  // They were processed about in the order of their arrival, so the oldest are looked at and no index is needed.
  const oldest = await pipelineTables(transaction)
    .selectFrom('inbox')
    .select(['id', 'processed_at_ms'])
    .orderBy('id')
    .limit(limit)
    .execute();
  const ids = oldest
    .filter((row) => row.processed_at_ms !== null && row.processed_at_ms <= untilMs)
    .map(({ id }) => id);
  if (ids.length === 0) return 0;
  await pipelineTables(transaction).deleteFrom('inbox').where('id', 'in', ids).execute();
  return ids.length;
}

/** Takes out what is known of deliveries once all of their events are gone. Gives how many. */
export async function pruneDeliveries(
  transaction: DatabaseTransaction,
  receivedUntilMs: number,
  limit: number,
): Promise<number> {
  const rows = await pipelineTables(transaction)
    .selectFrom('deliveries')
    .select((select) => [
      'id',
      'received_at_ms',
      select
        .selectFrom('inbox')
        .select('inbox.id')
        .whereRef('inbox.delivery_id', '=', 'deliveries.id')
        .limit(1)
        .as('event'),
    ])
    .orderBy('id')
    .limit(limit)
    .execute();
  const ids = rows
    .filter((row) => row.event === null && row.received_at_ms <= receivedUntilMs)
    .map(({ id }) => id);
  if (ids.length === 0) return 0;
  await pipelineTables(transaction).deleteFrom('deliveries').where('id', 'in', ids).execute();
  return ids.length;
}

/** Takes out heartbeats of senders that are long gone. Gives how many. */
export async function pruneHeartbeats(
  transaction: DatabaseTransaction,
  seenUntilMs: number,
): Promise<number> {
  const { numDeletedRows } = await pipelineTables(transaction)
    .deleteFrom('heartbeats')
    .where('last_seen_at_ms', '<=', seenUntilMs)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
