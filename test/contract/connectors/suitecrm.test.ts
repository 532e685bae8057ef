import { describe, expect, it } from 'vitest';

import type { DataRow } from '../../../src/exporter/connectors/connectors.ts';
import { connectorOf } from '../../support/connector-support.ts';
import type { SeenRequest } from '../../support/fault-server.ts';
import { UNAUTHORIZED, refuse, respond } from '../../support/suitecrm-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { describeWebConnector } from './contract.ts';

const CONNECTION = {
  platform: 'suitecrm',
  version: '8',
  authentication: {
    method: 'client_credentials',
    client_id: 'monitor',
    client_secret: { environment: 'SECRET' },
  },
};
const SECRETS = { SECRET: 's3cret' };
const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);

const isOfContacts = ({ path }: SeenRequest): boolean => path.includes('/module/Contacts?');

describeWebConnector({
  name: 'suitecrm',
  respond: (request) => respond(request),
  create: (url, authority) =>
    connectorOf(
      { ...CONNECTION, url, tls: { ca_file: 'ca.pem' } },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'contacts',
  field: 'phone',
  values: ['+49 30 1', '', '+49 30 3'],
  isReadOnly: ({ method, path }) => method === 'GET' || path === '/legacy/Api/access_token',
  isLogIn: ({ path }) => path === '/legacy/Api/access_token',
  troubles: [
    {
      name: 'a module was removed',
      respond: (request) =>
        isOfContacts(request) ? refuse('Module Contacts does not exist') : undefined,
      expected: { scan: 'not_found', aggregate: 'not_found' },
    },
    {
      name: 'a field was removed',
      respond: ({ path }) =>
        path.includes('phone_work')
          ? refuse('The following field in Contact module is not found: phone_work')
          : undefined,
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'the role may not view the module',
      respond: (request) =>
        isOfContacts(request) ? refuse('[SuiteCRM] [AccessDeniedException] ') : undefined,
      expected: { scan: 'authorization', aggregate: 'authorization' },
    },
    {
      name: 'the role may list a part of the records alone',
      respond: (request) => (isOfContacts(request) ? respond(request, { visible: 2 }) : undefined),
      expected: { scan: 'authorization', aggregate: 'unknown' },
    },
    {
      name: 'the role may list no record, which looks like a module without any',
      respond: (request) => (isOfContacts(request) ? respond(request, { visible: 0 }) : undefined),
      expected: { scan: 'authorization', aggregate: 'unknown' },
    },
    {
      name: 'the role may list no user',
      respond: (request) =>
        request.path.includes('/module/Users?') ? respond(request, { visible: 0 }) : undefined,
      expected: { accounts: 'unknown' },
    },
    {
      name: 'not even the client that asks is listed',
      respond: (request) =>
        request.path.includes('/module/OAuth2Clients?')
          ? respond(request, { visible: 0 })
          : undefined,
      expected: { apiTokens: 'unknown' },
    },
    {
      name: 'a count fails in the database beside a list that has records',
      respond: (request) =>
        isOfContacts(request)
          ? { body: { meta: { 'total-pages': 0 }, data: [{ type: 'Contact', id: 'a1' }] } }
          : undefined,
      expected: { scan: 'schema_changed', aggregate: 'schema_changed' },
    },
    {
      name: 'an answer has no number of pages',
      respond: (request) =>
        isOfContacts(request) ? { body: { data: [{ type: 'Contact', id: 'a1' }] } } : undefined,
      expected: { scan: 'schema_changed', aggregate: 'schema_changed' },
    },
    {
      name: 'the user of the client was disabled',
      respond: ({ path }) => (path.includes('/V8/') ? refuse('Not found') : undefined),
      expected: {
        login: 'authentication',
        latency: 'authentication',
        jobs: 'authentication',
        apiTokens: 'authentication',
        integrations: 'authentication',
      },
    },
    {
      name: 'the client is gone',
      respond: ({ path }) =>
        path.endsWith('/access_token')
          ? {
              status: 500,
              body: {
                error: 'unknown_error',
                error_description: 'OAuth2Clients module with id monitor is not found',
              },
            }
          : undefined,
      expected: { login: 'authentication', accounts: 'authentication' },
    },
    {
      name: 'the database fails in the middle of an answer',
      respond: ({ path }) =>
        path.includes('/V8/module/')
          ? {
              status: 400,
              body: '{"errors":{}}Database failure. Please refer to suitecrm.log for details.',
            }
          : undefined,
      expected: { jobs: 'database_unavailable', aggregate: 'database_unavailable' },
    },
    {
      name: 'SuiteCRM 8 answers with a page of its own',
      respond: ({ path }) =>
        path.includes('/V8/')
          ? { body: '<!doctype html>', headers: { 'content-type': 'text/html' } }
          : undefined,
      expected: { login: 'bad_payload', aggregate: 'bad_payload', scan: 'bad_payload' },
    },
  ],
});

const startTarget = createTargets();

const target = (
  answer: Respond = (request) => respond(request),
  changes: object = {},
): Promise<Target> =>
  startTarget({ respond: answer, connection: { ...CONNECTION, ...changes }, secrets: SECRETS });

describe('suitecrm', () => {
  it('tells the jobs that are due and who may log in', async () => {
    const [connector] = await target();
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: {
        byState: { pending: { value: 2 }, running: { value: 1 }, failed: { value: 1 } },
        oldestPendingAgeSeconds: { value: 3600 },
      },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        privilegedUsers: { value: 1 },
        secondFactorUsers: { value: 1 },
      },
    });
    expect(connector.logins).toBeUndefined();
    expect(connector.auditTrail).toBeUndefined();
  });

  it('knows nothing of users where it may list some of them', async () => {
    const [connector] = await target((request) => respond(request, { visible: 1 }));
    const notPermitted = { known: false, reason: 'not_permitted' };
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: notPermitted, privilegedUsers: notPermitted },
    });
  });

  it('tells the rest of the accounts where the version has no second factors', async () => {
    const [connector] = await target((request) =>
      request.path.includes('is_totp_enabled')
        ? refuse('Filter field is_totp_enabled in User module is not found')
        : respond(request),
    );
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        secondFactorUsers: { known: false, reason: 'not_supported' },
      },
    });
  });

  it('finds the API of version 7, and where it was moved to', async () => {
    for (const [changes, start] of [
      [{ version: '7' }, '/Api/'],
      [{ api_path: '/crm/Api' }, '/crm/Api/'],
    ] as const) {
      const [connector, server] = await target(() => UNAUTHORIZED, changes);
      expect(await connector.ping?.(CALL)).toMatchObject({ ok: true });
      expect(server.seen.map(({ path }) => path)).toEqual([`${start}V8/meta/swagger.json`]);
    }
  });

  it('counts what are columns, leaves the rest to a scan, and shows no orphans where none can be seen', async () => {
    const [connector] = await target();
    const counted = await connector.aggregate?.(CALL, 'contacts', [
      { kind: 'rows' },
      { kind: 'missing', field: 'phone' },
      { kind: 'missing', field: 'account' },
      { kind: 'older_than', field: 'updated_at', before: '2025-06-01T00:00:00.000Z' },
      { kind: 'older_than', field: 'phone', before: '2025-06-01T00:00:00.000Z' },
      { kind: 'keyed', key: ['last_name', 'phone'] },
      { kind: 'keyed', key: ['last_name', 'account'] },
      { kind: 'duplicates', key: ['phone'] },
      { kind: 'orphans', field: 'account', object: 'accounts' },
      { kind: 'orphans', field: 'owner', object: 'accounts' },
    ]);
    const told = counted?.ok === true ? counted.value : [];
    expect(told.map((count) => (count.known ? count.value : count.reason))).toEqual([
      3,
      1,
      'not_supported',
      1,
      'not_supported',
      2,
      'not_supported',
      'not_supported',
      'not_permitted',
      'not_supported',
    ]);
  });

  it('leaves references that are defined no more to a scan, which reports them', async () => {
    const fields = { gone: 'parent_gone_id' };
    const orphans = [{ kind: 'orphans', field: 'gone', object: 'contacts' }] as const;
    const objects = { contacts: { entity: 'Contacts', fields } };
    const [connector] = await target(undefined, { objects });
    expect(await connector.aggregate?.(CALL, 'contacts', orphans)).toMatchObject({
      value: [{ known: false, reason: 'not_supported' }],
    });
    const [hidden] = await target(
      (request) => (request.path.includes('/meta/') ? refuse('[Not Allowed]') : respond(request)),
      { objects },
    );
    expect(await hidden.aggregate?.(CALL, 'contacts', orphans)).toMatchObject({
      value: [{ known: false, reason: 'not_permitted' }],
    });
  });

  it('leaves all fields to a scan where it may not read how they are defined', async () => {
    const [connector] = await target((request) =>
      request.path.includes('/meta/fields/')
        ? refuse('[SuiteCRM] [Not Allowed] The API user does not have access to this module.')
        : respond(request),
    );
    expect(
      await connector.aggregate?.(CALL, 'contacts', [
        { kind: 'rows' },
        { kind: 'missing', field: 'phone' },
      ]),
    ).toMatchObject({ value: [{ value: 3 }, { known: false, reason: 'not_supported' }] });
  });

  it('asks once for each of 20 fields, and three times beside', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `field_${index}_c`);
    const fields = Object.fromEntries(names.map((name) => [name, name]));
    const definitions = Object.fromEntries(names.map((name) => [name, { type: 'varchar' }]));
    const [connector, server] = await target(
      (request) => {
        if (request.path.includes('/meta/fields/')) {
          return { body: { data: { attributes: definitions } } };
        }
        return request.path.includes('filter')
          ? { body: { meta: { 'total-pages': 2 }, data: [{ id: 'a1' }] } }
          : respond(request);
      },
      { objects: { contacts: { entity: 'Contacts', fields } } },
    );
    const missing = names.map((field) => ({ kind: 'missing', field }) as const);
    expect(
      await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]),
    ).toMatchObject({ value: [{ value: 3 }, ...missing.map(() => ({ value: 1 }))] });
    expect(server.seen).toHaveLength(1 + 3 + 20);
  });

  it('reads texts and times as they are meant', async () => {
    const [connector] = await target();
    const rows: DataRow[] = [];
    await connector.scan?.(CALL, 'contacts', ['id', 'last_name', 'updated_at'], (page) => {
      rows.push(...page);
      return true;
    });
    expect(rows[0]).toEqual({
      id: 'a1',
      last_name: "O'Hara &amp; Co",
      updated_at: '2025-01-01T08:00:00Z',
    });
  });

  it('reads all pages of an object by rising identifier, each record once', async () => {
    const many = Array.from({ length: 250 }, (_, index) => ({
      id: `b${1000 + index}`,
      attributes: { phone_work: `+49 ${index}` },
    }));
    const [connector, server] = await target((request) => {
      if (!isOfContacts(request)) return respond(request);
      const query = new URL(request.path, 'http://crm.test').searchParams;
      const size = Number(query.get('page[size]'));
      const rest = many.filter(({ id }) => id > (query.get('filter[id][gt]') ?? ''));
      const start = (Number(query.get('page[number]') ?? '1') - 1) * size;
      // The first record comes twice, as by a join.
      const listed = size === 100 && rest.length > 200 ? [many[0], ...rest] : rest;
      return {
        body: {
          meta: { 'total-pages': Math.ceil(rest.length / size) },
          data: listed.slice(start, start + size),
        },
      };
    });
    const seen: unknown[] = [];
    const scan = await connector.scan?.(CALL, 'contacts', ['phone'], (rows) => {
      seen.push(...rows.map(({ phone }) => phone));
      return true;
    });
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(seen).toEqual(many.map(({ attributes }) => attributes.phone_work));
    // A token, the two that tell whether all can be seen, and three pages.
    expect(server.seen).toHaveLength(6);
  });

  it('fetches another token when one is refused before its time', async () => {
    let isRefused = true;
    const [connector, server] = await target((request) => {
      if (!isRefused || !request.path.includes('/V8/')) return respond(request);
      isRefused = false;
      return UNAUTHORIZED;
    });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({ ok: true });
    expect(server.seen.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });
});
