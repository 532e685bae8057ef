import type { Outcome } from '../../../http/http.ts';
import type { DataRow, ScalarValue } from '../connector.ts';
import { valueAt } from '../web/json-pointer.ts';
import type { JsonPointer } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';

/** Turns records into rows, and notices when a field has vanished from all of them. */
export type RowReader = {
  read(items: readonly unknown[]): Outcome<readonly DataRow[]>;
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
      const value = valueAt(item, pointer);
      if (value !== undefined) seen.add(name);
      if (!isScalar(value ?? null)) {
        return fail('schema_changed', `${object} has no plain value at ${pointer.text}`);
      }
      row[name] = (value ?? null) as ScalarValue;
    }
    return succeed(row);
  }

  return {
    read(items) {
      const read: DataRow[] = [];
      for (const item of items) {
        const row = readOne(item);
        if (!row.ok) return row;
        read.push(row.value);
      }
      rows += read.length;
      return succeed(read);
    },
    check() {
      const gone = rows === 0 ? undefined : entries.find(([name]) => !seen.has(name));
      if (gone === undefined) return succeed(undefined);
      return fail('schema_changed', `no record of ${object} has a value at ${gone[1].text}`);
    },
  };
}

function isScalar(value: unknown): value is ScalarValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
