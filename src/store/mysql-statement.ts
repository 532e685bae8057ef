import type { FieldPacket } from 'mysql2/promise';

import { replacePlaceholders, withoutTexts } from './placeholders.ts';
import { SqlReaderError } from './sql-source.ts';
import type { ReaderRow, ReaderValue } from './sql-source.ts';

/** A statement with question marks, and its values in their order. */
export type MysqlStatement = { readonly text: string; readonly values: readonly ReaderValue[] };

/** Read-only transactions guard tables; a user with the right FILE could still have a query write its rows into a file. */
const WRITES_FILE = /\binto\s+(outfile|dumpfile)\b|\/\*M?!/i;

/** $1, $2, … as question marks, each with its value again. Throws SqlReaderError for what must not be sent. */
export function toMysqlStatement(
  statement: string,
  values: readonly ReaderValue[],
): MysqlStatement {
  if (WRITES_FILE.test(withoutTexts(statement))) {
    const detail = 'a statement that writes a file, or that is hidden in a comment, was not sent';
    throw new SqlReaderError('internal', detail);
  }
  const ordered: ReaderValue[] = [];
  const used = new Set<number>();
  const text = replacePlaceholders(statement, (position) => {
    used.add(position);
    ordered.push(values[position - 1] ?? null);
    return '?';
  });
  // Left out in silence, a comparison with the text '$1' would be true of nothing.
  if (values.some((_value, index) => !used.has(index + 1))) {
    throw new SqlReaderError('schema_changed', 'a value of the statement stands where it is text');
  }
  return { text, values: ordered };
}

/** Rows as they leave the reader. Throws SqlReaderError where there are none, such as after SELECT … INTO a variable. */
export function toReaderRows(
  rows: unknown,
  fields: readonly FieldPacket[] | undefined,
): readonly ReaderRow[] {
  if (!Array.isArray(rows) || fields === undefined) {
    throw new SqlReaderError('schema_changed', 'the statement is none that gives rows');
  }
  return (rows as readonly Readonly<Record<string, unknown>>[]).map((row) =>
    Object.fromEntries(
      fields.map(({ name, columnType }) => [name, toReaderValue(row[name], columnType)]),
    ),
  );
}

/** Types of the protocol whose values are times without a zone: TIMESTAMP and DATETIME (MySQL client/server protocol, column types). */
const TIMES: ReadonlySet<number> = new Set([7, 12]);

/** Numbers for every numeric type, ISO 8601 text for times, nothing for what is no text. */
function toReaderValue(value: unknown, type: number | undefined): ReaderValue {
  if (value === null || value === undefined || value instanceof Uint8Array) return null;
  // A DATETIME has no zone and is taken for UTC, as applications that use the type mean it.
  if (typeof value === 'string') {
    return type !== undefined && TIMES.has(type) ? `${value.replace(' ', 'T')}Z` : value;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
