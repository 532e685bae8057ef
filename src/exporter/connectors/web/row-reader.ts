import type { Outcome } from '../../../http/http.ts';
import type { DataRow, ScalarValue } from '../connector.ts';
import { fieldAt } from './json-pointer.ts';
import type { JsonPointer } from './json-pointer.ts';
import { fail, succeed } from './outcomes.ts';
import { isScalar } from './shapes.ts';

/** Turns records into rows, and notices when a field has vanished from all of them. */
export type RowReader<Item = unknown> = {
  read(items: readonly Item[]): Outcome<readonly DataRow[]>;
  /** After the last record: a field that no record had is a changed interface, not an empty field. */
  check(): Outcome<undefined>;
};

export function createRowReader(
  fields: Readonly<Record<string, JsonPointer>>,
  object: string,
): RowReader {
  const entries = Object.entries(fields);
  const seen = new Set<string>();
  let rows = 0;

  function readOne(item: unknown): Outcome<DataRow> {
    const row: Record<string, ScalarValue> = {};
    for (const [name, pointer] of entries) {
      const value = fieldAt(item, pointer);
      if (value !== undefined) seen.add(name);
      const plain = value ?? null;
      if (!isScalar(plain)) {
        return fail('schema_changed', `${object} has no plain value at ${pointer.text}`);
      }
      row[name] = plain;
    }
    return succeed(row);
  }

  return {
    read(items) {
      rows += items.length;
      return readEach(items, readOne);
    },
    check() {
      const gone = rows === 0 ? undefined : entries.find(([name]) => !seen.has(name));
      if (gone === undefined) return succeed(undefined);
      return fail('schema_changed', `no record of ${object} has a value at ${gone[1].text}`);
    },
  };
}

/** Reads records one by one and has nothing to check of all of them. */
export function createPlainReader<Item>(
  readOne: (item: Item) => Outcome<DataRow>,
): RowReader<Item> {
  return { read: (items) => readEach(items, readOne), check: () => succeed(undefined) };
}

function readEach<Item>(
  items: readonly Item[],
  readOne: (item: Item) => Outcome<DataRow>,
): Outcome<readonly DataRow[]> {
  const rows: DataRow[] = [];
  for (const item of items) {
    const row = readOne(item);
    if (!row.ok) return row;
    rows.push(row.value);
  }
  return succeed(rows);
}

/** Pointers to members of a record by the names that rows shall have. */
export function pointersOf(
  sources: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, JsonPointer>> {
  return Object.fromEntries(
    Object.entries(sources).map(([name, parts]) => [name, { text: `/${parts.join('/')}`, parts }]),
  );
}
