import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';

type Entry = Readonly<Record<string, unknown>>;

/** Records as the site stores them; times are those of Berlin, an hour ahead of UTC in winter. */
const DOCTYPES: Readonly<Record<string, readonly Entry[]>> = {
  Contact: [
    {
      name: 'Ada',
      email_id: 'a@example.com',
      score: 0,
      born: '2026-01-01',
      modified: '2026-01-01 09:00:00.5',
    },
    { name: 'Bob', email_id: null, score: 3, born: null, modified: '2026-01-03 00:30:00.000000' },
    {
      name: 'Cy',
      email_id: 'c@example.com',
      score: 0,
      born: '2026-01-02',
      modified: '2026-01-03 09:00:00',
    },
    { name: 'Di', email_id: '', score: 0, born: null, modified: '2026-07-01 10:00:00' },
  ],
  'RQ Job': [
    { name: 'site||1', status: 'queued' },
    { name: 'site||2', status: 'queued' },
    { name: 'site||3', status: 'started' },
    { name: 'site||4', status: 'failed' },
  ],
  'Scheduled Job Log': [
    {
      name: '1',
      scheduled_job_type: 'sync.pull',
      status: 'Failed',
      creation: '2026-01-05 09:59:00.125',
    },
    {
      name: '2',
      scheduled_job_type: 'queue.flush',
      status: 'Failed',
      creation: '2026-01-04 09:59:00',
    },
    {
      name: '3',
      scheduled_job_type: 'queue.flush',
      status: 'Complete',
      creation: '2026-01-05 09:58:00',
    },
    { name: '4', scheduled_job_type: 'old.job', status: 'Failed', creation: '2025-12-04 09:59:00' },
    {
      name: '5',
      scheduled_job_type: 'sync.pull',
      status: 'Complete',
      creation: '2026-01-05 09:49:00',
    },
  ],
  // Names of jobs are those of methods; the first has run well since it failed, the last was given up.
  'Scheduled Job Type': [
    { name: 'queue.flush', stopped: 0 },
    { name: 'sync.pull', stopped: 0 },
    { name: 'old.job', stopped: 1 },
  ],
  'Webhook Request Log': [
    { name: '1', error: 'Traceback', creation: '2026-01-05 09:10:00' },
    { name: '2', error: '', creation: '2026-01-05 09:11:00' },
    { name: '3', error: 'Traceback', creation: '2026-01-05 08:59:59' },
  ],
  'Email Queue': [
    { name: '1', status: 'Error', modified: '2026-01-05 09:00:00.000001' },
    { name: '2', status: 'Expired', modified: '2026-01-05 09:20:00' },
    { name: '3', status: 'Sent', modified: '2026-01-05 09:20:00' },
    { name: '4', status: 'Error', modified: '2026-01-05 08:20:00' },
  ],
  'Integration Request': [
    { name: '1', status: 'Failed', modified: '2026-01-05 09:20:00' },
    { name: '2', status: 'Completed', modified: '2026-01-05 09:20:00' },
  ],
  // Of the first, every row failed, so that it is pending as if it had never run.
  'Data Import': [
    { name: 'Contact Import 1', status: 'Pending', modified: '2026-01-05 09:12:00' },
    { name: 'Contact Import 2', status: 'Timed Out', modified: '2026-01-05 09:13:00' },
    { name: 'Contact Import 3', status: 'Success', modified: '2026-01-05 09:14:00' },
    { name: 'Contact Import 4', status: 'Error', modified: '2026-01-05 07:14:00' },
  ],
  'Data Import Log': [
    { name: '1', data_import: 'Contact Import 1', success: 0, creation: '2026-01-05 09:12:00' },
    { name: '2', data_import: 'Contact Import 1', success: 0, creation: '2026-01-05 09:12:01' },
    { name: '3', data_import: 'Contact Import 3', success: 1, creation: '2026-01-05 09:14:00' },
    { name: '4', data_import: 'Contact Import 4', success: 0, creation: '2026-01-05 07:14:00' },
  ],
  'Access Log': [
    { name: '1', file_type: 'Excel', creation: '2026-01-05 09:05:00' },
    { name: '2', file_type: 'CSV', method: 'Export', creation: '2026-01-05 09:06:00' },
    { name: '3', report_name: 'Backup', creation: '2026-01-05 09:07:00' },
    { name: '4', file_type: 'PDF', reference_document: 'Ada', creation: '2026-01-05 09:08:00' },
    { name: '5', file_type: 'CSV', reference_document: 'a7', creation: '2026-01-05 09:08:00' },
    { name: '6', file_type: 'CSV', creation: '2026-01-05 08:08:00' },
  ],
  DocType: [
    { name: 'Permission Log', track_changes: 0 },
    { name: 'User', track_changes: 1 },
  ],
  'Permission Log': [
    { name: '1', creation: '2026-01-05 09:08:00' },
    { name: '2', creation: '2026-01-05 08:08:00' },
  ],
  'Property Setter': [],
  'OAuth Bearer Token': [
    { name: 't1', status: 'Active', expiration_time: '2026-01-05 10:00:01' },
    { name: 't2', status: 'Active', expiration_time: '2026-01-05 09:59:00' },
    { name: 't3', status: 'Revoked', expiration_time: '2026-01-05 11:00:00' },
  ],
  Role: [
    { name: 'System Manager', two_factor_auth: 1 },
    { name: 'Sales User', two_factor_auth: 0 },
  ],
  'Activity Log': [
    { name: '1', operation: 'Login', status: 'Failed', creation: '2026-01-05 09:30:00' },
    { name: '2', operation: 'Login', status: 'Failed', creation: '2026-01-05 08:30:00' },
    { name: '3', operation: 'Login', status: 'Success', creation: '2026-01-05 09:31:00' },
  ],
  User: [
    {
      name: 'a',
      enabled: 1,
      user_type: 'System User',
      role: 'System Manager',
      api_key: 'manager',
      last_login: '2026-01-04 10:00:00.5',
    },
    { name: 'b', enabled: 1, user_type: 'System User', role: 'Sales User', api_key: 'reader' },
    { name: 'c', enabled: 0, user_type: 'System User', role: 'System Manager' },
    { name: 'd', enabled: 1, user_type: 'Website User', role: 'Customer' },
  ],
};

type Value = string | number | readonly string[];
export type Filter = readonly [string, string, string, Value];

/** As `prepare_filter_condition` of frappe/model/db_query.py makes SQL of them: ifnull(…, '') = '' and 0 = ''. */
function matches(entry: Entry, [, field, operator, value]: Filter): boolean {
  const own = entry[field];
  const isEmpty = own === undefined || own === null || own === '' || own === 0;
  // What is NULL would be older than anything.
  const time = typeof own === 'string' ? own : '0001-01-01';
  switch (operator) {
    case '=':
      return own === value;
    case '!=':
      return own !== value;
    case 'in':
      return listed(value).includes(String(own));
    case 'not in':
      return !listed(value).includes(String(own));
    case 'is':
      return value === 'set' ? !isEmpty : isEmpty;
    case '<':
      return time < String(value);
    case '<=':
      return time <= String(value);
    case '>':
      return String(own) > String(value);
    case '>=':
      return time >= String(value);
    default:
      throw new Error(`no operator is ${operator}`);
  }
}

function listed(value: Value): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') throw new Error('no list');
  return value;
}

/** A record of the site in place of the ones above. */
export type Site = Readonly<Record<string, readonly Entry[]>>;

export function refusal(status: number, type: string, more: object = {}): GoodAnswer {
  return { status, body: { exc_type: type, ...more } };
}

/** The paths of frappe/handler.py, frappe/api/v1.py, frappe/client.py and frappe/desk/reportview.py. */
export function frappeSite(
  { method, path, headers }: SeenRequest,
  changes: Site = {},
  settings: Readonly<Record<string, unknown>> = { enable_two_factor_auth: 1 },
): GoodAnswer {
  const url = new URL(path, 'http://crm.test');
  const query = url.searchParams;
  if (method !== 'GET') return refusal(403, 'PermissionError');
  if (url.pathname === '/api/method/ping') return { body: { message: 'pong' } };
  const token = headers['authorization'];
  if (url.pathname === '/api/method/frappe.client.get_time_zone') {
    // A user is told the zone of his own choice.
    const zone = token === undefined ? 'Europe/Berlin' : 'Asia/Kolkata';
    return { body: { message: { time_zone: zone } } };
  }
  const isManager = token === 'token manager:s3cret-too';
  if (token !== 'token reader:s3cret' && !isManager) return refusal(401, 'AuthenticationError');
  if (url.pathname === '/api/method/frappe.auth.get_logged_user') {
    return { body: { message: isManager ? 'manager' : 'reader' } };
  }
  const isCount = url.pathname === '/api/method/frappe.desk.reportview.get_count';
  const doctype = isCount
    ? (query.get('doctype') ?? '')
    : decodeURIComponent(url.pathname.replace('/api/resource/', ''));
  if (url.pathname === '/api/method/frappe.client.get_single_value') {
    if (!isManager || query.get('doctype') !== 'System Settings') {
      return refusal(403, 'PermissionError');
    }
    return { body: { message: settings[query.get('field') ?? ''] } };
  }
  const entries = changes[doctype] ?? DOCTYPES[doctype];
  if (entries === undefined) return refusal(404, 'DoesNotExistError');
  if (doctype !== 'Contact' && !isManager) return refusal(403, 'PermissionError');
  const filters = JSON.parse(query.get('filters') ?? '[]') as readonly Filter[];
  const found = entries.filter((entry) => filters.every((filter) => matches(entry, filter)));
  if (isCount) {
    if (query.get('save_user_settings') !== '0') throw new Error('settings would be kept');
    return { body: { message: found.length } };
  }
  const fields = JSON.parse(query.get('fields') ?? '[]') as readonly string[];
  const isNewestFirst = query.get('order_by') === 'creation desc';
  const ordered = isNewestFirst
    ? found.toSorted((one, other) =>
        String(other['creation']).localeCompare(String(one['creation'])),
      )
    : found;
  const data = ordered
    .slice(0, Number(query.get('limit_page_length')))
    .map((entry) => Object.fromEntries(fields.map((field) => [field, entry[field] ?? null])));
  return { body: { data } };
}
