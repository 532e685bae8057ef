import { describe, expect, it } from 'vitest';

import { connectorOf } from '../../support/connector-support.ts';
import { describeWebConnector } from './contract.ts';
import {
  CALL,
  EXAMPLE,
  OBJECTS,
  SECRETS,
  SINCE_MS,
  changed,
  respond,
  target,
  token,
  user,
} from './rest-activity-server.ts';

describeWebConnector({
  name: 'rest with two identities',
  respond: (request) =>
    request.path === '/health' ? { body: { status: 'ok' } } : respond(request),
  create: (url, authority) =>
    connectorOf(
      {
        ...EXAMPLE,
        url,
        tls: { ca_file: 'ca.pem' },
        health: { path: '/health' },
        login: { path: '/api/me' },
        objects: OBJECTS,
      },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com'],
  isReadOnly: ({ method }) => method === 'GET',
});

describe('rest: what happened in a window', () => {
  it('counts logins that failed, why, and those that did not', async () => {
    const [connector, paths] = await target();
    expect(await connector.logins?.(CALL, SINCE_MS)).toEqual({
      ok: true,
      value: {
        failed: { known: true, value: 4 },
        failedByReason: { known: true, value: { password: 1, second_factor: 1, other: 2 } },
        succeeded: { known: true, value: 1 },
      },
    });
    expect(paths).toEqual(['/api/logins?since=2026-01-05T08%3A30%3A00.000Z&page=1&per_page=1000']);
  });

  it('knows nothing of successes that the list does not hold, nor of reasons that it is not told', async () => {
    const logins = changed('logins', { holds: 'failed', reason: undefined });
    const [connector] = await target({ changes: logins });
    expect(await connector.logins?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        failed: { value: 4 },
        succeeded: { known: false, reason: 'not_configured' },
        failedByReason: { known: false, reason: 'not_configured' },
      },
    });
  });

  it('makes a known zero of an empty log', async () => {
    const [connector] = await target({ lists: { logins: [], audit: [], imports: [] } });
    expect(await connector.logins?.(CALL, SINCE_MS)).toEqual({
      ok: true,
      value: {
        failed: { known: true, value: 0 },
        failedByReason: { known: true, value: {} },
        succeeded: { known: true, value: 0 },
      },
    });
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      value: { permissionChanges: { value: 0 }, massExports: { value: 0 } },
    });
  });

  it('counts an entry that says neither for neither, and none that lost its place', async () => {
    const at = '2026-01-05T08:40:00Z';
    const words = { failed_values: ['failed'], succeeded_values: ['done'] };
    for (const [succeeded, keys] of [
      [null, {}],
      ['pending', words],
    ] as const) {
      const [strange] = await target({
        lists: { logins: [{ at, succeeded }] },
        changes: changed('logins', keys),
      });
      expect(await strange.logins?.(CALL, SINCE_MS)).toMatchObject({
        value: { failed: { value: 0 }, succeeded: { value: 0 } },
      });
    }
    const misread = [
      { at, succeeded: 0 },
      { at, succeeded: 'no' },
    ];
    const lostPlaces = [{ at }, { at, succeeded: false }, { succeeded: true }, { at: 7 }];
    for (const lost of [...lostPlaces, ...misread]) {
      const [connector] = await target({ lists: { logins: [lost] } });
      expect(await connector.logins?.(CALL, SINCE_MS), JSON.stringify(lost)).toMatchObject({
        failure: { reason: 'schema_changed' },
      });
    }
  });

  it('counts permission changes and exports, and sees whether they are recorded', async () => {
    const [connector, paths] = await target();
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toEqual({
      ok: true,
      value: {
        isRecording: { known: true, value: true },
        permissionChanges: { known: true, value: 2 },
        massExports: { known: true, value: 0 },
      },
    });
    expect(paths).toHaveLength(2);
    const bare = changed('audit', { enabled: undefined, mass_export: undefined });
    const [other] = await target({ changes: bare });
    expect(await other.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        isRecording: { known: false, reason: 'not_configured' },
        permissionChanges: { value: 2 },
        massExports: { known: false, reason: 'not_configured' },
      },
    });
  });

  it('knows no counts of a trail that is off, since they would be those of a part', async () => {
    const [connector] = await target({
      answer: ({ path }) =>
        path === '/api/settings' ? { body: { audit: { enabled: false } } } : undefined,
    });
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        isRecording: { value: false },
        permissionChanges: { known: false, reason: 'not_configured' },
        massExports: { known: false, reason: 'not_configured' },
      },
    });
  });

  it('makes no 0 of kinds and states that it cannot compare', async () => {
    const [connector] = await target({
      lists: {
        audit: [{ action: 7 }],
        jobs: [{ state: 0 }],
        deliveries: [{ at: '2026-01-05T08:30:00Z', channel: 'webhook', delivered: 0 }],
        users: [user({ roles: [{ name: 'admin' }] })],
      },
    });
    for (const outcome of [
      await connector.auditTrail?.(CALL, SINCE_MS),
      await connector.jobs?.(CALL, SINCE_MS),
      await connector.integrations?.(CALL, SINCE_MS),
      await connector.accounts?.(CALL),
    ]) {
      expect(outcome).toMatchObject({ failure: { reason: 'schema_changed' } });
    }
    const bare = changed('audit', { permission_change: undefined, mass_export: undefined });
    const [other] = await target({ changes: bare });
    expect(await other.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      value: { isRecording: { value: true }, massExports: { reason: 'not_configured' } },
    });
  });

  it.each([
    ['2026-01-05T10:29:59+02', 0],
    ['2026-01-05T10:30:00+02', 1],
    ['2026-01-05T10:30+02', 1],
    ['2026-01-05 03:29:59.9-05', 0],
    ['2026-01-05T14:00:00+0530', 1],
    ['2026-01-05', 0],
    ['2026-01-06', 1],
  ])('takes the zone of %s', async (at, failed) => {
    const logins = [{ at, succeeded: false, reason: null }];
    const [connector] = await target({ lists: { logins } });
    expect(await connector.logins?.(CALL, SINCE_MS)).toMatchObject({
      value: { failed: { value: failed } },
    });
  });

  it.each([
    [{ audit: { enabled: false } }, false],
    [{ audit: { enabled: 'off' } }, 'schema_changed'],
    [{ audit: { enabled: 1 } }, 'schema_changed'],
    [{ audit: { enabled: null } }, 'schema_changed'],
    [{ audit: { enabled: {} } }, 'schema_changed'],
    [{}, 'schema_changed'],
  ])('reads %j as %s', async (settings, expected) => {
    const [connector] = await target({
      answer: ({ path }) => (path === '/api/settings' ? { body: settings } : undefined),
    });
    const outcome = await connector.auditTrail?.(CALL, SINCE_MS);
    if (typeof expected === 'string')
      expect(outcome).toMatchObject({ failure: { reason: expected } });
    else expect(outcome).toMatchObject({ value: { isRecording: { value: expected } } });
  });

  it('counts failures of the kinds that it is told of', async () => {
    const [connector, paths] = await target();
    expect(await connector.integrations?.(CALL, SINCE_MS)).toEqual({
      ok: true,
      value: [
        { integration: 'import', failures: { known: true, value: 1 } },
        { integration: 'webhook', failures: { known: true, value: 1 } },
      ],
    });
    expect(paths).toEqual(['/api/imports?since=2026-01-05T08%3A30%3A00.000Z', '/api/deliveries']);
    const [broken] = await target({ lists: { imports: [{ status: 'failed' }] } });
    expect(await broken.integrations?.(CALL, SINCE_MS)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });

  it('takes no part of a list for the whole', async () => {
    const body = { data: [{ action: 'exported' }], meta: { total: 3 } };
    const [connector] = await target({
      answer: ({ path }) => {
        if (!path.startsWith('/api/audit')) return undefined;
        return path.includes('page=1&') ? { body } : { body: { ...body, data: [] } };
      },
    });
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      failure: { reason: 'bad_payload' },
    });
  });
});

describe('rest: what is as it is now', () => {
  const NOW_MS = Date.UTC(2026, 0, 5, 9);

  it('counts jobs and the schedules that failed', async () => {
    const [connector, paths] = await target();
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: {
        byState: { pending: { value: 1 } },
        // A time without a zone is in UTC, wherever the monitor is.
        oldestPendingAgeSeconds: { value: 3600 },
        failedSchedules: { value: 2 },
      },
    });
    expect(paths).toEqual(['/api/jobs', '/api/schedules']);
    const [bare] = await target({ changes: changed('jobs', { schedules: undefined }) });
    expect(await bare.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: false, reason: 'not_configured' } },
    });
  });

  it('takes a schedule that has never run, and a user without any session, for what they are', async () => {
    const [connector] = await target({
      lists: {
        schedules: [{ last_run: null }, { last_run: { state: 'failed' } }],
        users: [{ ...user({}), session: null, lock: null, last_login_at: undefined }],
      },
      changes: changed('users', { last_login: '/session/at', locked: '/lock/is_set' }),
    });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { value: 1 } },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { inactiveUsers: { value: 1 }, lockedUsers: { value: 0 } },
    });
    const [changedInterface] = await target({ lists: { schedules: [{}] } });
    expect(await changedInterface.jobs?.(CALL, NOW_MS)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });

  it('counts tokens that are neither withdrawn nor ended, and the age of the oldest', async () => {
    const [connector] = await target();
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toEqual({
      ok: true,
      value: { active: { known: true, value: 2 }, oldestAgeSeconds: { known: true, value: 3600 } },
    });
    const [none] = await target({ lists: { tokens: [] } });
    expect(await none.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: { value: 0 }, oldestAgeSeconds: { known: false, reason: 'empty' } },
    });
    const [bare] = await target({ changes: changed('tokens', { created: undefined }) });
    expect(await bare.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: { value: 2 }, oldestAgeSeconds: { reason: 'not_configured' } },
    });
    for (const lost of [{ active: 'yes' }, { active: true, expires_at: 'soon' }, token({})]) {
      const [connectorOfLost] = await target({ lists: { tokens: [lost] } });
      expect(await connectorOfLost.apiTokens?.(CALL, NOW_MS)).toMatchObject({
        failure: { reason: 'schema_changed' },
      });
    }
  });

  it.each([
    ['a switch', [true, false, 1, 0, null], 3],
    ['the time of it', ['2026-01-01T00:00:00Z', null], 1],
  ])('counts no token that is withdrawn by %s', async (_name, values, active) => {
    const [connector] = await target({
      changes: changed('tokens', { revoked: '/revoked' }),
      lists: {
        tokens: values.map((revoked) => token({ created_at: '2026-01-05T08:00:00Z', revoked })),
      },
    });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: { value: active }, oldestAgeSeconds: { value: 3600 } },
    });
  });

  it.each(['maybe', undefined, 2])(
    'makes no number of a token that is withdrawn as %j',
    async (revoked) => {
      const [connector] = await target({
        changes: changed('tokens', { revoked: '/revoked' }),
        lists: { tokens: [token({ created_at: '2026-01-05T08:00:00Z', revoked })] },
      });
      expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
        failure: { reason: 'schema_changed' },
      });
    },
  );

  it('counts who is locked out and who has not come for 90 days', async () => {
    const dayMs = 86_400_000;
    const timeOf = (agoMs: number): string => new Date(Date.now() - agoMs).toISOString();
    const users = [
      user({ last_login_at: timeOf(90 * dayMs - 60_000) }),
      user({ last_login_at: timeOf(90 * dayMs + 60_000) }),
      user({ last_login_at: null, locked: true, roles: 'admin' }),
      user({ active: false, locked: true, last_login_at: null }),
    ];
    const [connector] = await target({ lists: { users } });
    expect(await connector.accounts?.(CALL)).toEqual({
      ok: true,
      value: {
        activeUsers: { known: true, value: 3 },
        privilegedUsers: { known: true, value: 1 },
        secondFactorUsers: { known: true, value: 0 },
        lockedUsers: { known: true, value: 2 },
        inactiveUsers: { known: true, value: 2 },
      },
    });
    for (const changes of [
      { locked: 'no' },
      { last_login_at: 'never' },
      { second_factor: 'sms' },
    ]) {
      const [strange] = await target({ lists: { users: [user(changes)] } });
      expect(await strange.accounts?.(CALL), JSON.stringify(changes)).toMatchObject({
        failure: { reason: 'schema_changed' },
      });
    }
  });
});
