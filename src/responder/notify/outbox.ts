import type { Database, DatabaseTransaction, Kysely } from '../../store/store.ts';
import type { NoticeKind, NoticeMessage } from './notice-message.ts';
import type { OutboxTables } from './outbox-tables.ts';

export type OutboxState = 'pending' | 'sent' | 'dead';

/** One notice on its way by one channel. */
export type OutboxItem = {
  readonly id: string;
  readonly incidentId: string;
  readonly channel: string;
  readonly notice: NoticeKind;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAtMs: number;
  readonly finishedAtMs: number | null;
};

export type ClaimedItem = {
  readonly id: string;
  readonly channel: string;
  readonly message: NoticeMessage;
  /** Counts this attempt too; with the next one the notice belongs to whoever makes that. */
  readonly attempts: number;
};

function tables(database: Database): Kysely<OutboxTables> {
  return database.withTables<OutboxTables>();
}

/**
 * Puts a notice on its way, at once or at `dueAtMs`; call it in the transaction that writes what the notice
 * tells of.
 */
export async function enqueue(
  transaction: DatabaseTransaction,
  channel: string,
  message: NoticeMessage,
  dueAtMs: number = message.atMs,
): Promise<void> {
  await tables(transaction)
    .insertInto('outbox')
    .values((insert) => ({
      number: insert
        .selectFrom('outbox')
        .select((select) =>
          select(select.fn.coalesce(select.fn.max('number'), select.lit(0)), '+', 1).as('next'),
        ),
      id: message.id,
      incident_id: message.incidentId,
      channel,
      notice: message.notice,
      message: JSON.stringify(message),
      state: 'pending',
      created_at_ms: message.atMs,
      due_at_ms: dueAtMs,
      attempts: 0,
      lease_until_ms: 0,
      last_error: null,
      finished_at_ms: null,
    }))
    .execute();
}

/** Whether `claimDue` would find anything; needs no lock. */
export async function hasDue(database: Database, nowMs: number): Promise<boolean> {
  const row = await tables(database)
    .selectFrom('outbox')
    .select('id')
    .where('state', '=', 'pending')
    .where('due_at_ms', '<=', nowMs)
    .where('lease_until_ms', '<=', nowMs)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Takes what is due and leases it, so that the sending happens outside any transaction and is taken up again when the
 * sender dies: at once when that is known (`freeNotices`), or after the lease.
 */
export async function claimDue(
  transaction: DatabaseTransaction,
  nowMs: number,
  options: { readonly holder: string; readonly leaseMs: number; readonly limit: number },
): Promise<readonly ClaimedItem[]> {
  const database = tables(transaction);
  const rows = await database
    .selectFrom('outbox')
    .select(['id', 'channel', 'message', 'attempts'])
    .where('state', '=', 'pending')
    .where('due_at_ms', '<=', nowMs)
    .where('lease_until_ms', '<=', nowMs)
    .orderBy('due_at_ms')
    .orderBy('number')
    .limit(options.limit)
    .execute();
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  await database
    .updateTable('outbox')
    .set((update) => ({
      holder: options.holder,
      lease_until_ms: nowMs + options.leaseMs,
      attempts: update('attempts', '+', 1),
    }))
    .where('id', 'in', ids)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    channel: row.channel,
    message: JSON.parse(row.message) as NoticeMessage,
    attempts: row.attempts + 1,
  }));
}

/** Lets others send at once what a replica had taken and will send no more. */
export async function freeNotices(transaction: DatabaseTransaction, holder: string): Promise<void> {
  await tables(transaction)
    .updateTable('outbox')
    .set({ holder: '', lease_until_ms: 0 })
    .where('holder', '=', holder)
    .where('state', '=', 'pending')
    .execute();
}

export type Settlement =
  | { readonly state: 'sent'; readonly atMs: number }
  | { readonly state: 'pending'; readonly dueAtMs: number; readonly why: string }
  | { readonly state: 'dead'; readonly atMs: number; readonly why: string };

/** Writes what became of an attempt; false when another sender makes the next one already. */
export async function settle(
  transaction: DatabaseTransaction,
  item: ClaimedItem,
  settlement: Settlement,
): Promise<boolean> {
  const result = await tables(transaction)
    .updateTable('outbox')
    .set({
      state: settlement.state,
      holder: '',
      lease_until_ms: 0,
      ...(settlement.state === 'pending'
        ? { due_at_ms: settlement.dueAtMs }
        : { finished_at_ms: settlement.atMs }),
      last_error: settlement.state === 'sent' ? null : settlement.why,
    })
    .where('id', '=', item.id)
    .where('attempts', '=', item.attempts)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function findNotifications(
  database: Database,
  incidentId: string,
): Promise<readonly OutboxItem[]> {
  const rows = await tables(database)
    .selectFrom('outbox')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('number')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    incidentId: row.incident_id,
    channel: row.channel,
    notice: row.notice as NoticeKind,
    state: row.state as OutboxState,
    attempts: row.attempts,
    lastError: row.last_error,
    createdAtMs: row.created_at_ms,
    finishedAtMs: row.finished_at_ms,
  }));
}

export async function countPending(
  database: Database,
): Promise<readonly { readonly channel: string; readonly count: number }[]> {
  return tables(database)
    .selectFrom('outbox')
    .select((select) => ['channel' as const, select.fn.countAll<number>().as('count')])
    .where('state', '=', 'pending')
    .groupBy('channel')
    .execute();
}

const NO_MESSAGE = '{}';

/**
 * Forgets what was told about an incident; that it was told, when and by which channel stays. What waits is still to
 * be told, unless it has to go, too.
 */
export async function forgetMessages(
  transaction: DatabaseTransaction,
  incidentId: string,
  { withWaiting }: { readonly withWaiting: boolean },
): Promise<void> {
  if (withWaiting) {
    await tables(transaction)
      .deleteFrom('outbox')
      .where('incident_id', '=', incidentId)
      .where('state', '=', 'pending')
      .execute();
  }
  await tables(transaction)
    .updateTable('outbox')
    .set({ message: NO_MESSAGE, last_error: null })
    .where('incident_id', '=', incidentId)
    .where('state', '<>', 'pending')
    .execute();
}
