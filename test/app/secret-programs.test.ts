import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SECRET_RUNNER } from '../../src/app/secret-programs.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crmwatch-programs-'));
  writeFileSync(join(folder, 'not-executable'), '#!/bin/sh\n');
  chmodSync(join(folder, 'not-executable'), 0o600);
});
afterAll(() => rmSync(folder, { recursive: true }));

const LIMITS = { timeoutMs: 5000, outputBytes: 1000 };
const node = (text: string): readonly string[] => [process.execPath, '-e', text];

describe('a program that prints a secret', () => {
  it.each<[string, () => readonly string[], object]>([
    ['prints', () => node('process.stdout.write("s3cret\\n")'), { ok: true, output: 's3cret\n' }],
    ['complains with the secret in hand', () => node('console.error("s3cret"); process.exit(3)'), { ok: false, why: 'ended with status 3' }],
    ['complains endlessly', () => node('process.stderr.write("x".repeat(500)); console.log("s3cret")'), { ok: true, output: 's3cret\n' }],
    ['prints too much', () => node('process.stdout.write("x".repeat(100000))'), { ok: false, why: 'printed more than 1000 bytes' }],
    ['dies', () => node('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 9000)'), { ok: false, why: 'was ended by SIGTERM' }],
    ['reads its input, which is empty', () => node('process.stdin.on("data", () => {}).on("end", () => console.log("end"))'), { ok: true, output: 'end\n' }],
    ['does not exist', () => [join(folder, 'gone')], { ok: false, why: 'does not exist, or is not in the PATH' }],
    ['may not be run', () => [join(folder, 'not-executable')], { ok: false, why: 'may not be run by this user' }],
    ['is no program but a sentence', () => ['echo s3cret; echo'], { ok: false, why: 'does not exist, or is not in the PATH' }],
  ])('%s', async (_what, command, expected) => {
    expect(SECRET_RUNNER.runNow(command(), LIMITS)).toEqual(expected);
    expect(await SECRET_RUNNER.run(command(), LIMITS)).toEqual(expected);
  }); // prettier-ignore

  it('is ended when it takes too long', async () => {
    const command = node('setInterval(() => {}, 1000)');
    const late = { ok: false, why: 'did not end within 300 ms' };
    expect(SECRET_RUNNER.runNow(command, { ...LIMITS, timeoutMs: 300 })).toEqual(late);
    expect(await SECRET_RUNNER.run(command, { ...LIMITS, timeoutMs: 300 })).toEqual(late);
  });

  it('gets its arguments as they are, with no shell to read them', async () => {
    const marker = join(folder, 'marker');
    const text = `$(touch ${marker}); \`touch ${marker}\` && touch ${marker}`;
    const command = [process.execPath, '-e', 'process.stdout.write(process.argv[1])', text];
    expect(SECRET_RUNNER.runNow(command, LIMITS)).toEqual({ ok: true, output: text });
    expect(await SECRET_RUNNER.run(command, LIMITS)).toEqual({ ok: true, output: text });
    expect(existsSync(marker)).toBe(false);
  });
});
