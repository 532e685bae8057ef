import type { Clock } from '../../../src/std/std.ts';

export type StallingClock = Clock & {
  /** No timer runs any more, as in a process whose scheduler hangs; time itself goes on. */
  stall(): void;
  /** Runs what fell due meanwhile, and goes on. */
  goOn(): void;
};

export function createStallingClock(clock: Clock): StallingClock {
  const missed = new Set<() => void>();
  let isStalled = false;
  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    after(delayMs, callback) {
      const timer = clock.after(delayMs, () => {
        if (isStalled) missed.add(callback);
        else callback();
      });
      return {
        cancel() {
          timer.cancel();
          missed.delete(callback);
        },
      };
    },
    stall() {
      isStalled = true;
    },
    goOn() {
      isStalled = false;
      for (const callback of missed) {
        missed.delete(callback);
        callback();
      }
    },
  };
}
