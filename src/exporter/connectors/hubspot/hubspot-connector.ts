import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readAuditTrail, readImportFailures, readLogins } from './hubspot-activity.ts';
import { createHubspotApi } from './hubspot-api.ts';
import { readAccounts, readLimits } from './hubspot-facts.ts';
import type { HubspotOptions } from './hubspot-options.ts';
import { createAggregate, createScan } from './hubspot-quality.ts';

/** HubSpot over its dated REST API, as one app, or as another one for what is about security. */
export function createHubspotConnector(
  options: HubspotOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { url, objects, security_authentication: other } = options;
  const http = createTargetClient(options, dependencies);
  const data = createHubspotApi(options, options.authentication, http, dependencies);
  const own =
    other === undefined ? undefined : createHubspotApi(options, other, http, dependencies);
  const security = own ?? data;
  const { api, credential, exchange, paths } = data;
  const [first] = Object.values(objects);
  const page = first === undefined ? paths.details : `${paths.objectsOf(first.entity)}?limit=100`;
  return {
    ...createWebMethods({
      platform: 'hubspot',
      url,
      http,
      exchange,
      credential,
      options,
      dependencies,
      // HubSpot supports a version for 18 months, and has announced of none that it is removed thereafter.
      apis: [{ api: options.api_date }],
      security: own?.credential,
      health: { path: paths.details, isRefusalEnough: true },
      proof: (budget) => api.get(paths.details, budget),
      light: (budget) => api.get(paths.details, budget),
      representative: (budget) => api.get(page, budget),
    }),
    limits: (call) => readLimits(data, clock.now(), startBudget(call, clock)),
    logins: (call, sinceMs) =>
      readLogins(security, { sinceMs, nowMs: clock.now() }, startBudget(call, clock)),
    accounts: (call) => readAccounts(security, startBudget(call, clock)),
    auditTrail: (call, sinceMs) => readAuditTrail(security, sinceMs, startBudget(call, clock)),
    integrations: (call, sinceMs) =>
      readImportFailures(security, sinceMs, startBudget(call, clock)),
    aggregate: createAggregate({ api: data, objects, clock }),
    scan: createScan({ api: data, objects, clock }),
  };
}
