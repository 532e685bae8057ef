import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { API_PATH, createDataverseApi } from './dataverse-api.ts';
import { readAccounts, readJobs } from './dataverse-facts.ts';
import type { DataverseOptions } from './dataverse-options.ts';
import { createAggregate, createScan } from './dataverse-quality.ts';

const WHO_AM_I = '/WhoAmI';

/** Dataverse over its Web API, with tokens of Microsoft Entra, which is a server of its own. */
export function createDataverseConnector(
  options: DataverseOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { url, authority, objects } = options;
  const http = createTargetClient(options, dependencies);
  const tokens = createTargetClient({ ...options, url: authority }, dependencies);
  const dataverse = createDataverseApi(options, { http, tokens }, dependencies);
  const { api, credential, exchange } = dataverse;
  const [first] = Object.values(objects);
  const page = first === undefined ? WHO_AM_I : `/${first.entity_set}?$top=100`;
  const quality = { api: dataverse, url, objects, clock };
  return {
    ...createWebMethods({
      platform: 'dataverse',
      url: `${url}${API_PATH}`,
      http,
      exchange,
      credential,
      ends: options.credential_ends,
      clock,
      health: {
        path: WHO_AM_I,
        isRefusalEnough: true,
        // By which clients find the authority of an environment.
        challenge: /^Bearer\b.*\bauthorization_uri=/i,
      },
      proof: (budget) => api.get(WHO_AM_I, budget),
      light: (budget) => api.get(WHO_AM_I, budget),
      representative: (budget) => api.get(page, budget),
    }),
    jobs: (call, nowMs) => readJobs(dataverse, nowMs, startBudget(call, clock)),
    accounts: (call) => readAccounts(dataverse, startBudget(call, clock)),
    aggregate: createAggregate(quality),
    scan: createScan(quality),
    close() {
      http.close();
      tokens.close();
      return Promise.resolve();
    },
  };
}
