import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Call, Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import { createActivityMethods } from './sql-activity.ts';
import { attempt, openConfiguredReader } from './source.ts';
import { runStatement } from './sql-context.ts';
import type { SqlContext } from './sql-context.ts';
import { createFactMethods } from './sql-facts.ts';
import type { SqlOptions } from './sql-options.ts';
import { createAggregate, createScan } from './sql-quality.ts';

/** Any CRM whose database may be read. Nothing is ever written: the sessions are read-only. */
export function createSqlConnector(
  options: SqlOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const reader = openConfiguredReader(options.database, dependencies);
  const { objects, queries } = options;
  const context = { reader, objects, queries, clock: dependencies.clock };
  return {
    platform: 'sql',
    ping: (call) => ping(context, call),
    login: (call) => logIn(context, call),
    latency: (call) => measureLatency(context, call),
    ...createFactMethods(context),
    ...createActivityMethods(context),
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
