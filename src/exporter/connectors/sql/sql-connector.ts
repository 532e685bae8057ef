import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { Call, Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { attempt, openConfiguredReader } from './source.ts';
import { runStatement } from './sql-context.ts';
import type { SqlContext } from './sql-context.ts';
import type { SqlOptions, SqlQueries } from './sql-options.ts';
import { createAggregate, createScan } from './sql-quality.ts';
import { timeFor } from './sql-text.ts';

/** Any CRM whose database may be read. Nothing is ever written: the sessions are read-only. */
export function createSqlConnector(
  options: SqlOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const reader = openConfiguredReader(options.database, dependencies);
  const { objects, queries } = options;
  const context = { reader, objects, queries, clock: dependencies.clock };
  const jobs = [queries.jobs_pending, queries.jobs_running, queries.jobs_failed];
  const hasJobs = [...jobs, queries.oldest_pending_job_age].some((query) => query !== undefined);
  const hasAccounts = accountQueries(queries).some((query) => query !== undefined);
  return {
    platform: 'sql',
    ping: (call) => ping(context, call),
    login: (call) => logIn(context, call),
    latency: (call) => measureLatency(context, call),
    ...(hasJobs ? { jobs: (call: Call) => readJobs(context, call) } : {}),
    ...(queries.failed_logins === undefined
      ? {}
      : {
          failedLogins: (call, sinceMs) =>
            numberOf(context, queries.failed_logins, startBudget(call, context.clock), sinceMs),
        }),
    ...(hasAccounts ? { accounts: (call: Call) => readAccounts(context, call) } : {}),
    ...(Object.keys(objects).length === 0
      ? {}
      : { aggregate: createAggregate(context), scan: createScan(context) }),
    close: async () => reader.close(),
  };
}

/** A database that refuses the identity can be reached all the same; the login probe tells the difference. */
async function ping(
  context: SqlContext,
  call: Call,
): ReturnType<Exclude<Connector['ping'], undefined>> {
  const outcome = await attempt(async () => context.reader.connect(call));
  if (outcome.ok) {
    const { version, tcpSeconds } = outcome.value;
    const phases = tcpSeconds === undefined ? {} : { tcp: tcpSeconds };
    return succeed({ phases, version: known(version) });
  }
  const { reason } = outcome.failure;
  if (reason !== 'authentication' && reason !== 'authorization') return outcome;
  const version = unknown('not_permitted', 'the database does not accept the identity');
  return succeed({ phases: {}, version });
}

async function logIn(
  context: SqlContext,
  call: Call,
): Promise<Outcome<{ durationSeconds: number }>> {
  const startedAtMs = context.clock.monotonicMs();
  const outcome = await attempt(async () => context.reader.connect(call));
  if (!outcome.ok) return outcome;
  return succeed({ durationSeconds: (context.clock.monotonicMs() - startedAtMs) / 1000 });
}

async function measureLatency(
  context: SqlContext,
  call: Call,
): ReturnType<Exclude<Connector['latency'], undefined>> {
  const { clock, queries } = context;
  const budget = startBudget(call, clock);
  const texts = { light: 'SELECT 1 AS a0', representative: queries.representative };
  const facts: { call: 'light' | 'representative'; seconds: number }[] = [];
  for (const name of ['light', 'representative'] as const) {
    const text = texts[name];
    if (text === undefined) continue;
    const startedAtMs = clock.monotonicMs();
    const rows = await runStatement(context, { text, values: [] }, budget);
    if (!rows.ok) return rows;
    facts.push({ call: name, seconds: (clock.monotonicMs() - startedAtMs) / 1000 });
  }
  return succeed(facts);
}

/**
 * One number out of a configured query; unknown when the query is not configured or gives no row. Of several rows,
 * as a grouping gives them, the first would be a part that passes for the whole.
 */
async function numberOf(
  context: SqlContext,
  query: string | undefined,
  budget: Budget,
  sinceMs?: number,
): Promise<Outcome<Knowable<number>>> {
  if (query === undefined) return succeed(unknown('not_configured', 'there is no query for it'));
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
  if (value === null || value === undefined)
    return succeed(unknown('empty', 'the query gave nothing'));
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) {
    return succeed(known(value));
  }
  return fail('schema_changed', 'a configured query gave something other than a number from 0 on');
}

/** Runs several configured queries in order; the first failure ends them. */
async function numbersOf(
  context: SqlContext,
  queries: readonly (string | undefined)[],
  call: Call,
): Promise<Outcome<readonly Knowable<number>[]>> {
  const budget = startBudget(call, context.clock);
  const values: Knowable<number>[] = [];
  for (const query of queries) {
    const outcome = await numberOf(context, query, budget);
    if (!outcome.ok) return outcome;
    values.push(outcome.value);
  }
  return succeed(values);
}

const NOTHING = unknown('not_configured', 'there is no query for it');

async function readJobs(
  context: SqlContext,
  call: Call,
): ReturnType<Exclude<Connector['jobs'], undefined>> {
  const { queries } = context;
  const wanted = [queries.jobs_pending, queries.jobs_running, queries.jobs_failed];
  const outcome = await numbersOf(context, [...wanted, queries.oldest_pending_job_age], call);
  if (!outcome.ok) return outcome;
  const [pending = NOTHING, running = NOTHING, failed = NOTHING, age = NOTHING] = outcome.value;
  // No row means that no job waits; that is zero, unlike a query that is not there.
  const isIdle = !age.known && age.reason === 'empty';
  return succeed({
    byState: { pending, running, failed },
    oldestPendingAgeSeconds: isIdle ? known(0) : age,
  });
}

function accountQueries(queries: SqlQueries): readonly (string | undefined)[] {
  return [
    queries.active_users,
    queries.privileged_users,
    queries.second_factor_users,
    queries.locked_users,
    queries.inactive_users,
  ];
}

async function readAccounts(
  context: SqlContext,
  call: Call,
): ReturnType<Exclude<Connector['accounts'], undefined>> {
  const { queries } = context;
  const outcome = await numbersOf(context, accountQueries(queries), call);
  if (!outcome.ok) return outcome;
  const [activeUsers = NOTHING, privilegedUsers = NOTHING, secondFactorUsers = NOTHING] =
    outcome.value;
  const [lockedUsers = NOTHING, inactiveUsers = NOTHING] = outcome.value.slice(3);
  return succeed({ activeUsers, privilegedUsers, secondFactorUsers, lockedUsers, inactiveUsers });
}
