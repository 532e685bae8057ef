import type { InspectingHttpClient, Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type {
  Call,
  Connector,
  ConnectorDependencies,
  DataRow,
  LatencyFacts,
  PingOutcome,
  ScalarValue,
} from '../connector.ts';
import { openConfiguredReader } from '../sql/source.ts';
import { startBudget } from '../web/budget.ts';
import { credentialFacts } from '../web/credential-ends.ts';
import { createNoCredential } from '../web/credential.ts';
import type { Budget } from '../web/budget.ts';
import { fieldsOfAggregates } from '../web/count-aggregates.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readAccounts, readJobs, searchRead } from './tryton-facts.ts';
import type { TrytonObjectOptions, TrytonOptions } from './tryton-options.ts';
import { TRYTON_ANSWER_BYTES, judgeTrytonAnswer, trytonRequest } from './tryton-protocol.ts';
import { createTrytonRpc } from './tryton-rpc.ts';
import type { TrytonRpc } from './tryton-rpc.ts';
import { createTrytonTables } from './tryton-sql.ts';
import { toScalar } from './tryton-values.ts';

const PAGE_SIZE = 1000;

/** Tryton 6.0 over JSON-RPC, with an optional read-only SQL side for what its API hides. */
export function createTrytonConnector(
  options: TrytonOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const http = createTargetClient(options, dependencies, TRYTON_ANSWER_BYTES);
  const reader =
    options.sql === undefined ? undefined : openConfiguredReader(options.sql, dependencies);
  const tables = reader === undefined ? undefined : createTrytonTables(reader);
  const rpc = createTrytonRpc(options, http, dependencies, tables);
  const offsetMinutes = options.utc_offset_minutes;
  return {
    platform: 'tryton',
    ping: (call) => ping(options, http, call),
    ...(options.url.startsWith('https:')
      ? { certificate: (call: Call) => http.inspectCertificate(options.url, call.timeoutMs) }
      : {}),
    async login(call) {
      const outcome = await rpc.proveLogin(startBudget(call, clock));
      return outcome.ok ? succeed({ durationSeconds: outcome.value }) : outcome;
    },
    latency: (call) => measureLatency(rpc, dependencies, call),
    jobs: (call, nowMs) =>
      readJobs(rpc, tables, { nowMs, offsetMinutes }, startBudget(call, clock)),
    ...(tables === undefined
      ? {}
      : {
          async failedLogins(call, sinceMs) {
            const seconds = Math.max(0, (clock.now() - sinceMs) / 1000);
            const outcome = await tables.failedLogins(seconds, startBudget(call, clock));
            return outcome.ok ? succeed(known(outcome.value)) : outcome;
          },
        }),
    credentials: async () =>
      succeed(credentialFacts(options.credential_ends, { data: createNoCredential() })),
    accounts: (call) => readAccounts(rpc, options, startBudget(call, clock)),
    aggregate: createAggregate(options, rpc, dependencies),
    scan: createScan(options, rpc, dependencies),
    async close() {
      http.close();
      await reader?.close();
    },
  };
}

/** The version is answered without a database and without credentials. */
async function ping(
  options: TrytonOptions,
  http: InspectingHttpClient,
  call: Call,
): Promise<PingOutcome> {
  const method = 'common.server.version';
  const wanted = { database: false, method, parameters: [] };
  const outcome = await http.request({
    ...trytonRequest(options, wanted),
    freshConnection: true,
    ...call,
  });
  if (!outcome.ok) return { ok: false, failure: outcome.failure, phases: outcome.phases };
  const { phases, certificate } = outcome.answer;
  const version = judgeTrytonAnswer(outcome.answer, wanted);
  if (!version.ok) return { ...version, phases };
  if (typeof version.value !== 'string') {
    return { ...fail('schema_changed', `${method} answered no version`), phases };
  }
  return succeed({
    phases,
    version: known(version.value),
    ...(certificate === undefined ? {} : { certificate }),
  });
}

async function measureLatency(
  rpc: TrytonRpc,
  { clock }: ConnectorDependencies,
  call: Call,
): Promise<Outcome<readonly LatencyFacts[]>> {
  const budget = startBudget(call, clock);
  const wanted = {
    light: () => rpc.call('model.res.user.search_count', [[['id', '=', 1]]], budget),
    representative: () =>
      searchRead(
        rpc,
        { model: 'party.party', domain: [], fields: ['name', 'code'], limit: 100 },
        budget,
      ),
  };
  // The log-in is another probe's matter, so the session stands before the clock starts.
  const first = await wanted.light();
  if (!first.ok) return first;
  const facts: LatencyFacts[] = [];
  for (const name of ['light', 'representative'] as const) {
    const startedAtMs = clock.monotonicMs();
    const outcome = await wanted[name]();
    if (!outcome.ok) return outcome;
    facts.push({ call: name, seconds: (clock.monotonicMs() - startedAtMs) / 1000 });
  }
  return succeed(facts);
}

function describedObject(options: TrytonOptions, object: string): TrytonObjectOptions | undefined {
  return Object.hasOwn(options.objects, object) ? options.objects[object] : undefined;
}

function lostField(
  { fields: described }: TrytonObjectOptions,
  fields: readonly string[],
): string | undefined {
  return fields.find((field) => !Object.hasOwn(described, field));
}

function notDescribed(object: string, field: string): ReturnType<typeof fail> {
  return fail('not_found', `the configuration of ${object} does not describe ${field}`);
}

/** Tryton counts records; every other aggregate has to be scanned. */
function createAggregate(
  options: TrytonOptions,
  rpc: TrytonRpc,
  { clock }: ConnectorDependencies,
): Exclude<Connector['aggregate'], undefined> {
  return async (call, object, aggregates) => {
    const described = describedObject(options, object);
    if (described === undefined) return fail('not_found', `there is no object ${object}`);
    const lost = lostField(described, fieldsOfAggregates(aggregates));
    if (lost !== undefined) return notDescribed(object, lost);
    const budget = startBudget(call, clock);
    const cannot = unknown('not_supported', 'Tryton cannot aggregate');
    if (!aggregates.some(({ kind }) => kind === 'rows'))
      return succeed(aggregates.map(() => cannot));
    const method = `model.${described.model}.search_count`;
    const count = await rpc.call(method, [described.domain], budget);
    if (!count.ok) return count;
    const { value } = count;
    if (typeof value !== 'number') return fail('schema_changed', `${method} answered no number`);
    return succeed(aggregates.map(({ kind }) => (kind === 'rows' ? known(value) : cannot)));
  };
}

function createScan(
  options: TrytonOptions,
  rpc: TrytonRpc,
  { clock }: ConnectorDependencies,
): Exclude<Connector['scan'], undefined> {
  return async (call, object, fields, onPage) => {
    const described = describedObject(options, object);
    if (described === undefined) return fail('not_found', `there is no object ${object}`);
    const lost = lostField(described, fields);
    if (lost !== undefined) return notDescribed(object, lost);
    const sources = new Set(fields.flatMap((field) => described.fields[field] ?? []));
    const budget = startBudget(call, clock);
    let after = 0;
    for (;;) {
      const page = await readPage(rpc, described, [...sources], after, budget);
      if (!page.ok) return page;
      const rows: DataRow[] = [];
      for (const record of page.value) {
        const row = toDataRow(record, fields, described, options.utc_offset_minutes);
        if (!row.ok) return row;
        rows.push(row.value);
      }
      if (rows.length > 0 && !onPage(rows)) return succeed({ complete: false });
      if (rows.length < PAGE_SIZE) return succeed({ complete: true });
      after = Number(page.value.at(-1)?.['id']);
    }
  };
}

/** Pages by rising id, so that records which come or go meanwhile shift nothing. */
async function readPage(
  rpc: TrytonRpc,
  { model, domain }: TrytonObjectOptions,
  sources: readonly string[],
  after: number,
  budget: Budget,
): ReturnType<typeof searchRead> {
  const fields = [...new Set(['id', ...sources])];
  const following = [['id', '>', after], ...domain];
  return searchRead(rpc, { model, domain: following, fields, limit: PAGE_SIZE }, budget);
}

function toDataRow(
  record: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  { model, fields: sources }: TrytonObjectOptions,
  offsetMinutes: number,
): Outcome<DataRow> {
  const row: Record<string, ScalarValue> = {};
  for (const field of fields) {
    row[field] = null;
    for (const source of sources[field] ?? []) {
      const value = toScalar(record[source], offsetMinutes);
      if (value === undefined)
        return fail('schema_changed', `${model}.${source} is no plain value`);
      row[field] = value;
      if (value !== null && value !== '') break;
    }
  }
  return succeed(row);
}
