import { describe, expect, it } from 'vitest';

import { startBudget } from '../../../src/exporter/connectors/web/budget.ts';
import { createPace } from '../../../src/exporter/connectors/hubspot/pace.ts';
import { connectorOf } from '../../support/connector-support.ts';
import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import {
  MINUTE_MS,
  contact,
  error,
  importOf,
  isoTime,
  limited,
  login,
  page,
  recordLimits,
  respondAsHubspot,
} from '../../support/hubspot-server.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createClosing, createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { describeWebConnector } from './contract.ts';

const CONNECTION = {
  platform: 'hubspot',
  authentication: { method: 'private_app', token: { environment: 'TOKEN' } },
  search_interval: '1ms',
};
const SECRETS = { TOKEN: 's3cret' };
const CALL = { timeoutMs: 5000 };
/** One that every list takes for one of its own. */
const EVERYTHING = {
  properties: { email: null },
  superAdmin: true,
  type: 'EXPORT',
  state: 'DONE',
  createdAt: isoTime(0),
  updatedAt: isoTime(0),
};

const instead =
  (pattern: RegExp, answer: GoodAnswer) =>
  ({ path }: SeenRequest): GoodAnswer | undefined =>
    pattern.test(path) ? answer : undefined;

describeWebConnector({
  name: 'hubspot',
  respond: respondAsHubspot,
  create: (url, authority) =>
    connectorOf(
      { ...CONNECTION, url, tls: { ca_file: 'ca.pem' } },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', null, 'c@example.com'],
  isReadOnly: ({ method, path }) =>
    method === 'GET' || (method === 'POST' && path === '/crm/objects/2026-03/contacts/search'),
  troubles: [
    {
      name: 'the calls of the day are used up',
      respond: () => limited('DAILY'),
      expected: { login: 'quota_exhausted', aggregate: 'quota_exhausted', scan: 'quota_exhausted' },
    },
    {
      name: 'there were too many calls in ten seconds',
      respond: () => ({
        ...limited('TEN_SECONDLY_ROLLING'),
        headers: { 'retry-after': '600' },
      }),
      expected: { login: 'rate_limited', limits: 'rate_limited' },
    },
    {
      name: 'searches alone came too fast',
      respond: instead(/search$/, limited('SECONDLY')),
      expected: { aggregate: 'rate_limited' },
    },
    {
      name: 'the app lacks the scope for the histories',
      respond: instead(/activity/, error(403, 'MISSING_SCOPES')),
      expected: { logins: 'authorization', auditTrail: 'authorization' },
    },
    {
      name: 'the app may not import, so that it may not see imports',
      respond: instead(/imports/, error(403, 'MISSING_SCOPES')),
      expected: { integrations: 'unknown' },
    },
    {
      name: 'imports are refused for something else',
      respond: instead(/imports/, error(403, 'USER_DOES_NOT_HAVE_PERMISSIONS')),
      expected: { integrations: 'authorization' },
    },
    {
      name: 'there are more imports than are read',
      respond: ({ path }) =>
        path.includes('imports')
          ? page(
              Array.from({ length: 2001 }, () => importOf(MINUTE_MS, 'FAILED')),
              new URL(path, 'http://api.hubapi.test').searchParams,
            )
          : undefined,
      expected: { integrations: 'unknown' },
    },
    {
      name: 'an import does not say what became of it',
      respond: instead(/imports/, { body: { results: [{ updatedAt: isoTime(0) }] } }),
      expected: { integrations: 'schema_changed' },
    },
    {
      name: 'an action does not say what was done',
      respond: instead(/security/, { body: { results: [{ createdAt: isoTime(0) }] } }),
      expected: { auditTrail: 'schema_changed' },
    },
    {
      name: 'an allowance of records has no limit',
      respond: instead(/limits/, recordLimits([{ objectTypeId: '0-1', usage: 1 }], 0, 0)),
      expected: { limits: 'schema_changed' },
    },
    {
      name: 'the token expired, whatever the status says',
      respond: () => error(400, 'EXPIRED_AUTHENTICATION'),
      expected: { login: 'authentication' },
    },
    {
      name: 'records are locked by much writing',
      respond: instead(/crm/, error(423, 'LOCKED')),
      expected: { scan: 'rate_limited' },
    },
    {
      name: 'the account is being moved',
      respond: () => ({ status: 477, body: {}, headers: { 'retry-after': '3600' } }),
      expected: { login: 'server_error' },
    },
    {
      name: 'a total is where searches end, which may be a cap',
      respond: instead(/search$/, { body: { total: 10_000, results: [] } }),
      expected: { aggregate: 'unknown' },
    },
    {
      name: 'a property was removed, so that a search refuses it and a list leaves it out',
      respond: ({ path }) => {
        if (path.endsWith('/search')) return error(400, 'VALIDATION_ERROR');
        const records = [{ id: '101', properties: { hs_object_id: '101' } }];
        return path.includes('/contacts?') ? { body: { results: records } } : undefined;
      },
      expected: { aggregate: 'schema_changed', scan: 'schema_changed' },
    },
    {
      name: 'an object was removed',
      respond: instead(/contacts/, error(404, 'OBJECT_NOT_FOUND')),
      expected: { aggregate: 'not_found', scan: 'not_found' },
    },
    {
      name: 'the version of the API is served no more',
      respond: instead(/2026-03/, { status: 404, body: {} }),
      expected: { login: 'not_found', limits: 'not_found', accounts: 'not_found' },
    },
    {
      name: 'it lists no user',
      respond: instead(/users/, { body: { results: [] } }),
      expected: { accounts: 'schema_changed' },
    },
    {
      name: 'pages lead to each other',
      respond: ({ path }) =>
        /activity|contacts\?|imports|users/.test(path)
          ? {
              body: {
                results: [{ ...EVERYTHING, ...login(0, true) }],
                paging: { next: { after: path.includes('after=2') ? '1' : '2' } },
              },
            }
          : undefined,
      expected: {
        scan: 'schema_changed',
        accounts: 'schema_changed',
        logins: 'schema_changed',
        auditTrail: 'schema_changed',
        integrations: 'schema_changed',
      },
    },
    {
      name: 'a page leads to itself',
      respond: instead(/activity|contacts\?|imports|users/, {
        body: { results: [{ properties: {} }], paging: { next: { after: '1' } } },
      }),
      expected: {
        scan: 'schema_changed',
        accounts: 'schema_changed',
        logins: 'schema_changed',
        auditTrail: 'schema_changed',
        integrations: 'schema_changed',
      },
    },
  ],
});

const closing = createClosing();
const startTarget = createTargets(closing);

const target = (changes: object = {}, answer: Respond = respondAsHubspot): Promise<Target> =>
  startTarget({ respond: answer, connection: { ...CONNECTION, ...changes }, secrets: SECRETS });

describe('hubspot', () => {
  it('takes the refusal of a stranger for an answer, and no other refusal', async () => {
    const [connector, server] = await target();
    expect(await connector.ping?.(CALL)).toMatchObject({
      ok: true,
      value: { version: { known: false, reason: 'not_supported' } },
    });
    server.setFault({ kind: 'answer', status: 404 });
    expect(await connector.ping?.(CALL)).toMatchObject({ failure: { reason: 'not_found' } });
  });

  it('tells what is left of the calls of the day, and who is a super admin', async () => {
    const [connector] = await target();
    expect(await connector.limits?.(CALL)).toEqual({
      ok: true,
      value: [
        { name: 'private_apps_api_calls_daily', limit: 650_000, remaining: 649_000 },
        { name: 'records_contacts', limit: 15_000_000, remaining: 10_000_000 },
      ],
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { known: false, reason: 'not_supported' },
        privilegedUsers: { value: 1 },
        secondFactorUsers: { known: false, reason: 'not_supported' },
      },
    });
    expect([connector.jobs, connector.apiTokens]).toEqual([undefined, undefined]);
  });

  it('counts by searches, of which each brings one record without any personal property', async () => {
    const [connector, server] = await target();
    const counted = await connector.aggregate?.(CALL, 'contacts', [
      { kind: 'rows' },
      { kind: 'older_than', field: 'updated_at', before: '2026-01-01T00:00:00.000Z' },
      { kind: 'keyed', key: ['email', 'id'] },
      { kind: 'duplicates', key: ['email'] },
      { kind: 'orphans', field: 'company', object: 'companies' },
    ]);
    expect(counted).toMatchObject({
      value: [
        { value: 3 },
        { value: 1 },
        { value: 2 },
        { known: false, reason: 'not_supported' },
        { known: false, reason: 'not_supported' },
      ],
    });
    expect(JSON.parse(server.seen[1]?.body ?? '')).toEqual({
      filterGroups: [
        {
          filters: [{ propertyName: 'lastmodifieddate', operator: 'LT', value: '1767225600000' }],
        },
      ],
      limit: 1,
      after: '0',
      sorts: [],
      properties: ['hs_object_id'],
    });
  });

  it('knows a total beyond what can be paged', async () => {
    const [connector] = await target({}, () => ({ body: { total: 250_000, results: [] } }));
    expect(await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }])).toMatchObject({
      value: [{ value: 250_000 }],
    });
  });

  it('leaves a key of more fields than a search has filters to the scan', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `f${index}`);
    const fields = Object.fromEntries(names.map((name) => [name, name]));
    const objects = { contacts: { entity: 'contacts', fields } };
    const [connector, server] = await target({ objects });
    const keyed = [{ kind: 'keyed', key: names }] as const;
    expect(await connector.aggregate?.(CALL, 'contacts', keyed)).toMatchObject({
      value: [{ known: false, reason: 'not_supported' }],
    });
    expect(server.seen).toEqual([]);
  });

  it('asks once for each of 20 fields, and once for the records', async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`f${index}`, `field_${index}`]),
    );
    const objects = { contacts: { entity: 'contacts', fields } };
    const [connector, server] = await target({ objects });
    const missing = Object.keys(fields).map((field) => ({ kind: 'missing', field }) as const);
    const counted = await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]);
    expect(counted).toMatchObject({ ok: true });
    expect(server.seen.length).toBe(21);
  });

  it('keeps searches apart, those of two calls at once too, and no longer than there is time', async () => {
    const [connector, server] = await target({ search_interval: '60ms' });
    const rows = [{ kind: 'rows' }, { kind: 'rows' }] as const;
    const startedAtMs = performance.now();
    await Promise.all([
      connector.aggregate?.(CALL, 'contacts', rows),
      connector.aggregate?.(CALL, 'contacts', rows),
    ]);
    expect(server.seen.length).toBe(4);
    expect(performance.now() - startedAtMs).toBeGreaterThan(170);
    const [slow] = await target({ search_interval: '60s' });
    expect(await slow.aggregate?.({ timeoutMs: 100 }, 'contacts', rows)).toMatchObject({
      failure: { reason: 'timeout' },
    });
  });

  it('keeps no turn for who cannot wait for it, so that later searches are not held up', async () => {
    const clock = createManualClock();
    const pace = createPace(60_000, clock);
    const isTurn = async (): Promise<boolean | string> =>
      Promise.race([
        pace(startBudget({ timeoutMs: 1000 }, clock)),
        clock.advance(0).then(() => 'waits'),
      ]);
    expect(await isTurn()).toBe(true);
    for (let round = 0; round < 5; round++) expect(await isTurn()).toBe(false);
    await clock.advance(60_000);
    expect(await isTurn()).toBe(true);
  });

  it('sends no search for who gave up while it waited', async () => {
    const [connector, server] = await target({ search_interval: '60s' });
    const rows = [{ kind: 'rows' }, { kind: 'rows' }] as const;
    const call = { timeoutMs: 600_000, signal: AbortSignal.timeout(100) };
    expect(await connector.aggregate?.(call, 'contacts', rows)).toMatchObject({
      failure: { reason: 'timeout' },
    });
    expect(server.seen.length).toBe(1);
  });

  it('reads all pages of an object, and asks for the properties that it needs', async () => {
    const many = Array.from({ length: 250 }, (_, index) =>
      contact(String(index), `${index}@example.com`, '2026-01-05T08:00:00.000Z'),
    );
    const [connector, server] = await target({}, ({ path }) =>
      page(many, new URL(path, 'http://api.hubapi.test').searchParams),
    );
    const seen: unknown[] = [];
    const scan = await connector.scan?.(CALL, 'contacts', ['email'], (rows) => {
      seen.push(...rows.map(({ email }) => email));
      return true;
    });
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(new Set(seen).size).toBe(250);
    expect(server.seen.map(({ path }) => path)).toEqual([
      '/crm/objects/2026-03/contacts?limit=100&properties=hs_object_id%2Cemail',
      '/crm/objects/2026-03/contacts?limit=100&properties=hs_object_id%2Cemail&after=100',
      '/crm/objects/2026-03/contacts?limit=100&properties=hs_object_id%2Cemail&after=200',
    ]);
  });

  it('asks for the version that is configured, and for HubSpot itself unless told otherwise', async () => {
    const [connector, server] = await target({ api_date: '2026-09' });
    expect(await connector.login?.(CALL)).toMatchObject({ failure: { reason: 'not_found' } });
    expect(server.seen.map(({ path }) => path)).toEqual(['/account-info/2026-09/details']);
    const asked: string[] = [];
    const own = connectorOf(CONNECTION, SECRETS, {
      resolve: (host, done) => {
        asked.push(host);
        done(Object.assign(new Error('no name is looked up'), { code: 'ENOTFOUND' }), []);
      },
    });
    closing(own);
    expect(await own.login?.(CALL)).toMatchObject({ failure: { reason: 'dns' } });
    expect(asked).toEqual(['api.hubapi.com']);
  });

  it.each(['../deals', 'a/b', 'contacts?limit=1', ''])('refuses %j as an entity', (entity) => {
    const objects = { contacts: { entity, fields: { email: 'email' } } };
    expect(() => connectorOf({ ...CONNECTION, objects }, SECRETS)).toThrow('entity');
  });
});
