import { SYSTEM_ACTOR } from '../../incidents/incidents.ts';
import type { DatabaseTransaction } from '../../../store/store.ts';
import { pipelineTables } from '../pipeline-tables.ts';
import { lightEnough } from './prune-intake.ts';
import type { RetentionSettings } from './retention-settings.ts';

const NO_BODY = Buffer.alloc(0);
const UNDECIDED = 'nobody decided upon it in time';

type Limits = Pick<RetentionSettings, 'quarantineEntries' | 'quarantineBytes'>;

/** Bodies that one delivery may push out at most, so that it is answered soon. */
const PUSHED_OUT = 100;

/**
 * Whether a body of `bytes` may be kept, too. When the limits are reached, bodies of entries that were decided upon
 * make room, the oldest decision first. Bodies that nobody decided upon never do: it is better to refuse a new one,
 * which its sender still has, than to lose one that we said we keep.
 */
export async function makeRoom(
  transaction: DatabaseTransaction,
  bytes: number,
  limits: Limits,
  nowMs: number,
): Promise<boolean> {
  const held = await measure(transaction);
  const missing = {
    entries: held.entries + 1 - limits.quarantineEntries,
    bytes: held.bytes + bytes - limits.quarantineBytes,
  };
  if (missing.entries <= 0 && missing.bytes <= 0) return true;
  const decided = await pipelineTables(transaction)
    .selectFrom('quarantine')
    .select(['id', 'bytes'])
    .where('body_forgotten_at_ms', 'is', null)
    .where('status', '<>', 'kept')
    .orderBy('decided_at_ms')
    .limit(PUSHED_OUT)
    .execute();
  const ids: number[] = [];
  for (const entry of decided) {
    if (missing.entries <= 0 && missing.bytes <= 0) break;
    ids.push(entry.id);
    missing.entries--;
    missing.bytes -= entry.bytes;
  }
  if (missing.entries > 0 || missing.bytes > 0) return false;
  await emptyBodies(transaction, ids, nowMs);
  return true;
}

/** By an index alone: to read a row behind a large body would mean to read the body. */
async function measure(
  transaction: DatabaseTransaction,
): Promise<{ entries: number; bytes: number }> {
  const row = await pipelineTables(transaction)
    .selectFrom('quarantine')
    .select((select) => [
      select.fn.countAll<number>().as('entries'),
      select.fn.sum<number | string | null>('bytes').as('bytes'),
    ])
    .where('body_forgotten_at_ms', 'is', null)
    .executeTakeFirstOrThrow();
  return { entries: row.entries, bytes: Number(row.bytes ?? 0) };
}

/** Gives how many. */
export async function emptyBodies(
  transaction: DatabaseTransaction,
  ids: readonly number[],
  nowMs: number,
): Promise<number> {
  if (ids.length === 0) return 0;
  await pipelineTables(transaction)
    .updateTable('quarantine')
    .set({ body: NO_BODY, problems: '[]', body_forgotten_at_ms: nowMs })
    .where('id', 'in', ids)
    .execute();
  return ids.length;
}

/** Discards, and empties, what nobody decided upon for so long. Gives how many; the caller says it aloud. */
export async function discardUndecided(
  transaction: DatabaseTransaction,
  receivedUntilMs: number,
  nowMs: number,
  limit: number,
): Promise<number> {
  const rows = await pipelineTables(transaction)
    .selectFrom('quarantine')
    .select(['id', 'bytes'])
    .where('status', '=', 'kept')
    .where('last_received_at_ms', '<=', receivedUntilMs)
    .orderBy('id')
    .limit(limit)
    .execute();
  const ids = lightEnough(rows);
  if (ids.length === 0) return 0;
  const decision = { decided_at_ms: nowMs, decided_by: SYSTEM_ACTOR, note: UNDECIDED };
  await pipelineTables(transaction)
    .updateTable('quarantine')
    .set({ status: 'discarded', ...decision })
    .where('id', 'in', ids)
    .execute();
  return emptyBodies(transaction, ids, nowMs);
}

/** Forgets the bodies of what was decided upon until then. Gives how many. */
export async function forgetDecidedBodies(
  transaction: DatabaseTransaction,
  decidedUntilMs: number,
  nowMs: number,
  limit: number,
): Promise<number> {
  const rows = await pipelineTables(transaction)
    .selectFrom('quarantine')
    .select(['id', 'bytes'])
    .where('body_forgotten_at_ms', 'is', null)
    .where('status', '<>', 'kept')
    .where('decided_at_ms', '<=', decidedUntilMs)
    .orderBy('id')
    .limit(limit)
    .execute();
  return emptyBodies(transaction, lightEnough(rows), nowMs);
}

/** Takes out entries that have no body any more and were decided upon until then. Gives how many. */
export async function pruneEntries(
  transaction: DatabaseTransaction,
  decidedUntilMs: number,
  limit: number,
): Promise<number> {
  const tables = pipelineTables(transaction);
  const rows = await tables
    .selectFrom('quarantine')
    .select('id')
    .where('body_forgotten_at_ms', 'is not', null)
    .where('status', '<>', 'kept')
    .where('decided_at_ms', '<=', decidedUntilMs)
    .orderBy('id')
    .limit(limit)
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return 0;
  await tables.deleteFrom('quarantine').where('id', 'in', ids).execute();
  return ids.length;
}
