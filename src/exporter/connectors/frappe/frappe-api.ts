import type { HttpClient, Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { createApi } from '../web/api.ts';
import type { Api } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import { createNoCredential, createStaticCredential } from '../web/credential.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import { countAt, memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { FrappeIdentity } from './frappe-options.ts';
import { readFrappeRefusal } from './frappe-refusals.ts';
import { isTimeZone } from './frappe-times.ts';

/** DocType, field, operator, value; virtual DocTypes such as RQ Job take no shorter form. */
export type Filter = readonly [string, string, string, string | number | readonly string[]];

export type Page = {
  readonly doctype: string;
  readonly filters: readonly Filter[];
  readonly fields: readonly string[];
  readonly size: number;
  /** The newest first, in place of rising names. */
  readonly isNewestFirst?: boolean;
};

/** Requests with one identity. */
export type FrappeApi = {
  readonly api: Api;
  readonly credential: Credential;
  readonly exchange: Exchange;
  /** How many records fulfil all filters, exactly. */
  count(doctype: string, filters: readonly Filter[], budget: Budget): Promise<Outcome<number>>;
  /** A field of a DocType that has one record, as it is. */
  single(doctype: string, field: string, budget: Budget): Promise<Outcome<unknown>>;
  /** Records in the order of their names, rising, where nothing else is asked for. */
  list(page: Page, budget: Budget): Promise<Outcome<readonly JsonRecord[]>>;
  /** The zone of the times of the site. */
  timeZone(budget: Budget): Promise<Outcome<string>>;
};

export function createFrappeApi(
  url: string,
  identity: FrappeIdentity,
  http: HttpClient,
  { clock, resolveSecret }: ConnectorDependencies,
): FrappeApi {
  const exchange = createExchange({ url, http, clock, readRefusal: readFrappeRefusal });
  const credential = createStaticCredential(
    createSecretReader(resolveSecret, identity.api_secret),
    (secret) => ({ authorization: `token ${identity.api_key}:${secret}` }),
  );
  const api = createApi({ exchange, credential });
  return {
    api,
    credential,
    exchange,
    async count(doctype, filters, budget) {
      const answer = await api.get(countPath(doctype, filters), budget);
      return answer.ok
        ? countAt(answer.value.document, ['message'], `the count of ${doctype}`)
        : answer;
    },
    async single(doctype, field, budget) {
      const query = new URLSearchParams({ doctype, field }).toString();
      const answer = await api.get(`/api/method/frappe.client.get_single_value?${query}`, budget);
      return answer.ok ? succeed(memberOf(answer.value.document, 'message')) : answer;
    },
    async list(page, budget) {
      const answer = await api.get(pagePath(page), budget);
      return answer.ok
        ? recordsAt(answer.value.document, ['data'], `the list of ${page.doctype}`)
        : answer;
    },
    timeZone: createTimeZone(exchange, clock),
  };
}

/**
 * The count of the list view (frappe/desk/reportview.py). It keeps to the rights of the user and knows virtual
 * DocTypes, neither of which is true of frappe.client.get_count in every version; and without `limit` nothing cuts
 * it off. Told otherwise, it would keep the filters as the user's last ones.
 */
function countPath(doctype: string, filters: readonly Filter[]): string {
  const isJoined = filters.some(([of]) => of !== doctype);
  const query = new URLSearchParams({
    doctype,
    filters: JSON.stringify(filters),
    fields: '[]',
    save_user_settings: '0',
    ...(isJoined ? { distinct: 'true' } : {}),
  });
  return `/api/method/frappe.desk.reportview.get_count?${query.toString()}`;
}

/** A list of the REST API (`document_list` in frappe/api/v1.py). */
export function pagePath({ doctype, filters, fields, size, isNewestFirst }: Page): string {
  const query = new URLSearchParams({
    fields: JSON.stringify([...new Set(['name', ...fields])]),
    filters: JSON.stringify(filters),
    order_by: isNewestFirst === true ? 'creation desc' : 'name asc',
    limit_page_length: String(size),
  });
  return `/api/resource/${encodeURIComponent(doctype)}?${query.toString()}`;
}

/** By a zone that is not that of the site any more, log-ins and failures of now would be of another hour. */
const ZONE_LASTS_MS = 600_000;

/**
 * Asked without credentials (`frappe.client.get_time_zone`, which guests may call): with them, it is the zone that
 * the user chose, and not the one that times are stored in.
 */
function createTimeZone(exchange: Exchange, clock: Clock): FrappeApi['timeZone'] {
  const api = createApi({ exchange, credential: createNoCredential() });
  let found: { readonly zone: string; readonly atMs: number } | undefined;
  return async (budget) => {
    const nowMs = clock.monotonicMs();
    if (found !== undefined && nowMs - found.atMs < ZONE_LASTS_MS) return succeed(found.zone);
    const answer = await api.get('/api/method/frappe.client.get_time_zone', budget);
    if (!answer.ok) return answer;
    const zone = memberOf(answer.value.document, 'message', 'time_zone');
    if (typeof zone !== 'string' || !isTimeZone(zone)) {
      return fail('schema_changed', 'frappe.client.get_time_zone answered no time zone');
    }
    found = { zone, atMs: nowMs };
    return succeed(zone);
  };
}
