import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { migrationsBeforeLeases } from '../../support/old-migrations.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder } from '../../support/responder.ts';
import { openTestStore } from '../../support/test-store.ts';

const CHILD = join(import.meta.dirname, '../../support/old-replica-child.ts');

let folder: TemporaryFolder;
let file: string;

beforeEach(() => {
  folder = createTemporaryFolder();
  file = join(folder.path, 'responder.db');
});
afterEach(() => folder[Symbol.dispose]());

it('a new replica brings the schema forward while an older one takes alerts, and none of them is lost', async () => {
  const child = spawn(process.execPath, [CHILD, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const taken = (): readonly string[] => told.split('\n').slice(0, -1);
  await expect.poll(() => taken().length, { timeout: 60_000 }).toBeGreaterThan(10);

  await using upgraded = await createTestResponder({ file });
  const before = taken().length;
  await upgraded.pipeline.settle();
  // The older one works on with the newer schema.
  await expect.poll(() => taken().length, { timeout: 60_000 }).toBeGreaterThan(before + 10);

  child.kill('SIGKILL');
  await once(child, 'close');
  await upgraded.pipeline.settle();
  const { rows } = await sql<{ target: string }>`SELECT target FROM incidents`.execute(
    upgraded.store.database,
  );
  const targets = rows.map(({ target }) => target);
  expect(new Set(targets).size).toBe(targets.length);
  expect(targets).toEqual(expect.arrayContaining([...taken()]));
  expect((await upgraded.pipeline.statistics()).unprocessedEvents).toBe(0);

  // But it does not start again.
  await expect(openTestStore({ file, migrations: migrationsBeforeLeases() })).rejects.toMatchObject(
    {
      code: 'store_incompatible',
    },
  );
}, 120_000);
