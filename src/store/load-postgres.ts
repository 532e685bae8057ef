import { sql } from 'kysely';

import { CrmwatchError } from '../std/std.ts';
import type { BackupOptions } from './backup-file.ts';
import { withProgress } from './backup-file.ts';
import { copyTable, describeTables, emptyTables } from './copy-tables.ts';
import type { TableShape } from './copy-tables.ts';
import type { Database, DatabaseTransaction } from './engine.ts';
import { migrate, readLedger, stepsUpTo } from './migrations.ts';
import { openPatientPostgres, runAloneWithSchema } from './postgres-engine.ts';
import { placeOfPostgres } from './postgres-errors.ts';
import { quoteName } from './quote-name.ts';
import type { PostgresConnection } from './sql-source.ts';
import { openSqliteEngine } from './sqlite-engine.ts';

export type LoadOptions = BackupOptions & {
  readonly overwrite: boolean;
  readonly allowUnsafeDurability: boolean;
};

/**
 * Fills a PostgreSQL database from a backup, in one transaction. What was there is moved to a schema of its own.
 * Gives the name of that schema, or null when there was nothing.
 */
export async function loadPostgres(
  source: PostgresConnection,
  options: LoadOptions,
): Promise<string | null> {
  const place = placeOfPostgres(source);
  const { file, migrations, clock, allowUnsafeDurability } = options;
  const target = openPatientPostgres(source, { allowUnsafeDurability });
  const backup = await openSqliteEngine(file, { busyTimeoutMs: 0, isReadOnly: true });
  try {
    return await runAloneWithSchema(target.database, async (transaction) => {
      await assertUnused(transaction, place);
      const keptAs = await moveAside(transaction, place, options);
      const applied = await readLedger(
        backup.database,
        { engine: 'sqlite', place: file },
        migrations,
      );
      const at = { engine: 'postgresql', place } as const;
      await migrate(transaction, at, stepsUpTo(migrations, applied), clock.now());
      await fill(backup.database, transaction, options);
      return keptAs;
    });
  } finally {
    await backup.close();
    await target.end();
  }
}

async function assertUnused(transaction: DatabaseTransaction, place: string): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database()
      AND application_name = 'crmwatch' AND pid <> pg_backend_pid()`.execute(transaction);
  if (rows[0]?.count === 0) return;
  throw new CrmwatchError('store_unavailable', `${place} is in use`, {
    remedy: 'stop every responder that works with it first',
  });
}

type Named = { readonly name: string };

/** Everything of the schema that crmwatch uses: the database is its own. */
async function moveAside(
  transaction: DatabaseTransaction,
  place: string,
  { overwrite, clock }: LoadOptions,
): Promise<string | null> {
  const { rows: tables } = await sql<Named>`
    SELECT format('%I', tablename) AS name FROM pg_tables
      WHERE schemaname = current_schema()`.execute(transaction);
  if (tables.length === 0) return null;
  if (!overwrite) {
    throw new CrmwatchError('usage', `${place} holds data already`, {
      remedy:
        'say --overwrite to put the backup in their place; the old tables are kept in a schema beside them',
    });
  }
  const { rows: functions } = await sql<Named>`
    SELECT oid::regprocedure::text AS name FROM pg_proc
      WHERE pronamespace = current_schema()::regnamespace`.execute(transaction);
  const schema = `before_restore_${stampOf(clock.now())}`;
  await sql`CREATE SCHEMA ${sql.id(schema)}`.execute(transaction);
  for (const { name } of tables) {
    await sql.raw(`ALTER TABLE ${name} SET SCHEMA ${schema}`).execute(transaction);
  }
  for (const { name } of functions) {
    await sql.raw(`ALTER FUNCTION ${name} SET SCHEMA ${schema}`).execute(transaction);
  }
  return `schema ${schema}`;
}

function stampOf(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

async function fill(
  backup: Database,
  transaction: DatabaseTransaction,
  { clock, onProgress }: LoadOptions,
): Promise<void> {
  let line = '';
  const describe = (): string => line;
  await withProgress({ clock, onProgress }, describe, async () => {
    const tables = await describeTables(backup);
    // They guard what people and programs do, and would refuse or repeat what was done long ago.
    await setTriggers(transaction, tables, 'DISABLE');
    await emptyTables(transaction, tables);
    for (const table of tables) {
      await copyTable(backup, { transaction, engine: 'postgresql' }, table, (rows) => {
        line = `${table.name}: ${rows} rows`;
      });
      await raiseSequence(backup, transaction, table);
    }
    await setTriggers(transaction, tables, 'ENABLE');
  });
}

async function setTriggers(
  transaction: DatabaseTransaction,
  tables: readonly TableShape[],
  what: 'DISABLE' | 'ENABLE',
): Promise<void> {
  // A table cannot be altered while checks of its rows are put off.
  await sql`SET CONSTRAINTS ALL IMMEDIATE`.execute(transaction);
  for (const { name } of tables) {
    await sql`ALTER TABLE ${sql.table(name)} ${sql.raw(what)} TRIGGER USER`.execute(transaction);
  }
  await sql`SET CONSTRAINTS ALL DEFERRED`.execute(transaction);
}

/** The next key that the server gives is beyond those of the backup, and of rows that were deleted before it. */
async function raiseSequence(
  backup: Database,
  transaction: DatabaseTransaction,
  { name, key }: TableShape,
): Promise<void> {
  const [column] = key;
  if (column === undefined || key.length > 1) return;
  const { rows } = await sql<{ sequence: string | null }>`
    SELECT pg_get_serial_sequence(${sql.lit(quoteName(name))}, ${sql.lit(column)}) AS sequence`.execute(
    transaction,
  );
  const sequence = rows[0]?.sequence ?? null;
  if (sequence === null) return;
  const last = Math.max(await lastKey(backup, name, column), await lastGiven(backup, name));
  if (last > 0) await sql`SELECT setval(${sequence}::regclass, ${last})`.execute(transaction);
}

async function lastKey(backup: Database, name: string, column: string): Promise<number> {
  const { rows } = await sql<{ last: number | null }>`
    SELECT max(${sql.ref(column)}) AS last FROM ${sql.table(name)}`.execute(backup);
  return rows[0]?.last ?? 0;
}

/** SQLite remembers it for keys that are never given twice. */
async function lastGiven(backup: Database, name: string): Promise<number> {
  const { rows: remembers } = await sql`
    SELECT name FROM sqlite_schema WHERE name = 'sqlite_sequence'`.execute(backup);
  if (remembers.length === 0) return 0;
  const { rows } = await sql<{ seq: number }>`
    SELECT seq FROM sqlite_sequence WHERE name = ${name}`.execute(backup);
  return rows[0]?.seq ?? 0;
}
