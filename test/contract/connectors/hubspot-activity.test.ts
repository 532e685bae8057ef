import { describe, expect, it } from 'vitest';

import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import {
  MINUTE_MS,
  action,
  error,
  importOf,
  isoTime,
  login,
  page,
  recordLimits,
  recordsOf,
  respondAsHubspot,
  usage,
} from '../../support/hubspot-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';

const CONNECTION = {
  platform: 'hubspot',
  authentication: { method: 'private_app', token: { environment: 'TOKEN' } },
};
const AUDITOR = { method: 'private_app', token: { environment: 'AUDITOR' } };
const SECRETS = { TOKEN: 's3cret', AUDITOR: 's3cret-auditor' };
const CALL = { timeoutMs: 5000 };
const hourAgo = (): number => Date.now() - 60.5 * MINUTE_MS;

const startTarget = createTargets();

const target = (answer: Respond = respondAsHubspot, changes: object = {}): Promise<Target> =>
  startTarget({ respond: answer, connection: { ...CONNECTION, ...changes }, secrets: SECRETS });

const paged =
  (all: readonly object[]) =>
  ({ path }: SeenRequest): GoodAnswer =>
    page(all, new URL(path, 'http://api.hubapi.test').searchParams);

describe('hubspot: log-ins', () => {
  it.each(['newest first', 'oldest first'])('counts both kinds that come %s', async (order) => {
    const all = Array.from({ length: 350 }, (_, index) =>
      login(index * MINUTE_MS, index % 3 !== 0),
    );
    const ordered = order === 'newest first' ? all : all.toReversed();
    const [connector, server] = await target(paged(ordered));
    expect(await connector.logins?.(CALL, hourAgo())).toEqual({
      ok: true,
      value: {
        failed: { known: true, value: 21 },
        succeeded: { known: true, value: 40 },
        failedByReason: {
          known: false,
          reason: 'not_supported',
          detail: 'HubSpot does not say why a log-in failed',
        },
      },
    });
    expect(server.seen.length).toBe(order === 'newest first' ? 1 : 4);
  });

  it('counts none where there are none, and one at the very start of the window', async () => {
    const [empty] = await target(paged([]));
    expect(await empty.logins?.(CALL, hourAgo())).toMatchObject({
      value: { failed: { value: 0 }, succeeded: { value: 0 } },
    });
    const sinceMs = hourAgo();
    const twoHoursAhead = new Date(sinceMs + 120 * MINUTE_MS).toISOString().replace('Z', '+02:00');
    const times = [twoHoursAhead, new Date(sinceMs - 1).toISOString()];
    const [connector] = await target(
      paged(times.map((loginAt) => ({ loginAt, loginSucceeded: false }))),
    );
    expect(await connector.logins?.(CALL, sinceMs)).toMatchObject({
      value: { failed: { value: 1 } },
    });
  });
});

describe('hubspot: log-ins of long ago', () => {
  it('are no number where HubSpot does not tell all of them any more', async () => {
    const [connector, server] = await target();
    const dayMs = 24 * 60 * MINUTE_MS;
    expect(await connector.logins?.(CALL, Date.now() - 90 * dayMs)).toMatchObject({
      value: { failed: { known: true, value: 3 } },
    });
    const count = server.seen.length;
    const why = { known: false, reason: 'too_large' };
    expect(await connector.logins?.(CALL, Date.now() - 91 * dayMs)).toMatchObject({
      value: { failed: why, succeeded: why, failedByReason: why },
    });
    expect(server.seen).toHaveLength(count);
  });
});

describe('hubspot: history of security', () => {
  it('cannot tell by an empty history whether one is kept', async () => {
    const [connector] = await target(paged([]));
    expect(await connector.auditTrail?.(CALL, hourAgo())).toMatchObject({
      value: {
        isRecording: { known: false, reason: 'empty' },
        permissionChanges: { value: 0 },
        massExports: { value: 0 },
      },
    });
  });

  it('counts changes of rights and exports of the window, each export once', async () => {
    const [connector, server] = await target();
    expect(await connector.auditTrail?.(CALL, hourAgo())).toEqual({
      ok: true,
      value: {
        isRecording: { known: true, value: true },
        permissionChanges: { known: true, value: 2 },
        massExports: { known: true, value: 1 },
      },
    });
    expect(server.seen.length).toBe(1);
  });

  it('counts nothing of what is neither, nor of an empty history', async () => {
    const others = ['CHANGE_PASSWORD', 'IMPORT', 'toString', 'SOMETHING_NEW'];
    for (const types of [others, []]) {
      const [connector] = await target(paged(types.map((type) => action(MINUTE_MS, type))));
      expect(await connector.auditTrail?.(CALL, hourAgo())).toMatchObject({
        value: { permissionChanges: { value: 0 }, massExports: { value: 0 } },
      });
    }
  });

  it('reads as far as the window goes', async () => {
    const all = Array.from({ length: 350 }, (_, index) => action(index * MINUTE_MS, 'EXPORT'));
    const [connector, server] = await target(paged(all));
    expect(await connector.auditTrail?.(CALL, Date.now() - 150.5 * MINUTE_MS)).toMatchObject({
      value: { massExports: { value: 151 } },
    });
    expect(server.seen.length).toBe(2);
  });
});

describe('hubspot: imports', () => {
  it('counts those that failed in the window, however long ago they were made', async () => {
    const all = [
      { ...importOf(MINUTE_MS, 'FAILED'), createdAt: isoTime(10_000 * MINUTE_MS) },
      importOf(2 * MINUTE_MS, 'DONE'),
      importOf(90 * MINUTE_MS, 'FAILED'),
    ];
    const [connector] = await target(paged(all));
    expect(await connector.integrations?.(CALL, hourAgo())).toEqual({
      ok: true,
      value: [{ integration: 'import', failures: { known: true, value: 1 } }],
    });
  });

  it('counts all of as many as are read, and names the scope that is missing', async () => {
    const all = Array.from({ length: 2000 }, () => importOf(MINUTE_MS, 'FAILED'));
    const [connector, server] = await target(paged(all));
    expect(await connector.integrations?.(CALL, hourAgo())).toMatchObject({
      value: [{ failures: { value: 2000 } }],
    });
    expect(server.seen.length).toBe(20);
    const [refused] = await target(() => error(403, 'MISSING_SCOPES'));
    const outcome = await refused.integrations?.(CALL, hourAgo());
    expect(outcome).toMatchObject({
      ok: true,
      value: [{ integration: 'import', failures: { known: false, reason: 'not_permitted' } }],
    });
    expect(JSON.stringify(outcome)).toContain('crm.import');
  });
});

describe('hubspot: limits', () => {
  const both =
    (usages: readonly object[], records: GoodAnswer) =>
    ({ path }: SeenRequest): GoodAnswer =>
      path.includes('limits') ? records : { body: { results: usages } };
  const none = recordLimits([], 0, 0);

  it('takes a young measurement from the cache, of two the tighter one, and none for no private app', async () => {
    const young = [usage({ fetchStatus: 'CACHED' }), usage({ currentUsage: 700_000 })];
    const [connector] = await target(both(young, none));
    expect(await connector.limits?.(CALL)).toMatchObject({ value: [{ remaining: 0 }] });
    const [empty] = await target(both([], none));
    expect(await empty.limits?.(CALL)).toEqual({ ok: true, value: [] });
  });

  it.each([
    ['is an old one', { collectedAt: isoTime(61 * MINUTE_MS) }],
    ['could not be measured', { fetchStatus: 'TIMEOUT' }],
    ['is of the day before', { resetsAt: isoTime(1) }],
  ])('leaves a usage out that %s', async (_what, changes) => {
    const [connector] = await target(both([usage(changes)], none));
    expect(await connector.limits?.(CALL)).toEqual({ ok: true, value: [] });
  });

  it('tells records of what most accounts use, and none of what the subscription lacks', async () => {
    const types = [
      recordsOf('0-1', 1000, 1001),
      recordsOf('0-5', 0, 0),
      recordsOf('0-421', 500_000, 1),
    ];
    const [connector] = await target(both([], recordLimits(types, 2000, 500)));
    expect(await connector.limits?.(CALL)).toEqual({
      ok: true,
      value: [
        { name: 'records_contacts', limit: 1000, remaining: 0 },
        { name: 'records_custom_objects', limit: 2000, remaining: 1500 },
      ],
    });
  });
});

describe('hubspot: cost', () => {
  it('takes less than one in a hundred of the calls of a day for 20 fields of 10 objects every hour', async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`f${index}`, `field_${index}`]),
    );
    const names = Array.from({ length: 10 }, (_, index) => `o${index}`);
    const objects = Object.fromEntries(
      names.map((name) => [name, { entity: 'contacts', fields }] as const),
    );
    const [connector, server] = await target(respondAsHubspot, { objects, search_interval: '1ms' });
    const missing = Object.keys(fields).map((field) => ({ kind: 'missing', field }) as const);
    for (const name of names) {
      await connector.aggregate?.(CALL, name, [{ kind: 'rows' }, ...missing]);
    }
    // 650,000 calls a day with Professional (developers.hubspot.com/changelog/increasing-our-api-limits).
    expect((server.seen.length * 24) / 650_000).toBeLessThan(0.01);
    expect(server.seen.length).toBe(210);
  });
});

describe('hubspot with two apps', () => {
  it('asks the other one for what is about security, and for nothing else', async () => {
    const [connector, server] = await target(respondAsHubspot, {
      security_authentication: AUDITOR,
    });
    for (const run of [
      connector.logins?.bind(connector),
      connector.auditTrail?.bind(connector),
      connector.integrations?.bind(connector),
    ]) {
      expect(await run?.(CALL, hourAgo())).toMatchObject({ ok: true });
    }
    expect(await connector.accounts?.(CALL)).toMatchObject({ ok: true });
    const tokens = new Set(server.seen.map(({ headers }) => headers['authorization']));
    expect([...tokens]).toEqual(['Bearer s3cret-auditor']);
    const count = server.seen.length;
    expect(await connector.limits?.(CALL)).toMatchObject({ ok: true });
    expect(await connector.login?.(CALL)).toMatchObject({ ok: true });
    const others = server.seen.slice(count).map(({ headers }) => headers['authorization']);
    expect(new Set(others)).toEqual(new Set(['Bearer s3cret']));
  });

  it('watches the end of both', async () => {
    const [connector] = await target(respondAsHubspot, {
      security_authentication: AUDITOR,
      credential_ends: { data: '2027-01-01', security: '2027-02-01' },
    });
    expect(await connector.credentials?.(CALL)).toMatchObject({
      value: [{ identity: 'data' }, { identity: 'security' }],
    });
  });

  it('names the version that it asks, of which no removal is announced', async () => {
    const [connector] = await target();
    expect(await connector.apiRemovals?.(CALL)).toMatchObject({
      value: [{ api: '2026-03', removedAtMs: { known: false, reason: 'empty' } }],
    });
  });
});
