import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { ORGANISATION, readAccounts, readIntegrations, readLimits } from './zoho-activity.ts';
import { API_PATH, createZohoApi } from './zoho-api.ts';
import { toAccountsUrl } from './zoho-options.ts';
import type { ZohoOptions } from './zoho-options.ts';
import { createAggregate, createScan } from './zoho-quality.ts';

/**
 * Zoho CRM over its REST API, with tokens of the accounts server of its data centre, and where it is there with a second
 * identity for users and web hooks.
 */
export function createZohoConnector(
  options: ZohoOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { url, authentication, security_authentication: administrator, objects } = options;
  // The decoder refuses what has none.
  const accountsUrl = toAccountsUrl(options) ?? url;
  const http = createTargetClient(options, dependencies);
  const tokens = createTargetClient({ ...options, url: accountsUrl }, dependencies);
  const servers = { url, accountsUrl };
  const clients = { http, tokens };
  const zoho = createZohoApi(servers, authentication, clients, dependencies);
  const security =
    administrator === undefined
      ? undefined
      : createZohoApi(servers, administrator, clients, dependencies);
  const activity = security ?? zoho;
  const [first] = Object.values(objects);
  const quality = { api: zoho, objects, clock };
  return {
    ...createWebMethods({
      platform: 'zoho',
      url: `${url}${API_PATH}`,
      http,
      exchange: zoho.exchange,
      credential: zoho.credential,
      options,
      tokens,
      dependencies,
      apis: [{ api: 'crm_v8' }],
      security: security?.credential,
      health: { path: ORGANISATION, isRefusalEnough: true },
      proof: (budget) => zoho.api.get(ORGANISATION, budget),
      light: (budget) => zoho.api.get(ORGANISATION, budget),
      representative: (budget) =>
        first === undefined
          ? zoho.api.get(ORGANISATION, budget)
          : zoho.list(first.entity, Object.values(first.fields), budget),
    }),
    limits: (call) => readLimits(zoho, startBudget(call, clock)),
    integrations: (call, sinceMs) =>
      readIntegrations(activity, { sinceMs, nowMs: clock.now() }, startBudget(call, clock)),
    accounts: (call) => readAccounts(activity, startBudget(call, clock)),
    aggregate: createAggregate(quality),
    scan: createScan(quality),
  };
}
