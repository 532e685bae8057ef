import { describe, expect, it } from 'vitest';

import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import { JSON2, JSONRPC, SECRETS, json2, jsonrpc, questionOf, rpcError } from './odoo-server.ts';

const CALL = { timeoutMs: 5000 };
const NOW_MS = Date.UTC(2026, 0, 5, 9);

const startTarget = createTargets();

const target = (connection: object, respond: Respond): Promise<Target> =>
  startTarget({ respond, connection, secrets: SECRETS });

/** As it would be before version 18, whose actions count no failures and users have but one list of groups. */
function older(request: SeenRequest): GoodAnswer {
  const { called } = questionOf(request);
  const answer = jsonrpc(request);
  if (called !== 'fields_get') return answer;
  const { result } = answer.body as { result: Record<string, unknown> };
  const { failure_count: _failures, all_group_ids: _groups, totp_enabled: _totp, ...rest } = result;
  return { body: { jsonrpc: '2.0', id: 1, result: rest } };
}

describe('odoo', () => {
  it.each([
    ['JSON-2', JSON2, json2, '19.0'],
    ['JSON-RPC', JSONRPC, jsonrpc, '18.0'],
  ] as const)(
    'tells its version, what is due and failed, and who may what by %s',
    async (...row) => {
      const [, connection, respond, version] = row;
      const [connector] = await target(connection, respond);
      expect(await connector.ping?.(CALL)).toMatchObject({
        value: { version: { value: version } },
      });
      expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
        value: {
          byState: {
            pending: { value: 2 },
            running: { known: false, reason: 'not_supported' },
            failed: { value: 1 },
          },
          oldestPendingAgeSeconds: { value: 3600 },
          failedSchedules: { value: 1 },
        },
      });
      expect(await connector.accounts?.(CALL)).toMatchObject({
        value: {
          activeUsers: { value: 3 },
          privilegedUsers: { value: 2 },
          secondFactorUsers: { value: 1 },
          // Who was there 91 days ago and 89 days ago was there, and who was not since 91 days is not.
          inactiveUsers: { value: 1 },
        },
      });
      expect(connector.auditTrail).toBeUndefined();
      expect(connector.limits).toBeUndefined();
    },
  );

  it('does not know what older versions do not have', async () => {
    const [connector] = await target(JSONRPC, older);
    expect(await connector.jobs?.(CALL, NOW_MS)).toMatchObject({
      value: {
        byState: { pending: { value: 2 }, failed: { reason: 'not_supported' } },
        failedSchedules: { reason: 'not_supported' },
      },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { privilegedUsers: { value: 2 }, secondFactorUsers: { reason: 'not_supported' } },
    });
  });

  it('does not count by a field that Odoo would leave out of a search in silence', async () => {
    // Odoo 14 computes it and cannot search it (addons/auth_totp/models/res_users.py); then all users would be found.
    const [connector] = await target(JSONRPC, (request) => {
      const answer = jsonrpc(request);
      if (questionOf(request).called !== 'fields_get') return answer;
      const { result } = answer.body as { result: Record<string, object> };
      const computed = { type: 'boolean', store: false, searchable: false };
      return { body: { jsonrpc: '2.0', id: 1, result: { ...result, totp_enabled: computed } } };
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: { value: 3 }, secondFactorUsers: { reason: 'not_supported' } },
    });
  });

  it('refuses names that could break out of a path, a domain or an aggregate', async () => {
    for (const object of [
      { entity: 'res.partner/unlink', fields: { a: 'name' } },
      { entity: 'res..partner', fields: { a: 'name' } },
      { entity: 'res.partner', fields: { a: 'name:min' } },
      { entity: 'res.partner', fields: { a: 'parent_id.name' } },
      { entity: 'res.partner', fields: { a: 'max(id)' } },
    ]) {
      const connection = { ...JSON2, objects: { x: object } };
      await expect(target(connection, json2)).rejects.toThrow('a name such as res.partner');
    }
  });

  it('says what it may not see without an administrator', async () => {
    const { security_authentication: _security, ...data } = JSON2;
    const [connector, server] = await target(data, json2);
    const notPermitted = { known: false, reason: 'not_permitted' };
    expect(await connector.jobs?.(CALL, 0)).toMatchObject({
      value: { oldestPendingAgeSeconds: notPermitted },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: notPermitted },
    });
    expect(await connector.logins?.(CALL, 0)).toMatchObject({
      value: { failed: { reason: 'not_supported' }, succeeded: notPermitted },
    });
    expect(await connector.apiTokens?.(CALL, 0)).toMatchObject({ value: { active: notPermitted } });
    expect(await connector.integrations?.(CALL, 0)).toMatchObject({
      value: [{ failures: notPermitted }, { failures: notPermitted }],
    });
    expect(server.seen).toEqual([]);
  });

  it.each([
    ['JSON-2', JSON2, json2],
    ['JSON-RPC', JSONRPC, jsonrpc],
  ] as const)('counts what is missing in 20 fields with one aggregate by %s', async (...row) => {
    const [, connection, respond] = row;
    const names = Array.from({ length: 20 }, (_, index) => `x_field${index}`);
    const fields = Object.fromEntries(names.map((name) => [name, name]));
    const objects = { contacts: { entity: 'res.partner', fields } };
    const [connector, server] = await target({ ...connection, objects }, respond);
    await connector.latency?.(CALL);
    const before = server.seen.length;
    const missing = names.map((field) => ({ kind: 'missing', field }) as const);
    const counted = await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]);
    expect(counted).toMatchObject({ ok: true });
    expect(counted?.ok === true && counted.value.every(({ known }) => known)).toBe(true);
    // What the fields are, which is remembered, and how many are filled.
    expect(server.seen.length - before).toBe(2);
    await connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...missing]);
    expect(server.seen.length - before).toBe(3);
  });

  it('asks anew what the fields are when a pass failed by it', async () => {
    let isBroken = false;
    const [connector, server] = await target(JSON2, (request) =>
      isBroken && request.path.includes('read_group')
        ? { status: 422, body: { name: 'builtins.ValueError', message: 'Invalid field' } }
        : json2(request),
    );
    const asked = (): number =>
      server.seen.filter(({ path }) => path.endsWith('fields_get')).length;
    const missing = [{ kind: 'missing', field: 'email' }] as const;
    const pass = async (): Promise<unknown> => connector.aggregate?.(CALL, 'contacts', missing);
    expect(await pass()).toMatchObject({ ok: true });
    isBroken = true;
    expect(await pass()).toMatchObject({ ok: false });
    isBroken = false;
    expect(asked()).toBe(1);
    expect(await pass()).toMatchObject({ ok: true });
    expect(asked()).toBe(2);
  });

  it('counts what is older, and duplicates where the server compares as a scan does', async () => {
    const fields = {
      company: 'parent_id',
      email: 'email',
      same: 'email_normalized',
      born: 'x_born',
      updated_at: 'write_date',
    };
    const objects = { contacts: { entity: 'res.partner', fields } };
    const [connector, server] = await target({ ...JSON2, objects }, json2);
    const before = '2026-01-02T00:00:00.000Z';
    const counted = await connector.aggregate?.(CALL, 'contacts', [
      { kind: 'older_than', field: 'updated_at', before },
      { kind: 'older_than', field: 'born', before },
      { kind: 'keyed', key: ['same'] },
      { kind: 'duplicates', key: ['same'] },
      { kind: 'duplicates', key: ['same', 'company'] },
      { kind: 'duplicates', key: ['email'] },
      { kind: 'orphans', field: 'company', object: 'contacts' },
    ]);
    const notSupported = { known: false, reason: 'not_supported' };
    expect(counted).toMatchObject({
      value: [
        { value: 2 },
        { value: 1 },
        { value: 3 },
        { value: 1 },
        { value: 0 },
        notSupported,
        notSupported,
      ],
    });
    const sent = server.seen.map((request) => questionOf(request).parameters);
    expect(sent).toContainEqual({ domain: [['write_date', '<', '2026-01-02 00:00:00']] });
    expect(sent).toContainEqual({ domain: [['x_born', '<=', '2026-01-01']] });
    // One to know the fields, one for the records, and one for each of five.
    expect(server.seen.length).toBe(7);
  });

  it('leaves duplicates to the scan by JSON-RPC, which has no having', async () => {
    const [connector] = await target(JSONRPC, jsonrpc);
    expect(
      await connector.aggregate?.(CALL, 'contacts', [
        { kind: 'duplicates', key: ['email_normalized'] },
      ]),
    ).toMatchObject({ value: [{ known: false, reason: 'not_supported' }] });
  });

  it.each(['', '  ', false])('does not count texts while the smallest is %j', async (smallest) => {
    const [connector] = await target(JSON2, (request) =>
      questionOf(request).called === 'formatted_read_group'
        ? { body: [{ __count: 4, 'email:count': 4, 'email:min': smallest }] }
        : json2(request),
    );
    expect(
      await connector.aggregate?.(CALL, 'contacts', [
        { kind: 'rows' },
        { kind: 'missing', field: 'email' },
      ]),
    ).toMatchObject({ value: [{ value: 4 }, { known: false, reason: 'not_supported' }] });
  });

  it('reads references, times, booleans, numbers and what is empty as what they are', async () => {
    const fields = {
      id: 'id',
      company: 'parent_id',
      tags: 'category_id',
      is_company: 'is_company',
      score: 'x_score',
      born: 'x_born',
      updated_at: 'write_date',
    };
    const objects = { contacts: { entity: 'res.partner', fields } };
    const [connector] = await target({ ...JSON2, objects }, json2);
    const seen: unknown[] = [];
    await connector.scan?.(CALL, 'contacts', Object.keys(fields), (rows) => {
      seen.push(...rows);
      return true;
    });
    expect(seen.slice(0, 2)).toEqual([
      {
        id: 1,
        company: 4,
        tags: 2,
        is_company: false,
        score: 0,
        born: '2026-01-01',
        updated_at: '2026-01-01T08:00:00.000Z',
      },
      {
        id: 2,
        company: null,
        tags: null,
        is_company: false,
        score: 0,
        born: null,
        updated_at: '2026-01-03T08:00:00.000Z',
      },
    ]);
    const empty = Object.keys(fields).map((field) => ({ kind: 'missing', field }) as const);
    const counted = await connector.aggregate?.(CALL, 'contacts', empty);
    const countable = counted?.ok === true && counted.value.map(({ known }) => known);
    // Of an id, a list, a boolean and a number Odoo cannot count what is empty.
    expect(countable).toEqual([false, true, false, false, false, true, true]);
  });

  it('reads all pages of an object, although records come before those that were read', async () => {
    const many = Array.from({ length: 2500 }, (_, index) => ({
      id: index + 1,
      email: `${index}@x`,
    }));
    const [connector, server] = await target(JSON2, (request) => {
      const { called, parameters } = questionOf(request);
      if (called !== 'search_read') return json2(request);
      const [[, , after]] = parameters['domain'] as [[string, string, number]];
      return { body: many.filter(({ id }) => id > after).slice(0, Number(parameters['limit'])) };
    });
    const seen: unknown[] = [];
    const scan = await connector.scan?.(CALL, 'contacts', ['email'], (rows) => {
      seen.push(...rows.map(({ email }) => email));
      return true;
    });
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(new Set(seen).size).toBe(2500);
    expect(server.seen.length).toBe(4);
  });

  it('logs in once by JSON-RPC, and again when the secret is refused', async () => {
    let isRevoked = false;
    const [connector, server] = await target(JSONRPC, (request) => {
      const { called } = questionOf(request);
      if (isRevoked && called !== '') {
        isRevoked = false;
        return rpcError('odoo.exceptions.AccessDenied', 'Access Denied');
      }
      return jsonrpc(request);
    });
    const logIns = (): number =>
      server.seen.filter((request) => questionOf(request).method === 'authenticate').length;
    await connector.latency?.(CALL);
    await connector.latency?.(CALL);
    expect(logIns()).toBe(1);
    isRevoked = true;
    expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
    expect(logIns()).toBe(2);
  });

  it('sends no log-in for a while after one that was rejected', async () => {
    const [connector, server] = await target(JSONRPC, () => ({
      body: { jsonrpc: '2.0', id: 1, result: false },
    }));
    for (let times = 0; times < 3; times += 1) {
      expect(await connector.login?.(CALL)).toMatchObject({
        failure: { reason: 'authentication' },
      });
    }
    expect(server.seen.length).toBe(1);
  });
});
