import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { createHubspotApi } from './hubspot-api.ts';
import { countFailedLogins, readAccounts, readLimits } from './hubspot-facts.ts';
import type { HubspotOptions } from './hubspot-options.ts';
import { createAggregate, createScan } from './hubspot-quality.ts';

/** HubSpot over its dated REST API, as a private app. */
export function createHubspotConnector(
  options: HubspotOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { url, objects } = options;
  const http = createTargetClient(options, dependencies);
  const hubspot = createHubspotApi(options, http, dependencies);
  const { api, credential, exchange, paths } = hubspot;
  const [first] = Object.values(objects);
  const page = first === undefined ? paths.details : `${paths.objectsOf(first.entity)}?limit=100`;
  return {
    ...createWebMethods({
      platform: 'hubspot',
      url,
      http,
      exchange,
      credential,
      ends: options.credential_ends,
      clock,
      health: { path: paths.details, isRefusalEnough: true },
      proof: (budget) => api.get(paths.details, budget),
      light: (budget) => api.get(paths.details, budget),
      representative: (budget) => api.get(page, budget),
    }),
    limits: (call) => readLimits(hubspot, clock.now(), startBudget(call, clock)),
    failedLogins: (call, sinceMs) => countFailedLogins(hubspot, sinceMs, startBudget(call, clock)),
    accounts: (call) => readAccounts(hubspot, startBudget(call, clock)),
    aggregate: createAggregate({ api: hubspot, objects, clock }),
    scan: createScan({ api: hubspot, objects, clock }),
  };
}
