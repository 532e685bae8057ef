import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { ReaderValue } from '../../../store/store.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { runStatement } from './sql-context.ts';
import type { SqlContext } from './sql-context.ts';
import type { SqlQueries } from './sql-queries.ts';
import { timeFor } from './sql-text.ts';

type QueryName = keyof SqlQueries;
/** Where a window begins, for queries that are about one. */
type Window = { readonly sinceMs?: number };

const NO_QUERY = unknown('not_configured', 'there is no query for it');

/** Whether there is any of these. */
export function isAnyConfigured(queries: SqlQueries, names: readonly QueryName[]): boolean {
  return names.some((name) => queries[name] !== undefined);
}

/**
 * The one value of a configured query; unknown when the query is not configured or gives no row. Of several rows,
 * as a grouping gives them, the first would be a part that passes for the whole.
 */
async function valueOf(
  context: SqlContext,
  name: QueryName,
  budget: Budget,
  { sinceMs }: Window,
): Promise<Outcome<Knowable<Exclude<ReaderValue, null>>>> {
  const query = context.queries[name];
  if (query === undefined) return succeed(NO_QUERY);
  const withTime = sinceMs !== undefined && query.includes('{since}');
  const text = query.replaceAll('{since}', '$1');
  const { engine } = context.reader;
  const values = withTime ? [timeFor(engine, new Date(sinceMs).toISOString())] : [];
  const rows = await runStatement(context, { text, values }, budget);
  if (!rows.ok) return rows;
  if (rows.value.length > 1) {
    return fail('schema_changed', 'a configured query gave several rows in place of one number');
  }
  const value = Object.values(rows.value[0] ?? {})[0];
  return succeed(
    value === null || value === undefined
      ? unknown('empty', 'the query gave nothing')
      : known(value),
  );
}

/** The numbers of several configured queries, which run in order; the first failure ends them. */
export async function numbersOf(
  context: SqlContext,
  names: readonly QueryName[],
  budget: Budget,
  window: Window = {},
): Promise<Outcome<(name: QueryName) => Knowable<number>>> {
  const found = new Map<QueryName, Knowable<number>>();
  for (const name of names) {
    const outcome = await valueOf(context, name, budget, window);
    if (!outcome.ok) return outcome;
    if (!outcome.value.known) {
      found.set(name, outcome.value);
      continue;
    }
    const { value } = outcome.value;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      const detail = 'a configured query gave something other than a number from 0 on';
      return fail('schema_changed', detail);
    }
    found.set(name, known(value));
  }
  return succeed((name) => found.get(name) ?? NO_QUERY);
}

/** Whether something is so, in whichever way the engine says it: as true and false, or as 1 and 0. */
export async function flagOf(
  context: SqlContext,
  name: QueryName,
  budget: Budget,
  window: Window = {},
): Promise<Outcome<Knowable<boolean>>> {
  const outcome = await valueOf(context, name, budget, window);
  if (!outcome.ok) return outcome;
  if (!outcome.value.known) return succeed(outcome.value);
  const { value } = outcome.value;
  if (value === true || value === 1) return succeed(known(true));
  if (value === false || value === 0) return succeed(known(false));
  return fail('schema_changed', 'a configured query gave something other than 1 or 0');
}
