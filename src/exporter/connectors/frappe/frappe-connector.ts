import { unknown } from '../../../std/std.ts';
import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { createSecondIdentity } from '../web/second-identity.ts';
import {
  unknownAccounts,
  unknownApiTokens,
  unknownAuditTrail,
  unknownIntegrations,
  unknownJobs,
  unknownLogins,
} from '../web/unknown-facts.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readIntegrations, readLogins } from './frappe-activity.ts';
import { createFrappeApi, pagePath } from './frappe-api.ts';
import { LOGGED_USER_PATH, readJobs, readLimits } from './frappe-facts.ts';
import type { FrappeOptions } from './frappe-options.ts';
import { createAggregate, createScan } from './frappe-quality.ts';
import { readAccounts, readApiTokens, readAuditTrail } from './frappe-security.ts';

const NO_SYSTEM_MANAGER = unknown(
  'not_permitted',
  'Frappe shows this to a System Manager alone: give one in security_authentication',
);

/** Frappe over its REST API, with a second identity for what only a System Manager sees. */
export function createFrappeConnector(
  options: FrappeOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const http = createTargetClient(options, dependencies);
  const { authentication, security_authentication: manager, objects, url } = options;
  const data = createFrappeApi(url, authentication, http, dependencies);
  const security =
    manager === undefined ? undefined : createFrappeApi(url, manager, http, dependencies);
  const quality = { api: data, objects, clock };
  const page = pageOf(options);
  const askSecond = createSecondIdentity(security, clock);
  return {
    ...createWebMethods({
      platform: 'frappe',
      url,
      http,
      exchange: data.exchange,
      credential: data.credential,
      options,
      dependencies,
      apis: [{ api: 'rest_v1' }],
      security: security?.credential,
      health: { path: '/api/method/ping' },
      proof: (budget) => data.api.get(LOGGED_USER_PATH, budget),
      light: (budget) => data.api.get(LOGGED_USER_PATH, budget),
      representative: (budget) => data.api.get(page, budget),
    }),
    limits: (call) => readLimits(data, startBudget(call, clock)),
    jobs: (call, nowMs) => askSecond(call, NO_JOBS, (api, budget) => readJobs(api, nowMs, budget)),
    logins: (call, sinceMs) =>
      askSecond(call, NO_LOGINS, (api, budget) => readLogins(api, sinceMs, budget)),
    accounts: (call) =>
      askSecond(call, NO_ACCOUNTS, (api, budget) => readAccounts(api, clock.now(), budget)),
    auditTrail: (call, sinceMs) =>
      askSecond(call, NO_AUDIT_TRAIL, (api, budget) => readAuditTrail(api, sinceMs, budget)),
    apiTokens: (call, nowMs) =>
      askSecond(call, NO_API_TOKENS, (api, budget) => readApiTokens(api, nowMs, budget)),
    integrations: (call, sinceMs) =>
      askSecond(call, NO_INTEGRATIONS, (api, budget) => readIntegrations(api, sinceMs, budget)),
    aggregate: createAggregate(quality),
    scan: createScan(quality),
  };
}

/** A page of records that the monitoring user must see in any case. */
function pageOf({ objects }: FrappeOptions): string {
  const [first] = Object.values(objects);
  if (first === undefined) return LOGGED_USER_PATH;
  const fields = Object.values(first.fields);
  return pagePath({ doctype: first.entity, filters: [], fields, size: 100 });
}

const NO_LOGINS = unknownLogins(NO_SYSTEM_MANAGER);
const NO_JOBS = unknownJobs(NO_SYSTEM_MANAGER);
const NO_ACCOUNTS = { ...unknownAccounts(NO_SYSTEM_MANAGER), inactiveUsers: NO_SYSTEM_MANAGER };
const NO_AUDIT_TRAIL = unknownAuditTrail(NO_SYSTEM_MANAGER);
const NO_API_TOKENS = unknownApiTokens(NO_SYSTEM_MANAGER);
const NO_INTEGRATIONS = unknownIntegrations(
  ['import', 'webhook', 'message', 'synchronisation'],
  NO_SYSTEM_MANAGER,
);
