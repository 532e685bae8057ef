import { CrmwatchError, sha256Hex } from '../std/std.ts';
import type { Sqlite } from './sqlite.ts';

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

type Applied = { readonly room: string; readonly step: number; readonly checksum: string };

const LEDGER = `CREATE TABLE IF NOT EXISTS schema_steps (
  room TEXT NOT NULL, step INTEGER NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL,
  applied_at_ms INTEGER NOT NULL, PRIMARY KEY (room, step)) STRICT`;

/**
 * Brings a database forward to what the rooms expect, all of it or nothing. Throws `store_incompatible`
 * when the database was written by a newer crmwatch or by a changed step.
 */
export function migrate(sqlite: Sqlite, rooms: readonly Migrations[], nowMs: number): void {
  sqlite.transaction(() => {
    sqlite.exec(LEDGER);
    const applied = sqlite
      .all('SELECT room, step, checksum FROM schema_steps ORDER BY room, step')
      .map((row): Applied => ({
        room: String(row['room']),
        step: Number(row['step']),
        checksum: String(row['checksum']),
      }));
    for (const entry of applied) assertKnown(entry, rooms, sqlite.file);
    for (const { room, steps } of rooms) {
      const done = applied.filter((entry) => entry.room === room).length;
      for (const [offset, step] of steps.slice(done).entries()) {
        for (const statement of sqliteStatements(step)) sqlite.exec(statement);
        sqlite.run(
          'INSERT INTO schema_steps VALUES (?, ?, ?, ?, ?)',
          room,
          done + offset + 1,
          step.name,
          checksumOf(step),
          nowMs,
        );
      }
    }
  });
}

function sqliteStatements({ statements }: MigrationStep): readonly string[] {
  return 'sqlite' in statements ? statements.sqlite : statements;
}

function checksumOf(step: MigrationStep): string {
  return sha256Hex(sqliteStatements(step).join(';\n'));
}

function assertKnown(entry: Applied, rooms: readonly Migrations[], file: string): void {
  const step = rooms.find(({ room }) => room === entry.room)?.steps[entry.step - 1];
  if (step !== undefined && checksumOf(step) === entry.checksum) return;
  const what = `step ${entry.step} of ${entry.room}`;
  throw new CrmwatchError(
    'store_incompatible',
    step === undefined
      ? `the database ${file} holds ${what}, which this version does not know: a newer crmwatch wrote it`
      : `the database ${file} holds ${what} in another form than this version expects`,
    { remedy: 'run the version of crmwatch that wrote it, or name another database file' },
  );
}
