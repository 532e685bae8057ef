import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { once } from 'node:events';

/**
 * A responder in a process of its own that is going to be killed. It loads its code, says so, and starts when it is
 * told to, so that the next one loads while the last one still runs. Its clock may run ahead, so that what waits
 * for a lease or a retry is due at once.
 *
 * usage: child.ts CONFIGURATION [MILLISECONDS-AHEAD]
 */
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/crmwatch'));
const { createRuntime, startResponder } = await import('../../../src/app/app.ts');
await import('../../../src/app/responder.ts');
const { loadConfig } = await import('../../../src/config/config.ts');

const [, , file = '', ahead = '0'] = process.argv;
const runtime = createRuntime('error');
const { clock } = runtime;
const aheadMs = Number(ahead);

process.stdout.write('loaded\n');
await once(process.stdin, 'data');
// When the harness dies its children end, whatever they are doing.
process.stdin.once('end', () => process.exit(1));
const running = await startResponder(loadConfig(file, process.env), {
  ...runtime,
  clock: { ...clock, now: () => clock.now() + aheadMs },
});
process.once('SIGTERM', () => void running.stop().then(() => process.exit(0)));
process.stdout.write(`listening ${running.url}\n`);
