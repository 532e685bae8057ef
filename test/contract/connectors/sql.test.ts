import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { connectorOf } from '../../support/connector-support.ts';
import { postgresMissing, startPostgres } from '../../support/postgres-server.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';

const CALL = { timeoutMs: 5000 };
const SCHEMA = `
  CREATE TABLE accounts (id integer PRIMARY KEY, name text);
  CREATE TABLE contacts (id integer PRIMARY KEY, account_id integer, email text, "Last Name" text, changed TIME_TYPE);
  INSERT INTO accounts VALUES (1, 'A'), (2, 'B');
  INSERT INTO contacts VALUES
    (1, 1, 'a@example.com', 'Ada', '2026-01-01 10:00:00'),
    (2, 2, ' A@example.com ', 'Bob', '2020-01-01 10:00:00'),
    (3, 9, NULL, 'Cyd', '2026-01-02 10:00:00'),
    (4, NULL, '  ', 'Dee', NULL);
  CREATE TABLE logins (at TIME_TYPE, ok integer);
  INSERT INTO logins VALUES ('2026-01-05 09:00:00', 0), ('2026-01-05 08:00:00', 0), ('2026-01-05 09:00:01', 1);`;

const CONNECTION = {
  platform: 'sql',
  objects: {
    accounts: { table: 'accounts', fields: { name: 'name' } },
    contacts: {
      table: 'contacts',
      fields: { email: 'email', account: 'account_id', changed: 'changed' },
    },
    gone: { table: 'gone', fields: { name: 'name' } },
    moved: { table: 'accounts', fields: { name: 'vanished' } },
  },
  queries: {
    failed_logins: 'SELECT count(*) FROM logins WHERE ok = 0 AND at >= {since}',
    jobs_pending: 'SELECT 3',
    oldest_pending_job_age: 'SELECT 1 WHERE 1 = 0',
    active_users: 'SELECT count(*) FROM accounts',
  },
};

/** Both engines give the same answers. */
function describeEngine(name: string, get: () => Connector): void {
  it(`${name}: pushes every aggregate down and answers in order`, async () => {
    const outcome = await get().aggregate?.(CALL, 'contacts', [
      { kind: 'duplicates', key: ['email'] },
      { kind: 'rows' },
      { kind: 'missing', field: 'email' },
      { kind: 'keyed', key: ['email'] },
      { kind: 'older_than', field: 'changed', before: '2025-01-01T00:00:00.000Z' },
      { kind: 'orphans', field: 'account', object: 'accounts' },
    ]);
    const values =
      outcome?.ok === true ? outcome.value.map((each) => each.known && each.value) : outcome;
    expect(values).toEqual([1, 4, 2, 2, 1, 1]);
  });

  it(`${name}: scans, counts logins and jobs, names its version`, async () => {
    const connector = get();
    const emails: unknown[] = [];
    const scan = await connector.scan?.(CALL, 'contacts', ['email'], (rows) => {
      emails.push(...rows.map((row) => row['email']));
      return true;
    });
    expect(scan).toEqual({ ok: true, value: { complete: true } });
    expect(emails).toEqual(['a@example.com', ' A@example.com ', null, '  ']);
    const since = Date.UTC(2026, 0, 5, 8, 30);
    expect(await connector.failedLogins?.(CALL, since)).toMatchObject({ value: { value: 1 } });
    expect(await connector.jobs?.(CALL, 0)).toMatchObject({
      value: {
        byState: { pending: { value: 3 }, failed: { known: false, reason: 'not_configured' } },
        oldestPendingAgeSeconds: { value: 0 },
      },
    });
    expect(await connector.accounts?.(CALL)).toMatchObject({
      value: { activeUsers: { value: 2 } },
    });
    for (const method of ['ping', 'login', 'latency'] as const) {
      expect(await connector[method]?.(CALL), method).toMatchObject({ ok: true });
    }
  });

  it(`${name}: tells a missing table, a missing column and a missing object apart`, async () => {
    const rows = [{ kind: 'missing', field: 'name' } as const];
    const reasons = [];
    for (const object of ['gone', 'moved', 'unheard']) {
      const outcome = await get().aggregate?.(CALL, object, rows);
      reasons.push(outcome?.ok === false ? outcome.failure.reason : outcome);
    }
    expect(reasons).toEqual(['not_found', 'schema_changed', 'not_found']);
  });
}

describe('sql on SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-sql-'));
  const file = join(folder, 'crm.sqlite');
  let connector: Connector;
  beforeAll(() => {
    const database = new DatabaseSync(file);
    database.exec(SCHEMA.replaceAll('TIME_TYPE', 'text'));
    database.close();
    const queries = {
      ...CONNECTION.queries,
      failed_logins:
        'SELECT count(*) FROM logins WHERE ok = 0 AND julianday(at) >= julianday({since})',
    };
    connector = connectorOf({ ...CONNECTION, queries, database: { engine: 'sqlite', file } });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  describeEngine('sqlite', () => connector);

  it('calls a locked and a missing file an unavailable database', async () => {
    const database = new DatabaseSync(file);
    database.exec('BEGIN EXCLUSIVE');
    const unavailable = { failure: { reason: 'database_unavailable' } };
    expect(await connector.login?.(CALL)).toMatchObject(unavailable);
    database.close();
    const lost = connectorOf({ ...CONNECTION, database: { engine: 'sqlite', file: 'nowhere' } });
    expect(await lost.ping?.(CALL)).toMatchObject(unavailable);
  });
});

describe.skipIf(postgresMissing() !== undefined)('sql on PostgreSQL', () => {
  let server: PostgresServer;
  let connector: Connector;
  const database = (): object => ({
    engine: 'postgresql',
    host: '127.0.0.1',
    port: server.port,
    database: 'crm',
    user: 'monitor',
  });

  beforeAll(async () => {
    server = await startPostgres();
    await server.createDatabase('crm');
    await server.sql('crm', SCHEMA.replaceAll('TIME_TYPE', 'timestamp'));
    await server.sql(
      'crm',
      'CREATE ROLE monitor LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO monitor',
    );
    await server.sql(
      'crm',
      'CREATE TABLE hidden (id integer); GRANT INSERT ON accounts TO monitor',
    );
    connector = connectorOf({
      ...CONNECTION,
      database: database(),
      objects: { ...CONNECTION.objects, hidden: { table: 'hidden', fields: { name: 'id' } } },
    });
  });
  afterAll(async () => {
    await connector.close();
    await server.stop();
  });

  describeEngine('postgresql', () => connector);

  it('cannot write, even where the role may', async () => {
    const writing = connectorOf({
      platform: 'sql',
      database: database(),
      queries: {
        jobs_pending:
          "WITH added AS (INSERT INTO accounts VALUES (77, 'x') RETURNING id) SELECT count(*) FROM added",
      },
    });
    expect(await writing.jobs?.(CALL, 0)).toMatchObject({ ok: false });
    expect(await server.sql('crm', 'SELECT count(*) FROM accounts WHERE id = 77')).toBe('0');
    await writing.close();
  });

  it('gives each trouble its reason, by its deadline', async () => {
    const rows = [{ kind: 'rows' } as const];
    const hidden = await connector.aggregate?.(CALL, 'hidden', rows);
    expect(hidden).toMatchObject({ failure: { reason: 'authorization' } });
    const reached = await connector.ping?.(CALL);
    expect(reached?.ok === true && reached.value.phases.tcp).toBeGreaterThan(0);
    const stranger = connectorOf({ ...CONNECTION, database: { ...database(), user: 'nobody' } });
    expect(await stranger.login?.(CALL)).toMatchObject({ failure: { reason: 'authentication' } });
    expect(await stranger.ping?.(CALL)).toMatchObject({ ok: true });
    const slow = connectorOf({
      platform: 'sql',
      database: database(),
      queries: { jobs_pending: 'SELECT 1 FROM pg_sleep(30)' },
    });
    expect(await slow.jobs?.({ timeoutMs: 300 }, 0)).toMatchObject({
      failure: { reason: 'timeout' },
    });
    process.kill(server.pid(), 'SIGSTOP');
    try {
      expect(await stranger.login?.({ timeoutMs: 300 })).toMatchObject({
        failure: { reason: 'timeout' },
      });
    } finally {
      process.kill(server.pid(), 'SIGCONT');
    }
    await server.setConnections('crm', false);
    const unavailable = { failure: { reason: 'database_unavailable' } };
    expect(await connector.login?.(CALL)).toMatchObject(unavailable);
    await server.setConnections('crm', true);
    expect(await connector.login?.(CALL)).toMatchObject({ ok: true });
    await server.stopServer();
    expect(await connector.login?.(CALL)).toMatchObject({ failure: { reason: 'tcp' } });
    await server.startServer();
    expect(await connector.aggregate?.(CALL, 'accounts', rows)).toMatchObject({ ok: true });
    await Promise.all([stranger.close(), slow.close()]);
  });
});
