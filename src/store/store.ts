import type { BackupFacts, BackupOptions } from './backup-file.ts';
import type { Store } from './open-store.ts';
import type { RestoreFacts, RestoreOptions } from './restore.ts';
import type { Scrubbing } from './scrub.ts';

export { isSqliteBusy, openSqlite } from './sqlite.ts';
export type { SqlChange, SqlRow, SqlValue, Sqlite, SqliteOptions } from './sqlite.ts';
export { openStore } from './open-store.ts';
export type { Store, StoreOptions, StoreSource } from './open-store.ts';
export type { Database, DatabaseTransaction, StoreEngine } from './engine.ts';
export type { Migrations, MigrationStep } from './migrations.ts';
export type {
  Generated,
  GeneratedAlways,
  Insertable,
  Kysely,
  Selectable,
  Transaction,
} from 'kysely';
export { openSqlReader } from './sql-reader.ts';
export { SqlReaderError } from './sql-source.ts';
export type {
  PostgresConnection,
  QueryLimits,
  ReaderRow,
  ReaderValue,
  SqlReader,
  SqlSource,
  SqliteFile,
} from './sql-source.ts';
export type { BackupFacts, BackupOptions, RestoreFacts, RestoreOptions, Scrubbing };

// The exporter reads SQL without Kysely and starts sooner when it is not loaded.

/** See measure.ts. */
export async function measureStore(store: Store): Promise<number> {
  return (await import('./measure.ts')).measureStore(store);
}

/** See scrub.ts. */
export async function scrubStore(
  store: Store,
  options: { readonly rewrite: boolean },
): Promise<Scrubbing> {
  return (await import('./scrub.ts')).scrubStore(store, options);
}

/** See backup.ts. */
export async function backUpStore(options: BackupOptions): Promise<BackupFacts> {
  return (await import('./backup.ts')).backUpStore(options);
}

/** See restore.ts. */
export async function restoreStore(options: RestoreOptions): Promise<RestoreFacts> {
  return (await import('./restore.ts')).restoreStore(options);
}
