import { afterEach, describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { connectorOf } from '../../support/connector-support.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { describeWebConnector } from './contract.ts';

const CONNECTION = { platform: 'twenty', authentication: { key: { environment: 'KEY' } } };
const SECRETS = { KEY: 's3cret' };
const CALL = { timeoutMs: 5000 };
const NOT_COUNTED = Array.from({ length: 4 }, () => ({ reason: 'not_supported' }));

type Row = Readonly<Record<string, unknown>>;

const idOf = (index: number): string =>
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

function parse(query: string): Asked | undefined {
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
function matches(value: unknown, filter: unknown): boolean {
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

function error(message: string, code: string, subCode?: string): GoodAnswer {
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

function respond({ path, headers, method, body }: SeenRequest): GoodAnswer {
  if (path === '/healthz' && method === 'GET') {
    return { body: { status: 'ok', info: {}, error: {}, details: {} } };
  }
  if (path !== '/graphql' || method !== 'POST') return { status: 404, body: {} };
  if (headers['authorization'] !== 'Bearer s3cret') {
    return error('Token invalid.', 'UNAUTHENTICATED');
  }
  const asked = parse(String((JSON.parse(body) as { query: unknown }).query));
  return asked === undefined ? error('Syntax Error', 'GRAPHQL_PARSE_FAILED') : answer(asked);
}

const isGraphql = ({ path }: SeenRequest): boolean => path === '/graphql';
const onGraphql =
  (given: GoodAnswer) =>
  (request: SeenRequest): GoodAnswer | undefined =>
    isGraphql(request) ? given : undefined;
const ALL_CALLS = ['login', 'latency', 'accounts', 'aggregate', 'scan'];
const all = <T>(reason: T): Readonly<Record<string, T>> =>
  Object.fromEntries(ALL_CALLS.map((call) => [call, reason]));

describeWebConnector({
  name: 'twenty',
  respond,
  create: (url, authority) =>
    connectorOf(
      { ...CONNECTION, url, tls: { ca_file: 'ca.pem' } },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', '', null],
  isReadOnly: ({ method, path, body }) =>
    (method === 'GET' && path === '/healthz') ||
    (path === '/graphql' && /^\{"query":"query \{[^}]/.test(body) && !body.includes('mutation')),
  troubles: [
    {
      name: 'the key is not accepted, which comes with 200',
      respond: onGraphql(error('Token invalid.', 'UNAUTHENTICATED')),
      expected: all('authentication' as const),
    },
    {
      name: 'the key was revoked, which has the code of a missing right',
      respond: onGraphql(error('This API Key is revoked', 'FORBIDDEN', 'FORBIDDEN_EXCEPTION')),
      expected: all('authentication' as const),
    },
    {
      name: 'the role of the key may not read',
      respond: onGraphql(error('Permission denied', 'FORBIDDEN', 'PERMISSION_DENIED')),
      expected: all('authorization' as const),
    },
    {
      name: 'the limit of requests is reached, which has the code of wrong input',
      respond: onGraphql(
        error('Limit reached (100 tokens per 60000 ms)', 'BAD_USER_INPUT', 'LIMIT_REACHED'),
      ),
      expected: all('rate_limited' as const),
    },
    {
      name: 'an object was removed',
      respond: onGraphql(
        error('Cannot query field "people" on type "Query".', 'GRAPHQL_VALIDATION_FAILED'),
      ),
      expected: { aggregate: 'not_found', scan: 'not_found' },
    },
    {
      name: 'a field was removed',
      respond: onGraphql(
        error('Cannot query field "emails" on type "Person".', 'GRAPHQL_VALIDATION_FAILED'),
      ),
      expected: { aggregate: 'schema_changed', scan: 'schema_changed' },
    },
    {
      name: 'a field was removed and its number comes as null',
      respond: onGraphql({ body: { data: { people: { totalCount: 3, countEmptyEmails: null } } } }),
      expected: { aggregate: 'schema_changed' },
    },
    {
      name: 'an error comes with a part of the data',
      respond: onGraphql({
        body: {
          data: { people: { totalCount: 3, countEmptyEmails: 1 } },
          errors: [{ message: 'boom', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
        },
      }),
      expected: all('server_error' as const),
    },
    {
      name: 'an error has a code that nobody knows',
      respond: onGraphql(error('?', 'CONSTRUCTOR')),
      expected: all('server_error' as const),
    },
  ],
});

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

async function target(
  changes: object = {},
  given: (request: SeenRequest) => GoodAnswer = respond,
): Promise<[Connector, FaultServer]> {
  const server = await startFaultServer({ respond: given });
  open.push(server);
  const connector = connectorOf({ ...CONNECTION, url: server.url, ...changes }, SECRETS);
  open.push(connector);
  return [connector, server];
}

describe('twenty', () => {
  it('counts the members of the workspace, and knows neither their roles nor its queues', async () => {
    const [connector] = await target();
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        privilegedUsers: { known: false, reason: 'not_supported' },
        secondFactorUsers: { known: false, reason: 'not_supported' },
      },
    });
    expect(connector.jobs).toBeUndefined();
    expect(connector.failedLogins).toBeUndefined();
    expect(connector.limits).toBeUndefined();
  });

  it('counts empty texts and NULL alike, references and old records', async () => {
    const [connector, server] = await target();
    const before = '2025-01-01T00:00:00.000Z';
    expect(
      await connector.aggregate?.(CALL, 'contacts', [
        { kind: 'rows' },
        { kind: 'missing', field: 'email' },
        { kind: 'missing', field: 'first_name' },
        { kind: 'missing', field: 'account' },
        { kind: 'older_than', field: 'updated_at', before },
        { kind: 'missing', field: 'updated_at' },
        { kind: 'keyed', key: ['email'] },
        { kind: 'keyed', key: ['first_name', 'last_name'] },
        { kind: 'duplicates', key: ['email'] },
      ]),
    ).toMatchObject({
      value: [
        { value: 3 },
        { value: 2 },
        { value: 2 },
        { value: 2 },
        { value: 1 },
        { value: 0 },
        { value: 1 },
        { reason: 'not_supported' },
        { reason: 'not_supported' },
      ],
    });
    expect(server.seen.length).toBe(4);
  });

  it('knows the numbers of no records, which Twenty gives as null', async () => {
    const [connector] = await target();
    const missing = { kind: 'missing', field: 'name' } as const;
    expect(
      await connector.aggregate?.(CALL, 'accounts', [{ kind: 'rows' }, missing]),
    ).toMatchObject({ value: [{ value: 0 }, { value: 0 }] });
  });

  it('asks once for the records and 20 fields', async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`f${index}`, `field${index}`]),
    );
    const objects = { contacts: { entity: 'people', fields } };
    const [connector, server] = await target({ objects }, ({ body }) => {
      const names = /totalCount ([\w ]*)/.exec(body)?.[1]?.trim().split(' ') ?? [];
      const numbers = Object.fromEntries(names.map((name, index) => [name, index]));
      return { body: { data: { people: { totalCount: 50, ...numbers } } } };
    });
    const missing = Object.keys(fields).map((field) => ({ kind: 'missing', field }) as const);
    const counted = await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]);
    expect(counted).toMatchObject({
      value: [{ value: 50 }, ...missing.map((_, index) => ({ value: index }))],
    });
    expect(server.seen.length).toBe(1);
  });

  it('leaves to a scan what it does not know the type of', async () => {
    const fields = { tax: 'taxId', depth: 'company.name.firstName', other: 'thing.unheardOf' };
    const [connector, server] = await target({ objects: { x: { entity: 'people', fields } } });
    const missing = Object.keys(fields).map((field) => ({ kind: 'missing', field }) as const);
    const old = { kind: 'older_than', field: 'other', before: '2025-01-01T00:00:00Z' } as const;
    const counted = await connector.aggregate?.(CALL, 'x', [...missing, old]);
    expect(counted).toMatchObject({ value: NOT_COUNTED });
    expect(server.seen).toEqual([]);
  });

  it('reads all pages of an object, although records come before those that were read', async () => {
    const many = Array.from({ length: 150 }, (_, index) => ({
      id: idOf(1000 + index),
      emails: { primaryEmail: `${index}@example.com` },
    }));
    const [connector, server] = await target({}, ({ body }) => {
      const asked = parse(String((JSON.parse(body) as { query: unknown }).query));
      const rest = many.filter((row) => matches(row, asked?.filter));
      const edges = rest.slice(0, asked?.first).map((node) => ({ node }));
      const pageInfo = { hasNextPage: rest.length > edges.length };
      return { body: { data: { people: { edges, pageInfo } } } };
    });
    const seen: unknown[] = [];
    const scan = await connector.scan?.(CALL, 'contacts', ['email', 'first_name'], (rows) => {
      seen.push(...rows.map(({ email }) => email));
      return true;
    });
    // No record of this server has a name, and that is no empty field.
    expect(scan).toMatchObject({ ok: false, failure: { reason: 'schema_changed' } });
    expect(new Set(seen).size).toBe(150);
    expect(server.seen.length).toBe(3);
    expect(server.seen[0]?.body).toContain(
      'node { id emails { primaryEmail } name { firstName } }',
    );
  });

  it('ends with a failure where a page does not go on', async () => {
    for (const id of [idOf(1), 'x"}}) { id } }']) {
      const pageInfo = { hasNextPage: true };
      const edges = [{ node: { id, emails: { primaryEmail: null } } }];
      const [connector, server] = await target({}, () => ({
        body: { data: { people: { edges, pageInfo } } },
      }));
      const scan = await connector.scan?.(CALL, 'contacts', ['email'], () => true);
      expect(scan).toMatchObject({ ok: false, failure: { reason: 'schema_changed' } });
      expect(server.seen.length).toBeLessThanOrEqual(2);
    }
  });

  it('refuses names that could break out of a query', async () => {
    for (const object of [
      { entity: 'people { id } } mutation', fields: { a: 'b' } },
      { entity: 'people', fields: { a: 'id } } }' } },
      { entity: 'people', fields: { a: 'emails..primaryEmail' } },
    ]) {
      await expect(target({ objects: { x: object } })).rejects.toThrow('a plural such as people');
    }
  });
});
