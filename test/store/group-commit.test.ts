import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseTransaction, Migrations, Store } from '../../src/store/store.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import type { TemporaryFolder } from '../support/responder.ts';
import { openTestStore } from '../support/test-store.ts';

/** On both engines: test/contract/store runs this file on PostgreSQL. */
type Tables = { note: { text: string; parent: string | null } };

/** A parent that does not exist is found out by COMMIT alone, and so makes it fail. */
const table = `CREATE TABLE note (text TEXT PRIMARY KEY,
  parent TEXT REFERENCES note (text) DEFERRABLE INITIALLY DEFERRED)`;
const NOTES: Migrations = {
  room: 'notes',
  steps: [{ name: 'notes', statements: { sqlite: [table], postgresql: [table] } }],
};

let folder: TemporaryFolder;
let store: Store;
let observer: Store;

beforeEach(async () => {
  folder = createTemporaryFolder();
  const options = { file: join(folder.path, 'store.db'), migrations: [NOTES] };
  store = await openTestStore(options);
  observer = await openTestStore(options);
});
afterEach(async () => {
  await store.close();
  await observer.close();
  folder[Symbol.dispose]();
});

async function write(own: DatabaseTransaction, text: string, parent: string | null = null) {
  await own.withTables<Tables>().insertInto('note').values({ text, parent }).execute();
}

/** As another process sees them. */
async function texts(): Promise<readonly string[]> {
  const tables = observer.database.withTables<Tables>();
  const rows = await tables.selectFrom('note').select('text').orderBy('text').execute();
  return rows.map(({ text }) => text);
}

/** Holds up everything else while `ask` puts its works in the queue, so that they share one transaction. */
async function together<T>(ask: () => readonly Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
  let asked: readonly Promise<T>[] = [];
  await store.transaction(async () => {
    asked = ask();
    for (const each of asked) each.catch(() => {});
  });
  return Promise.allSettled(asked);
}

describe('commitTogether', () => {
  it('gives each caller its own answer, and all is durable by then', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `n${String(index).padStart(3, '0')}`);
    const seen = await Promise.all(
      names.map(async (name) =>
        store.commitTogether(async (own) => {
          await write(own, name);
          return name.toUpperCase();
        }),
      ),
    );
    expect(seen).toEqual(names.map((name) => name.toUpperCase()));
    expect(await texts()).toEqual(names);
  });

  it('tells nobody before the COMMIT', async () => {
    const hold = Promise.withResolvers<void>();
    let told = 0;
    const settled = together(() => [
      store.commitTogether(async (own) => write(own, 'first')).then(() => (told += 1)),
      store
        .commitTogether(async (own) => (await write(own, 'slow'), hold.promise))
        .then(() => (told += 1)),
    ]);
    // The first one is done long before these have gone through.
    for (let look = 0; look < 20; look++) expect(await texts()).toEqual([]);
    expect(told).toBe(0);
    hold.resolve();
    await settled;
    expect(told).toBe(2);
    expect(await texts()).toEqual(['first', 'slow']);
  });

  it('undoes alone a work that throws, or whose statement fails', async () => {
    const results = await together(() => [
      store.commitTogether(async (own) => write(own, 'before')),
      store.commitTogether(async (own) => {
        await write(own, 'thrown');
        throw new Error('changed my mind');
      }),
      store.commitTogether(async (own) => {
        await write(own, 'twice');
        await write(own, 'twice');
      }),
      store.commitTogether(async (own) => write(own, 'after')),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(results[1]).toMatchObject({ reason: { message: 'changed my mind' } });
    expect(await texts()).toEqual(['after', 'before']);
  });

  it('rejects all when the COMMIT fails, keeps nothing, and works again', async () => {
    const results = await together(() => [
      store.commitTogether(async (own) => write(own, 'good')),
      store.commitTogether(async (own) => write(own, 'orphan', 'nobody')),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected' });
      expect(String((result as PromiseRejectedResult).reason)).toMatch(/foreign key/i);
    }
    expect(await texts()).toEqual([]);
    await store.commitTogether(async (own) => write(own, 'again'));
    expect(await texts()).toEqual(['again']);
  });

  it('takes turns with transactions', async () => {
    const counted = store.transaction(async (own) => {
      const rows = await own.withTables<Tables>().selectFrom('note').selectAll().execute();
      await write(own, `after ${rows.length}`);
    });
    const added = store.commitTogether(async (own) => write(own, 'x'));
    await Promise.all([counted, added]);
    expect(await texts()).toEqual(['after 0', 'x']);
  });

  it('refuses more than anybody could want to wait for, and loses none of the others', async () => {
    const asked: Promise<void>[] = [];
    await store.transaction(async () => {
      for (let index = 0; index < 5200; index++) {
        asked.push(store.commitTogether(async () => {}));
        asked.at(-1)?.catch(() => {});
      }
    });
    const results = await Promise.allSettled(asked);
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(200);
    expect(refused[0]).toMatchObject({ reason: { code: 'store_unavailable' } });
  });

  it('is store_unavailable once the store is closed', async () => {
    await store.close();
    await expect(store.commitTogether(async () => {})).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });
});
