import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { RESPONDER_MIGRATIONS } from '../../../src/responder/pipeline/pipeline.ts';
import { openStore } from '../../../src/store/store.ts';
import type { Store, StoreOptions, StoreSource } from '../../../src/store/store.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { startDurablePostgres } from '../../support/postgres-server.ts';
import { createPipelineOn } from '../../support/responder.ts';

/** What only a real PostgreSQL can show: its settings, its absence, its sessions and its passwords. */
const server = await startDurablePostgres();
afterAll(async () => server.stop());

const NOTE = 'CREATE TABLE note (text TEXT NOT NULL)';
const NOTES = {
  room: 'notes',
  steps: [{ name: 'notes', statements: { sqlite: [NOTE], postgresql: [NOTE] } }],
};
let database: string;
let number = 0;

beforeEach(async () => {
  database = `store_${number++}`;
  await server.createDatabase(database);
});

function source(changes: object = {}): StoreSource {
  const { host, port, user } = server;
  return { engine: 'postgresql', host, port, user, database, ...changes };
}

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({ source: source(), migrations: [NOTES], ...options });
  onTestFinished(async () => store.close());
  return store;
}

async function texts({ database: own }: Store): Promise<readonly unknown[]> {
  const { rows } = await sql<{ text: string }>`SELECT text FROM note`.execute(own);
  return rows.map(({ text }) => text);
}

async function write(store: Store, text: string): Promise<void> {
  await store.transaction(async (own) => sql`INSERT INTO note VALUES (${text})`.execute(own));
}

describe('durability', () => {
  it.each(['off', 'local'])('is refused with synchronous_commit=%s', async (value) => {
    const change = `ALTER DATABASE ${database} SET synchronous_commit = ${value}`;
    await server.sql('postgres', change);
    await expect(open()).rejects.toMatchObject({
      code: 'store_incompatible',
      message: expect.stringContaining(`synchronous_commit=${value}`),
      remedy: expect.stringContaining('allow_unsafe_durability'),
    });
    const store = await open({ allowUnsafeDurability: true });
    await write(store, 'at their own risk');
    expect(await texts(store)).toEqual(['at their own risk']);
  });

  it.each(['fsync', 'full_page_writes'])('is refused with %s=off', async (name) => {
    const lazy = await startDurablePostgres({ [name]: 'off' });
    onTestFinished(async () => lazy.stop());
    await lazy.createDatabase(database);
    await expect(open({ source: source({ port: lazy.port }) })).rejects.toMatchObject({
      code: 'store_incompatible',
      message: expect.stringContaining(`${name}=off`),
    });
  });

  it('is asked of every connection, also later; an alert is then not accepted', async () => {
    const store = await open({ migrations: [...RESPONDER_MIGRATIONS, NOTES] });
    await write(store, 'kept');
    await server.sql('postgres', `ALTER DATABASE ${database} SET synchronous_commit = off`);
    await server.setConnections(database, false);
    await server.setConnections(database, true);
    await expect
      .poll(async () => write(store, 'lost').catch((error: unknown) => error))
      .toMatchObject({ code: 'store_incompatible' });
    const clock = createManualClock();
    const { pipeline } = createPipelineOn(store, clock);
    const accepting = pipeline.accept(createWebhookBody([createAlert()]), 'am', clock.now());
    await expect(accepting).rejects.toMatchObject({
      code: 'store_unavailable',
      remedy: expect.stringContaining('synchronous_commit'),
    });
  });
});

describe('a server that goes away', () => {
  it('is store_unavailable meanwhile; then the store works again and has all it confirmed', async () => {
    const store = await open({ migrations: RESPONDER_MIGRATIONS });
    const clock = createManualClock();
    const { pipeline } = createPipelineOn(store, clock);
    const accepted: string[] = [];
    let refusals = 0;
    const end = new AbortController();
    const send = async (target: string): Promise<void> => {
      const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
      const body = createWebhookBody([createAlert({ labels })]);
      try {
        await pipeline.accept(body, 'am', clock.now());
        accepted.push(target);
      } catch (error) {
        expect(error).toMatchObject({ code: 'store_unavailable' });
        refusals += 1;
      }
    };
    const sender = async (name: string): Promise<void> => {
      for (let index = 0; !end.signal.aborted; index++) await send(`${name}-${index}`);
    };
    const senders = ['a', 'b', 'c'].map(sender);
    await expect.poll(() => accepted.length).toBeGreaterThan(20);
    await server.stopServer();
    await expect.poll(() => refusals).toBeGreaterThan(0);
    await server.startServer();
    const before = accepted.length;
    await expect.poll(() => accepted.length, { timeout: 20_000 }).toBeGreaterThan(before + 5);
    end.abort();
    await Promise.all(senders);
    await pipeline.settle();
    const { rows } = await sql<{ target: string }>`
      SELECT event::json -> 'labels' ->> 'target' AS target FROM inbox`.execute(store.database);
    expect(rows.map(({ target }) => target)).toEqual(expect.arrayContaining(accepted));
  });

  it('takes the transaction under way with it, and none of its parts is kept', async () => {
    const store = await open();
    const running = store.transaction(async (own) => {
      await sql`INSERT INTO note VALUES ('lost')`.execute(own);
      await server.setConnections(database, false);
      await server.setConnections(database, true);
      await sql`INSERT INTO note VALUES ('lost too')`.execute(own);
    });
    await expect(running).rejects.toMatchObject({ code: 'store_unavailable' });
    await write(store, 'kept');
    expect(await texts(store)).toEqual(['kept']);
  });

  it('is store_unavailable at the start, with the place and without a secret', async () => {
    const password = 'never-to-be-seen';
    const away = source({ port: 1, password: () => password });
    const error: unknown = await open({ source: away }).catch((why: unknown) => why);
    expect(error).toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(`PostgreSQL at 127.0.0.1:1, database ${database}`),
    });
    expect(JSON.stringify(error) + String(error)).not.toContain(password);
  });
});

describe('who may not', () => {
  it.each([
    ['a database that does not exist', { database: 'nowhere' }, 'create the database'],
    ['a user that does not exist', { user: 'nobody' }, 'correct the user'],
  ])('is told about %s', async (_, changes, remedy) => {
    await expect(open({ source: source(changes) })).rejects.toMatchObject({
      code: 'store_unavailable',
      remedy: expect.stringContaining(remedy),
    });
  });

  it('is told about a right that is missing', async () => {
    await server.sql(database, 'CREATE USER reader');
    await expect(open({ source: source({ user: 'reader' }) })).rejects.toMatchObject({
      code: 'store_unavailable',
      remedy: expect.stringContaining('owner of the database'),
    });
  });

  it('is told about a database that only reads', async () => {
    const store = await open();
    const setting = 'SET default_transaction_read_only = on';
    await server.sql('postgres', `ALTER DATABASE ${database} ${setting}`);
    await server.setConnections(database, false);
    await server.setConnections(database, true);
    await expect
      .poll(async () => write(store, 'x').catch((error: unknown) => error))
      .toMatchObject({ code: 'store_unavailable', remedy: expect.stringContaining('primary') });
  });
});

it('asks for the password with each connection', async () => {
  const rules = ['host all guarded 127.0.0.1/32 scram-sha-256', 'host all all 127.0.0.1/32 trust'];
  writeFileSync(join(server.folder, 'data/pg_hba.conf'), rules.join('\n'));
  const own = `CREATE USER guarded PASSWORD 'first'; ALTER DATABASE ${database} OWNER TO guarded`;
  await server.sql('postgres', `${own}; SELECT pg_reload_conf()`);
  let password = 'first';
  const guarded = source({ user: 'guarded', password: () => password });
  const store = await open({ source: guarded });
  await write(store, 'before');
  await server.sql('postgres', `ALTER USER guarded PASSWORD 'second'`);
  await server.setConnections(database, false);
  await server.setConnections(database, true);
  await expect
    .poll(async () => write(store, 'refused').catch((error: unknown) => error))
    .toMatchObject({ code: 'store_unavailable', remedy: expect.stringContaining('password') });
  password = 'second';
  await write(store, 'after');
  expect(await texts(store)).toEqual(['before', 'after']);
});

it('keeps text with the character that PostgreSQL has not, and finds it again', async () => {
  const store = await open();
  await write(store, 'a\0b');
  const { rows } = await sql`SELECT text FROM note WHERE text = ${'a\0b'}`.execute(store.database);
  expect(rows).toEqual([{ text: 'a\uFFFDb' }]);
});
