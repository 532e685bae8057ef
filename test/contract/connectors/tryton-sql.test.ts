import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTrytonTables } from '../../../src/exporter/connectors/tryton/tryton-sql.ts';
import { startBudget } from '../../../src/exporter/connectors/web/budget.ts';
import { createSystemClock } from '../../../src/std/std.ts';
import { openSqlReader } from '../../../src/store/store.ts';
import { postgresMissing, startPostgres } from '../../support/postgres-server.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';

/**
 * As a Tryton on PostgreSQL leaves them: its sessions are in UTC, whatever the zone of the database
 * (`PGTZ` in trytond/backend/postgresql/database.py).
 */
const ROWS = `
  CREATE TABLE res_user_login_attempt (id serial PRIMARY KEY, create_date timestamp(6));
  INSERT INTO res_user_login_attempt (create_date) VALUES
    (NOW_UTC - interval '10 seconds'), (NOW_UTC - interval '90 seconds'), (NOW_UTC - interval '6 hours');
  CREATE TABLE ir_queue (id serial PRIMARY KEY, enqueued_at timestamp(6) NOT NULL, dequeued_at timestamp(6),
    finished_at timestamp(6), scheduled_at timestamp(6));
  INSERT INTO ir_queue (enqueued_at, scheduled_at, dequeued_at, finished_at) VALUES
    (NOW_UTC - interval '100 seconds', NULL, NULL, NULL),
    (NOW_UTC - interval '9 hours', NOW_UTC + interval '1 hour', NULL, NULL),
    (NOW_UTC - interval '9 hours', NOW_UTC - interval '30 seconds', NULL, NULL),
    (NOW_UTC, NULL, NOW_UTC, NULL), (NOW_UTC, NULL, NOW_UTC, NOW_UTC);`;

describe.skipIf(postgresMissing() !== undefined)('the tables of Tryton on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => server.stop());

  it.each(['UTC', 'Asia/Kolkata', 'America/New_York'])(
    'tell failed log-ins and the queue by the clock, in a database of %s',
    async (zone) => {
      const database = `crm_${zone.replace(/\W/, '_').toLowerCase()}`;
      await server.createDatabase(database);
      await server.sql(database, `ALTER DATABASE ${database} SET timezone TO '${zone}'`);
      await server.sql(database, ROWS.replaceAll('NOW_UTC', "(now() AT TIME ZONE 'UTC')"));
      const clock = createSystemClock();
      const { host, port, user } = server;
      const reader = openSqlReader({ engine: 'postgresql', host, port, user, database }, { clock });
      const tables = createTrytonTables(reader);
      const budget = startBudget({ timeoutMs: 5000 }, clock);
      expect(await tables.failedLogins(60, budget)).toEqual({ ok: true, value: 1 });
      expect(await tables.failedLogins(3600, budget)).toEqual({ ok: true, value: 2 });
      expect(await tables.queue(budget)).toEqual({
        ok: true,
        value: {
          pending: 2,
          running: 1,
          oldestPendingAgeSeconds: expect.toSatisfy((age: number) => age >= 100 && age < 160),
        },
      });
      await reader.close();
    },
  );
});
