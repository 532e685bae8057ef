import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { RESPONDER_MIGRATIONS } from '../../../src/responder/pipeline/pipeline.ts';
import { createSystemClock } from '../../../src/std/std.ts';
import { backUpStore, openStore, restoreStore } from '../../../src/store/store.ts';
import type { StoreSource } from '../../../src/store/store.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { startPostgres } from '../../support/postgres-server.ts';
import { createPipelineOn, createTemporaryFolder } from '../../support/responder.ts';

const server = await startPostgres();
afterAll(async () => server.stop());

const base = { migrations: RESPONDER_MIGRATIONS, allowUnsafeDurability: true };

async function live(source: StoreSource): Promise<void> {
  await using store = await openStore({ source, ...base });
  const clock = createManualClock();
  await using responder = createPipelineOn(store, clock);
  const { pipeline } = responder;
  for (const target of ['shop', 'sales']) {
    const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
    await pipeline.accept(createWebhookBody([createAlert({ labels })]), 'am', clock.now());
  }
  await pipeline.accept(Buffer.from([0, 255, 128]), 'am', clock.now());
  await pipeline.settle();
  await clock.advance(10_000);
  await pipeline.settle();
}

/** Every row of every table, as text that is the same on both engines. */
async function contents(source: StoreSource): Promise<readonly string[]> {
  await using store = await openStore({ source, ...base });
  const { rows: tables } = await sql<{ name: string }>`${
    source.engine === 'sqlite'
      ? sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
      : sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`
  }`.execute(store.database);
  const texts: string[] = [];
  for (const { name } of tables) {
    if (name === 'schema_steps') continue;
    const { rows } = await sql<object>`SELECT * FROM ${sql.table(name)}`.execute(store.database);
    for (const row of rows) {
      const cells = Object.entries(row).map(([column, value]: [string, unknown]) =>
        value instanceof Uint8Array
          ? `${column}=${Buffer.from(value).toString('hex')}`
          : `${column}=${JSON.stringify(value)}`,
      );
      texts.push(`${name} ${cells.toSorted().join(' ')}`);
    }
  }
  return texts.toSorted();
}

it.each(['sqlite', 'postgresql'] as const)('moves incidents from %s to the other', async (from) => {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  const database = `moved_from_${from}`;
  await server.createDatabase(database);
  const { host, port, user } = server;
  const sources: Readonly<Record<typeof from, StoreSource>> = {
    sqlite: { engine: 'sqlite', file: join(folder.path, 'incidents.sqlite') },
    postgresql: { engine: 'postgresql', host, port, user, database },
  };
  const to = from === 'sqlite' ? sources.postgresql : sources.sqlite;
  await live(sources[from]);
  const words = {
    file: join(folder.path, 'backup.sqlite'),
    clock: createSystemClock(),
    onProgress() {},
  };
  await backUpStore({ source: sources[from], ...base, ...words });
  await restoreStore({ source: to, ...base, ...words, overwrite: false });
  const before = await contents(sources[from]);
  expect(before.length).toBeGreaterThan(10);
  expect(await contents(to)).toEqual(before);
  await live(to);
  expect((await contents(to)).length).toBeGreaterThan(before.length);
});
