import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Connector } from '../../src/exporter/connectors/connectors.ts';
import { connectorOf } from '../support/connector-support.ts';
import { tryTrytonLogin } from '../support/tryton-rpc.ts';
import type { TrytonRpc } from '../support/tryton-rpc.ts';
import { startTryton, trytonMissing } from '../support/tryton-server.ts';
import type { TrytonServer } from '../support/tryton-server.ts';
import { describeLive } from './connectors/live.ts';

const CALL = { timeoutMs: 20_000 };
const PASSWORD = 'wet-Lamp-Orbit-41';

describe.skipIf(trytonMissing('sqlite') !== undefined)('Tryton 6.0, the real server', () => {
  let server: TrytonServer;
  let admin: TrytonRpc;
  let monitorId = -1;
  let connector: Connector;
  const open: Connector[] = [];

  function connect(changes: object = {}, password = PASSWORD): Connector {
    const made = connectorOf(
      {
        platform: 'tryton',
        url: server.url,
        database: 'crm',
        authentication: { user: 'monitor', password: { environment: 'PASSWORD' } },
        ...changes,
      },
      { PASSWORD: password, ADMIN: server.adminPassword },
    );
    open.push(made);
    return made;
  }

  beforeAll(async () => {
    server = await startTryton({ engine: 'sqlite', databases: ['crm'] });
    admin = await server.admin('crm');
    const groups = ['Sales', 'Sale Opportunity'];
    monitorId = await admin.createUser({ login: 'monitor', password: PASSWORD, groups });
    await admin.createParties([
      { name: 'Ada', email: 'ada@example.com', phone: '+44 20 7946 0000', city: 'London' },
      { name: 'Bob' },
    ]);
    await admin.createOpportunities([{ description: 'Deal', partyId: 1 }, { description: 'Lone' }]);
    const sql = { engine: 'sqlite', file: server.databaseFile('crm') };
    connector = connect({ sql });
  }, 300_000);
  afterAll(async () => {
    for (const each of open) await each.close();
    await server.stop();
  });

  it('answers what a healthy server can tell', async () => {
    expect(await connector.ping?.(CALL)).toMatchObject({ value: { version: { value: '6.0.29' } } });
    expect(await connector.login?.(CALL)).toMatchObject({ ok: true });
    expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: {
        activeUsers: { value: 2 },
        privilegedUsers: { value: 1 },
        secondFactorUsers: { known: false, reason: 'not_supported' },
      },
    });
    const rows = await connector.aggregate?.(CALL, 'parties', [
      { kind: 'rows' },
      { kind: 'missing', field: 'email' },
    ]);
    expect(rows).toMatchObject({
      value: [{ value: 3 }, { known: false, reason: 'not_supported' }],
    });
  });

  it.each([
    ['parties', ['email', 'updated_at'], 3],
    ['emails', ['value', 'party'], 1],
    ['phones', ['value', 'party'], 1],
    ['addresses', ['party', 'city'], 1],
    ['opportunities', ['party', 'state', 'updated_at'], undefined],
  ])('scans %s', async (object, fields, count) => {
    const rows: unknown[] = [];
    const outcome = await connector.scan?.(CALL, object, fields, (page) => {
      rows.push(...page);
      return true;
    });
    expect(outcome).toEqual({ ok: true, value: { complete: true } });
    if (count !== undefined) expect(rows.length).toBeGreaterThanOrEqual(count);
    expect(JSON.stringify(rows)).not.toContain('__class__');
  });

  it('sees a new administrator and a scheduled action that is overdue', async () => {
    const second = await admin.createUser({
      login: 'mallory',
      password: PASSWORD,
      groups: ['Administration'],
    });
    const accounts = await connector.accounts?.(CALL);
    expect(accounts).toMatchObject({ value: { privilegedUsers: { value: 2 } } });
    await admin.setUserActive(second, false);
    const actions = await admin.search('ir.cron', []);
    const future = { __class__: 'datetime', year: 2099, month: 1, day: 1, hour: 0, minute: 0, second: 0, microsecond: 0 };
    await admin.write('ir.cron', actions, { next_call: future });
    expect(await connector.jobs?.(CALL, Date.now())).toMatchObject({
      value: { byState: { pending: { value: 0 } }, oldestPendingAgeSeconds: { value: 0 } },
    });
    await admin.write('ir.cron', actions.slice(0, 1), { next_call: { ...future, year: 2020 } });
    const jobs = await connector.jobs?.(CALL, Date.now());
    expect(jobs).toMatchObject({ value: { byState: { pending: { value: 1 } } } });
  }); // prettier-ignore

  it('counts failed logins by SQL, and has no such method without', async () => {
    expect(connect().logins).toBeUndefined();
    const attempts = ['a1', 'a2', 'a3'].map((user) => tryTrytonLogin(server.url, 'crm', user, 'x'));
    expect(await Promise.all(attempts)).toEqual([401, 401, 401]);
    const failed = await connector.logins?.(CALL, Date.now() - 60_000);
    const notTold = { known: false, reason: 'not_supported' };
    expect(failed).toMatchObject({
      ok: true,
      value: { failed: { value: 3 }, succeeded: notTold, failedByReason: notTold },
    });
  });

  it('counts applications with an identity that sees all of them, and with no other', async () => {
    const second = { security_authentication: { user: 'admin', password: { environment: 'ADMIN' } } };
    const guarded = connect(second);
    const none = { active: { known: true, value: 0 }, oldestAgeSeconds: { reason: 'empty' } };
    expect(await guarded.apiTokens?.(CALL, Date.now())).toMatchObject({ value: none });
    const made = await admin.create('res.user.application', [{ user: monitorId }, { user: monitorId }]);
    await admin.call('model.res.user.application.validate_', made.slice(0, 1));
    expect(await guarded.apiTokens?.(CALL, Date.now() + 60_000)).toMatchObject({
      value: { active: { known: true, value: 1 } },
    });
    const tokens = await guarded.apiTokens?.(CALL, Date.now() + 60_000);
    const age = tokens?.ok === true ? tokens.value.oldestAgeSeconds : undefined;
    expect(age?.known === true && age.value >= 60 && age.value < 300).toBe(true);
    // One of them is its own, and it cannot know whether there are others.
    expect(await connector.apiTokens?.(CALL, Date.now())).toMatchObject({
      value: { active: { known: false, reason: 'not_permitted' } },
    });
    const [group] = await admin.create('res.group', [{ name: 'Watch', users: [['add', [monitorId]]] }]);
    const models = await admin.search('ir.model', [['model', '=', 'res.user.application']]);
    const rule = { name: 'All to read', model: models[0], groups: [['add', [group]]] };
    const rights = { global_p: false, perm_write: false, perm_create: false, perm_delete: false };
    await admin.create('ir.rule.group', [{ ...rule, ...rights, rules: [['create', [{ domain: '[]' }]]] }]);
    const [key] = await admin.search('ir.model.field', [['model', '=', models[0]], ['name', '=', 'key']]);
    const hidden = { field: key, group, perm_read: false };
    await admin.create('ir.model.field.access', [hidden]);
    expect(await connector.apiTokens?.(CALL, Date.now())).toMatchObject({
      value: { active: { known: true, value: 1 } },
    });
    expect(await guarded.apiRemovals?.(CALL)).toMatchObject({
      value: [{ api: 'json_rpc', removedAtMs: { known: false, reason: 'empty' } }],
    });
    expect(await guarded.accounts?.(CALL)).toMatchObject({ value: { activeUsers: { value: 2 } } });
  }); // prettier-ignore

  it('opens a new session when the old one ended', async () => {
    expect(await connector.accounts?.(CALL)).toMatchObject({ ok: true });
    const database = new DatabaseSync(server.databaseFile('crm'));
    database.exec(`DELETE FROM ir_session WHERE create_uid = ${monitorId}`);
    database.close();
    expect(await connector.accounts?.(CALL)).toMatchObject({ ok: true });
  });

  it('gives each trouble its reason', async () => {
    const nowhere = await connect({ database: 'nowhere' }).login?.(CALL);
    expect(nowhere).toMatchObject({ failure: { reason: 'database_unavailable' } });
    const wrong = connect({}, 'not the password');
    const rejected = { failure: { reason: 'authentication' } };
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(await wrong.login?.(CALL)).toMatchObject(rejected);
    }
    const unknownModel = { x: { model: 'no.such', fields: { id: 'id' } } };
    const scan = await connect({ objects: unknownModel }).scan?.(CALL, 'x', ['id'], () => true);
    expect(scan).toMatchObject({ failure: { reason: 'schema_changed' } });
  });

  it('tells a locked database from a frozen and from a stopped server', async () => {
    const call = { timeoutMs: 4000 };
    const database = new DatabaseSync(server.databaseFile('crm'));
    database.exec('BEGIN EXCLUSIVE');
    const locked = await connector.accounts?.(call);
    database.exec('ROLLBACK');
    database.close();
    expect(locked).toMatchObject({ failure: { reason: 'database_unavailable' } });
    await server.freeze();
    const frozen = await connector.accounts?.(call);
    server.thaw();
    expect(frozen).toMatchObject({ failure: { reason: 'timeout' } });
    await server.stopServer();
    expect(await connector.accounts?.(call)).toMatchObject({ failure: { reason: 'tcp' } });
    await server.startServer();
    expect(await connector.accounts?.(CALL)).toMatchObject({ ok: true });
  });

  describeLive('in the live suite', {
    platform: 'tryton',
    source() {
      const file = join(server.folder, 'target.yaml');
      const authentication = { user: 'monitor', password: { environment: 'PASSWORD' } };
      const sql = { engine: 'sqlite', file: server.databaseFile('crm') };
      const { url } = server;
      const connection = { platform: 'tryton', url, database: 'crm', authentication, sql };
      writeFileSync(file, dump({ name: 'tryton', connection }));
      return { file, environment: { PASSWORD } };
    },
    triesWrongSecret: true,
    pauseMs: 0,
    onTable: (table) => expect(table).toMatch(/^scan opportunities +\d/m),
  });
});
