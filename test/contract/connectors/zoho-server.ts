import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { textOf } from '../../support/fetch-xml-support.ts';

export const TOKEN_PATH = '/oauth/v2/token';
/** Zoho answers so where nothing matches. */
export const NOTHING: GoodAnswer = { status: 204, body: '' };

type Row = Readonly<Record<string, unknown>>;

export const CONTACTS: readonly Row[] = [
  { id: '554023000000310001', Email: 'a@example.com', Phone: '1', Languages: ['en', 'de'] },
  { id: '554023000000310002', Email: null, Phone: null, Languages: [] },
  { id: '554023000000310003', Email: 'c@example.com', Phone: null, Languages: ['en'] },
].map((contact, index) => ({
  ...contact,
  Modified_Time: `2025-0${index + 1}-01T01:00:00+01:00`,
  Last_Name: 'Boyle',
  Account_Name: { id: '554023000000238116', name: 'Zylker' },
  Owner: { id: '554023000000235011', name: 'Patricia' },
}));

export const MODULES: Readonly<Record<string, readonly Row[]>> = {
  Accounts: [{ id: '554023000000238116', Account_Name: 'Zylker' }],
  Contacts: CONTACTS,
  Leads: [],
};

export function refusal(
  status: number,
  code: string,
  headers: Record<string, string> = {},
): GoodAnswer {
  return { status, body: { code, details: {}, message: 'a message', status: 'error' }, headers };
}

function isFulfilled(row: Row, condition: string): boolean {
  const [, field = '', operator = '', value = ''] =
    /^(\w+) (is null|is not null|<|>=|>)(?: '([^']*)')?$/.exec(condition) ?? [];
  const own = row[field] ?? null;
  switch (operator) {
    case 'is null':
      return own === null;
    case 'is not null':
      return own !== null;
    case '<':
      return own !== null && Date.parse(textOf(own)) < Date.parse(value);
    case '>=':
      return own !== null && Date.parse(textOf(own)) >= Date.parse(value);
    case '>':
      return BigInt(textOf(own)) > BigInt(value);
    default:
      throw new Error(`no condition is written ${condition}`);
  }
}

/** A query as COQL reads it; sources: Get-Records-through-COQL-Query.html and COQL-Limitations.html of API 7 and 8. */
function answerQuery(query: string, modules: Readonly<Record<string, readonly Row[]>>): GoodAnswer {
  const [, columns = '', module = '', where = '', group, limit = '200'] =
    /^select (.+) from (\w+) where (.+?)(?: group by (\w+))?(?: order by id asc)?(?: limit (\d+))?$/.exec(
      query,
    ) ?? [];
  const rows = Object.hasOwn(modules, module) ? modules[module] : undefined;
  if (rows === undefined || Number(limit) > 2000) return refusal(400, 'INVALID_QUERY');
  const conditions = where.replace(/^\((.*)\)$/, '$1').split(' or ');
  const found = rows
    .filter((row) => conditions.some((condition) => isFulfilled(row, condition)))
    .toSorted((a, b) => (BigInt(textOf(a['id'])) < BigInt(textOf(b['id'])) ? -1 : 1));
  if (found.length === 0) return NOTHING;
  if (columns.startsWith('COUNT(id)')) {
    const keys = group === undefined ? [undefined] : [...new Set(found.map((row) => row[group]))];
    const data = keys.map((key) => ({
      'COUNT(id)': found.filter((row) => group === undefined || row[group] === key).length,
      ...(group === undefined ? {} : { [group]: key ?? null }),
    }));
    return { body: { data, info: { count: data.length, more_records: false } } };
  }
  const names = columns.split(', ');
  if (names.some((name) => found[0]?.[name] === undefined)) return refusal(400, 'INVALID_QUERY');
  const page = found.slice(0, Number(limit));
  const data = page.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])));
  return { body: { data, info: { count: page.length, more_records: page.length < found.length } } };
}

type SubRequest = Readonly<Record<'method' | 'uri', string>> & {
  readonly body: { readonly select_query: string };
};

/** Whether a request for several holds queries and nothing else. */
export function holdsQueriesAlone(body: string): boolean {
  const { __composite_requests: all } = JSON.parse(body) as Record<string, readonly SubRequest[]>;
  const isQuery = ({ method, uri, body: { select_query } }: SubRequest): boolean =>
    method === 'POST' && uri === '/crm/v8/coql' && select_query.startsWith('select COUNT(id)');
  return all !== undefined && all.length <= 5 && all.every(isQuery);
}

/** Five requests at most in one, each of 25 records at most; source: api/v8/composite-api.html. */
function answerComposite(
  body: string,
  modules: Readonly<Record<string, readonly Row[]>>,
): GoodAnswer {
  if (!holdsQueriesAlone(body)) return refusal(400, 'INVALID_DATA');
  const { __composite_requests: all = [] } = JSON.parse(body) as Record<string, SubRequest[]>;
  const entries = all.map(({ body: { select_query } }) => {
    const answer = / limit ([1-9]|1\d|2[0-5])$/.test(select_query)
      ? answerQuery(select_query, modules)
      : refusal(400, 'LIMIT_EXCEEDED');
    const response = {
      headers: {},
      status_code: answer.status ?? 200,
      body: answer.body === '' ? null : answer.body,
    };
    return { code: 'SUCCESS', message: 'a message', status: 'success', details: { response } };
  });
  return { body: { __composite_requests: entries } };
}

/** A failure at a time as Zoho writes it, with the zone of the organisation. */
export function failure(id: number, failure_time: string): Row {
  return {
    id: `4876876000016${400_000 + id}`,
    failure_time,
    failure_reason: 'page_notfound',
    webhook: { name: 'Premium Lead Alert', id: '4876876000016390771' },
    entity_details: { name: 'Boyle', id: '4876876000016474049', module: { api_name: 'Leads' } },
  };
}

/** Failures by the day that they are asked from, newest first; source: api/v8/get-webhook-failures.html. */
function answerFailures(query: URLSearchParams, failures: readonly Row[]): GoodAnswer {
  const from = query.get('from') ?? '';
  const size = Number(query.get('per_page'));
  if (!/^\d{4}-\d\d-\d\d$/.test(from) || size > 200) return refusal(400, 'INVALID_DATA');
  const start = (Number(query.get('page')) - 1) * size;
  // Days begin and end where the organisation is, as its times are written.
  const found = failures.filter((row) => textOf(row['failure_time']).slice(0, 10) >= from);
  const page = found.slice(start, start + size);
  if (page.length === 0) return NOTHING;
  const more_records = start + size < found.length;
  return {
    body: { webhook_failures: page, info: { per_page: size, count: page.length, more_records } },
  };
}

/** Source: api/v8/get-user-licenses.html. */
const LICENCES = {
  components: null,
  api_name: 'user_licenses',
  parent_feature: null,
  module_supported: false,
  details: { available_count: { total: 3 }, used_count: { total: 7 }, limits: { total: 10 } },
  feature_label: 'UserLicenses',
};

export type Settings = { readonly failures?: readonly Row[]; readonly licences?: readonly Row[] };

/** Answers of the API; source: zoho/crm-oas, v8.0 (coql, org, record, record_count, users), and users-count.html. */
export function createResponder(
  modules: Readonly<Record<string, readonly Row[]>> = MODULES,
  { failures = [], licences = [LICENCES] }: Settings = {},
): (request: SeenRequest) => GoodAnswer {
  return ({ method, path, headers, body }) => {
    const url = new URL(path, 'http://crm.test');
    if (url.pathname === TOKEN_PATH) {
      const form = new URLSearchParams(body);
      const isKnown =
        method === 'POST' &&
        form.get('grant_type') === 'refresh_token' &&
        form.get('client_secret') === 's3cret' &&
        form.get('refresh_token') === 'refresh-s3cret';
      return isKnown
        ? { body: { access_token: 'token-s3cret', expires_in: 3600, token_type: 'Bearer' } }
        : { body: { error: 'invalid_code' } };
    }
    if (headers['authorization'] !== 'Zoho-oauthtoken token-s3cret') {
      return refusal(401, 'AUTHENTICATION_FAILURE');
    }
    const resource = url.pathname.replace('/crm/v8/', '');
    if (method === 'POST' && resource === 'coql') {
      return answerQuery((JSON.parse(body) as { select_query: string }).select_query, modules);
    }
    if (method === 'POST' && resource === '__composite_requests') {
      return answerComposite(body, modules);
    }
    if (method !== 'GET') return refusal(400, 'INVALID_REQUEST_METHOD');
    if (resource === 'org') {
      return { body: { org: [{ id: '1', license_details: { users_license_purchased: 5 } }] } };
    }
    if (resource === 'settings/automation/webhook_failures') {
      return answerFailures(url.searchParams, failures);
    }
    if (resource === '__features/user_licenses') {
      return licences.length === 0 ? NOTHING : { body: { __features: licences } };
    }
    if (resource === 'users/actions/count') {
      const counts: Readonly<Record<string, unknown>> = {
        ActiveConfirmedUsers: 11,
        ActiveConfirmedAdmins: '2',
      };
      return { body: { count: counts[url.searchParams.get('type') ?? ''] } };
    }
    const [module = '', action] = resource.split('/');
    const rows = Object.hasOwn(modules, module) ? modules[module] : undefined;
    if (rows === undefined) return refusal(400, 'INVALID_MODULE');
    if (action === 'actions') return { body: { count: rows.length } };
    if (url.searchParams.get('fields') === null) return refusal(400, 'REQUIRED_PARAM_MISSING');
    return rows.length === 0 ? NOTHING : { body: { data: rows, info: { more_records: false } } };
  };
}
