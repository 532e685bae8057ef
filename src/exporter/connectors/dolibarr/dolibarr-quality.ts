import { unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector, DataRow, ScalarValue } from '../connector.ts';
import { createCounting } from '../web/count-aggregates.ts';
import type { ApiObjects, FoundObject } from '../web/object-options.ts';
import { succeed } from '../web/outcomes.ts';
import { NO_MORE, createScanning, goOn } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
import type { DolibarrApi } from './dolibarr-api.ts';
import { missingFilterOf } from './dolibarr-columns.ts';
import { keyOf } from './dolibarr-facts.ts';

/** Dolibarr loads each record of a page by a query of its own, so larger pages win little. */
const PAGE_SIZE = 500;

type Quality = {
  readonly api: DolibarrApi;
  readonly objects: ApiObjects;
  readonly clock: Clock;
};

/** A request for each count. Versions without totals are asked once and not for each field. */
export function createAggregate({
  api,
  ...quality
}: Quality): Exclude<Connector['aggregate'], undefined> {
  return createCounting(quality, ({ object, budget }) => {
    let noTotals: Knowable<number> | undefined;
    return succeed(async (aggregate) => {
      if (noTotals !== undefined) return succeed(noTotals);
      const filter = filterOf(object, aggregate);
      if (filter === undefined) return succeed(NOT_COUNTED);
      const count = await api.count(object.entity, filter, budget);
      if (count.ok && !count.value.known) noTotals = count.value;
      return count;
    });
  });
}

const NOT_COUNTED = unknown('not_supported', 'Dolibarr does not count this');

/** Every record has a key, and a filter without a condition is none. */
const ALL = '(t.rowid:>:0)';

/**
 * Times are compared in the time zone of the database, which the API does not tell, so old records are left to
 * a scan, which reads times in seconds since the epoch.
 */
function filterOf(object: FoundObject, aggregate: Aggregate): string | undefined {
  if (aggregate.kind === 'rows') return ALL;
  if (aggregate.kind !== 'missing') return undefined;
  return missingFilterOf(object.entity, object.sourceOf(aggregate.field));
}

/** Pages by rising key, so that records which come or go meanwhile shift nothing. */
export function createScan({ api, ...quality }: Quality): Scan {
  return createScanning(quality, ({ object: { entity, sourceOf }, fields, sources, budget }) => {
    const placeOf = (source: string): readonly string[] => source.split('.');
    const properties = sources.flatMap((source) => placeOf(source).slice(0, 1));
    const dates = fields.filter((field) => DATE.test(sourceOf(field)));
    return succeed({
      placeOf,
      toRow: (row) => withDates(row, dates),
      async readPage(after: number = 0) {
        const page = await api.list({ entity, after, properties, size: PAGE_SIZE }, budget);
        if (!page.ok) return page;
        const records = page.value;
        if (records.length === 0) return succeed({ records, next: NO_MORE });
        const last = keyOf(records.at(-1)) ?? 0;
        const next = goOn(entity, `the record ${after}`, last > after ? last : undefined);
        return succeed({ records, next });
      },
    });
  });
}

/** Properties that hold a time: date_modification, date_creation, datec and others of their kind. */
const DATE = /^(date|tms$)/;

function withDates(row: DataRow, fields: readonly string[]): DataRow {
  if (fields.length === 0) return row;
  const dates = fields.map((field) => [field, toIsoTime(row[field] ?? null)] as const);
  return { ...row, ...Object.fromEntries(dates) };
}

/** Dolibarr gives times in seconds since the epoch; what is none stays as it is. */
function toIsoTime(value: ScalarValue): ScalarValue {
  if (typeof value === 'boolean' || value === null || !/^\d{1,11}$/.test(String(value))) {
    return value;
  }
  return new Date(Number(value) * 1000).toISOString();
}
