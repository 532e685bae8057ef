import type { Clock } from '../../../std/std.ts';
import type { Call } from '../connector.ts';

/** The time of one call, shared by all requests that it needs. */
export type Budget = {
  /** For the next request; 1 at least, so that an exhausted budget fails as a time-out at once. */
  remainingMs(): number;
  readonly isSpent: () => boolean;
  readonly signal?: AbortSignal;
};

export function startBudget(call: Call, clock: Clock): Budget {
  const endMs = clock.monotonicMs() + call.timeoutMs;
  return {
    remainingMs: () => Math.max(1, Math.floor(endMs - clock.monotonicMs())),
    isSpent: () => call.signal?.aborted === true || clock.monotonicMs() >= endMs,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  };
}
