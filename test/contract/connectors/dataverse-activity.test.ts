import { describe, expect, it } from 'vitest';

import {
  AUDITED,
  SETS,
  TOKEN_PATH,
  createResponder,
  refusal,
  respondToken,
} from '../../support/dataverse-server.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import type { Row } from '../../support/fetch-xml-support.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';

const AUTHENTICATION = {
  method: 'client_credentials',
  client_id: '00000000-0000-0000-0000-000000000001',
  client_secret: { environment: 'SECRET' },
};
const CONNECTION = {
  platform: 'dataverse',
  tenant: 'contoso.example.com',
  authentication: AUTHENTICATION,
};
const CALL = { timeoutMs: 5000 };
const SINCE_MS = Date.UTC(2026, 0, 5, 8);

const startTarget = createTargets();

const target = (answer: Respond, changes: object = {}): Promise<Target> =>
  startTarget({
    respond: answer,
    connection: (url) => ({ ...CONNECTION, authority: url, ...changes }),
    secrets: { SECRET: 's3cret', OTHER: 'other-s3cret' },
  });

const withSets = (sets: Readonly<Record<string, readonly Row[]>>): ReturnType<typeof target> =>
  target(createResponder({ ...SETS, ...sets }));

/** Refuses queries whose path or text has a word, as where the role lacks a privilege. */
function refusing(...words: readonly string[]): (request: SeenRequest) => GoodAnswer {
  const respond = createResponder();
  return (request) =>
    words.some((word) => decodeURIComponent(request.path).includes(word))
      ? refusal(403, '0x80040220')
      : respond(request);
}

const dataOf = (server: FaultServer): readonly SeenRequest[] =>
  server.seen.filter(({ path }) => path !== TOKEN_PATH);

const audit = (action: number, createdon: string): Row => ({
  auditid: createdon,
  action,
  createdon,
});
const AT = '2026-01-05T08:30:00Z';

describe('the audit trail of dataverse', () => {
  it('counts changes of roles, of who has them, of privileges and of teams, from its start on', async () => {
    const counted = [35, 36, 53, 54, 55, 56, 57, 58, 59].map((action) => audit(action, AT));
    // Updates, access and changes of the auditing itself, and what was before.
    const others = [1, 2, 3, 13, 33, 64, 65, 102, 107, 110].map((action) => audit(action, AT));
    const edge = [audit(55, '2026-01-05T08:00:00Z'), audit(55, '2026-01-05T07:59:59Z')];
    const zone = [audit(57, '2026-01-05T09:00:00+01:00'), audit(57, '2026-01-05T08:59:59+01:00')];
    const [connector, server] = await withSets({
      audits: [...counted, ...others, ...edge, ...zone],
    });
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      ok: true,
      value: {
        isRecording: { known: true, value: true },
        permissionChanges: { known: true, value: 11 },
        massExports: { known: false, reason: 'not_supported' },
      },
    });
    expect(dataOf(server)).toHaveLength(3);
  });

  it('says 0 where nothing was changed', async () => {
    const [connector] = await withSets({});
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      value: { permissionChanges: { known: true, value: 0 } },
    });
  });

  it('says no 0 where nothing is recorded at all, and asks no further', async () => {
    const [connector, server] = await withSets({ organizations: [{ isauditenabled: false }] });
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        isRecording: { known: true, value: false },
        permissionChanges: { known: false, reason: 'not_configured' },
      },
    });
    expect(dataOf(server)).toHaveLength(1);
  });

  it('says no 0 where the changes of one of the tables are not recorded, and names it', async () => {
    const definitions = AUDITED['EntityDefinitions'] ?? [];
    const [connector] = await withSets({
      EntityDefinitions: definitions.map((table) =>
        table['LogicalName'] === 'team' ? { ...table, IsAuditEnabled: { Value: false } } : table,
      ),
    });
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        isRecording: { value: true },
        permissionChanges: {
          known: false,
          reason: 'not_configured',
          detail: 'auditing is off for the tables team',
        },
      },
    });
  });

  it.each([
    ['/audits', 'prvReadAuditSummary'],
    ['/EntityDefinitions', 'prvReadEntity'],
  ])(
    'says that %s needs the privilege %s, and still whether there is a trail',
    async (path, privilege) => {
      const [connector] = await target(refusing(path));
      expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
        value: {
          isRecording: { value: true },
          permissionChanges: {
            known: false,
            reason: 'not_permitted',
            detail: `the application user lacks ${privilege}`,
          },
        },
      });
    },
  );

  it.each([
    ['there are no settings', { organizations: [] }],
    [
      'settings are there twice',
      { organizations: [{ isauditenabled: true }, { isauditenabled: false }] },
    ],
    ['settings are no switch', { organizations: [{ isauditenabled: 'yes' }] }],
    ['a table has no definition', { EntityDefinitions: [] }],
  ])('makes nothing known when %s', async (_name, sets) => {
    const [connector] = await withSets(sets);
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      ok: false,
      failure: { reason: 'schema_changed' },
    });
  });

  it('says too_large in place of a part of the changes', async () => {
    const audits = Array.from({ length: 20 }, () => audit(55, AT));
    const [connector] = await target(createResponder({ ...SETS, audits }, 5));
    expect(await connector.auditTrail?.(CALL, SINCE_MS)).toMatchObject({
      value: { permissionChanges: { known: false, reason: 'too_large' } },
    });
  });
});

const WEBHOOK_STEP = [{ serviceendpoint: [{ contract: 8 }] }];
const QUEUE_STEP = [{ serviceendpoint: [{ contract: 6 }] }];
const PLUGIN_STEP = [{ serviceendpoint: [] }];
const failedJob = (operationtype: number, more: Row = {}): Row => ({
  operationtype,
  statuscode: 31,
  completedon: AT,
  createdon: AT,
  sdkmessageprocessingstep: [],
  ...more,
});

describe('the integrations of dataverse', () => {
  it('counts what failed since a time, by its kind', async () => {
    const [connector, server] = await withSets({
      asyncoperations: [
        failedJob(3),
        failedJob(4),
        failedJob(5, { completedon: '2026-01-05T08:00:00Z' }),
        failedJob(5, { completedon: '2026-01-05T07:59:59Z' }),
        failedJob(5, { statuscode: 30 }),
        failedJob(10),
        failedJob(1, { sdkmessageprocessingstep: WEBHOOK_STEP }),
        failedJob(1, { sdkmessageprocessingstep: WEBHOOK_STEP, statuscode: 30 }),
        failedJob(1, { sdkmessageprocessingstep: QUEUE_STEP }),
        failedJob(1, { sdkmessageprocessingstep: PLUGIN_STEP }),
      ],
      emails: [
        { statuscode: 8, modifiedon: AT, createdon: AT },
        { statuscode: 8, modifiedon: AT, createdon: '2026-01-01T00:00:00Z' },
        { statuscode: 8, modifiedon: '2026-01-05T07:00:00Z', createdon: AT },
        { statuscode: 3, modifiedon: AT, createdon: AT },
      ],
    });
    expect(await connector.integrations?.(CALL, SINCE_MS)).toEqual({
      ok: true,
      value: [
        { integration: 'import', failures: { known: true, value: 3 } },
        { integration: 'webhook', failures: { known: true, value: 1 } },
        { integration: 'message', failures: { known: true, value: 2 } },
      ],
    });
    expect(dataOf(server)).toHaveLength(3);
  });

  it('says 0 where nothing failed', async () => {
    const [connector] = await withSets({ asyncoperations: [] });
    const none = { failures: { known: true, value: 0 } };
    expect(await connector.integrations?.(CALL, SINCE_MS)).toMatchObject({
      value: [none, none, none],
    });
  });

  it('knows the rest where one kind may not be read, and is refused where none may', async () => {
    const [some] = await target(refusing('/emails', 'serviceendpoint'));
    const refused = { known: false, reason: 'not_permitted' };
    expect(await some.integrations?.(CALL, SINCE_MS)).toMatchObject({
      value: [
        { integration: 'import', failures: { known: true, value: 0 } },
        { integration: 'webhook', failures: refused },
        {
          integration: 'message',
          failures: { ...refused, detail: 'the application user lacks prvReadActivity' },
        },
      ],
    });
    const [none] = await target(refusing('/emails', '/asyncoperations'));
    expect(await none.integrations?.(CALL, SINCE_MS)).toMatchObject({
      ok: false,
      failure: { reason: 'authorization' },
    });
  });
});

describe('the applications of dataverse', () => {
  it('counts those that are switched on, and leaves their age to Microsoft Entra', async () => {
    const [connector, server] = await withSets({
      systemusers: [
        { applicationid: 'a', isdisabled: 0, createdon: AT },
        { applicationid: 'b', isdisabled: 0, createdon: AT },
        { applicationid: 'c', isdisabled: 1, createdon: AT },
        { applicationid: null, isdisabled: 0, createdon: AT },
      ],
    });
    expect(await connector.apiTokens?.(CALL, SINCE_MS)).toMatchObject({
      value: {
        active: { known: true, value: 2 },
        oldestAgeSeconds: { known: false, reason: 'not_supported' },
      },
    });
    expect(dataOf(server)).toHaveLength(1);
  });
});

describe('the users of dataverse', () => {
  it('are counted where it may not be read who administers', async () => {
    const [connector] = await target(refusing('systemuserroles'));
    const detail = 'the application user lacks prvReadRole or prvReadTeam';
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { known: true, value: 4 },
        privilegedUsers: { known: false, reason: 'not_permitted', detail },
      },
    });
    const [none] = await target(refusing('/systemusers'));
    expect(await none.accounts?.(CALL)).toMatchObject({ failure: { reason: 'authorization' } });
  });
});

describe('the second identity of dataverse', () => {
  /** The tokens tell the two apart; the server gives the second to whoever brings the other secret. */
  function respond(request: SeenRequest): GoodAnswer {
    if (request.path !== TOKEN_PATH) {
      const [, token = ''] = String(request.headers['authorization'] ?? '').split(' ');
      const headers = { ...request.headers, authorization: 'Bearer token-s3cret' };
      const isKnown = ['token-s3cret', 'other-token'].includes(token);
      return createResponder()(isKnown ? { ...request, headers } : request);
    }
    if (!request.body.includes('other-s3cret')) return respondToken(request);
    return { body: { token_type: 'Bearer', expires_in: 3599, access_token: 'other-token' } };
  }
  const security_authentication = { ...AUTHENTICATION, client_secret: { environment: 'OTHER' } };

  it('alone asks for jobs, integrations, users, applications and the audit trail', async () => {
    const [connector, server] = await target(respond, { security_authentication });
    await connector.jobs?.(CALL, SINCE_MS);
    await connector.integrations?.(CALL, SINCE_MS);
    await connector.accounts?.(CALL);
    await connector.apiTokens?.(CALL, SINCE_MS);
    await connector.auditTrail?.(CALL, SINCE_MS);
    const activity = dataOf(server);
    expect(new Set(activity.map(({ headers }) => headers['authorization']))).toEqual(
      new Set(['Bearer other-token']),
    );
    await connector.latency?.(CALL);
    await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }]);
    const data = dataOf(server).slice(activity.length);
    expect(new Set(data.map(({ headers }) => headers['authorization']))).toEqual(
      new Set(['Bearer token-s3cret']),
    );
  });

  it('is watched for its end like the first', async () => {
    const [connector] = await target(respond, {
      security_authentication,
      credential_ends: { security: '2027-03-01' },
    });
    expect(await connector.credentials?.(CALL)).toMatchObject({
      value: [
        { identity: 'data', endsAtMs: { known: false } },
        { identity: 'security', endsAtMs: { value: Date.UTC(2027, 2, 1) } },
      ],
    });
  });
});

/**
 * What application users of a tenant may ask in 24 hours at least, all of them together: with Dynamics 365, and with Power
 * Apps alone. Source: MicrosoftDocs/power-platform, power-platform/admin/api-request-limits-allocations.md.
 */
const LEAST_REQUESTS_A_DAY = [500_000, 25_000];

it('asks for 20 fields of 10 objects in every hour with less than a hundredth of what a day allows', async () => {
  const fields = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`f${index}`, `cr1a2_f${index}`]),
  );
  const object = { entity: 'contact', entity_set: 'contacts', fields };
  const objects = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`o${index}`, object]),
  );
  const [connector, server] = await target(createResponder(), { objects });
  const missing = Object.keys(fields).map((field) => ({ kind: 'missing', field }) as const);
  for (const name of Object.keys(objects)) {
    expect(await connector.aggregate?.(CALL, name, [{ kind: 'rows' }, ...missing])).toMatchObject({
      ok: true,
    });
  }
  const requestsADay = dataOf(server).length * 24;
  expect(requestsADay).toBe(240);
  for (const allowed of LEAST_REQUESTS_A_DAY) expect(requestsADay / allowed).toBeLessThan(0.01);
});
