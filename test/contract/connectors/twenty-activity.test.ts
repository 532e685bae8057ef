import { describe, expect, it } from 'vitest';

import type { GoodAnswer } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Target } from '../../support/targets.ts';

const CONNECTION = {
  platform: 'twenty',
  authentication: { key: { environment: 'KEY' } },
  security_authentication: { key: { environment: 'WATCHER' } },
};
const SECRETS = { KEY: 's3cret', WATCHER: 's3cret-too' };
const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const DAY_SECONDS = 86_400;

const startTarget = createTargets();

const target = (given: GoodAnswer, changes: object = {}): Promise<Target> =>
  startTarget({
    respond: () => given,
    connection: { ...CONNECTION, ...changes },
    secrets: SECRETS,
  });

/** A key in the shape of api-key.entity.ts of twenty-server. */
const keyOf = (createdAt: unknown, expiresAt: unknown, revokedAt: unknown = null): object => ({
  id: '20202020-0000-4000-8000-000000000001',
  name: 'of somebody',
  createdAt,
  expiresAt,
  revokedAt,
});

describe('what twenty tells of activity', () => {
  it('counts keys until the moment in which they end, and not those that are revoked', async () => {
    const keys = [
      keyOf('2026-01-01T09:00:00.000Z', '2026-01-05T09:00:00.000Z'),
      keyOf('2026-01-03T09:00:00.000Z', '2027-01-05T09:00:00.000Z'),
      keyOf('2025-01-01T09:00:00.000Z', '2026-01-05T08:59:59.999Z'),
      keyOf('2025-01-01T09:00:00.000Z', '2027-01-01T09:00:00.000Z', '2025-06-01T09:00:00.000Z'),
    ];
    const [connector, server] = await target({ body: keys });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toEqual({
      ok: true,
      value: {
        active: { known: true, value: 2 },
        oldestAgeSeconds: { known: true, value: 4 * DAY_SECONDS },
      },
    });
    const [asked] = server.seen;
    expect(server.seen).toHaveLength(1);
    expect(asked).toMatchObject({ method: 'GET', path: '/rest/metadata/apiKeys' });
    expect(asked?.headers['authorization']).toBe('Bearer s3cret-too');
  });

  it('knows of no key where all have ended, but not where none is listed', async () => {
    const ended = keyOf('2025-01-01T09:00:00.000Z', '2025-02-01T09:00:00.000Z');
    const [connector] = await target({ body: [ended] });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: { value: 0 }, oldestAgeSeconds: { known: false, reason: 'empty' } },
    });
    const [bare] = await target({ body: [] });
    expect(await bare.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });

  it.each([null, '', '2026-01-01', 1_767_600_000, '2026-99-01T00:00:00.000Z'])(
    'makes no number of a key whose end is %j',
    async (end) => {
      const [connector] = await target({ body: [keyOf('2026-01-01T09:00:00.000Z', end)] });
      expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
        failure: { reason: 'schema_changed' },
      });
    },
  );

  it.each([
    [400, 'Entity performing the request does not have permission', 'authorization'],
    [403, 'Entity performing the request does not have permission', 'authorization'],
    [400, 'This API Key is revoked', 'authentication'],
    [403, 'This API Key has expired', 'authentication'],
    [400, 'Limit reached (100 tokens per 60000 ms)', 'rate_limited'],
    [400, 'something else', 'schema_changed'],
    [401, 'something else', 'authentication'],
    [500, 'something else', 'server_error'],
  ])('takes %i with "%s" for %s', async (status, message, reason) => {
    const body = { statusCode: status, error: 'Error', messages: [message] };
    const [connector] = await target({ status, body });
    const outcome = await connector.apiTokens?.(CALL, NOW_MS);
    expect(outcome).toMatchObject({ ok: false, failure: { reason } });
    expect(JSON.stringify(outcome)).not.toContain(message);
  });

  it('does not take it for a failure that the key for data may not see keys', async () => {
    const messages = ['Entity performing the request does not have permission'];
    const refusal = { status: 400, body: { statusCode: 400, messages } };
    const [connector] = await target(refusal, { security_authentication: undefined });
    const missing = { known: false, reason: 'not_permitted' };
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: missing, oldestAgeSeconds: missing },
    });
  });

  it('asks the second key for members, and the first one where there is no other', async () => {
    const members = { body: { data: { workspaceMembers: { totalCount: 4 } } } };
    const [connector, server] = await target(members);
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: { value: 4 } },
    });
    expect(server.seen[0]?.headers['authorization']).toBe('Bearer s3cret-too');
    const [alone, other] = await target(members, { security_authentication: undefined });
    expect(await alone.accounts?.(CALL)).toMatchObject({ value: { activeUsers: { value: 4 } } });
    expect(other.seen[0]?.headers['authorization']).toBe('Bearer s3cret');
  });

  it('names both APIs that it asks, and the end of both keys', async () => {
    const [connector] = await target({ body: { data: { companies: { totalCount: 1 } } } });
    expect(await connector.apiRemovals?.(CALL)).toMatchObject({
      value: [{ api: 'graphql' }, { api: 'rest' }],
    });
    expect(await connector.credentials?.(CALL)).toMatchObject({
      value: [{ identity: 'data' }, { identity: 'security' }],
    });
  });

  it('has no method for what the API never shows', async () => {
    const [connector] = await target({ body: {} });
    const { logins, jobs, auditTrail, integrations, limits } = connector;
    for (const method of [logins, jobs, auditTrail, integrations, limits]) {
      expect(method).toBeUndefined();
    }
  });
});
