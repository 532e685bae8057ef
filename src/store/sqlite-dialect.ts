import { CompiledQuery, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';

import { createQueue } from './queue.ts';
import { toStoreError } from './sqlite-errors.ts';
import type { Sqlite, SqlValue } from './sqlite.ts';

/** Kysely over one node:sqlite connection, which is used by one transaction or one query at a time. */
export function createSqliteDialect(sqlite: Sqlite): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createDriver(sqlite),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function createDriver(sqlite: Sqlite): Driver {
  const connection = createConnection(sqlite);
  const queue = createQueue();
  const execute = async (command: string): Promise<void> => {
    await connection.executeQuery(CompiledQuery.raw(command));
  };
  return {
    init: async () => {},
    async acquireConnection() {
      await queue.enter();
      return connection;
    },
    // IMMEDIATE takes the write lock at once, so a transaction never fails half-way to get it.
    beginTransaction: async () => execute('BEGIN IMMEDIATE'),
    commitTransaction: async () => execute('COMMIT'),
    // A full disk may have ended the transaction already, and then ROLLBACK is an error of its own.
    rollbackTransaction: async () => (sqlite.isInTransaction() ? execute('ROLLBACK') : undefined),
    releaseConnection: async () => queue.leave(),
    destroy: async () => sqlite.close(),
  };
}

function createConnection(sqlite: Sqlite): DatabaseConnection {
  return {
    async executeQuery<Row>(compiled: CompiledQuery): Promise<QueryResult<Row>> {
      try {
        const result = sqlite.query(compiled.sql, compiled.parameters as readonly SqlValue[]);
        if (result.change === undefined) return { rows: result.rows as Row[] };
        return {
          rows: [],
          insertId: BigInt(result.change.lastInsertId),
          numAffectedRows: BigInt(result.change.changes),
        };
      } catch (error) {
        throw toStoreError(error, sqlite.file);
      }
    },
    streamQuery(): AsyncIterableIterator<never> {
      throw new Error('streaming is not supported; page through the rows');
    },
  };
}
