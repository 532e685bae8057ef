import type { Outcome } from '../../../http/http.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector } from '../connector.ts';
import { startBudget } from './budget.ts';
import type { Budget } from './budget.ts';
import { findObject } from './object-options.ts';
import type { ApiObjects, FoundObject } from './object-options.ts';
import { succeed } from './outcomes.ts';

/** Counts the records of an object that one aggregate asks for; unknown, `not_supported`, what only a scan can tell. */
export type CountOne = (aggregate: Aggregate) => Promise<Outcome<Knowable<number>>>;

/** An object whose counts are asked for, with its time. */
export type AskedCounts = {
  readonly object: FoundObject;
  /** Fields that the counts need, as the platform names them. */
  readonly sources: readonly string[];
  readonly budget: Budget;
};

/**
 * `aggregate` of platforms that count by a filter and no more: a request for each count; the first failure ends it.
 * @param prepare gives what makes each count of one call, after what they have in common was asked.
 */
export function createCounting(
  { objects, clock }: { readonly objects: ApiObjects; readonly clock: Clock },
  prepare: (asked: AskedCounts) => Outcome<CountOne> | Promise<Outcome<CountOne>>,
): Exclude<Connector['aggregate'], undefined> {
  return async (call, name, aggregates) => {
    const fields = fieldsOfAggregates(aggregates);
    const object = findObject(objects, name, fields);
    if (!object.ok) return object;
    const sources = fields.map(object.value.sourceOf);
    const budget = startBudget(call, clock);
    const countOne = await prepare({ object: object.value, sources, budget });
    return countOne.ok ? countEach(aggregates, countOne.value) : countOne;
  };
}

/** One after another; the first failure ends it. */
export async function countEach(
  aggregates: readonly Aggregate[],
  countOne: CountOne,
): Promise<Outcome<readonly Knowable<number>[]>> {
  const counts: Knowable<number>[] = [];
  for (const aggregate of aggregates) {
    const count = await countOne(aggregate);
    if (!count.ok) return count;
    counts.push(count.value);
  }
  return succeed(counts);
}

/** All fields that aggregates need, each once. */
export function fieldsOfAggregates(aggregates: readonly Aggregate[]): readonly string[] {
  const fields = aggregates.flatMap((aggregate) => {
    if ('field' in aggregate) return [aggregate.field];
    return 'key' in aggregate ? aggregate.key : [];
  });
  return [...new Set(fields)];
}
