import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { API_PATH, createDolibarrApi } from './dolibarr-api.ts';
import { readAccounts } from './dolibarr-facts.ts';
import type { DolibarrOptions } from './dolibarr-options.ts';
import { createAggregate, createScan } from './dolibarr-quality.ts';

/** Dolibarr over its REST API. Jobs and failed log-ins are in its database alone. */
export function createDolibarrConnector(
  options: DolibarrOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { authentication, security_authentication: reader, objects } = options;
  const http = createTargetClient(options, dependencies);
  const api = createDolibarrApi(options, authentication, http, dependencies);
  const security =
    reader === undefined ? undefined : createDolibarrApi(options, reader, http, dependencies);
  const [first] = Object.values(objects);
  const page = first === undefined ? '/status' : `/${first.entity}?limit=100`;
  return {
    ...createWebMethods({
      platform: 'dolibarr',
      url: `${options.url}${API_PATH}`,
      http,
      exchange: api.exchange,
      credential: api.credential,
      security: security?.credential,
      options,
      dependencies,
      apis: [{ api: 'rest' }],
      health: { path: '/status', isRefusalEnough: true },
      proof: (budget) => api.readStatus(budget),
      light: (budget) => api.api.get('/status', budget),
      representative: (budget) => api.api.get(page, budget),
    }),
    accounts: async (call) => readAccounts(security ?? api, clock.now(), startBudget(call, clock)),
    aggregate: createAggregate({ api, objects, clock }),
    scan: createScan({ api, objects, clock }),
  };
}
