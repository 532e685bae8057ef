import { describe, expect, it } from 'vitest';

import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { SECURITY_TOKEN, TOKEN, refusal } from '../../support/salesforce-server.ts';
import type { Organization } from '../../support/salesforce-server.ts';
import {
  LOG_IN,
  NOW_MS,
  THEN_MS,
  callsTo,
  clientOf,
  startSalesforce,
} from '../../support/salesforce-target.ts';
import type { SalesforceTarget } from '../../support/salesforce-target.ts';
import { createClosing } from '../../support/targets.ts';
import type { Target } from '../../support/targets.ts';

const CALL = { timeoutMs: 5000 };
const HOUR_MS = 3_600_000;

const closing = createClosing();

const target = async (given: SalesforceTarget = {}): Promise<Target> =>
  closing(...(await startSalesforce(given)));

describe('salesforce: log-ins', () => {
  const logins = (statuses: readonly string[]): Organization['tables'] => ({
    LoginHistory: statuses.map((Status, index) => ({
      Id: String(index),
      Status,
      LoginTime: '2026-01-05T08:30:00.000+0000',
    })),
  });

  it('tells them by how they ended, in two calls', async () => {
    const [connector, server] = await target();
    expect(await connector.logins?.(CALL, NOW_MS - HOUR_MS)).toEqual({
      ok: true,
      value: {
        failed: { known: true, value: 3 },
        succeeded: { known: true, value: 1 },
        failedByReason: { known: true, value: { password: 2, not_allowed: 1 } },
      },
    });
    expect(callsTo(server)).toBe(2);
  });

  it('gives each failure one reason, and "other" to what it does not know', async () => {
    const statuses = [
      'Success', 'Invalid Password', 'Failed: Username Or SSO Id Invalid', 'Multi-factor required',
      'Failed: Computer activation required', 'Password Lockout', 'User is Frozen', 'Restricted IP',
      'Failed: Signature Invalid', 'constructor',
    ]; // prettier-ignore
    const [connector] = await target({ tables: logins(statuses) });
    const outcome = await connector.logins?.(CALL, NOW_MS - HOUR_MS);
    expect(outcome).toMatchObject({
      value: {
        failed: { value: 9 },
        failedByReason: {
          value: { password: 1, unknown_user: 1, second_factor: 2, locked: 2, not_allowed: 1, other: 2 },
        },
      },
    }); // prettier-ignore
  });

  it('tells zero of nobody, and counts from the time on that it is asked for', async () => {
    const [nobody] = await target({ tables: { LoginHistory: [] } });
    expect(await nobody.logins?.(CALL, NOW_MS - HOUR_MS)).toEqual({
      ok: true,
      value: {
        failed: { known: true, value: 0 },
        succeeded: { known: true, value: 0 },
        failedByReason: { known: true, value: {} },
      },
    });
    const [connector] = await target();
    expect(await connector.logins?.(CALL, THEN_MS)).toMatchObject({
      value: { failed: { value: 3 } },
    });
    const later = await connector.logins?.(CALL, THEN_MS + 1);
    expect(later).toMatchObject({ value: { failed: { value: 0 } } });
  });

  it('makes no number of more days than log-ins are kept', async () => {
    const [connector, server] = await target();
    const days = (count: number): number => NOW_MS - count * 24 * HOUR_MS;
    expect(await connector.logins?.(CALL, days(180))).toMatchObject({
      value: { failed: { known: true, value: 4 } },
    });
    const count = server.seen.length;
    const why = { known: false, reason: 'too_large' };
    expect(await connector.logins?.(CALL, days(181))).toMatchObject({
      value: { failed: why, succeeded: why, failedByReason: why },
    });
    expect(server.seen).toHaveLength(count);
  });

  it('does not take the log-ins of the monitoring user for all of them', async () => {
    const nothing = { PermissionsManageUsers: false, PermissionsMonitorLoginHistory: false };
    const [connector, server] = await target({ tables: { UserPermissionAccess: [nothing] } });
    const why = { known: false, reason: 'not_permitted' };
    expect(await connector.logins?.(CALL, NOW_MS - HOUR_MS)).toMatchObject({
      value: { failed: why, succeeded: why, failedByReason: why },
    });
    expect(callsTo(server)).toBe(1);
  });
});

describe('salesforce: schedules, licenses and the life of the API', () => {
  it('knows the other jobs when schedules are not shown', async () => {
    const [connector] = await target({
      respond: ({ path }) =>
        path.includes('CronTrigger') ? refusal(400, 'INVALID_TYPE') : undefined,
    });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { byState: { running: { value: 1 } }, failedSchedules: { reason: 'not_permitted' } },
    });
  });

  it('names licenses once, in letters of a label, and none when they are not shown', async () => {
    const license = (key: string, TotalLicenses: number): Readonly<Record<string, unknown>> => ({
      LicenseDefinitionKey: key, Status: 'Active', TotalLicenses, UsedLicenses: 6,
    }); // prettier-ignore
    const UserLicense = [license('Portal User', 5), license('Portal_User', 5), license('FREE', -1)];
    const namesOf = async (given: SalesforceTarget): Promise<unknown> => {
      const [connector] = await target(given);
      const outcome = await connector.limits?.(CALL);
      return outcome?.ok === true ? outcome.value.slice(2) : outcome;
    };
    expect(await namesOf({ tables: { UserLicense } })).toEqual([
      { name: 'UserLicense_Portal_User', limit: 10, remaining: 0 },
    ]);
    const respond = ({ path }: SeenRequest): GoodAnswer | undefined =>
      path.includes('UserLicense') ? refusal(400, 'INVALID_TYPE') : undefined;
    expect(await namesOf({ respond })).toEqual([]);
  });

  it('leaves nothing of a limit of which more than all is used', async () => {
    const limits = { DataStorageMB: { Max: 1024, Remaining: -3 } };
    const [connector] = await target({ organization: { limits }, tables: { UserLicense: [] } });
    expect(await connector.limits?.(CALL)).toEqual({
      ok: true,
      value: [{ name: 'DataStorageMB', limit: 1024, remaining: 0 }],
    });
  });

  it('knows of no end of a version that can be configured', async () => {
    const [connector] = await target();
    expect(await connector.apiRemovals?.(CALL)).toMatchObject({
      value: [{ api: 'rest_api', removedAtMs: { known: false, reason: 'empty' } }],
    });
    const old = { changes: { api_version: '40.0' } };
    await expect(target(old)).rejects.toThrow('a version from 55.0 on');
  });
});

describe('salesforce with a second identity', () => {
  it('asks with it for everything but records', async () => {
    const [connector, server] = await target({
      changes: { security_authentication: clientOf('security-key') },
    });
    const tokensOf = async (run: () => Promise<unknown> | undefined): Promise<unknown> => {
      const before = server.seen.length;
      expect(await run()).toMatchObject({ ok: true });
      const later = server.seen.slice(before).filter(({ path }) => path !== LOG_IN);
      expect(later.length).toBeGreaterThan(0);
      return [...new Set(later.map(({ headers }) => headers['authorization']))];
    };
    const since = NOW_MS - HOUR_MS;
    for (const run of [
      () => connector.limits?.(CALL),
      () => connector.jobs?.(CALL, NOW_MS),
      () => connector.logins?.(CALL, since),
      () => connector.accounts?.(CALL),
      () => connector.auditTrail?.(CALL, since),
      () => connector.apiTokens?.(CALL, NOW_MS),
      () => connector.integrations?.(CALL, since),
    ]) {
      expect(await tokensOf(run)).toEqual([`Bearer ${SECURITY_TOKEN}`]);
    }
    for (const run of [
      () => connector.login?.(CALL),
      () => connector.latency?.(CALL),
      () => connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }]),
    ]) {
      expect(await tokensOf(run)).toEqual([`Bearer ${TOKEN}`]);
    }
    expect(await connector.credentials?.(CALL)).toMatchObject({
      value: [{ identity: 'data' }, { identity: 'security' }],
    });
  });
});

it('measures latency without the set-up, which the user of the records need not see', async () => {
  const [connector] = await target({
    changes: { objects: {} },
    respond: ({ path }) =>
      path.includes('/limits') ? refusal(403, 'INSUFFICIENT_ACCESS') : undefined,
  });
  expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
});

describe('salesforce: cost', () => {
  it('counts 20 fields of 10 objects each hour for less than 1 % of what a day allows', async () => {
    // Enterprise Edition starts with 100,000 requests in 24 hours (Developer Limits and Allocations, "API Request Limits").
    const dailyCalls = 100_000;
    const names = Array.from({ length: 20 }, (_, index) => `Field${index}__c`);
    const fields = Object.fromEntries(names.map((name) => [name, name]));
    const entities = Array.from({ length: 10 }, (_, index) => `Object${index}__c`);
    const objects = Object.fromEntries(entities.map((entity) => [entity, { entity, fields }]));
    const [connector, server] = await target({
      tables: Object.fromEntries(entities.map((entity) => [entity, []])),
      changes: { objects },
    });
    const missing = names.map((field) => ({ kind: 'missing', field }) as const);
    for (const entity of entities) {
      const outcome = await connector.aggregate?.(CALL, entity, [{ kind: 'rows' }, ...missing]);
      expect(outcome).toMatchObject({ ok: true });
    }
    expect(callsTo(server) * 24).toBe(240);
    expect(callsTo(server) * 24).toBeLessThan(dailyCalls / 100);
  });
});
