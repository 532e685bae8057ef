import type { InspectingHttpClient, Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type {
  Call,
  Connector,
  ConnectorDependencies,
  LatencyFacts,
  LoginFacts,
  PingOutcome,
} from '../connector.ts';
import { apiRemovals } from './api-removals.ts';
import type { AskedApi } from './api-removals.ts';
import { startBudget } from './budget.ts';
import type { Budget } from './budget.ts';
import { credentialFacts } from './credential-ends.ts';
import type { Credential } from './credential.ts';
import type { Exchange } from './exchange.ts';
import type { ApiAnswer } from './request.ts';
import { withoutQuery } from './exchange.ts';
import { succeed } from './outcomes.ts';
import { createVendorMethods } from './status-page.ts';
import type { WebOptions } from './web-options.ts';

/** A request of a platform that only reads. */
export type Ask = (budget: Budget) => Promise<Outcome<ApiAnswer>>;

export type WebPlatform = {
  readonly platform: string;
  /** Start of all paths of the API. */
  readonly url: string;
  readonly http: InspectingHttpClient;
  readonly exchange: Exchange;
  readonly credential: Credential;
  /** Of the second identity, where there is one. */
  readonly security?: Credential | undefined;
  readonly options: Pick<WebOptions, 'credential_ends' | 'api_ends' | 'status_page'>;
  readonly dependencies: ConnectorDependencies;
  /** Of a server that gives tokens, where there is one. */
  readonly tokens?: { close(): void };
  /** Everything that it asks. */
  readonly apis: readonly AskedApi[];
  readonly health: {
    readonly path: string;
    /** Where health is asked for by POST, with a JSON body. */
    readonly question?: unknown;
    /** The version, where the answer has one. */
    readonly versionOf?: (document: unknown) => string | undefined;
    /** What else the answer must show, such as that it still offers the version of the API that is asked. */
    readonly check?: (document: unknown) => Outcome<undefined>;
    /** Nothing answers without credentials: then a refusal in JSON by the API itself shows that it is there. */
    readonly isRefusalEnough?: boolean;
    /** Where that refusal is no JSON: what its WWW-Authenticate header must be, so that it is the API's own. */
    readonly challenge?: RegExp;
  };
  /** Needs the credential, so that its success proves it. */
  readonly proof: Ask;
  readonly light: Ask;
  readonly representative: Ask;
};

type WebMethods = Required<
  Pick<
    Connector,
    'platform' | 'ping' | 'login' | 'latency' | 'credentials' | 'apiRemovals' | 'close'
  >
> &
  Pick<Connector, 'certificate' | 'vendorStatus'>;

/** What every connector that speaks HTTP has: the rest of a connector is what its platform can tell. */
export function createWebMethods(web: WebPlatform): WebMethods {
  const { http, url, options, dependencies } = web;
  const { clock } = dependencies;
  const vendor = createVendorMethods(options.status_page, dependencies);
  return {
    platform: web.platform,
    ping: (call) => ping(web, call),
    ...(url.startsWith('https:')
      ? { certificate: (call: Call) => http.inspectCertificate(url, call.timeoutMs) }
      : {}),
    login: (call) => logIn(web, call),
    latency: (call) => measureLatency(web, startBudget(call, clock)),
    credentials: async () => {
      const { credential: data, security } = web;
      return succeed(credentialFacts(options.credential_ends, { data, security }));
    },
    async apiRemovals(call) {
      // Whether it is still there is seen by asking it, and the answer may say how much longer.
      const outcome = await web.light(startBudget(call, clock));
      if (!outcome.ok) return outcome;
      return succeed(apiRemovals(web.apis, options.api_ends, web.exchange.sunsets));
    },
    ...vendor.methods,
    async close() {
      vendor.close();
      web.tokens?.close();
      http.close();
    },
  };
}

async function ping(
  { url, http, exchange, health }: WebPlatform,
  call: Call,
): Promise<PingOutcome> {
  const { path, question } = health;
  const method = question === undefined ? 'GET' : 'POST';
  const outcome = await http.request({
    method,
    url: `${url}${path}`,
    ...(question === undefined ? {} : { body: JSON.stringify(question) }),
    freshConnection: true,
    ...call,
  });
  if (!outcome.ok) return { ok: false, failure: outcome.failure, phases: outcome.phases };
  const { answer } = outcome;
  const { phases, certificate } = answer;
  const judged = exchange.judge(answer, `${method} ${withoutQuery(path)}`);
  const isRefused =
    !judged.ok && ['authentication', 'authorization'].includes(judged.failure.reason);
  const isJson = /\bjson\b/i.test(answer.headers['content-type'] ?? '');
  const isOwn = isJson || health.challenge?.test(answer.headers['www-authenticate'] ?? '') === true;
  if (!judged.ok && !(health.isRefusalEnough === true && isRefused && isOwn)) {
    return { ...judged, phases };
  }
  const checked = judged.ok ? health.check?.(judged.value) : undefined;
  if (checked?.ok === false) return { ...checked, phases };
  const version = judged.ok ? health.versionOf?.(judged.value) : undefined;
  return succeed({
    phases,
    version:
      version === undefined
        ? unknown('not_supported', 'the platform names no version to a stranger')
        : known(version),
    ...(certificate === undefined ? {} : { certificate }),
  });
}

async function logIn(
  { dependencies: { clock }, credential, proof }: WebPlatform,
  call: Call,
): Promise<Outcome<LoginFacts>> {
  const budget = startBudget(call, clock);
  const startedAtMs = clock.monotonicMs();
  const session = await credential.prove(budget);
  if (!session.ok) return session;
  const proved = await proof(budget);
  if (!proved.ok) return proved;
  return succeed({ durationSeconds: (clock.monotonicMs() - startedAtMs) / 1000 });
}

/** The time of the requests themselves: the log-in is another probe's matter. */
async function measureLatency(
  { light, representative }: WebPlatform,
  budget: Budget,
): Promise<Outcome<readonly LatencyFacts[]>> {
  const facts: LatencyFacts[] = [];
  const asks = { light, representative };
  for (const call of ['light', 'representative'] as const) {
    const outcome = await asks[call](budget);
    if (!outcome.ok) return outcome;
    facts.push({ call, seconds: outcome.value.answer.totalSeconds });
  }
  return succeed(facts);
}
