import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer, Outcome } from '../../../http/http.ts';
import { unreachable } from '../../../std/std.ts';
import type { Clock } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { jsonIn } from './answers.ts';
import type { Budget } from './budget.ts';
import { createSessionCredential, isHeaderValue } from './credential.ts';
import type { Credential } from './credential.ts';
import type { Headers } from './request.ts';
import { createExchange } from './exchange.ts';
import type { Exchange, ExchangeOptions } from './exchange.ts';
import { signAssertion } from './jwt-assertion.ts';
import type { OauthOptions } from './oauth-options.ts';
import { fail, succeed } from './outcomes.ts';
import { createRefreshTokens } from './refresh-tokens.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import { memberOf } from './shapes.ts';
import { createSecretReader, joinSecretReaders } from './secret-reader.ts';
import type { SecretReader } from './secret-reader.ts';
import { createSessionKeeper } from './session-keeper.ts';
import { oneAtATime } from './turns.ts';

/** Its origin may be another one than that of the API. */
export type TokenEndpoint = ExchangeOptions & {
  readonly path: string;
  /** The word before the token in an Authorization header; "Bearer" unless said. */
  readonly scheme?: string;
};

/** A token is fetched anew when less than this is left of it, or less than half where it lasts no longer. */
const RENEW_BEFORE_MS = 60_000;
/** Where an answer does not say how long a token lasts, its end shows when it is refused. */
const NO_END_MS = Infinity;

/**
 * Gets access tokens by one of the grants, shares each among all probes of a target, fetches the next one before it ends,
 * one fetch at a time, and waits after a rejection, so that monitoring locks nobody out.
 */
export function createOauthCredential(
  options: OauthOptions,
  endpoint: TokenEndpoint,
  dependencies: Pick<ConnectorDependencies, 'clock' | 'resolveSecret' | 'kept'>,
): Credential {
  const { clock } = dependencies;
  const renewedAtMs = new WeakMap<Headers, number>();
  const refreshTokens = createRefreshTokens(
    options.method === 'refresh_token' ? options.keep_in : undefined,
    dependencies.kept,
  );
  const exchange = createExchange({
    ...endpoint,
    readRefusal: (answer) => endpoint.readRefusal?.(answer) ?? readRefusedGrant(answer),
  });
  const grant = { options, exchange, path: endpoint.path, clock, refreshTokens };

  async function logIn(secret: string, budget: Budget): Promise<Outcome<Headers>> {
    const token = await fetchGranted(grant, secret, budget);
    if (!token.ok) return token;
    const { accessToken, lifetimeSeconds } = token.value;
    const headers = { authorization: `${endpoint.scheme ?? 'Bearer'} ${accessToken}` };
    if (lifetimeSeconds !== undefined) {
      const lifetimeMs = lifetimeSeconds * 1000;
      const usableMs = lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 2);
      renewedAtMs.set(headers, clock.monotonicMs() + usableMs);
    }
    return succeed(headers);
  }

  const keeper = createSessionKeeper<Headers>({
    clock,
    secret: secretOf(options, dependencies),
    lasts: (headers) => (renewedAtMs.get(headers) ?? NO_END_MS) > clock.monotonicMs(),
    pauseAfterRejectionMs: options.pause_after_rejection,
    // A refresh token may be good for one use: a second use at the same time would be taken for a theft.
    logIn: options.method === 'refresh_token' ? oneAtATime(logIn, clock) : logIn,
  });
  return createSessionCredential(keeper);
}

type Fields = Readonly<Record<string, string>>;

function secretOf(
  options: OauthOptions,
  { resolveSecret }: Pick<ConnectorDependencies, 'resolveSecret'>,
): SecretReader {
  const reader = (reference: Parameters<typeof createSecretReader>[1]): SecretReader =>
    createSecretReader(resolveSecret, reference);
  switch (options.method) {
    case 'client_credentials':
      return reader(options.client_secret);
    case 'refresh_token':
      return joinSecretReaders(reader(options.client_secret), reader(options.refresh_token));
    case 'jwt_bearer':
      return reader(options.private_key);
    default:
      return unreachable(options);
  }
}

type Grant = {
  readonly options: OauthOptions;
  readonly exchange: Exchange;
  readonly path: string;
  readonly clock: Clock;
  readonly refreshTokens: RefreshTokens;
};

/** Sends the form of a grant (RFC 6749, sections 4.4.2 and 6; RFC 7523, section 2.1). */
async function fetchGranted(grant: Grant, secret: string, budget: Budget): Promise<Outcome<Token>> {
  const { options, clock, refreshTokens } = grant;
  const client = { client_id: options.client_id };
  switch (options.method) {
    case 'client_credentials': {
      const scope = options.scope === undefined ? {} : { scope: options.scope };
      const fields = { grant_type: options.method, ...client, client_secret: secret, ...scope };
      return fetchToken(grant, fields, budget);
    }
    case 'refresh_token': {
      const [clientSecret = '', first = ''] = secret.split('\n');
      const newest = refreshTokens.newest(first);
      if (!newest.ok) return newest;
      const fields = { grant_type: options.method, ...client, client_secret: clientSecret };
      const token = await fetchToken(grant, { ...fields, refresh_token: newest.value }, budget);
      if (!token.ok || token.value.refreshToken === undefined) return token;
      // Before the access token is used: once it is, the refresh token before may be worth nothing any more.
      const kept = refreshTokens.keep(first, token.value.refreshToken);
      return kept.ok ? token : kept;
    }
    case 'jwt_bearer': {
      const assertion = signAssertion(options, secret, clock);
      if (!assertion.ok) return assertion;
      const type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
      return fetchToken(grant, { grant_type: type, assertion: assertion.value }, budget);
    }
    default:
      return unreachable(options);
  }
}

/** An error of the grant itself, with 400 and JSON (RFC 6749, section 5.2); a 400 of a proxy says nothing about it. */
function readRefusedGrant({ status, body }: HttpAnswer): FailureReason | undefined {
  const error = status === 400 ? memberOf(jsonIn(body), 'error') : undefined;
  return typeof error === 'string' ? 'authentication' : undefined;
}

type Token = {
  readonly accessToken: string;
  readonly lifetimeSeconds?: number;
  readonly refreshToken?: string;
};

async function fetchToken(
  { exchange, path }: Pick<Grant, 'exchange' | 'path'>,
  fields: Fields,
  budget: Budget,
): Promise<Outcome<Token>> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(fields).toString();
  const outcome = await exchange.send({ method: 'POST', path, headers, body }, budget);
  if (!outcome.ok) {
    return outcome.failure.reason === 'authentication'
      ? fail('authentication', `${outcome.failure.detail}: the grant was not accepted`)
      : outcome;
  }
  const { document } = outcome.value;
  const answer = typeof document === 'object' && document !== null ? document : {};
  const {
    access_token: accessToken,
    expires_in: lifetime,
    refresh_token: refreshToken,
    error,
  } = answer as Readonly<Record<string, unknown>>;
  if (error !== undefined && error !== null) {
    // Some answer 200 and put the error into the body.
    return fail('authentication', `POST ${path}: the grant was not accepted`);
  }
  if (typeof accessToken !== 'string' || accessToken === '' || !isHeaderValue(accessToken)) {
    return fail('schema_changed', `POST ${path} answered no token that a header can carry`);
  }
  const lifetimeSeconds = Number(lifetime ?? Number.NaN);
  return succeed({
    accessToken,
    // 0 and less is said of tokens without an end; believed, each request would fetch a token.
    ...(Number.isFinite(lifetimeSeconds) && lifetimeSeconds > 0 ? { lifetimeSeconds } : {}),
    ...(typeof refreshToken === 'string' && refreshToken !== '' ? { refreshToken } : {}),
  });
}
