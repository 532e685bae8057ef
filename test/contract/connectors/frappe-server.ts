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
    { name: '1', status: 'Failed', creation: '2026-01-05 09:59:00' },
    { name: '2', status: 'Failed', creation: '2026-01-04 09:59:00' },
    { name: '3', status: 'Complete', creation: '2026-01-05 09:58:00' },
  ],
  'Activity Log': [
    { name: '1', operation: 'Login', status: 'Failed', creation: '2026-01-05 09:30:00' },
    { name: '2', operation: 'Login', status: 'Failed', creation: '2026-01-05 08:30:00' },
    { name: '3', operation: 'Login', status: 'Success', creation: '2026-01-05 09:31:00' },
  ],
  User: [
    { name: 'a', enabled: 1, user_type: 'System User', role: 'System Manager' },
    { name: 'b', enabled: 1, user_type: 'System User', role: 'Sales User' },
    { name: 'c', enabled: 0, user_type: 'System User', role: 'System Manager' },
    { name: 'd', enabled: 1, user_type: 'Website User', role: 'Customer' },
  ],
};

export type Filter = readonly [string, string, string, string | number];

/** As `prepare_filter_condition` of frappe/model/db_query.py makes SQL of them: ifnull(…, '') = '' and 0 = ''. */
function matches(entry: Entry, [, field, operator, value]: Filter): boolean {
  const own = entry[field];
  const isEmpty = own === null || own === '' || own === 0;
  // What is NULL would be older than anything.
  const time = typeof own === 'string' ? own : '0001-01-01';
  switch (operator) {
    case '=':
      return own === value;
    case 'is':
      return value === 'set' ? !isEmpty : isEmpty;
    case '<':
      return time < String(value);
    case '<=':
      return time <= String(value);
    case '>':
      return String(own) > String(value);
    case '>=':
      return String(own) >= String(value);
    default:
      throw new Error(`no operator is ${operator}`);
  }
}

export function refusal(status: number, type: string, more: object = {}): GoodAnswer {
  return { status, body: { exc_type: type, ...more } };
}

/** The paths of frappe/handler.py, frappe/api/v1.py, frappe/client.py and frappe/desk/reportview.py. */
export function frappeSite({ method, path, headers }: SeenRequest): GoodAnswer {
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
  const entries = DOCTYPES[doctype];
  if (entries === undefined) return refusal(404, 'DoesNotExistError');
  if (doctype !== 'Contact' && !isManager) return refusal(403, 'PermissionError');
  const filters = JSON.parse(query.get('filters') ?? '[]') as readonly Filter[];
  const found = entries.filter((entry) => filters.every((filter) => matches(entry, filter)));
  if (isCount) {
    if (query.get('save_user_settings') !== '0') throw new Error('settings would be kept');
    return { body: { message: found.length } };
  }
  const fields = JSON.parse(query.get('fields') ?? '[]') as readonly string[];
  const data = found
    .slice(0, Number(query.get('limit_page_length')))
    .map((entry) => Object.fromEntries(fields.map((field) => [field, entry[field] ?? null])));
  return { body: { data } };
}
