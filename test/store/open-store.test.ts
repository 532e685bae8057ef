import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { openSqlite, openStore } from '../../src/store/store.ts';
import type { Migrations, Store } from '../../src/store/store.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import type { TemporaryFolder } from '../support/responder.ts';

type Tables = { note: { id: number; text: string } };

const FIRST = {
  name: 'notes',
  statements: ['CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT'],
};
const SECOND = { name: 'notes have an owner', statements: ['ALTER TABLE note ADD owner TEXT'] };
const NOTES: Migrations = { room: 'notes', steps: [FIRST] };

let folder: TemporaryFolder;
let file: string;

beforeEach(() => {
  folder = createTemporaryFolder();
  file = join(folder.path, 'store.db');
});
afterEach(() => folder[Symbol.dispose]());

async function write(store: Store, id: number, text = ''): Promise<void> {
  await store.transaction(async (transaction) => {
    await transaction.withTables<Tables>().insertInto('note').values({ id, text }).execute();
  });
}

async function count(store: Store): Promise<number> {
  return (await store.database.withTables<Tables>().selectFrom('note').selectAll().execute())
    .length;
}

describe('a store', () => {
  it('keeps every commit durable: WAL, synchronous FULL and foreign keys', async () => {
    await using store = await openStore({ file, migrations: [NOTES] });
    const pragma = async (name: string): Promise<unknown> =>
      Object.values((await sql.raw(`PRAGMA ${name}`).execute(store.database)).rows[0] ?? {})[0];
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
  });

  it('rolls back what a transaction that throws wrote', async () => {
    await using store = await openStore({ file, migrations: [NOTES] });
    const failing = store.transaction(async (transaction) => {
      await transaction
        .withTables<Tables>()
        .insertInto('note')
        .values({ id: 1, text: '' })
        .execute();
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await count(store)).toBe(0);
  });

  it('runs transactions one after the other, in order', async () => {
    await using store = await openStore({ file, migrations: [NOTES] });
    const order: number[] = [];
    const ids = [1, 2, 3, 4, 5];
    await Promise.all(
      ids.map(async (id) => {
        await write(store, id);
        order.push(id);
      }),
    );
    expect(order).toEqual(ids);
  });

  it('closes once, whatever the number of calls', async () => {
    const store = await openStore({ file, migrations: [NOTES] });
    await Promise.all([store.close(), store.close()]);
    await store.close();
    await expect(count(store)).rejects.toThrow();
  });
});

describe('migrations', () => {
  it('bring an older database forward and keep its data', async () => {
    {
      await using before = await openStore({ file, migrations: [NOTES] });
      await write(before, 1, 'kept');
    }
    const migrations = [{ room: 'notes', steps: [FIRST, SECOND] }];
    await using after = await openStore({ file, migrations });
    const rows = await after.database.withTables<Tables>().selectFrom('note').selectAll().execute();
    expect(rows).toEqual([{ id: 1, text: 'kept', owner: null }]);
  });

  it.each([
    ['a step that is not known', [{ room: 'notes', steps: [FIRST] }]],
    ['a room that is not known', [{ room: 'other', steps: [] }]],
    [
      'a step that was changed',
      [{ room: 'notes', steps: [{ ...FIRST, statements: ['x'] }, SECOND] }],
    ],
  ])('refuse a database with %s', async (_, migrations) => {
    {
      const steps = [FIRST, SECOND];
      await using newer = await openStore({ file, migrations: [{ room: 'notes', steps }] });
      expect(await count(newer)).toBe(0);
    }
    await expect(openStore({ file, migrations })).rejects.toMatchObject({
      code: 'store_incompatible',
      remedy: 'run the version of crmwatch that wrote it, or name another database file',
    });
  });

  it('apply all steps or none', async () => {
    const broken = { room: 'notes', steps: [FIRST, { name: 'broken', statements: ['CREATE'] }] };
    await expect(openStore({ file, migrations: [broken] })).rejects.toThrow();
    await using store = await openStore({ file, migrations: [NOTES] });
    expect(await count(store)).toBe(0);
  });
});

describe('a world that does not play along', () => {
  it('is store_unavailable when another process holds the lock', async () => {
    await using store = await openStore({ file, migrations: [NOTES], busyTimeoutMs: 1 });
    using other = openSqlite(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(write(store, 1)).rejects.toMatchObject({ code: 'store_unavailable' });
    other.exec('ROLLBACK');
    await write(store, 1);
    expect(await count(store)).toBe(1);
  });

  it('is store_unavailable when the disk is full, and works again when it is not', async () => {
    await using store = await openStore({ file, migrations: [NOTES] });
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

  it('is store_unavailable when the file is no database or its folder is missing', async () => {
    const missing = join(folder.path, 'missing', 'store.db');
    const opening = openStore({ file: missing, migrations: [NOTES] });
    await expect(opening).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('is store_unavailable when the database may not be written', async () => {
    await using store = await openStore({ file, migrations: [NOTES] });
    await sql.raw('PRAGMA query_only = ON').execute(store.database);
    await expect(write(store, 1)).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
