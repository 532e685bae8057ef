import { describe, expect, it } from 'vitest';

import { createSystemClock } from '../../../src/std/std.ts';
import { createTargets } from '../../support/targets.ts';
import type { Target } from '../../support/targets.ts';
import { frappeSite } from './frappe-server.ts';
import type { Site } from './frappe-server.ts';

const CONNECTION = {
  platform: 'frappe',
  authentication: { api_key: 'reader', api_secret: { environment: 'SECRET' } },
  security_authentication: { api_key: 'manager', api_secret: { environment: 'MANAGER' } },
};
const SECRETS = { SECRET: 's3cret', MANAGER: 's3cret-too' };
const CALL = { timeoutMs: 5000 };
/** 10 o'clock in Berlin, where the site is. */
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const HOUR_AGO_MS = NOW_MS - 3_600_000;

const startTarget = createTargets();

type Changes = {
  readonly site?: Site;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly connection?: object;
};

function target({ site, settings, connection = CONNECTION }: Changes = {}): Promise<Target> {
  return startTarget({
    respond: (request) => frappeSite(request, site, settings),
    connection,
    secrets: SECRETS,
    dependencies: { clock: { ...createSystemClock(), now: () => NOW_MS } },
  });
}

function failuresOf(job: string, count: number, second: number): Site[string] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${job}-${index}`,
    scheduled_job_type: job,
    status: 'Failed',
    creation: `2026-01-05 08:00:${String(second).padStart(2, '0')}.${String(index).padStart(6, '0')}`,
  }));
}

describe('the jobs of frappe', () => {
  it('counts the schedules that failed when they last ran, and were not given up', async () => {
    const [connector, server] = await target();
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: true, value: 1 } },
    });
    // Zone, queued, running, failed; failures, stopped jobs, and whether each of the two has run well since.
    expect(server.seen.length).toBe(8);
  });

  it('knows that no schedule has failed, in one call', async () => {
    const [connector, server] = await target({ site: { 'Scheduled Job Log': [] } });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: true, value: 0 } },
    });
    expect(server.seen.length).toBe(5);
  });

  it('finds the one that failed behind a thousand failures of another', async () => {
    const log = [...failuresOf('noisy.job', 1000, 30), ...failuresOf('quiet.job', 1, 10)];
    const [connector] = await target({ site: { 'Scheduled Job Log': log } });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: true, value: 2 } },
    });
  });

  it('makes no number of more failures than it reads', async () => {
    const log = Array.from({ length: 600 }, (_, index) => failuresOf(`job.${index}`, 1, 1)).flat();
    const [connector] = await target({ site: { 'Scheduled Job Log': log } });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: { known: false, reason: 'too_large' } },
    });
  });

  it('takes no zero from Frappe 14, which counts no jobs of its queue', async () => {
    const [old] = await target({ site: { 'RQ Job': [] } });
    const undetermined = { known: false, reason: 'undetermined' };
    expect(await old.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: {
        byState: { pending: undetermined, running: undetermined },
        oldestPendingAgeSeconds: undetermined,
      },
    });
    const [idle] = await target({ site: { 'RQ Job': [{ name: '1', status: 'finished' }] } });
    expect(await idle.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: {
        byState: { pending: { value: 0 }, running: { value: 0 } },
        oldestPendingAgeSeconds: { value: 0 },
      },
    });
  });
});

describe('the activity of frappe', () => {
  it('counts log-ins with a password, from the first second of the window', async () => {
    const [connector] = await target();
    expect(await connector.logins?.(CALL, HOUR_AGO_MS)).toMatchObject({
      value: {
        failed: { value: 1 },
        succeeded: { value: 1 },
        failedByReason: { known: false, reason: 'not_supported' },
      },
    });
    const at = Date.UTC(2026, 0, 5, 8, 30);
    expect(await connector.logins?.(CALL, at)).toMatchObject({ value: { failed: { value: 1 } } });
    const after = await connector.logins?.(CALL, at + 1000);
    expect(after).toMatchObject({ value: { failed: { value: 0 }, succeeded: { value: 1 } } });
  });

  it('counts what failed of each kind, and an import of which every row failed', async () => {
    const [connector, server] = await target();
    expect(await connector.integrations?.(CALL, HOUR_AGO_MS)).toEqual({
      ok: true,
      value: [
        { integration: 'import', failures: { known: true, value: 2 } },
        { integration: 'webhook', failures: { known: true, value: 1 } },
        { integration: 'message', failures: { known: true, value: 2 } },
        { integration: 'synchronisation', failures: { known: true, value: 1 } },
      ],
    });
    expect(server.seen.length).toBe(6);
  });

  it('makes no number of more broken imports than it reads', async () => {
    const many = Array.from({ length: 500 }, (_, index) => ({
      name: `Import ${index}`,
      status: 'Error',
      modified: '2026-01-05 09:30:00',
    }));
    const [connector] = await target({ site: { 'Data Import': many } });
    expect(await connector.integrations?.(CALL, HOUR_AGO_MS)).toMatchObject({
      value: [
        { integration: 'import', failures: { known: false, reason: 'too_large' } },
        { integration: 'webhook' },
        { integration: 'message' },
        { integration: 'synchronisation' },
      ],
    });
  });
});

describe('the security of frappe', () => {
  it('tells who has a second factor and who has not logged in for 90 days', async () => {
    const [connector, server] = await target();
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        privilegedUsers: { value: 1 },
        secondFactorUsers: { known: true, value: 1 },
        lockedUsers: { known: false, reason: 'not_supported' },
        inactiveUsers: { known: true, value: 1 },
      },
    });
    expect(server.seen.length).toBe(7);
  });

  it.each([
    ['nobody when it is switched off', { enable_two_factor_auth: 0 }, undefined, 0],
    [
      'nobody when no role asks for one',
      { enable_two_factor_auth: 1 },
      [{ name: 'Sales User', two_factor_auth: 0 }],
      0,
    ],
    [
      'everybody when the role of all asks for one',
      { enable_two_factor_auth: 1 },
      [{ name: 'All', two_factor_auth: 1 }],
      2,
    ],
  ])('asks %s for a second factor', async (_name, settings, role, expected) => {
    const site: Site = role === undefined ? {} : { Role: role };
    const [connector] = await target({ settings, site });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { secondFactorUsers: { known: true, value: expected } },
    });
  });

  it('makes no number of more roles than it reads, nor of one without a name', async () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      name: `Role ${index}`,
      two_factor_auth: 1,
    }));
    const [connector] = await target({ site: { Role: many } });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        secondFactorUsers: { known: false, reason: 'too_large' },
      },
    });
    const [nameless] = await target({ site: { Role: [{ two_factor_auth: 1 }] } });
    expect(await nameless.accounts?.(CALL)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });

  it('does not take a setting that is gone for one that is off', async () => {
    const [connector] = await target({ settings: {} });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });

  it('counts exports, backups and changes of permissions', async () => {
    const [connector, server] = await target();
    expect(await connector.auditTrail?.(CALL, HOUR_AGO_MS)).toEqual({
      ok: true,
      value: {
        isRecording: { known: true, value: true },
        permissionChanges: { known: true, value: 1 },
        massExports: { known: true, value: 3 },
      },
    });
    expect(server.seen.length).toBe(6);
  });

  it('sees that changes of users are tracked no more, and that there is no log of permissions', async () => {
    const setter = { name: '1', doc_type: 'User', property: 'track_changes', value: '0' };
    const [connector] = await target({
      site: { DocType: [{ name: 'User', track_changes: 1 }], 'Property Setter': [setter] },
    });
    expect(await connector.auditTrail?.(CALL, HOUR_AGO_MS)).toMatchObject({
      value: {
        isRecording: { known: true, value: false },
        permissionChanges: { known: false, reason: 'not_supported' },
        massExports: { value: 3 },
      },
    });
    const [back] = await target({
      site: {
        DocType: [{ name: 'User', track_changes: 0 }],
        'Property Setter': [{ ...setter, value: '1' }],
      },
    });
    expect(await back.auditTrail?.(CALL, HOUR_AGO_MS)).toMatchObject({
      value: { isRecording: { value: true } },
    });
  });

  it('counts keys and the tokens that have not ended, and asks for none of them', async () => {
    const [connector, server] = await target();
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toEqual({
      ok: true,
      value: {
        active: { known: true, value: 3 },
        oldestAgeSeconds: {
          known: false,
          reason: 'not_supported',
          detail: 'Frappe does not keep when a key was made',
        },
      },
    });
    expect(server.seen.filter(({ path }) => path.includes('/api/resource/'))).toEqual([]);
    expect(server.seen.length).toBe(3);
  });

  it('believes no key that there is none', async () => {
    const site: Site = { User: [{ name: 'a', enabled: 1, user_type: 'System User' }] };
    const [connector] = await target({ site });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });

  it('asks nothing of it without a System Manager', async () => {
    const { security_authentication: _manager, ...connection } = CONNECTION;
    const [connector, server] = await target({ connection });
    const hidden = { known: false, reason: 'not_permitted' };
    expect(await connector.auditTrail?.(CALL, 0)).toMatchObject({
      value: { isRecording: hidden, permissionChanges: hidden, massExports: hidden },
    });
    expect(await connector.apiTokens?.(CALL, 0)).toMatchObject({ value: { active: hidden } });
    expect(await connector.integrations?.(CALL, 0)).toMatchObject({
      value: [
        { integration: 'import', failures: hidden },
        { integration: 'webhook', failures: hidden },
        { integration: 'message', failures: hidden },
        { integration: 'synchronisation', failures: hidden },
      ],
    });
    expect(server.seen).toEqual([]);
  });

  it('asks all of it as the System Manager alone', async () => {
    const [connector, server] = await target();
    await connector.jobs?.(CALL, NOW_MS);
    await connector.logins?.(CALL, HOUR_AGO_MS);
    await connector.accounts?.(CALL);
    await connector.auditTrail?.(CALL, HOUR_AGO_MS);
    await connector.apiTokens?.(CALL, NOW_MS);
    await connector.integrations?.(CALL, HOUR_AGO_MS);
    const tokens = new Set(server.seen.map(({ headers }) => headers['authorization']));
    expect(tokens).toEqual(new Set([undefined, 'token manager:s3cret-too']));
  });
});
