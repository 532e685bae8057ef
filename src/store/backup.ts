import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { sql } from 'kysely';

import { CrmwatchError, describeFileError } from '../std/std.ts';
import { assertSound, syncToDisk, withProgress, withThread } from './backup-file.ts';
import type { BackupFacts, BackupOptions } from './backup-file.ts';
import { copyTable, countRows, describeTables, emptyTables } from './copy-tables.ts';
import type { Database, DatabaseTransaction, Engine } from './engine.ts';
import { migrate, readLedger, stepsUpTo } from './migrations.ts';
import { openPatientPostgres } from './postgres-engine.ts';
import { placeOfPostgres } from './postgres-errors.ts';
import type { PostgresConnection } from './sql-source.ts';
import { openSqliteEngine } from './sqlite-engine.ts';

/**
 * Writes a consistent copy of the database while a responder works with it, reads it back to see that it is sound, and
 * gives it its name only then. The copy has the schema of the original, which an upgrade may still have to bring
 * forward. Throws `usage` when the file exists, `store_unavailable` and `store_incompatible`.
 */
export async function backUpStore(options: BackupOptions): Promise<BackupFacts> {
  const { source, file, migrations } = options;
  if (existsSync(file)) {
    throw new CrmwatchError('usage', `the file ${file} exists already`, {
      remedy: 'name another file: a backup is never written over',
    });
  }
  const partial = `${file}.partial`;
  makeEmpty(partial);
  try {
    await (source.engine === 'sqlite'
      ? copySqlite(source.file, partial, options)
      : dumpPostgres(source, partial, options));
    await assertSound(partial);
    const facts = await readBackup(partial, migrations);
    syncToDisk(partial);
    renameSync(partial, file);
    syncToDisk(file);
    return { ...facts, bytes: statSync(file).size };
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal'])
      rmSync(`${partial}${suffix}`, { force: true });
  }
}

/** For its owner alone: alerts may name people. */
function makeEmpty(file: string): void {
  try {
    rmSync(file, { force: true });
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    const folder = dirname(file);
    const what = existsSync(folder)
      ? describeFileError(file, error)
      : `there is no folder ${folder}`;
    throw new CrmwatchError('store_unavailable', what, {
      remedy: 'name a file in a folder that exists and may be written to',
      cause: error,
    });
  }
}

/** One read transaction, which holds up no writer. */
async function copySqlite(file: string, to: string, options: BackupOptions): Promise<void> {
  if (!existsSync(file)) {
    throw new CrmwatchError('store_unavailable', `there is no database ${file}`, {
      remedy: 'name the configuration that the responder runs with',
    });
  }
  const total = megabytes(file);
  const describe = (): string => `copied ${megabytes(to)} of about ${total} MB`;
  await withProgress(options, describe, async () =>
    withThread(file, async (thread) => thread.run('VACUUM INTO ?', [to])),
  );
}

function megabytes(file: string): number {
  return Math.round(statSync(file).size / 1e6);
}

async function dumpPostgres(
  source: PostgresConnection,
  to: string,
  options: BackupOptions,
): Promise<void> {
  const place = placeOfPostgres(source);
  // It only reads, so it does not matter what the server does with what it is told.
  const original = openPatientPostgres(source, { allowUnsafeDurability: true });
  const target = await openSqliteEngine(to, { busyTimeoutMs: 0, allowUnsafeDurability: true });
  try {
    await original.database
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (snapshot) => {
        const applied = await readLedger(
          snapshot,
          { engine: 'postgresql', place },
          options.migrations,
        );
        const steps = stepsUpTo(options.migrations, applied);
        await target.alone(async (own) => migrate(own, target, steps, options.clock.now()));
        await fillSqlite(snapshot, target, options);
      });
    await sql`PRAGMA journal_mode = DELETE`.execute(target.database);
  } finally {
    await target.close();
    await original.end();
  }
}

async function fillSqlite(
  from: Database,
  target: Engine,
  { clock, onProgress }: BackupOptions,
): Promise<void> {
  let line = '';
  const describe = (): string => line;
  await withProgress({ clock, onProgress }, describe, async () =>
    target.alone(async (transaction) =>
      withoutTriggers(transaction, async () => {
        const tables = await describeTables(transaction);
        await emptyTables(transaction, tables);
        for (const table of tables) {
          await copyTable(from, { transaction, engine: 'sqlite' }, table, (rows) => {
            line = `${table.name}: ${rows} rows`;
          });
        }
      }),
    ),
  );
}

/** They guard what people and programs do, and would refuse or repeat what was done long ago. */
async function withoutTriggers(
  transaction: DatabaseTransaction,
  work: () => Promise<void>,
): Promise<void> {
  const { rows: triggers } = await sql<{ name: string; sql: string }>`
    SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid`.execute(transaction);
  for (const { name } of triggers) await sql`DROP TRIGGER ${sql.id(name)}`.execute(transaction);
  await work();
  for (const trigger of triggers) await sql.raw(trigger.sql).execute(transaction);
}

/** What a backup holds. Throws `store_incompatible` when it is none, or of a newer crmwatch. */
export async function readBackup(
  file: string,
  migrations: BackupOptions['migrations'],
): Promise<Omit<BackupFacts, 'bytes'>> {
  const engine = await openSqliteEngine(file, { busyTimeoutMs: 0, isReadOnly: true });
  try {
    const place = { engine: 'sqlite', place: file } as const;
    await readLedger(engine.database, place, migrations).catch((error: unknown) => {
      if (error instanceof CrmwatchError) throw error;
      throw new CrmwatchError('store_incompatible', `the file ${file} is no backup of crmwatch`, {
        remedy: 'name a file that crmwatch backup has written',
        cause: error,
      });
    });
    const tables = await describeTables(engine.database);
    let rows = 0;
    for (const table of tables) rows += await countRows(engine.database, table);
    return { tables: tables.length, rows };
  } finally {
    await engine.close();
  }
}
