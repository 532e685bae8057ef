import type { InspectingHttpClient, Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type {
  Call,
  Connector,
  ConnectorDependencies,
  LatencyFacts,
  LimitFacts,
  LoginFacts,
  PingOutcome,
} from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { credentialFacts } from '../web/credential-ends.ts';
import { withoutQuery } from '../web/exchange.ts';
import { valueAt } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createRowReader } from '../web/row-reader.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readList } from './lists.ts';
import type { ListOptions, RestOptions } from './rest-options.ts';
import { createRestRequests } from './requests.ts';
import type { RestRequests } from './requests.ts';
import { tallyFailedLogins, tallyJobs, tallyUsers } from './tallies.ts';
import type { Tally } from './tallies.ts';

type Context = {
  readonly options: RestOptions;
  readonly http: InspectingHttpClient;
  readonly requests: RestRequests;
  readonly dependencies: ConnectorDependencies;
};

/** A CRM that is described by its configuration alone. Sections that are left out are absent methods. */
export function createRestConnector(
  options: RestOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const http = createTargetClient(options, dependencies);
  const requests = createRestRequests(options, http, dependencies);
  const context = { options, http, requests, dependencies };
  const { clock } = dependencies;
  const { health, latency, limits, jobs, logins, users, objects, authentication } = options;
  const canLogIn = options.login !== undefined || authentication.method === 'session';
  return {
    platform: 'rest',
    ...(health === undefined ? {} : { ping: (call) => ping(context, health, call) }),
    ...(options.url.startsWith('https:')
      ? { certificate: (call: Call) => http.inspectCertificate(options.url, call.timeoutMs) }
      : {}),
    ...(canLogIn ? { login: (call: Call) => logIn(context, call) } : {}),
    ...(authentication.method === 'none'
      ? {}
      : {
          credentials: async () =>
            succeed(credentialFacts(options.credential_ends, { data: requests.credential })),
        }),
    ...(latency === undefined
      ? {}
      : { latency: (call) => measureLatency(context, latency, startBudget(call, clock)) }),
    ...(limits === undefined
      ? {}
      : { limits: (call) => readLimits(context, limits, startBudget(call, clock)) }),
    ...(jobs === undefined
      ? {}
      : { jobs: (call, nowMs) => tally(context, jobs, jobs.path, call, tallyJobs(jobs, nowMs)) }),
    ...(logins === undefined
      ? {}
      : {
          async failedLogins(call, sinceMs) {
            const path = logins.path
              .replaceAll('{since}', encodeURIComponent(new Date(sinceMs).toISOString()))
              .replaceAll('{since_seconds}', String(Math.floor(sinceMs / 1000)));
            const counter = tallyFailedLogins(logins, sinceMs);
            const outcome = await tally(context, logins, path, call, counter);
            return outcome.ok ? succeed(known(outcome.value)) : outcome;
          },
        }),
    ...(users === undefined
      ? {}
      : { accounts: (call) => tally(context, users, users.path, call, tallyUsers(users)) }),
    ...(Object.keys(objects).length === 0 ? {} : { scan: createScan(context) }),
    close: async () => http.close(),
  };
}

async function ping(
  { options, http, requests }: Context,
  health: Exclude<RestOptions['health'], undefined>,
  call: Call,
): Promise<PingOutcome> {
  const outcome = await http.request({
    method: 'GET',
    url: `${options.url}${health.path}`,
    freshConnection: true,
    ...call,
  });
  if (!outcome.ok) return { ok: false, failure: outcome.failure, phases: outcome.phases };
  const { phases, certificate } = outcome.answer;
  const what = `GET ${withoutQuery(health.path)}`;
  const { expect, text } = health;
  const judged =
    text === undefined
      ? requests.judge(outcome.answer, what)
      : requests.judgeText(outcome.answer, what, text);
  if (!judged.ok) return { ...judged, phases };
  const condition = expect === undefined ? undefined : valueAt(judged.value, expect.pointer);
  if (expect !== undefined && !expect.values.some((value) => value === condition)) {
    const reason = condition === undefined ? 'schema_changed' : 'server_error';
    return {
      ...fail(reason, `${what} does not say at ${expect.pointer.text} that all is well`),
      phases,
    };
  }
  const version = health.version === undefined ? undefined : valueAt(judged.value, health.version);
  return succeed({
    phases,
    version:
      typeof version === 'string' || typeof version === 'number'
        ? known(String(version))
        : unknown('not_configured', 'health.version leads to no version'),
    ...(certificate === undefined ? {} : { certificate }),
  });
}

async function logIn(context: Context, call: Call): Promise<Outcome<LoginFacts>> {
  const { clock } = context.dependencies;
  const budget = startBudget(call, clock);
  const startedAtMs = clock.monotonicMs();
  const session = await context.requests.prove(budget);
  if (!session.ok) return session;
  if (context.options.login !== undefined) {
    const proof = await context.requests.get(context.options.login.path, budget);
    if (!proof.ok) return proof;
  }
  return succeed({ durationSeconds: (clock.monotonicMs() - startedAtMs) / 1000 });
}

async function measureLatency(
  { requests }: Context,
  paths: Exclude<RestOptions['latency'], undefined>,
  budget: Budget,
): Promise<Outcome<readonly LatencyFacts[]>> {
  const facts: LatencyFacts[] = [];
  for (const call of ['light', 'representative'] as const) {
    const outcome = await requests.get(paths[call], budget);
    if (!outcome.ok) return outcome;
    facts.push({ call, seconds: outcome.value.answer.totalSeconds });
  }
  return succeed(facts);
}

async function readLimits(
  { requests }: Context,
  limits: Exclude<RestOptions['limits'], undefined>,
  budget: Budget,
): Promise<Outcome<readonly LimitFacts[]>> {
  const outcome = await requests.get(limits.path, budget);
  if (!outcome.ok) return outcome;
  const { document, answer } = outcome.value;
  const facts: LimitFacts[] = [];
  for (const item of limits.items) {
    const limit = valueAt(document, item.limit);
    const remaining = valueAt(document, item.remaining);
    if (typeof limit !== 'number' || typeof remaining !== 'number') {
      return fail('schema_changed', `${limits.path} does not tell the limit ${item.name}`);
    }
    facts.push({ name: item.name, limit, remaining });
  }
  for (const item of limits.headers) {
    const limit = numberIn(answer.headers[item.limit]);
    const remaining = numberIn(answer.headers[item.remaining]);
    if (limit === undefined || remaining === undefined) {
      return fail('schema_changed', `${limits.path} has no header for the limit ${item.name}`);
    }
    facts.push({ name: item.name, limit, remaining });
  }
  return succeed(facts);
}

/** An empty header is no 0. */
function numberIn(text = ''): number | undefined {
  return /^\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

async function tally<T>(
  { requests, dependencies }: Context,
  list: ListOptions,
  path: string,
  call: Call,
  counter: Tally<T>,
): Promise<Outcome<T>> {
  let refused: Outcome<undefined> = succeed(undefined);
  const budget = startBudget(call, dependencies.clock);
  const outcome = await readList(list, path, requests, budget, (items) => {
    refused = counter.add(items);
    return refused.ok;
  });
  if (!outcome.ok) return outcome;
  if (!refused.ok) return refused;
  if (outcome.value.complete) return succeed(counter.result());
  return fail(
    'bad_payload',
    `${withoutQuery(path)} ended before the number of records that it told`,
  );
}

function createScan(context: Context): Exclude<Connector['scan'], undefined> {
  const { options, requests, dependencies } = context;
  return async (call, object, fields, onPage) => {
    const described = Object.hasOwn(options.objects, object) ? options.objects[object] : undefined;
    if (described === undefined) {
      return fail('not_found', `the configuration describes no object ${object}`);
    }
    const unknownField = fields.find((field) => !Object.hasOwn(described.fields, field));
    if (unknownField !== undefined) {
      return fail('not_found', `the configuration describes no field ${unknownField} of ${object}`);
    }
    const wanted = fields.flatMap((field) => {
      const pointer = described.fields[field];
      return pointer === undefined ? [] : [[field, pointer] as const];
    });
    const reader = createRowReader(Object.fromEntries(wanted), object);
    let refused: Outcome<undefined> = succeed(undefined);
    const budget = startBudget(call, dependencies.clock);
    const outcome = await readList(described, described.path, requests, budget, (items) => {
      const rows = reader.read(items);
      if (rows.ok) return onPage(rows.value);
      refused = rows;
      return false;
    });
    if (!refused.ok) return refused;
    if (!outcome.ok) return outcome;
    const checked = reader.check();
    return checked.ok ? outcome : checked;
  };
}
