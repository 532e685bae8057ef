import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startDemonstration } from '../../src/app/app.ts';
import { writeSandboxFile } from '../../src/app/sandbox-file.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { createSeededRandom, createSilentLogger, createSystemClock } from '../../src/std/std.ts';

const runtime = {
  clock: createSystemClock(),
  random: createSeededRandom(1),
  logger: createSilentLogger(),
};
const folder = mkdtempSync(join(tmpdir(), 'crmwatch-second-'));

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a demonstration', () => {
  it('is not started in a folder where another one runs, and leaves that one alone', async () => {
    const databaseFile = join(folder, 'sandbox.sqlite');
    await using sandbox = createSandbox({ databaseFile, customers: 20, ...runtime });
    const { controlUrl, controlToken } = await sandbox.start();
    writeSandboxFile(folder, { url: controlUrl, token: controlToken });
    const progress: string[] = [];
    const second = startDemonstration({
      folder,
      runtime,
      onProgress: (line) => progress.push(line),
      onEvent: () => {},
    });
    await expect(second).rejects.toMatchObject({
      code: 'address_in_use',
      message: `a demonstration runs in ${folder} already`,
    });
    expect(progress).toEqual([]);
    expect(sandbox.faults().some(({ broken }) => broken)).toBe(false);
  });
});
