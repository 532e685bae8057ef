import { describe, expect, it } from 'vitest';

import type {
  Aggregate,
  ConnectorDependencies,
} from '../../../src/exporter/connectors/connectors.ts';
import { createSystemClock } from '../../../src/std/std.ts';
import { connectorOf, yamlOfDocument } from '../../support/connector-support.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { describeWebConnector } from './contract.ts';
import {
  CONTACTS,
  MODULES,
  NOTHING,
  TOKEN_PATH,
  createResponder,
  holdsQueriesAlone,
  refusal,
} from './zoho-server.ts';

const CONNECTION = {
  platform: 'zoho',
  authentication: {
    method: 'refresh_token',
    client_id: '1000.ABC',
    client_secret: { environment: 'SECRET' },
    refresh_token: { environment: 'REFRESH' },
  },
};
const SECRETS = { SECRET: 's3cret', REFRESH: 'refresh-s3cret' };
const CALL = { timeoutMs: 5000 };

const respond = createResponder();
const COMPOSITE_PATH = '/crm/v8/__composite_requests';
const isQuery = ({ path }: SeenRequest): boolean =>
  path.endsWith('/coql') || path === COMPOSITE_PATH;
const always =
  (answer: GoodAnswer) =>
  (request: SeenRequest): GoodAnswer | undefined =>
    isQuery(request) ? answer : undefined;

describeWebConnector({
  name: 'zoho',
  respond,
  create: (url, authority) =>
    connectorOf(
      { ...CONNECTION, url, accounts_url: url, tls: { ca_file: 'ca.pem' } },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', null, 'c@example.com'],
  isReadOnly: ({ method, path, body }) =>
    method === 'GET' ||
    (method === 'POST' && [TOKEN_PATH, '/crm/v8/coql'].includes(path)) ||
    (path === COMPOSITE_PATH && holdsQueriesAlone(body)),
  isLogIn: ({ path }) => path === TOKEN_PATH,
  troubles: [
    {
      name: 'the token has no scope for queries, which comes with 401',
      respond: always(refusal(401, 'OAUTH_SCOPE_MISMATCH')),
      expected: { scan: 'authorization', aggregate: 'authorization' },
    },
    {
      name: 'the profile may not see a module',
      respond: always(refusal(403, 'NO_PERMISSION')),
      expected: { scan: 'authorization', aggregate: 'authorization' },
    },
    {
      name: 'too many calls run at the same time',
      respond: always(refusal(429, 'TOO_MANY_REQUESTS', { 'x-api-credits-remaining': '900' })),
      expected: { scan: 'rate_limited', aggregate: 'rate_limited' },
    },
    {
      name: 'the credits of 24 hours are used up',
      respond: always(refusal(429, 'TOO_MANY_REQUESTS', { 'x-api-credits-remaining': '0' })),
      expected: { scan: 'quota_exhausted', aggregate: 'quota_exhausted' },
    },
    {
      name: 'a module was removed',
      respond: always(refusal(400, 'INVALID_MODULE')),
      expected: { scan: 'not_found', aggregate: 'not_found' },
    },
    {
      name: 'the profile may not manage workflows, and the token has no scope for features',
      respond: ({ path }) => {
        if (path.includes('/webhook_failures')) return refusal(403, 'NO_PERMISSION');
        return path.includes('/__features') ? refusal(401, 'OAUTH_SCOPE_MISMATCH') : undefined;
      },
      expected: { integrations: 'authorization', limits: 'authorization' },
    },
    {
      name: 'all is answered with nothing',
      respond: ({ path }) => (path === TOKEN_PATH ? undefined : NOTHING),
      expected: { integrations: 'bad_payload', limits: 'bad_payload' },
    },
    {
      name: 'a field was removed',
      respond: (request) =>
        isQuery(request) && request.body.includes('Email')
          ? refusal(400, 'INVALID_QUERY')
          : undefined,
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'queries find nothing although there are records',
      respond: always(NOTHING),
      expected: { scan: 'bad_payload', aggregate: 'bad_payload' },
    },
    {
      name: 'queries do not say whether there is more',
      respond: always({ body: { data: CONTACTS } }),
      expected: { scan: 'schema_changed', aggregate: 'schema_changed' },
    },
    {
      name: 'the refresh token was revoked, which comes with 200',
      respond: ({ path }) =>
        path === TOKEN_PATH ? { body: { error: 'invalid_code' } } : undefined,
      expected: { login: 'authentication', accounts: 'authentication', scan: 'authentication' },
    },
    {
      name: 'too many tokens were asked for',
      respond: ({ path }) =>
        path === TOKEN_PATH
          ? { status: 400, body: { error: 'Access Denied', status: 'failure' } }
          : undefined,
      expected: { login: 'rate_limited', accounts: 'rate_limited' },
    },
  ],
});

const startTarget = createTargets();

const target = (
  answer: Respond = respond,
  changes: object = {},
  dependencies: Partial<ConnectorDependencies> = {},
): Promise<Target> =>
  startTarget({
    respond: answer,
    connection: (url) => ({ ...CONNECTION, accounts_url: url, ...changes }),
    secrets: SECRETS,
    dependencies,
  });

const dataOf = (server: FaultServer): readonly SeenRequest[] =>
  server.seen.filter(({ path }) => path !== TOKEN_PATH);

describe('zoho', () => {
  it('takes a refusal of the API as an answer', async () => {
    const [connector] = await target();
    expect(await connector.ping?.(CALL)).toMatchObject({
      ok: true,
      value: { version: { known: false, reason: 'not_supported' } },
    });
  });

  it('tells who works with it and administers it, and has no jobs, log-ins, audit trail or tokens', async () => {
    const [connector, server] = await target();
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 11 },
        privilegedUsers: { value: 2 },
        secondFactorUsers: { known: false, reason: 'not_supported' },
      },
    });
    expect(dataOf(server)).toHaveLength(2);
    const { jobs, logins, auditTrail, apiTokens } = connector;
    expect([jobs, logins, auditTrail, apiTokens].filter(Boolean)).toEqual([]);
  });

  it('asks for a new token no more often than every five minutes', async () => {
    let nowMs = 0;
    const clock = { ...createSystemClock(), monotonicMs: () => nowMs };
    const [connector, server] = await target(respond, {}, { clock });
    const tokens = (): number => server.seen.filter(({ path }) => path === TOKEN_PATH).length;
    for (let minute = 0; minute < 60; minute++) {
      nowMs = minute * 60_000;
      expect(await connector.login?.(CALL)).toMatchObject({ ok: true });
    }
    // One every five minutes, and the one that all probes share.
    expect(tokens()).toBeLessThanOrEqual(14);
  });

  it('says 0 only where the other records are all there are', async () => {
    const [connector] = await target();
    const asked: readonly Aggregate[] = [
      { kind: 'missing', field: 'last_name' },
      { kind: 'older_than', field: 'updated_at', before: '2025-01-01T00:00:00.000Z' },
      { kind: 'older_than', field: 'updated_at', before: '2025-02-01T00:00:00.001Z' },
      { kind: 'missing', field: 'email' },
    ];
    expect(await connector.aggregate?.(CALL, 'contacts', asked)).toMatchObject({
      value: [{ value: 0 }, { value: 0 }, { value: 1 }, { value: 1 }],
    });
    const [empty] = await target(createResponder({ Contacts: [] }));
    const all = [{ kind: 'rows' }, { kind: 'missing', field: 'email' }] as const;
    expect(await empty.aggregate?.(CALL, 'contacts', all)).toMatchObject({
      value: [{ value: 0 }, { value: 0 }],
    });
    const [half] = await target((request) =>
      isQuery(request) && request.body.includes('Email is null') ? NOTHING : respond(request),
    );
    expect(await half.aggregate?.(CALL, 'contacts', all)).toMatchObject({
      ok: false,
      failure: { reason: 'bad_payload' },
    });
  });

  it('says 0 although records come while it counts', async () => {
    const contacts = [...CONTACTS];
    const [connector] = await target((request) => {
      const answer = createResponder({ ...MODULES, Contacts: contacts })(request);
      if (isQuery(request) && request.body.includes('Last_Name is null')) {
        contacts.push({ ...CONTACTS[0], id: '554023000000310009' });
      }
      return answer;
    });
    const asked = [{ kind: 'rows' }, { kind: 'missing', field: 'last_name' }] as const;
    expect(await connector.aggregate?.(CALL, 'contacts', asked)).toMatchObject({
      value: [{ value: 3 }, { value: 0 }],
    });
  });

  it('leaves to the scan what cannot be filtered or grouped', async () => {
    const [connector] = await target((request) =>
      isQuery(request) && request.body.includes('Modified_Time')
        ? refusal(400, 'INVALID_QUERY')
        : respond(request),
    );
    const notSupported = { known: false, reason: 'not_supported' };
    const asked: readonly Aggregate[] = [
      { kind: 'rows' },
      { kind: 'older_than', field: 'updated_at', before: '2025-01-01T00:00:00.000Z' },
      { kind: 'duplicates', key: ['email'] },
      { kind: 'keyed', key: ['email'] },
      { kind: 'orphans', field: 'account', object: 'accounts' },
    ];
    expect(await connector.aggregate?.(CALL, 'contacts', asked)).toMatchObject({
      value: [{ value: 3 }, notSupported, notSupported, notSupported, notSupported],
    });
  });

  it('reads lookups as their ids, lists as texts, and all pages although records come before', async () => {
    const many = Array.from({ length: 4500 }, (_, index) => ({
      id: `55402300000${4_000_000 + index}`,
      Email: `${index}@example.com`,
    }));
    const [connector, server] = await target(createResponder({ ...MODULES, Contacts: many }));
    const seen: unknown[] = [];
    const scan = await connector.scan?.(CALL, 'contacts', ['email'], (rows) => {
      seen.push(...rows.map(({ email }) => email));
      return true;
    });
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(new Set(seen).size).toBe(4500);
    expect(dataOf(server)).toHaveLength(3);
    const fields = { account: 'Account_Name', languages: 'Languages' };
    const objects = { contacts: { entity: 'Contacts', fields } };
    const [other] = await target(respond, { objects });
    const rows: unknown[] = [];
    await other.scan?.(CALL, 'contacts', ['account', 'languages'], (page) => {
      rows.push(...page);
      return true;
    });
    const account = '554023000000238116';
    expect(rows).toEqual([
      { account, languages: 'en;de' },
      { account, languages: null },
      { account, languages: 'en' },
    ]);
  });

  it('takes no content for an empty module, where a count says so', async () => {
    const empty = createResponder({ Contacts: [], Accounts: [] });
    const [connector] = await target(empty);
    const scan = await connector.scan?.(CALL, 'contacts', ['email'], () => true);
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
    const [wrong] = await target((request) =>
      request.path.includes('/Accounts?') ? NOTHING : respond(request),
    );
    expect(await wrong.latency?.(CALL)).toMatchObject({
      ok: false,
      failure: { reason: 'bad_payload' },
    });
  });

  it('knows where tokens come from in each data centre, and asks where it does not', () => {
    const { accounts_url: _url, ...rest } = { ...CONNECTION, accounts_url: '' };
    for (const url of ['https://www.zohoapis.eu', 'https://www.zohoapis.ca/']) {
      expect(connectorOf({ ...rest, url }, SECRETS).platform).toBe('zoho');
    }
    expect(() => connectorOf({ ...rest, url: 'https://crm.example.com' }, SECRETS)).toThrow(
      'none of the data centres',
    );
  });

  it('refuses names that could break out of a query', () => {
    for (const field of ["Email'", 'Email is null or id', 'Account_Name.Phone', 'a->b', '1a']) {
      const objects = { contacts: { entity: 'Contacts', fields: { field } } };
      const connection = { ...CONNECTION, url: 'https://www.zohoapis.eu', objects };
      expect(() => connectorOf(connection, SECRETS)).toThrow('an API name');
    }
  });

  it('is configured by the example of its page', () => {
    const { connection } = yamlOfDocument('docs/connectors/zoho.md') as { connection: object };
    expect(connectorOf(connection, {}).platform).toBe('zoho');
  });
});
