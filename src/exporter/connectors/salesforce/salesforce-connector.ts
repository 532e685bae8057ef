import type { Outcome } from '../../../http/http.ts';
import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { isRecord } from '../web/shapes.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readAccounts } from './salesforce-accounts.ts';
import { readApiTokens, readAuditTrail } from './salesforce-activity.ts';
import { createSalesforceApi, queryPath } from './salesforce-api.ts';
import { readJobs, readLimits } from './salesforce-facts.ts';
import { readIntegrations } from './salesforce-imports.ts';
import { readLogins } from './salesforce-logins.ts';
import type { SalesforceOptions } from './salesforce-options.ts';
import { createAggregate, createScan } from './salesforce-quality.ts';
import type { Window } from './salesforce-values.ts';

/** Salesforce over its REST API, with a second identity for what takes more than to read the records. */
export function createSalesforceConnector(
  options: SalesforceOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { url, objects, api_version: version, security_authentication: other } = options;
  const http = createTargetClient(options, dependencies);
  const data = createSalesforceApi(options, http, dependencies);
  const { api, root, exchange, credential } = data;
  const second =
    other === undefined
      ? undefined
      : createSalesforceApi({ ...options, authentication: other }, http, dependencies);
  const security = second ?? data;
  // One that the monitoring user must see in any case; limits take a right that the second may have alone.
  const [first] = Object.values(objects);
  const page =
    first === undefined
      ? `${root}/`
      : queryPath(root, `SELECT Id FROM ${first.entity} ORDER BY Id LIMIT 100`);
  const windowOf = (sinceMs: number): Window => ({ sinceMs, nowMs: clock.now() });
  return {
    ...createWebMethods({
      platform: 'salesforce',
      url,
      http,
      exchange,
      credential,
      options,
      dependencies,
      security: second?.credential,
      // No removal of a version that can be configured is announced.
      apis: [{ api: 'rest_api' }],
      health: {
        path: '/services/data/',
        versionOf: (document) => versionsIn(document).at(-1),
        check: (document) => checkVersion(document, version),
      },
      proof: (budget) => api.get(`${root}/`, budget),
      light: (budget) => api.get(`${root}/`, budget),
      representative: (budget) => api.get(page, budget),
    }),
    limits: async (call) => readLimits(security, startBudget(call, clock)),
    jobs: async (call, nowMs) => readJobs(security, nowMs, startBudget(call, clock)),
    logins: async (call, sinceMs) =>
      readLogins(security, windowOf(sinceMs), startBudget(call, clock)),
    accounts: async (call) => readAccounts(security, clock.now(), startBudget(call, clock)),
    auditTrail: async (call, sinceMs) =>
      readAuditTrail(security, windowOf(sinceMs), startBudget(call, clock)),
    apiTokens: async (call, nowMs) => readApiTokens(security, nowMs, startBudget(call, clock)),
    integrations: async (call, sinceMs) =>
      readIntegrations(security, windowOf(sinceMs), startBudget(call, clock)),
    aggregate: createAggregate({ api: data, objects, clock }),
    scan: createScan({ api: data, objects, clock }),
  };
}

/** The versions of the API that are offered, rising. */
function versionsIn(document: unknown): readonly string[] {
  if (!Array.isArray(document)) return [];
  return document
    .flatMap((entry: unknown) => {
      const version = isRecord(entry) ? entry['version'] : undefined;
      return typeof version === 'string' && /^\d{1,3}\.\d$/.test(version) ? [version] : [];
    })
    .sort((one, other) => Number(one) - Number(other));
}

/** Salesforce retires old versions; that shows here before it shows as a failure of everything else. */
function checkVersion(document: unknown, version: string): Outcome<undefined> {
  const offered = versionsIn(document);
  const [oldest] = offered;
  const newest = offered.at(-1);
  if (oldest === undefined || newest === undefined) {
    return fail('schema_changed', 'GET /services/data/ lists no versions of the API');
  }
  if (offered.includes(version)) return succeed(undefined);
  const remedy = `set api_version to one from ${oldest} to ${newest}`;
  return fail('not_found', `the API has no version ${version} (any more): ${remedy}`);
}
