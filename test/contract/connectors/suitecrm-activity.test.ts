import { describe, expect, it } from 'vitest';

import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { SUITECRM_MODULES, failedJob, refuse, respond } from '../../support/suitecrm-server.ts';
import type { SuitecrmModules } from '../../support/suitecrm-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Target } from '../../support/targets.ts';

const client = (id: string): object => ({
  method: 'client_credentials',
  client_id: id,
  client_secret: { environment: 'SECRET' },
});
const CONNECTION = { platform: 'suitecrm', version: '8', authentication: client('monitor') };
const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const SINCE_MS = NOW_MS - 3_600_000;

const startTarget = createTargets();

/** With other records than usual, or other answers. */
function target(
  changed: SuitecrmModules = {},
  answer: (request: SeenRequest) => GoodAnswer | undefined = () => undefined,
  changes: object = {},
): Promise<Target> {
  const modules = { ...SUITECRM_MODULES, ...changed };
  return startTarget({
    respond: (request) => answer(request) ?? respond(request, { modules }),
    connection: { ...CONNECTION, ...changes },
    secrets: { SECRET: 's3cret' },
  });
}

/** Requests beside those for tokens. */
function asked({ seen }: FaultServer): readonly string[] {
  return seen.filter(({ method }) => method === 'GET').map(({ path }) => path);
}

/** A schedule that fails every minute, the newest failure at 08:59. */
function floodOf(scheduler: string): ReturnType<typeof failedJob>[] {
  return Array.from({ length: 60 }, (_, index) => {
    const minute = String(index).padStart(2, '0');
    return failedJob(`${scheduler}-${minute}`, scheduler, `2026-01-05 08:${minute}:30`);
  });
}

describe('suitecrm: schedules', () => {
  it('counts active ones that failed after they last succeeded, in two calls more', async () => {
    const [connector, server] = await target();
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: true, value: 1 } },
    });
    expect(asked(server)).toHaveLength(6);
  });

  it('counts none where the last run succeeded, and knows of no job that failed', async () => {
    const [succeeded] = await target({
      Schedulers: [{ id: 's1', status: 'Active', last_run: '2026-01-04 08:00:00' }],
    });
    expect(await succeeded.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: true, value: 0 } },
    });
    const [quiet, server] = await target({ SchedulersJobs: [] });
    expect(await quiet.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: true, value: 0 } },
    });
    expect(asked(server)).toHaveLength(4);
  });

  it('counts one that never succeeded, and no job without a schedule', async () => {
    const failedAt = '2026-01-01 08:00:00';
    const [connector] = await target({
      SchedulersJobs: [failedJob('1', 's3', failedAt), failedJob('2', null, failedAt)],
    });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: true, value: 1 } },
    });
  });

  it('asks for each that the newest failures do not decide on', async () => {
    const [connector, server] = await target({
      SchedulersJobs: [failedJob('1', 's1', '2026-01-04 08:00:00'), ...floodOf('s2')],
    });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: true, value: 2 } },
    });
    // The first and the third; the second is among the newest.
    expect(asked(server)).toHaveLength(8);
  });

  it('takes no part of many schedules for all of them', async () => {
    const [connector] = await target({
      Schedulers: Array.from({ length: 100 }, (_, index) => ({
        id: `s${index}`,
        status: 'Active',
        last_run: null,
      })),
    });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: false, reason: 'too_large' } },
    });
  });

  it.each([
    ['Schedulers', { last_run: 'yesterday' }],
    ['Schedulers', {}],
    ['SchedulersJobs', { scheduler_id: 's1' }],
  ])('says that %s has changed where it does not say when', async (module, attributes) => {
    const body = { meta: { 'total-pages': 1 }, data: [{ id: 's1', attributes }] };
    const [connector] = await target({}, ({ path }) =>
      path.includes(`/module/${module}?`) && !path.includes('execute_time') ? { body } : undefined,
    );
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });
});

describe('suitecrm: clients of the API', () => {
  it('counts them, and tells the age of the oldest', async () => {
    const [connector, server] = await target();
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toEqual({
      ok: true,
      value: {
        active: { known: true, value: 2 },
        oldestAgeSeconds: { known: true, value: 365 * 86_400 },
      },
    });
    expect(asked(server)).toHaveLength(2);
    expect(asked(server).join()).not.toContain('secret');
  });

  it('says that the list has changed where it does not say when', async () => {
    const [connector] = await target({
      OAuth2Clients: [{ id: 'monitor', date_entered: null }],
    });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });
});

describe('suitecrm: what fails with others', () => {
  it('counts e-mails of campaigns from the very second on, and calendars', async () => {
    const [connector, server] = await target();
    expect(await connector.integrations?.(CALL, SINCE_MS)).toEqual({
      ok: true,
      value: [
        { integration: 'synchronisation', failures: { known: true, value: 0 } },
        { integration: 'message', failures: { known: true, value: 1 } },
      ],
    });
    expect(asked(server)).toHaveLength(3);
    const after = await connector.integrations?.(CALL, SINCE_MS + 1000);
    expect(after).toMatchObject({ value: [{}, { failures: { known: true, value: 0 } }] });
  });

  it('counts synchronisations of calendars that failed', async () => {
    const failed = failedJob('1', 's1', '2026-01-05 08:30:00');
    const [connector] = await target({
      SchedulersJobs: [failed, { ...failed, id: '2', target: 'function::calendarSyncJob' }],
    });
    expect(await connector.integrations?.(CALL, SINCE_MS)).toMatchObject({
      value: [{ failures: { known: true, value: 1 } }, {}],
    });
  });

  it('takes nothing at all for none that failed', async () => {
    const [connector] = await target();
    const empty = { failures: { known: false, reason: 'empty' } };
    expect(await connector.integrations?.(CALL, NOW_MS)).toMatchObject({ value: [empty, empty] });
  });

  it('fails where a module is not there', async () => {
    const [connector] = await target({}, ({ path }) =>
      path.includes('/CampaignLog?') ? refuse('Module CampaignLog does not exist') : undefined,
    );
    expect(await connector.integrations?.(CALL, SINCE_MS)).toMatchObject({
      failure: { reason: 'not_found' },
    });
  });
});

describe('suitecrm with a second identity', () => {
  it('asks for users and clients with it, and for nothing else', async () => {
    const [connector, server] = await target({}, undefined, {
      security_authentication: client('security'),
    });
    await connector.accounts?.(CALL);
    await connector.apiTokens?.(CALL, NOW_MS);
    const bySecurity = asked(server).length;
    await connector.jobs?.(CALL, NOW_MS);
    await connector.integrations?.(CALL, SINCE_MS);
    const tokens = server.seen
      .filter(({ method }) => method === 'GET')
      .map(({ headers }) => /token-of-(\w+)-/.exec(String(headers['authorization']))?.[1]);
    expect(new Set(tokens.slice(0, bySecurity))).toEqual(new Set(['security']));
    expect(new Set(tokens.slice(bySecurity))).toEqual(new Set(['monitor']));
  });

  it('watches the end of both, and reads users and clients with the first alone without it', async () => {
    const ends = { data: '2027-01-01', security: '2027-02-01' };
    const [both] = await target({}, undefined, {
      security_authentication: client('security'),
      credential_ends: ends,
    });
    expect(await both.credentials?.(CALL)).toMatchObject({
      value: [{ identity: 'data' }, { identity: 'security' }],
    });
    const [one, server] = await target();
    expect(await one.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        lockedUsers: { known: false, reason: 'not_supported' },
        inactiveUsers: { known: false, reason: 'not_supported' },
      },
    });
    expect(asked(server)).toHaveLength(6);
    expect(await one.credentials?.(CALL)).toMatchObject({ value: [{ identity: 'data' }] });
  });
});
