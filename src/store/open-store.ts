import type { Kysely, Transaction } from 'kysely';

import { CrmwatchError, createSystemClock } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import { migrate } from './migrations.ts';
import type { Migrations } from './migrations.ts';
import { toStoreError } from './sqlite-errors.ts';
import { openSqlite } from './sqlite.ts';
import type { Sqlite } from './sqlite.ts';

// Each room adds its own tables with `database.withTables<ItsTables>()`.
export type Database = Kysely<object>;
export type DatabaseTransaction = Transaction<object>;

export type StoreOptions = {
  readonly file: string;
  readonly migrations: readonly Migrations[];
  readonly clock?: Clock;
  /** How long a query waits for a lock of another process; it blocks the process meanwhile. Default 1000. */
  readonly busyTimeoutMs?: number;
};

export type Store = {
  readonly file: string;
  readonly database: Database;
  /** Commits durably before it resolves; rolls back and rejects with what `work` threw. Not reentrant. */
  transaction<T>(work: (transaction: DatabaseTransaction) => Promise<T>): Promise<T>;
  /** Idempotent; waits for the transaction that is under way. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Opens (and creates) the database, asserts its durability and brings its schema forward. The face is
 * asynchronous although node:sqlite is not, so that the writer can move off the main thread.
 * Throws `store_unavailable` or `store_incompatible`; queries throw `store_unavailable` too.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { file, migrations, clock = createSystemClock(), busyTimeoutMs = 1000 } = options;
  const sqlite = openSqlite(file, { busyTimeoutMs, synchronous: 'FULL' });
  try {
    enforceForeignKeys(sqlite);
    migrate(sqlite, migrations, clock.now());
  } catch (error) {
    sqlite.close();
    throw toStoreError(error, file);
  }
  // The exporter reads SQL without it and starts sooner when it is not loaded.
  const [kysely, { createSqliteDialect }] = await Promise.all([
    import('kysely'),
    import('./sqlite-dialect.ts'),
  ]);
  const database = new kysely.Kysely<object>({ dialect: createSqliteDialect(sqlite) });
  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    closing ??= database
      .connection()
      .execute(async () => {})
      .then(() => database.destroy());
    await closing;
  }
  return {
    file,
    database,
    transaction: (work) => database.transaction().execute(work),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** SQLite ignores a PRAGMA that it cannot honour, so it is read back. */
function enforceForeignKeys(sqlite: Sqlite): void {
  sqlite.exec('PRAGMA foreign_keys = ON');
  if (sqlite.get('PRAGMA foreign_keys')?.['foreign_keys'] === 1) return;
  throw new CrmwatchError(
    'store_incompatible',
    `the SQLite library does not enforce foreign keys in ${sqlite.file}`,
    { remedy: 'use a Node.js that is built with its own SQLite' },
  );
}
