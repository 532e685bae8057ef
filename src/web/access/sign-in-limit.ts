import type { Clock } from '../../std/std.ts';
import { neighbourhoodOf } from './client-address.ts';

export type SignInLimit = {
  /** Whether this address, or everybody together, has failed too often to try again now. */
  isReached(address: string): boolean;
  add(address: string): void;
};

const WINDOW_MS = 60_000;
const FAILURES_OF_ONE = 10;
const FAILURES_OF_ALL = 100;

/**
 * Counts failures and forgets each after a minute. What counts for all together also bounds what is remembered:
 * above it nobody's attempt is looked at, so nothing is added.
 */
export function createSignInLimit(clock: Clock): SignInLimit {
  let failures: readonly { readonly address: string; readonly atMs: number }[] = [];
  return {
    isReached(address) {
      const sinceMs = clock.monotonicMs() - WINDOW_MS;
      failures = failures.filter(({ atMs }) => atMs > sinceMs);
      const near = neighbourhoodOf(address);
      const own = failures.filter((failure) => failure.address === near).length;
      return own >= FAILURES_OF_ONE || failures.length >= FAILURES_OF_ALL;
    },
    add(address) {
      failures = [...failures, { address: neighbourhoodOf(address), atMs: clock.monotonicMs() }];
    },
  };
}
