import { CompiledQuery, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';

import type { Queue } from './queue.ts';
import type { SqlValue } from './sqlite.ts';
import type { SqliteThread } from './sqlite-thread.ts';
import type { WorkerResult } from './sqlite-worker.ts';

/** Who does the work: each is started when it is first needed, and again when it has died. */
export type SqliteThreads = {
  writer(): Promise<SqliteThread>;
  /** Sees what was committed, and waits for no transaction. */
  reader(): Promise<SqliteThread>;
};

/** Kysely would let everything wait for a transaction that is under way, reads too. */
class TwoThreadAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** Kysely over the threads of one file: one writes, by one transaction or one query at a time, and one reads. */
export function createSqliteDialect(threads: SqliteThreads, queue: Queue): Dialect {
  return {
    createAdapter: () => new TwoThreadAdapter(),
    createDriver: () => createDriver(threads, queue),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** `thread` is the one whose transaction is under way. */
type Connection = DatabaseConnection & { thread: SqliteThread | undefined };

function createDriver(threads: SqliteThreads, queue: Queue): Driver {
  return {
    init: async () => {},
    acquireConnection: async () => createConnection(threads, queue),
    async beginTransaction(connection) {
      await queue.enter();
      try {
        const thread = await threads.writer();
        // IMMEDIATE takes the write lock at once, so a transaction never fails half-way to get it.
        await thread.run('BEGIN IMMEDIATE');
        (connection as Connection).thread = thread;
      } catch (error) {
        queue.leave();
        throw error;
      }
    },
    async commitTransaction(connection) {
      await connection.executeQuery(CompiledQuery.raw('COMMIT'));
    },
    async rollbackTransaction(connection) {
      await (connection as Connection).thread?.rollBack();
    },
    async releaseConnection(connection) {
      const own = connection as Connection;
      if (own.thread === undefined) return;
      own.thread = undefined;
      queue.leave();
    },
    destroy: async () => {},
  };
}

const READS = /^\s*select\b/i;

function createConnection(threads: SqliteThreads, queue: Queue): Connection {
  async function write(sql: string, values: readonly SqlValue[]): Promise<WorkerResult> {
    await queue.enter();
    try {
      return await (await threads.writer()).run(sql, values);
    } finally {
      queue.leave();
    }
  }

  return {
    thread: undefined,
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      const values = parameters as readonly SqlValue[];
      if (this.thread !== undefined) return toResult(await this.thread.run(sql, values, true));
      if (!READS.test(sql)) return toResult(await write(sql, values));
      return toResult(await (await threads.reader()).run(sql, values));
    },
    streamQuery(): AsyncIterableIterator<never> {
      throw new Error('streaming is not supported; page through the rows');
    },
  };
}

function toResult<Row>({ rows, changes, lastInsertId }: WorkerResult): QueryResult<Row> {
  if (rows.length > 0) return { rows: rows as Row[] };
  return {
    rows: [],
    insertId: BigInt(lastInsertId),
    numAffectedRows: BigInt(changes),
  };
}
