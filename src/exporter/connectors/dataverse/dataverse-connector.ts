import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readApiTokens, readAuditTrail } from './dataverse-activity.ts';
import { API_PATH, createDataverseApi } from './dataverse-api.ts';
import { readAccounts, readJobs } from './dataverse-facts.ts';
import { readIntegrations } from './dataverse-integrations.ts';
import type { DataverseOptions } from './dataverse-options.ts';
import { createAggregate, createScan } from './dataverse-quality.ts';

const WHO_AM_I = '/WhoAmI';

/**
 * Dataverse over its Web API, with tokens of Microsoft Entra, which is a server of its own, and where it is there with a
 * second identity for jobs, integrations, users and the audit trail.
 */
export function createDataverseConnector(
  options: DataverseOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { url, authority, objects } = options;
  const http = createTargetClient(options, dependencies);
  const tokens = createTargetClient({ ...options, url: authority }, dependencies);
  const { authentication, security_authentication: administrator } = options;
  const clients = { http, tokens };
  const data = createDataverseApi(options, authentication, clients, dependencies);
  const security =
    administrator === undefined
      ? undefined
      : createDataverseApi(options, administrator, clients, dependencies);
  const activity = security ?? data;
  const { api, credential, exchange } = data;
  const [first] = Object.values(objects);
  const page = first === undefined ? WHO_AM_I : `/${first.entity_set}?$top=100`;
  const quality = { api: data, url, objects, clock };
  return {
    ...createWebMethods({
      platform: 'dataverse',
      url: `${url}${API_PATH}`,
      http,
      exchange,
      credential,
      options,
      tokens,
      dependencies,
      apis: [{ api: 'web_api' }],
      security: security?.credential,
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
    jobs: (call, nowMs) => readJobs(activity, nowMs, startBudget(call, clock)),
    integrations: (call, sinceMs) => readIntegrations(activity, sinceMs, startBudget(call, clock)),
    accounts: (call) => readAccounts(activity, startBudget(call, clock)),
    auditTrail: (call, sinceMs) => readAuditTrail(activity, sinceMs, startBudget(call, clock)),
    apiTokens: (call) => readApiTokens(activity, startBudget(call, clock)),
    aggregate: createAggregate(quality),
    scan: createScan(quality),
  };
}
