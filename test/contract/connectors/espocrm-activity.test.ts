import { describe, expect, it } from 'vitest';

import {
  ADMINISTRATORS_SETTINGS,
  ESPOCRM_LISTS,
  ESPOCRM_SECRETS,
  action,
  login,
  respondAsEspocrm,
} from '../../support/fakes/espocrm.ts';
import type { EspocrmLists } from '../../support/fakes/espocrm.ts';
import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';

const DATA = {
  platform: 'espocrm',
  authentication: { method: 'api_key', key: { environment: 'KEY' } },
};
const CONNECTION = {
  ...DATA,
  security_authentication: {
    method: 'basic',
    user: 'admin',
    password: { environment: 'PASSWORD' },
  },
};
const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const SINCE_MS = NOW_MS - 3_600_000;

const startTarget = createTargets();

type Answer = (request: SeenRequest) => GoodAnswer | undefined;

/** With other lists than usual, or other answers. */
function target(
  lists: EspocrmLists = {},
  answer: Answer = () => undefined,
  connection: object = CONNECTION,
): Promise<Target> {
  const all = { ...ESPOCRM_LISTS, ...lists };
  const respond: Respond = (request) => answer(request) ?? respondAsEspocrm(request, all);
  return startTarget({ respond, connection, secrets: ESPOCRM_SECRETS });
}

const settings =
  (changes: object): Answer =>
  ({ path }) =>
    path.endsWith('/Settings') ? { body: { ...ADMINISTRATORS_SETTINGS, ...changes } } : undefined;

describe('espocrm: log-ins', () => {
  it('counts those of people that were let in, and those that were denied', async () => {
    const [connector, server] = await target();
    expect(await connector.logins?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        failed: { value: 1 },
        succeeded: { value: 1 },
        failedByReason: { value: { password: 1, second_factor: 0, not_allowed: 0, other: 0 } },
      },
    });
    expect(server.seen).toHaveLength(5);
  });

  it('maps every reason that EspoCRM has, and takes what it does not know for another', async () => {
    const words = [
      'CREDENTIALS',
      'WRONG_CODE',
      'WRONG_CODE',
      'INACTIVE_USER',
      'IS_PORTAL_USER',
      'IS_NOT_PORTAL_USER',
      'USER_IS_NOT_IN_PORTAL',
      'IS_SYSTEM_USER',
      'FORBIDDEN',
      'PHASE_OF_THE_MOON',
    ];
    const [connector] = await target({
      AuthLogRecord: words.map((word) => login('2026-01-05 08:59:00', word)),
    });
    expect(await connector.logins?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        failed: { value: 10 },
        succeeded: { value: 0 },
        failedByReason: { value: { password: 1, second_factor: 2, not_allowed: 6, other: 1 } },
      },
    });
  });

  it('has reasons for as many as it says, although more are denied meanwhile', async () => {
    const [connector] = await target({}, ({ path }) =>
      path.includes('denialReason') ? { body: { total: 2, list: [] } } : undefined,
    );
    expect(await connector.logins?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        failed: { value: 6 },
        failedByReason: { value: { password: 2, second_factor: 2, not_allowed: 2, other: 0 } },
      },
    });
  });

  it('counts from the very second on', async () => {
    const [connector] = await target();
    const at = Date.UTC(2026, 0, 5, 8, 59);
    expect(await connector.logins?.(CALL, at)).toMatchObject({ value: { failed: { value: 1 } } });
    const after = await connector.logins?.(CALL, at + 1000);
    expect(after).toMatchObject({ value: { failed: { known: false } } });
  });

  it('says that nobody was denied where others were let in', async () => {
    const [connector, server] = await target({
      AuthLogRecord: [login('2026-01-05 08:58:00')],
    });
    expect(await connector.logins?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        failed: { known: true, value: 0 },
        succeeded: { known: true, value: 0 },
        failedByReason: { known: true, value: {} },
      },
    });
    expect(server.seen).toHaveLength(3);
  });

  it('knows nothing where EspoCRM keeps no log of them', async () => {
    // Each request of the administrator is a log-in of its own, so the log of the last hour is never empty.
    const [connector] = await target({ AuthLogRecord: [] });
    const notConfigured = { known: false, reason: 'not_configured' };
    expect(await connector.logins?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        failed: notConfigured,
        succeeded: notConfigured,
        failedByReason: notConfigured,
      },
    });
  });

  it('opens no session, of which EspoCRM would keep one for each request', async () => {
    const [connector, server] = await target();
    await connector.logins?.(CALL, SINCE_MS);
    const names = new Set(server.seen.flatMap(({ headers }) => Object.keys(headers)));
    expect(names).toContain('authorization');
    expect(names).not.toContain('espo-authorization');
  });
});

describe('espocrm: schedules', () => {
  it('counts active ones whose last run failed, in two calls more', async () => {
    const [connector, server] = await target();
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: true, value: 1 } },
    });
    expect(server.seen).toHaveLength(6);
  });

  it('knows that none failed where none ever ran', async () => {
    const [connector] = await target({
      ScheduledJob: [{ id: 's1', name: 'a', status: 'Active', lastRun: null }],
    });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: true, value: 0 } },
    });
  });

  it.each([
    ['schedules', 'ScheduledJob', 100, { name: 'x', status: 'Active', lastRun: null }],
    [
      'runs',
      'ScheduledJobLogRecord',
      200,
      { scheduledJobId: 's9', status: 'Failed', executionTime: '2026-01-05 08:50:00' },
    ],
  ])('takes no part of many %s for all of them', async (_what, entity, size, record) => {
    const many = Array.from({ length: size }, (_, index) => ({ id: String(index), ...record }));
    const [connector] = await target({ [entity]: many });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: false, reason: 'too_large' } },
    });
  });

  it.each([
    ['ScheduledJob', { id: 's1' }],
    ['ScheduledJob', { id: 's1', lastRun: 'yesterday' }],
    ['ScheduledJob', { id: 's1', lastRun: '2026-02-30 08:00:00' }],
    ['ScheduledJob', { id: 's1', lastRun: '2026-13-01 08:00:00' }],
    ['ScheduledJobLogRecord', { id: '1', executionTime: '2026-01-05 08:50:00' }],
  ])('says that %s has changed where it does not say what ran when', async (entity, record) => {
    const [connector] = await target({}, ({ path }) =>
      path.includes(`/${entity}?`) ? { body: { total: 1, list: [record] } } : undefined,
    );
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });
});

describe('espocrm: the audit trail', () => {
  it('counts changes of roles and of users by others, and exports', async () => {
    const [connector, server] = await target();
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toEqual({
      ok: true,
      value: {
        isRecording: { known: true, value: true },
        permissionChanges: { known: true, value: 2 },
        massExports: { known: true, value: 1 },
      },
    });
    expect(server.seen).toHaveLength(3);
  });

  it('knows no change, but exports, where actions are not recorded', async () => {
    const [connector] = await target({}, settings({ actionHistoryDisabled: true }));
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        isRecording: { known: true, value: false },
        permissionChanges: { known: false, reason: 'not_configured' },
        massExports: { value: 1 },
      },
    });
  });

  it('knows that there was none of either', async () => {
    const [connector] = await target();
    expect(await connector.auditTrail?.(CALL, NOW_MS)).toMatchObject({
      value: {
        permissionChanges: { known: true, value: 0 },
        massExports: { known: true, value: 0 },
      },
    });
  });

  it('reads the history to its end, and gives up on a very long one', async () => {
    const history = (length: number): EspocrmLists => ({
      ActionHistoryRecord: Array.from({ length }, (_, index) =>
        action(index + 1, 'Team', 'update', '2026-01-05 08:30:00'),
      ),
    });
    const [connector, server] = await target(history(450));
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      value: { permissionChanges: { known: true, value: 450 } },
    });
    expect(server.seen).toHaveLength(5);
    const [endless] = await target(history(2001));
    expect(await endless.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      value: { permissionChanges: { known: false, reason: 'too_large' } },
    });
  });

  it.each([
    [[{ id: '1', number: 1, targetType: 'User' }]],
    [Array.from({ length: 200 }, () => action(7, 'Role', 'update', '2026-01-05 08:30:00'))],
  ])('says that the history has changed where it cannot be read', async (list) => {
    const [connector] = await target({}, ({ path }) =>
      path.includes('/ActionHistoryRecord?') ? { body: { total: -1, list } } : undefined,
    );
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });
});

describe('espocrm: keys, second factors and what fails with others', () => {
  it('counts active keys, whose age nobody keeps', async () => {
    const [connector, server] = await target();
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: {
        active: { value: 1 },
        oldestAgeSeconds: { known: false, reason: 'not_supported' },
      },
    });
    expect(server.seen).toHaveLength(1);
    const [keyless] = await target({ User: [] });
    expect(await keyless.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: {
        active: { known: true, value: 0 },
        oldestAgeSeconds: { known: false, reason: 'empty' },
      },
    });
  });

  it('counts no second factor where the system asks for none', async () => {
    const [connector] = await target({}, settings({ auth2FA: false }));
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        secondFactorUsers: { known: true, value: 0 },
        lockedUsers: { known: false, reason: 'not_supported' },
        inactiveUsers: { known: false, reason: 'not_supported' },
      },
    });
  });

  it('counts what failed, each kind on its own', async () => {
    const [connector, server] = await target();
    expect(await connector.integrations?.(CALL, SINCE_MS)).toEqual({
      ok: true,
      value: [
        { integration: 'synchronisation', failures: { known: true, value: 1 } },
        { integration: 'import', failures: { known: true, value: 1 } },
        { integration: 'message', failures: { known: true, value: 0 } },
        { integration: 'webhook', failures: { known: true, value: 2 } },
      ],
    });
    expect(server.seen).toHaveLength(5);
  });

  it('takes no message at all for none that failed', async () => {
    const [connector] = await target();
    const outcome = await connector.integrations?.(CALL, NOW_MS);
    expect(outcome).toMatchObject({
      value: [
        { failures: { known: true, value: 0 } },
        { failures: { known: true, value: 0 } },
        { failures: { known: false, reason: 'empty' } },
        { failures: { known: true, value: 0 } },
      ],
    });
  });

  it('tells the rest where the version does not show its web hooks', async () => {
    const { WebhookQueueItem: _none, ...older } = ESPOCRM_LISTS;
    const [connector] = await target({}, (request) => respondAsEspocrm(request, older));
    expect(await connector.integrations?.(CALL, SINCE_MS)).toMatchObject({
      value: [
        { failures: { value: 1 } },
        { failures: { value: 1 } },
        { failures: { value: 0 } },
        { failures: { known: false, reason: 'not_supported' } },
      ],
    });
  });

  it('knows no number where counting is switched off', async () => {
    const [connector] = await target({}, ({ path }) =>
      path.includes('/EmailQueueItem?') ? { body: { total: -2, list: [] } } : undefined,
    );
    expect(await connector.integrations?.(CALL, SINCE_MS)).toMatchObject({
      value: [{}, {}, { failures: { known: false, reason: 'not_supported' } }, {}],
    });
  });
});

describe('espocrm without an administrator', () => {
  it('says what it may not see, and asks nothing', async () => {
    const [connector, server] = await target({}, undefined, DATA);
    const notPermitted = { known: false, reason: 'not_permitted' };
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { oldestPendingAgeSeconds: notPermitted, failedSchedules: notPermitted },
    });
    expect(await connector.logins?.(CALL, 0)).toMatchObject({
      value: { failed: notPermitted, succeeded: notPermitted, failedByReason: notPermitted },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: notPermitted },
    });
    expect(await connector.auditTrail?.(CALL, 0)).toMatchObject({
      value: { isRecording: notPermitted, massExports: notPermitted },
    });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: notPermitted },
    });
    expect(await connector.integrations?.(CALL, 0)).toMatchObject({
      value: Array.from({ length: 4 }, () => ({ failures: notPermitted })),
    });
    expect(server.seen).toEqual([]);
  });

  it('watches the end of both identities', async () => {
    const ends = { data: '2027-01-01', security: '2027-02-01' };
    const [connector] = await target({}, undefined, { ...CONNECTION, credential_ends: ends });
    expect(await connector.credentials?.(CALL)).toMatchObject({
      value: [{ identity: 'data' }, { identity: 'security' }],
    });
  });
});
