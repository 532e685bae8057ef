import { partsOf } from '../../std/std.ts';
import type { Database, DatabaseTransaction } from '../../store/store.ts';
import { pipelineTables } from './pipeline-tables.ts';

/** What is to be done about an incident at a time; kept in the database, so a restart forgets nothing. */
export const WORKS = ['diagnosis', 'verification', 'close'] as const;
export type Work = (typeof WORKS)[number];

export type DueWork = {
  readonly incidentId: string;
  readonly work: Work;
  readonly dueAtMs: number;
  readonly attempts: number;
};

export async function findDueWork(
  database: Database,
  nowMs: number,
  limit: number,
): Promise<readonly DueWork[]> {
  const rows = await pipelineTables(database)
    .selectFrom('due_work')
    .selectAll()
    .where('due_at_ms', '<=', nowMs)
    .orderBy('due_at_ms')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    incidentId: row.incident_id,
    work: row.work as Work,
    dueAtMs: row.due_at_ms,
    attempts: row.attempts,
  }));
}

export async function findWork(
  database: Database,
  incidentId: string,
  work: Work,
): Promise<{ readonly dueAtMs: number } | null> {
  const row = await pipelineTables(database)
    .selectFrom('due_work')
    .select('due_at_ms')
    .where('incident_id', '=', incidentId)
    .where('work', '=', work)
    .executeTakeFirst();
  return row === undefined ? null : { dueAtMs: row.due_at_ms };
}

const ROWS_PER_STATEMENT = 500;

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

/** Strikes off work that was done, unless it was asked for anew meanwhile. */
export async function finishWork(transaction: DatabaseTransaction, done: DueWork): Promise<void> {
  await pipelineTables(transaction)
    .deleteFrom('due_work')
    .where('incident_id', '=', done.incidentId)
    .where('work', '=', done.work)
    .where('due_at_ms', '=', done.dueAtMs)
    .execute();
}

/** Puts off work that is to be tried again, unless it was cancelled or asked for anew meanwhile. */
export async function retryWork(
  transaction: DatabaseTransaction,
  tried: DueWork,
  dueAtMs: number,
): Promise<void> {
  await pipelineTables(transaction)
    .updateTable('due_work')
    .set({ due_at_ms: dueAtMs, attempts: tried.attempts + 1 })
    .where('incident_id', '=', tried.incidentId)
    .where('work', '=', tried.work)
    .where('due_at_ms', '=', tried.dueAtMs)
    .execute();
}
