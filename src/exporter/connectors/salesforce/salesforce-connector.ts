import type { Outcome } from '../../../http/http.ts';
import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { isRecord } from '../web/shapes.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readAccounts } from './salesforce-accounts.ts';
import { createSalesforceApi, queryPath } from './salesforce-api.ts';
import { countFailedLogins, readJobs, readLimits } from './salesforce-facts.ts';
import type { SalesforceOptions } from './salesforce-options.ts';
import { createAggregate, createScan } from './salesforce-quality.ts';

/** Salesforce over its REST API. */
export function createSalesforceConnector(
  options: SalesforceOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { url, objects, api_version: version } = options;
  const http = createTargetClient(options, dependencies);
  const salesforce = createSalesforceApi(options, http, dependencies);
  const { api, root, exchange, credential } = salesforce;
  // One that the monitoring user must see in any case.
  const [first] = Object.values(objects);
  const page =
    first === undefined
      ? `${root}/limits`
      : queryPath(root, `SELECT Id FROM ${first.entity} ORDER BY Id LIMIT 100`);
  return {
    ...createWebMethods({
      platform: 'salesforce',
      url,
      http,
      exchange,
      credential,
      ends: options.credential_ends,
      clock,
      health: {
        path: '/services/data/',
        versionOf: (document) => versionsIn(document).at(-1),
        check: (document) => checkVersion(document, version),
      },
      proof: (budget) => api.get(`${root}/`, budget),
      light: (budget) => api.get(`${root}/`, budget),
      representative: (budget) => api.get(page, budget),
    }),
    limits: async (call) => readLimits(salesforce, startBudget(call, clock)),
    jobs: async (call, nowMs) => readJobs(salesforce, nowMs, startBudget(call, clock)),
    failedLogins: async (call, sinceMs) =>
      countFailedLogins(salesforce, sinceMs, startBudget(call, clock)),
    accounts: async (call) => readAccounts(salesforce, clock.now(), startBudget(call, clock)),
    aggregate: createAggregate({ api: salesforce, objects, clock }),
    scan: createScan({ api: salesforce, objects, clock }),
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
