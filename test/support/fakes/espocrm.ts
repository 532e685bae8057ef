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
    case 'isFalse':
      return own === false;
    case 'equals':
      return own === value;
    case 'in':
      return value.includes(text);
    case 'lessThan':
      return own !== null && text < String(value);
    case 'lessThanOrEquals':
      return own !== null && text <= String(value);
    case 'greaterThan':
      return typeof own === 'number' ? own > Number(value) : text > String(value);
    case 'greaterThanOrEquals':
      return text >= String(value);
    default:
      throw new Error(`no condition is called ${type}`);
  }
}

type Stored = Readonly<Record<string, unknown>>;
export type EspocrmLists = Readonly<Record<string, readonly Stored[]>>;

/** Lists as the API gives them; source: application/Espo/Core/Controllers/RecordBase.php and the entity definitions. */
export const ESPOCRM_LISTS: EspocrmLists = {
  Account: [],
  Contact: CONTACTS,
  Job: [
    { id: '1', status: 'Pending', executeTime: '2026-01-05 08:00:00' },
    { id: '2', status: 'Ready', executeTime: '2026-01-05 08:30:00' },
    { id: '3', status: 'Pending', executeTime: '2126-01-05 08:30:00' },
    { id: '4', status: 'Failed', executeTime: '2026-01-04 08:30:00' },
    { id: '5', status: 'Success', executeTime: '2026-01-04 08:30:00' },
  ],
  ScheduledJob: [
    { id: 's1', name: 'a', status: 'Active', lastRun: '2026-01-05 08:50:00' },
    { id: 's2', name: 'b', status: 'Active', lastRun: '2026-01-05 08:51:00' },
    { id: 's3', name: 'c', status: 'Active', lastRun: null },
    { id: 's4', name: 'd', status: 'Inactive', lastRun: '2026-01-01 08:00:00' },
  ],
  ScheduledJobLogRecord: [
    // The schedule of the first failed then and again; that of the second when the first ran, and not when it last did.
    run('s1', 'Failed', '2026-01-05 08:40:00'),
    run('s1', 'Failed', '2026-01-05 08:50:00', 'InboundEmail'),
    run('s2', 'Failed', '2026-01-05 08:50:00'),
    run('s2', 'Success', '2026-01-05 08:51:00', 'EmailAccount'),
    run('s4', 'Failed', '2026-01-01 08:00:00', 'EmailAccount'),
  ],
  AuthLogRecord: [
    login('2026-01-05 08:59:00', 'CREDENTIALS'),
    login('2026-01-05 07:59:00', 'CREDENTIALS'),
    // With a session, and as each request of a key or of an administrator is.
    { ...login('2026-01-05 08:58:30'), authTokenId: 't1' },
    login('2026-01-05 08:58:00'),
  ],
  User: [
    { id: '1', type: 'admin', isActive: true, auth2FA: true },
    { id: '2', type: 'regular', isActive: true, auth2FA: null },
    { id: '3', type: 'regular', isActive: false, auth2FA: true },
    { id: '4', type: 'api', isActive: true, auth2FA: null },
    { id: '5', type: 'api', isActive: false, auth2FA: null },
  ],
  ActionHistoryRecord: [
    action(1, 'Role', 'update', '2026-01-05 07:30:00'),
    action(2, 'Role', 'update', '2026-01-05 08:10:00'),
    action(3, 'User', 'create', '2026-01-05 08:20:00'),
    action(4, 'User', 'read', '2026-01-05 08:20:01'),
    action(5, 'Contact', 'update', '2026-01-05 08:30:00'),
    // Of his own.
    { ...action(6, 'User', 'update', '2026-01-05 08:40:00'), targetId: 'u1' },
  ],
  Attachment: [
    { id: '1', role: 'Export File', createdAt: '2026-01-05 08:15:00' },
    { id: '2', role: 'Export File', createdAt: '2026-01-04 08:15:00' },
    { id: '3', role: 'Attachment', createdAt: '2026-01-05 08:15:00' },
  ],
  Import: [
    { id: '1', status: 'Failed', createdAt: '2026-01-05 08:15:00' },
    { id: '2', status: 'Failed', createdAt: '2026-01-05 07:15:00' },
    { id: '3', status: 'Complete', createdAt: '2026-01-05 08:15:00' },
  ],
  EmailQueueItem: [
    { id: '1', status: 'Sent', createdAt: '2026-01-05 08:15:00' },
    { id: '2', status: 'Failed', createdAt: '2026-01-04 08:15:00' },
  ],
  WebhookQueueItem: [
    { id: '1', status: 'Failed', createdAt: '2026-01-05 08:15:00' },
    { id: '2', status: 'Failed', createdAt: '2026-01-05 08:16:00' },
    { id: '3', status: 'Pending', createdAt: '2026-01-05 08:17:00' },
  ],
};

function run(
  scheduledJobId: string,
  status: string,
  executionTime: string,
  targetType: string | null = null,
): Stored {
  return {
    id: `${scheduledJobId} ${executionTime}`,
    scheduledJobId,
    status,
    executionTime,
    targetType,
  };
}

/** A log-in that was denied for a reason, or let in. */
export function login(createdAt: string, denialReason: string | null = null): Stored {
  const isDenied = denialReason !== null;
  return { id: createdAt, isDenied, denialReason, authTokenId: null, createdAt };
}

/** Somebody does it to another. */
export function action(
  number: number,
  targetType: string,
  what: string,
  createdAt: string,
): Stored {
  const who = { userId: 'u1', targetId: 'x1' };
  return { id: String(number), number, targetType, action: what, createdAt, ...who };
}

/** Their controllers ask for an administrator, or their scope is shown to one alone; people see imports of their own. */
const FOR_ALL = ['Account', 'Contact', 'User', 'Import'];
/** `countDisabled` in the entity definitions: the total says whether there are more. */
const UNCOUNTED = ['ActionHistoryRecord'];
/** EspoCRM refuses larger pages with 403. */
const LARGEST_PAGE = 200;

/** What a stranger sees of the settings is much less (application/Espo/Tools/App/SettingsService.php). */
const SETTINGS = { version: '9.1.0' };
export const ADMINISTRATORS_SETTINGS: Stored = {
  ...SETTINGS,
  authenticationMethod: 'Espo',
  auth2FA: true,
};

/** Answers as EspoCRM does, to a user of the API and to an administrator; everything else is 404. */
export function respondAsEspocrm(
  { path, headers }: SeenRequest,
  lists: EspocrmLists = ESPOCRM_LISTS,
): GoodAnswer {
  const url = new URL(path, 'http://crm.test');
  const isAdministrator = headers['authorization'] === ADMINISTRATOR;
  if (url.pathname === '/api/v1/Settings') {
    return { body: isAdministrator ? ADMINISTRATORS_SETTINGS : SETTINGS };
  }
  if (headers['x-api-key'] !== ESPOCRM_SECRETS.KEY && !isAdministrator)
    return { status: 401, body: '' };
  if (url.pathname === '/api/v1/App/user') return { body: { user: { id: '9' } } };
  const entity = url.pathname.slice('/api/v1/'.length);
  const list = Object.hasOwn(lists, entity) ? lists[entity] : undefined;
  const size = Number(url.searchParams.get('maxSize'));
  if (list === undefined) return { status: 404, body: '' };
  if (!FOR_ALL.includes(entity) && !isAdministrator) return { status: 403, body: '' };
  if (size > LARGEST_PAGE) return { status: 403, body: '' };
  return answerList(entity, list, url.searchParams);
}

function answerList(entity: string, list: readonly Stored[], query: URLSearchParams): GoodAnswer {
  const where = whereOf(query);
  const [example] = list;
  // What no record has is no attribute, and refused (application/Espo/Core/Select/Where/Checker.php).
  if (example !== undefined && !where.every(({ attribute }) => Object.hasOwn(example, attribute)))
    return { status: 400, body: '' };
  const size = Number(query.get('maxSize'));
  const key = query.get('orderBy') ?? 'id';
  const found = list
    .filter((record) => where.every((condition) => matches(record, condition)))
    .toSorted((a, b) => String(a[key]).localeCompare(String(b[key]), 'en', { numeric: true }));
  const page = found.slice(0, size);
  const more = found.length > size ? -1 : -2;
  return { body: { total: UNCOUNTED.includes(entity) ? more : found.length, list: page } };
}
