import { unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector, DataRow, ScalarValue } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { createCounting } from '../web/count-aggregates.ts';
import { findObject } from '../web/object-options.ts';
import type { ApiObjects, FoundObject } from '../web/object-options.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createRowReader, pointersOf } from '../web/row-reader.ts';
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
export function createScan({
  api,
  objects,
  clock,
}: Quality): Exclude<Connector['scan'], undefined> {
  return async (call, name, fields, onPage) => {
    const object = findObject(objects, name, fields);
    if (!object.ok) return object;
    const { entity, sourceOf } = object.value;
    const sources = Object.fromEntries(fields.map((field) => [field, sourceOf(field).split('.')]));
    const properties = Object.values(sources).flatMap((parts) => parts.slice(0, 1));
    const dates = fields.filter((field) => DATE.test(sourceOf(field)));
    const reader = createRowReader(pointersOf(sources), name);
    const budget = startBudget(call, clock);
    let after = 0;
    for (;;) {
      const page = await api.list({ entity, after, properties, size: PAGE_SIZE }, budget);
      if (!page.ok) return page;
      if (page.value.length === 0) {
        const checked = reader.check();
        return checked.ok ? succeed({ complete: true }) : checked;
      }
      const rows = reader.read(page.value);
      if (!rows.ok) return rows;
      if (!onPage(rows.value.map((row) => withDates(row, dates)))) {
        return succeed({ complete: false });
      }
      const last = keyOf(page.value.at(-1));
      if (last === undefined || last <= after) {
        return fail('schema_changed', `${entity} does not go on after the record ${after}`);
      }
      after = last;
    }
  };
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
