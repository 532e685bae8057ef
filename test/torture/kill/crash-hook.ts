import { writeSync } from 'node:fs';

import type { CrashPoint } from '../../../src/std/std.ts';

/**
 * Loaded before the responder (`node --import`): ends the process when it comes to a named crash point for the nth
 * time. `CRMWATCH_TORTURE_CRASH` holds both, as `point#nth`; without it nothing is hooked.
 */
const [point, nth = '1'] = (process.env['CRMWATCH_TORTURE_CRASH'] ?? '').split('#');
if (point !== undefined && point !== '') {
  let left = Number(nth);
  const hook = (reached: CrashPoint): void => {
    if (reached !== point || --left > 0) return;
    // Synchronous, so that the harness knows of it although nothing runs after the next line.
    writeSync(1, `crashing at ${point}\n`);
    process.kill(process.pid, 'SIGKILL');
    // The signal ends all threads before long; this one goes no further in the meantime.
    for (;;);
  };
  Object.assign(globalThis, { [Symbol.for('crmwatch.crash-point')]: hook });
}
