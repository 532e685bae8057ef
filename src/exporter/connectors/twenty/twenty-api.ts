import type { HttpClient, Outcome } from '../../../http/http.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { createApi } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import { createStaticCredential } from '../web/credential.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { ApiAnswer } from '../web/request.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import { countAt, isRecord, memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { readTwentyRefusal } from './twenty-answers.ts';
import type { TwentyIdentity } from './twenty-options.ts';

/** Every question about records is asked here; read() sends nothing but queries. */
export const GRAPHQL = '/graphql';

/** GraphQL has them as well, but at a path that changed (engine/core-modules/api-key/controllers/api-key.controller.ts). */
const KEYS = '/rest/metadata/apiKeys';

export type Page = {
  readonly entity: string;
  /** Identifier of the last record before. */
  readonly after: string | undefined;
  readonly paths: readonly (readonly string[])[];
  readonly size: number;
};

export type TwentyApi = {
  readonly credential: Credential;
  readonly exchange: Exchange;
  /** The number of records of an object, and a page of their identifiers. */
  askTotal(entity: string, budget: Budget): Promise<Outcome<ApiAnswer>>;
  askPage(entity: string, size: number, budget: Budget): Promise<Outcome<ApiAnswer>>;
  count(question: CountQuestion, budget: Budget): Promise<Outcome<Counts>>;
  /** API keys that are not revoked, all of them: this list has no pages. */
  listKeys(budget: Budget): Promise<Outcome<readonly JsonRecord[]>>;
  /** Records by rising identifier. */
  list(
    page: Page,
    budget: Budget,
  ): Promise<Outcome<{ readonly records: readonly JsonRecord[]; readonly hasMore: boolean }>>;
};

/** What Twenty computes over the records of an object: how many there are, and the numbers that were named. */
export type Counts = { readonly total: number; readonly numbers: ReadonlyMap<string, number> };

export type CountQuestion = {
  readonly entity: string;
  /** Such as countEmptyName. */
  readonly names: readonly string[];
  /** Text of a filter, without the braces around it. */
  readonly filter?: string;
};

export function createTwentyApi(
  url: string,
  identity: TwentyIdentity,
  http: HttpClient,
  { clock, resolveSecret }: ConnectorDependencies,
): TwentyApi {
  const exchange = createExchange({ url, http, clock, readRefusal: readTwentyRefusal });
  const secret = createSecretReader(resolveSecret, identity.key);
  const credential = createStaticCredential(secret, (key) => ({ authorization: `Bearer ${key}` }));
  const api = createApi({ exchange, credential, reads: [/^\/graphql$/] });

  /** All that is ever sent are operations of the kind query, which cannot change anything. */
  function read(selection: string, budget: Budget): Promise<Outcome<ApiAnswer>> {
    return api.ask(GRAPHQL, { query: `query { ${selection} }` }, budget);
  }

  return {
    credential,
    exchange,
    askTotal: (entity, budget) => read(`${entity}(first: 1) { totalCount }`, budget),
    askPage: (entity, size, budget) =>
      read(`${entity}(first: ${size}) { edges { node { id } } }`, budget),
    async count({ entity, names, filter }, budget) {
      const condition = filter === undefined ? '' : `, filter: {${filter}}`;
      const wanted = ['totalCount', ...names].join(' ');
      const outcome = await read(`${entity}(first: 1${condition}) { ${wanted} }`, budget);
      return outcome.ok ? countsOf(outcome.value.document, entity, names) : outcome;
    },
    async listKeys(budget) {
      const outcome = await api.get(KEYS, budget);
      return outcome.ok ? recordsAt(outcome.value.document, [], `GET ${KEYS}`) : outcome;
    },
    async list({ entity, after, paths, size }, budget) {
      const condition = after === undefined ? '' : `, filter: {id: {gt: ${JSON.stringify(after)}}}`;
      const node = selectionOf([['id'], ...paths]);
      const selection =
        `${entity}(first: ${size}, orderBy: [{id: AscNullsFirst}]${condition}) ` +
        `{ edges { node { ${node} } } pageInfo { hasNextPage } }`;
      const outcome = await read(selection, budget);
      return outcome.ok ? pageOf(outcome.value.document, entity) : outcome;
    },
  };
}

/** A field that Twenty no longer knows may come as null, and so does every number of no records at all. */
function countsOf(document: unknown, entity: string, names: readonly string[]): Outcome<Counts> {
  const total = countAt(document, ['data', entity, 'totalCount'], `the count of ${entity}`);
  if (!total.ok) return total;
  const numbers = new Map<string, number>();
  for (const name of names) {
    const path = ['data', entity, name];
    if (total.value === 0 && memberOf(document, ...path) === null) {
      numbers.set(name, 0);
      continue;
    }
    const count = countAt(document, path, `the count of ${entity}`);
    if (!count.ok) return count;
    if (count.value > total.value) {
      return fail('schema_changed', `${name} of ${entity} is more than there are records`);
    }
    numbers.set(name, count.value);
  }
  return succeed({ total: total.value, numbers });
}

function pageOf(
  document: unknown,
  entity: string,
): Outcome<{ readonly records: readonly JsonRecord[]; readonly hasMore: boolean }> {
  const edges = recordsAt(document, ['data', entity, 'edges'], `the page of ${entity}`);
  if (!edges.ok) return edges;
  const records = edges.value.map(({ node }) => node).filter(isRecord);
  const hasMore = memberOf(document, 'data', entity, 'pageInfo', 'hasNextPage');
  if (records.length < edges.value.length || typeof hasMore !== 'boolean') {
    return fail('schema_changed', `the page of ${entity} lacks a node or hasNextPage`);
  }
  return succeed({ records, hasMore });
}

/** Paths as GraphQL selects them, such as "id emails { primaryEmail }"; each field once. */
function selectionOf(paths: readonly (readonly string[])[]): string {
  const below = new Map<string, (readonly string[])[]>();
  for (const [first, ...rest] of paths) {
    if (first === undefined) continue;
    const others = below.get(first) ?? [];
    below.set(first, rest.length === 0 ? others : [...others, rest]);
  }
  return [...below]
    .map(([name, rest]) => (rest.length === 0 ? name : `${name} { ${selectionOf(rest)} }`))
    .join(' ');
}
