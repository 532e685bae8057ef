import { describe, expect, it } from 'vitest';

import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import {
  ADMINISTRATOR,
  access,
  respondAsPipedrive,
  success,
  timeOf,
  user,
  webhook,
} from '../../support/pipedrive-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';

const CONNECTION = {
  platform: 'pipedrive',
  authentication: { method: 'api_token', token: { environment: 'TOKEN' } },
};
const AUDITOR = { method: 'api_token', token: { environment: 'AUDITOR' } };
const SECRETS = { TOKEN: 's3cret', AUDITOR: 's3cret-auditor', CLIENT: 'c', REFRESH: 'r' };
const CALL = { timeoutMs: 5000 };
const DAY_MS = 86_400_000;
const SINCE = Date.parse('2026-11-01T12:00:00Z');

const startTarget = createTargets();

const target = (answer: Respond = respondAsPipedrive, changes: object = {}): Promise<Target> =>
  startTarget({ respond: answer, connection: { ...CONNECTION, ...changes }, secrets: SECRETS });

/** A company with these web hooks, asked by its administrator. */
const withHooks =
  (...hooks: readonly object[]) =>
  ({ path }: SeenRequest): GoodAnswer =>
    success(path.endsWith('/me') ? ADMINISTRATOR : hooks);

describe('pipedrive: web hooks', () => {
  it('counts those whose last delivery failed in the window, for one small call and one of ten tokens', async () => {
    const [connector, server] = await target();
    expect(await connector.integrations?.(CALL, Date.now() - 3_600_000)).toEqual({
      ok: true,
      value: [{ integration: 'webhook', failures: { known: true, value: 1 } }],
    });
    expect(server.seen.map(({ path }) => path)).toEqual(['/api/v1/users/me', '/api/v1/webhooks']);
  });

  it.each([
    ['no web hook', [], 0],
    ['one that never delivered', [webhook(null, null)], 0],
    ['one that nobody answered', [webhook('2026-11-01T12:00:00.000Z', null)], 1],
    ['one at the very start of the window', [webhook('2026-11-01 12:00:00', 500)], 1],
    ['one just before it', [webhook('2026-11-01T11:59:59.000Z', 500)], 0],
    ['one that was led elsewhere', [webhook('2026-11-01T13:00:00.000Z', 301)], 1],
    ['one with another zone', [webhook('2026-11-01T13:00:00+02:00', 500)], 0],
    ['one that was taken without an answer', [webhook('2026-11-01T13:00:00.000Z', 204)], 0],
  ])('counts right of %s', async (_what, hooks, failures) => {
    const [connector] = await target(withHooks(...hooks));
    expect(await connector.integrations?.(CALL, SINCE)).toMatchObject({
      value: [{ failures: { known: true, value: failures } }],
    });
  });

  it.each([
    ['when', { last_delivery_time: 'yesterday', last_http_status: 200 }],
    ['how', { last_delivery_time: '2026-11-01T13:00:00.000Z', last_http_status: 'OK' }],
  ])('makes no number where it cannot be told %s one was delivered', async (_what, hook) => {
    const [connector] = await target(withHooks(hook));
    expect(await connector.integrations?.(CALL, SINCE)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });

  it('asks nothing as an app, which would see no web hook but its own', async () => {
    const authentication = {
      method: 'refresh_token',
      client_id: 'monitor',
      client_secret: { environment: 'CLIENT' },
      refresh_token: { environment: 'REFRESH' },
    };
    const [connector, server] = await target(respondAsPipedrive, { authentication });
    expect(await connector.integrations?.(CALL, SINCE)).toMatchObject({
      ok: true,
      value: [{ integration: 'webhook', failures: { known: false, reason: 'not_permitted' } }],
    });
    expect(server.seen).toEqual([]);
  });

  it('keeps the passwords of partners, which come along, to itself', async () => {
    const [connector] = await target(withHooks(webhook('tomorrow', 200)));
    const told = JSON.stringify(await connector.integrations?.(CALL, SINCE));
    expect(told).not.toContain('partner');
  });
});

describe('pipedrive: users who do not come', () => {
  const withLast = (...last: readonly unknown[]): object[] =>
    last.map((last_login, index) => ({
      ...user(index, true, access('account_settings', true)),
      last_login,
    }));

  it('counts who was not there for 90 days, or never', async () => {
    const users = withLast(
      timeOf(89.9 * DAY_MS),
      timeOf(90.1 * DAY_MS),
      null,
      '0000-00-00 00:00:00',
    );
    const gone = { ...user(9, false), last_login: timeOf(900 * DAY_MS) };
    const [connector] = await target(() => success([...users, gone]));
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: { value: 4 }, inactiveUsers: { value: 3 } },
    });
  });

  it.each([[undefined], ['soon'], [20_261_101]])('makes no number of %j', async (last) => {
    const [connector] = await target(() => success(withLast(timeOf(DAY_MS), last)));
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: { value: 2 }, inactiveUsers: { known: false } },
    });
  });
});

describe('pipedrive with two users', () => {
  it('asks as the other one for users and web hooks, and for nothing else', async () => {
    const [connector, server] = await target(respondAsPipedrive, {
      security_authentication: AUDITOR,
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({ ok: true });
    expect(await connector.integrations?.(CALL, SINCE)).toMatchObject({ ok: true });
    const tokens = server.seen.map(({ headers }) => headers['x-api-token']);
    expect(new Set(tokens)).toEqual(new Set(['s3cret-auditor']));
    const count = server.seen.length;
    expect(await connector.limits?.(CALL)).toMatchObject({ ok: true });
    expect(await connector.scan?.(CALL, 'persons', ['id'], () => true)).toMatchObject({ ok: true });
    const others = server.seen.slice(count).map(({ headers }) => headers['x-api-token']);
    expect(new Set(others)).toEqual(new Set(['s3cret']));
  });

  it.each(['authentication', 'security_authentication'])(
    'asks for a token for %s where that alone is an app',
    async (name) => {
      const app = {
        method: 'refresh_token',
        client_id: 'monitor',
        client_secret: { environment: 'CLIENT' },
        refresh_token: { environment: 'REFRESH' },
      };
      const [connector, server] = await startTarget({
        respond: (request) =>
          request.path === '/oauth/token'
            ? { body: { access_token: 'access-1', token_type: 'Bearer', expires_in: 3600 } }
            : respondAsPipedrive(request),
        connection: (url) => ({
          ...CONNECTION,
          security_authentication: AUDITOR,
          [name]: app,
          token_url: `${url}/oauth/token`,
        }),
        secrets: SECRETS,
      });
      expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
      expect(await connector.accounts?.(CALL)).toMatchObject({ ok: true });
      expect(server.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
    },
  );

  it('watches the end of both, and names both versions of the API', async () => {
    const [connector] = await target(respondAsPipedrive, { security_authentication: AUDITOR });
    expect(await connector.credentials?.(CALL)).toMatchObject({
      value: [{ identity: 'data' }, { identity: 'security' }],
    });
    const notAnnounced = { known: false, reason: 'empty' };
    expect(await connector.apiRemovals?.(CALL)).toMatchObject({
      value: [
        { api: 'v1', removedAtMs: notAnnounced },
        { api: 'v2', removedAtMs: notAnnounced },
      ],
    });
  });
});
