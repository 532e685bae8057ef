export { isSqliteBusy, openSqlite } from './sqlite.ts';
export type { SqlChange, SqlRow, SqlValue, Sqlite, SqliteOptions } from './sqlite.ts';
