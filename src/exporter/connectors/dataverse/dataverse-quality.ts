import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { fieldsOfAggregates } from '../web/count-aggregates.ts';
import { findObject } from '../web/object-options.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createRowReader, pointersOf } from '../web/row-reader.ts';
import { NO_MORE, scanPages } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import { API_PATH } from './dataverse-api.ts';
import type { DataverseApi } from './dataverse-api.ts';
import { ROWS, createSlicedCounts } from './dataverse-counts.ts';
import type { SlicedCounts, Tally } from './dataverse-counts.ts';
import { toColumn } from './dataverse-options.ts';
import type { DataverseObjects } from './dataverse-options.ts';
import { fetchXml, toFetchTime } from './fetch-xml.ts';
import type { Xml } from './fetch-xml.ts';

/** Columns that one query counts: with more its address would grow beyond what servers take. */
const COLUMNS_AT_ONCE = 40;

type Quality = {
  readonly api: DataverseApi;
  readonly url: string;
  readonly objects: DataverseObjects;
  readonly clock: Clock;
};

type Table = {
  readonly entity: string;
  readonly set: string;
  /** The property of the Web API, of a field that was asked for. */
  readonly propertyOf: (field: string) => string;
};

function findTable(
  objects: DataverseObjects,
  name: string,
  fields: readonly string[],
): Outcome<Table> {
  const object = findObject(objects, name, fields);
  if (!object.ok) return object;
  const { entity, sourceOf: propertyOf } = object.value;
  return succeed({ entity, set: objects[name]?.entity_set ?? '', propertyOf });
}

/** Counts the records and all filled columns in one query; a query more for each filter. */
export function createAggregate({
  api,
  objects,
  clock,
}: Quality): Exclude<Connector['aggregate'], undefined> {
  return async (call, name, aggregates) => {
    const table = findTable(objects, name, fieldsOfAggregates(aggregates));
    if (!table.ok) return table;
    const { propertyOf } = table.value;
    const columnOf = (field: string): string => toColumn(propertyOf(field));
    const count = createSlicedCounts(api, table.value, startBudget(call, clock));
    const filled = await countFilled(count, aggregates, columnOf);
    if (!filled.ok) return filled;
    const answers: Knowable<number>[] = [];
    for (const aggregate of aggregates) {
      const answer = await answerOne(aggregate, { count, filled: filled.value, columnOf });
      if (!answer.ok) return answer;
      answers.push(answer.value);
    }
    return succeed(answers);
  };
}

type Answering = {
  readonly count: SlicedCounts;
  readonly filled: readonly Filled[];
  readonly columnOf: (field: string) => string;
};
/** How many records had a value in some columns, and how many there were at that time. */
type Filled = { readonly columns: readonly string[]; readonly tally: Knowable<Tally> };

/** Whatever needs no filter of its own. */
async function countFilled(
  count: SlicedCounts,
  aggregates: readonly Aggregate[],
  columnOf: (field: string) => string,
): Promise<Outcome<readonly Filled[]>> {
  const plain = aggregates.filter((aggregate) => conditionsOf(aggregate, columnOf)?.length === 0);
  if (plain.length === 0) return succeed([]);
  const columns = [...new Set(fieldsOfAggregates(plain).map(columnOf))];
  const filled: Filled[] = [];
  for (let start = 0; start === 0 || start < columns.length; start += COLUMNS_AT_ONCE) {
    const some = columns.slice(start, start + COLUMNS_AT_ONCE);
    const aliases = some.map((column, index) => [`c${index}`, column] as const);
    const tally = await count({ columns: Object.fromEntries(aliases), conditions: [] });
    if (!tally.ok) return tally;
    filled.push({ columns: some, tally: tally.value });
  }
  return succeed(filled);
}

/** The filter of an aggregate, which may be none; undefined when Dataverse cannot compute it. */
function conditionsOf(
  aggregate: Aggregate,
  columnOf: (field: string) => string,
): readonly Xml[] | undefined {
  switch (aggregate.kind) {
    case 'rows':
    case 'missing':
      return [];
    case 'keyed':
      // Several would take a query of their own, and are scanned for duplicates in any case.
      return aggregate.key.length === 1 ? [] : undefined;
    case 'older_than': {
      const before = toFetchTime(Date.parse(aggregate.before));
      return [fetchXml.condition(columnOf(aggregate.field), 'lt', before)];
    }
    default:
      return undefined;
  }
}

async function answerOne(
  aggregate: Aggregate,
  { count, filled, columnOf }: Answering,
): Promise<Outcome<Knowable<number>>> {
  const conditions = conditionsOf(aggregate, columnOf);
  if (conditions === undefined) {
    return succeed(unknown('not_supported', 'FetchXML cannot count that'));
  }
  if (conditions.length > 0) {
    const tally = await count({ columns: {}, conditions });
    return tally.ok ? succeed(numberOf(tally.value, ROWS)) : tally;
  }
  const [field] = fieldsOfAggregates([aggregate]);
  const column = field === undefined ? undefined : columnOf(field);
  const found = filled.find(({ columns }) => column === undefined || columns.includes(column));
  if (found === undefined) return fail('internal', 'a column was not counted');
  const rows = numberOf(found.tally, ROWS);
  if (column === undefined || !rows.known) return succeed(rows);
  const values = numberOf(found.tally, `c${found.columns.indexOf(column)}`);
  if (!values.known || aggregate.kind === 'keyed') return succeed(values);
  if (values.value > rows.value) return fail('schema_changed', 'more values than records');
  return succeed(known(rows.value - values.value));
}

function numberOf(tally: Knowable<Tally>, alias: string): Knowable<number> {
  return tally.known ? known(tally.value[alias] ?? 0) : tally;
}

/** Pages by the links that Dataverse gives, which go on after the last record that was read. */
export function createScan({ api, url, objects, clock }: Quality): Scan {
  return async (call, name, fields, onPage) => {
    const table = findTable(objects, name, fields);
    if (!table.ok) return table;
    const { set, propertyOf } = table.value;
    const sources = Object.fromEntries(fields.map((field) => [field, [propertyOf(field)]]));
    const reader = createRowReader(pointersOf(sources), name);
    const budget = startBudget(call, clock);
    const properties = [...new Set(fields.length === 0 ? ['createdon'] : fields.map(propertyOf))];
    const first = `/${set}?$select=${properties.join(',')}`;
    const base = `${url}${API_PATH}`;
    return scanPages({
      reader,
      onPage,
      async readPage(path: string = first) {
        const page = await api.pages.get(path, budget);
        if (!page.ok) return page;
        const { document } = page.value;
        const records = recordsAt(document, ['value'], `/${set}`);
        if (!records.ok) return records;
        const link = memberOf(document, '@odata.nextLink');
        return succeed({ records: records.value, next: nextPath(link, { base, set, path }) });
      },
    });
  };
}

function nextPath(
  link: unknown,
  { base, set, path }: { readonly base: string; readonly set: string; readonly path: string },
): Outcome<string | undefined> {
  if (link === undefined) return NO_MORE;
  // Only there do the credentials go, and a link that leads back would never end.
  return typeof link !== 'string' || !link.startsWith(`${base}/${set}?`) || link === base + path
    ? fail('schema_changed', `/${set} leads to a next page that is elsewhere`)
    : succeed(link.slice(base.length));
}
