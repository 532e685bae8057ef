import type { GoodAnswer, SeenRequest } from './fault-server.ts';

type Stored = Readonly<Record<string, string | null>>;
export type SuitecrmModules = Readonly<Record<string, readonly Stored[]>>;

const CONTACTS: readonly Stored[] = [
  {
    id: 'a1',
    last_name: 'O&#039;Hara &amp; Co',
    phone_work: '+49 30 1',
    account_id: 'c1',
    assigned_user_id: '1',
    date_modified: '2025-01-01 08:00:00',
  },
  {
    id: 'a2',
    last_name: 'Doe',
    phone_work: null,
    account_id: '',
    assigned_user_id: '1',
    date_modified: '2026-01-01 08:00:00',
  },
  {
    id: 'a3',
    last_name: 'Roe',
    phone_work: '+49 30 3',
    account_id: 'c2',
    assigned_user_id: '2',
    date_modified: '2026-01-02 08:00:00',
  },
];

const QUEUED: Stored = {
  status: 'queued',
  resolution: 'queued',
  scheduler_id: null,
  target: 'function::pollMonitoredInboxesAOP',
  date_modified: '2026-01-04 08:00:00',
};
const FAILED: Stored = { ...QUEUED, status: 'done', resolution: 'failure' };

/** A job that failed: of which schedule, and when. */
export function failedJob(id: string, scheduler: string | null, failedAt: string): Stored {
  return {
    ...FAILED,
    id,
    scheduler_id: scheduler,
    date_modified: failedAt,
    execute_time: failedAt,
  };
}

/** Modules with the fields that this test needs; source: modules/…/vardefs.php of SuiteCRM 7.15.0. */
export const SUITECRM_MODULES: SuitecrmModules = {
  Accounts: [],
  Contacts: CONTACTS,
  SchedulersJobs: [
    { ...QUEUED, id: '1', execute_time: '2026-01-05 08:30:00' },
    { ...QUEUED, id: '2', execute_time: '2026-01-05 08:00:00' },
    { ...QUEUED, id: '3', execute_time: '2126-01-05 08:00:00' },
    { ...QUEUED, id: '4', status: 'running', execute_time: '2026-01-05 08:00:00' },
    failedJob('5', 's1', '2026-01-04 08:00:00'),
    {
      ...FAILED,
      id: '6',
      resolution: 'success',
      target: 'function::calendarSyncJob',
      execute_time: '2026-01-05 08:20:00',
      date_modified: '2026-01-05 08:20:00',
    },
  ],
  Schedulers: [
    { id: 's1', status: 'Active', last_run: '2026-01-04 07:59:59' },
    { id: 's2', status: 'Active', last_run: '2026-01-05 08:00:00' },
    { id: 's3', status: 'Active', last_run: null },
    { id: 's4', status: 'Inactive', last_run: null },
  ],
  OAuth2Clients: [
    { id: 'monitor', date_entered: '2026-01-01 00:00:00' },
    { id: 'shop', date_entered: '2025-01-05 09:00:00' },
  ],
  CampaignLog: [
    { id: '1', activity_type: 'targeted', activity_date: '2026-01-05 08:10:00' },
    { id: '2', activity_type: 'send error', activity_date: '2026-01-05 08:00:00' },
    { id: '3', activity_type: 'send error', activity_date: '2026-01-05 07:59:59' },
  ],
  Users: [
    { id: '1', is_admin: '1', is_group: '0', portal_only: null, is_totp_enabled: '1' },
    { id: '2', is_admin: '0', is_group: null, portal_only: '0', is_totp_enabled: '0' },
    { id: '3', is_admin: '0', is_group: '1', portal_only: '0', is_totp_enabled: '0' },
    { id: '4', is_admin: '0', is_group: '0', portal_only: '1', is_totp_enabled: '0' },
    { id: '5', is_admin: '1', is_group: '0', portal_only: '0', status: 'Inactive' },
  ].map((user) => ({
    status: 'Active',
    employee_status: 'Active',
    is_totp_enabled: '0',
    ...user,
  })),
};

const DEFINITIONS = {
  id: { type: 'id', dbType: 'id' },
  last_name: { type: 'varchar', dbType: 'varchar' },
  phone_work: { type: 'phone', dbType: 'varchar' },
  account_id: { type: 'relate', dbType: 'id', source: 'non-db' },
  assigned_user_id: { type: 'relate', dbType: 'id' },
  date_modified: { type: 'datetime', dbType: 'datetime' },
};

/** As Api/V8/JsonApi/Response/ErrorResponse.php writes every error. */
export function refuse(detail: string): GoodAnswer {
  return { status: 400, body: { errors: { status: 400, title: null, detail } } };
}

export const UNAUTHORIZED: GoodAnswer = {
  status: 401,
  body: { error: 'access_denied', message: 'The resource owner or server denied the request.' },
};

/** A comparison of a column with a text, as MySQL makes it: null is never true, and blanks at the end are nothing. */
function compare(stored: string | null, operator: string, value: string): boolean {
  if (stored === null) return false;
  const [left, right] = [stored.trimEnd(), value.trimEnd()];
  switch (operator) {
    case 'eq':
      return left === right;
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    default:
      throw new Error(`no operator is called ${operator}`);
  }
}

/** AttributeObjectHelper::getAttributes on a server whose PHP is set to Berlin. */
function toAttribute(value: string | null): string {
  const time = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(value ?? '');
  return time === null ? (value ?? '') : `${time[1]}T${time[2]}+01:00`;
}

type Shown = {
  /** How many records of each module its lists hold. */
  readonly visible?: number;
  readonly modules?: SuitecrmModules;
};

/** Api/V8/JsonApi/Repository/Sort.php: falling with a minus in front. */
function sortBy(records: readonly Stored[], sort: string | null): readonly Stored[] {
  if (sort === null) return records;
  const field = sort.replace(/^-/, '');
  const rising = records.toSorted((a, b) => ((a[field] ?? '') < (b[field] ?? '') ? -1 : 1));
  return sort.startsWith('-') ? rising.toReversed() : rising;
}

/** ModuleService::getRecords: the count knows no access control, the list does. */
function listModule(
  module: string,
  query: URLSearchParams,
  { visible, modules }: Required<Shown>,
): GoodAnswer {
  const stored = Object.hasOwn(modules, module) ? modules[module] : undefined;
  if (stored === undefined) return refuse(`Module ${module} does not exist`);
  const filters = [...query].flatMap(([key, value]) => {
    const match = /^filter\[(\w+)\]\[(\w+)\]$/.exec(key);
    return match === null ? [] : [{ field: match[1] ?? '', operator: match[2] ?? '', value }];
  });
  const [example = {}] = stored;
  const lost = filters.find(({ field }) => stored.length > 0 && !Object.hasOwn(example, field));
  if (lost !== undefined) return refuse(`Filter field ${lost.field} in ${module} is not found`);
  const found = stored.filter((record) =>
    filters.every(({ field, operator, value }) => compare(record[field] ?? null, operator, value)),
  );
  const sorted = sortBy(found, query.get('sort'));
  const size = Number(query.get('page[size]'));
  const start = (Number(query.get('page[number]') ?? '1') - 1) * size;
  const page = sorted.slice(0, visible).slice(start, start + size);
  if (page.length === 0) {
    return {
      body: { meta: { message: 'Request was successful, but there is no result' }, data: [] },
    };
  }
  const fields = (query.get(`fields[${module}]`) ?? '').split(',').filter((name) => name !== 'id');
  const data = page.map((record) => ({
    type: module,
    id: record['id'],
    attributes: Object.fromEntries(fields.map((name) => [name, toAttribute(record[name] ?? null)])),
  }));
  const meta = {
    'total-pages': Math.ceil(found.length / size),
    'records-on-this-page': page.length,
  };
  return { body: { meta, data } };
}

let tokens = 0;

/** A healthy SuiteCRM 8, whose lists hold the first `visible` records of each module. */
export function respond(
  { method, path, headers, body }: SeenRequest,
  { visible = Infinity, modules = SUITECRM_MODULES }: Shown = {},
): GoodAnswer {
  const url = new URL(path, 'http://crm.test');
  if (!url.pathname.startsWith('/legacy/Api/')) return { status: 404, body: '' };
  const place = url.pathname.slice('/legacy/Api'.length);
  if (place === '/access_token' && method === 'POST') {
    const form = new URLSearchParams(body);
    const isGood =
      form.get('grant_type') === 'client_credentials' &&
      ['monitor', 'security'].includes(form.get('client_id') ?? '') &&
      form.get('client_secret') === 's3cret';
    if (!isGood) return { status: 401, body: { error: 'invalid_client' } };
    tokens += 1;
    return {
      body: {
        token_type: 'Bearer',
        expires_in: 3600,
        access_token: `token-of-${form.get('client_id')}-${tokens}`,
      },
    };
  }
  if (method !== 'GET') return { status: 405, body: '' };
  if (!/^Bearer token-of-\w+-\d+$/.test(String(headers['authorization']))) return UNAUTHORIZED;
  if (place === '/V8/current-user') return { body: { data: { type: 'User', id: '1' } } };
  if (place === '/V8/meta/fields/Contacts') {
    return { body: { data: { type: 'fields', id: '', attributes: DEFINITIONS } } };
  }
  const module = /^\/V8\/module\/(\w+)$/.exec(place)?.[1];
  return module === undefined
    ? { status: 404, body: { message: 'Not found' } }
    : listModule(module, url.searchParams, { visible, modules });
}
