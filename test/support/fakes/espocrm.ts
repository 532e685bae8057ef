import type { GoodAnswer, SeenRequest } from '../fault-server.ts';

/** The key of its user of the API, and the password of its administrator. */
export const ESPOCRM_SECRETS = { KEY: 's3cret', PASSWORD: 's3cret-too' } as const;
const ADMINISTRATOR = `Basic ${Buffer.from(`admin:${ESPOCRM_SECRETS.PASSWORD}`).toString('base64')}`;

/** What the fake EspoCRM has; two of the three with an address. */
export const CONTACTS: readonly Readonly<Record<string, unknown>>[] = [
  { id: '65a0000000000001', emailAddress: 'a@example.com', phoneNumber: null },
  { id: '65a0000000000002', emailAddress: null, phoneNumber: '+49 30 1' },
  { id: '65a0000000000003', emailAddress: 'c@example.com', phoneNumber: null },
];

type Where = {
  readonly type: string;
  readonly attribute: string;
  readonly value: string | string[];
};

/** Conditions as EspoCRM reads them from a query (application/Espo/Core/Record/SearchParamsFetcher.php). */
function whereOf(query: URLSearchParams): readonly Where[] {
  return Array.from({ length: 10 }, (_, index) => ({
    type: query.get(`where[${index}][type]`) ?? '',
    attribute: query.get(`where[${index}][attribute]`) ?? '',
    value: query.get(`where[${index}][value]`) ?? query.getAll(`where[${index}][value][]`),
  })).filter(({ type }) => type !== '');
}

function matches(
  record: Readonly<Record<string, unknown>>,
  { type, attribute, value }: Where,
): boolean {
  const own = record[attribute] ?? null;
  const text = typeof own === 'string' ? own : '';
  switch (type) {
    case 'isNull':
      return own === null;
    case 'isNotNull':
      return own !== null;
    case 'isTrue':
      return own === true;
    case 'equals':
      return own === value;
    case 'in':
      return value.includes(text);
    case 'lessThan':
      return own !== null && text < String(value);
    case 'lessThanOrEquals':
      return own !== null && text <= String(value);
    case 'greaterThan':
      return text > String(value);
    case 'greaterThanOrEquals':
      return text >= String(value);
    default:
      throw new Error(`no condition is called ${type}`);
  }
}

/** Lists as the API gives them; source: application/Espo/Core/Controllers/RecordBase.php and the entity definitions. */
const LISTS: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  Account: [],
  Contact: CONTACTS,
  Job: [
    { id: '1', status: 'Pending', executeTime: '2026-01-05 08:00:00' },
    { id: '2', status: 'Ready', executeTime: '2026-01-05 08:30:00' },
    { id: '3', status: 'Pending', executeTime: '2126-01-05 08:30:00' },
    { id: '4', status: 'Failed', executeTime: '2026-01-04 08:30:00' },
    { id: '5', status: 'Success', executeTime: '2026-01-04 08:30:00' },
  ],
  AuthLogRecord: [
    { id: '1', isDenied: true, createdAt: '2026-01-05 08:59:00' },
    { id: '2', isDenied: true, createdAt: '2026-01-05 07:59:00' },
    { id: '3', isDenied: false, createdAt: '2026-01-05 08:58:00' },
  ],
  User: [
    { id: '1', type: 'admin', isActive: true },
    { id: '2', type: 'regular', isActive: true },
    { id: '3', type: 'regular', isActive: false },
    { id: '4', type: 'api', isActive: true },
  ],
};
const ADMINISTRATORS_ALONE = ['Job', 'AuthLogRecord'];
/** EspoCRM refuses larger pages with 403. */
const LARGEST_PAGE = 200;

/** Answers as EspoCRM does, to a user of the API and to an administrator; everything else is 404. */
export function respondAsEspocrm({ path, headers }: SeenRequest): GoodAnswer {
  const url = new URL(path, 'http://crm.test');
  if (url.pathname === '/api/v1/Settings') return { body: { version: '9.1.0' } };
  const isAdministrator = headers['authorization'] === ADMINISTRATOR;
  if (headers['x-api-key'] !== ESPOCRM_SECRETS.KEY && !isAdministrator)
    return { status: 401, body: '' };
  if (url.pathname === '/api/v1/App/user') return { body: { user: { id: '9' } } };
  const entity = url.pathname.slice('/api/v1/'.length);
  const list = LISTS[entity];
  const size = Number(url.searchParams.get('maxSize'));
  if (list === undefined) return { status: 404, body: '' };
  if (ADMINISTRATORS_ALONE.includes(entity) && !isAdministrator) return { status: 403, body: '' };
  if (size > LARGEST_PAGE) return { status: 403, body: '' };
  const where = whereOf(url.searchParams);
  const found = list.filter((record) => where.every((condition) => matches(record, condition)));
  return { body: { total: found.length, list: found.slice(0, size) } };
}
