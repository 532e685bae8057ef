import type {
  Aggregate,
  Connector,
  DataRow,
  ScalarValue,
} from '../../src/exporter/connectors/connectors.ts';
import { known, unreachable } from '../../src/std/std.ts';

export type Tables = Readonly<Record<string, readonly DataRow[]>>;
export type Requests = { aggregates: string[]; scans: string[] };

function isEmpty(value: ScalarValue | undefined): boolean {
  return value === undefined || value === null || String(value).trim() === '';
}

/** Counts the way a person would write it down, quadratic and plain: the oracle of the scan. */
export function countNaively(tables: Tables, object: string, aggregate: Aggregate): number {
  const rows = tables[object] ?? [];
  const keyOf = (row: DataRow, key: readonly string[]): string =>
    JSON.stringify(key.map((field) => String(row[field]).trim().toLowerCase()));
  switch (aggregate.kind) {
    case 'rows':
      return rows.length;
    case 'missing':
      return rows.filter((row) => isEmpty(row[aggregate.field])).length;
    case 'outside':
      return rows.filter((row) => {
        const value = row[aggregate.field];
        return !isEmpty(value) && !aggregate.values.includes(String(value).trim());
      }).length;
    case 'older_than':
      return rows.filter((row) => {
        const value = row[aggregate.field];
        return !isEmpty(value) && new Date(String(value)) < new Date(aggregate.before);
      }).length;
    case 'keyed':
      return rows.filter((row) => aggregate.key.every((field) => !isEmpty(row[field]))).length;
    case 'duplicates': {
      const keyed = rows.filter((row) => aggregate.key.every((field) => !isEmpty(row[field])));
      const keys = keyed.map((row) => keyOf(row, aggregate.key));
      return keys.filter((key, index) => keys.indexOf(key) < index).length;
    }
    case 'orphans': {
      const ids = (tables[aggregate.object] ?? []).map((row) => String(row.id));
      return rows.filter((row) => {
        const value = row[aggregate.field];
        return !isEmpty(value) && !ids.includes(String(value));
      }).length;
    }
    default:
      return unreachable(aggregate);
  }
}

/** A connector over tables in memory that scans in pages and computes aggregates, and notes both. */
export function createTableConnector(
  tables: Tables,
  requests: Requests = { aggregates: [], scans: [] },
): Required<Pick<Connector, 'aggregate' | 'scan' | 'platform' | 'close'>> {
  return {
    platform: 'tables',
    close: async () => {},
    async aggregate(_call, object, aggregates) {
      requests.aggregates.push(object);
      const values = aggregates.map((one) => known(countNaively(tables, object, one)));
      return { ok: true, value: values };
    },
    async scan(_call, object, fields, onPage) {
      requests.scans.push(object);
      const rows = tables[object] ?? [];
      for (let start = 0; start < rows.length; start += 3) {
        const page = rows
          .slice(start, start + 3)
          .map((row) => Object.fromEntries(fields.map((field) => [field, row[field] ?? null])));
        if (!onPage(page)) return { ok: true, value: { complete: false } };
      }
      return { ok: true, value: { complete: true } };
    },
  };
}
