import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt, recordsAt } from '../web/shapes.ts';
import type { DataverseApi } from './dataverse-api.ts';
import { fetchXml, toFetchTime } from './fetch-xml.ts';
import type { Xml } from './fetch-xml.ts';

/** Numbers by the alias that was asked for. */
export type Tally = Readonly<Record<string, number>>;

export type Table = { readonly entity: string; readonly set: string };

/** Which records to count; links lead to other tables, in which there has to be something. */
export type Filter = { readonly conditions: readonly Xml[]; readonly links?: readonly Xml[] };

/** What to count: the column by its alias, and which records to leave out. */
export type Counting = Filter & { readonly columns: Readonly<Record<string, string>> };

/** Stands for the record itself: every table has it. */
const CREATED = 'createdon';
/** Alias of the number of records. */
export const ROWS = 'n';
/** Queries for one counting at most; each computes over up to 50,000 records. */
const MOST_SLICES = 64;
const SHORTEST_SLICE_MS = 1000;

/** Counts records and filled columns in one query. */
export async function countOnce(
  api: DataverseApi,
  { entity, set }: Table,
  { columns, conditions, links = [] }: Counting,
  budget: Budget,
): Promise<Outcome<Tally>> {
  const filled = Object.entries(columns).map(([alias, column]) =>
    fetchXml.count('countcolumn', column, alias),
  );
  const parts = [fetchXml.count('count', CREATED, ROWS), ...filled];
  const filter = conditions.length === 0 ? [] : [fetchXml.filter('and', conditions)];
  const xml = fetchXml.aggregate(entity, [...parts, ...filter, ...links]);
  const rows = await api.query(set, xml, budget);
  if (!rows.ok) return rows;
  const [row, more] = rows.value;
  if (row === undefined || more !== undefined) {
    return fail('schema_changed', `/${set} has ${rows.value.length} totals in place of one`);
  }
  const tally: Record<string, number> = {};
  for (const alias of [ROWS, ...Object.keys(columns)]) {
    const count = countAt(row, [alias], `/${set}`);
    if (!count.ok) return count;
    tally[alias] = count.value;
  }
  return succeed(tally);
}

/** How many records pass a filter. */
export async function countRows(
  api: DataverseApi,
  table: Table,
  filter: Filter,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const counted = await createSlicedCounts(api, table, budget)({ ...filter, columns: {} });
  if (!counted.ok) return counted;
  const { value: tally } = counted;
  return succeed(tally.known ? known(tally.value[ROWS] ?? 0) : tally);
}

/** A refusal of one part is no refusal of all: the rest is known. */
export function orNotPermitted(
  count: Outcome<Knowable<number>>,
  privileges: string,
): Outcome<Knowable<number>> {
  return !count.ok && count.failure.reason === 'authorization'
    ? succeed(unknown('not_permitted', `the application user lacks ${privileges}`))
    : count;
}

/** Counts of a table that may have more records than Dataverse computes over at once. */
export type SlicedCounts = (counting: Counting) => Promise<Outcome<Knowable<Tally>>>;

/**
 * Above 50,000 records Dataverse refuses to compute (fetchxml/aggregate-data.md). Then the table is cut by the time of
 * creation, which never changes, into halves until each can be computed, and the parts are added up. The first and the
 * last part have no outer end, and records without that time are a part of their own, so each record is in exactly one.
 */
export function createSlicedCounts(api: DataverseApi, table: Table, budget: Budget): SlicedCounts {
  let span: Promise<Outcome<Span>> | undefined;
  return async (counting) => {
    const whole = await countOnce(api, table, counting, budget);
    if (whole.ok) return succeed(known(whole.value));
    if (whole.failure.reason !== 'too_large') return whole;
    span ??= readSpan(api, table, budget);
    const read = await span;
    return read.ok ? addSlices(api, table, { counting, span: read.value }, budget) : read;
  };
}

type Span = { readonly fromMs: number; readonly toMs: number };
/** With the ends that its halves are made by; those that are `open` are no conditions. */
type Slice = Span & { readonly isFirst: boolean; readonly isLast: boolean };

async function addSlices(
  api: DataverseApi,
  table: Table,
  { counting, span }: { readonly counting: Counting; readonly span: Span },
  budget: Budget,
): Promise<Outcome<Knowable<Tally>>> {
  const left: (Slice | 'undated')[] = [
    'undated',
    ...halvesOf({ ...span, isFirst: true, isLast: true }),
  ];
  const sums: Record<string, number> = {};
  for (let queries = 0; queries < MOST_SLICES; queries++) {
    const slice = left.pop();
    if (slice === undefined) return succeed(known(sums));
    const conditions = [...counting.conditions, ...conditionsOf(slice)];
    const part = await countOnce(api, table, { ...counting, conditions }, budget);
    if (part.ok) {
      for (const [alias, count] of Object.entries(part.value)) {
        sums[alias] = (sums[alias] ?? 0) + count;
      }
    } else if (part.failure.reason !== 'too_large') return part;
    else if (slice === 'undated' || slice.toMs - slice.fromMs < 2 * SHORTEST_SLICE_MS) break;
    else left.push(...halvesOf(slice));
  }
  return succeed(unknown('too_large', `${table.entity} has more records than can be counted`));
}

function halvesOf({ fromMs, toMs, isFirst, isLast }: Slice): readonly Slice[] {
  // Whole seconds, because that is what conditions are written in.
  const middleMs = Math.floor((fromMs + toMs) / 2 / 1000) * 1000;
  return [
    { fromMs, toMs: middleMs, isFirst, isLast: false },
    { fromMs: middleMs, toMs, isFirst: false, isLast },
  ];
}

function conditionsOf(slice: Slice | 'undated'): readonly Xml[] {
  if (slice === 'undated') return [fetchXml.condition(CREATED, 'null')];
  const { fromMs, toMs, isFirst, isLast } = slice;
  return [
    ...(isFirst ? [] : [fetchXml.condition(CREATED, 'ge', toFetchTime(fromMs))]),
    ...(isLast ? [] : [fetchXml.condition(CREATED, 'lt', toFetchTime(toMs))]),
    // Without any end it would hold the records without a time too.
    fetchXml.condition(CREATED, 'not-null'),
  ];
}

async function readSpan(api: DataverseApi, table: Table, budget: Budget): Promise<Outcome<Span>> {
  const oldest = await readEnd(api, table, 'asc', budget);
  if (!oldest.ok) return oldest;
  const newest = await readEnd(api, table, 'desc', budget);
  return newest.ok ? succeed({ fromMs: oldest.value, toMs: newest.value }) : newest;
}

async function readEnd(
  api: DataverseApi,
  { set }: Table,
  order: 'asc' | 'desc',
  budget: Budget,
): Promise<Outcome<number>> {
  const filter = encodeURIComponent(`${CREATED} ne null`);
  const query = `$select=${CREATED}&$filter=${filter}&$orderby=${CREATED}%20${order}&$top=1`;
  const outcome = await api.api.get(`/${set}?${query}`, budget);
  if (!outcome.ok) return outcome;
  const records = recordsAt(outcome.value.document, ['value'], `/${set}`);
  if (!records.ok) return records;
  const atMs = Date.parse(String(records.value[0]?.[CREATED]));
  if (Number.isNaN(atMs)) return fail('schema_changed', `/${set} has no time at ${CREATED}`);
  return succeed(atMs);
}
