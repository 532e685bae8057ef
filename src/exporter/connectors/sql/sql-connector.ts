import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { ReaderRow, SqlReader } from '../../../store/store.ts';
import type { Aggregate, Call, Connector, ConnectorDependencies, DataRow } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { attempt, openConfiguredReader } from './source.ts';
import type { SqlObjectOptions, SqlOptions, SqlQueries } from './sql-options.ts';
import { duplicatesStatement, packedStatement, pageStatement, unknownField } from './sql-text.ts';
import type { Statement, TableContext } from './sql-text.ts';

const PAGE_SIZE = 2000;

type Context = {
  readonly reader: SqlReader;
  readonly clock: Clock;
  readonly objects: Readonly<Record<string, SqlObjectOptions>>;
  readonly queries: SqlQueries;
};

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
  const hasAccounts = queries.active_users !== undefined || queries.privileged_users !== undefined;
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
  context: Context,
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

async function logIn(context: Context, call: Call): Promise<Outcome<{ durationSeconds: number }>> {
  const startedAtMs = context.clock.monotonicMs();
  const outcome = await attempt(async () => context.reader.connect(call));
  if (!outcome.ok) return outcome;
  return succeed({ durationSeconds: (context.clock.monotonicMs() - startedAtMs) / 1000 });
}

async function measureLatency(
  context: Context,
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
    const rows = await run(context, { text, values: [] }, budget);
    if (!rows.ok) return rows;
    facts.push({ call: name, seconds: (clock.monotonicMs() - startedAtMs) / 1000 });
  }
  return succeed(facts);
}

async function run(
  { reader }: Pick<Context, 'reader'>,
  { text, values }: Statement,
  budget: Budget,
): Promise<Outcome<readonly ReaderRow[]>> {
  if (budget.isSpent()) return fail('timeout', 'no time was left for the next query');
  const { signal } = budget;
  const limits = { timeoutMs: budget.remainingMs(), ...(signal === undefined ? {} : { signal }) };
  return attempt(async () => reader.query(text, values, limits));
}

/** One number out of a configured query; unknown when the query is not configured or gives no row. */
async function numberOf(
  context: Context,
  query: string | undefined,
  budget: Budget,
  sinceMs?: number,
): Promise<Outcome<Knowable<number>>> {
  if (query === undefined) return succeed(unknown('not_configured', 'there is no query for it'));
  const withTime = sinceMs !== undefined && query.includes('{since}');
  const text = query.replaceAll('{since}', '$1');
  const values = withTime ? [new Date(sinceMs).toISOString()] : [];
  const rows = await run(context, { text, values }, budget);
  if (!rows.ok) return rows;
  const value = Object.values(rows.value[0] ?? {})[0];
  if (value === null || value === undefined)
    return succeed(unknown('empty', 'the query gave nothing'));
  if (typeof value === 'number') return succeed(known(value));
  return fail('schema_changed', 'a configured query gave something other than a number');
}

/** Runs several configured queries in order; the first failure ends them. */
async function numbersOf(
  context: Context,
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
  context: Context,
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

async function readAccounts(
  context: Context,
  call: Call,
): ReturnType<Exclude<Connector['accounts'], undefined>> {
  const { queries } = context;
  const wanted = [queries.active_users, queries.privileged_users, queries.second_factor_users];
  const outcome = await numbersOf(context, wanted, call);
  if (!outcome.ok) return outcome;
  const [activeUsers = NOTHING, privilegedUsers = NOTHING, secondFactorUsers = NOTHING] =
    outcome.value;
  return succeed({ activeUsers, privilegedUsers, secondFactorUsers });
}

function tableContext({ reader, objects }: Context, object: string): TableContext | undefined {
  const described = Object.hasOwn(objects, object) ? objects[object] : undefined;
  return described === undefined
    ? undefined
    : { engine: reader.engine, object: described, objects };
}

/** One packed query for an object, and one grouped query for each duplicate key. */
function createAggregate(context: Context): Exclude<Connector['aggregate'], undefined> {
  return async (call, object, aggregates) => {
    const table = tableContext(context, object);
    if (table === undefined)
      return fail('not_found', `the configuration describes no object ${object}`);
    const lost = aggregates.flatMap((each) => unknownField(table, each) ?? [])[0];
    if (lost !== undefined) {
      return fail('not_found', `the configuration of ${object} does not describe ${lost}`);
    }
    const budget = startBudget(call, context.clock);
    const answers: Knowable<number>[] = [];
    const isPacked = aggregates.some((aggregate) => aggregate.kind !== 'duplicates');
    const packed = isPacked
      ? await run(context, packedStatement(table, aggregates), budget)
      : succeed<readonly ReaderRow[]>([]);
    if (!packed.ok) return packed;
    for (const [index, aggregate] of aggregates.entries()) {
      const answer = await answerOf(
        context,
        table,
        aggregate,
        packed.value[0]?.[`a${index}`],
        budget,
      );
      if (!answer.ok) return answer;
      answers.push(known(answer.value));
    }
    return succeed(answers);
  };
}

async function answerOf(
  context: Context,
  table: TableContext,
  aggregate: Aggregate,
  packed: unknown,
  budget: Budget,
): Promise<Outcome<number>> {
  let value = packed;
  if (aggregate.kind === 'duplicates') {
    const rows = await run(context, duplicatesStatement(table, aggregate.key), budget);
    if (!rows.ok) return rows;
    value = rows.value[0]?.['a0'];
  }
  if (typeof value === 'number') return succeed(value);
  return fail('internal', `the query for ${aggregate.kind} gave no number`);
}

function createScan(context: Context): Exclude<Connector['scan'], undefined> {
  return async (call, object, fields, onPage) => {
    const table = tableContext(context, object);
    if (table === undefined)
      return fail('not_found', `the configuration describes no object ${object}`);
    const lost = fields.find((field) => !Object.hasOwn(table.object.fields, field));
    if (lost !== undefined) {
      return fail('not_found', `the configuration of ${object} does not describe ${lost}`);
    }
    const budget = startBudget(call, context.clock);
    let after: string | number | undefined;
    for (;;) {
      const page = await run(context, pageStatement(table, fields, after, PAGE_SIZE), budget);
      if (!page.ok) return page;
      const rows = page.value.map((row) => toDataRow(row, fields));
      if (rows.length > 0 && !onPage(rows)) return succeed({ complete: false });
      if (rows.length < PAGE_SIZE) return succeed({ complete: true });
      const last = page.value.at(-1)?.['position'];
      if (typeof last !== 'string' && typeof last !== 'number') {
        return fail('schema_changed', `a record of ${object} has no identifier`);
      }
      after = last;
    }
  };
}

function toDataRow(row: ReaderRow, fields: readonly string[]): DataRow {
  return Object.fromEntries(fields.map((field, index) => [field, row[`f${index}`] ?? null]));
}
