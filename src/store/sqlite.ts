import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';

import { CrmwatchError, errorMessage } from '../std/std.ts';

export type SqlValue = string | number | bigint | null | Uint8Array;
export type SqlRow = Record<string, SqlValue>;
export type SqlChange = { readonly changes: number; readonly lastInsertId: number };

export type SqliteOptions = {
  /** Opens an existing file without the right to write, and leaves its journal mode alone. */
  readonly readOnly?: boolean;
  /**
   * How long SQLite itself waits for another connection's lock. It waits on the calling thread, so a
   * server passes 0 and tries again by itself. Default 5000.
   */
  readonly busyTimeoutMs?: number;
  /** FULL survives a power cut with every commit; NORMAL may lose the last ones. Default FULL. */
  readonly synchronous?: 'FULL' | 'NORMAL';
};

/** One connection to a SQLite file. All calls are synchronous and run on the calling thread. */
export type Sqlite = {
  readonly file: string;
  all(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[];
  /** The first row, or undefined. */
  get(sql: string, ...values: readonly SqlValue[]): SqlRow | undefined;
  run(sql: string, ...values: readonly SqlValue[]): SqlChange;
  /** Runs one or several statements without values. */
  exec(sql: string): void;
  /** Rows of a statement that gives rows, or the change that it made: for query builders. */
  query(
    sql: string,
    values: readonly SqlValue[],
  ): { readonly rows: readonly SqlRow[]; readonly change: SqlChange | undefined };
  /**
   * Runs `work` between BEGIN IMMEDIATE and COMMIT and rolls back when it throws. A transaction inside
   * another one becomes a savepoint. `work` must not be asynchronous.
   */
  transaction<T>(work: () => T): T;
  isInTransaction(): boolean;
  /** Idempotent. */
  close(): void;
  [Symbol.dispose](): void;
};

/** More distinct statements than this means that values were written into the SQL text. */
const STATEMENT_CACHE_LIMIT = 200;
const SYNCHRONOUS_LEVELS = { NORMAL: 1, FULL: 2 } as const;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

/**
 * Opens a SQLite file, sets journal_mode=WAL and the asked synchronous level, and reads both back: SQLite
 * ignores a PRAGMA that it cannot honour. Throws `store_unavailable` when the file cannot be opened or
 * does not keep the promise. An in-memory database has no journal to assert.
 */
export function openSqlite(file: string, options: SqliteOptions = {}): Sqlite {
  const { readOnly = false, busyTimeoutMs = 5000, synchronous = 'FULL' } = options;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly, timeout: busyTimeoutMs });
    // Reading one page shows at once whether this is a database and whether it may be read.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    if (!readOnly) makeDurable(database, file, synchronous);
    return wrap(database, file);
  } catch (error) {
    if (database?.isOpen === true) database.close();
    if (error instanceof CrmwatchError) throw error;
    throw new CrmwatchError(
      'store_unavailable',
      `the SQLite database ${file} cannot be opened: ${errorMessage(error)}`,
      {
        remedy: 'check that the folder exists, may be written to and holds no other kind of file',
        cause: error,
      },
    );
  }
}

function makeDurable(database: DatabaseSync, file: string, synchronous: 'FULL' | 'NORMAL'): void {
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`);
  const journal = database.prepare('PRAGMA journal_mode').get()?.['journal_mode'];
  const level = database.prepare('PRAGMA synchronous').get()?.['synchronous'];
  const inMemory = journal === 'memory' && file === ':memory:';
  if ((journal === 'wal' || inMemory) && level === SYNCHRONOUS_LEVELS[synchronous]) return;
  throw new CrmwatchError(
    'store_unavailable',
    `the SQLite database ${file} runs with journal_mode=${String(journal)} and ` +
      `synchronous=${String(level)}, not with WAL and ${synchronous}`,
    { remedy: 'put the database on a local disk; network file systems cannot hold a WAL' },
  );
}

function wrap(database: DatabaseSync, file: string): Sqlite {
  const statements = new Map<string, StatementSync>();
  let depth = 0;

  function prepare(sql: string): StatementSync {
    const cached = statements.get(sql);
    if (cached !== undefined) return cached;
    if (statements.size >= STATEMENT_CACHE_LIMIT) statements.clear();
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  function run(sql: string, ...values: readonly SqlValue[]): SqlChange {
    const change = prepare(sql).run(...values);
    return { changes: Number(change.changes), lastInsertId: Number(change.lastInsertRowid) };
  }

  function close(): void {
    statements.clear();
    if (database.isOpen) database.close();
  }

  return {
    file,
    all: (sql, ...values) => prepare(sql).all(...values),
    get: (sql, ...values) => prepare(sql).get(...values),
    run,
    exec: (sql) => database.exec(sql),
    query(sql, values) {
      const givesRows = prepare(sql).columns().length > 0;
      return givesRows
        ? { rows: prepare(sql).all(...values), change: undefined }
        : { rows: [], change: run(sql, ...values) };
    },
    transaction(work) {
      const level = depth;
      database.exec(level === 0 ? 'BEGIN IMMEDIATE' : `SAVEPOINT level_${level}`);
      depth++;
      try {
        const result = work();
        database.exec(level === 0 ? 'COMMIT' : `RELEASE level_${level}`);
        return result;
      } catch (error) {
        rollBack(database, level);
        throw error;
      } finally {
        depth = level;
      }
    },
    isInTransaction: () => database.isTransaction,
    close,
    [Symbol.dispose]: close,
  };
}

function rollBack(database: DatabaseSync, level: number): void {
  // A full disk or an interrupt may have ended the transaction already.
  if (!database.isTransaction) return;
  database.exec(level === 0 ? 'ROLLBACK' : `ROLLBACK TO level_${level}; RELEASE level_${level}`);
}

/** Whether an error says that another connection holds the lock, so that trying again makes sense. */
export function isSqliteBusy(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const code = (error as { errcode?: unknown }).errcode;
  if (typeof code !== 'number') return false;
  // The low byte is the primary result code; the rest tells which kind of busy it was.
  const primary = code & 0xff;
  return primary === SQLITE_BUSY || primary === SQLITE_LOCKED;
}
