import { known, unknown } from '../../../std/std.ts';
import type { Outcome } from '../../../http/http.ts';
import type { AccountFacts, Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { API_PATH, createZohoApi } from './zoho-api.ts';
import type { ZohoApi } from './zoho-api.ts';
import { toAccountsUrl } from './zoho-options.ts';
import type { ZohoOptions } from './zoho-options.ts';
import { createAggregate, createScan } from './zoho-quality.ts';
import { readCount } from './zoho-queries.ts';

const ORGANISATION = '/org';

/** Zoho CRM over its REST API, with tokens of the accounts server of its data centre. */
export function createZohoConnector(
  options: ZohoOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { url, authentication, objects } = options;
  // The decoder refuses what has none.
  const accountsUrl = toAccountsUrl(options) ?? url;
  const http = createTargetClient(options, dependencies);
  const tokens = createTargetClient({ ...options, url: accountsUrl }, dependencies);
  const zoho = createZohoApi({ url, accountsUrl, authentication }, { http, tokens }, dependencies);
  const [first] = Object.values(objects);
  const quality = { api: zoho, objects, clock };
  return {
    ...createWebMethods({
      platform: 'zoho',
      url: `${url}${API_PATH}`,
      http,
      exchange: zoho.exchange,
      credential: zoho.credential,
      ends: options.credential_ends,
      clock,
      health: { path: ORGANISATION, isRefusalEnough: true },
      proof: (budget) => zoho.api.get(ORGANISATION, budget),
      light: (budget) => zoho.api.get(ORGANISATION, budget),
      representative: (budget) =>
        first === undefined
          ? zoho.api.get(ORGANISATION, budget)
          : zoho.list(first.entity, Object.values(first.fields), budget),
    }),
    accounts: (call) => readAccounts(zoho, startBudget(call, clock)),
    aggregate: createAggregate(quality),
    scan: createScan(quality),
    close() {
      http.close();
      tokens.close();
      return Promise.resolve();
    },
  };
}

/** Users who are active and have accepted their invitation (crm/developer/docs/api/v7/users-count.html). */
async function readAccounts({ api }: ZohoApi, budget: Budget): Promise<Outcome<AccountFacts>> {
  const ofType = (type: string): Promise<Outcome<number>> =>
    readCount(api, `/users/actions/count?type=${type}`, budget);
  const active = await ofType('ActiveConfirmedUsers');
  if (!active.ok) return active;
  const privileged = await ofType('ActiveConfirmedAdmins');
  if (!privileged.ok) return privileged;
  return succeed({
    activeUsers: known(active.value),
    privilegedUsers: known(privileged.value),
    secondFactorUsers: unknown('not_supported', 'second factors are a matter of Zoho Accounts'),
  });
}
