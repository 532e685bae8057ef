import { describe, expect, it } from 'vitest';

import { startFaultServer } from '../../support/fault-server.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createClosing, createTargets } from '../../support/targets.ts';
import type { Target } from '../../support/targets.ts';

const CONNECTION = {
  platform: 'tryton',
  database: 'crm',
  authentication: { user: 'monitor', password: { environment: 'PASSWORD' } },
  security_authentication: { user: 'guard', password: { environment: 'GUARD' } },
};
const SECRETS = { PASSWORD: 's3cret', GUARD: 's3cret-too' };
const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);

type Rpc = { readonly method: string; readonly params: readonly unknown[] };
type Results = Readonly<Record<string, unknown>>;

function datetime(hour: number, minute = 0): object {
  const day = { year: 2026, month: 1, day: 5 };
  return { __class__: 'datetime', ...day, hour, minute, second: 0, microsecond: 0 };
}

const HEALTHY: Results = {
  'model.res.user.get_preferences': {},
  'model.res.user.search_count': 1,
  'model.ir.cron.search_read': [],
  'model.res.group.search_read': [{ id: 3 }],
  'model.res.user.search_read': [{ id: 1, groups: [3] }],
  'model.ir.rule.group.search_read': [{ id: 7, global_p: false }],
  'model.res.user.application.search_read': [
    { id: 1, create_date: datetime(8) },
    { id: 2, create_date: datetime(6, 30) },
  ],
};

/** Sessions are named after who opened them, as far as the password is right. */
function server(changes: Results, headers: Readonly<Record<string, string>> = {}) {
  return ({ body, headers: sent }: SeenRequest): GoodAnswer => {
    const { method, params } = JSON.parse(body) as Rpc;
    if (method === 'common.db.login') {
      const [user, { password }] = params as [string, { password: string }];
      const isRight = password === (user === 'guard' ? 's3cret-too' : 's3cret');
      return isRight ? { body: { id: 1, result: [1, `of-${user}`] } } : { status: 401, body: {} };
    }
    if (!String(sent['authorization']).startsWith('Session ')) return { status: 401, body: {} };
    const results = { ...HEALTHY, ...changes };
    if (!Object.hasOwn(results, method)) return { status: 403, body: {} };
    return { headers, body: { id: 1, result: results[method] } };
  };
}

const closing = createClosing();
const startTarget = createTargets(closing);

const target = (
  results: Results = {},
  changes: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Target> =>
  startTarget({
    respond: server(results, headers),
    connection: { ...CONNECTION, ...changes },
    secrets: SECRETS,
  });

/** Who asked which methods, log-ins left out. */
function askedBy({ seen }: FaultServer): readonly string[] {
  return seen.flatMap(({ body, headers }) => {
    const [, session = ''] = String(headers['authorization'] ?? '').split(' ');
    const [user] = Buffer.from(session, 'base64').toString().split(':');
    const { method } = JSON.parse(body) as Rpc;
    return user === undefined || user === '' ? [] : [`${user} ${method}`];
  });
}

describe('the applications of Tryton', () => {
  it('are counted by an identity that sees all of them, in the zone of the server', async () => {
    const [connector, fake] = await target({}, { utc_offset_minutes: -60 });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toEqual({
      ok: true,
      value: {
        active: { known: true, value: 2 },
        // Half past six where clocks are an hour behind UTC.
        oldestAgeSeconds: { known: true, value: 5400 },
      },
    });
    expect(askedBy(fake)).toEqual([
      'guard model.res.user.get_preferences',
      'guard model.ir.rule.group.search_read',
      'guard model.res.user.application.search_read',
    ]);
    const [rules] = fake.seen.filter(({ body }) => body.includes('ir.rule.group'));
    expect(rules?.body).toContain('["groups.users.login","=","guard"]');
    expect(fake.seen.filter(({ body }) => body.includes('"key"'))).toEqual([]);
  });

  it.each([
    ['no rule shows them', []],
    [
      'a rule for everybody hides some',
      [
        { id: 7, global_p: false },
        { id: 8, global_p: true },
      ],
    ],
    ['it is not said whether a rule is for everybody', [{ id: 7, global_p: null }]],
  ])('are unknown, and not asked for, where %s', async (_name, rules) => {
    const [connector, fake] = await target({ 'model.ir.rule.group.search_read': rules });
    const hidden = { known: false, reason: 'not_permitted' };
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: hidden, oldestAgeSeconds: hidden },
    });
    expect(JSON.stringify(fake.seen)).not.toContain('res.user.application.search_read');
  });

  it('are known on SQLite, where what is false is 0', async () => {
    const [connector] = await target({
      'model.ir.rule.group.search_read': [{ id: 7, global_p: 0 }],
    });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: { known: true, value: 2 } },
    });
  });

  it('have no age where there is none', async () => {
    const [connector] = await target({ 'model.res.user.application.search_read': [] });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: {
        active: { known: true, value: 0 },
        oldestAgeSeconds: { known: false, reason: 'empty' },
      },
    });
  });

  it('are no number where their times are none', async () => {
    const [connector] = await target({
      'model.res.user.application.search_read': [{ id: 1, create_date: null }],
    });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });
});

describe('the identities of Tryton', () => {
  it('ask for what is of security with the second, and for data with the first', async () => {
    const [connector, fake] = await target();
    await connector.accounts?.(CALL);
    await connector.jobs?.(CALL, NOW_MS);
    await connector.latency?.(CALL);
    const methods = askedBy(fake).filter((asked) => !asked.endsWith('get_preferences'));
    expect(methods).toEqual([
      'guard model.res.group.search_read',
      'guard model.res.user.search_read',
      'guard model.ir.cron.search_read',
      'monitor model.res.user.search_count',
      'monitor model.res.user.search_count',
      'monitor model.party.party.search_read',
    ]);
  });

  it('are one where no second is given', async () => {
    const [connector, fake] = await target({}, { security_authentication: undefined });
    expect(await connector.accounts?.(CALL)).toMatchObject({ ok: true });
    expect(askedBy(fake).every((asked) => asked.startsWith('monitor '))).toBe(true);
    const day = { data: '2027-03-01', security: '2027-04-01' };
    const [ending] = await target({}, { security_authentication: undefined, credential_ends: day });
    expect(await ending.credentials?.(CALL)).toMatchObject({ value: [{ identity: 'data' }] });
    const [both] = await target({}, { credential_ends: day });
    expect(await both.credentials?.(CALL)).toEqual({
      ok: true,
      value: [
        { identity: 'data', endsAtMs: { known: true, value: Date.UTC(2027, 2, 1) } },
        { identity: 'security', endsAtMs: { known: true, value: Date.UTC(2027, 3, 1) } },
      ],
    });
  });

  it('make no number of users without groups, and of actions without a time', async () => {
    const [groupless] = await target({ 'model.res.user.search_read': [{ id: 1, groups: null }] });
    const changed = { failure: { reason: 'schema_changed' } };
    expect(await groupless.accounts?.(CALL)).toMatchObject(changed);
    const timeless = { id: 1, next_call: 'soon', write_date: null, create_date: datetime(8) };
    const [connector] = await target({ 'model.ir.cron.search_read': [timeless] });
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject(changed);
  });

  it('say nothing of failures that Tryton does not keep', async () => {
    const [connector] = await target();
    const notTold = { known: false, reason: 'not_supported' };
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { failedSchedules: notTold },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { lockedUsers: notTold, inactiveUsers: notTold, secondFactorUsers: notTold },
    });
    expect(connector.auditTrail).toBeUndefined();
    expect(connector.integrations).toBeUndefined();
  });
});

describe('the life of the API of Tryton', () => {
  it('is what answers say, unless the configuration knows better', async () => {
    const name = { api: 'json_rpc' };
    const [silent] = await target();
    expect(await silent.apiRemovals?.(CALL)).toMatchObject({
      value: [{ ...name, removedAtMs: { known: false, reason: 'empty' } }],
    });
    const sunset = { sunset: 'Mon, 01 Mar 2027 00:00:00 GMT' };
    const [told] = await target({}, {}, sunset);
    expect(await told.apiRemovals?.(CALL)).toEqual({
      ok: true,
      value: [{ ...name, removedAtMs: { known: true, value: Date.UTC(2027, 2, 1) } }],
    });
    const [configured] = await target({}, { api_ends: '2026-12-01' }, sunset);
    expect(await configured.apiRemovals?.(CALL)).toMatchObject({
      value: [{ removedAtMs: { value: Date.UTC(2026, 11, 1) } }],
    });
  });

  it('has a page of its vendor where one is named, which gets no credentials', async () => {
    const [without] = await target();
    expect(without.vendorStatus).toBeUndefined();
    const page = await startFaultServer({
      respond: () => ({ body: { status: { indicator: 'minor' }, incidents: [{}] } }),
    });
    closing(page);
    const [connector] = await target(
      {},
      { status_page: { format: 'statuspage', url: page.url, allow_networks: ['127.0.0.1'] } },
    );
    expect(await connector.vendorStatus?.(CALL)).toEqual({
      ok: true,
      value: {
        state: { known: true, value: 'degraded' },
        openIncidents: { known: true, value: 1 },
      },
    });
    expect(JSON.stringify(page.seen)).not.toMatch(/Session|s3cret/);
    // What is kept open for the next time is closed with the connector.
    await connector.vendorStatus?.(CALL);
    expect(page.connections()).toBe(1);
    await connector.close();
    await connector.vendorStatus?.(CALL);
    expect(page.connections()).toBe(2);
  });
});
