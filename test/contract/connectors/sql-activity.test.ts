import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { connectionDecoder } from '../../../src/exporter/connectors/connectors.ts';
import { decode } from '../../../src/std/std.ts';
import { connectorOf } from '../../support/connector-support.ts';
import { mariadbMissing, startMariadb } from '../../support/mariadb-server.ts';
import type { MariadbServer } from '../../support/mariadb-server.ts';
import { postgresMissing, startPostgres } from '../../support/postgres-server.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { ACTIVITY_SCHEMA, ACTIVITY_TABLES, describeActivity } from './sql-activity-engine.ts';

describe('activity on SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-sql-'));
  const file = join(folder, 'crm.sqlite');
  beforeAll(() => {
    const database = new DatabaseSync(file);
    database.exec(ACTIVITY_SCHEMA.replaceAll('TIME_TYPE', 'text'));
    database.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  describeActivity(
    'sqlite',
    {
      since: (column) => `julianday(${column}) >= julianday({since})`,
      age: (time) => `(julianday('now') - julianday(${time})) * 86400`,
      truth: ['true', 'false'],
    },
    (queries) => connectorOf({ platform: 'sql', queries, database: { engine: 'sqlite', file } }),
  );
});

describe.skipIf(postgresMissing() !== undefined)('activity on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    await server.createDatabase('crm');
    await server.sql('crm', ACTIVITY_SCHEMA.replaceAll('TIME_TYPE', 'timestamp'));
    await server.sql(
      'crm',
      'CREATE ROLE monitor LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO monitor',
    );
  });
  afterAll(async () => server.stop());

  const open = (queries: object): ReturnType<typeof connectorOf> =>
    connectorOf({
      platform: 'sql',
      queries,
      database: {
        engine: 'postgresql',
        host: '127.0.0.1',
        port: server.port,
        database: 'crm',
        user: 'monitor',
      },
    });

  describeActivity(
    'postgresql',
    {
      since: (column) => `${column} >= {since}`,
      age: (time) => `extract(epoch FROM now() AT TIME ZONE 'UTC' - ${time})`,
      truth: ['true', 'false'],
    },
    open,
  );

  it('changes nothing, whichever query is asked to', async () => {
    await server.sql('crm', 'GRANT DELETE ON tokens TO monitor');
    const deleting = 'WITH gone AS (DELETE FROM tokens RETURNING 1) SELECT count(*) FROM gone';
    const connector = open({ api_tokens: deleting });
    expect(await connector.apiTokens?.({ timeoutMs: 5000 }, 0)).toMatchObject({ ok: false });
    expect(await server.sql('crm', 'SELECT count(*) FROM tokens')).toBe('3');
    await connector.close();
  });
});

describe.skipIf(mariadbMissing() !== undefined)('activity on MariaDB', () => {
  let server: MariadbServer;
  beforeAll(async () => {
    server = await startMariadb();
    await server.sql('CREATE DATABASE crm CHARACTER SET utf8mb4');
    await server.sql(ACTIVITY_SCHEMA.replaceAll('TIME_TYPE', 'datetime'), 'crm');
    const grants = ACTIVITY_TABLES.map(
      (name) => `GRANT SELECT ON crm.${name} TO monitor@'127.0.0.1'`,
    );
    await server.sql(
      `CREATE USER monitor@'127.0.0.1' IDENTIFIED BY 's3cret'; ${grants.join('; ')}`,
      'crm',
    );
  }, 180_000);
  afterAll(async () => server.stop());

  describeActivity(
    'mariadb',
    {
      since: (column) => `${column} >= {since}`,
      age: (time) => `timestampdiff(SECOND, ${time}, utc_timestamp())`,
      truth: ['true', 'false'],
    },
    (queries) =>
      connectorOf(
        {
          platform: 'sql',
          queries,
          database: {
            engine: 'mariadb',
            host: '127.0.0.1',
            port: server.port,
            database: 'crm',
            user: 'monitor',
            password: { environment: 'PASSWORD' },
          },
        },
        { PASSWORD: 's3cret' },
      ),
  );
});

describe('queries of reasons', () => {
  const problemsOf = (queries: object): unknown => {
    const database = { engine: 'sqlite', file: 'crm.sqlite' };
    const decoded = decode.run(connectionDecoder, { platform: 'sql', database, queries });
    return decoded.ok ? [] : decoded.problems;
  };

  it('are refused where they cannot add up to all failures', () => {
    const password = { failed_logins_password: 'SELECT 1' };
    expect(problemsOf(password)).toMatchObject([
      { place: 'queries.failed_logins_password', remedy: expect.stringContaining('failed_logins') },
    ]);
    expect(problemsOf({ ...password, failed_logins: 'SELECT 1' })).toEqual([]);
    expect(problemsOf({ ...password, failed_logins_other: 'SELECT 1' })).toEqual([]);
  });

  it('may hold the start of a window only where there is one', () => {
    const query = 'SELECT count(*) FROM jobs WHERE at >= {since}';
    for (const name of ['jobs_failed', 'failed_schedules', 'api_tokens', 'representative']) {
      expect(problemsOf({ [name]: query }), name).toMatchObject([{ place: `queries.${name}` }]);
    }
    for (const name of ['failed_logins', 'mass_exports', 'audit_trail_recording']) {
      expect(problemsOf({ [name]: query }), name).toEqual([]);
    }
  });

  it('leave no method where nothing is configured', () => {
    const database = { engine: 'sqlite', file: 'crm.sqlite' };
    const bare = connectorOf({ platform: 'sql', database });
    const methods = [
      'logins',
      'auditTrail',
      'apiTokens',
      'integrations',
      'jobs',
      'accounts',
    ] as const;
    expect(methods.filter((method) => bare[method] !== undefined)).toEqual([]);
  });
});
