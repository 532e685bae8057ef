import { describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { connectorOf } from '../../support/connector-support.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import {
  BUDGET,
  CUSTOM,
  PERSONS,
  access,
  failure,
  page,
  respondAsPipedrive,
  success,
  user,
} from '../../support/pipedrive-server.ts';
import { createClosing, createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { describeWebConnector } from './contract.ts';

const CONNECTION = {
  platform: 'pipedrive',
  authentication: { method: 'api_token', token: { environment: 'TOKEN' } },
};
const OAUTH = {
  method: 'refresh_token',
  client_id: 'monitor',
  client_secret: { environment: 'CLIENT_SECRET' },
  refresh_token: { environment: 'REFRESH_TOKEN' },
};
const SECRETS = {
  TOKEN: 's3cret',
  CLIENT_SECRET: 's3cret-client',
  REFRESH_TOKEN: 's3cret-refresh',
};
const CALL = { timeoutMs: 5000 };
const instead =
  (pattern: RegExp, answer: GoodAnswer) =>
  ({ path }: SeenRequest): GoodAnswer | undefined =>
    pattern.test(path) ? answer : undefined;

describeWebConnector({
  name: 'pipedrive',
  respond: respondAsPipedrive,
  create: (url, authority) =>
    connectorOf(
      { ...CONNECTION, url, tls: { ca_file: 'ca.pem' } },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'persons',
  field: 'email',
  values: ['a@example.com', null, 'c@example.com'],
  isReadOnly: ({ method }) => method === 'GET',
  troubles: [
    {
      name: 'the tokens of the day are used up, for which it asks to wait three seconds',
      respond: () => ({
        ...failure(429),
        headers: { 'x-daily-ratelimit-token-remaining': '0', 'retry-after': '3' },
      }),
      expected: { login: 'quota_exhausted', limits: 'quota_exhausted', scan: 'quota_exhausted' },
    },
    {
      name: 'there were too many calls in two seconds',
      respond: () => ({ ...failure(429), headers: BUDGET }),
      expected: { login: 'rate_limited', scan: 'rate_limited' },
    },
    {
      name: 'Cloudflare keeps out who did not mind that',
      respond: () => ({
        status: 403,
        body: '<html>This error is produced by Cloudflare.</html>',
        headers: { 'content-type': 'text/html' },
      }),
      expected: { login: 'rate_limited', scan: 'rate_limited' },
    },
    {
      name: 'the company did not pay',
      respond: () => failure(402, 402),
      expected: { login: 'authorization', scan: 'authorization' },
    },
    {
      name: 'a success says that it is none, and why',
      respond: instead(/persons/, failure(200, 403)),
      expected: { scan: 'authorization' },
    },
    {
      name: 'a success says that it is none',
      respond: () => failure(200),
      expected: { login: 'server_error', scan: 'server_error', accounts: 'server_error' },
    },
    {
      name: 'the token may not list users',
      respond: instead(/v1\/users$/, failure(403, 403)),
      expected: { accounts: 'authorization' },
    },
    {
      name: 'the token is that of somebody who is no administrator',
      respond: instead(
        /users\/me/,
        success(user(2, true, access('global', true), access('sales', true))),
      ),
      expected: { integrations: 'unknown' },
    },
    {
      name: 'it is not said what the one who asks may do',
      respond: instead(/users\/me/, success({ id: 2 })),
      expected: { integrations: 'unknown' },
    },
    {
      name: 'it is not said who asks',
      respond: instead(/users\/me/, success(null)),
      expected: { integrations: 'schema_changed' },
    },
    {
      name: 'web hooks do not say how their last delivery went',
      respond: instead(/webhooks/, success([{ id: 1, is_active: 1 }])),
      expected: { integrations: 'schema_changed' },
    },
    {
      name: 'web hooks are refused',
      respond: instead(/webhooks/, failure(403, 403)),
      expected: { integrations: 'authorization' },
    },
    {
      name: 'the budget is not told',
      respond: instead(/users\/me/, success({ id: 1 })),
      expected: { limits: 'unknown' },
    },
    {
      name: 'only half of the budget is told',
      respond: instead(/users\/me/, {
        ...success({ id: 1 }),
        headers: { 'x-daily-ratelimit-token-remaining': '100', 'x-daily-requests-left': '9999' },
      }),
      expected: { limits: 'unknown' },
    },
    {
      name: 'a field was removed',
      respond: instead(/persons/, success([{ id: 1 }], { additional_data: {} })),
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'a field became something else',
      respond: instead(/persons/, success([{ id: 1, emails: { work: 'a@example.com' } }])),
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'a page leads to itself',
      respond: instead(
        /persons/,
        success(PERSONS, { additional_data: { next_cursor: 'from-500' } }),
      ),
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'a full page does not say whether there is another',
      respond: instead(/persons/, success(Array.from({ length: 500 }, () => PERSONS[0]))),
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'a full page has data beside it, but none that says whether there is another',
      respond: instead(
        /persons/,
        success(
          Array.from({ length: 500 }, () => PERSONS[0]),
          { additional_data: {} },
        ),
      ),
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'pages lead to each other',
      respond: ({ path }) =>
        path.includes('persons')
          ? success(PERSONS, { additional_data: { next_cursor: path.includes('=b') ? 'a' : 'b' } })
          : undefined,
      expected: { scan: 'schema_changed' },
    },
    {
      name: 'it lists no active user, although it is asked by one',
      respond: instead(/v1\/users$/, success([user(3, false, access('sales', true))])),
      expected: { accounts: 'schema_changed' },
    },
    {
      name: 'it is not said who is active',
      respond: instead(/v1\/users$/, success([{ id: 1, access: [] }])),
      expected: { accounts: 'schema_changed' },
    },
  ],
});

const closing = createClosing();
const startTarget = createTargets(closing);

const target = (changes: object = {}, answer: Respond = respondAsPipedrive): Promise<Target> =>
  startTarget({ respond: answer, connection: { ...CONNECTION, ...changes }, secrets: SECRETS });

/** Values of fields of all persons. */
async function valuesOf(
  connector: Connector,
  ...fields: readonly string[]
): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  const outcome = await connector.scan?.(CALL, 'persons', fields, (rows) => {
    seen.push(...rows.map((row) => fields.map((field) => row[field])));
    return true;
  });
  expect(outcome).toEqual({ ok: true, value: { complete: true } });
  return seen;
}

describe('pipedrive', () => {
  it('has only what its API can tell', async () => {
    const [connector] = await target();
    expect(await connector.ping?.(CALL)).toMatchObject({ ok: true });
    const { jobs, logins, auditTrail, apiTokens, aggregate } = connector;
    for (const absent of [jobs, logins, auditTrail, apiTokens, aggregate]) {
      expect(absent).toBeUndefined();
    }
  });

  it('tells the tokens of the day, and who administers the account', async () => {
    const [connector] = await target();
    expect(await connector.limits?.(CALL)).toEqual({
      ok: true,
      value: [{ name: 'api_tokens_daily', limit: 150_000, remaining: 127_320 }],
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        privilegedUsers: { value: 1 },
        secondFactorUsers: { known: false, reason: 'not_supported' },
        lockedUsers: { known: false, reason: 'not_supported' },
        inactiveUsers: { value: 0 },
      },
    });
  });

  it('makes no number of what it may not see of users', async () => {
    const [connector] = await target({}, () => success([{ id: 1, active_flag: true }]));
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: { value: 1 }, privilegedUsers: { known: false } },
    });
  });

  it('reads the primary address, the value of money, and nothing out of an empty list', async () => {
    const fields = {
      email: 'emails',
      phone: 'phones',
      organization: 'org_id',
      worth: `custom_fields.${CUSTOM}`,
      labels: 'label_ids',
    };
    const [connector] = await target({ objects: { persons: { entity: 'persons', fields } } });
    expect(await valuesOf(connector, ...Object.keys(fields))).toEqual([
      ['a@example.com', null, 7, 12.5, '1,2'],
      [null, null, null, null, null],
      ['c@example.com', null, 7, null, null],
    ]);
  });

  it('counts records alone without asking for a field', async () => {
    const [connector] = await target();
    expect(await valuesOf(connector)).toEqual([[], [], []]);
  });

  it('reads all pages of an object by their cursors', async () => {
    const many = Array.from({ length: 1001 }, (_, index) => ({ ...PERSONS[0], id: index }));
    const [connector, server] = await target({}, ({ path }) =>
      page(many, new URL(path, 'http://acme.pipedrive.test').searchParams),
    );
    expect(new Set((await valuesOf(connector, 'id')).flat()).size).toBe(1001);
    expect(server.seen.map(({ path }) => path)).toEqual([
      '/api/v2/persons?limit=500&sort_by=id&sort_direction=asc',
      '/api/v2/persons?limit=500&sort_by=id&sort_direction=asc&cursor=from-500',
      '/api/v2/persons?limit=500&sort_by=id&sort_direction=asc&cursor=from-1000',
    ]);
  });

  it('stops reading when it is told to', async () => {
    const [connector, server] = await target({}, () =>
      success(PERSONS, { additional_data: { next_cursor: `from-${server.seen.length}` } }),
    );
    expect(await connector.scan?.(CALL, 'persons', ['id'], () => false)).toEqual({
      ok: true,
      value: { complete: false },
    });
    expect(server.seen.length).toBe(1);
  });

  it.each(['persons/1', 'users', '../v1/users', 'leads'])('refuses %j as an entity', (entity) => {
    const objects = { persons: { entity, fields: { email: 'emails' } } };
    const connection = { ...CONNECTION, url: 'https://acme.pipedrive.com', objects };
    expect(() => connectorOf(connection, SECRETS)).toThrow('entity');
  });
});

it('refuses an address for tokens that cannot be reached', () => {
  const connection = { ...CONNECTION, url: 'https://acme.pipedrive.com' };
  const token_url = 'https://oauth.pipedrive.com:0/oauth/token';
  expect(() => connectorOf({ ...connection, authentication: OAUTH, token_url }, SECRETS)).toThrow(
    'token_url',
  );
});

/** A server for tokens, apart from that of the API, as Pipedrive has it. */
async function tokens(answer: () => GoodAnswer): Promise<FaultServer> {
  const server = await startFaultServer({
    respond: ({ method, path }) =>
      method === 'POST' && path === '/oauth/token' ? answer() : { status: 404, body: {} },
  });
  closing(server);
  return server;
}

describe('pipedrive by OAuth', () => {
  it('gets one token for all probes, and the secrets of the client go nowhere else', async () => {
    const granted = { access_token: 'access-1', expires_in: 3600, refresh_token: 's3cret-refresh' };
    const endpoint = await tokens(() => ({ body: granted }));
    const token_url = `${endpoint.url}/oauth/token`;
    const [connector, server] = await target({ authentication: OAUTH, token_url });
    expect(await connector.accounts?.(CALL)).toMatchObject({ ok: true });
    expect(await valuesOf(connector, 'id')).toHaveLength(3);
    expect(endpoint.seen.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toEqual([
      {
        grant_type: 'refresh_token',
        client_id: 'monitor',
        client_secret: 's3cret-client',
        refresh_token: 's3cret-refresh',
      },
    ]);
    expect(JSON.stringify(server.seen)).not.toContain('s3cret');
    expect(await connector.login?.(CALL)).toMatchObject({ ok: true });
    expect(endpoint.seen).toHaveLength(2);
  });

  it('gets another token when one is refused before its time', async () => {
    let count = 0;
    const endpoint = await tokens(() => ({ body: { access_token: `access-${count++}` } }));
    const token_url = `${endpoint.url}/oauth/token`;
    const [connector] = await target({ authentication: OAUTH, token_url });
    expect(await connector.accounts?.(CALL)).toMatchObject({ ok: true });
    expect(endpoint.seen).toHaveLength(2);
  });

  it('says that it may not log in when the refresh token was not used for 60 days', async () => {
    const refused = { status: 400, body: { success: false, error: 'invalid_grant' } };
    const endpoint = await tokens(() => refused);
    const token_url = `${endpoint.url}/oauth/token`;
    const [connector, server] = await target({ authentication: OAUTH, token_url });
    for (let round = 0; round < 2; round++) {
      expect(await connector.login?.(CALL)).toMatchObject({
        failure: { reason: 'authentication' },
      });
    }
    expect(endpoint.seen).toHaveLength(1);
    expect(server.seen).toEqual([]);
  });
});
