import { sql } from 'kysely';

import { CrmwatchError, crashPoint, sha256Hex } from '../std/std.ts';
import type { Database, DatabaseTransaction, StoreEngine } from './engine.ts';

export type MigrationStep = {
  /** What the step is for, in a few words. */
  readonly name: string;
  readonly statements: Statements;
};

/** The same change in the words of each engine; a text alone is SQLite's, for steps that PostgreSQL never takes. */
export type Statements =
  | readonly string[]
  | { readonly sqlite: readonly string[]; readonly postgresql: readonly string[] };

/**
 * The schema of one room: an ordered list of steps, brought forward only. A step that was released is
 * never changed; what must be different comes as a further step.
 */
export type Migrations = { readonly room: string; readonly steps: readonly MigrationStep[] };

export type Applied = { readonly room: string; readonly step: number; readonly checksum: string };

/** Where a schema is brought forward. */
export type MigrationPlace = { readonly engine: StoreEngine; readonly place: string };

const LEDGERS: Readonly<Record<StoreEngine, string>> = {
  sqlite: `CREATE TABLE IF NOT EXISTS schema_steps (
  room TEXT NOT NULL, step INTEGER NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL,
  applied_at_ms INTEGER NOT NULL, PRIMARY KEY (room, step)) STRICT`,
  postgresql: `CREATE TABLE IF NOT EXISTS schema_steps (
  room TEXT NOT NULL, step BIGINT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL,
  applied_at_ms BIGINT NOT NULL, PRIMARY KEY (room, step))`,
};

/**
 * Brings a database forward to what the rooms expect. The transaction must keep all others out, those of other
 * processes too; with it, all of the steps happen or none. Throws `store_incompatible` when the database was
 * written by a newer crmwatch or by a changed step.
 */
export async function migrate(
  transaction: DatabaseTransaction,
  { engine, place }: MigrationPlace,
  rooms: readonly Migrations[],
  nowMs: number,
): Promise<void> {
  await sql.raw(LEDGERS[engine]).execute(transaction);
  const applied = await readLedger(transaction, { engine, place }, rooms);
  for (const { room, steps } of rooms) {
    const done = applied.filter((entry) => entry.room === room).length;
    for (const [offset, step] of steps.slice(done).entries()) {
      for (const statement of statementsOf(step, engine)) {
        await sql.raw(statement).execute(transaction);
      }
      await sql`INSERT INTO schema_steps (room, step, name, checksum, applied_at_ms)
        VALUES (${room}, ${done + offset + 1}, ${step.name}, ${checksumOf(step, engine)}, ${nowMs})
      `.execute(transaction);
      crashPoint('migration:between-steps');
    }
  }
  crashPoint('migration:before-commit');
}

/** What a database was brought forward by. Throws `store_incompatible` when the rooms do not know all of it. */
export async function readLedger(
  database: Database,
  place: MigrationPlace,
  rooms: readonly Migrations[],
): Promise<readonly Applied[]> {
  const { rows } = await sql<Applied>`
    SELECT room, step, checksum FROM schema_steps ORDER BY room, step`.execute(database);
  for (const entry of rows) assertKnown(entry, rooms, place);
  return rows;
}

/** The rooms with the steps alone that a database has already: for a copy that is to be like it. */
export function stepsUpTo(
  rooms: readonly Migrations[],
  applied: readonly Applied[],
): readonly Migrations[] {
  return rooms.map(({ room, steps }) => ({
    room,
    steps: steps.slice(0, applied.filter((entry) => entry.room === room).length),
  }));
}

function statementsOf({ name, statements }: MigrationStep, engine: StoreEngine): readonly string[] {
  if (!('sqlite' in statements)) {
    if (engine === 'sqlite') return statements;
    throw new Error(`the step "${name}" says nothing about ${engine}`);
  }
  return statements[engine];
}

function checksumOf(step: MigrationStep, engine: StoreEngine): string {
  return sha256Hex(statementsOf(step, engine).join(';\n'));
}

function assertKnown(
  entry: Applied,
  rooms: readonly Migrations[],
  { engine, place }: MigrationPlace,
): void {
  const step = rooms.find(({ room }) => room === entry.room)?.steps[entry.step - 1];
  if (step !== undefined && checksumOf(step, engine) === entry.checksum) return;
  const what = `step ${entry.step} of ${entry.room}`;
  throw new CrmwatchError(
    'store_incompatible',
    step === undefined
      ? `the database ${place} holds ${what}, which this version does not know: a newer crmwatch wrote it`
      : `the database ${place} holds ${what} in another form than this version expects`,
    {
      remedy:
        'run the version of crmwatch that wrote it, restore the backup from before the upgrade, or name another database',
    },
  );
}
