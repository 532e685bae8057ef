import type { GoodAnswer, SeenRequest } from './fault-server.ts';

export const CUSTOM = 'd4de1c1518b4531717c676029a45911c340390a6';

const address = (value: string, primary: boolean): object => ({ value, primary, label: 'work' });
export const PERSONS: readonly object[] = [
  {
    id: 1,
    org_id: 7,
    emails: [address('other@example.com', false), address('a@example.com', true)],
    phones: [address('', true)],
    custom_fields: { [CUSTOM]: { value: 12.5, currency: 'EUR' } },
    label_ids: [1, 2],
  },
  { id: 2, org_id: null, emails: [], phones: [], custom_fields: { [CUSTOM]: null }, label_ids: [] },
  {
    id: 3,
    org_id: 7,
    emails: [address('c@example.com', false)],
    phones: [],
    custom_fields: { [CUSTOM]: null },
    label_ids: [],
  },
];

/** A time of v1, so long ago. */
export const timeOf = (agoMs: number): string =>
  new Date(Date.now() - agoMs).toISOString().slice(0, 19).replace('T', ' ');
export const access = (app: string, admin: boolean): object => ({
  app,
  admin,
  permission_set_id: '62cc',
});
export const user = (id: number, isActive: boolean, ...accesses: readonly object[]): object => ({
  id,
  active_flag: isActive,
  is_deleted: false,
  last_login: timeOf(86_400_000),
  access: accesses,
});
const USERS = [
  user(1, true, access('sales', true), access('account_settings', true)),
  user(2, true, access('sales', false), access('global', true)),
  user(3, false, access('account_settings', true)),
];
export const ADMINISTRATOR: object = {
  ...user(1, true, ...['global', 'sales', 'account_settings'].map((app) => access(app, true))),
  company_domain: 'acme',
};
export const webhook = (deliveredAt: string | null, status: number | null): object => ({
  id: 1,
  is_active: 1,
  type: 'general',
  subscription_url: 'https://partner.example.com/hook',
  http_auth_user: 'partner',
  http_auth_password: 's3cret-of-a-partner',
  last_delivery_time: deliveredAt,
  last_http_status: status,
});
const MINUTE_MS = 60_000;
const isoTime = (agoMs: number): string => new Date(Date.now() - agoMs).toISOString();
const WEBHOOKS = [
  webhook(isoTime(MINUTE_MS), 503),
  webhook(isoTime(MINUTE_MS), 200),
  webhook(isoTime(90 * MINUTE_MS), 500),
  webhook(null, null),
];
export const BUDGET: Readonly<Record<string, string>> = {
  'x-daily-ratelimit-token-limit': '150000',
  'x-daily-ratelimit-token-remaining': '127320',
  'x-ratelimit-limit': '40',
  'x-ratelimit-remaining': '39',
};

export const success = (data: unknown, more: object = {}): GoodAnswer => ({
  body: { success: true, data, ...more },
});
export const failure = (status: number, errorCode?: number): GoodAnswer => ({
  status,
  body: { success: false, error: 'no', ...(errorCode === undefined ? {} : { errorCode }) },
});

/** Pages by a cursor, which names where the next one starts; null on the last. Of `ids`, those that there are. */
export function page(all: readonly unknown[], query: URLSearchParams): GoodAnswer {
  const limit = Number(query.get('limit'));
  const asked = query.get('ids')?.split(',').map(Number);
  const ids = asked === undefined ? undefined : new Set(asked);
  if (limit > 500 || query.get('sort_by') !== 'id' || (ids?.size ?? 0) > 100) {
    return failure(400, 400);
  }
  const wanted = all.filter((one) => ids?.has((one as { id: number }).id) ?? true);
  if (query.get('sort_direction') === 'desc') wanted.reverse();
  const start = Number(query.get('cursor')?.slice('from-'.length) ?? 0);
  const end = start + limit;
  const next = end < wanted.length ? `from-${end}` : null;
  return success(wanted.slice(start, end), { additional_data: { next_cursor: next } });
}

const TOKENS: readonly string[] = ['s3cret', 's3cret-auditor'];

function isKnown({ headers }: SeenRequest): boolean {
  return (
    TOKENS.includes(String(headers['x-api-token'])) ||
    headers['authorization'] === 'Bearer access-1'
  );
}

/**
 * Paths and shapes are those of Pipedrive's OpenAPI files v1 and v2, as github.com/api-evangelist/pipedrive mirrors them
 * (openapi/_original); they are those of its own MIT-licensed client too (github.com/pipedrive/client-nodejs). The headers
 * of the day's budget are in neither: several independent clients read them.
 */
export function respondAsPipedrive(request: SeenRequest): GoodAnswer {
  const url = new URL(request.path, 'http://acme.pipedrive.test');
  if (url.searchParams.has('api_token')) return { status: 400, body: 'a secret in the query' };
  if (!isKnown(request)) return failure(401, 401);
  if (request.method !== 'GET') return { status: 405, body: {} };
  switch (url.pathname) {
    case '/api/v1/users/me':
      return { ...success(ADMINISTRATOR), headers: BUDGET };
    case '/api/v1/users':
      return success(USERS);
    case '/api/v1/webhooks':
      // An app is shown its own ones alone.
      return success(request.headers['x-api-token'] === undefined ? [] : WEBHOOKS);
    case '/api/v2/persons':
      return page(PERSONS, url.searchParams);
    default:
      return failure(404);
  }
}
