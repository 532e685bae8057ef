import type { SqlRow, SqlValue, Sqlite } from '../../store/store.ts';

import { refuse } from './messages.ts';
import type { Reply } from './messages.ts';

type Filter = {
  readonly parameter: string;
  readonly condition: string;
  /** Turns the parameter's text into a value to compare with; undefined when it is wrong. */
  readonly parse: (text: string) => SqlValue | undefined;
  readonly expected: string;
};

/** One list that the API shows: its columns are the fields, in this order. */
export type ListResource = {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that are 0 or 1 in the database and false or true in the API. */
  readonly booleans: readonly string[];
  readonly filters: readonly Filter[];
};

const parseTime = (text: string): SqlValue | undefined => {
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : new Date(timeMs).toISOString();
};
const timeFilter = (parameter: string, column: string): Filter => ({
  parameter,
  condition: `${column} >= ?`,
  parse: parseTime,
  expected: 'a time such as 2026-01-31T12:00:00Z',
});
const choiceFilter = (column: string, values: Readonly<Record<string, SqlValue>>): Filter => ({
  parameter: column,
  condition: `${column} = ?`,
  parse: (text) => (Object.hasOwn(values, text) ? values[text] : undefined),
  expected: `one of ${Object.keys(values).join(', ')}`,
});

/** Takes several values, parted by commas. */
const listFilter = (column: string, values: readonly string[]): Filter => ({
  parameter: column,
  condition: `instr(',' || ? || ',', ',' || ${column} || ',') > 0`,
  parse: (text) => (text.split(',').every((each) => values.includes(each)) ? text : undefined),
  expected: `one or more of ${values.join(', ')}, parted by commas`,
});

const UPDATED_SINCE = timeFilter('updated_since', 'updated_at');
const words = (text: string): readonly string[] => text.split(' ');

export const LIST_RESOURCES: readonly ListResource[] = [
  {
    name: 'accounts',
    columns: words('id name industry country website owner_id created_at updated_at'),
    booleans: [],
    filters: [UPDATED_SINCE],
  },
  {
    name: 'contacts',
    columns: words('id account_id first_name last_name email phone country created_at updated_at'),
    booleans: [],
    filters: [UPDATED_SINCE],
  },
  {
    name: 'deals',
    columns: words(
      'id account_id owner_id name amount currency pipeline_stage close_date created_at updated_at',
    ),
    booleans: [],
    filters: [UPDATED_SINCE],
  },
  {
    name: 'users',
    columns: words('id user_name role active locked second_factor last_login_at'),
    booleans: words('active locked second_factor'),
    filters: [],
  },
  {
    name: 'jobs',
    columns: words('id name state enqueued_at started_at finished_at'),
    booleans: [],
    filters: [listFilter('state', ['pending', 'running', 'done', 'failed'])],
  },
  {
    name: 'logins',
    columns: words('id user_id succeeded at'),
    booleans: words('succeeded'),
    filters: [timeFilter('since', 'at'), choiceFilter('succeeded', { true: 1, false: 0 })],
  },
  {
    name: 'audit_events',
    columns: words('id kind at'),
    booleans: [],
    filters: [timeFilter('since', 'at')],
  },
  {
    name: 'deliveries',
    columns: words('id kind state at'),
    booleans: [],
    filters: [timeFilter('since', 'at'), listFilter('state', ['done', 'failed'])],
  },
  {
    name: 'tokens',
    columns: words('id created_at expires_at revoked'),
    booleans: words('revoked'),
    filters: [],
  },
];

const PER_PAGE_DEFAULT = 100;
const PER_PAGE_LIMIT = 1000;
const PAGE_LIMIT = 1_000_000;

function parseCount(text: string | null, fallback: number, limit: number): number | undefined {
  if (text === null) return fallback;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= limit ? value : undefined;
}

function parseFilters(
  resource: ListResource,
  query: URLSearchParams,
): { conditions: readonly string[]; values: readonly SqlValue[] } | Reply {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  for (const filter of resource.filters) {
    const text = query.get(filter.parameter);
    if (text === null) continue;
    const value = filter.parse(text);
    if (value === undefined) {
      return refuse(400, 'bad_request', `${filter.parameter} must be ${filter.expected}`);
    }
    conditions.push(filter.condition);
    values.push(value);
  }
  return { conditions, values };
}

/** One page of a list, by rising id: `{data: [...], meta: {total, page, per_page}}`. */
export function listPage(database: Sqlite, resource: ListResource, query: URLSearchParams): Reply {
  const page = parseCount(query.get('page'), 1, PAGE_LIMIT);
  const perPage = parseCount(query.get('per_page'), PER_PAGE_DEFAULT, PER_PAGE_LIMIT);
  if (page === undefined) return refuse(400, 'bad_request', 'page must be a number from 1');
  if (perPage === undefined) {
    return refuse(400, 'bad_request', `per_page must be a number from 1 to ${PER_PAGE_LIMIT}`);
  }
  const filters = parseFilters(resource, query);
  if ('status' in filters) return filters;
  const { conditions, values } = filters;
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const total = database.get(`SELECT count(*) AS total FROM ${resource.name} ${where}`, ...values);
  const rows = database.all(
    `SELECT ${resource.columns.join(', ')} FROM ${resource.name} ${where}
     ORDER BY id LIMIT ? OFFSET ?`,
    ...values,
    perPage,
    (page - 1) * perPage,
  );
  const data = resource.booleans.length === 0 ? rows : rows.map((row) => toApi(resource, row));
  return {
    status: 200,
    body: { data, meta: { total: Number(total?.['total']), page, per_page: perPage } },
  };
}

function toApi(resource: ListResource, row: SqlRow): Record<string, unknown> {
  const flags = resource.booleans.map((column) => [column, row[column] === 1] as const);
  return { ...row, ...Object.fromEntries(flags) };
}
