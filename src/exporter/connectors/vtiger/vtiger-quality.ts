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
import type { Conditions, VtigerApi } from './vtiger-api.ts';
import { filledCondition, readFieldKinds } from './vtiger-fields.ts';
import type { FieldKinds } from './vtiger-fields.ts';
import { toVtigerTime } from './vtiger-times.ts';

export type Quality = {
  readonly api: VtigerApi;
  readonly objects: ApiObjects;
  readonly clock: Clock;
  readonly utcOffsetMinutes: number;
};

type Counting = Quality & {
  readonly object: FoundObject;
  readonly kinds: FieldKinds;
  readonly total: number;
  readonly budget: Budget;
};

const NEEDS_A_SCAN = unknown('not_supported', 'Vtiger cannot count it');

/** A request for each count, where the version counts at all. */
export function createAggregate(quality: Quality): Exclude<Connector['aggregate'], undefined> {
  const { api, objects, clock } = quality;
  return async (call, name, aggregates) => {
    const object = findObject(objects, name, fieldsOfAggregates(aggregates));
    if (!object.ok) return object;
    const { entity } = object.value;
    const budget = startBudget(call, clock);
    const rows = await api.count(entity, [], budget);
    if (!rows.ok) return rows;
    const { value } = rows;
    const isAskedOf = ({ kind }: Aggregate): boolean =>
      value.known ? kind !== 'rows' && kind !== 'duplicates' : kind === 'orphans';
    const kinds = aggregates.some(isAskedOf)
      ? await readFieldKinds(api, entity, budget)
      : succeed<FieldKinds>(new Map());
    if (!kinds.ok) return kinds;
    return countEach(aggregates, (aggregate) => {
      if (aggregate.kind === 'orphans') {
        const field = object.value.sourceOf(aggregate.field);
        return Promise.resolve(succeed(orphansOf(kinds.value, field)));
      }
      if (!value.known) return Promise.resolve(succeed(value));
      const found = { object: object.value, kinds: kinds.value, total: value.value };
      return countOne({ ...quality, ...found, budget }, aggregate);
    });
  };
}

async function countOne(
  { api, object, kinds, total, budget, utcOffsetMinutes }: Counting,
  aggregate: Aggregate,
): Promise<Outcome<Knowable<number>>> {
  const filled = (fields: readonly string[]): Conditions | undefined => {
    const conditions = fields.flatMap(
      (field) => filledCondition(kinds, object.sourceOf(field)) ?? [],
    );
    return conditions.length < fields.length ? undefined : conditions;
  };
  const count = async (where: Conditions | undefined): Promise<Outcome<Knowable<number>>> =>
    where === undefined ? succeed(NEEDS_A_SCAN) : api.count(object.entity, where, budget);
  switch (aggregate.kind) {
    case 'rows':
      return succeed(known(total));
    case 'missing': {
      const found = await count(filled([aggregate.field]));
      // Records may have come since they were counted.
      return found.ok && found.value.known
        ? succeed(known(Math.max(0, total - found.value.value)))
        : found;
    }
    case 'keyed':
      return count(filled(aggregate.key));
    case 'older_than': {
      const field = object.sourceOf(aggregate.field);
      if (kinds.get(field) !== 'date') return succeed(NEEDS_A_SCAN);
      const before = toVtigerTime(Date.parse(aggregate.before), utcOffsetMinutes);
      return count([...(filled([aggregate.field]) ?? []), `${field} < '${before}'`]);
    }
    default:
      return succeed(NEEDS_A_SCAN);
  }
}

/** Vtiger empties a reference that leads to no record before it answers: a scan would count no orphan at all. */
function orphansOf(kinds: FieldKinds, field: string): Knowable<number> {
  return kinds.get(field) === 'reference'
    ? unknown('not_permitted', `Vtiger shows no reference of ${field} that leads to no record`)
    : NEEDS_A_SCAN;
}
