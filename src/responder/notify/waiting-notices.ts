import { partsOf } from '../../std/std.ts';
import type { Database, DatabaseTransaction, Kysely } from '../../store/store.ts';
import type { NoticeMessage } from './notice-message.ts';
import type { OutboxTables } from './outbox-tables.ts';

/** Notices that nobody tried to send yet, so that they can still be changed or taken back. */

function tables(database: Database): Kysely<OutboxTables> {
  return database.withTables<OutboxTables>();
}

const IDS_PER_QUERY = 500;

export type WaitingNotice = {
  readonly id: string;
  readonly notice: string;
  readonly dueAtMs: number;
};

export async function findWaiting(
  transaction: DatabaseTransaction,
  incidentId: string,
): Promise<readonly WaitingNotice[]> {
  const rows = await tables(transaction)
    .selectFrom('outbox')
    .select(['id', 'notice', 'due_at_ms'])
    .where('incident_id', '=', incidentId)
    .where('state', '=', 'pending')
    .where('attempts', '=', 0)
    .execute();
  return rows.map(({ id, notice, due_at_ms: dueAtMs }) => ({ id, notice, dueAtMs }));
}

/** Gives a waiting notice its newest content; the message keeps its identifier. */
export async function renewWaiting(
  transaction: DatabaseTransaction,
  message: NoticeMessage,
): Promise<void> {
  await tables(transaction)
    .updateTable('outbox')
    .set({ message: JSON.stringify(message) })
    .where('id', '=', message.id)
    .where('attempts', '=', 0)
    .execute();
}

/** Takes back all notices of these incidents that nobody tried to send; something else tells of them. */
export async function withdrawWaiting(
  transaction: DatabaseTransaction,
  incidentIds: readonly string[],
): Promise<void> {
  for (const ids of partsOf(incidentIds, IDS_PER_QUERY)) {
    await tables(transaction)
      .deleteFrom('outbox')
      .where('incident_id', 'in', ids)
      .where('state', '=', 'pending')
      .where('attempts', '=', 0)
      .execute();
  }
}

/** Notices about these incidents since a time, whichever their state; one by several channels counts once. */
export async function countNotices(
  database: Database,
  incidentIds: readonly string[],
  sinceMs: number,
): Promise<number> {
  let count = 0;
  for (const ids of partsOf(incidentIds, IDS_PER_QUERY)) {
    const rows = await tables(database)
      .selectFrom('outbox')
      .select(['incident_id', 'notice', 'created_at_ms'])
      .distinct()
      .where('incident_id', 'in', ids)
      .where('created_at_ms', '>=', sinceMs)
      .execute();
    count += rows.length;
  }
  return count;
}

/** Notices about an incident by itself since a time that went out, or that somebody tried to send. */
export async function countTried(
  database: Database,
  incidentId: string,
  sinceMs: number,
): Promise<number> {
  const row = await tables(database)
    .selectFrom('outbox')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('incident_id', '=', incidentId)
    .where('created_at_ms', '>=', sinceMs)
    .where('notice', 'not in', ['storm', 'storm_over'])
    .where('attempts', '>', 0)
    .executeTakeFirstOrThrow();
  return row.count;
}
