import { Kysely } from 'kysely';

import { CrmwatchError } from '../std/std.ts';
import type { Engine } from './engine.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import { toStoreError } from './sqlite-errors.ts';
import { openSqlite } from './sqlite.ts';
import type { Sqlite } from './sqlite.ts';

export type SqliteEngineOptions = { readonly busyTimeoutMs: number };

/** Throws `store_unavailable` or `store_incompatible` when the file cannot be used as it must. */
export function openSqliteEngine(file: string, { busyTimeoutMs }: SqliteEngineOptions): Engine {
  const sqlite = openSqlite(file, { busyTimeoutMs, synchronous: 'FULL' });
  try {
    enforceForeignKeys(sqlite);
  } catch (error) {
    sqlite.close();
    throw toStoreError(error, file);
  }
  const database = new Kysely<object>({ dialect: createSqliteDialect(sqlite) });
  const alone: Engine['alone'] = async (work) => database.transaction().execute(work);
  return {
    engine: 'sqlite',
    place: file,
    database,
    alone,
    migrateAlone: alone,
    async close() {
      await database.connection().execute(async () => {});
      await database.destroy();
    },
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
