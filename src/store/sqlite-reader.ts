import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';

import { errorMessage } from '../std/std.ts';
import { replacePlaceholders } from './placeholders.ts';
import { toReaderInteger, toReaderRow } from './reader-rows.ts';
import { SqlReaderError } from './sql-source.ts';
import type { ReaderValue, SqlReader, SqliteFile } from './sql-source.ts';

/** Waiting blocks the thread, so it is short: who holds a lock for longer than this keeps the readers out. */
const BUSY_TIMEOUT_MS = 200;
const SQLITE_ERROR = 1;
/** A value for which the statement has no place. */
const SQLITE_RANGE = 25;

export function openSqliteReader(source: SqliteFile): SqlReader {
  function run<T>(work: (database: DatabaseSync) => T): T {
    if (!existsSync(source.file)) {
      throw new SqlReaderError('database_unavailable', 'the SQLite file does not exist');
    }
    let database: DatabaseSync | undefined;
    try {
      // Opened each time: a file that was moved away or replaced is noticed, and no lock is kept.
      database = new DatabaseSync(source.file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
      return work(database);
    } catch (error) {
      throw toReaderError(error);
    } finally {
      if (database?.isOpen === true) database.close();
    }
  }

  return {
    engine: 'sqlite',
    query: async (statement, values, { signal }) => {
      if (signal?.aborted === true) throw new SqlReaderError('timeout', 'given up by the caller');
      return run((database) => {
        const prepared = database.prepare(
          replacePlaceholders(statement, (position) => `?${position}`),
        );
        // Rounded, two identifiers would be one.
        prepared.setReadBigInts(true);
        return prepared.all(...values.map(toInput)).map((row) => toReaderRow(row, toReaderValue));
      });
    },
    connect: async () =>
      run((database) => {
        const row = database.prepare('SELECT sqlite_version() AS version').get();
        database.prepare('SELECT count(*) FROM sqlite_schema').get();
        return { version: `SQLite ${String(row?.['version'])}` };
      }),
    close: async () => {},
  };
}

function toInput(value: ReaderValue): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : value;
}

/** What is binary is nothing. */
function toReaderValue(value: SQLOutputValue): ReaderValue {
  if (value instanceof Uint8Array) return null;
  return typeof value === 'bigint' ? toReaderInteger(value) : value;
}

function toReaderError(error: unknown): SqlReaderError {
  if (error instanceof SqlReaderError) return error;
  const code = (error as { errcode?: unknown }).errcode;
  const message = errorMessage(error);
  // SQLite reports everything about the statement with one code; its texts have been stable for decades.
  if (code === SQLITE_ERROR && /no such table/.test(message)) {
    return new SqlReaderError('not_found', message, error);
  }
  if (code === SQLITE_ERROR || code === SQLITE_RANGE)
    return new SqlReaderError('schema_changed', message, error);
  if (typeof code === 'number') return new SqlReaderError('database_unavailable', message, error);
  return new SqlReaderError('internal', 'the SQLite query could not be run', error);
}
