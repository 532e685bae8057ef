import { describe, expect, it } from 'vitest';

import { createSystemClock } from '../../../src/std/std.ts';
import { connectorOf } from '../../support/connector-support.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createClosing, createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { describeWebConnector } from './contract.ts';
import { frappeSite as respond, refusal } from './frappe-server.ts';
import type { Filter } from './frappe-server.ts';

const CONNECTION = {
  platform: 'frappe',
  authentication: { api_key: 'reader', api_secret: { environment: 'SECRET' } },
  security_authentication: { api_key: 'manager', api_secret: { environment: 'MANAGER' } },
};
const SECRETS = { SECRET: 's3cret', MANAGER: 's3cret-too' };
const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);

function on(pattern: RegExp, answer: GoodAnswer): (request: SeenRequest) => GoodAnswer | undefined {
  return ({ path }) => (pattern.test(path) ? answer : undefined);
}

const COUNT_OF_CONTACTS = /get_count\?doctype=Contact/;
const CONTACTS = /resource\/Contact|get_count\?doctype=Contact/;

describeWebConnector({
  name: 'frappe',
  respond,
  create: (url, authority) =>
    connectorOf(
      { ...CONNECTION, url, tls: { ca_file: 'ca.pem' } },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', null, 'c@example.com', ''],
  isReadOnly: ({ method }) => method === 'GET',
  troubles: [
    {
      name: 'the token is refused by name',
      respond: on(CONTACTS, refusal(403, 'AuthenticationError')),
      expected: { aggregate: 'authentication', scan: 'authentication' },
    },
    {
      name: 'the user may not read a DocType',
      respond: on(/./, refusal(403, 'PermissionError')),
      expected: {
        aggregate: 'authorization',
        scan: 'authorization',
        jobs: 'authorization',
        logins: 'authorization',
        accounts: 'authorization',
        auditTrail: 'authorization',
        apiTokens: 'authorization',
        integrations: 'authorization',
      },
    },
    {
      name: 'a DocType was removed',
      respond: on(CONTACTS, refusal(404, 'DoesNotExistError')),
      expected: { aggregate: 'not_found', scan: 'not_found' },
    },
    {
      name: 'a field was removed, which a list leaves out in silence',
      respond: on(/resource\/Contact/, { body: { data: [{ name: 'Ada' }] } }),
      expected: { aggregate: 'schema_changed', scan: 'schema_changed' },
    },
    {
      name: 'a filter names a field that was removed',
      respond: on(COUNT_OF_CONTACTS, refusal(500, 'DataError')),
      expected: { aggregate: 'schema_changed' },
    },
    {
      name: 'a column is gone',
      respond: on(
        CONTACTS,
        refusal(500, 'OperationalError', {
          exception: `pymysql.err.OperationalError: (1054, "Unknown column 'email_id' in 'SELECT'")`,
        }),
      ),
      expected: { aggregate: 'schema_changed', scan: 'schema_changed' },
    },
    {
      name: 'a request is not valid any more',
      respond: on(CONTACTS, refusal(417, 'ValidationError')),
      expected: { aggregate: 'schema_changed', scan: 'schema_changed' },
    },
    {
      name: 'the database is gone',
      respond: on(
        CONTACTS,
        refusal(500, 'OperationalError', {
          exception: `pymysql.err.OperationalError: (2003, "Can't connect to MySQL server")`,
        }),
      ),
      expected: { aggregate: 'database_unavailable', scan: 'database_unavailable' },
    },
    {
      name: 'the database says nothing about what is wrong',
      respond: on(CONTACTS, refusal(500, 'OperationalError')),
      expected: { aggregate: 'server_error', scan: 'server_error' },
    },
    {
      name: 'the time of the server in this window is used up',
      respond: on(/./, {
        status: 429,
        headers: { 'retry-after': '1800' },
        body: { exc_type: 'TooManyRequestsError' },
      }),
      expected: {
        login: 'quota_exhausted',
        aggregate: 'quota_exhausted',
        limits: 'quota_exhausted',
      },
    },
    {
      name: 'an old version asks to slow down',
      respond: on(CONTACTS, refusal(417, 'RateLimitExceededError')),
      expected: { aggregate: 'rate_limited', scan: 'rate_limited' },
    },
    {
      name: 'the site names no zone for its times',
      respond: on(/get_time_zone/, { body: { message: { time_zone: null } } }),
      expected: {
        scan: 'schema_changed',
        jobs: 'schema_changed',
        logins: 'schema_changed',
        integrations: 'schema_changed',
      },
    },
    {
      name: 'a count is left out',
      respond: on(/get_count/, { body: {} }),
      expected: {
        aggregate: 'schema_changed',
        jobs: 'schema_changed',
        accounts: 'schema_changed',
        apiTokens: 'schema_changed',
      },
    },
  ],
});

const closing = createClosing();
const startTarget = createTargets(closing);

const target = (changes: object = {}, answer: Respond = respond): Promise<Target> =>
  startTarget({ respond: answer, connection: { ...CONNECTION, ...changes }, secrets: SECRETS });

const FIELDS = {
  id: 'name',
  email: 'email_id',
  score: 'score',
  born: 'born',
  updated_at: 'modified',
};
const OBJECTS = { contacts: { entity: 'Contact', fields: FIELDS } };

describe('frappe', () => {
  it('tells the jobs, log-ins that failed in the time of the site, and who may what', async () => {
    const [connector] = await target();
    expect(await connector.ping?.(CALL)).toMatchObject({
      value: { version: { known: false, reason: 'not_supported' } },
    });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: {
        byState: { pending: { value: 2 }, running: { value: 1 }, failed: { value: 1 } },
        oldestPendingAgeSeconds: { known: false, reason: 'not_supported' },
      },
    });
    const sinceMs = NOW_MS - 3_600_000;
    expect(await connector.logins?.(CALL, sinceMs)).toMatchObject({
      value: { failed: { value: 1 } },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        privilegedUsers: { value: 1 },
      },
    });
  });

  it('knows that nothing waits', async () => {
    const [connector] = await target({}, (request) =>
      request.path.includes('queued') ? { body: { message: 0 } } : respond(request),
    );
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { byState: { pending: { value: 0 } }, oldestPendingAgeSeconds: { value: 0 } },
    });
  });

  it('says what it may not see without a System Manager', async () => {
    const server = await startFaultServer({ respond });
    const { security_authentication: _security, ...data } = CONNECTION;
    const connector = connectorOf({ ...data, url: server.url }, SECRETS);
    closing(connector, server);
    const notPermitted = { known: false, reason: 'not_permitted' };
    expect(await connector.logins?.(CALL, 0)).toMatchObject({ value: { failed: notPermitted } });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: notPermitted },
    });
    expect(await connector.jobs?.(CALL, 0)).toMatchObject({
      value: { oldestPendingAgeSeconds: notPermitted },
    });
    expect(server.seen).toEqual([]);
  });

  it('tells the time of the server that is left, where it is rationed', async () => {
    const [unlimited] = await target();
    expect(await unlimited.limits?.(CALL)).toEqual({ ok: true, value: [] });
    const headers = { 'x-ratelimit-limit': '600000000', 'x-ratelimit-remaining': '599000000' };
    const [limited] = await target({}, (request) => ({ ...respond(request), headers }));
    expect(await limited.limits?.(CALL)).toEqual({
      ok: true,
      value: [{ name: 'server_microseconds', limit: 600_000_000, remaining: 599_000_000 }],
    });
  });

  it('counts by filters what they can tell, and leaves numbers and duplicates to the scan', async () => {
    const [connector, server] = await target({ objects: OBJECTS });
    const before = '2026-01-03T00:00:00.000Z';
    const counted = await connector.aggregate?.(CALL, 'contacts', [
      { kind: 'rows' },
      { kind: 'missing', field: 'email' },
      { kind: 'missing', field: 'score' },
      { kind: 'missing', field: 'born' },
      { kind: 'older_than', field: 'updated_at', before },
      { kind: 'older_than', field: 'born', before: '2026-01-02T00:00:00.000Z' },
      { kind: 'duplicates', key: ['email'] },
      { kind: 'keyed', key: ['email'] },
      { kind: 'orphans', field: 'email', object: 'contacts' },
    ]);
    const notSupported = { known: false, reason: 'not_supported' };
    expect(counted).toMatchObject({
      value: [
        { value: 4 },
        { value: 2 },
        notSupported,
        { value: 2 },
        { value: 2 },
        { value: 1 },
        notSupported,
        notSupported,
        notSupported,
      ],
    });
    // A record to see what the fields hold, the zone of its times, and five counts.
    expect(server.seen.length).toBe(7);
  });

  it('asks once for each of 20 fields, once for the records and once for one of them', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `custom_field${index}`);
    const fields = Object.fromEntries(names.map((name) => [name, name]));
    const [connector, server] = await target({
      objects: { contacts: { entity: 'Contact', fields } },
    });
    const missing = names.map((field) => ({ kind: 'missing', field }) as const);
    const counted = await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]);
    expect(counted).toMatchObject({ ok: true });
    expect(server.seen.length).toBe(22);
  });

  it('reads times as those of the site, in winter and in summer', async () => {
    const [connector] = await target({ objects: OBJECTS });
    const seen: unknown[] = [];
    const scan = await connector.scan?.(CALL, 'contacts', ['updated_at', 'born'], (rows) => {
      seen.push(...rows.map(({ updated_at: at, born }) => [at, born]));
      return true;
    });
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(seen).toEqual([
      ['2026-01-01T08:00:00.500Z', '2026-01-01'],
      ['2026-01-02T23:30:00.000Z', null],
      ['2026-01-03T08:00:00.000Z', '2026-01-02'],
      ['2026-07-01T08:00:00.000Z', null],
    ]);
  });

  it('refuses names that could break out of a path, a filter or a list of fields', async () => {
    for (const object of [
      { entity: 'Contact/Ada', fields: { a: 'name' } },
      { entity: 'Contact`', fields: { a: 'name' } },
      { entity: 'Contact', fields: { a: 'count(name)' } },
      { entity: 'Contact', fields: { a: 'tabUser.name' } },
      { entity: 'Contact', fields: { a: 'name as x' } },
    ]) {
      await expect(target({ objects: { x: object } })).rejects.toThrow(
        'a name such as Sales Invoice',
      );
    }
  });

  it('notices within minutes that the site has another zone', async () => {
    let zone = 'Asia/Kolkata';
    let nowMs = 0;
    const clock = { ...createSystemClock(), monotonicMs: () => nowMs };
    const server = await startFaultServer({
      respond: (request) =>
        request.path.includes('get_time_zone')
          ? { body: { message: { time_zone: zone } } }
          : respond(request),
    });
    const connector = connectorOf({ ...CONNECTION, url: server.url }, SECRETS, { clock });
    closing(connector, server);
    const count = async (): Promise<unknown> => connector.logins?.(CALL, NOW_MS - 3_600_000);
    // The wall of another zone is hours ahead: every log-in of the site seems to be too old.
    expect(await count()).toMatchObject({ value: { failed: { value: 0 } } });
    zone = 'Europe/Berlin';
    nowMs = 600_001;
    expect(await count()).toMatchObject({ value: { failed: { value: 1 } } });
    await count();
    expect(server.seen.filter(({ path }) => path.includes('get_time_zone')).length).toBe(2);
  });

  it('reads all pages of an object, although records come before those that were read', async () => {
    const many = Array.from({ length: 1200 }, (_, index) => ({
      name: `C-${10_000 + index}`,
      email_id: `${index}@example.com`,
    }));
    const [connector] = await target({}, (request) => {
      const query = new URL(request.path, 'http://crm.test').searchParams;
      if (!request.path.includes('/api/resource/')) return respond(request);
      const [[, , , after] = ['', '', '', '']] = JSON.parse(
        query.get('filters') ?? '[]',
      ) as readonly Filter[];
      const rest = many.filter(({ name }) => name > String(after));
      return { body: { data: rest.slice(0, Number(query.get('limit_page_length'))) } };
    });
    const seen: unknown[] = [];
    const scan = await connector.scan?.(CALL, 'contacts', ['email'], (rows) => {
      seen.push(...rows.map(({ email }) => email));
      return true;
    });
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(new Set(seen).size).toBe(1200);
  });
});
