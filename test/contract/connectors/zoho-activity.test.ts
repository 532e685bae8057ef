import { describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { createSystemClock } from '../../../src/std/std.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { MODULES, TOKEN_PATH, createResponder, failure, refusal } from './zoho-server.ts';
import type { Settings } from './zoho-server.ts';

const AUTHENTICATION = {
  method: 'refresh_token',
  client_id: '1000.ABC',
  client_secret: { environment: 'SECRET' },
  refresh_token: { environment: 'REFRESH' },
};
const SECRETS = { SECRET: 's3cret', REFRESH: 'refresh-s3cret', OTHER: 'other-refresh' };
const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const SINCE_MS = NOW_MS - 3_600_000;

const startTarget = createTargets();

const target = (answer: Respond, changes: object = {}): Promise<Target> =>
  startTarget({
    respond: answer,
    connection: (url) => ({
      platform: 'zoho',
      authentication: AUTHENTICATION,
      accounts_url: url,
      ...changes,
    }),
    secrets: SECRETS,
    dependencies: { clock: { ...createSystemClock(), now: () => NOW_MS } },
  });

const withSettings = (settings: Settings): ReturnType<typeof target> =>
  target(createResponder(MODULES, settings));

const dataOf = (server: FaultServer): readonly SeenRequest[] =>
  server.seen.filter(({ path }) => path !== TOKEN_PATH);

const webhooks = (failures: object): object => ({
  ok: true,
  value: [{ integration: 'webhook', failures }],
});

describe('the web hooks of zoho', () => {
  it('counts what failed since a time to the second, whatever the zone it is written in', async () => {
    const [connector, server] = await withSettings({
      failures: [
        failure(1, '2026-01-05T09:00:00+00:00'),
        failure(2, '2026-01-05T13:30:00+05:30'),
        failure(3, '2026-01-04T20:00:00-12:00'),
        failure(4, '2026-01-05T13:29:59+05:30'),
        failure(5, '2026-01-04T19:59:59-12:00'),
        failure(6, '2026-01-05T07:59:59+00:00'),
      ],
    });
    expect(await connector.integrations?.(CALL, SINCE_MS)).toEqual(
      webhooks({ known: true, value: 3 }),
    );
    expect(dataOf(server).map(({ path }) => new URL(path, 'http://crm.test').search)).toEqual([
      '?from=2026-01-04&per_page=200&page=1',
    ]);
  });

  it('takes no content for 0 where the organisation is there', async () => {
    const [connector, server] = await withSettings({});
    expect(await connector.integrations?.(CALL, SINCE_MS)).toEqual(
      webhooks({ known: true, value: 0 }),
    );
    expect(dataOf(server)).toHaveLength(2);
  });

  it('reads all pages, each failure once, and counts no part of too many', async () => {
    const many = Array.from({ length: 450 }, (_, id) => failure(id, '2026-01-05T08:30:00+00:00'));
    const [connector, server] = await withSettings({ failures: many });
    expect(await connector.integrations?.(CALL, SINCE_MS)).toEqual(
      webhooks({ known: true, value: 450 }),
    );
    expect(dataOf(server)).toHaveLength(3);
    const respond = createResponder(MODULES, { failures: many });
    // One came while the pages were read, and moved the last of a page to the next one.
    const [shifted] = await target((request) =>
      /&page=[23]/.test(request.path)
        ? createResponder(MODULES, {
            failures: [failure(999, '2026-01-05T08:59:00+00:00'), ...many],
          })(request)
        : respond(request),
    );
    expect(await shifted.integrations?.(CALL, SINCE_MS)).toEqual(
      webhooks({ known: true, value: 450 }),
    );
    const more = Array.from({ length: 2001 }, (_, id) => failure(id, '2026-01-05T07:00:00+00:00'));
    const [tooMany] = await withSettings({ failures: more });
    expect(await tooMany.integrations?.(CALL, SINCE_MS)).toMatchObject(
      webhooks({ known: false, reason: 'too_large' }),
    );
  });

  it('does not ask for more days than Zoho tells of', async () => {
    const [connector, server] = await withSettings({});
    expect(await connector.integrations?.(CALL, NOW_MS - 30 * 86_400_000)).toMatchObject(
      webhooks({ known: false, reason: 'not_supported' }),
    );
    expect(server.seen).toEqual([]);
  });

  it.each([
    ['a failure has no time', [{ ...failure(1, ''), failure_time: null }]],
    ['a failure has no id', [{ ...failure(1, '2026-01-05T08:30:00Z'), id: 7 }]],
  ])('makes no number when %s', async (_name, failures) => {
    const [connector] = await target((request) =>
      request.path.includes('/webhook_failures')
        ? { body: { webhook_failures: failures, info: { more_records: false } } }
        : createResponder()(request),
    );
    expect(await connector.integrations?.(CALL, SINCE_MS)).toMatchObject({
      ok: false,
      failure: { reason: 'schema_changed' },
    });
  });

  it('makes no number where it is not said whether there is more, or more is promised and not there', async () => {
    const body = (info: object): GoodAnswer => ({
      body: { webhook_failures: [failure(1, '2026-01-05T08:30:00Z')], info },
    });
    const answering = async (info: object): Promise<Connector> => {
      const [connector] = await target((request) =>
        request.path.includes('/webhook_failures') && request.path.includes('&page=1')
          ? body(info)
          : createResponder()(request),
      );
      return connector;
    };
    const silent = await answering({ count: 1 });
    expect(await silent.integrations?.(CALL, SINCE_MS)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
    const promising = await answering({ more_records: true });
    expect(await promising.integrations?.(CALL, SINCE_MS)).toMatchObject({
      failure: { reason: 'bad_payload' },
    });
  });
});

describe('the licences of zoho', () => {
  it('are told with those that are left, in one call', async () => {
    const [connector, server] = await withSettings({});
    expect(await connector.limits?.(CALL)).toEqual({
      ok: true,
      value: [{ name: 'user_licences', limit: 10, remaining: 3 }],
    });
    expect(dataOf(server)).toHaveLength(1);
  });

  it('are none where the edition does not tell them', async () => {
    const [connector] = await withSettings({ licences: [] });
    expect(await connector.limits?.(CALL)).toEqual({ ok: true, value: [] });
  });

  it('are no number where one is missing', async () => {
    const [connector] = await withSettings({
      licences: [{ api_name: 'user_licenses', details: { limits: { total: 10 } } }],
    });
    expect(await connector.limits?.(CALL)).toMatchObject({
      ok: false,
      failure: { reason: 'schema_changed' },
    });
  });
});

describe('the second identity of zoho', () => {
  const security_authentication = { ...AUTHENTICATION, refresh_token: { environment: 'OTHER' } };
  function respond(request: SeenRequest): GoodAnswer {
    if (request.path === TOKEN_PATH && request.body.includes('other-refresh')) {
      return { body: { access_token: 'other-token', expires_in: 3600 } };
    }
    if (request.headers['authorization'] !== 'Zoho-oauthtoken other-token') {
      return createResponder()(request);
    }
    const isForIt = /\/(users|webhook_failures|org)\b/.test(request.path);
    const headers = { ...request.headers, authorization: 'Zoho-oauthtoken token-s3cret' };
    return isForIt
      ? createResponder()({ ...request, headers })
      : refusal(401, 'OAUTH_SCOPE_MISMATCH');
  }

  it('alone asks for users and web hooks, and is watched for its end', async () => {
    const [connector, server] = await target(respond, {
      security_authentication,
      credential_ends: { security: '2027-03-01' },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({ ok: true });
    expect(await connector.integrations?.(CALL, SINCE_MS)).toMatchObject({ ok: true });
    const activity = dataOf(server);
    expect(new Set(activity.map(({ headers }) => headers['authorization']))).toEqual(
      new Set(['Zoho-oauthtoken other-token']),
    );
    expect(await connector.limits?.(CALL)).toMatchObject({ ok: true });
    expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
    const data = dataOf(server).slice(activity.length);
    expect(new Set(data.map(({ headers }) => headers['authorization']))).toEqual(
      new Set(['Zoho-oauthtoken token-s3cret']),
    );
    expect(await connector.credentials?.(CALL)).toMatchObject({
      value: [{ identity: 'data' }, { identity: 'security', endsAtMs: { known: true } }],
    });
  });
});
