import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readWebhookFailures } from './pipedrive-activity.ts';
import { ME_PATH, createPipedriveApi } from './pipedrive-api.ts';
import { readAccounts, readLimits } from './pipedrive-facts.ts';
import type { PipedriveOptions } from './pipedrive-options.ts';
import { createScan, pathOfRecords } from './pipedrive-quality.ts';
import { createSample } from './pipedrive-sample.ts';

/** Pipedrive over its REST API: v2 for records, v1 for users and web hooks. */
export function createPipedriveConnector(
  options: PipedriveOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock, random } = dependencies;
  const { url, objects, security_authentication: other } = options;
  const http = createTargetClient(options, dependencies);
  const api = createPipedriveApi(options, options.authentication, http, dependencies);
  const own =
    other === undefined ? undefined : createPipedriveApi(options, other, http, dependencies);
  const security = own ?? api;
  const [first] = Object.values(objects);
  const page = first === undefined ? ME_PATH : pathOfRecords(first.entity, { limit: 100 });
  return {
    ...createWebMethods({
      platform: 'pipedrive',
      url,
      http,
      exchange: api.exchange,
      credential: api.credential,
      options,
      dependencies,
      apis: [{ api: 'v1' }, { api: 'v2' }],
      security: own?.credential,
      tokens: {
        close() {
          api.close();
          own?.close();
        },
      },
      health: { path: ME_PATH, isRefusalEnough: true },
      proof: (budget) => api.get(ME_PATH, budget),
      light: (budget) => api.get(ME_PATH, budget),
      representative: (budget) => api.get(page, budget),
    }),
    limits: (call) => readLimits(api, startBudget(call, clock)),
    accounts: (call) => readAccounts(security, clock.now(), startBudget(call, clock)),
    integrations: (call, sinceMs) =>
      readWebhookFailures(security, sinceMs, startBudget(call, clock)),
    scan: createScan({ api, objects, clock }),
    sample: createSample({ api, objects, clock, random }),
  };
}
