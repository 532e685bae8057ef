import { unknown } from '../../../std/std.ts';
import type { Connector, ConnectorDependencies, LoginCounts } from '../connector.ts';
import { createSecondIdentity } from '../web/second-identity.ts';
import { memberOf } from '../web/shapes.ts';
import type { AskedApi } from '../web/api-removals.ts';
import {
  unknownAccounts,
  unknownApiTokens,
  unknownIntegrations,
  unknownJobs,
} from '../web/unknown-facts.ts';
import { createWebMethods } from '../web/web-methods.ts';
import type { WebPlatform } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import {
  NO_FAILED,
  TOLD_KINDS,
  readApiTokens,
  readIntegrations,
  readLogins,
} from './odoo-activity.ts';
import { readAccounts, readJobs } from './odoo-facts.ts';
import type { OdooIdentity, OdooOptions } from './odoo-options.ts';
import { createAggregate } from './odoo-quality.ts';
import { JSONRPC_PATH, VERSION_QUESTION, createOdooRpc } from './odoo-rpc.ts';
import type { OdooCall } from './odoo-rpc.ts';
import { createScan } from './odoo-scan.ts';

const NO_ADMINISTRATOR = unknown(
  'not_permitted',
  'this is asked as an administrator: give one in security_authentication',
);

/** Which needs no rights and no record but that of the user (external_api.rst). */
const CONTEXT: OdooCall = { model: 'res.users', method: 'context_get' };

/** Odoo over JSON-2 or JSON-RPC, with a second identity for scheduled actions and users. */
export function createOdooConnector(
  options: OdooOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const http = createTargetClient(options, dependencies);
  const { authentication, security_authentication: administrator, objects } = options;
  const rpc = createOdooRpc(options, authentication, http, dependencies);
  const security =
    administrator === undefined
      ? undefined
      : createOdooRpc(options, administrator, http, dependencies);
  const quality = { rpc, objects, clock };
  const page = pageOf(options);
  const askSecond = createSecondIdentity(security, clock);
  return {
    ...createWebMethods({
      platform: 'odoo',
      url: options.url,
      http,
      exchange: rpc.exchange,
      credential: rpc.credential,
      options,
      dependencies,
      apis: apisOf(authentication, administrator),
      security: security?.credential,
      health: HEALTH[authentication.protocol],
      proof: (budget) => rpc.call(CONTEXT, budget),
      light: (budget) => rpc.call(CONTEXT, budget),
      representative: (budget) => rpc.call(page, budget),
    }),
    jobs: (call, nowMs) => askSecond(call, NO_JOBS, (api, budget) => readJobs(api, nowMs, budget)),
    accounts: (call) =>
      askSecond(call, NO_ACCOUNTS, (api, budget) => readAccounts(api, clock.now(), budget)),
    logins: (call, sinceMs) =>
      askSecond(call, NO_LOGINS, (api, budget) =>
        readLogins(api, { sinceMs, nowMs: clock.now() }, budget),
      ),
    apiTokens: (call, nowMs) =>
      askSecond(call, NO_API_TOKENS, (api, budget) => readApiTokens(api, nowMs, budget)),
    integrations: (call, sinceMs) =>
      askSecond(call, NO_INTEGRATIONS, (api, budget) => readIntegrations(api, sinceMs, budget)),
    aggregate: createAggregate(quality),
    scan: createScan(quality),
  };
}

/**
 * JSON-RPC is scheduled for removal in Odoo 22, "fall 2028" (content/developer/reference/external_api.rst of
 * odoo/documentation). No day is told, so it is the first one of that season.
 */
const APIS: Readonly<Record<OdooIdentity['protocol'], AskedApi>> = {
  json2: { api: 'json_2' },
  jsonrpc: { api: 'json_rpc', removedAtMs: Date.UTC(2028, 8, 1) },
};

function apisOf(...identities: readonly (OdooIdentity | undefined)[]): readonly AskedApi[] {
  const protocols = identities.flatMap((identity) => identity?.protocol ?? []);
  return [...new Set(protocols)].map((protocol) => APIS[protocol]);
}

/** A page of records that the monitoring user must see in any case. */
function pageOf({ objects }: OdooOptions): OdooCall {
  const [first] = Object.values(objects);
  if (first === undefined) return CONTEXT;
  const fields = [...new Set(Object.values(first.fields))];
  const parameters = { fields, order: 'id', limit: 100 };
  return { model: first.entity, method: 'search_read', domain: [], parameters };
}

/** Neither asks a database, so both answer while it is gone (addons/rpc, odoo/service/common.py). */
const HEALTH: Readonly<Record<'json2' | 'jsonrpc', WebPlatform['health']>> = {
  json2: { path: '/web/version', versionOf: (answer) => textAt(answer, 'version') },
  jsonrpc: {
    path: JSONRPC_PATH,
    question: VERSION_QUESTION,
    versionOf: (answer) => textAt(answer, 'result', 'server_version'),
  },
};

function textAt(document: unknown, ...path: readonly string[]): string | undefined {
  const text = memberOf(document, ...path);
  return typeof text === 'string' ? text : undefined;
}

const NO_JOBS = unknownJobs(NO_ADMINISTRATOR);
const NO_ACCOUNTS = { ...unknownAccounts(NO_ADMINISTRATOR), inactiveUsers: NO_ADMINISTRATOR };
const NO_LOGINS: LoginCounts = { ...NO_FAILED, succeeded: NO_ADMINISTRATOR };
const NO_API_TOKENS = unknownApiTokens(NO_ADMINISTRATOR);
const NO_INTEGRATIONS = unknownIntegrations(TOLD_KINDS, NO_ADMINISTRATOR);
