import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const MAIN = join(resolve(import.meta.dirname, '../..'), 'src/cli/main.ts');

/** The scenarios run inside the test; this is the one that shows that a real process does the same. */
it('runs as a process with its streams and exit code', async () => {
  const child = spawn(process.execPath, [MAIN, 'sandbox', 'faults', '--data', '/nonexistent'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, output, errors }).toEqual({
    code: 1,
    output: '',
    errors:
      'crmwatch: no sandbox was started in /nonexistent\n' +
      '  remedy: start it with npm start, and name its folder with --data when it is not ./data\n',
  });
});
