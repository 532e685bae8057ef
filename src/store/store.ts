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
