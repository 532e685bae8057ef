import * as client from 'openid-client';
import { allowEntryOf, createHttpClient } from '../../../http/http.ts';
import type { HttpClient } from '../../../http/http.ts';
import { errorMessage } from '../../../std/std.ts';
import type { Clock, Logger } from '../../../std/std.ts';
import { findClaim } from './claims.ts';
import type { Claims } from './claims.ts';
import type { OidcOptions } from './oidc-options.ts';
import { createProviderFetch } from './provider-fetch.ts';

/** What must be known again when the browser comes back. */
export type PendingSignIn = {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
};

export type Provider = {
  readonly redirectUri: string;
  /** Where to send the browser, and what to keep meanwhile; null while the provider does not answer. */
  begin(): Promise<{ readonly url: string; readonly pending: PendingSignIn } | null>;
  /**
   * What the provider says of who comes back with `query`. Throws when it is not what was begun, was used before,
   * is not signed by the provider, too old, or made for somebody else.
   */
  finish(query: string, pending: PendingSignIn): Promise<Claims>;
  /** Where people sign out of the provider too; null when it offers that nowhere, or does not answer. */
  endSessionUrl(): Promise<string | null>;
  close(): void;
};

type Parts = { readonly clock: Clock; readonly logger: Logger };

const DISCOVERY_SECONDS = 10;
const REFRESH_MS = 3_600_000;
const PAUSE_MS = 5000;

/** Only for a provider on this very machine, which is how it is tried out. */
function isPlain(url: string): boolean {
  return url.startsWith('http:');
}

/** By the way that the provider offers, with the secret as it is at that moment. */
function authenticateBy(secret: () => string): client.ClientAuth {
  return (server, metadata, body, headers) => {
    const offered = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const authenticate = offered.includes('client_secret_basic')
      ? client.ClientSecretBasic(secret())
      : client.ClientSecretPost(secret());
    authenticate(server, metadata, body, headers);
  };
}

function createProviderHttp(options: OidcOptions, clock: Clock): HttpClient {
  const { issuer, hosts, certificateAuthorities } = options;
  // It stands where the operator says, also in a private network; which hosts are asked, the fetch above decides.
  const allow = [allowEntryOf(issuer), ...hosts, '0.0.0.0/0', '::/0'];
  return createHttpClient({ allow, certificateAuthorities }, { clock });
}

/**
 * Asks for the documents of the provider when they are first needed, so that one that is down keeps nothing from
 * starting. They are kept, and asked for again after an hour; while that fails, the old ones stay in use.
 */
function createConfigurationSource(
  options: OidcOptions,
  fetch: client.CustomFetch,
  { clock, logger }: Parts,
): { get(): Promise<client.Configuration | null> } {
  let known: { readonly configuration: client.Configuration; readonly atMs: number } | undefined;
  let failedAtMs: number | undefined;
  let asking: Promise<void> | undefined;

  async function discover(): Promise<void> {
    try {
      const configuration = await client.discovery(
        new URL(options.issuer),
        options.clientId,
        {},
        authenticateBy(options.clientSecret),
        {
          [client.customFetch]: fetch,
          timeout: DISCOVERY_SECONDS,
          execute: [
            // Signatures are verified although TLS would do: a proxy on the way may end TLS.
            client.enableNonRepudiationChecks,
            ...(isPlain(options.issuer) ? [client.allowInsecureRequests] : []),
          ],
        },
      );
      known = { configuration, atMs: clock.monotonicMs() };
      failedAtMs = undefined;
    } catch (error) {
      failedAtMs = clock.monotonicMs();
      const fields = { issuer: options.issuer, problem: reasonOf(error) };
      logger.warn('The identity provider cannot be asked', fields);
    }
  }

  return {
    async get() {
      const nowMs = clock.monotonicMs();
      const isFresh = known !== undefined && nowMs - known.atMs < REFRESH_MS;
      const isPausing = failedAtMs !== undefined && nowMs - failedAtMs < PAUSE_MS;
      if (!isFresh && !isPausing) {
        asking ??= discover().finally(() => (asking = undefined));
        await asking;
      }
      return known?.configuration ?? null;
    },
  };
}

/** The innermost reason: openid-client wraps what it threw. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error
    ? `${error.message}: ${errorMessage(error.cause)}`
    : errorMessage(error);
}

/** Authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 7636, RFC 9700). */
export function createProvider(options: OidcOptions, parts: Parts): Provider {
  const http = createProviderHttp(options, parts.clock);
  const { protocol, origin } = new URL(options.issuer);
  const origins = new Set([origin, ...options.hosts.map((host) => `${protocol}//${host}`)]);
  const source = createConfigurationSource(options, createProviderFetch(http, origins), parts);
  const redirectUri = `${options.publicUrl}/login/oidc/callback`;

  return {
    redirectUri,
    async begin() {
      const configuration = await source.get();
      if (configuration === null) return null;
      const pending = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: options.scopes.join(' '),
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, pending };
    },
    async finish(query, { state, nonce, verifier }) {
      const configuration = await source.get();
      if (configuration === null) throw new Error('the provider does not answer');
      const url = new URL(redirectUri);
      url.search = query;
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('the provider gave no ID token');
      const hasUserInfo = configuration.serverMetadata().userinfo_endpoint !== undefined;
      const isComplete =
        findClaim(claims, options.roleClaim) !== undefined &&
        findClaim(claims, options.nameClaim) !== undefined;
      if (isComplete || !hasUserInfo) return claims;
      const more = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { ...more, ...claims };
    },
    async endSessionUrl() {
      const configuration = await source.get();
      if (configuration?.serverMetadata().end_session_endpoint === undefined) return null;
      const parameters = { post_logout_redirect_uri: `${options.publicUrl}/login` };
      return client.buildEndSessionUrl(configuration, parameters).href;
    },
    close: () => http.close(),
  };
}
