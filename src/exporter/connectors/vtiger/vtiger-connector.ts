import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import type { Ask } from '../web/web-methods.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readAccounts } from './vtiger-accounts.ts';
import { PAGE_SIZE, createVtigerApi } from './vtiger-api.ts';
import type { VtigerOptions } from './vtiger-options.ts';
import { createAggregate } from './vtiger-quality.ts';
import { createScan } from './vtiger-scan.ts';
import { SERVICE } from './vtiger-session.ts';

/** Vtiger Open Source over its web service. */
export function createVtigerConnector(
  options: VtigerOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { objects, url, utc_offset_minutes: utcOffsetMinutes } = options;
  const { authentication, security_authentication: administrator } = options;
  const http = createTargetClient(options, dependencies);
  const api = createVtigerApi(url, authentication, http, dependencies);
  const security =
    administrator === undefined
      ? undefined
      : createVtigerApi(url, administrator, http, dependencies);
  // One that the monitoring user must see in any case.
  const [first] = Object.values(objects);
  const listTypes: Ask = (budget) => api.ask('listtypes', {}, budget);
  const readPage = (module: string): Ask => {
    const query = `SELECT id FROM ${module} ORDER BY id LIMIT ${PAGE_SIZE};`;
    return (budget: Budget) => api.ask('query', { query }, budget);
  };
  const quality = { api, objects, clock, utcOffsetMinutes };
  return {
    ...createWebMethods({
      platform: 'vtiger',
      url,
      http,
      exchange: api.exchange,
      credential: api.credential,
      security: security?.credential,
      options,
      dependencies,
      apis: [{ api: 'webservice' }],
      health: { path: `${SERVICE}?operation=listtypes`, isRefusalEnough: true },
      proof: listTypes,
      light: listTypes,
      representative: first === undefined ? listTypes : readPage(first.entity),
    }),
    accounts: (call) => readAccounts(security ?? api, startBudget(call, clock)),
    aggregate: createAggregate(quality),
    scan: createScan(quality),
  };
}
