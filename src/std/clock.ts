/**
 * Time as an argument. Production code never calls Date.now or setTimeout itself, so tests move time by
 * hand, backwards too, and nothing in the suite ever sleeps.
 */
export type Timer = { cancel(): void };

export type Clock = {
  /** Wall-clock time in milliseconds since the Unix epoch; may jump. */
  now(): number;
  /** Milliseconds from an arbitrary origin; never goes back. Durations are measured with this one. */
  monotonicMs(): number;
  /** Calls `callback` once after `delayMs` milliseconds. The timer never keeps the process alive alone. */
  after(delayMs: number, callback: () => void): Timer;
};

export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    after(delayMs, callback) {
      const handle = setTimeout(callback, delayMs);
      handle.unref();
      return { cancel: () => clearTimeout(handle) };
    },
  };
}

/** Resolves after `delayMs`, or at once when `signal` aborts; it never rejects, callers look at the signal. */
export async function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const timer = clock.after(delayMs, finish);
    function finish(): void {
      timer.cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    }
    signal?.addEventListener('abort', finish, { once: true });
  });
}
