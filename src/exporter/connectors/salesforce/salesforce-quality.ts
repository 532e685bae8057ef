import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector, DataRow } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { countEach, fieldsOfAggregates } from '../web/count-aggregates.ts';
import { findObject } from '../web/object-options.ts';
import type { ApiObjects, FoundObject } from '../web/object-options.ts';
import { succeed } from '../web/outcomes.ts';
import { createScanning } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
import { countAt } from '../web/shapes.ts';
import type { SalesforceApi, Soql } from './salesforce-api.ts';
import { countFilled } from './salesforce-filled.ts';
import type { FilledCounts } from './salesforce-filled.ts';
import { openPages } from './salesforce-pages.ts';
import { toTimeMs } from './salesforce-values.ts';

/** What one answer holds; groups cannot be paged (developer.salesforce.com, SOQL, "Considerations for GROUP BY"). */
const MOST_GROUPS = 2000;

type Quality = {
  readonly api: SalesforceApi;
  readonly objects: ApiObjects;
  readonly clock: Clock;
};

/** An object whose counts are asked for. */
type Asked = {
  readonly soql: Soql;
  readonly object: FoundObject;
  readonly filled: FilledCounts;
  /** Fields that turned out to be days; a condition on one takes no time. */
  readonly days: Set<string>;
  readonly budget: Budget;
};

/**
 * One query for the records and all fields that may be missing, and one for each other count. What a field's type does
 * not allow is `not_supported`, and left to the scan; so is a field that is gone, which the scan then reports.
 */
export function createAggregate({
  api,
  objects,
  clock,
}: Quality): Exclude<Connector['aggregate'], undefined> {
  const days = new Set<string>();
  return async (call, name, aggregates) => {
    const object = findObject(objects, name, fieldsOfAggregates(aggregates));
    if (!object.ok) return object;
    const { entity, sourceOf } = object.value;
    const budget = startBudget(call, clock);
    const fields = aggregates.flatMap((aggregate) => countedFieldOf(aggregate) ?? []);
    const needsRows = fields.length > 0 || aggregates.some(({ kind }) => kind === 'rows');
    const filled = needsRows
      ? await countFilled(api, { entity, fields: fields.map(sourceOf) }, budget)
      : succeed({ rows: 0, fields: new Map() });
    if (!filled.ok) return filled;
    const asked = { soql: api.objects, object: object.value, filled: filled.value, days, budget };
    return countEach(aggregates, (aggregate) => countOne(asked, aggregate));
  };
}

/** The field whose filled values answer an aggregate. */
function countedFieldOf(aggregate: Aggregate): string | undefined {
  if (aggregate.kind === 'missing') return aggregate.field;
  return aggregate.kind === 'keyed' && aggregate.key.length === 1 ? aggregate.key[0] : undefined;
}

async function countOne(asked: Asked, aggregate: Aggregate): Promise<Outcome<Knowable<number>>> {
  const { object, filled } = asked;
  const counted = countedFieldOf(aggregate);
  if (counted !== undefined) {
    const counts = filled.fields.get(object.sourceOf(counted)) ?? NOT_COUNTED;
    if (!counts.known) return succeed(counts);
    const { missing, filled: present } = counts.value;
    return succeed(known(aggregate.kind === 'missing' ? missing : present));
  }
  switch (aggregate.kind) {
    case 'rows':
      return succeed(known(filled.rows));
    case 'keyed':
      return orNotSupported(await countWhere(asked, isFilled(object, aggregate.key)));
    case 'older_than':
      return orNotSupported(await countOlder(asked, aggregate));
    case 'duplicates':
      return orNotSupported(await countDuplicates(asked, aggregate.key));
    default:
      // Salesforce empties a lookup when its record is deleted; that there are none is no measurement.
      return succeed(unknown('not_supported', 'Salesforce has no count of orphans'));
  }
}

const NOT_COUNTED = unknown('not_supported', 'the type of the field does not allow to count it');

function isFilled({ sourceOf }: FoundObject, key: readonly string[]): string {
  return key.map((field) => `${sourceOf(field)} != null`).join(' AND ');
}

async function countWhere(
  { soql, object, budget }: Asked,
  where: string,
): Promise<Outcome<Knowable<number>>> {
  const count = await soql.count(`FROM ${object.entity} WHERE ${where}`, budget);
  return count.ok ? succeed(known(count.value)) : count;
}

/** A day is older when it began before: what it is compared with is the last day that did. */
async function countOlder(
  asked: Asked,
  { field, before }: Extract<Aggregate, { kind: 'older_than' }>,
): Promise<Outcome<Knowable<number>>> {
  const { object, days } = asked;
  const source = object.sourceOf(field);
  const name = `${object.entity}.${source}`;
  if (!days.has(name)) {
    const byTime = await countWhere(asked, `${source} < ${new Date(before).toISOString()}`);
    if (byTime.ok || byTime.failure.reason !== 'schema_changed') return byTime;
  }
  const lastDay = new Date(Date.parse(before) - 1).toISOString().slice(0, 10);
  const byDay = await countWhere(asked, `${source} <= ${lastDay}`);
  if (byDay.ok) days.add(name);
  return byDay;
}

/** Records of groups without the first of each. Values are neither asked for nor seen. */
async function countDuplicates(
  { soql, object, budget }: Asked,
  key: readonly string[],
): Promise<Outcome<Knowable<number>>> {
  const groups = await soql.groups(
    `SELECT COUNT(Id) n FROM ${object.entity} WHERE ${isFilled(object, key)} ` +
      `GROUP BY ${key.map(object.sourceOf).join(', ')} HAVING COUNT(Id) > 1 LIMIT ${MOST_GROUPS}`,
    budget,
  );
  const tooMany = unknown('too_large', `more than ${MOST_GROUPS} values are repeated`);
  if (!groups.ok) return groups.failure.reason === 'too_large' ? succeed(tooMany) : groups;
  if (groups.value.length >= MOST_GROUPS) return succeed(tooMany);
  let duplicates = 0;
  for (const group of groups.value) {
    const count = countAt(group, ['n'], object.entity);
    if (!count.ok) return count;
    duplicates += count.value - 1;
  }
  return succeed(known(duplicates));
}

function orNotSupported(count: Outcome<Knowable<number>>): Outcome<Knowable<number>> {
  const isRefused = !count.ok && count.failure.reason === 'schema_changed';
  return isRefused ? succeed(NOT_COUNTED) : count;
}

export function createScan({ api, ...quality }: Quality): Scan {
  return createScanning(quality, ({ object: { entity }, sources, budget }) => {
    // A field that is asked for twice is an error, and so is a second Id.
    const asked = new Set(sources.filter((source) => source !== 'Id'));
    const readPage = openPages(api.objects, { entity, fields: [...asked] }, budget);
    return succeed({ readPage, toRow: withPlainTimes });
  });
}

/** Times end with +0000, which JavaScript need not understand (ECMA-262, Date Time String Format). */
function withPlainTimes(row: DataRow): DataRow {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => {
      const timeMs = toTimeMs(value);
      return [field, timeMs === undefined ? value : new Date(timeMs).toISOString()];
    }),
  );
}
