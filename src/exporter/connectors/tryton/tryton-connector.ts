import type { InspectingHttpClient, Outcome } from '../../../http/http.ts';
import { known } from '../../../std/std.ts';
import type {
  Call,
  Connector,
  ConnectorDependencies,
  LatencyFacts,
  PingOutcome,
} from '../connector.ts';
import { openConfiguredReader } from '../sql/source.ts';
import { apiRemovals, createSunsetMemory } from '../web/api-removals.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { credentialFacts } from '../web/credential-ends.ts';
import { createNoCredential } from '../web/credential.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createVendorMethods } from '../web/status-page.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readApiTokens, readLogins } from './tryton-activity.ts';
import { readAccounts, readJobs, searchRead } from './tryton-facts.ts';
import type { TrytonOptions } from './tryton-options.ts';
import {
  TRYTON_ANSWER_BYTES,
  createTrytonPost,
  judgeTrytonAnswer,
  trytonRequest,
} from './tryton-protocol.ts';
import { createAggregate, createScan } from './tryton-quality.ts';
import { createTrytonRpc } from './tryton-rpc.ts';
import type { TrytonRpc } from './tryton-rpc.ts';
import { createTrytonTables } from './tryton-sql.ts';

/** No removal of it is announced. */
const APIS = [{ api: 'json_rpc' }];

/**
 * Tryton 6.0 over JSON-RPC, with an optional second identity for what is of security, and an optional read-only SQL
 * side for what its API hides.
 */
export function createTrytonConnector(
  options: TrytonOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const http = createTargetClient(options, dependencies, TRYTON_ANSWER_BYTES);
  const reader =
    options.sql === undefined ? undefined : openConfiguredReader(options.sql, dependencies);
  const tables = reader === undefined ? undefined : createTrytonTables(reader);
  const sunsets = createSunsetMemory();
  const post = createTrytonPost({ options, http, tables, sunsets });
  const rpc = createTrytonRpc(options.authentication, post, dependencies);
  const guard = options.security_authentication;
  const security = guard === undefined ? rpc : createTrytonRpc(guard, post, dependencies);
  const vendor = createVendorMethods(options.status_page, dependencies);
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
      readJobs(security, tables, { nowMs, offsetMinutes }, startBudget(call, clock)),
    ...(tables === undefined
      ? {}
      : {
          logins: (call: Call, sinceMs: number) =>
            readLogins(tables, (clock.now() - sinceMs) / 1000, startBudget(call, clock)),
        }),
    accounts: (call) => readAccounts(security, options, startBudget(call, clock)),
    apiTokens: (call, nowMs) =>
      readApiTokens(
        security,
        guard ?? options.authentication,
        { nowMs, offsetMinutes },
        startBudget(call, clock),
      ),
    credentials: async () => {
      const own = createNoCredential();
      const both = { data: own, security: guard === undefined ? undefined : own };
      return succeed(credentialFacts(options.credential_ends, both));
    },
    async apiRemovals(call) {
      // Whether it is still there is seen by asking it, and the answer may say how much longer.
      const outcome = await askLightly(rpc, startBudget(call, clock));
      return outcome.ok ? succeed(apiRemovals(APIS, options.api_ends, sunsets)) : outcome;
    },
    ...vendor.methods,
    aggregate: createAggregate(options, rpc, dependencies),
    scan: createScan(options, rpc, dependencies),
    async close() {
      vendor.close();
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

function askLightly(rpc: TrytonRpc, budget: Budget): Promise<Outcome<unknown>> {
  return rpc.call('model.res.user.search_count', [[['id', '=', 1]]], budget);
}

async function measureLatency(
  rpc: TrytonRpc,
  { clock }: ConnectorDependencies,
  call: Call,
): Promise<Outcome<readonly LatencyFacts[]>> {
  const budget = startBudget(call, clock);
  const wanted = {
    light: () => askLightly(rpc, budget),
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
