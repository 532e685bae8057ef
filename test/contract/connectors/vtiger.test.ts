import { describe, expect, it } from 'vitest';

import type { DataRow } from '../../../src/exporter/connectors/connectors.ts';
import { connectorOf } from '../../support/connector-support.ts';
import type { SeenRequest } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { createVtiger, refuse, succeed } from '../../support/vtiger-server.ts';
import { describeWebConnector } from './contract.ts';

const CONNECTION = {
  platform: 'vtiger',
  authentication: { method: 'access_key', user: 'monitor', access_key: { environment: 'KEY' } },
};
const SECRETS = { KEY: 's3cret' };
const CALL = { timeoutMs: 5000 };

const isLogIn = ({ method, path }: SeenRequest): boolean =>
  method === 'POST' || path.includes('operation=getchallenge');
const isQuery = ({ path }: SeenRequest): boolean => path.includes('operation=query');

const contract = createVtiger();

describeWebConnector({
  name: 'vtiger',
  respond: contract,
  create: (url, authority) =>
    connectorOf(
      { ...CONNECTION, url, tls: { ca_file: 'ca.pem' } },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', null, ''],
  isReadOnly: (request) =>
    isLogIn(request) || /operation=(listtypes|describe|query)&|=listtypes$/.test(request.path),
  isLogIn,
  troubles: [
    {
      name: 'the user is unknown',
      respond: ({ path }) =>
        path.includes('operation=getchallenge')
          ? refuse('ACCESS_DENIED', 'username does not exists')
          : undefined,
      expected: { login: 'authentication', latency: 'authentication', scan: 'authentication' },
    },
    {
      name: 'the access key was changed',
      respond: ({ method }) =>
        method === 'POST' ? refuse('INVALID_USER_CREDENTIALS', 'Invalid username') : undefined,
      expected: { login: 'authentication', aggregate: 'authentication' },
    },
    {
      name: 'a module was removed',
      respond: (request) =>
        isQuery(request)
          ? refuse(
              'ACCESS_DENIED',
              'Permission to perform the operation is denied for name : Contacts',
            )
          : undefined,
      expected: { scan: 'not_found', aggregate: 'not_found' },
    },
    {
      name: 'a field was removed',
      respond: (request) =>
        isQuery(request)
          ? refuse('ACCESS_DENIED', "Permission to access '.email.' attribute denied.")
          : undefined,
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'the profile may not read the module',
      respond: (request) =>
        isQuery(request) ? refuse('ACCESS_DENIED', 'Permission to read is denied') : undefined,
      expected: { scan: 'authorization', aggregate: 'authorization', accounts: 'authorization' },
    },
    {
      name: 'queries are not understood',
      respond: (request) => (isQuery(request) ? refuse('QUERY_SYNTAX_ERROR') : undefined),
      expected: { scan: 'schema_changed', aggregate: 'schema_changed' },
    },
    {
      name: 'the database fails',
      respond: (request) => (isQuery(request) ? refuse('DATABASE_QUERY_ERROR') : undefined),
      expected: { scan: 'database_unavailable', aggregate: 'database_unavailable' },
    },
    {
      name: 'the server has an error that it does not foresee',
      respond: (request) => (isQuery(request) ? refuse('INTERNAL_SERVER_ERROR') : undefined),
      expected: { scan: 'server_error', aggregate: 'server_error', accounts: 'server_error' },
    },
    {
      name: 'an error has a code of a plug-in',
      respond: (request) => (isQuery(request) ? refuse('constructor') : undefined),
      expected: { scan: 'server_error' },
    },
    {
      name: 'a parser that failed answers its empty message as a result',
      respond: (request) => (isQuery(request) ? succeed('') : undefined),
      expected: { scan: 'schema_changed', aggregate: 'schema_changed' },
    },
    {
      name: 'the version does not count',
      respond: ({ path }) => (path.includes('count%28*%29') ? succeed([]) : undefined),
      expected: { aggregate: 'unknown' },
    },
  ],
});

const startTarget = createTargets();

const target = (answer: Respond = createVtiger(), changes: object = {}): Promise<Target> =>
  startTarget({ respond: answer, connection: { ...CONNECTION, ...changes }, secrets: SECRETS });

describe('vtiger', () => {
  it('tells who is active and who is an administrator', async () => {
    const [connector, server] = await target();
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 3 },
        privilegedUsers: { value: 1 },
        secondFactorUsers: { known: false, reason: 'not_supported' },
      },
    });
    expect(server.seen).toHaveLength(3);
    expect(connector.jobs).toBeUndefined();
    expect(connector.logins).toBeUndefined();
  });

  it('knows no users where it is no administrator', async () => {
    const [connector] = await target(createVtiger({ isAdministrator: false }));
    const notPermitted = { known: false, reason: 'not_permitted' };
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: notPermitted, privilegedUsers: notPermitted },
    });
  });

  it('opens one session at a time, because a user has one challenge', async () => {
    const [connector] = await target();
    const outcomes = await Promise.all([
      connector.login?.(CALL),
      connector.latency?.(CALL),
      connector.accounts?.(CALL),
    ]);
    expect(outcomes.map((outcome) => outcome?.ok)).toEqual([true, true, true]);
  });

  it('logs in again when its session was left idle, once', async () => {
    const vtiger = createVtiger();
    const idle = new Set(['session-s3cret-0']);
    const [connector, server] = await target((request) =>
      [...idle].some((name) => request.path.includes(name))
        ? refuse('SESSION_LEFT_IDLE', 'Session has been invalidated to due lack activity')
        : vtiger(request),
    );
    expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
    expect(server.seen.filter(({ method }) => method === 'POST')).toHaveLength(2);
    idle.add('session-s3cret-1').add('session-s3cret-2');
    const refused = await connector.latency?.(CALL);
    expect(refused).toMatchObject({ ok: false, failure: { reason: 'authentication' } });
    expect(JSON.stringify(refused)).not.toContain('session');
  });

  it('counts texts and dates, leaves the rest to a scan, and shows no orphans where none can be seen', async () => {
    const fields = {
      email: 'email',
      last_name: 'lastname',
      account: 'account_id',
      owner: 'assigned_user_id',
      updated_at: 'modifiedtime',
      birthday: 'birthday',
    };
    const [connector] = await target(createVtiger(), {
      utc_offset_minutes: 60,
      objects: { contacts: { entity: 'Contacts', fields } },
    });
    const counted = await connector.aggregate?.(CALL, 'contacts', [
      { kind: 'rows' },
      { kind: 'missing', field: 'email' },
      { kind: 'missing', field: 'birthday' },
      { kind: 'missing', field: 'account' },
      { kind: 'older_than', field: 'updated_at', before: '2026-01-02T06:59:00.000Z' },
      { kind: 'older_than', field: 'updated_at', before: '2026-01-02T07:01:00.000Z' },
      { kind: 'older_than', field: 'email', before: '2026-01-02T07:01:00.000Z' },
      { kind: 'keyed', key: ['last_name', 'email'] },
      { kind: 'duplicates', key: ['email'] },
      { kind: 'orphans', field: 'account', object: 'accounts' },
      { kind: 'orphans', field: 'owner', object: 'accounts' },
    ]);
    const told = counted?.ok === true ? counted.value : [];
    expect(told.map((count) => (count.known ? count.value : count.reason))).toEqual([
      3,
      2,
      2,
      'not_supported',
      2,
      3,
      'not_supported',
      1,
      'not_supported',
      'not_permitted',
      'not_supported',
    ]);
  });

  it('counts nothing, and asks no further, with a version that does not count', async () => {
    const [connector, server] = await target(createVtiger({ counts: false }));
    const missing = ['email', 'phone', 'last_name'].map(
      (field) => ({ kind: 'missing', field }) as const,
    );
    const counted = await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]);
    const notSupported = { known: false, reason: 'not_supported' };
    expect(counted).toMatchObject({ value: [notSupported, ...missing.map(() => notSupported)] });
    // A challenge, a log-in and the count.
    expect(server.seen).toHaveLength(3);
  });

  it('asks once for each of 20 fields, and twice beside, in a session', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `cf_${index}`);
    const fields = Object.fromEntries(names.map((name) => [name, name]));
    const vtiger = createVtiger();
    const [connector, server] = await target(
      (request) =>
        request.path.includes('operation=describe')
          ? succeed({ fields: names.map((name) => ({ name, type: { name: 'string' } })) })
          : vtiger(request),
      { objects: { contacts: { entity: 'Contacts', fields } } },
    );
    const missing = names.map((field) => ({ kind: 'missing', field }) as const);
    expect(
      await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]),
    ).toMatchObject({ value: [{ value: 3 }, ...missing.map(() => ({ value: 3 }))] });
    expect(server.seen).toHaveLength(2 + 2 + 20);
  });

  it('reads times with their zone and zero dates as nothing', async () => {
    const fields = { id: 'id', updated_at: 'modifiedtime', birthday: 'birthday' };
    const [connector] = await target(createVtiger(), {
      utc_offset_minutes: 120,
      objects: { contacts: { entity: 'Contacts', fields } },
    });
    const rows: DataRow[] = [];
    await connector.scan?.(CALL, 'contacts', ['id', 'updated_at', 'birthday'], (page) => {
      rows.push(...page);
      return true;
    });
    expect(rows[0]).toEqual({
      id: '12x9',
      updated_at: '2025-01-01T06:00:00.000Z',
      birthday: null,
    });
    expect(rows.map(({ id }) => id)).toEqual(['12x9', '12x10', '12x110']);
  });

  describe('a page from which records are taken that it may not see', () => {
    const isRound = (number: number): boolean => number % 10 === 0;
    const isOfSecondPage = (number: number): boolean => number > 100 && number <= 200;

    /** Scans 250 contacts, of which some are hidden as VtigerModuleOperation::query does it: out of a page that is full. */
    async function scanWithout(
      isHidden: (number: number) => boolean,
    ): Promise<{ readonly outcome: unknown; readonly seen: readonly unknown[] }> {
      const all = Array.from({ length: 250 }, (_, index) => index + 1);
      const vtiger = createVtiger();
      const [connector] = await target((request) => {
        if (!isQuery(request)) return vtiger(request);
        const text = new URL(request.path, 'http://crm.test').searchParams.get('query') ?? '';
        const after = Number(/id > '12x(\d+)'/.exec(text)?.[1] ?? 0);
        const rest = all.filter((number) => number > after);
        const page = (text.includes(' DESC ') ? rest.toReversed() : rest).slice(0, 100);
        const shown = page.filter((number) => !isHidden(number));
        return succeed(shown.map((number) => ({ id: `12x${number}`, email: `${number}@a.test` })));
      });
      const seen: unknown[] = [];
      const outcome = await connector.scan?.(CALL, 'contacts', ['email'], (rows) => {
        seen.push(...rows.map(({ email }) => email));
        return true;
      });
      return { outcome, seen };
    }

    it('is no end', async () => {
      const { outcome, seen } = await scanWithout(isRound);
      expect(outcome).toEqual({ ok: true, value: { complete: true } });
      expect(seen).toHaveLength(225);
    });

    it('is no end where nothing is left of it', async () => {
      const { outcome } = await scanWithout(isOfSecondPage);
      expect(outcome).toMatchObject({ ok: false, failure: { reason: 'authorization' } });
    });
  });

  it('reads a record that comes while it looks for the end', async () => {
    const vtiger = createVtiger();
    const answers = [[1], [], [2], [2], [], []];
    const [connector] = await target((request) =>
      isQuery(request)
        ? succeed((answers.shift() ?? []).map((number) => ({ id: `12x${number}`, email: 'a' })))
        : vtiger(request),
    );
    let seen = 0;
    const outcome = await connector.scan?.(CALL, 'contacts', ['email'], (rows) => {
      seen += rows.length;
      return true;
    });
    expect([outcome, seen, answers]).toEqual([{ ok: true, value: { complete: true } }, 2, []]);
  });

  it('makes no number of users among whom it is no administrator, although it is one', async () => {
    const vtiger = createVtiger();
    const [connector] = await target((request) =>
      isQuery(request) ? succeed([{ id: '19x1', is_admin: 'true' }]) : vtiger(request),
    );
    expect(await connector.accounts?.(CALL)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });

  it('does not read the same page for ever', async () => {
    const vtiger = createVtiger();
    const [connector] = await target((request) =>
      isQuery(request) ? succeed([{ id: '12x1', email: 'a@example.com' }]) : vtiger(request),
    );
    expect(await connector.scan?.(CALL, 'contacts', ['email'], () => true)).toMatchObject({
      ok: false,
      failure: { reason: 'schema_changed' },
    });
  });
});
