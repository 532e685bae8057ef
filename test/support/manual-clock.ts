import type { Clock } from '../../src/std/std.ts';

export type ManualClock = Clock & {
  /** Moves both clocks forward and runs every timer that falls due, in order of time. */
  advance(durationMs: number): Promise<void>;
  /** Moves the wall clock alone, backwards too, as an administrator or NTP would. */
  jump(durationMs: number): void;
  pendingTimers(): number;
};

type Pending = { readonly dueMs: number; readonly order: number; readonly callback: () => void };

/** A clock that stands still until the test moves it. */
export function createManualClock(startMs: number = Date.UTC(2026, 0, 5, 9, 0, 0)): ManualClock {
  let wallMs = startMs;
  let monotonicMs = 0;
  let order = 0;
  const pending = new Set<Pending>();

  function nextDue(limitMs: number): Pending | undefined {
    return [...pending]
      .filter((timer) => timer.dueMs <= limitMs)
      .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
  }

  return {
    now: () => wallMs,
    monotonicMs: () => monotonicMs,
    after(delayMs, callback) {
      const timer = { dueMs: monotonicMs + Math.max(0, delayMs), order: order++, callback };
      pending.add(timer);
      return { cancel: () => void pending.delete(timer) };
    },
    async advance(durationMs) {
      const limitMs = monotonicMs + durationMs;
      for (;;) {
        await drainMicrotasks();
        const timer = nextDue(limitMs);
        if (timer === undefined) break;
        pending.delete(timer);
        wallMs += timer.dueMs - monotonicMs;
        monotonicMs = timer.dueMs;
        timer.callback();
      }
      wallMs += limitMs - monotonicMs;
      monotonicMs = limitMs;
    },
    jump(durationMs) {
      wallMs += durationMs;
    },
    pendingTimers: () => pending.size,
  };
}

/** Lets promises that are already settled run their continuations, without waiting for time. */
async function drainMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
