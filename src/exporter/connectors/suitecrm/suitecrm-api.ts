import type { HttpClient, Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { createApi } from '../web/api.ts';
import type { Api } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { createOauthCredential } from '../web/oauth.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { readApiRefusal, readTokenRefusal } from './suitecrm-refusals.ts';
import type { SuitecrmIdentity } from './suitecrm-options.ts';

/**
 * One condition; several must all be true. There are no more operators than these and neq and like, and none for
 * null (Api/V8/JsonApi/Repository/Filter.php).
 */
export type Condition = {
  readonly field: string;
  readonly operator: 'eq' | 'gt' | 'gte' | 'lt' | 'lte';
  readonly value: string;
};

export type PageRequest = {
  readonly module: string;
  readonly where: readonly Condition[];
  readonly fields: readonly string[];
  readonly size: number;
  /** From 1 on; the first when absent. */
  readonly number?: number;
  /** Rising, or falling with a minus in front. */
  readonly sort?: string;
};

export const TOKEN_PATH = '/access_token';

export type SuitecrmApi = {
  readonly api: Api;
  readonly credential: Credential;
  readonly exchange: Exchange;
  list(request: PageRequest, budget: Budget): Promise<Outcome<readonly JsonRecord[]>>;
  /** How many records fulfil all conditions, whether or not the identity may list them. */
  count(module: string, where: readonly Condition[], budget: Budget): Promise<Outcome<number>>;
  /**
   * The same where the identity may list them all; else unknown, `not_permitted`. So is none: an identity that may list
   * no record is answered as if there were none.
   */
  countVisible(
    module: string,
    where: readonly Condition[],
    budget: Budget,
  ): Promise<Outcome<Knowable<number>>>;
};

type Page = { readonly records: readonly JsonRecord[]; readonly totalPages: number };

export function createSuitecrmApi(
  url: string,
  identity: SuitecrmIdentity,
  http: HttpClient,
  dependencies: ConnectorDependencies,
): SuitecrmApi {
  const { clock } = dependencies;
  const exchange = createExchange({ url, http, clock, readRefusal: readApiRefusal });
  const endpoint = { url, http, clock, readRefusal: readTokenRefusal, path: TOKEN_PATH };
  const credential = createOauthCredential(identity, endpoint, dependencies);
  const api = createApi({ exchange, credential });

  async function readPage(request: PageRequest, budget: Budget): Promise<Outcome<Page>> {
    const outcome = await api.get(pathOf(request), budget);
    return outcome.ok ? pageOf(outcome.value.document, request.module) : outcome;
  }

  const one = { fields: ['id'], size: 1 };
  async function count(
    module: string,
    where: readonly Condition[],
    budget: Budget,
  ): Promise<Outcome<number>> {
    const page = await readPage({ ...one, module, where }, budget);
    return page.ok ? succeed(page.value.totalPages) : page;
  }

  return {
    api,
    credential,
    exchange,
    count,
    async list(request, budget) {
      const page = await readPage(request, budget);
      return page.ok ? succeed(page.value.records) : page;
    },
    async countVisible(module, where, budget) {
      const total = await count(module, where, budget);
      if (!total.ok) return total;
      if (total.value === 0) return succeed(unlisted(module));
      if (total.value === 1) return succeed(known(1));
      // Roles and security groups shorten the list, not the count (issue 8653 of SuiteCRM): then the last page is empty.
      const last = await readPage({ ...one, module, where, number: total.value }, budget);
      if (!last.ok) return last;
      return succeed(last.value.records.length > 0 ? known(total.value) : hidden(module));
    },
  };
}

function unlisted(module: string): Knowable<number> {
  const detail = `SuiteCRM lists no such record of ${module}: there is none, or the identity may list none`;
  return unknown('not_permitted', detail);
}

function hidden(module: string): Knowable<number> {
  return unknown('not_permitted', `the identity may not list all records of ${module}`);
}

/** With pages of one record, the number of pages is that of records: count and division are exact (ModuleService::getRecords). */
function pageOf(document: unknown, module: string): Outcome<Page> {
  const records = recordsAt(document, ['data'], `the list of ${module}`);
  if (!records.ok) return records;
  if (!records.value.every(({ id }) => typeof id === 'string')) {
    return fail('schema_changed', `the list of ${module} has a record without an identifier`);
  }
  // An empty list comes with a message in place of the number of pages.
  if (records.value.length === 0) return succeed({ records: [], totalPages: 0 });
  const total = countAt(document, ['meta', 'total-pages'], `the list of ${module}`);
  if (!total.ok) return total;
  // A count that failed in the database is answered as 0, beside a list that has records (issue 9760).
  return total.value === 0
    ? fail('schema_changed', `the list of ${module} has records on 0 pages`)
    : succeed({ records: records.value, totalPages: total.value });
}

function pathOf({ module, where, fields, size, number, sort }: PageRequest): string {
  const query = new URLSearchParams({
    'page[size]': String(size),
    ...(number === undefined ? {} : { 'page[number]': String(number) }),
    [`fields[${module}]`]: fields.join(','),
    ...(sort === undefined ? {} : { sort }),
  });
  for (const { field, operator, value } of where) {
    query.append(`filter[${field}][${operator}]`, value);
  }
  return `/V8/module/${module}?${query.toString()}`;
}
