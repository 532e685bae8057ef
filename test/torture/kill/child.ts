import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { once } from 'node:events';

/**
 * A responder in a process of its own that is going to be killed. It loads its code, says so, and starts when it is
 * told "go", so that the next one loads while the last one still runs. When it is told "ahead" its clock jumps two
 * hours ahead: longer than any lease and any wait for another attempt, so that all that waits is due. Durations pass
 * quicker than they do, so that the lease of a life that was killed is over within the next one.
 *
 * usage: child.ts CONFIGURATION
 */
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/crmwatch'));
const { createRuntime, startResponder } = await import('../../../src/app/app.ts');
await import('../../../src/app/responder.ts');
const { loadConfig } = await import('../../../src/config/config.ts');

const AHEAD_MS = 2 * 3_600_000;
/** The quarter of a minute that a lease lasts is then over in little more than a second. */
const PACE = 12;

const [, , file = ''] = process.argv;
const runtime = createRuntime('error');
const { clock } = runtime;
let aheadMs = 0;

process.stdin.setEncoding('utf8');
process.stdout.write('loaded\n');
await once(process.stdin, 'data');
process.stdin.on('data', () => (aheadMs = AHEAD_MS));
// When the harness dies its children end, whatever they are doing.
process.stdin.once('end', () => process.exit(1));
const running = await startResponder(loadConfig(file, process.env), {
  ...runtime,
  clock: {
    ...clock,
    now: () => clock.now() + aheadMs,
    monotonicMs: () => clock.monotonicMs() * PACE + aheadMs,
  },
});
process.once('SIGTERM', () => void running.stop().then(() => process.exit(0)));
process.stdout.write(`listening ${running.url}\n`);
