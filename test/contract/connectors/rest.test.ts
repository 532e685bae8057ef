import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { createSandbox } from '../../../src/sandbox/sandbox.ts';
import { createSeededRandom, createSilentLogger, createSystemClock } from '../../../src/std/std.ts';
import { connectorOf, yamlOfDocument } from '../../support/connector-support.ts';
import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createClosing, createTargets } from '../../support/targets.ts';
import { describeWebConnector } from './contract.ts';

type Connection = Readonly<Record<string, unknown>>;
const EXAMPLE = (yamlOfDocument('docs/connectors/rest.md') as { connection: Connection })
  .connection;
const SECRETS = { SANDBOX_TOKEN: 's3cret' };

function respond({ path }: SeenRequest): GoodAnswer {
  const url = new URL(path, 'http://crm.test');
  const page = Number(url.searchParams.get('page') ?? 1);
  const list = (all: readonly unknown[]): GoodAnswer => ({
    body: { data: page === 1 ? all : [], meta: { total: all.length } },
  });
  switch (url.pathname) {
    case '/health':
      return { body: { status: 'ok', version: '7.2.0' } };
    case '/api/limits':
      return {
        body: { api_calls: { limit: 10, remaining: 4 } },
        headers: { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '4' },
      };
    case '/api/logins':
      return list([{ succeeded: false, at: '2026-01-05T08:00:00Z' }]);
    case '/api/contacts':
      return list([
        { id: 1, email: 'a@example.com' },
        { id: 2, email: null },
      ]);
    case '/api/users':
      return list([
        { active: true, role: 'admin', second_factor: true },
        { active: true, role: 'agent', second_factor: false },
        { active: false, role: 'admin', second_factor: true },
      ]);
    case '/api/jobs':
      return list([
        { state: 'pending', enqueued_at: '2026-01-05T08:00:00Z' },
        { state: 'pending', enqueued_at: '2026-01-05T08:30:00Z' },
        { state: 'done', enqueued_at: '2026-01-01T00:00:00Z' },
      ]);
    default:
      return { body: { data: {} } };
  }
}

describeWebConnector({
  name: 'rest',
  respond,
  create: (url, authority) =>
    connectorOf({ ...EXAMPLE, url }, { ...SECRETS, 'sandbox-ca.pem': authority }),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', null],
  isReadOnly: ({ method }) => method === 'GET',
});

const closing = createClosing();
const startTarget = createTargets(closing);

const CALL = { timeoutMs: 5000 };

async function target(
  answer: (request: SeenRequest) => GoodAnswer,
  changes: Connection = {},
): Promise<Connector> {
  const { tls: _tls, ...plain } = EXAMPLE;
  const [connector] = await startTarget({
    respond: answer,
    connection: (url) => ({ ...plain, url, ...changes }),
    secrets: SECRETS,
  });
  return connector;
}

describe('rest', () => {
  it('counts jobs, users and logins', async () => {
    const connector = await target(respond);
    const nowMs = Date.UTC(2026, 0, 5, 9);
    expect(await connector.jobs?.(CALL, nowMs)).toMatchObject({
      value: {
        byState: { pending: { value: 2 }, running: { value: 0 }, failed: { value: 0 } },
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
  });

  it.each([
    [{ status: 429, body: {}, headers: { 'retry-after': '60' } }, 'quota_exhausted'],
    [{ status: 429, body: {}, headers: { 'retry-after': '59' } }, 'rate_limited'],
    [{ status: 429, body: {}, headers: { 'x-ratelimit-remaining': '0' } }, 'quota_exhausted'],
    [{ status: 429, body: { api_calls: { remaining: 0 } } }, 'quota_exhausted'],
    [{ status: 503, body: { error: 'Database is locked' } }, 'database_unavailable'],
    [{ status: 503, body: { error: 'maintenance' } }, 'server_error'],
  ])('reads %j as %s', async (answer, reason) => {
    const connector = await target(() => answer);
    expect(await connector.login?.(CALL)).toMatchObject({ failure: { reason } });
  });

  it('sees a field that vanished from every record, and one that changed its type', async () => {
    const list = (data: unknown): GoodAnswer => ({ body: { data, meta: { total: 1 } } });
    for (const data of [[{ id: 1 }], [{ id: 1, email: { address: 'x' } }], { id: 1 }]) {
      const connector = await target(() => list(data));
      const outcome = await connector.scan?.(CALL, 'contacts', ['email'], () => true);
      expect(outcome).toMatchObject({ failure: { reason: 'schema_changed' } });
    }
  });

  it('takes a null on the way to a field for an empty one', async () => {
    const data = [{ account: null }, { account: null }];
    const connector = await target(() => ({ body: { data } }), {
      objects: { deals: { path: '/d', items: '/data', fields: { account: '/account/id' } } },
    });
    const seen: unknown[] = [];
    const outcome = await connector.scan?.(CALL, 'deals', ['account'], (rows) => {
      seen.push(...rows);
      return true;
    });
    expect(outcome).toEqual({ ok: true, value: { complete: true } });
    expect(seen).toEqual(data);
  });

  it('skips the records that it has where the platform counts these', async () => {
    const paths: string[] = [];
    const all = [1, 2, 3, 4, 5].map((id) => ({ id }));
    const connector = await target(
      ({ path }) => {
        paths.push(path);
        const offset = Number(new URL(path, 'http://crm.test').searchParams.get('offset'));
        // It gives two at most, whatever it is asked for.
        return { body: { data: all.slice(offset, offset + 2), count: all.length } };
      },
      {
        objects: {
          list: {
            path: '/list?a=b',
            items: '/data',
            paging: {
              offset_parameter: 'offset',
              size_parameter: 'limit',
              size: 3,
              total: '/count',
            },
            fields: { id: '/id' },
          },
        },
      },
    );
    const ids: unknown[] = [];
    const outcome = await connector.scan?.(CALL, 'list', ['id'], (rows) => {
      ids.push(...rows.map(({ id }) => id));
      return true;
    });
    expect(outcome).toEqual({ ok: true, value: { complete: true } });
    expect(ids).toEqual([1, 2, 3, 4, 5]);
    expect(paths).toEqual([0, 2, 4].map((offset) => `/list?a=b&offset=${offset}&limit=3`));
  });

  it.each([
    [{ body: '<title>healthz</title>' }, 'ok'],
    [{ body: '<title>Log in</title>' }, 'bad_payload'],
    [{ body: '' }, 'bad_payload'],
    [{ status: 502, body: '<title>healthz</title>' }, 'server_error'],
  ] as const)('takes %j for %s where health is a page', async (answer, expected) => {
    const page = { ...answer, headers: { 'content-type': 'text/html' } };
    const connector = await target(() => page, {
      health: { path: '/healthz/', text: '<title>healthz</title>' },
    });
    const outcome = await connector.ping?.(CALL);
    expect(outcome?.ok === false ? outcome.failure.reason : 'ok').toBe(expected);
  });

  it('makes no 0 of a header that is there and empty', async () => {
    const connector = await target(() => ({
      body: { api_calls: { limit: 10, remaining: 4 } },
      headers: { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '' },
    }));
    expect(await connector.limits?.(CALL)).toMatchObject({ failure: { reason: 'schema_changed' } });
  });

  it('takes 404 for an empty list only where the configuration says so', async () => {
    const answer = (): GoodAnswer => ({ status: 404, body: {} });
    const described = { path: '/list', items: '/data', fields: { id: '/id' } };
    const strict = await target(answer, { objects: { list: described } });
    const lenient = await target(answer, {
      objects: { list: { ...described, empty_is_404: true } },
    });
    const scan = async (each: Connector): Promise<unknown> =>
      each.scan?.(CALL, 'list', ['id'], () => true);
    expect(await scan(strict)).toMatchObject({ failure: { reason: 'not_found' } });
    expect(await scan(lenient)).toEqual({ ok: true, value: { complete: true } });
  });

  it('logs in again once when a session ended, and not again after a rejection', async () => {
    let tokens = 0;
    let logins = 0;
    let isAccepted = true;
    const connector = await target(
      ({ path, headers, body }) => {
        if (path === '/session') {
          logins++;
          const isRight = isAccepted && body === '{"name":"monitor","pass":"s3cret"}';
          return isRight ? { body: { token: `t${++tokens}` } } : { status: 401, body: {} };
        }
        const isCurrent = headers['authorization'] === `Token t${tokens}`;
        return isCurrent ? { body: { data: {} } } : { status: 401, body: {} };
      },
      {
        authentication: {
          method: 'session',
          path: '/session',
          user: 'monitor',
          password: { environment: 'SANDBOX_TOKEN' },
          body: { name: '{user}', pass: '{password}' },
          token: '/token',
          scheme: 'Token',
        },
      },
    );
    const [one, two] = await Promise.all([connector.latency?.(CALL), connector.latency?.(CALL)]);
    expect([one?.ok, two?.ok, logins]).toEqual([true, true, 1]);
    tokens++;
    expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
    expect(logins).toBe(2);
    tokens++;
    isAccepted = false;
    for (let attempt = 0; attempt < 5; attempt++) {
      const refused = { failure: { reason: 'authentication' } };
      expect(await connector.latency?.(CALL)).toMatchObject(refused);
    }
    expect(logins).toBe(3);
  });

  it('leaves out what is not configured', async () => {
    const connector = connectorOf({
      platform: 'rest',
      url: 'http://127.0.0.1:1',
      authentication: { method: 'none' },
    });
    expect(Object.keys(connector).sort()).toEqual(['close', 'platform']);
  });
});

describe('rest on the sandbox CRM', () => {
  it('measures everything that the example of the documentation describes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crmwatch-rest-'));
    const clock = createSystemClock();
    const sandbox = createSandbox({
      databaseFile: join(folder, 'sandbox.sqlite'),
      tls: true,
      port: 0,
      customers: 150,
      clock,
      random: createSeededRandom(7),
      logger: createSilentLogger(),
    });
    const { url, token, caCertificatePem = '' } = await sandbox.start();
    const secrets = { SANDBOX_TOKEN: token, 'sandbox-ca.pem': caCertificatePem };
    const connector = connectorOf({ ...EXAMPLE, url }, secrets);
    closing(connector, { close: () => sandbox.stop() });

    expect(await connector.ping?.(CALL)).toMatchObject({
      ok: true,
      value: { version: { value: '7.2.0' } },
    });
    for (const call of ['certificate', 'login', 'latency', 'limits', 'accounts'] as const) {
      expect(await connector[call]?.(CALL), call).toMatchObject({ ok: true });
    }
    const logins = await connector.logins?.(CALL, Date.now() - 86_400_000);
    const failed = logins?.ok === true ? logins.value.failed : undefined;
    expect(failed?.known === true && failed.value).toBeGreaterThan(0);
    expect(await connector.jobs?.(CALL, Date.now())).toMatchObject({ ok: true });
    let contacts = 0;
    const scan = await connector.scan?.(CALL, 'contacts', ['email', 'account_id'], (rows) => {
      contacts += rows.length;
      return true;
    });
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(contacts).toBeGreaterThan(300);

    const faults = {
      database_locked: 'database_unavailable',
      credentials_revoked: 'authentication',
      quota_exhausted: 'quota_exhausted',
      login_page: 'bad_payload',
      truncated_json: 'bad_payload',
      certificate_expired: 'certificate_expired',
      service_stopped: 'tcp',
    };
    for (const [fault, reason] of Object.entries(faults)) {
      await sandbox.break(fault);
      expect(await connector.login?.(CALL), fault).toMatchObject({ failure: { reason } });
      await sandbox.mend(fault);
      expect(await connector.login?.(CALL), fault).toMatchObject({ ok: true });
    }
    await sandbox.stop();
    rmSync(folder, { recursive: true });
  });
});
