import { execFile } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { openSqlite, openStore } from '../../src/store/store.ts';
import type { Migrations, Store } from '../../src/store/store.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import type { TemporaryFolder } from '../support/responder.ts';

type Tables = { note: { id: number; text: string } };

const NOTES: Migrations = {
  room: 'notes',
  steps: [
    {
      name: 'notes',
      statements: ['CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT'],
    },
  ],
};

const SOURCE = join(import.meta.dirname, '../../src/store');

let folder: TemporaryFolder;
let file: string;

beforeEach(() => {
  folder = createTemporaryFolder();
  file = join(folder.path, 'store.db');
});
afterEach(() => folder[Symbol.dispose]());

async function open(options: { busyTimeoutMs?: number } = {}): Promise<Store> {
  return openStore({ source: { engine: 'sqlite', file }, migrations: [NOTES], ...options });
}

async function write(store: Store, id: number, text = ''): Promise<void> {
  await store.transaction(async (transaction) => {
    await transaction.withTables<Tables>().insertInto('note').values({ id, text }).execute();
  });
}

async function count(store: Store): Promise<number> {
  return (await store.database.withTables<Tables>().selectFrom('note').selectAll().execute())
    .length;
}

it('keeps every commit durable: WAL, synchronous FULL and foreign keys', async () => {
  await using store = await open();
  const pragma = async (name: string): Promise<unknown> =>
    Object.values((await sql.raw(`PRAGMA ${name}`).execute(store.database)).rows[0] ?? {})[0];
  expect(await pragma('journal_mode')).toBe('wal');
  expect(await pragma('synchronous')).toBe(2);
  expect(await pragma('foreign_keys')).toBe(1);
});

/** Every thread that starts while `work` runs. */
async function threadsOf(work: () => Promise<void>): Promise<readonly Worker[]> {
  const threads: Worker[] = [];
  const note = (thread: Worker): void => void threads.push(thread);
  process.on('worker', note);
  await work();
  process.off('worker', note);
  return threads;
}

describe('the threads', () => {
  it('leave the main thread free while one waits for a lock of another process', async () => {
    await using store = await open();
    using other = openSqlite(file);
    other.exec('BEGIN IMMEDIATE');
    const writing = write(store, 1);
    // Only a main thread that goes on can let go of the lock.
    for (let turn = 0; turn < 1000; turn++) await new Promise((resolve) => setImmediate(resolve));
    other.exec('ROLLBACK');
    await writing;
    expect(await count(store)).toBe(1);
  });

  it('are replaced when one dies; what was under way is store_unavailable and undone', async () => {
    let store: Store | undefined;
    const [writer] = await threadsOf(async () => {
      store = await open();
    });
    if (store === undefined || writer === undefined) throw new Error('no thread was started');
    const own = store;
    const running = own.transaction(async (transaction) => {
      const tables = transaction.withTables<Tables>();
      await tables.insertInto('note').values({ id: 1, text: '' }).execute();
      await writer.terminate();
      await tables.insertInto('note').values({ id: 2, text: '' }).execute();
    });
    await expect(running).rejects.toMatchObject({ code: 'store_unavailable' });
    await write(own, 3);
    const tables = own.database.withTables<Tables>();
    expect(await tables.selectFrom('note').select('id').execute()).toEqual([{ id: 3 }]);
    await own.close();
  });

  it('let a process end that forgot to close the store', async () => {
    const script = `
      import { openStore } from ${JSON.stringify(join(SOURCE, 'store.ts'))};
      const source = { engine: 'sqlite', file: ${JSON.stringify(file)} };
      const store = await openStore({ source, migrations: [] });
      await store.transaction(async () => {});
      console.log('done');`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      script,
    ]);
    expect(stdout).toBe('done\n');
  });
});

describe('a world that does not play along', () => {
  it('is store_unavailable when another process holds the lock', async () => {
    await using store = await open({ busyTimeoutMs: 1 });
    using other = openSqlite(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(write(store, 1)).rejects.toMatchObject({ code: 'store_unavailable' });
    other.exec('ROLLBACK');
    await write(store, 1);
    expect(await count(store)).toBe(1);
  });

  it('is store_unavailable when the disk is full, and works again when it is not', async () => {
    await using store = await open();
    const { rows } = await sql<{ page_count: number }>`PRAGMA page_count`.execute(store.database);
    const pages = rows[0]?.page_count ?? 0;
    await sql.raw(`PRAGMA max_page_count = ${pages}`).execute(store.database);
    await expect(write(store, 1, 'x'.repeat(100_000))).rejects.toMatchObject({
      code: 'store_unavailable',
      remedy: 'free space on the disk or move the database to a larger one',
    });
    await sql.raw('PRAGMA max_page_count = 100000').execute(store.database);
    await write(store, 1, 'x'.repeat(100_000));
    expect(await count(store)).toBe(1);
  });

  it('is store_unavailable when its folder is missing', async () => {
    file = join(folder.path, 'missing', 'store.db');
    await expect(open()).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('is store_unavailable when this user may not write the file', async () => {
    await (await open()).close();
    chmodSync(file, 0o444);
    chmodSync(folder.path, 0o555);
    const child = join(import.meta.dirname, '../support/opening-child.ts');
    const words = [process.execPath, child, file];
    // Root may write everything, so it tries without that right; another user might not even read this code.
    const [program = '', ...rest] =
      process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override', ...words] : words;
    const { stdout } = await promisify(execFile)(program, rest);
    expect(stdout).toMatch(/^store_unavailable: .*right to write/);
    chmodSync(folder.path, 0o755);
  });

  it('is store_unavailable when the database may not be written', async () => {
    await using store = await open();
    await sql.raw('PRAGMA query_only = ON').execute(store.database);
    await expect(write(store, 1)).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
