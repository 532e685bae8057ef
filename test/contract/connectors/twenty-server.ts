import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';

/** `findActiveByWorkspaceId` of api-key.service.ts in twenty-server, the whole entity. */
const KEYS = [
  ['2026-01-01T00:00:00.000Z', '2126-01-01T00:00:00.000Z'],
  ['2025-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'],
].map(([createdAt, expiresAt]) => ({ name: 'one', createdAt, expiresAt, revokedAt: null }));

type Row = Readonly<Record<string, unknown>>;

export const idOf = (index: number): string =>
  `20202020-0000-4000-8000-${String(index).padStart(12, '0')}`;

const PEOPLE: readonly Row[] = [
  {
    id: idOf(1),
    name: { firstName: 'Ada', lastName: 'A' },
    emails: { primaryEmail: 'a@example.com' },
    companyId: idOf(90),
    jobTitle: 'CEO',
    updatedAt: '2026-01-05T08:00:00.000Z',
  },
  {
    id: idOf(2),
    name: { firstName: '', lastName: 'B' },
    emails: { primaryEmail: '' },
    companyId: null,
    jobTitle: '',
    updatedAt: '2024-01-05T08:00:00.000Z',
  },
  {
    id: idOf(3),
    name: { firstName: null, lastName: 'C' },
    emails: { primaryEmail: null },
    companyId: null,
    jobTitle: null,
    updatedAt: '2026-01-05T08:00:00.000Z',
  },
];
const TABLES: Readonly<Record<string, readonly Row[]>> = {
  people: PEOPLE,
  companies: [],
  workspaceMembers: [{ id: idOf(7) }, { id: idOf(8) }],
};
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  people: Object.keys(PEOPLE[0] ?? {}),
  companies: ['id', 'name', 'domainName', 'accountOwnerId', 'updatedAt'],
  workspaceMembers: ['id'],
};
/** Twenty gives no more (QUERY_MAX_RECORDS). */
const LARGEST_PAGE = 60;

type Asked = {
  readonly root: string;
  readonly first: number;
  readonly filter: unknown;
  readonly selection: string;
};

/** The queries of this connector; anything else is refused. */
const QUERY =
  /^query \{ (\w+)\(first: (\d+)(?:, orderBy: \[\{id: AscNullsFirst\}\])?(?:, filter: (\{.*\}))?\) \{ (.*) \} \}$/;

export function parse(query: string): Asked | undefined {
  const found = QUERY.exec(query);
  if (found === null) return undefined;
  const [, root = '', first = '', filter = '{}', selection = ''] = found;
  // GraphQL leaves its names unquoted, and JSON quotes them.
  const json = filter.replaceAll(/"[^"]*"|(\w+)/g, (text, word?: string) =>
    word === undefined ? text : `"${word}"`,
  );
  return { root, first: Number(first), filter: JSON.parse(json) as unknown, selection };
}

/** Filters of twenty-server, such as {emails: {primaryEmail: {is: NULL}}}; soft: an empty text is not NULL. */
export function matches(value: unknown, filter: unknown): boolean {
  return Object.entries(filter as Row).every(([key, operand]) => {
    switch (key) {
      case 'or':
        return (operand as readonly unknown[]).some((one) => matches(value, one));
      case 'is':
        return (value ?? null) === null;
      case 'eq':
        return value === operand;
      case 'lt':
        return String(value) < String(operand);
      case 'gt':
        return String(value) > String(operand);
      default:
        return matches((value as Row)[key], operand);
    }
  });
}

export function error(message: string, code: string, subCode?: string): GoodAnswer {
  return { body: { errors: [{ message, extensions: { code, subCode } }], data: null } };
}

/** A number over records, null over none (process-aggregate.helper.ts). */
function numberOf(rows: readonly Row[], name: string): number | null {
  if (name === 'totalCount') return rows.length;
  const [, kind = '', capital = '', rest = ''] = /^count(Empty|NotEmpty)(.)(.*)$/.exec(name) ?? [];
  const field = capital.toLowerCase() + rest;
  const text = (value: unknown): string =>
    typeof value === 'object' && value !== null
      ? Object.values(value).join('')
      : typeof value === 'string'
        ? value
        : '';
  const empty = rows.filter((row) => text(row[field]) === '').length;
  if (rows.length === 0) return null;
  return kind === 'Empty' ? empty : rows.length - empty;
}

function answer({ root, first, filter, selection }: Asked): GoodAnswer {
  const rows = TABLES[root];
  if (rows === undefined) {
    return error(`Cannot query field "${root}" on type "Query".`, 'GRAPHQL_VALIDATION_FAILED');
  }
  if (first > LARGEST_PAGE) return error('Maximum number of records', 'BAD_USER_INPUT');
  const found = rows.filter((row) => matches(row, filter));
  if (selection.startsWith('edges ')) {
    const edges = found.slice(0, first).map((node) => ({ node }));
    return {
      body: { data: { [root]: { edges, pageInfo: { hasNextPage: found.length > first } } } },
    };
  }
  const names = selection.split(' ');
  const lost = names.find((name) => {
    const field = /^count(?:Empty|NotEmpty)(\w+)$/.exec(name)?.[1] ?? '';
    const isReference = field.endsWith('Id');
    const known = FIELDS[root]?.some((own) => own.toLowerCase() === field.toLowerCase());
    return name !== 'totalCount' && (isReference || known !== true);
  });
  if (lost !== undefined) {
    return error(`Cannot query field "${lost}" on type "X".`, 'GRAPHQL_VALIDATION_FAILED');
  }
  const numbers = Object.fromEntries(names.map((name) => [name, numberOf(found, name)]));
  return { body: { data: { [root]: numbers } } };
}

/** PermissionsExceptionMessage of twenty-server. */
const NO_PERMISSION = 'Entity performing the request does not have permission';

export function respond({ path, headers, method, body }: SeenRequest): GoodAnswer {
  if (path === '/healthz' && method === 'GET') {
    return { body: { status: 'ok', info: {}, error: {}, details: {} } };
  }
  const isWatcher = headers['authorization'] === 'Bearer s3cret-too';
  if (path === '/rest/metadata/apiKeys' && method === 'GET') {
    return isWatcher
      ? { body: KEYS }
      : { status: 400, body: { statusCode: 400, error: 'Error', messages: [NO_PERMISSION] } };
  }
  if (path !== '/graphql' || method !== 'POST') return { status: 404, body: {} };
  if (headers['authorization'] !== 'Bearer s3cret' && !isWatcher) {
    return error('Token invalid.', 'UNAUTHENTICATED');
  }
  const asked = parse(String((JSON.parse(body) as { query: unknown }).query));
  return asked === undefined ? error('Syntax Error', 'GRAPHQL_PARSE_FAILED') : answer(asked);
}
