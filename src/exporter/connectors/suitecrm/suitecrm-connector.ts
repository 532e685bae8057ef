import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readApiTokens, readIntegrations } from './suitecrm-activity.ts';
import { createSuitecrmApi } from './suitecrm-api.ts';
import { readAccounts, readJobs } from './suitecrm-facts.ts';
import { apiPathOf } from './suitecrm-options.ts';
import type { SuitecrmOptions } from './suitecrm-options.ts';
import { createAggregate } from './suitecrm-quality.ts';
import { createScan } from './suitecrm-scan.ts';

const WHO_AM_I = '/V8/current-user';

/** SuiteCRM over its API V8, which is the same in 7 and 8, with a second identity for users and clients where there is one. */
export function createSuitecrmConnector(
  options: SuitecrmOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { authentication, security_authentication: second, objects } = options;
  const http = createTargetClient(options, dependencies);
  const url = `${options.url}${apiPathOf(options)}`;
  const api = createSuitecrmApi(url, authentication, http, dependencies);
  const own = second === undefined ? undefined : createSuitecrmApi(url, second, http, dependencies);
  const security = own ?? api;
  // One that the monitoring user must see in any case.
  const [first] = Object.values(objects);
  const page =
    first === undefined
      ? WHO_AM_I
      : `/V8/module/${first.entity}?page[size]=20&fields[${first.entity}]=id`;
  const quality = { api, objects, clock };
  return {
    ...createWebMethods({
      platform: 'suitecrm',
      url,
      http,
      exchange: api.exchange,
      credential: api.credential,
      options,
      dependencies,
      apis: [{ api: 'rest_v8' }],
      security: own?.credential,
      health: { path: '/V8/meta/swagger.json', isRefusalEnough: true },
      proof: (budget) => api.api.get(WHO_AM_I, budget),
      light: (budget) => api.api.get(WHO_AM_I, budget),
      representative: (budget) => api.api.get(page, budget),
    }),
    jobs: (call, nowMs) => readJobs(api, nowMs, startBudget(call, clock)),
    accounts: (call) => readAccounts(security, options.version, startBudget(call, clock)),
    apiTokens: (call, nowMs) => readApiTokens(security, nowMs, startBudget(call, clock)),
    integrations: (call, sinceMs) => readIntegrations(api, sinceMs, startBudget(call, clock)),
    aggregate: createAggregate(quality),
    scan: createScan(quality),
  };
}
