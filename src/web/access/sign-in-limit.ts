import { isIPv6 } from 'node:net';
import type { Clock } from '../../std/std.ts';

export type SignInLimit = {
  /** Whether this address, or everybody together, has failed too often to try again now. */
  isReached(address: string): boolean;
  add(address: string): void;
};

const WINDOW_MS = 60_000;
const FAILURES_OF_ONE = 10;
const FAILURES_OF_ALL = 100;

/** Who has one address of IPv6 has the whole network of 64 bits. */
function neighbourhood(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const groups = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = groups.split('::');
  const front = head.split(':').filter((group) => group !== '');
  const back = tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}

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
      const near = neighbourhood(address);
      const own = failures.filter((failure) => failure.address === near).length;
      return own >= FAILURES_OF_ONE || failures.length >= FAILURES_OF_ALL;
    },
    add(address) {
      failures = [...failures, { address: neighbourhood(address), atMs: clock.monotonicMs() }];
    },
  };
}
