import type { GoodAnswer, SeenRequest } from './fault-server.ts';
import { comparisonsIn, fulfils, parseSoql, valueAtField } from './salesforce-soql.ts';
import type { SoqlQuery, SoqlRecord } from './salesforce-soql.ts';

/** An organization as its REST API shows it. */
export type Organization = {
  readonly versions: readonly string[];
  readonly limits: unknown;
  readonly tables: Readonly<Record<string, readonly SoqlRecord[]>>;
  /** Jobs of the Bulk APIs. */
  readonly bulkJobs: readonly object[];
  /** Whether the request for a token is granted; the answer carries `TOKEN`, or `SECURITY_TOKEN` to "security-key". */
  readonly grants: (form: URLSearchParams) => boolean;
};

export const TOKEN = '00Dxx!s3cret-session';
export const SECURITY_TOKEN = '00Dxx!s3cret-session-of-security';

/** Fields that may not be in a condition, as "Object.Field": source, Object Reference, LoginHistory, "Usage". */
const NOT_FILTERED: readonly string[] = [
  'LoginHistory.Status',
  'SetupAuditTrail.Display',
  'Contact.Description',
];
/** Of these COUNT() is taken and no other aggregate: source, Object Reference, SetupAuditTrail. */
const NOT_AGGREGATED: readonly string[] = ['SetupAuditTrail'];
/** What one question of an event log may cover: source, Security Implementation Guide. */
const EVENT_LOG_MS = 15 * 86_400_000;
/** Jobs of one answer: source, Bulk API 2.0 Developer Guide, "Get Information About All Ingest Jobs". */
const JOBS_PER_PAGE = 1000;
/** Long texts: neither to be counted nor to be grouped by. */
const LONG_TEXTS: readonly string[] = ['Contact.Description'];
const DAYS: readonly string[] = ['Opportunity.CloseDate'];
/** Of some objects an answer holds no more, although more were asked for. */
const BATCHES: Readonly<Record<string, number>> = { Lead: 3 };

export function refusal(status: number, errorCode: string, message = 'no'): GoodAnswer {
  return { status, body: [{ message, errorCode }] };
}

/** The paths, shapes and errors of the REST API (developer.salesforce.com, REST API Developer Guide); 404 to all else. */
export function respondAs(organization: Organization): (request: SeenRequest) => GoodAnswer {
  return ({ method, path, headers, body }) => {
    const { pathname, searchParams } = new URL(path, 'http://crm.test');
    if (pathname === '/services/oauth2/token' && method === 'POST') {
      const form = new URLSearchParams(body);
      const token = form.get('client_id') === 'security-key' ? SECURITY_TOKEN : TOKEN;
      if (organization.grants(form)) return tokenAnswer(token);
      const error = { error: 'invalid_grant', error_description: 'user hasnt approved s3cret' };
      return { status: 400, body: error };
    }
    if (method !== 'GET') return { status: 405, body: '' };
    if (pathname === '/services/data/') return { body: organization.versions.map(versionEntry) };
    if (![TOKEN, SECURITY_TOKEN].some((token) => headers['authorization'] === `Bearer ${token}`)) {
      return refusal(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    }
    if (path.length > 16_384) return { status: 414, body: '' };
    switch (pathname) {
      case '/services/data/v62.0/':
        return { body: { sobjects: '/services/data/v62.0/sobjects' } };
      case '/services/data/v62.0/limits':
        return { body: organization.limits };
      case '/services/data/v62.0/query':
        return answerQuery(organization, searchParams.get('q') ?? '');
      case '/services/data/v62.0/jobs/ingest':
        return answerJobs(organization, searchParams.get('queryLocator'));
      default:
        return refusal(404, 'NOT_FOUND');
    }
  };
}

/** The locator ends with where the page begins. */
function answerJobs({ bulkJobs }: Organization, locator: string | null): GoodAnswer {
  const start = Number(locator?.split('-').at(-1) ?? 0);
  const end = start + JOBS_PER_PAGE;
  const done = end >= bulkJobs.length;
  const url = `/services/data/v62.0/jobs/ingest?queryLocator=01gRM000000NS1vYAG-${end}`;
  const records = bulkJobs.slice(start, end);
  return { body: { done, records, nextRecordsUrl: done ? null : url } };
}

/** As it is answered to client_credentials: without the time that it lasts. */
function tokenAnswer(token: string): GoodAnswer {
  return {
    body: { access_token: token, instance_url: 'https://example.my.salesforce.com', token_type: 'Bearer', issued_at: '1767600000000' },
  }; // prettier-ignore
}

function versionEntry(version: string): object {
  return { label: `Release ${version}`, url: `/services/data/v${version}`, version };
}

function answerQuery({ tables }: Organization, text: string): GoodAnswer {
  let query: SoqlQuery;
  try {
    query = parseSoql(text);
  } catch {
    return refusal(400, 'MALFORMED_QUERY', `unexpected token in ${text}`);
  }
  const table = tables[query.entity];
  if (table === undefined) {
    return refusal(400, 'INVALID_TYPE', `sObject type '${query.entity}' is not supported.`);
  }
  const problem = problemOf(query, table);
  if (problem !== undefined) return problem;
  const found = table.filter((record) => fulfils(record, query.where));
  if (query.columns[0] === 'COUNT()') return page([], found.length, true);
  const isAggregate = query.columns.some((column) => column.includes('('));
  const all = isAggregate ? groups(query, found) : inOrder(query, found);
  const wanted = all.slice(0, query.limit);
  const batch = wanted.slice(0, BATCHES[query.entity] ?? 2000);
  return page(batch, wanted.length, batch.length === wanted.length);
}

function page(records: readonly object[], totalSize: number, done: boolean): GoodAnswer {
  return { body: { totalSize, done, records } };
}

/** What Salesforce would refuse, in its words. */
function problemOf(query: SoqlQuery, table: readonly SoqlRecord[]): GoodAnswer | undefined {
  const full = (field: string): string => `${query.entity}.${field}`;
  const comparisons = comparisonsIn(query.where);
  const counted = query.columns.flatMap((column) => /\((\w+)\)/.exec(column)?.[1] ?? []);
  const plain = query.columns.filter((column) => !column.includes('('));
  if (new Set(plain).size < plain.length) return refusal(400, 'MALFORMED_QUERY', 'duplicate field');
  const [first] = table;
  const named = [...counted, ...plain, ...query.groupBy, ...comparisons.map(({ field }) => field)];
  const lost = named.find((field) => {
    const [column = ''] = field.split('.');
    return first !== undefined && !Object.hasOwn(first, column);
  });
  if (lost !== undefined) return refusal(400, 'INVALID_FIELD', `No such column '${lost}'`);
  const hard = comparisons.find(({ field }) => NOT_FILTERED.includes(full(field)));
  if (hard !== undefined)
    return refusal(400, 'INVALID_FIELD', 'can not be filtered in a query call');
  const wrong = comparisons.find(({ field, value }) => {
    const isTime = /T/.test((value as { literal?: string } | null)?.literal ?? '');
    return isTime && DAYS.includes(full(field));
  });
  if (wrong !== undefined) return refusal(400, 'INVALID_FIELD', 'must be of type date');
  if (counted.length > 0 && NOT_AGGREGATED.includes(query.entity)) {
    return refusal(400, 'MALFORMED_QUERY', 'aggregate queries are not supported');
  }
  if (query.entity.endsWith('EventLog') && !isLogQuery(query)) {
    return refusal(400, 'MALFORMED_QUERY', 'the time range must fall within 15 days');
  }
  const long = [...counted, ...query.groupBy].find((field) => LONG_TEXTS.includes(full(field)));
  if (long === undefined) return undefined;
  return refusal(400, 'MALFORMED_QUERY', `field ${long} does not support aggregate operator COUNT`);
}

/** Both ends, and no more between them than an event log answers. */
function isLogQuery({ where }: SoqlQuery): boolean {
  const times = comparisonsIn(where)
    .filter(({ field }) => field === 'Timestamp')
    .map(({ operator, value }) => [operator, Date.parse((value as { literal: string }).literal)]);
  const { '>=': since = Number.NaN, '<=': until = Number.NaN } = Object.fromEntries(
    times,
  ) as Record<string, number>;
  return times.length === 2 && until - since <= EVENT_LOG_MS;
}

function inOrder(query: SoqlQuery, found: readonly SoqlRecord[]): readonly object[] {
  return [...found]
    .sort((one, other) => (String(one[query.orderBy]) < String(other[query.orderBy]) ? -1 : 1))
    .map((record) => ({
      attributes: { type: query.entity, url: `/services/data/v62.0/sobjects/${query.entity}` },
      ...Object.fromEntries(query.columns.map((column) => [column, valueAtField(record, column)])),
    }));
}

function groups(query: SoqlQuery, found: readonly SoqlRecord[]): readonly object[] {
  const byKey = Map.groupBy(found, (record) =>
    JSON.stringify(query.groupBy.map((field) => valueAtField(record, field))),
  );
  const lists = query.groupBy.length === 0 ? [found] : [...byKey.values()];
  return lists
    .filter((records) => !query.isRepeatedOnly || records.length > 1)
    .map((records) => ({
      attributes: { type: 'AggregateResult' },
      ...Object.fromEntries(query.columns.map((column) => resultOf(column, records))),
    }));
}

function resultOf(column: string, records: readonly SoqlRecord[]): readonly [string, unknown] {
  const [, name, field = '', alias = ''] = /^(\w+)\((\w+)\) (\w+)$/.exec(column) ?? [];
  const values = records
    .map((record) => valueAtField(record, field))
    .filter((value) => value !== null);
  switch (name) {
    case 'COUNT':
      return [alias, values.length];
    case 'COUNT_DISTINCT':
      return [alias, new Set(values).size];
    case 'MIN':
      return [alias, values.map(String).sort()[0] ?? null];
    default:
      return [column, valueAtField(records[0], column)];
  }
}
