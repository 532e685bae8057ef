import { unknown } from '../../../std/std.ts';
import type { Connector, ConnectorDependencies } from '../connector.ts';
import { createSecondIdentity } from '../web/second-identity.ts';
import { memberOf } from '../web/shapes.ts';
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
import { readApiTokens, readIntegrations } from './espocrm-activity.ts';
import { API_PATH, createEspocrmApi } from './espocrm-api.ts';
import { readAuditTrail } from './espocrm-audit.ts';
import { readAccounts, readJobs } from './espocrm-facts.ts';
import { readLogins } from './espocrm-logins.ts';
import type { EspocrmOptions } from './espocrm-options.ts';
import { createAggregate, createScan } from './espocrm-quality.ts';

const NO_ADMINISTRATOR = unknown(
  'not_permitted',
  'EspoCRM shows this to administrators alone: give one in security_authentication',
);

/** EspoCRM over its REST API, with a second identity for what only administrators see. */
export function createEspocrmConnector(
  options: EspocrmOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const http = createTargetClient(options, dependencies);
  const { security_authentication: administrator, objects } = options;
  // One that the monitoring user must see in any case.
  const [first] = Object.values(objects);
  const page = first === undefined ? '/App/user' : `/${first.entity}?maxSize=100`;
  const data = createEspocrmApi(options.url, options.authentication, http, dependencies);
  const security =
    administrator === undefined
      ? undefined
      : createEspocrmApi(options.url, administrator, http, dependencies);
  const askSecond = createSecondIdentity(security, clock);
  return {
    ...createWebMethods({
      platform: 'espocrm',
      url: `${options.url}${API_PATH}`,
      http,
      exchange: data.exchange,
      credential: data.credential,
      options,
      dependencies,
      apis: [{ api: 'rest_v1' }],
      security: security?.credential,
      health: { path: '/Settings', versionOf },
      proof: (budget) => data.api.get('/App/user', budget),
      light: (budget) => data.api.get('/App/user', budget),
      representative: (budget) => data.api.get(page, budget),
    }),
    jobs: (call, nowMs) => askSecond(call, NO_JOBS, (api, budget) => readJobs(api, nowMs, budget)),
    logins: (call, sinceMs) =>
      askSecond(call, NO_LOGINS, (api, budget) => readLogins(api, sinceMs, budget)),
    accounts: (call) => askSecond(call, NO_ACCOUNTS, (api, budget) => readAccounts(api, budget)),
    auditTrail: (call, sinceMs) =>
      askSecond(call, NO_AUDIT_TRAIL, (api, budget) => readAuditTrail(api, sinceMs, budget)),
    apiTokens: (call) =>
      askSecond(call, NO_API_TOKENS, (api, budget) => readApiTokens(api, budget)),
    integrations: (call, sinceMs) =>
      askSecond(call, NO_INTEGRATIONS, (api, budget) => readIntegrations(api, sinceMs, budget)),
    aggregate: createAggregate({ api: data, objects, clock }),
    scan: createScan({ api: data, objects, clock }),
  };
}

const NO_LOGINS = unknownLogins(NO_ADMINISTRATOR);
const NO_JOBS = unknownJobs(NO_ADMINISTRATOR);
const NO_ACCOUNTS = unknownAccounts(NO_ADMINISTRATOR);
const NO_AUDIT_TRAIL = unknownAuditTrail(NO_ADMINISTRATOR);
const NO_API_TOKENS = unknownApiTokens(NO_ADMINISTRATOR);
const NO_INTEGRATIONS = unknownIntegrations(
  ['synchronisation', 'import', 'message', 'webhook'],
  NO_ADMINISTRATOR,
);

function versionOf(settings: unknown): string | undefined {
  const version = memberOf(settings, 'version');
  return typeof version === 'string' ? version : undefined;
}
