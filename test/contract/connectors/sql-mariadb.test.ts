import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { connectorOf } from '../../support/connector-support.ts';
import { mariadbMissing, startMariadb } from '../../support/mariadb-server.ts';
import type { MariadbServer } from '../../support/mariadb-server.ts';
import { freeze } from '../../support/program.ts';
import { CALL, CONNECTION, SCHEMA, describeEngine } from './sql-engine.ts';

const missing = mariadbMissing();

describe.skipIf(missing !== undefined)(
  missing === undefined ? 'sql on MariaDB' : `sql on MariaDB (${missing})`,
  () => {
    let server: MariadbServer;
    let connector: Connector;
    const database = (changes: object = {}): object => ({
      engine: 'mariadb',
      host: '127.0.0.1',
      port: server.port,
      database: 'crm',
      user: 'monitor',
      password: { environment: 'PASSWORD' },
      ...changes,
    });
    const connect = (connection: object, password = 's3cret'): Connector =>
      connectorOf(connection, { PASSWORD: password });

    beforeAll(async () => {
      server = await startMariadb();
      await server.sql('CREATE DATABASE crm CHARACTER SET utf8mb4');
      await server.sql(
        `SET sql_mode = ANSI_QUOTES; ${SCHEMA.replaceAll('TIME_TYPE', 'datetime')}`,
        'crm',
      );
      await server.sql(
        `CREATE USER monitor@'127.0.0.1' IDENTIFIED BY 's3cret'; CREATE TABLE hidden (id integer);
         GRANT SELECT ON crm.accounts TO monitor@'127.0.0.1'; GRANT SELECT ON crm.contacts TO monitor@'127.0.0.1';
         GRANT SELECT ON crm.priced TO monitor@'127.0.0.1'; GRANT SELECT ON crm.large TO monitor@'127.0.0.1';
         GRANT SELECT ON crm.logins TO monitor@'127.0.0.1'; GRANT INSERT ON crm.accounts TO monitor@'127.0.0.1';
         GRANT SELECT, CREATE ON crm.gone TO monitor@'127.0.0.1'`,
        'crm',
      );
      connector = connect({
        ...CONNECTION,
        database: database(),
        objects: { ...CONNECTION.objects, hidden: { table: 'hidden', fields: { name: 'id' } } },
      });
    }, 180_000);
    afterAll(async () => {
      await connector.close();
      await server.stop();
    });

    describeEngine(
      'mariadb',
      () => connector,
      (queries) => connect({ platform: 'sql', queries, database: database() }),
    );

    it('tells letters apart as other engines do, and names its product', async () => {
      await server.sql("INSERT INTO accounts VALUES (11, 'Rene'), (12, 'René')", 'crm');
      const key = ['name'];
      const outcome = await connector.aggregate?.(CALL, 'accounts', [{ kind: 'duplicates', key }]);
      expect(outcome).toMatchObject({ value: [{ value: 0 }] });
      await server.sql('DELETE FROM accounts WHERE id > 10', 'crm');
      const reached = await connector.ping?.(CALL);
      expect(reached).toMatchObject({
        value: { version: { value: expect.stringMatching(/^MariaDB \d/) } },
      });
      expect(reached?.ok === true && reached.value.phases.tcp).toBeGreaterThan(0);
    });

    it('reads times as UTC, decimals as numbers and binary as nothing', async () => {
      await server.sql(
        `CREATE TABLE odd (id integer PRIMARY KEY, at datetime(3), price decimal(10,2), raw bit(8), big bigint);
         INSERT INTO odd VALUES (1, '2026-01-05 09:00:00.250', 12.50, b'1', 9007199254740991);
         GRANT SELECT ON crm.odd TO monitor@'127.0.0.1'`,
        'crm',
      );
      const fields = { at: 'at', price: 'price', raw: 'raw', big: 'big' };
      const odd = connect({
        platform: 'sql',
        database: database(),
        objects: { odd: { table: 'odd', fields } },
      });
      const rows: unknown[] = [];
      await odd.scan?.(CALL, 'odd', Object.keys(fields), (page) => rows.push(...page) > 0);
      expect(rows).toEqual([
        { at: '2026-01-05T09:00:00.250Z', price: 12.5, raw: null, big: 9007199254740991 },
      ]);
      await odd.close();
    });

    it('cannot write, even where the user may, and takes one statement alone', async () => {
      for (const statement of [
        "SELECT 1; INSERT INTO accounts VALUES (77, 'x')",
        "WITH one AS (SELECT 1) SELECT 1 INTO OUTFILE '/tmp/crmwatch-never'",
      ]) {
        const queries = { jobs_pending: statement };
        const writing = connect({ platform: 'sql', database: database(), queries });
        expect(await writing.jobs?.(CALL, 0), statement).toMatchObject({ ok: false });
        await writing.close();
      }
      const count = await connector.aggregate?.(CALL, 'accounts', [{ kind: 'rows' }]);
      expect(count).toMatchObject({ value: [{ value: 2 }] });
    });

    it('gives each trouble its reason, by its deadline', async () => {
      const rows = [{ kind: 'rows' } as const];
      const hidden = await connector.aggregate?.(CALL, 'hidden', rows);
      expect(hidden).toMatchObject({ failure: { reason: 'authorization' } });
      const reasonOf = async (connection: object, password?: string): Promise<unknown> => {
        const other = connect({ ...CONNECTION, database: connection }, password);
        const outcome = await other.login?.({ timeoutMs: 3000 });
        await other.close();
        expect(JSON.stringify(outcome)).not.toContain('s3cret');
        return outcome?.ok === false ? outcome.failure.reason : outcome;
      };
      expect(await reasonOf(database(), 'wrong')).toBe('authentication');
      expect(await reasonOf(database({ user: 'nobody' }))).toBe('authentication');
      expect(await reasonOf(database({ database: 'mysql' }))).toBe('authorization');
      expect(await reasonOf(database({ user: 'root', database: 'gone' }), '')).toBe(
        'database_unavailable',
      );
      expect(await reasonOf(database({ tls: {} }))).toBe('tls');
      expect(await reasonOf(database({ port: 1 }))).toBe('tcp');
      const queries = { jobs_pending: 'SELECT sleep(30)' };
      const slow = connect({ platform: 'sql', database: database(), queries });
      const late = { failure: { reason: 'timeout' } };
      expect(await slow.jobs?.({ timeoutMs: 300 }, 0)).toMatchObject(late);
      await freeze(server.pid());
      try {
        expect(await slow.login?.({ timeoutMs: 300 })).toMatchObject(late);
      } finally {
        process.kill(server.pid(), 'SIGCONT');
      }
      await slow.close();
      expect(await connector.aggregate?.(CALL, 'accounts', rows)).toMatchObject({ ok: true });
    });
  },
);
