import { sleep } from '../../../std/std.ts';
import type { Clock } from '../../../std/std.ts';
import type { Budget } from '../web/budget.ts';

/** Waits for the caller's turn. False when its time is over before, or it gave up: then nothing may be sent. */
export type Pace = (budget: Budget) => Promise<boolean>;

/**
 * Keeps the starts of requests apart. A platform that allows so few per second that a series of counts exceeds it would
 * refuse them, and a refusal takes its share from everything else that uses the same account.
 */
export function createPace(intervalMs: number, clock: Clock): Pace {
  let nextAtMs = -Infinity;
  return async (budget) => {
    const nowMs = clock.monotonicMs();
    const turnAtMs = Math.max(nowMs, nextAtMs);
    const waitMs = turnAtMs - nowMs;
    // A turn that is kept for who cannot use it would put off all that follow, run after run.
    if (waitMs > 0 && waitMs >= budget.remainingMs()) return false;
    nextAtMs = turnAtMs + intervalMs;
    if (waitMs > 0) await sleep(clock, waitMs, budget.signal);
    return !budget.isSpent();
  };
}
