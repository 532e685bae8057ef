import { describe, expect, it } from 'vitest';

import { connectorOf } from '../../support/connector-support.ts';
import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { describeWebConnector } from './contract.ts';
import { error, idOf, matches, parse, respond } from './twenty-server.ts';

const CONNECTION = {
  platform: 'twenty',
  authentication: { key: { environment: 'KEY' } },
  security_authentication: { key: { environment: 'WATCHER' } },
};
const SECRETS = { KEY: 's3cret', WATCHER: 's3cret-too' };
const CALL = { timeoutMs: 5000 };
const NOT_COUNTED = Array.from({ length: 4 }, () => ({ reason: 'not_supported' }));

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
    (method === 'GET' && ['/healthz', '/rest/metadata/apiKeys'].includes(path)) ||
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

const startTarget = createTargets();

const target = (changes: object = {}, answer: Respond = respond): Promise<Target> =>
  startTarget({ respond: answer, connection: { ...CONNECTION, ...changes }, secrets: SECRETS });

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
    expect(connector.logins).toBeUndefined();
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
