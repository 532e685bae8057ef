import type { GoodAnswer, SeenRequest } from './fault-server.ts';

export const MINUTE_MS = 60_000;

type Properties = Readonly<Record<string, string | null>>;
type HubspotRecord = { readonly id: string; readonly properties: Properties };

export const contact = (id: string, email: string | null, updatedAt: string): HubspotRecord => ({
  id,
  properties: { hs_object_id: id, email, phone: null, lastmodifieddate: updatedAt },
});
const CONTACTS = [
  contact('101', 'a@example.com', '2026-01-05T08:00:00.000Z'),
  contact('102', null, '2026-01-04T08:00:00.000Z'),
  contact('103', 'c@example.com', '2025-01-05T08:00:00.000Z'),
];

type Filter = { readonly propertyName: string; readonly operator: string; readonly value?: string };
type Search = { readonly filterGroups: readonly { readonly filters: readonly Filter[] }[] };

function matches({ properties }: HubspotRecord, filter: Filter): boolean {
  const own = properties[filter.propertyName] ?? null;
  switch (filter.operator) {
    case 'HAS_PROPERTY':
      return own !== null;
    case 'NOT_HAS_PROPERTY':
      return own === null;
    case 'LT':
      return own !== null && Date.parse(own) < Number(filter.value);
    default:
      throw new Error(`no operator is called ${filter.operator}`);
  }
}

function search(records: readonly HubspotRecord[], body: string): GoodAnswer {
  const { filterGroups } = JSON.parse(body) as Search;
  const found = records.filter(
    (record) =>
      filterGroups.length === 0 ||
      filterGroups.some(({ filters }) => filters.every((filter) => matches(record, filter))),
  );
  return { body: { total: found.length, results: found.slice(0, 1) } };
}

/** Pages as HubSpot has them: `after` is where the next one starts, and there is no `paging` on the last. */
export function page(all: readonly unknown[], query: URLSearchParams): GoodAnswer {
  const limit = Number(query.get('limit'));
  if (limit > 100) return error(400, 'VALIDATION_ERROR');
  const start = Number(query.get('after') ?? 0);
  const end = start + limit;
  const paging =
    end < all.length ? { paging: { next: { after: String(end), link: '?after' } } } : {};
  return { body: { results: all.slice(start, end), ...paging } };
}

export const error = (status: number, category: string): GoodAnswer => ({
  status,
  body: { status: 'error', message: 'no', correlationId: 'aeb5f871', category },
});

/** A refusal by a limit, which has another shape than all others (developers.hubspot.com, usage guidelines). */
export const limited = (policyName: string): GoodAnswer => ({
  status: 429,
  body: { status: 'error', message: 'no', errorType: 'RATE_LIMIT', policyName, requestId: '1' },
});

export const isoTime = (agoMs: number): string => new Date(Date.now() - agoMs).toISOString();
export const usage = (changes: object = {}): object => ({
  name: 'private-apps-api-calls-daily',
  usageLimit: 650_000,
  currentUsage: 1000,
  collectedAt: isoTime(MINUTE_MS),
  fetchStatus: 'SUCCESS',
  resetsAt: isoTime(-60 * MINUTE_MS),
  ...changes,
});
export const login = (agoMs: number, loginSucceeded: boolean): object => ({
  id: String(agoMs),
  loginAt: isoTime(agoMs),
  loginSucceeded,
});
const LOGINS = [
  login(1 * MINUTE_MS, false),
  login(2 * MINUTE_MS, true),
  login(3 * MINUTE_MS, false),
  login(90 * MINUTE_MS, false),
];
export const action = (agoMs: number, type: string): object => ({
  id: String(agoMs),
  createdAt: isoTime(agoMs),
  type,
  userId: 1,
});
const ACTIONS = [
  action(1 * MINUTE_MS, 'ADD_ADMIN_PERMISSIONS'),
  action(2 * MINUTE_MS, 'EXPORT'),
  action(2 * MINUTE_MS, 'EXPORT_DOWNLOAD'),
  action(3 * MINUTE_MS, 'TEAM_USER_ADDED'),
  action(90 * MINUTE_MS, 'REMOVE_ADMIN_PERMISSIONS'),
];
export const importOf = (agoMs: number, state: string): object => ({
  id: String(agoMs),
  createdAt: isoTime(agoMs + MINUTE_MS),
  updatedAt: isoTime(agoMs),
  state,
  metadata: { counters: {}, fileIds: [], objectLists: [] },
  mappedObjectTypeIds: ['0-1'],
  optOutImport: false,
});
const IMPORTS = [importOf(5 * MINUTE_MS, 'FAILED'), importOf(7 * MINUTE_MS, 'DONE')];
export const recordsOf = (objectTypeId: string, limit: number, used: number): object => ({
  objectTypeId,
  singularLabel: 'a word of their own',
  pluralLabel: 'words of their own',
  limit,
  usage: used,
  percentage: limit === 0 ? 0 : (100 * used) / limit,
});
export const recordLimits = (
  types: readonly object[],
  overallLimit: number,
  overallUsage: number,
): GoodAnswer => ({
  body: {
    hubspotDefinedObjectTypes: types,
    customObjectTypes: { byObjectType: [], overallLimit, overallPercentage: 0, overallUsage },
  },
});
const USERS = [
  { id: '1', email: 'a@example.com', roleIds: [], superAdmin: true },
  { id: '2', email: 'b@example.com', roleIds: [], superAdmin: false },
];

/** What the other app has scopes for. */
const AUDITED = /^\/(account-info\/2026-03\/activity|settings\/users|crm\/imports)\//;

/**
 * Paths and shapes are those of HubSpot's OpenAPI files of 2026-03 (accountInfo, auditLogs, imports,
 * limitsTracking, objects, userProvisioning),
 * read and not copied; what they do not say is from its guides of the same names.
 */
export function respondAsHubspot({ method, path, headers, body }: SeenRequest): GoodAnswer {
  const url = new URL(path, 'http://api.hubapi.test');
  const isAuditor = headers['authorization'] === 'Bearer s3cret-auditor';
  if (!isAuditor && headers['authorization'] !== 'Bearer s3cret') {
    return error(401, 'INVALID_AUTHENTICATION');
  }
  if (isAuditor && !AUDITED.test(url.pathname)) return error(403, 'MISSING_SCOPES');
  if (method === 'POST') {
    const isSearch = url.pathname === '/crm/objects/2026-03/contacts/search';
    return isSearch ? search(CONTACTS, body) : { status: 405, body: {} };
  }
  switch (url.pathname) {
    case '/account-info/2026-03/details':
      return { body: { portalId: 1, accountType: 'STANDARD', timeZone: 'US/Eastern' } };
    case '/account-info/2026-03/api-usage/daily/private-apps':
      return { body: { results: [usage()] } };
    case '/account-info/2026-03/activity/login':
      return page(LOGINS, url.searchParams);
    case '/account-info/2026-03/activity/security':
      return page(ACTIONS, url.searchParams);
    case '/crm/limits/2026-03/records':
      return recordLimits([recordsOf('0-1', 15_000_000, 5_000_000)], 0, 0);
    case '/crm/imports/2026-03':
      return page(IMPORTS, url.searchParams);
    case '/settings/users/2026-03':
      return page(USERS, url.searchParams);
    case '/crm/objects/2026-03/contacts':
      return page(CONTACTS, url.searchParams);
    default:
      return { status: 404, body: {} };
  }
}
