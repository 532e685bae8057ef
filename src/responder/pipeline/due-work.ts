import { partsOf } from '../../std/std.ts';
import type { Database, DatabaseTransaction, Selectable } from '../../store/store.ts';
import { pipelineTables } from './pipeline-tables.ts';
import type { PipelineTables } from './pipeline-tables.ts';

type DueWorkRow = Selectable<PipelineTables['due_work']>;

/** What is to be done about an incident at a time; kept in the database, so a restart forgets nothing. */
export const WORKS = ['diagnosis', 'verification', 'close', 'hold_off'] as const;
export type Work = (typeof WORKS)[number];

export type DueWork = {
  readonly incidentId: string;
  readonly work: Work;
  readonly dueAtMs: number;
  readonly attempts: number;
};

/** Work that a replica does now. Only its claim lets it write what came of it. */
export type ClaimedWork = DueWork & { readonly holder: string; readonly claim: number };

export type Claimer = {
  readonly replica: string;
  /** Claims of this replica that are under way; others of its own were left by an error. */
  readonly active: ReadonlySet<number>;
};

function findFree(
  database: Database,
  nowMs: number,
  { replica, active }: Claimer,
  limit: number,
): Promise<readonly DueWorkRow[]> {
  return pipelineTables(database)
    .selectFrom('due_work')
    .selectAll()
    .where('due_at_ms', '<=', nowMs)
    .where((where) =>
      where.or([
        where('holder', '=', ''),
        // No claim has the number 0, and an empty list is no SQL.
        where.and([where('holder', '=', replica), where('claim', 'not in', [0, ...active])]),
      ]),
    )
    .orderBy('due_at_ms')
    .limit(limit)
    .execute();
}

/** Whether `claimWork` would find anything; needs no lock. */
export async function hasDueWork(
  database: Database,
  nowMs: number,
  claimer: Claimer,
): Promise<boolean> {
  return (await findFree(database, nowMs, claimer, 1)).length > 0;
}

/** Claims what is due, so that no other replica does it as well. */
export async function claimWork(
  transaction: DatabaseTransaction,
  nowMs: number,
  claimer: Claimer & { readonly limit: number; readonly nextClaim: () => number },
): Promise<readonly ClaimedWork[]> {
  const holder = claimer.replica;
  const claimed: ClaimedWork[] = [];
  for (const row of await findFree(transaction, nowMs, claimer, claimer.limit)) {
    const claim = claimer.nextClaim();
    const { incident_id: incidentId, due_at_ms: dueAtMs, attempts } = row;
    const work = row.work as Work;
    await pipelineTables(transaction)
      .updateTable('due_work')
      .set({ holder, claim })
      .where('incident_id', '=', incidentId)
      .where('work', '=', work)
      .execute();
    claimed.push({ incidentId, work, dueAtMs, attempts, holder, claim });
  }
  return claimed;
}

/** False when the work was cancelled, or taken over: what came of it is then not to be written. */
export async function isClaimed(
  transaction: DatabaseTransaction,
  { incidentId, work, holder, claim }: ClaimedWork,
): Promise<boolean> {
  const row = await pipelineTables(transaction)
    .selectFrom('due_work')
    .select('claim')
    .where('incident_id', '=', incidentId)
    .where('work', '=', work)
    .where('holder', '=', holder)
    .where('claim', '=', claim)
    .executeTakeFirst();
  return row !== undefined;
}

/** Lets others do what a replica had claimed. */
export async function freeWork(transaction: DatabaseTransaction, holder: string): Promise<void> {
  await pipelineTables(transaction)
    .updateTable('due_work')
    .set({ holder: '' })
    .where('holder', '=', holder)
    .execute();
}

const ROWS_PER_STATEMENT = 500;

/** When a work of these incidents is due; those that have none are left out. */
export async function findWork(
  database: Database,
  incidentIds: readonly string[],
  work: Work,
): Promise<ReadonlyMap<string, { readonly dueAtMs: number }>> {
  const found = new Map<string, { readonly dueAtMs: number }>();
  for (const part of partsOf(incidentIds, ROWS_PER_STATEMENT)) {
    const rows = await pipelineTables(database)
      .selectFrom('due_work')
      .select(['incident_id', 'due_at_ms'])
      .where('incident_id', 'in', part)
      .where('work', '=', work)
      .execute();
    for (const row of rows) found.set(row.incident_id, { dueAtMs: row.due_at_ms });
  }
  return found;
}

/** Sets the times of works, in place of those they may have had. */
export async function scheduleWorks(
  transaction: DatabaseTransaction,
  works: readonly Pick<DueWork, 'incidentId' | 'work' | 'dueAtMs'>[],
): Promise<void> {
  for (const part of partsOf(works, ROWS_PER_STATEMENT)) {
    await pipelineTables(transaction)
      .insertInto('due_work')
      .values(
        part.map(({ incidentId, work, dueAtMs }) => ({
          incident_id: incidentId,
          work,
          due_at_ms: dueAtMs,
          attempts: 0,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['incident_id', 'work']).doUpdateSet((update) => ({
          due_at_ms: update.ref('excluded.due_at_ms'),
          attempts: 0,
        })),
      )
      .execute();
  }
}

export async function cancelWorks(
  transaction: DatabaseTransaction,
  incidentIds: readonly string[],
  work: Work,
): Promise<void> {
  for (const part of partsOf(incidentIds, ROWS_PER_STATEMENT)) {
    await pipelineTables(transaction)
      .deleteFrom('due_work')
      .where('incident_id', 'in', part)
      .where('work', '=', work)
      .execute();
  }
}

/** Strikes off work that was done, unless it was asked for anew meanwhile: then it is free. */
export async function finishWork(
  transaction: DatabaseTransaction,
  done: ClaimedWork,
): Promise<void> {
  await pipelineTables(transaction)
    .deleteFrom('due_work')
    .where('incident_id', '=', done.incidentId)
    .where('work', '=', done.work)
    .where('holder', '=', done.holder)
    .where('claim', '=', done.claim)
    .where('due_at_ms', '=', done.dueAtMs)
    .execute();
  await releaseWork(transaction, done);
}

/** Puts off work that is to be tried again, unless it was cancelled or asked for anew meanwhile. */
export async function retryWork(
  transaction: DatabaseTransaction,
  tried: ClaimedWork,
  dueAtMs: number,
): Promise<void> {
  await pipelineTables(transaction)
    .updateTable('due_work')
    .set({ due_at_ms: dueAtMs, attempts: tried.attempts + 1 })
    .where('incident_id', '=', tried.incidentId)
    .where('work', '=', tried.work)
    .where('holder', '=', tried.holder)
    .where('claim', '=', tried.claim)
    .where('due_at_ms', '=', tried.dueAtMs)
    .execute();
  await releaseWork(transaction, tried);
}

async function releaseWork(
  transaction: DatabaseTransaction,
  { incidentId, work, holder, claim }: ClaimedWork,
): Promise<void> {
  await pipelineTables(transaction)
    .updateTable('due_work')
    .set({ holder: '' })
    .where('incident_id', '=', incidentId)
    .where('work', '=', work)
    .where('holder', '=', holder)
    .where('claim', '=', claim)
    .execute();
}
