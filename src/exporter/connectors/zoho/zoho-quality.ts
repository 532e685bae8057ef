import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { countEach, fieldsOfAggregates } from '../web/count-aggregates.ts';
import { findObject } from '../web/object-options.ts';
import type { ApiObjects, FoundObject } from '../web/object-options.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createScanning, pageByKey } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
import { memberOf } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { ZohoApi } from './zoho-api.ts';
import type { Counts } from './zoho-composite.ts';
import type { Page } from './zoho-queries.ts';

/** What a query gives at most (crm/developer/docs/api/v8/COQL-Limitations.html); it costs three credits. */
const PAGE_SIZE = 2000;

type Quality = {
  readonly api: ZohoApi;
  readonly objects: ApiObjects;
  readonly clock: Clock;
};

/**
 * COUNT of a column is for numbers, lookups and pick lists alone, and nobody says that it would leave empty ones out
 * (Get-Records-through-COQL-Query.html), so empty fields are counted by a condition: five of them in one request.
 */
export function createAggregate({
  api,
  objects,
  clock,
}: Quality): Exclude<Connector['aggregate'], undefined> {
  return async (call, name, aggregates) => {
    const object = findObject(objects, name, fieldsOfAggregates(aggregates));
    if (!object.ok) return object;
    const { entity, sourceOf } = object.value;
    const budget = startBudget(call, clock);
    const fields = fieldsOfAggregates(aggregates.filter(({ kind }) => kind === 'missing'));
    const empty = await api.countEmpty(entity, [...new Set(fields.map(sourceOf))], budget);
    if (!empty.ok) return empty;
    const nowhere = [...empty.value].flatMap(([field, count]) =>
      count === undefined ? [field] : [],
    );
    const filled = await api.countFilled(entity, nowhere, budget);
    if (!filled.ok) return filled;
    const before = { empty: empty.value, filled: filled.value };
    return countEach(aggregates, createCounter(api, { object: object.value, before }, budget));
  };
}

/** Records that fulfil a condition, and those that do not: together they are all. */
type Halves = {
  readonly where: string;
  readonly otherwise: string;
  /** A field that all of the others have, and none of those. */
  readonly filled?: string;
};

type Counted = { readonly empty: Counts; readonly filled: Counts };

function createCounter(
  api: ZohoApi,
  {
    object: { entity, sourceOf },
    before,
  }: { readonly object: FoundObject; readonly before: Counted },
  budget: Budget,
): (aggregate: Aggregate) => Promise<Outcome<Knowable<number>>> {
  let rows: Promise<Outcome<number>> | undefined;
  const countRows = (): Promise<Outcome<number>> => (rows ??= api.countAll(entity, budget));

  /** Nothing at all was answered: it is a 0 only when all records are in the other half. */
  async function confirmZero({ where, otherwise, filled }: Halves): Promise<Outcome<number>> {
    const all = await countRows();
    if (!all.ok || all.value === 0) return all;
    if (filled !== undefined && before.filled.get(filled) === all.value) return succeed(0);
    const others = await api.count(entity, otherwise, budget);
    if (!others.ok) return others;
    if (others.value === all.value) return succeed(0);
    // Records come and go while this counts, so once more for the number of now.
    const again = await api.countAll(entity, budget);
    if (!again.ok) return again;
    if (others.value === again.value) return succeed(0);
    if (filled !== undefined && before.empty.has(filled)) {
      // What was answered together with others may have been the answer to one of them.
      const own = await api.count(entity, where, budget);
      if (!own.ok) return own;
      if (own.value !== undefined) return succeed(own.value);
    }
    return fail('bad_payload', `${entity} answered nothing where a count was asked for`);
  }

  return async (aggregate) => {
    if (aggregate.kind === 'rows') return toKnown(await countRows());
    const halves = halvesOf(aggregate, sourceOf);
    if (halves === undefined) {
      return succeed(unknown('not_supported', 'Zoho does not say how many groups there are'));
    }
    const { filled } = halves;
    const count =
      filled !== undefined && before.empty.has(filled)
        ? succeed(before.empty.get(filled))
        : await api.count(entity, halves.where, budget);
    // Dates, texts of many lines and switches have no such condition; if a field is gone, the scan will tell.
    if (!count.ok && count.failure.reason === 'schema_changed') {
      return succeed(unknown('not_supported', 'Zoho cannot filter by that'));
    }
    if (!count.ok) return count;
    return count.value === undefined
      ? toKnown(await confirmZero(halves))
      : succeed(known(count.value));
  };
}

function toKnown(count: Outcome<number>): Outcome<Knowable<number>> {
  return count.ok ? succeed(known(count.value)) : count;
}

function halvesOf(aggregate: Aggregate, sourceOf: (field: string) => string): Halves | undefined {
  switch (aggregate.kind) {
    case 'missing': {
      const field = sourceOf(aggregate.field);
      return { filled: field, where: `${field} is null`, otherwise: `${field} is not null` };
    }
    case 'older_than': {
      const field = sourceOf(aggregate.field);
      const before = toZohoTime(aggregate.before);
      return {
        where: `${field} < '${before}'`,
        otherwise: `(${field} >= '${before}' or ${field} is null)`,
      };
    }
    default:
      return undefined;
  }
}

/** Zoho takes no fractions of a second, and shows the zone as an offset. */
function toZohoTime(text: string): string {
  return `${new Date(text).toISOString().slice(0, 19)}+00:00`;
}

/** Pages by rising id, so that records which come or go meanwhile shift nothing. */
export function createScan({ api, ...quality }: Quality): Scan {
  return createScanning(quality, ({ object: { entity }, sources, budget }) => {
    const columns = [...new Set(['id', ...sources])].join(', ');
    return succeed({
      async readPage(after?: string) {
        const where = after === undefined ? 'id is not null' : `id > '${after}'`;
        const query = `select ${columns} from ${entity} where ${where} order by id asc limit ${PAGE_SIZE}`;
        const page = await readPage(api, { entity, query, isFirst: after === undefined }, budget);
        if (!page.ok) return page;
        return succeed({
          ...pageByKey({
            entity,
            ...page.value,
            size: page.value.records.length,
            after,
            keyOf: idOf,
          }),
          records: page.value.records.map(flatten),
        });
      },
    });
  });
}

/** Nothing else goes into the next query. */
function idOf({ id }: JsonRecord): string | undefined {
  return typeof id === 'string' && /^\d{1,20}$/.test(id) ? id : undefined;
}

const NOTHING: Page = { records: [], hasMore: false };

/** No content is an empty module, if a count says so; where more was promised it is none. */
async function readPage(
  api: ZohoApi,
  {
    entity,
    query,
    isFirst,
  }: { readonly entity: string; readonly query: string; readonly isFirst: boolean },
  budget: Budget,
): Promise<Outcome<Page>> {
  const page = await api.select(query, budget);
  if (!page.ok) return page;
  if (page.value !== undefined) return succeed(page.value);
  const all = isFirst ? await api.countAll(entity, budget) : undefined;
  if (all?.ok === false) return all;
  if (all?.value === 0) return succeed(NOTHING);
  return fail('bad_payload', `${entity} answered nothing where records were promised`);
}

/** Lookups are {"id": …, "name": …} and stand for the id; several values of a pick list are a list. */
function flatten(record: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(record).map(([field, value]) => {
      if (Array.isArray(value)) return [field, value.length === 0 ? null : value.join(';')];
      return [field, memberOf(value, 'id') ?? value];
    }),
  );
}
