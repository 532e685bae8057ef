import type { InspectingHttpClient, Outcome } from '../../../http/http.ts';
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
import type { PipedriveOptions } from './pipedrive-options.ts';
import { readPipedriveRefusal } from './pipedrive-refusals.ts';

/** Users are in v1 alone; what v2 has costs half as many tokens there. */
export const ME_PATH = '/api/v1/users/me';
export const USERS_PATH = '/api/v1/users';

export type PipedriveApi = {
  readonly http: InspectingHttpClient;
  readonly credential: Credential;
  readonly exchange: Exchange;
  /** An answer that says of itself that it is a success, as all of Pipedrive do. */
  get(path: string, budget: Budget): Promise<Outcome<ApiAnswer>>;
  /** Releases the connections for tokens too. */
  readonly close: () => void;
};

export function createPipedriveApi(
  options: PipedriveOptions,
  dependencies: ConnectorDependencies,
): PipedriveApi {
  const { clock } = dependencies;
  const http = createTargetClient(options, dependencies);
  const exchange = createExchange({
    url: options.url,
    http,
    clock,
    readRefusal: readPipedriveRefusal,
  });
  const { credential, close } = credentialOf(options, dependencies);
  const api = createApi({ exchange, credential });
  return {
    http,
    credential,
    exchange,
    async get(path, budget) {
      const outcome = await api.get(path, budget);
      if (!outcome.ok || memberOf(outcome.value.document, 'success') === true) return outcome;
      return fail('schema_changed', `${withoutQuery(path)} does not say that it succeeded`);
    },
    close() {
      http.close();
      close();
    },
  };
}

type OwnCredential = {
  readonly credential: Credential;
  readonly close: () => void;
};

function credentialOf(
  options: PipedriveOptions,
  dependencies: ConnectorDependencies,
): OwnCredential {
  const { authentication } = options;
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
