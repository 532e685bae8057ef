import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { createCounting } from '../web/count-aggregates.ts';
import type { ApiObjects, FoundObject } from '../web/object-options.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createScanning, pageByKey } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { Filter, FrappeApi } from './frappe-api.ts';
import { isDate, isDateTime, toFrappeTime, toTimeMs } from './frappe-times.ts';

const PAGE_SIZE = 500;

type Quality = {
  readonly api: FrappeApi;
  readonly objects: ApiObjects;
  readonly clock: Clock;
};

/** One record to see what the fields hold, and a request for each count. */
export function createAggregate({
  api,
  ...quality
}: Quality): Exclude<Connector['aggregate'], undefined> {
  return createCounting(quality, async ({ object, sources, budget }) => {
    const sample = await readSample(api, object.entity, sources, budget);
    if (!sample.ok) return sample;
    const target = { api, object, sample: sample.value };
    return succeed((aggregate: Aggregate) => countOne(target, aggregate, budget));
  });
}

/** A record, or an empty one where there is none. Fields that are gone, or not for this user, are left out in silence. */
async function readSample(
  api: FrappeApi,
  doctype: string,
  fields: readonly string[],
  budget: Budget,
): Promise<Outcome<JsonRecord>> {
  const page = await api.list({ doctype, filters: [], fields, size: 1 }, budget);
  if (!page.ok) return page;
  const [record] = page.value;
  if (record === undefined) return succeed({});
  const lost = fields.find((field) => !Object.hasOwn(record, field));
  return lost === undefined
    ? succeed(record)
    : fail('schema_changed', `${doctype} shows no field ${lost}`);
}

type Target = {
  readonly api: FrappeApi;
  readonly object: FoundObject;
  readonly sample: JsonRecord;
};

async function countOne(
  target: Target,
  aggregate: Aggregate,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const { api, object } = target;
  const filters =
    aggregate.kind === 'older_than'
      ? await filtersOfAge(target, aggregate, budget)
      : succeed(filtersOf(target, aggregate));
  if (!filters.ok) return filters;
  if (filters.value === undefined) {
    return succeed(unknown('not_supported', 'Frappe cannot count this by a filter'));
  }
  const count = await api.count(object.entity, filters.value, budget);
  return count.ok ? succeed(known(count.value)) : count;
}

function filtersOf(
  { object, sample }: Target,
  aggregate: Aggregate,
): readonly Filter[] | undefined {
  if (aggregate.kind === 'rows') return [];
  if (aggregate.kind !== 'missing') return undefined;
  const field = object.sourceOf(aggregate.field);
  // Numbers are never NULL, and to a filter 0 is "not set"; a scan knows it for a number.
  if (typeof sample[field] === 'number') return undefined;
  return [[object.entity, field, 'is', 'not set']];
}

/** Without the second filter, what is empty would be older than anything (`prepare_filter_condition` of db_query.py). */
async function filtersOfAge(
  { api, object: { entity, sourceOf }, sample }: Target,
  { field, before }: Extract<Aggregate, { kind: 'older_than' }>,
  budget: Budget,
): Promise<Outcome<readonly Filter[] | undefined>> {
  const name = sourceOf(field);
  const isSet = [entity, name, 'is', 'set'] as const;
  const beforeMs = Date.parse(before);
  if (isDate(sample[name])) {
    // A day stands for its beginning, so the last one that is older began at least a millisecond before.
    const day = new Date(beforeMs - 1).toISOString().slice(0, 10);
    return succeed([[entity, name, '<=', day], isSet]);
  }
  if (!isDateTime(sample[name])) return succeed(undefined);
  const zone = await api.timeZone(budget);
  if (!zone.ok) return zone;
  return succeed([[entity, name, '<', toFrappeTime(beforeMs, zone.value)], isSet]);
}

/** Pages by rising name, so that records which come or go meanwhile shift nothing. */
export function createScan({ api, ...quality }: Quality): Scan {
  return createScanning(quality, async ({ object: { entity: doctype }, sources, budget }) => {
    const zone = await api.timeZone(budget);
    if (!zone.ok) return zone;
    return succeed({
      async readPage(after?: string | number) {
        const filters: readonly Filter[] =
          after === undefined ? [] : [[doctype, 'name', '>', after]];
        const page = await api.list({ doctype, filters, fields: sources, size: PAGE_SIZE }, budget);
        if (!page.ok) return page;
        const records = page.value;
        const found = { entity: doctype, records, size: PAGE_SIZE, after };
        return succeed({
          ...pageByKey({ ...found, keyOf: nameOf }),
          records: records.map((record) => withTimes(record, zone.value)),
        });
      },
    });
  });
}

function nameOf({ name }: JsonRecord): string | number | undefined {
  return typeof name === 'string' || typeof name === 'number' ? name : undefined;
}

/** Times as rows have them. */
function withTimes(record: JsonRecord, zone: string): JsonRecord {
  return Object.fromEntries(
    Object.entries(record).map(([field, value]) => {
      const atMs = isDateTime(value) ? toTimeMs(value, zone) : undefined;
      return [field, atMs === undefined ? value : new Date(atMs).toISOString()];
    }),
  );
}
