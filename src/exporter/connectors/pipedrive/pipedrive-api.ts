import type { HttpClient, Outcome } from '../../../http/http.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { createApi } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import { createStaticCredential } from '../web/credential.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange, withoutQuery } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { createOauthCredential } from '../web/oauth.ts';
import { fail } from '../web/outcomes.ts';
import type { ApiAnswer } from '../web/request.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import { memberOf } from '../web/shapes.ts';
import { createTargetClient } from '../web/web-options.ts';
import type { PipedriveIdentity, PipedriveOptions } from './pipedrive-options.ts';
import { readPipedriveRefusal } from './pipedrive-refusals.ts';

/**
 * Users and web hooks are in v1 alone; what v2 has costs half as many tokens there. None of these is among the endpoints of
 * v1 that are out of support since 1 August 2026 (developers.pipedrive.com, changelog of 29 July 2026).
 */
export const ME_PATH = '/api/v1/users/me';
export const USERS_PATH = '/api/v1/users';
export const WEBHOOKS_PATH = '/api/v1/webhooks';

export type PipedriveApi = {
  readonly credential: Credential;
  readonly exchange: Exchange;
  /** Whether it asks as a user rather than as an app of one. */
  readonly isUser: boolean;
  /** An answer that says of itself that it is a success, as all of Pipedrive do. */
  get(path: string, budget: Budget): Promise<Outcome<ApiAnswer>>;
  /** Releases the connections for tokens. */
  readonly close: () => void;
};

/** Requests of one of the identities. */
export function createPipedriveApi(
  options: PipedriveOptions,
  authentication: PipedriveIdentity,
  http: HttpClient,
  dependencies: ConnectorDependencies,
): PipedriveApi {
  const { clock } = dependencies;
  const exchange = createExchange({
    url: options.url,
    http,
    clock,
    readRefusal: readPipedriveRefusal,
  });
  const { credential, close } = credentialOf(options, authentication, dependencies);
  const api = createApi({ exchange, credential });
  return {
    credential,
    exchange,
    isUser: authentication.method === 'api_token',
    close,
    async get(path, budget) {
      const outcome = await api.get(path, budget);
      if (!outcome.ok || memberOf(outcome.value.document, 'success') === true) return outcome;
      return fail('schema_changed', `${withoutQuery(path)} does not say that it succeeded`);
    },
  };
}

type OwnCredential = {
  readonly credential: Credential;
  readonly close: () => void;
};

function credentialOf(
  options: PipedriveOptions,
  authentication: PipedriveIdentity,
  dependencies: ConnectorDependencies,
): OwnCredential {
  if (authentication.method === 'api_token') {
    const reader = createSecretReader(dependencies.resolveSecret, authentication.token);
    // v1 takes it in the query as well, where logs and proxies would keep it.
    const credential = createStaticCredential(reader, (token) => ({ 'x-api-token': token }));
    return { credential, close: () => undefined };
  }
  const { origin, pathname } = new URL(options.token_url);
  const http = createTargetClient({ ...options, url: origin }, dependencies);
  const endpoint = { url: origin, http, clock: dependencies.clock, path: pathname };
  const credential = createOauthCredential(authentication, endpoint, dependencies);
  return { credential, close: () => http.close() };
}
