import type { ReaderRow, ReaderValue } from './sql-source.ts';

/** A row of an engine, value by value. */
export function toReaderRow<Value>(
  row: Readonly<Record<string, Value>>,
  toReaderValue: (value: Value) => ReaderValue,
): ReaderRow {
  const entries = Object.entries(row).map(([name, value]) => [name, toReaderValue(value)] as const);
  return Object.fromEntries(entries);
}

/** Integers that a number of JavaScript cannot hold are text: rounded, two identifiers would be one. */
export function toReaderInteger(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
