import type { HttpClient, Outcome } from '../../../http/http.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { createApi } from '../web/api.ts';
import type { Api } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { createOauthCredential } from '../web/oauth.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt, memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { SalesforceOptions } from './salesforce-options.ts';
import { createReadRefusal } from './salesforce-refusals.ts';

/** What a query answers: a batch of its records, and how many there are in all. */
export type QueryAnswer = {
  readonly records: readonly JsonRecord[];
  readonly total: number;
  /** False when there are more records than these. */
  readonly isDone: boolean;
};

/** Questions in SOQL, the query language of Salesforce. */
export type Soql = {
  query(soql: string, budget: Budget): Promise<Outcome<QueryAnswer>>;
  /** The number of records of `FROM …`, with what follows it. */
  count(from: string, budget: Budget): Promise<Outcome<number>>;
  /** All groups of an aggregate; `too_large` where one answer does not hold them, because groups cannot be paged. */
  groups(soql: string, budget: Budget): Promise<Outcome<readonly JsonRecord[]>>;
  /** The one record that an aggregate without groups answers. */
  aggregate(soql: string, budget: Budget): Promise<Outcome<JsonRecord>>;
};

export const TOKEN_PATH = '/services/oauth2/token';

export type SalesforceApi = {
  /** Start of all paths of the configured version. */
  readonly root: string;
  readonly api: Api;
  readonly exchange: Exchange;
  readonly credential: Credential;
  /** Of objects that the configuration names: one that is not to be seen is not found. */
  readonly objects: Soql;
  /** Of objects that every organization has: one that is not to be seen is not permitted. */
  readonly system: Soql;
};

/** The version of an API in its paths. */
export function rootOf(version: string): string {
  return `/services/data/v${version}`;
}

/** The path of a query; its length matters, because Salesforce refuses longer addresses with 414. */
export function queryPath(root: string, soql: string): string {
  return `${root}/query?${new URLSearchParams({ q: soql }).toString()}`;
}

export function createSalesforceApi(
  options: Pick<SalesforceOptions, 'url' | 'api_version' | 'authentication'>,
  http: HttpClient,
  dependencies: ConnectorDependencies,
): SalesforceApi {
  const { url, api_version: version, authentication } = options;
  const { clock } = dependencies;
  const root = rootOf(version);
  // Errors of the log-in have another shape, {"error": …} with 400 (RFC 6749), which the credential reads.
  const endpoint = { url, http, clock, path: TOKEN_PATH };
  const credential = createOauthCredential(authentication, endpoint, dependencies);
  const apiWith = (hidden: 'not_found' | 'authorization'): { exchange: Exchange; api: Api } => {
    const exchange = createExchange({ url, http, clock, readRefusal: createReadRefusal(hidden) });
    return { exchange, api: createApi({ exchange, credential }) };
  };
  const { exchange, api } = apiWith('not_found');
  return {
    root,
    api,
    exchange,
    credential,
    objects: createSoql(api, root),
    system: createSoql(apiWith('authorization').api, root),
  };
}

function createSoql(api: Api, root: string): Soql {
  async function query(soql: string, budget: Budget): Promise<Outcome<QueryAnswer>> {
    const outcome = await api.get(queryPath(root, soql), budget);
    if (!outcome.ok) return outcome;
    const { document } = outcome.value;
    const what = `GET ${root}/query`;
    const total = countAt(document, ['totalSize'], what);
    if (!total.ok) return total;
    const records = recordsAt(document, ['records'], what);
    if (!records.ok) return records;
    const isDone = memberOf(document, 'done');
    if (typeof isDone !== 'boolean') {
      return fail('schema_changed', `${what} does not say whether it is done`);
    }
    return succeed({ records: records.value, total: total.value, isDone });
  }

  return {
    query,
    async count(from, budget) {
      const answer = await query(`SELECT COUNT() ${from}`, budget);
      return answer.ok ? succeed(answer.value.total) : answer;
    },
    async groups(soql, budget) {
      const answer = await query(soql, budget);
      if (!answer.ok) return answer;
      return answer.value.isDone
        ? succeed(answer.value.records)
        : fail('too_large', `GET ${root}/query has more groups than one answer holds`);
    },
    async aggregate(soql, budget) {
      const answer = await query(soql, budget);
      if (!answer.ok) return answer;
      const [record] = answer.value.records;
      return record === undefined
        ? fail('schema_changed', `GET ${root}/query answered an aggregate without a record`)
        : succeed(record);
    },
  };
}
