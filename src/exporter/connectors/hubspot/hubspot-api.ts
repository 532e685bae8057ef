import type { HttpClient, Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { createApi } from '../web/api.ts';
import type { Api } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import { createStaticCredential } from '../web/credential.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import { countAt } from '../web/shapes.ts';
import type { HubspotIdentity, HubspotOptions } from './hubspot-options.ts';
import { createLists, createPages } from './hubspot-pages.ts';
import type { ListPages, OpenList } from './hubspot-pages.ts';
import { isMissingScope, readHubspotRefusal } from './hubspot-refusals.ts';
import { createPace } from './pace.ts';

/** One condition of a search; all of a group hold together. */
export type Filter = {
  readonly propertyName: string;
  readonly operator: 'HAS_PROPERTY' | 'NOT_HAS_PROPERTY' | 'LT';
  readonly value?: string;
};

/** More filters than this in one group are refused (developers.hubspot.com, search the CRM). */
export const GROUP_LIMIT = 6;
/**
 * A search goes through this many results and no further. What its total says beyond is not documented, so a total that
 * is this very number may be a cap rather than a count.
 */
const SEARCH_CAP = 10_000;
/** Searches are asked by POST. */
export const SEARCH: RegExp = /^\/crm\/objects\/[\d-]+\/[A-Za-z0-9_-]+\/search$/;

/** Paths of one version of the API. */
export type HubspotPaths = {
  readonly details: string;
  readonly usage: string;
  readonly logins: string;
  readonly security: string;
  readonly records: string;
  readonly imports: string;
  readonly users: string;
  readonly objectsOf: (entity: string) => string;
};

export type HubspotApi = {
  readonly api: Api;
  readonly credential: Credential;
  readonly exchange: Exchange;
  readonly paths: HubspotPaths;
  /** How many records fulfil all filters; at most GROUP_LIMIT of them. */
  count(
    entity: string,
    filters: readonly Filter[],
    budget: Budget,
  ): Promise<Outcome<Knowable<number>>>;
  readonly openList: OpenList;
  readonly list: ListPages;
  /** As `list`; undefined where HubSpot says that the token lacks the scope for it. */
  readonly listPermitted: (
    ...asked: Parameters<ListPages>
  ) => Promise<Outcome<{ readonly complete: boolean } | undefined>>;
};

/** The dated paths are those of HubSpot's own OpenAPI files of 2026-03. */
function pathsOf(date: string): HubspotPaths {
  return {
    details: `/account-info/${date}/details`,
    usage: `/account-info/${date}/api-usage/daily/private-apps`,
    logins: `/account-info/${date}/activity/login`,
    security: `/account-info/${date}/activity/security`,
    records: `/crm/limits/${date}/records`,
    imports: `/crm/imports/${date}`,
    users: `/settings/users/${date}`,
    objectsOf: (entity) => `/crm/objects/${date}/${entity}`,
  };
}

/** Requests of one of the identities. */
export function createHubspotApi(
  options: HubspotOptions,
  authentication: HubspotIdentity,
  http: HttpClient,
  { clock, resolveSecret }: ConnectorDependencies,
): HubspotApi {
  const { url, search_interval: intervalMs } = options;
  const paths = pathsOf(options.api_date);
  const exchangeOptions = { url, http, clock, readRefusal: readHubspotRefusal };
  const exchange = createExchange(exchangeOptions);
  const credential = createStaticCredential(
    createSecretReader(resolveSecret, authentication.token),
    (token) => ({ authorization: `Bearer ${token}` }),
  );
  const api = createApi({ exchange, credential, reads: [SEARCH] });
  const lenient = createApi({
    exchange: createExchange({ ...exchangeOptions, isGood: isMissingScope }),
    credential,
  });
  const pace = createPace(intervalMs, clock);
  const openList = createLists((path, budget) => api.get(path, budget));
  return {
    api,
    credential,
    exchange,
    paths,
    async count(entity, filters, budget) {
      const path = `${paths.objectsOf(entity)}/search`;
      const filterGroups = filters.length === 0 ? [] : [{ filters }];
      // The one record that comes along shall hold nothing of anybody.
      // All five members are required by HubSpot's own OpenAPI file.
      const question = {
        filterGroups,
        limit: 1,
        after: '0',
        sorts: [],
        properties: ['hs_object_id'],
      };
      if (!(await pace(budget))) {
        return fail('timeout', `no time was left to keep searches ${intervalMs} ms apart`);
      }
      const outcome = await api.ask(path, question, budget);
      if (!outcome.ok) return outcome;
      const total = countAt(outcome.value.document, ['total'], path);
      if (!total.ok) return total;
      return succeed(
        total.value === SEARCH_CAP
          ? unknown('not_supported', `a search for ${entity} may have counted no further`)
          : known(total.value),
      );
    },
    openList,
    list: createPages(openList),
    async listPermitted(path, query, budget, onPage) {
      let lacksScope = false;
      const open = createLists(async (page, left) => {
        const outcome = await lenient.get(page, left);
        if (!outcome.ok || !isMissingScope(outcome.value.answer)) return outcome;
        lacksScope = true;
        return fail('authorization', `${path} needs a scope that the token lacks`);
      });
      const read = await createPages(open)(path, query, budget, onPage);
      return lacksScope ? succeed(undefined) : read;
    },
  };
}
