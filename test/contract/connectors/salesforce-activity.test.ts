import { describe, expect, it } from 'vitest';

import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { idOf } from '../../support/salesforce-organization.ts';
import { refusal } from '../../support/salesforce-server.ts';
import type { Organization } from '../../support/salesforce-server.ts';
import type { SoqlRecord } from '../../support/salesforce-soql.ts';
import { NOW_MS, THEN_MS, callsTo, startSalesforce } from '../../support/salesforce-target.ts';
import type { SalesforceTarget } from '../../support/salesforce-target.ts';
import { createClosing } from '../../support/targets.ts';
import type { Target } from '../../support/targets.ts';

const CALL = { timeoutMs: 5000 };
const HOUR_MS = 3_600_000;

const closing = createClosing();

const target = async (given: SalesforceTarget = {}): Promise<Target> =>
  closing(...(await startSalesforce(given)));

describe('salesforce: the audit trail', () => {
  const since = NOW_MS - HOUR_MS;

  it('tells permission changes and exports in three calls, without layouts and passwords', async () => {
    const [connector, server] = await target();
    expect(await connector.auditTrail?.(CALL, since)).toEqual({
      ok: true,
      value: {
        isRecording: { known: true, value: true },
        permissionChanges: { known: true, value: 3 },
        massExports: { known: true, value: 2 },
      },
    });
    expect(callsTo(server)).toBe(3);
    // Nothing is asked of who did it, or to what.
    for (const { path } of server.seen)
      expect(path).not.toMatch(/Display|CreatedBy|UserIdentifier/);
  });

  it('counts from the time on that it is asked for', async () => {
    const changes = async (sinceMs: number): Promise<unknown> => {
      const [connector] = await target({ nowMs: sinceMs + HOUR_MS });
      return connector.auditTrail?.(CALL, sinceMs);
    };
    expect(await changes(THEN_MS)).toMatchObject({
      value: { permissionChanges: { value: 3 }, massExports: { value: 2 } },
    });
    expect(await changes(THEN_MS + 1)).toMatchObject({
      value: { permissionChanges: { value: 0 }, massExports: { value: 0 } },
    });
  });

  it.each([
    ['is not there', refusal(400, 'INVALID_TYPE')],
    ['is refused', refusal(403, 'INSUFFICIENT_ACCESS')],
  ])('knows the changes when the event log %s', async (_name, answer) => {
    const respond = ({ path }: SeenRequest): GoodAnswer | undefined =>
      path.includes('EventLog') ? answer : undefined;
    const [connector] = await target({ respond });
    expect(await connector.auditTrail?.(CALL, since)).toMatchObject({
      value: { permissionChanges: { value: 3 }, massExports: { reason: 'not_permitted' } },
    });
  });

  it.each([
    ['less than an hour, which is logged late', HOUR_MS - 1, 'not_configured'],
    ['more than 15 days, which is not answered', 15 * 24 * HOUR_MS + 1, 'too_large'],
  ])('makes no number of exports of %s', async (_name, windowMs, reason) => {
    const [connector, server] = await target();
    expect(await connector.auditTrail?.(CALL, NOW_MS - windowMs)).toMatchObject({
      value: { isRecording: { value: true }, massExports: { known: false, reason } },
    });
    expect(callsTo(server)).toBe(2);
  });

  it('makes no number of changes of more days than they are kept', async () => {
    const [connector] = await target();
    const changes = (days: number): Promise<unknown> | undefined =>
      connector.auditTrail?.(CALL, NOW_MS - days * 24 * HOUR_MS);
    expect(await changes(180)).toMatchObject({ value: { permissionChanges: { value: 4 } } });
    expect(await changes(181)).toMatchObject({
      value: {
        isRecording: { value: true },
        permissionChanges: { known: false, reason: 'too_large' },
      },
    });
  });

  it('does not take what a user without the right sees for all of it', async () => {
    const [connector] = await target({
      tables: { UserPermissionAccess: [{ PermissionsViewSetup: false }] },
    });
    expect(await connector.auditTrail?.(CALL, since)).toMatchObject({
      value: { isRecording: { reason: 'not_permitted' }, permissionChanges: { reason: 'not_permitted' } },
    }); // prettier-ignore
  });
});

describe('salesforce: tokens', () => {
  it('counts them and tells the age of the oldest, in three calls, without any of them', async () => {
    const [connector, server] = await target();
    const ageSeconds = (NOW_MS - Date.UTC(2025, 11, 1, 8, 30)) / 1000;
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toEqual({
      ok: true,
      value: {
        active: { known: true, value: 2 },
        oldestAgeSeconds: { known: true, value: ageSeconds },
      },
    });
    expect(callsTo(server)).toBe(3);
    for (const { path } of server.seen) expect(path).not.toMatch(/AccessToken|DeleteToken|UserId/);
  });

  it('tells none, which has no age', async () => {
    const [connector] = await target({ tables: { OauthToken: [] } });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: { value: 0 }, oldestAgeSeconds: { known: false, reason: 'empty' } },
    });
  });

  it('does not take the tokens of the monitoring user for all of them', async () => {
    const [connector] = await target({
      tables: { UserPermissionAccess: [{ PermissionsCustomizeApplication: false }] },
    });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: { reason: 'not_permitted' }, oldestAgeSeconds: { reason: 'not_permitted' } },
    });
  });
});

describe('salesforce: locked users', () => {
  const login = (user: number, IsPasswordLocked: boolean, IsFrozen: boolean): SoqlRecord => ({
    Id: idOf('0Yw', user),
    UserId: idOf('005', user),
    IsPasswordLocked,
    IsFrozen,
  });
  const locked = async (UserLogin: readonly SoqlRecord[]): Promise<unknown> => {
    const [connector] = await target({ tables: { UserLogin } });
    const outcome = await connector.accounts?.(CALL);
    return outcome?.ok === true ? outcome.value.lockedUsers : outcome;
  };

  it('counts active ones, each once, and nobody who has left or is of a portal', async () => {
    const gone = [login(3, true, true), login(4, false, true)];
    expect(await locked([login(1, true, true), login(2, false, false), ...gone])).toEqual({
      known: true,
      value: 1,
    });
    expect(await locked([])).toEqual({ known: true, value: 0 });
    const many = Array.from({ length: 2001 }, (_, index) => login(index + 5, false, true));
    expect(await locked([...many, login(2, true, false)])).toEqual({ known: true, value: 1 });
  });

  it('makes no number where it is not said whose a lock is', async () => {
    expect(await locked([{ ...login(1, true, false), UserId: null }])).toMatchObject({
      ok: false,
      failure: { reason: 'schema_changed' },
    });
  });
});

describe('salesforce: imports', () => {
  const jobs = (size: number): Partial<Organization> => ({
    bulkJobs: Array.from({ length: size }, (_, index) => ({
      id: String(index), operation: 'insert', state: 'Failed', systemModstamp: '2026-01-05T08:30:00.000+0000',
    })),
  }); // prettier-ignore
  const failures = async (
    given: SalesforceTarget,
    sinceMs = NOW_MS - HOUR_MS,
  ): Promise<unknown> => {
    const [connector] = await target(given);
    const outcome = await connector.integrations?.(CALL, sinceMs);
    return outcome?.ok === true ? outcome.value : outcome;
  };
  const imports = (value: number): object => [
    { integration: 'import', failures: { known: true, value } },
  ];

  it('counts those that failed, in two calls, without what was read or given up', async () => {
    const [connector, server] = await target();
    const outcome = await connector.integrations?.(CALL, NOW_MS - HOUR_MS);
    expect(outcome).toEqual({ ok: true, value: imports(1) });
    expect(callsTo(server)).toBe(2);
  });

  it('tells zero of none, and counts by when they ended', async () => {
    expect(await failures({ organization: { bulkJobs: [] } })).toEqual(imports(0));
    expect(await failures({}, THEN_MS)).toEqual(imports(1));
    expect(await failures({}, THEN_MS + 1)).toEqual(imports(0));
  });

  it('makes no number of more days than jobs are kept', async () => {
    expect(await failures({}, NOW_MS - 7 * 24 * HOUR_MS)).toEqual(imports(1));
    expect(await failures({}, NOW_MS - 8 * 24 * HOUR_MS)).toMatchObject([
      { integration: 'import', failures: { known: false, reason: 'too_large' } },
    ]);
  });

  it('looks at every page, and makes no number of more than it looks at', async () => {
    expect(await failures({ organization: jobs(1000) })).toEqual(imports(1000));
    expect(await failures({ organization: jobs(2500) })).toEqual(imports(2500));
    expect(await failures({ organization: jobs(10_000) })).toEqual(imports(10_000));
    expect(await failures({ organization: jobs(10_001) })).toMatchObject([
      { integration: 'import', failures: { known: false, reason: 'too_large' } },
    ]);
  });

  it.each([
    { PermissionsManageDataIntegrations: false, PermissionsViewSetup: true },
    { PermissionsManageDataIntegrations: true, PermissionsViewSetup: false },
  ])('needs both rights: %o', async (permissions) => {
    expect(await failures({ tables: { UserPermissionAccess: [permissions] } })).toMatchObject([
      { integration: 'import', failures: { known: false, reason: 'not_permitted' } },
    ]);
  });
});
