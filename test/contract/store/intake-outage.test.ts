import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { startPostgres } from '../../support/postgres-server.ts';
import { createTemporaryFolder } from '../../support/responder.ts';
import { startRealResponder } from '../../support/start-real-responder.ts';
import type { RealResponder } from '../../support/start-real-responder.ts';
import { send } from '../../support/start-web.ts';
import type { RawAnswer } from '../../support/start-web.ts';
import { findTestSource, useTestPostgres } from '../../support/test-store.ts';

/** What an Alertmanager is told while PostgreSQL cannot take its delivery, and what there is afterwards. */
const server = await startPostgres();
afterAll(async () => server.stop());

type Site = { readonly responder: RealResponder; readonly database: string };

async function start(port: number = server.port): Promise<Site> {
  const folder = createTemporaryFolder();
  const file = join(folder.path, 'incidents.db');
  onTestFinished(() => folder[Symbol.dispose]());
  onTestFinished(useTestPostgres({ port }));
  const source = await findTestSource(file);
  const responder = await startRealResponder(file);
  onTestFinished(async () => responder[Symbol.asyncDispose]());
  return { responder, database: 'database' in source ? source.database : '' };
}

const BODY = createWebhookBody([createAlert()]);

async function deliver({ url }: RealResponder): Promise<RawAnswer> {
  return send(`${url}/api/v1/alerts/alertmanager`, { method: 'POST', body: BODY });
}

/** As Alertmanager does, until it is told 200. */
async function deliverUntilTaken(responder: RealResponder): Promise<void> {
  await expect
    .poll(async () => (await deliver(responder)).status, { timeout: 60_000, interval: 100 })
    .toBe(200);
}

function expectPutOff({ status, headers, body }: RawAnswer): void {
  expect([status, headers['retry-after']]).toEqual([503, '5']);
  // The sender is no administrator of the database.
  expect(body).not.toMatch(/postgres|sql|read-only/i);
}

async function countOf({ store }: RealResponder, table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM ${sql.table(table)}`.execute(store.database);
  return Number(rows[0]?.count);
}

/** One alert, one incident, and nothing of what was refused. */
async function expectOnce(responder: RealResponder, deliveries: number): Promise<void> {
  await responder.pipeline.settle();
  const incidents = await responder.pipeline.listIncidents();
  expect(incidents).toHaveLength(1);
  expect(incidents[0]?.alerts).toHaveLength(1);
  const lines = await responder.pipeline.linesAfter(0, 500);
  expect(lines.filter(({ line }) => line.includes('fires'))).toHaveLength(1);
  expect(await countOf(responder, 'deliveries')).toBe(deliveries);
  expect(await countOf(responder, 'inbox')).toBe(deliveries);
}

it('a database that only reads: 503, and all is taken once it writes again', async () => {
  const { responder, database } = await start();
  await server.sql('postgres', `ALTER DATABASE ${database} SET default_transaction_read_only = on`);
  await server.setConnections(database, false);
  await server.setConnections(database, true);
  await expect.poll(async () => (await deliver(responder)).status).toBe(503);
  expectPutOff(await deliver(responder));
  // What is there can be looked at meanwhile.
  expect((await send(`${responder.url}/api/v1/incidents`)).status).toBe(200);
  await server.sql('postgres', `ALTER DATABASE ${database} RESET default_transaction_read_only`);
  await server.setConnections(database, false);
  await server.setConnections(database, true);
  await deliverUntilTaken(responder);
  await expectOnce(responder, 1);
});

it('a connection that is lost in the middle of a delivery: 503, nothing lost, nothing doubled', async () => {
  const { responder, database } = await start();
  // Held here, the transaction of the intake is under way and waits for this row.
  await server.sql(database, 'CREATE TABLE held (id INT); INSERT INTO held VALUES (1)');
  await server.sql(
    database,
    `CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN IF EXISTS (SELECT FROM held) THEN PERFORM pg_sleep(60); END IF; RETURN NEW; END $$;
     CREATE TRIGGER wait BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION wait_for_test()`,
  );
  const answer = deliver(responder);
  const waiting = `FROM pg_stat_activity WHERE datname = '${database}' AND wait_event = 'PgSleep'`;
  await expect
    .poll(async () => server.sql('postgres', `SELECT count(*) ${waiting}`), { timeout: 60_000 })
    .toContain('1');
  await server.sql('postgres', `SELECT pg_terminate_backend(pid) ${waiting}`);
  expectPutOff(await answer);
  expect(await countOf(responder, 'deliveries')).toBe(0);
  await server.sql(database, 'DELETE FROM held');
  await deliverUntilTaken(responder);
  await expectOnce(responder, 1);
});

/** A way to the server that, once armed, takes the next COMMIT there and loses the answer with the connection. */
async function startLosingProxy() {
  const state = { isArmed: false, lost: 0 };
  const proxy = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1');
    let isCommitting = false;
    client.on('data', (bytes) => {
      if (state.isArmed && /\bcommit\b/i.test(bytes.toString('latin1'))) {
        isCommitting = true;
        state.isArmed = false;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!isCommitting) return void client.write(bytes);
      state.lost += 1;
      client.destroy();
      upstream.destroy();
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  return { state, port: (proxy.address() as AddressInfo).port };
}

it('a COMMIT whose answer is lost: 503, and the second delivery is a repeat that opens nothing', async () => {
  const { state, port } = await startLosingProxy();
  const { responder } = await start(port);
  state.isArmed = true;
  expectPutOff(await deliver(responder));
  expect(state.lost).toBe(1);
  await deliverUntilTaken(responder);
  await expectOnce(responder, 2);
});
