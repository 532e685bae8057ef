import type { HttpClient, Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { createApi } from '../web/api.ts';
import type { Api } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import { createStaticCredential } from '../web/credential.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange, withoutQuery } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { ApiAnswer } from '../web/request.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import { countAt, memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { isEmptyList, isNoRecord, readDolibarrRefusal } from './dolibarr-answers.ts';
import type { DolibarrIdentity, DolibarrOptions } from './dolibarr-options.ts';

/** Below the address of the CRM. */
export const API_PATH = '/api/index.php';

export type Page = {
  readonly entity: string;
  /** Key of the last record before; 0 is before all. */
  readonly after: number;
  readonly properties: readonly string[];
  readonly size: number;
};

export type DolibarrApi = {
  readonly api: Api;
  readonly credential: Credential;
  readonly exchange: Exchange;
  /** Proves the key and that people can log in. */
  readStatus(budget: Budget): Promise<Outcome<ApiAnswer>>;
  /** How many records fulfil a filter; `not_supported` from versions whose lists have no total. */
  count(entity: string, filter: string, budget: Budget): Promise<Outcome<Knowable<number>>>;
  /** Records by rising key; none after the last one. A page may be short although others follow. */
  list(page: Page, budget: Budget): Promise<Outcome<readonly JsonRecord[]>>;
};

/** Lists that say "not found" when they are empty, in all versions (their api_*.class.php). */
const NEVER_EMPTY: ReadonlySet<string> = new Set(['thirdparties', 'contacts']);

export function createDolibarrApi(
  { url, company }: Pick<DolibarrOptions, 'url' | 'company'>,
  identity: DolibarrIdentity,
  http: HttpClient,
  { clock, resolveSecret }: ConnectorDependencies,
): DolibarrApi {
  const exchange = createExchange({
    url: `${url}${API_PATH}`,
    http,
    clock,
    readRefusal: readDolibarrRefusal,
    isGood: isEmptyList,
  });
  const secret = createSecretReader(resolveSecret, identity.key);
  const credential = createStaticCredential(secret, (key) => ({
    dolapikey: key,
    ...(company === undefined ? {} : { dolapientity: String(company) }),
  }));
  const api = createApi({ exchange, credential });
  return {
    api,
    credential,
    exchange,
    async readStatus(budget) {
      const outcome = await api.get('/status', budget);
      return outcome.ok ? checkStatus(outcome.value) : outcome;
    },
    async count(entity, filter, budget) {
      const path = pathOf(entity, {
        limit: 1,
        page: 0,
        properties: 'id',
        pagination_data: true,
        sqlfilters: filter,
      });
      const outcome = await api.get(path, budget);
      return outcome.ok ? totalOf(outcome.value.document, `GET /${entity}`) : outcome;
    },
    async list({ entity, after, properties, size }, budget) {
      const path = pathOf(entity, {
        sortfield: 't.rowid',
        sortorder: 'ASC',
        limit: size,
        page: 0,
        properties: [...new Set(['id', ...properties])].join(','),
        sqlfilters: `(t.rowid:>:${after})`,
      });
      const outcome = await api.get(path, budget);
      if (!outcome.ok) return outcome;
      const { document } = outcome.value;
      if (isNoRecord(document)) return succeed([]);
      const records = recordsAt(document, [], withoutQuery(`GET ${path}`));
      if (records.ok && records.value.length === 0 && NEVER_EMPTY.has(entity)) {
        return fail('schema_changed', `GET /${entity} answered an empty list with 200`);
      }
      return records;
    },
  };
}

/** What stands in place of the user who alone can log in. */
const OPEN: ReadonlySet<unknown> = new Set(['', '0', 0, false]);

/** Source: htdocs/api/class/api_status.class.php. */
function checkStatus(answer: ApiAnswer): Outcome<ApiAnswer> {
  if (typeof memberOf(answer.document, 'success', 'dolibarr_version') !== 'string') {
    return fail('schema_changed', 'GET /status tells no version');
  }
  // The API goes on while nobody but one user can log in; that one is named, so it is not repeated.
  const locked = memberOf(answer.document, 'success', 'access_locked') ?? '';
  if (OPEN.has(locked)) return succeed(answer);
  return fail('server_error', 'GET /status says that access is locked to a single user');
}

function totalOf(document: unknown, what: string): Outcome<Knowable<number>> {
  if (isNoRecord(document)) return succeed(known(0));
  if (Array.isArray(document)) {
    const plain = recordsAt(document, [], what);
    if (!plain.ok) return plain;
    return succeed(unknown('not_supported', 'lists of Dolibarr before 21 have no total'));
  }
  const total = countAt(document, ['pagination', 'total'], what);
  return total.ok ? succeed(known(total.value)) : total;
}

function pathOf(
  entity: string,
  parameters: Readonly<Record<string, string | number | boolean>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== '') query.set(name, String(value));
  }
  return `/${entity}?${query.toString()}`;
}
