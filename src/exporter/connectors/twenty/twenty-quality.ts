import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { fieldsOfAggregates } from '../web/count-aggregates.ts';
import { findObject } from '../web/object-options.ts';
import type { ApiObjects, FoundObject } from '../web/object-options.ts';
import { succeed } from '../web/outcomes.ts';
import { createScanning, pageByKey } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { TwentyApi } from './twenty-api.ts';
import { emptyCountOf, numberName } from './twenty-counts.ts';

/** What every version gives; some give 100 or 200. */
export const PAGE_SIZE = 60;

/** Goes into the next filter. */
const IDENTIFIER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Quality = {
  readonly api: TwentyApi;
  readonly objects: ApiObjects;
  readonly clock: Clock;
};

/** A number over all records, or the number of those that a filter finds. */
type Question = { readonly name: string } | { readonly filter: string };

/**
 * All numbers over an object come with one request; filters cost one each, because Twenty answers a root field
 * once in a request, whatever its alias (use-validate-graphql-query-complexity.hook.ts).
 */
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
    const questions = aggregates.map((aggregate) => questionOf(object.value, aggregate));
    const numbers = await askNumbers(api, entity, questions, budget);
    if (!numbers.ok) return numbers;
    const counts: Knowable<number>[] = [];
    for (const question of questions) {
      if (question === undefined) counts.push(NOT_COUNTED);
      else if ('name' in question) counts.push(numbers.value.get(question.name) ?? NOT_COUNTED);
      else {
        const found = await api.count({ entity, names: [], filter: question.filter }, budget);
        if (!found.ok) return found;
        counts.push(known(found.value.total));
      }
    }
    return succeed(counts);
  };
}

const NOT_COUNTED = unknown('not_supported', 'Twenty does not count this');
const TOTAL = 'totalCount';

function questionOf(object: FoundObject, aggregate: Aggregate): Question | undefined {
  switch (aggregate.kind) {
    case 'rows':
      return { name: TOTAL };
    case 'missing': {
      const empty = emptyCountOf(object.sourceOf(aggregate.field));
      if (empty === undefined) return undefined;
      return empty.by === 'filter'
        ? { filter: empty.filter }
        : { name: numberName('countEmpty', empty.field) };
    }
    case 'keyed': {
      const [field, ...more] = aggregate.key;
      if (field === undefined || more.length > 0) return undefined;
      const empty = emptyCountOf(object.sourceOf(field));
      return empty?.by === 'number'
        ? { name: numberName('countNotEmpty', empty.field) }
        : undefined;
    }
    case 'older_than': {
      const source = object.sourceOf(aggregate.field);
      const before = new Date(aggregate.before).toISOString();
      return source.includes('.') ? undefined : { filter: `${source}: {lt: "${before}"}` };
    }
    default:
      return undefined;
  }
}

async function askNumbers(
  api: TwentyApi,
  entity: string,
  questions: readonly (Question | undefined)[],
  budget: Budget,
): Promise<Outcome<ReadonlyMap<string, Knowable<number>>>> {
  const wanted = questions.flatMap((question) =>
    question !== undefined && 'name' in question ? [question.name] : [],
  );
  if (wanted.length === 0) return succeed(new Map());
  const names = [...new Set(wanted)].filter((name) => name !== TOTAL);
  const counts = await api.count({ entity, names }, budget);
  if (!counts.ok) return counts;
  const { total, numbers } = counts.value;
  const all = [...numbers, [TOTAL, total] as const];
  return succeed(new Map(all.map(([name, count]) => [name, known(count)])));
}

/** Pages by rising identifier, so that records which come or go meanwhile shift nothing. */
export function createScan({ api, ...quality }: Quality): Scan {
  return createScanning(quality, ({ object: { entity }, sources, budget }) => {
    const placeOf = (source: string): readonly string[] => source.split('.');
    const paths = sources.map(placeOf);
    return succeed({
      placeOf,
      async readPage(after?: string) {
        const page = await api.list({ entity, after, paths, size: PAGE_SIZE }, budget);
        if (!page.ok) return page;
        return succeed(pageByKey({ entity, ...page.value, size: PAGE_SIZE, after, keyOf: idOf }));
      },
    });
  });
}

function idOf({ id }: JsonRecord): string | undefined {
  return typeof id === 'string' && IDENTIFIER.test(id) ? id : undefined;
}
