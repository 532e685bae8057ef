import { once } from 'node:events';
import { serveUntilSignal } from '../../src/cli/serve.ts';

/** Something whose start lasts until SIGUSR2, so that a test can send other signals meanwhile. */
const print = (line: string): void => void process.stdout.write(`${line}\n`);

process.exitCode = await serveUntilSignal({ arguments: [], print, note: print }, async () => {
  print('starting');
  await once(process, 'SIGUSR2');
  return { stop: async () => print('everything is stopped') };
});
