import { describe, expect, it } from 'vitest';

import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { AUTOVACUUM } from './odoo-models.ts';
import { JSON2, JSONRPC, SECRETS, json2, jsonrpc, questionOf } from './odoo-server.ts';

const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);

const startTarget = createTargets();

const target = (connection: object, respond: Respond): Promise<Target> =>
  startTarget({ respond, connection, secrets: SECRETS });

/** Answers some of the questions otherwise. */
function but(pattern: RegExp, body: object | number): (request: SeenRequest) => GoodAnswer {
  return (request) => {
    const { model, called } = questionOf(request);
    return pattern.test(`${model}/${called}`)
      ? { body: typeof body === 'number' ? String(body) : body }
      : json2(request);
  };
}

const BOTH = [
  ['JSON-2', JSON2, json2],
  ['JSON-RPC', JSONRPC, jsonrpc],
] as const;

describe.each(BOTH)('what odoo tells of activity by %s', (...row) => {
  const [protocol, connection, respond] = row;

  it('counts log-ins from the time on, and says that failed ones are not kept', async () => {
    const [connector, server] = await target(connection, respond);
    await connector.latency?.(CALL);
    const before = server.seen.length;
    const logins = await connector.logins?.(CALL, Date.UTC(2026, 0, 5, 8, 10));
    const notSupported = { known: false, reason: 'not_supported' };
    expect(logins).toMatchObject({
      value: {
        failed: notSupported,
        failedByReason: notSupported,
        succeeded: { known: true, value: 2 },
      },
    });
    // With JSON-RPC the administrator logs in as well.
    expect(server.seen.length - before).toBe(protocol === 'JSON-2' ? 3 : 4);
  });

  it('counts keys that open the API: not those that have ended or whose user is archived', async () => {
    const [connector, server] = await target(connection, respond);
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toEqual({
      ok: true,
      value: {
        active: { known: true, value: 2 },
        oldestAgeSeconds: { known: true, value: 10 * 86_400 },
      },
    });
    expect(server.seen.length).toBe(protocol === 'JSON-2' ? 4 : 5);
    const fields = server.seen.flatMap((request) => questionOf(request).parameters['fields'] ?? []);
    expect(fields).toEqual(['id', 'create_date']);
  });

  it('counts messages that could not be sent and mailboxes that could not be collected', async () => {
    const [connector, server] = await target(connection, respond);
    expect(await connector.integrations?.(CALL, Date.UTC(2026, 0, 5, 8))).toEqual({
      ok: true,
      value: [
        { integration: 'message', failures: { known: true, value: 3 } },
        { integration: 'synchronisation', failures: { known: true, value: 1 } },
      ],
    });
    expect(server.seen.length).toBe(protocol === 'JSON-2' ? 6 : 7);
  });

  it('names the API that it asks, and when Odoo removes it', async () => {
    const [connector] = await target(connection, respond);
    const api =
      protocol === 'JSON-2'
        ? { api: 'json_2', removedAtMs: { known: false, reason: 'empty' } }
        : { api: 'json_rpc', removedAtMs: { value: Date.UTC(2028, 8, 1) } };
    expect(await connector.apiRemovals?.(CALL)).toMatchObject({ value: [api] });
  });
});

describe('what odoo tells of activity', () => {
  it.each([
    // A day after the last clearing, an hour after its start, and a moment before that.
    ['2126-01-06 03:00:00', '2026-01-04 03:00:00', true],
    ['2126-01-06 03:00:00', '2026-01-05 07:09:59', true],
    ['2126-01-06 03:00:00', '2026-01-05 07:10:00', false],
    // It never ran; it is due, and may run at this moment.
    ['2126-01-06 03:00:00', false, true],
    ['2026-01-05 03:00:00', '2026-01-04 03:00:00', false],
  ])('with clearing due at %s and last at %s the log-ins are whole: %s', async (...row) => {
    const [nextcall, lastcall, isWhole] = row;
    const action = { id: AUTOVACUUM, active: true, nextcall, lastcall };
    const [connector] = await target(JSON2, but(/ir\.cron/, [action]));
    const succeeded = isWhole ? { value: 2 } : { known: false, reason: 'undetermined' };
    expect(await connector.logins?.(CALL, Date.UTC(2026, 0, 5, 8, 10))).toMatchObject({
      value: { succeeded },
    });
  });

  it('takes log-ins for whole when clearing is switched off', async () => {
    const times = { nextcall: '2026-01-05 03:00:00', lastcall: '2026-01-04 03:00:00' };
    const action = { id: AUTOVACUUM, active: false, ...times };
    const [connector] = await target(JSON2, but(/ir\.cron/, [action]));
    expect(await connector.logins?.(CALL, Date.UTC(2026, 0, 5, 9))).toMatchObject({
      value: { succeeded: { value: 0 } },
    });
  });

  it('knows that there is no key, and no age of one', async () => {
    const [connector] = await target(JSONRPC, (request) =>
      questionOf(request).model === 'res.users.apikeys' &&
      questionOf(request).called === 'search_count'
        ? { body: { jsonrpc: '2.0', id: 1, result: 0 } }
        : jsonrpc(request),
    );
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: { value: 0 }, oldestAgeSeconds: { known: false, reason: 'empty' } },
    });
  });

  it('believes no key that there is none', async () => {
    const [connector] = await target(JSON2, but(/apikeys\/search_count/, 0));
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      failure: { reason: 'schema_changed' },
    });
  });

  it('counts no keys and e-mails of one who sees his own alone', async () => {
    const security_authentication = JSON2.authentication;
    const [connector] = await target({ ...JSON2, security_authentication }, json2);
    const refused = { ok: false, failure: { reason: 'authorization' } };
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject(refused);
    expect(await connector.integrations?.(CALL, NOW_MS)).toMatchObject(refused);
  });

  it('says of all that an administrator could tell that there is none', async () => {
    const { security_authentication: _administrator, ...alone } = JSON2;
    const [connector, server] = await target(alone, json2);
    const notPermitted = { known: false, reason: 'not_permitted' };
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: { byState: { failed: notPermitted }, failedSchedules: notPermitted },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: notPermitted, inactiveUsers: notPermitted },
    });
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: notPermitted },
    });
    expect(await connector.integrations?.(CALL, NOW_MS)).toMatchObject({
      value: [{ failures: notPermitted }, { failures: notPermitted }],
    });
    expect(server.seen).toEqual([]);
  });

  it('counts every key of an active user before 18, when keys did not end', async () => {
    const created = { create_date: { type: 'datetime', store: true, searchable: true } };
    const [connector, server] = await target(JSON2, but(/apikeys\/fields_get/, created));
    expect(await connector.apiTokens?.(CALL, NOW_MS)).toMatchObject({
      value: { active: { value: 3 } },
    });
    expect(JSON.stringify(server.seen.map(({ body }) => body).slice(2))).not.toContain('expir');
  });

  it('counts mails alone where no text messages are sent, and says what is not installed', async () => {
    const mail = { id: 2, model: 'mail.mail' };
    const [connector] = await target(JSON2, but(/ir\.model\//, [mail]));
    const sinceMs = Date.UTC(2026, 0, 5, 8);
    const notSupported = { known: false, reason: 'not_supported' };
    expect(await connector.integrations?.(CALL, sinceMs)).toMatchObject({
      value: [{ failures: { value: 1 } }, { failures: notSupported }],
    });
    const [bare] = await target(JSON2, but(/ir\.model\//, []));
    expect(await bare.integrations?.(CALL, sinceMs)).toMatchObject({
      value: [{ failures: notSupported }, { failures: notSupported }],
    });
  });

  it('does not know of mailboxes before 19, which forgot what failed', async () => {
    const [connector] = await target(JSON2, but(/fetchmail\.server\/fields_get/, {}));
    expect(await connector.integrations?.(CALL, Date.UTC(2026, 0, 5, 8))).toMatchObject({
      value: [{ failures: { value: 3 } }, { failures: { reason: 'not_supported' } }],
    });
  });

  it('asks with the second identity alone', async () => {
    const [connector, server] = await target(JSON2, json2);
    await connector.logins?.(CALL, NOW_MS);
    await connector.apiTokens?.(CALL, NOW_MS);
    await connector.integrations?.(CALL, NOW_MS);
    const keys = server.seen.map(({ headers }) => headers['authorization']);
    expect(new Set(keys)).toEqual(new Set(['bearer s3cret-too']));
  });

  it('names both APIs where each identity uses another', async () => {
    const both = { ...JSON2, security_authentication: JSONRPC.security_authentication };
    const [connector] = await target(both, (request) =>
      request.path === '/jsonrpc' ? jsonrpc(request) : json2(request),
    );
    expect(await connector.apiRemovals?.(CALL)).toMatchObject({
      value: [{ api: 'json_2' }, { api: 'json_rpc' }],
    });
  });
});
