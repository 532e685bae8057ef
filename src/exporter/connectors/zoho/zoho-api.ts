import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer, HttpClient } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { parseJson } from '../web/answers.ts';
import { createApi } from '../web/api.ts';
import type { Api } from '../web/api.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { createOauthCredential } from '../web/oauth.ts';
import { succeed } from '../web/outcomes.ts';
import { memberOf } from '../web/shapes.ts';
import { COMPOSITE, createZohoComposite } from './zoho-composite.ts';
import type { ZohoComposite } from './zoho-composite.ts';
import type { ZohoIdentity } from './zoho-options.ts';
import { COQL, createZohoQueries } from './zoho-queries.ts';
import type { ZohoQueries } from './zoho-queries.ts';

/** Below the address of the data centre. */
export const API_PATH = '/crm/v8';
/** On the accounts server. */
export const TOKEN_PATH = '/oauth/v2/token';
/**
 * Codes that say more than the status, such as the missing scope that comes with 401. Sources: zoho/crm-oas, v8.0;
 * crm/developer/docs/api/v8/status-codes.html and Get-Records-through-COQL-Query.html.
 */
const REASONS: Readonly<Record<string, FailureReason>> = {
  INVALID_TOKEN: 'authentication',
  AUTHENTICATION_FAILURE: 'authentication',
  OAUTH_SCOPE_MISMATCH: 'authorization',
  NO_PERMISSION: 'authorization',
  INVALID_MODULE: 'not_found',
};
/** Sent when half of the credits of 24 hours are used (crm/developer/docs/api/v8/api-limits.html). */
const CREDITS = 'x-api-credits-remaining';

const PROVE_EVERY_MS = 300_000;

/** Requests with one identity. */
export type ZohoApi = ZohoQueries &
  ZohoComposite & {
    readonly api: Api;
    /** Takes 204 for an answer, whose document is null. */
    readonly lenient: Api;
    readonly credential: Credential;
    readonly exchange: Exchange;
  };

export function createZohoApi(
  { url, accountsUrl }: { readonly url: string; readonly accountsUrl: string },
  authentication: ZohoIdentity,
  clients: { readonly http: HttpClient; readonly tokens: HttpClient },
  dependencies: ConnectorDependencies,
): ZohoApi {
  const { clock } = dependencies;
  const shared = { url: `${url}${API_PATH}`, clock, readRefusal };
  const exchange = createExchange({ ...shared, http: clients.http });
  const endpoint = {
    url: accountsUrl,
    http: clients.tokens,
    clock,
    readRefusal: readTokenRefusal,
    path: TOKEN_PATH,
    scheme: 'Zoho-oauthtoken',
  };
  const credential = proveSeldom(
    createOauthCredential(authentication, endpoint, dependencies),
    clock,
  );
  const api = createApi({ exchange, credential });
  const lenient = createApi({
    exchange: createExchange({ ...shared, http: withNothingAsNull(clients.http) }),
    credential,
    reads: [new RegExp(`^${COQL}$`)],
  });
  const several = createApi({ exchange, credential, reads: [new RegExp(`^${COMPOSITE}$`)] });
  return {
    api,
    lenient,
    credential,
    exchange,
    ...createZohoQueries(api, lenient),
    ...createZohoComposite(several, `${API_PATH}${COQL}`, clock),
  };
}

/**
 * Zoho gives only some ten tokens in ten minutes, and lets few live at a time. Between two new ones a log-in is proved
 * with the one that all probes share.
 */
function proveSeldom(credential: Credential, clock: Clock): Credential {
  let provedAtMs = -Infinity;
  return {
    ...credential,
    async prove(budget) {
      if (clock.monotonicMs() - provedAtMs < PROVE_EVERY_MS) return succeed(undefined);
      const outcome = await credential.prove(budget);
      if (outcome.ok) provedAtMs = clock.monotonicMs();
      return outcome;
    },
  };
}

/**
 * Where nothing matches, Zoho answers 204 without a body. What asks for that has to hold it against a count, because an
 * empty answer may as well come from what stands between.
 */
function withNothingAsNull(http: HttpClient): HttpClient {
  return {
    async request(request) {
      const outcome = await http.request(request);
      if (!outcome.ok || outcome.answer.status !== 204) return outcome;
      return { ok: true, answer: { ...outcome.answer, body: 'null' } };
    },
    close: () => http.close(),
  };
}

/** Refusals are {"code": "INVALID_TOKEN", "status": "error", "message": …, "details": …}. */
function readRefusal(answer: HttpAnswer): FailureReason | undefined {
  if (answer.status < 400) return readFailedSuccess(answer);
  if (answer.status === 429 && Number(answer.headers[CREDITS] ?? Number.NaN) <= 0) {
    return 'quota_exhausted';
  }
  const body = parseJson(answer, 'a refusal');
  return body.ok ? reasonOfCode(memberOf(body.value, 'code')) : undefined;
}

/** The specification has a refusal as the body of a 200 as well (v8.0/users.json, record.json). */
function readFailedSuccess(answer: HttpAnswer): FailureReason | undefined {
  // Nearly all answers are none of these, and some are large.
  if (!/"status"\s*:\s*"error"/.test(answer.body)) return undefined;
  const body = parseJson(answer, 'a refusal');
  if (!body.ok || memberOf(body.value, 'status') !== 'error') return undefined;
  return reasonOfCode(memberOf(body.value, 'code')) ?? 'server_error';
}

function reasonOfCode(code: unknown): FailureReason | undefined {
  return typeof code === 'string' && Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
}

/** One token too many is denied, with 200 or 400, which says nothing about the secret. */
function readTokenRefusal(answer: HttpAnswer): FailureReason | undefined {
  const body = parseJson(answer, 'a refusal');
  const error = body.ok ? memberOf(body.value, 'error') : undefined;
  return error === 'Access Denied' ? 'rate_limited' : undefined;
}
