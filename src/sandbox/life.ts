import { errorMessage } from '../std/std.ts';
import type { Clock, Logger, Timer } from '../std/std.ts';
import { isSqliteBusy } from '../store/store.ts';

import type { World } from './world.ts';

/** Repeating work, on the injected clock, that ends with the sandbox. */
export function createRepeater(
  clock: Clock,
  logger: Logger,
): Pick<World, 'every'> & { end(): void } {
  const timers = new Set<{ current: Timer }>();
  return {
    every(intervalMs, callback) {
      const repeat = (): void => {
        entry.current = clock.after(intervalMs, repeat);
        try {
          callback();
        } catch (error) {
          // A locked database is one of the faults; the office simply waits.
          if (isSqliteBusy(error)) return;
          logger.error('the sandbox simulation failed', { error: errorMessage(error) });
        }
      };
      const entry = { current: clock.after(intervalMs, repeat) };
      timers.add(entry);
      return () => {
        entry.current.cancel();
        timers.delete(entry);
      };
    },
    end() {
      for (const entry of timers) entry.current.cancel();
      timers.clear();
    },
  };
}

/** Effects that live in this process, under the id of their fault; `end` ends all of them. */
export function createHolds(): Pick<World, 'hold' | 'release'> & { end(): void } {
  const holds = new Map<string, () => void>();
  function release(id: string): void {
    holds.get(id)?.();
    holds.delete(id);
  }
  return {
    hold: (id, end) => void holds.set(id, end),
    release,
    end() {
      for (const id of holds.keys()) release(id);
    },
  };
}
