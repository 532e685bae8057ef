import type { Clock } from '../../std/std.ts';
import type { RateLimit } from './web-config.ts';

/** Whether one more request may come now. */
export type RateLimiter = { take(): boolean };

/** A token bucket: it holds `burst` tokens, begins full, and gets one more in every interval. */
export function createRateLimiter({ intervalMs, burst }: RateLimit, clock: Clock): RateLimiter {
  let tokens = burst;
  let filledAtMs = clock.monotonicMs();
  return {
    take() {
      const nowMs = clock.monotonicMs();
      tokens = Math.min(burst, tokens + (nowMs - filledAtMs) / intervalMs);
      filledAtMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
