import { hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * The thread that owns one connection to a SQLite file and does what it is told, one statement after the other, so
 * that nobody else waits for the disk. It decides nothing, and imports nothing but Node's own, so that it starts soon.
 */
export type WorkerOptions = {
  readonly file: string;
  readonly readOnly: boolean;
  readonly busyTimeoutMs: number;
};

export type WorkerRequest =
  | {
      readonly id: number;
      readonly kind: 'run';
      readonly sql: string;
      readonly values: readonly SQLInputValue[];
      /** Refused when no transaction is under way: an error of the disk may have ended it. */
      readonly isWithin: boolean;
    }
  /** Harmless when there is nothing to roll back. */
  | { readonly id: number; readonly kind: 'rollback' }
  | { readonly id: number; readonly kind: 'close' };

export type WorkerResult = {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly changes: number;
  readonly lastInsertId: number;
};

/** What is left of an error on the way between threads. */
export type WorkerFailure = { readonly message: string; readonly errcode: number | undefined };

export type WorkerAnswer =
  | { readonly id: number; readonly result: WorkerResult }
  | { readonly id: number; readonly failure: WorkerFailure };

type Prepared = { readonly statement: StatementSync; readonly givesRows: boolean };

/** More distinct statements than this means that values were written into the SQL text. */
const STATEMENT_CACHE_LIMIT = 200;
const NOTHING: WorkerResult = { rows: [], changes: 0, lastInsertId: 0 };
/** What a statement may keep of the values of its last use, in characters and bytes. */
const KEPT_VALUES_LIMIT = 64 * 1024;
/** No value that SQLite has a type for. */
const UNBINDABLE = Symbol('unbindable') as unknown as SQLInputValue;

const { file, readOnly, busyTimeoutMs } = workerData as WorkerOptions;
const statements = new Map<string, Prepared>();
let database: DatabaseSync | undefined;

/** Opened with the first request, which then tells what went wrong. */
function open(): DatabaseSync {
  if (database !== undefined) return database;
  database = new DatabaseSync(file, { readOnly, timeout: busyTimeoutMs });
  // PostgreSQL has one; migrations fill columns with it.
  database.function('sha256_hex', { deterministic: true, directOnly: true }, (text) =>
    hash('sha256', String(text), 'hex'),
  );
  return database;
}

function prepare(sql: string): Prepared {
  const cached = statements.get(sql);
  if (cached !== undefined) return cached;
  if (statements.size >= STATEMENT_CACHE_LIMIT) statements.clear();
  const statement = open().prepare(sql);
  const prepared = { statement, givesRows: statement.columns().length > 0 };
  statements.set(sql, prepared);
  return prepared;
}

function answer(request: WorkerRequest): WorkerResult {
  if (request.kind === 'close') {
    statements.clear();
    database?.close();
    return NOTHING;
  }
  const connection = open();
  if (request.kind === 'rollback') {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    return NOTHING;
  }
  if (request.isWithin && !connection.isTransaction) {
    throw new Error('the transaction was ended by an error before');
  }
  const prepared = prepare(request.sql);
  try {
    return execute(prepared, request.values);
  } finally {
    if (weigh(request.values) > KEPT_VALUES_LIMIT) letGoOfValues(prepared);
  }
}

function execute(
  { statement, givesRows }: Prepared,
  values: readonly SQLInputValue[],
): WorkerResult {
  if (givesRows) return { ...NOTHING, rows: statement.all(...values) };
  const change = statement.run(...values);
  return {
    rows: [],
    changes: Number(change.changes),
    lastInsertId: Number(change.lastInsertRowid),
  };
}

function weigh(values: readonly SQLInputValue[]): number {
  let weight = 0;
  for (const value of values) {
    if (typeof value === 'string' || ArrayBuffer.isView(value)) {
      weight += typeof value === 'string' ? value.length : value.byteLength;
    }
  }
  return weight;
}

/**
 * SQLite keeps its own copies of the values until the statement is used again: a body of 30 MB would stay as long as
 * its statement does. Node has no word for sqlite3_clear_bindings, but calls it before it binds; a value
 * that cannot be bound ends the call there, before anything is executed.
 */
function letGoOfValues({ statement }: Prepared): void {
  try {
    statement.run(UNBINDABLE);
  } catch {
    // This is how it ends.
  }
}

function failureOf(error: unknown): WorkerFailure {
  const { errcode } = error as { errcode?: unknown };
  return {
    message: error instanceof Error ? error.message : String(error),
    errcode: typeof errcode === 'number' ? errcode : undefined,
  };
}

function tell(answered: WorkerAnswer): void {
  parentPort?.postMessage(answered, []);
}

parentPort?.on('message', (request: WorkerRequest) => {
  const { id } = request;
  try {
    tell({ id, result: answer(request) });
  } catch (error) {
    tell({ id, failure: failureOf(error) });
  }
  if (request.kind === 'close') parentPort?.close();
});
