import { describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { connectorOf } from '../../support/connector-support.ts';
import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { describeWebConnector } from './contract.ts';

const CONNECTION = { platform: 'dolibarr', authentication: { key: { environment: 'KEY' } } };
const SECRETS = { KEY: 's3cret', READER: 's3cret-too' };
const CALL = { timeoutMs: 5000 };
const NOT_COUNTED = Array.from({ length: 4 }, () => ({ reason: 'not_supported' }));
const BASE = '/api/index.php';
const JSON_TYPE = 'application/json; charset=utf-8';

type Row = Readonly<Record<string, unknown>>;
type Table = {
  readonly rows: readonly Row[];
  /** Column by property, where the two differ. */
  readonly columns: Readonly<Record<string, string>>;
  /** What an empty list says; the list of users is just empty. */
  readonly nothing?: string;
  readonly hasTotals: boolean;
};

const CONTACTS: readonly Row[] = [
  { id: '1', lastname: 'A', email: 'a@example.com', socid: '7', date_modification: 1_767_600_000 },
  { id: '2', lastname: 'B', email: null, socid: null, date_modification: 1_735_689_600 },
  { id: '3', lastname: '', email: '', socid: '7', date_modification: '' },
  { id: '9', lastname: 'D', email: 'd@example.com', socid: '8', date_modification: 1_767_600_000 },
];
const USERS: readonly Row[] = [
  { id: '1', status: '1', statut: '1', admin: '1', datelastlogin: secondsBefore(89) },
  { id: '2', status: '1', statut: '1', admin: '0', datelastlogin: secondsBefore(91) },
  { id: '3', status: '0', statut: '0', admin: '1', datelastlogin: '' },
  { id: '4', status: '1', statut: '1', admin: null, datelastlogin: '' },
];

/** Days ago, in seconds since the epoch. */
function secondsBefore(days: number): number {
  return Math.floor(Date.now() / 1000) - days * 86_400;
}

const TABLES: Readonly<Record<string, Table>> = {
  thirdparties: {
    rows: [],
    columns: { name: 'nom' },
    nothing: 'Thirdparties not found',
    hasTotals: true,
  },
  contacts: {
    rows: CONTACTS,
    columns: { socid: 'fk_soc', phone_pro: 'phone' },
    nothing: 'Contacts not found',
    hasTotals: true,
  },
  users: { rows: USERS, columns: {}, hasTotals: false },
};

/** An error as Restler composes it (Luracast/Restler/Compose.php). */
function refuse(status: number, words: string, message = ''): GoodAnswer {
  const told = message === '' ? words : `${words}: ${message}`;
  return { status, body: { error: { code: status, message: told } } };
}

/** Conditions of sqlfilters (dolForgeSQLCriteriaCallback in htdocs/core/lib/functions.lib.php). */
function matches(row: Row, filter: string, columns: Table['columns']): boolean {
  return filter.split(' or ').some((criterion) => {
    const found = /^\(t\.(\w+):(is|=|>):(NULL|''|\d+)\)$/.exec(criterion);
    if (found === null) throw new Error(`no filter: ${criterion}`);
    const [, column = '', operator = '', operand = ''] = found;
    const property =
      column === 'rowid'
        ? 'id'
        : (Object.keys(columns).find((name) => columns[name] === column) ?? column);
    const value = row[property] ?? null;
    if (operator === 'is') return value === null;
    return operator === '=' ? value === '' : Number(value) > Number(operand);
  });
}

/** Lists of htdocs/…/class/api_*.class.php, in 21 and 22. */
function respond({ path, headers, method }: SeenRequest): GoodAnswer {
  const url = new URL(path, 'http://crm.test');
  const query = url.searchParams;
  if (method !== 'GET') return refuse(405, 'Method Not Allowed');
  if (headers['dolapikey'] === undefined) {
    return refuse(401, 'Unauthorized', 'Failed to login to API. No parameter HTTP_DOLAPIKEY');
  }
  if (headers['dolapikey'] !== 's3cret' && headers['dolapikey'] !== 's3cret-too') {
    return refuse(401, 'Unauthorized', 'Error user not valid (not found with api key)');
  }
  if (url.pathname === `${BASE}/status`) {
    return { body: { success: { code: 200, dolibarr_version: '22.0.4', access_locked: '0' } } };
  }
  const table = TABLES[url.pathname.slice(BASE.length + 1)];
  if (table === undefined) return refuse(404, 'Not Found');
  const filter = query.get('sqlfilters') ?? '(t.rowid:>:0)';
  const found = table.rows.filter((row) => matches(row, filter, table.columns));
  if (found.length === 0 && table.nothing !== undefined) {
    return refuse(404, 'Not Found', table.nothing);
  }
  const limit = Number(query.get('limit') ?? 100);
  const wanted = query.get('properties')?.split(',');
  const data = found
    .slice(0, limit)
    .map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => wanted?.includes(name) ?? true)),
    );
  if (!table.hasTotals || query.get('pagination_data') !== 'true') return { body: data };
  const pagination = { total: found.length, page: 0, page_count: found.length, limit };
  return { body: { data, pagination } };
}

const isList = ({ path }: SeenRequest): boolean => path.startsWith(`${BASE}/contacts?`);
const plain = (text: string, status: number): GoodAnswer => ({
  status,
  body: text,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
});
const ALL_CALLS = ['login', 'latency', 'accounts', 'aggregate', 'scan'];
const all = <T>(reason: T): Readonly<Record<string, T>> =>
  Object.fromEntries(ALL_CALLS.map((call) => [call, reason]));

describeWebConnector({
  name: 'dolibarr',
  respond: (request) => ({ headers: { 'content-type': JSON_TYPE }, ...respond(request) }),
  create: (url, authority) =>
    connectorOf(
      { ...CONNECTION, url, tls: { ca_file: 'ca.pem' } },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', null, '', 'd@example.com'],
  isReadOnly: ({ method }) => method === 'GET',
  troubles: [
    {
      name: 'a module was switched off, which is told in plain text, with 200 as well',
      respond: (request) =>
        isList(request) ? plain('API not found (failed to include API file)', 200) : undefined,
      expected: { scan: 'not_found', aggregate: 'not_found' },
    },
    {
      name: 'the route is gone: a 404 that names nothing is no empty list',
      respond: (request) => (isList(request) ? refuse(404, 'Not Found') : undefined),
      expected: { scan: 'not_found', aggregate: 'not_found' },
    },
    {
      name: 'the address of the monitor is not allowed any more',
      respond: () => plain('APIs are not allowed from the IP 192.0.2.1', 503),
      expected: all('authorization' as const),
    },
    {
      name: 'the endpoint is forbidden by a rule',
      respond: (request) =>
        isList(request)
          ? plain('The API with endpoint /contacts is forbidden by config API_ENDPOINT_RULES', 501)
          : undefined,
      expected: { scan: 'authorization', aggregate: 'authorization' },
    },
    {
      name: 'a right is missing, which is a 401 in old versions',
      respond: (request) => (isList(request) ? refuse(401, 'Unauthorized') : undefined),
      expected: { scan: 'authorization', aggregate: 'authorization' },
    },
    {
      name: 'the user may not list users',
      respond: ({ path }) =>
        path.includes('/users?')
          ? refuse(401, 'Unauthorized', 'You are not allowed to read list of users')
          : undefined,
      expected: { accounts: 'authorization' },
    },
    {
      name: 'the key was revoked',
      respond: () => refuse(401, 'Unauthorized', 'Error user not valid (not found with api key)'),
      expected: all('authentication' as const),
    },
    {
      name: 'a column is gone',
      respond: (request) =>
        isList(request)
          ? refuse(
              503,
              'Service Unavailable',
              "Error when retrieve contacts : Unknown column 't.email'",
            )
          : undefined,
      expected: { scan: 'schema_changed', aggregate: 'schema_changed' },
    },
    {
      name: 'a property is gone from all records',
      respond: (request) => {
        if (!isList(request)) return undefined;
        const isFirst = request.path.includes('%3A%3E%3A0');
        return isFirst ? { body: [{ id: 1 }] } : refuse(404, 'Not Found', 'Contacts not found');
      },
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'lists have no total, as before 21',
      respond: (request) =>
        isList(request) && request.path.includes('pagination_data')
          ? { body: [{ id: '1' }] }
          : undefined,
      expected: { aggregate: 'unknown' },
    },
    {
      name: 'access is locked for maintenance',
      respond: ({ path }) =>
        path.endsWith('/status')
          ? { body: { success: { code: 200, dolibarr_version: '22.0.4', access_locked: 'boss' } } }
          : undefined,
      expected: { login: 'server_error' },
    },
    {
      name: 'the module of the API is switched off',
      respond: () => plain("Module Api isn't enabled.<br><br>", 200),
      expected: all('bad_payload' as const),
    },
  ],
});

const startTarget = createTargets();

const target = (changes: object = {}, answer: Respond = respond): Promise<Target> =>
  startTarget({ respond: answer, connection: { ...CONNECTION, ...changes }, secrets: SECRETS });

async function scanned(connector: Connector, object: string, field: string): Promise<unknown[]> {
  const seen: unknown[] = [];
  const scan = await connector.scan?.(CALL, object, [field], (rows) => {
    seen.push(...rows.map((row) => row[field]));
    return true;
  });
  expect(scan).toEqual({ ok: true, value: { complete: true } });
  return seen;
}

describe('dolibarr', () => {
  it('reaches the API by its refusal, which names no version, and knows who can log in', async () => {
    const [connector] = await target();
    expect(await connector.ping?.(CALL)).toMatchObject({
      ok: true,
      value: { version: { known: false, reason: 'not_supported' } },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 3 },
        privilegedUsers: { value: 1 },
        secondFactorUsers: { known: false, reason: 'not_supported' },
        inactiveUsers: { value: 2 },
      },
    });
    expect(connector.jobs).toBeUndefined();
    expect(connector.logins).toBeUndefined();
    expect(connector.limits).toBeUndefined();
  });

  it('takes the 404 of an empty list for no records', async () => {
    const [connector] = await target();
    expect(
      await connector.aggregate?.(CALL, 'accounts', [
        { kind: 'rows' },
        { kind: 'missing', field: 'email' },
      ]),
    ).toMatchObject({ value: [{ value: 0 }, { value: 0 }] });
    expect(await scanned(connector, 'accounts', 'name')).toEqual([]);
  });

  it('counts references and texts without a value, and leaves keys and times to a scan', async () => {
    const [connector] = await target();
    const before = '2026-01-01T00:00:00.000Z';
    expect(
      await connector.aggregate?.(CALL, 'contacts', [
        { kind: 'rows' },
        { kind: 'missing', field: 'account' },
        { kind: 'missing', field: 'last_name' },
        { kind: 'missing', field: 'updated_at' },
        { kind: 'older_than', field: 'updated_at', before },
        { kind: 'duplicates', key: ['email'] },
      ]),
    ).toMatchObject({
      value: [
        { value: 4 },
        { value: 1 },
        { value: 1 },
        { reason: 'not_supported' },
        { reason: 'not_supported' },
        { reason: 'not_supported' },
      ],
    });
    expect(await scanned(connector, 'contacts', 'updated_at')).toEqual([
      '2026-01-05T08:00:00.000Z',
      '2025-01-01T00:00:00.000Z',
      '',
      '2026-01-05T08:00:00.000Z',
    ]);
  });

  it('asks once for each of 20 fields, and once for the records', async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`f${index}`, 'email']),
    );
    const objects = { contacts: { entity: 'contacts', fields } };
    const [connector, server] = await target({ objects });
    const missing = Object.keys(fields).map((field) => ({ kind: 'missing', field }) as const);
    const counted = await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]);
    expect(counted).toMatchObject({ ok: true });
    expect(server.seen.length).toBe(21);
  });

  it('asks a version without totals once, and not for each field', async () => {
    const [connector, server] = await target({}, (request) =>
      isList(request) ? { body: [{ id: '1' }] } : respond(request),
    );
    const missing = ['email', 'phone', 'account'].map(
      (field) => ({ kind: 'missing', field }) as const,
    );
    const counted = await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]);
    expect(counted).toMatchObject({ value: NOT_COUNTED });
    expect(server.seen.length).toBe(1);
  });

  it('reads on after a short page, which only lacks what could not be loaded', async () => {
    const many = Array.from({ length: 1100 }, (_, index) => ({
      id: String(index + 1),
      email: `${index}@example.com`,
    }));
    const [connector, server] = await target({}, ({ path }) => {
      const filter = new URL(path, 'http://crm.test').searchParams.get('sqlfilters') ?? '';
      const rest = many.filter((row) => matches(row, filter, {})).slice(0, 500);
      if (rest.length === 0) return refuse(404, 'Not Found', 'Contacts not found');
      return { body: rest.filter(({ id }) => id !== '17') };
    });
    expect((await scanned(connector, 'contacts', 'email')).length).toBe(1099);
    expect(server.seen.length).toBe(4);
  });

  it('does not take an empty page for the end where the end is a 404', async () => {
    const page = Array.from({ length: 500 }, (_, index) => ({ id: String(index + 1), email: 'x' }));
    const pages = [page, []];
    const [connector] = await target({}, () => ({ body: pages.shift() }));
    const scan = await connector.scan?.(CALL, 'contacts', ['email'], () => true);
    expect(scan).toMatchObject({ ok: false, failure: { reason: 'schema_changed' } });
  });

  it('reads extra fields, and names the company that it asks for', async () => {
    const objects = {
      deals: { entity: 'proposals', fields: { region: 'array_options.options_region' } },
    };
    const pages = [
      [
        { id: 4, array_options: { options_region: 'north' } },
        { id: 5, array_options: [] },
      ],
      [],
    ];
    const [connector, server] = await target({ objects, company: 3 }, () => ({
      body: pages.shift(),
    }));
    expect(await scanned(connector, 'deals', 'region')).toEqual(['north', null]);
    expect(server.seen[0]?.headers['dolapientity']).toBe('3');
    expect(server.seen[0]?.path).toContain('properties=id%2Carray_options&');
  });

  it('refuses lists and properties whose names could break out of a query', async () => {
    for (const object of [
      { entity: 'setup/checkintegrity', fields: { a: 'b' } },
      { entity: 'contacts', fields: { a: 'email&api_key=1' } },
      { entity: 'contacts', fields: { a: 'array_options.x:=:1' } },
    ]) {
      await expect(target({ objects: { x: object } })).rejects.toThrow(
        'a list such as thirdparties',
      );
    }
  });
});
