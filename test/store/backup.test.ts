import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RESPONDER_MIGRATIONS } from '../../src/responder/pipeline/pipeline.ts';
import { backUpStore, openSqlite, restoreStore } from '../../src/store/store.ts';
import type { BackupFacts, Migrations, RestoreFacts } from '../../src/store/store.ts';
import { createSystemClock } from '../../src/std/std.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../support/responder.ts';
import { findTestSource, openTestStore } from '../support/test-store.ts';

/** On both engines: test/contract/store runs this file on PostgreSQL. */
let folder: TemporaryFolder;
let backup: string;

beforeEach(() => {
  folder = createTemporaryFolder();
  backup = join(folder.path, 'backup.sqlite');
});
afterEach(() => folder[Symbol.dispose]());

const original = (): string => join(folder.path, 'original.db');
const other = (): string => join(folder.path, 'other.db');

async function backUp(
  file = original(),
  migrations: readonly Migrations[] = RESPONDER_MIGRATIONS,
): Promise<BackupFacts> {
  const source = await findTestSource(file);
  const clock = createSystemClock();
  return backUpStore({ source, file: backup, migrations, clock, onProgress: () => {} });
}

async function restore(file: string, overwrite = false): Promise<RestoreFacts> {
  return restoreStore({
    source: await findTestSource(file),
    file: backup,
    migrations: RESPONDER_MIGRATIONS,
    clock: createSystemClock(),
    onProgress: () => {},
    overwrite,
    allowUnsafeDurability: true,
  });
}

async function deliver({ pipeline, clock }: TestResponder, target: string): Promise<void> {
  const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
  await pipeline.accept(createWebhookBody([createAlert({ labels })]), 'am', clock.now());
}

/** Something in every table. */
async function live(file: string): Promise<void> {
  await using responder = await createTestResponder({ file });
  const { pipeline, clock } = responder;
  await deliver(responder, 'shop');
  await deliver(responder, 'sales');
  await pipeline.accept('<html>', 'am', clock.now());
  await pipeline.settle();
  await clock.advance(10_000);
  await pipeline.settle();
  const [incident] = await pipeline.listIncidents();
  await pipeline.correctDiagnosis(incident?.id ?? '', 'ann', 'network');
  await deliver(responder, 'unprocessed');
}

/** All that a responder knows, as text. */
async function contents(file: string): Promise<string> {
  await using store = await openTestStore({ file, migrations: RESPONDER_MIGRATIONS });
  const tables = ['deliveries', 'inbox', 'quarantine', 'heartbeats', 'due_work', 'evidence'];
  const texts: string[] = [];
  for (const name of [...tables, 'diagnosis_labels', 'outbox', 'incidents', 'journal']) {
    const { rows } = await sql`SELECT * FROM ${sql.table(name)} ORDER BY 1, 2`.execute(
      store.database,
    );
    const plain = rows.map((row) =>
      JSON.stringify(row, (_, value: unknown) => {
        const bytes = value as { type?: string; data?: number[] } | null;
        return bytes?.type === 'Buffer' ? Object.fromEntries((bytes.data ?? []).entries()) : value;
      }),
    );
    texts.push(`${name} ${plain.join('\n')}`);
  }
  return texts.join('\n');
}

describe('a backup', () => {
  it('brings everything back, to the byte, and new keys go on after the old ones', async () => {
    await live(original());
    const { rows, bytes } = await backUp();
    expect(rows).toBeGreaterThan(15);
    expect(bytes).toBe(statSync(backup).size);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(await restore(other())).toEqual({ rows, keptAs: null });
    const before = await contents(original());
    expect(await contents(other())).toBe(before);
    await using responder = await createTestResponder({ file: other() });
    await deliver(responder, 'later');
    await responder.pipeline.settle();
    expect((await responder.pipeline.listIncidents()).map(({ target }) => target)).toEqual(
      expect.arrayContaining(['shop', 'sales', 'unprocessed', 'later']),
    );
    await expect(sql`DELETE FROM journal`.execute(responder.store.database)).rejects.toThrow(
      'append-only',
    );
  });

  it('is of one moment, while a responder works', async () => {
    await using responder = await createTestResponder({ file: original() });
    const end = new AbortController();
    const work = (async () => {
      for (let index = 0; !end.signal.aborted; index++) {
        await deliver(responder, `crm${index}`);
        await responder.pipeline.settle();
      }
    })();
    await expect
      .poll(async () => (await responder.pipeline.listIncidents()).length)
      .toBeGreaterThan(3);
    try {
      await backUp();
    } finally {
      end.abort();
      await work;
    }
    using copy = openSqlite(backup, { readOnly: true });
    const count = (query: string): unknown =>
      copy.get(`SELECT count(*) AS count FROM ${query}`)?.['count'];
    expect(count('incidents')).toBeGreaterThan(3);
    expect(count('inbox LEFT JOIN deliveries d ON d.id = delivery_id WHERE d.id IS NULL')).toBe(0);
    expect(count('inbox WHERE processed_at_ms IS NOT NULL')).toBe(count('incidents'));
    expect(count('journal WHERE sequence = 1')).toBe(count('incidents'));
  });

  it('has the schema of the original, which is left as it is', async () => {
    const older = RESPONDER_MIGRATIONS.map(({ room, steps }) => ({
      room,
      steps: steps.slice(0, 1),
    }));
    await (await openTestStore({ file: original(), migrations: older })).close();
    await backUp();
    await restore(other());
    await (await openTestStore({ file: original(), migrations: older })).close();
    await (await openTestStore({ file: other(), migrations: older })).close();
    await (await openTestStore({ file: other(), migrations: RESPONDER_MIGRATIONS })).close();
  });

  it('never takes the place of a file', async () => {
    await live(original());
    writeFileSync(backup, 'precious');
    await expect(backUp()).rejects.toMatchObject({ code: 'usage' });
    expect(readFileSync(backup, 'utf8')).toBe('precious');
  });

  it('leaves nothing behind when it fails', async () => {
    const newer = [
      ...RESPONDER_MIGRATIONS,
      { room: 'future', steps: [step('CREATE TABLE later (id TEXT)')] },
    ];
    await (await openTestStore({ file: original(), migrations: newer })).close();
    await expect(backUp()).rejects.toMatchObject({ code: 'store_incompatible' });
    expect(readdirSync(folder.path).filter((name) => name.startsWith('backup'))).toEqual([]);
    backup = join(folder.path, 'missing', 'backup.sqlite');
    await expect(backUp()).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

function step(statement: string): Migrations['steps'][number] {
  return { name: 'later', statements: { sqlite: [statement], postgresql: [statement] } };
}

describe('a restore', () => {
  it('is refused while a responder works with the database, and changes nothing', async () => {
    await live(original());
    await backUp();
    await live(other());
    const before = await contents(other());
    {
      await using store = await openTestStore({ file: other(), migrations: RESPONDER_MIGRATIONS });
      await store.transaction(async () => {});
      await expect(restore(other(), true)).rejects.toMatchObject({
        code: 'store_unavailable',
        remedy: expect.stringContaining('stop'),
      });
    }
    expect(await contents(other())).toBe(before);
  });

  it('is refused when there are data, unless told otherwise; then they are kept', async () => {
    await live(original());
    await backUp();
    await live(other());
    await expect(restore(other())).rejects.toMatchObject({
      code: 'usage',
      remedy: expect.stringContaining('--overwrite'),
    });
    const { keptAs } = await restore(other(), true);
    expect(keptAs).toMatch(/before.restore/);
    expect(await contents(other())).toBe(await contents(original()));
  });

  it.each([
    ['a file that is something else', () => writeFileSync(backup, 'no database'.repeat(1000))],
    ['a database of something else', foreign],
    ['a damaged file', damage],
    ['a backup of a newer crmwatch', age],
  ])('is refused with %s, and changes nothing', async (_, spoil) => {
    await live(original());
    await backUp();
    spoil();
    const error: unknown = await restore(other()).catch((why: unknown) => why);
    expect(['store_unavailable', 'store_incompatible']).toContain(
      (error as { code?: string }).code,
    );
    // It opens as a database without a schema, which one that was restored in part would not.
    const store = await openTestStore({ file: other(), migrations: [] });
    await store.close();
  });

  it('is refused without a backup', async () => {
    await expect(restore(other())).rejects.toMatchObject({ code: 'usage' });
    expect(existsSync(other())).toBe(false);
  });
});

function foreign(): void {
  const file = `${backup}.foreign`;
  using database = openSqlite(file);
  database.exec('CREATE TABLE word (text TEXT); PRAGMA journal_mode = DELETE');
  database.close();
  copyFileSync(file, backup);
}

function damage(): void {
  const bytes = readFileSync(backup);
  // Past the schema, in the middle of the rows.
  bytes.fill(0xa5, bytes.length >> 1, (bytes.length >> 1) + 8192);
  writeFileSync(backup, bytes);
}

function age(): void {
  using database = openSqlite(backup);
  database.run("INSERT INTO schema_steps VALUES ('incidents', 99, 'from the future', 'x', 0)");
  database.exec('PRAGMA journal_mode = DELETE');
}
