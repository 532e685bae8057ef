import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { ME_PATH, createPipedriveApi } from './pipedrive-api.ts';
import { readAccounts, readLimits } from './pipedrive-facts.ts';
import type { PipedriveOptions } from './pipedrive-options.ts';
import { createScan, pathOfRecords } from './pipedrive-quality.ts';

/** Pipedrive over its REST API: v2 for records, v1 for users. */
export function createPipedriveConnector(
  options: PipedriveOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { url, objects } = options;
  const api = createPipedriveApi(options, dependencies);
  const [first] = Object.values(objects);
  const page = first === undefined ? ME_PATH : pathOfRecords(first.entity, 100);
  return {
    ...createWebMethods({
      platform: 'pipedrive',
      url,
      http: api.http,
      exchange: api.exchange,
      credential: api.credential,
      ends: options.credential_ends,
      clock,
      health: { path: ME_PATH, isRefusalEnough: true },
      proof: (budget) => api.get(ME_PATH, budget),
      light: (budget) => api.get(ME_PATH, budget),
      representative: (budget) => api.get(page, budget),
    }),
    limits: (call) => readLimits(api, startBudget(call, clock)),
    accounts: (call) => readAccounts(api, startBudget(call, clock)),
    scan: createScan({ api, objects, clock }),
    close: async () => api.close(),
  };
}
