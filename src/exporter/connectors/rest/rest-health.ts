import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type {
  ApiRemovalFacts,
  Call,
  Connector,
  CredentialFacts,
  LatencyFacts,
  LimitFacts,
  LoginFacts,
  PingOutcome,
} from '../connector.ts';
import { apiRemovals } from '../web/api-removals.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { credentialFacts } from '../web/credential-ends.ts';
import { withoutQuery } from '../web/exchange.ts';
import { valueAt } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { RestContext } from './rest-context.ts';
import type { RestOptions } from './rest-options.ts';

type HealthMethods = Pick<
  Connector,
  'ping' | 'certificate' | 'login' | 'latency' | 'limits' | 'credentials' | 'apiRemovals'
>;

/** Everything about the API itself. A section that is left out is an absent method. */
export function createHealthMethods(context: RestContext): HealthMethods {
  const { options, http, dependencies } = context;
  const { clock } = dependencies;
  const { health, latency, limits, authentication, security_authentication: security } = options;
  const canLogIn = options.login !== undefined || authentication.method === 'session';
  const hasCredentials = authentication.method !== 'none' || security !== undefined;
  const light = latency?.light ?? options.login?.path;
  return {
    ...(health === undefined ? {} : { ping: (call) => ping(context, health, call) }),
    ...(options.url.startsWith('https:')
      ? { certificate: (call: Call) => http.inspectCertificate(options.url, call.timeoutMs) }
      : {}),
    ...(canLogIn ? { login: (call: Call) => logIn(context, call) } : {}),
    ...(hasCredentials ? { credentials: async () => succeed(credentialsOf(context)) } : {}),
    ...(latency === undefined
      ? {}
      : { latency: (call) => measureLatency(context, latency, startBudget(call, clock)) }),
    ...(limits === undefined
      ? {}
      : { limits: (call) => readLimits(context, limits, startBudget(call, clock)) }),
    ...(light === undefined && options.api_ends === undefined
      ? {}
      : { apiRemovals: (call) => readRemovals(context, light, startBudget(call, clock)) }),
  };
}

/** Nobody has to renew what is no credential. */
function credentialsOf({ options, requests }: RestContext): readonly CredentialFacts[] {
  const { credential: data, securityCredential: security } = requests;
  const facts = credentialFacts(options.credential_ends, { data, security });
  const none = { data: options.authentication, security: options.security_authentication };
  return facts.filter(({ identity }) => none[identity]?.method !== 'none');
}

/** Whether the API is still there is seen by asking it, where there is a path that costs little. */
async function readRemovals(
  { options, requests }: RestContext,
  light: string | undefined,
  budget: Budget,
): Promise<Outcome<readonly ApiRemovalFacts[]>> {
  const outcome = light === undefined ? undefined : await requests.get(light, budget);
  if (outcome?.ok === false) return outcome;
  return succeed(apiRemovals([{ api: 'rest' }], options.api_ends, requests.sunsets));
}

async function ping(
  { options, http, requests }: RestContext,
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

async function logIn(context: RestContext, call: Call): Promise<Outcome<LoginFacts>> {
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
  { requests }: RestContext,
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
  { requests }: RestContext,
  limits: Exclude<RestOptions['limits'], undefined>,
  budget: Budget,
): Promise<Outcome<readonly LimitFacts[]>> {
  const outcome = await requests.get(limits.path, budget);
  if (!outcome.ok) return outcome;
  const { document, answer } = outcome.value;
  const place = withoutQuery(limits.path);
  const facts: LimitFacts[] = [];
  for (const item of limits.items) {
    const limit = valueAt(document, item.limit);
    const remaining = valueAt(document, item.remaining);
    if (typeof limit !== 'number' || typeof remaining !== 'number') {
      return fail('schema_changed', `${place} does not tell the limit ${item.name}`);
    }
    facts.push({ name: item.name, limit, remaining });
  }
  for (const item of limits.headers) {
    const limit = numberIn(answer.headers[item.limit]);
    const remaining = numberIn(answer.headers[item.remaining]);
    if (limit === undefined || remaining === undefined) {
      return fail('schema_changed', `${place} has no header for the limit ${item.name}`);
    }
    facts.push({ name: item.name, limit, remaining });
  }
  return succeed(facts);
}

/** An empty header is no 0. */
function numberIn(text = ''): number | undefined {
  return /^\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
