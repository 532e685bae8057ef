import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { connectorOf } from '../../support/connector-support.ts';
import { postgresMissing, startPostgres } from '../../support/postgres-server.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { freeze } from '../../support/program.ts';
import { CALL, CONNECTION, SCHEMA, describeEngine } from './sql-engine.ts';

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
        'SELECT count(*) FROM logins WHERE ok = 0 AND julianday(happened_at) >= julianday({since})',
    };
    connector = connectorOf({ ...CONNECTION, queries, database: { engine: 'sqlite', file } });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  describeEngine(
    'sqlite',
    () => connector,
    (queries) => connectorOf({ platform: 'sql', queries, database: { engine: 'sqlite', file } }),
    ['SELECT 1e999'],
  );

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

  describeEngine(
    'postgresql',
    () => connector,
    (queries) => connectorOf({ platform: 'sql', queries, database: database() }),
    ["SELECT 'NaN'::float8", "SELECT 'Infinity'::numeric"],
  );

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
    await freeze(server.pid());
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
