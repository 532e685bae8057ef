import type { Random } from './ids.ts';

export type BackoffOptions = { readonly baseMs: number; readonly maximumMs: number };

/**
 * Full-jitter exponential backoff: a delay drawn evenly from [0, min(maximum, base·2^attempt)], attempt
 * counted from 0. Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function backoffDelayMs(attempt: number, options: BackoffOptions, random: Random): number {
  const ceiling = Math.min(options.maximumMs, options.baseMs * 2 ** Math.min(attempt, 30));
  return Math.floor(random.next() * (ceiling + 1));
}
