import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { countEach, fieldsOfAggregates } from '../web/count-aggregates.ts';
import { findObject } from '../web/object-options.ts';
import type { ApiObjects, FoundObject } from '../web/object-options.ts';
import { succeed } from '../web/outcomes.ts';
import { toUtcText } from '../web/utc-text.ts';
import type { Condition, SuitecrmApi } from './suitecrm-api.ts';
import { filledCondition, readFieldKinds } from './suitecrm-fields.ts';
import type { FieldKinds } from './suitecrm-fields.ts';

export type Quality = {
  readonly api: SuitecrmApi;
  readonly objects: ApiObjects;
  readonly clock: Clock;
};

type Counting = {
  readonly api: SuitecrmApi;
  readonly object: FoundObject;
  readonly kinds: FieldKinds;
  readonly total: number;
  readonly budget: Budget;
};

const NEEDS_A_SCAN = unknown('not_supported', 'the API of SuiteCRM cannot count it');

/** A request for each count, beside those that tell how many records there are and what can be filtered. */
export function createAggregate({
  api,
  objects,
  clock,
}: Quality): Exclude<Connector['aggregate'], undefined> {
  return async (call, name, aggregates) => {
    const object = findObject(objects, name, fieldsOfAggregates(aggregates));
    if (!object.ok) return object;
    const { entity } = object.value;
    const budget = startBudget(call, clock);
    const rows = await api.countVisible(entity, [], budget);
    if (!rows.ok) return rows;
    const { value } = rows;
    // Counts by a filter are those of all records too, so they would not be of what the identity may see.
    if (!value.known) return succeed(aggregates.map(() => value));
    const needsKinds = aggregates.some(({ kind }) => kind !== 'rows' && kind !== 'duplicates');
    const kinds = needsKinds
      ? await readFieldKinds(api, entity, budget)
      : succeed<FieldKinds>(new Map());
    if (!kinds.ok) return kinds;
    const counting = {
      api,
      object: object.value,
      kinds: kinds.value,
      total: value.value,
      budget,
    };
    return countEach(aggregates, (aggregate) => countOne(counting, aggregate));
  };
}

async function countOne(
  { api, object, kinds, total, budget }: Counting,
  aggregate: Aggregate,
): Promise<Outcome<Knowable<number>>> {
  const filled = (fields: readonly string[]): readonly (Condition | undefined)[] =>
    fields.map((field) => filledCondition(kinds, object.sourceOf(field)));
  const count = async (
    conditions: readonly (Condition | undefined)[],
    toValue: (found: number) => number = (found) => found,
  ): Promise<Outcome<Knowable<number>>> => {
    const where = conditions.filter((condition) => condition !== undefined);
    if (where.length < conditions.length) return succeed(NEEDS_A_SCAN);
    const found = await api.count(object.entity, where, budget);
    return found.ok ? succeed(known(toValue(found.value))) : found;
  };
  switch (aggregate.kind) {
    case 'rows':
      return succeed(known(total));
    case 'missing':
      // Records may have come since they were counted.
      return count(filled([aggregate.field]), (found) => Math.max(0, total - found));
    case 'keyed':
      return count(filled(aggregate.key));
    case 'older_than':
      return count(olderConditions(kinds, object.sourceOf(aggregate.field), aggregate.before));
    case 'orphans':
      return succeed(orphansOf(kinds, object.sourceOf(aggregate.field)));
    default:
      return succeed(NEEDS_A_SCAN);
  }
}

function olderConditions(
  kinds: FieldKinds,
  field: string,
  before: string,
): readonly (Condition | undefined)[] {
  if (kinds.get(field) !== 'date') return [undefined];
  const value = toUtcText(Date.parse(before));
  return [filledCondition(kinds, field), { field, operator: 'lt', value }];
}

/** A reference that SuiteCRM computes is empty when it leads to nothing: a scan would count no orphan at all. */
function orphansOf(kinds: FieldKinds, field: string): Knowable<number> {
  if (kinds.size === 0) {
    return unknown('not_permitted', `the identity may not read how ${field} is defined`);
  }
  // One that is defined no more is left to the scan, which reports it.
  return kinds.get(field) === 'computed'
    ? unknown('not_permitted', `the API shows no reference of ${field} that leads to no record`)
    : NEEDS_A_SCAN;
}
