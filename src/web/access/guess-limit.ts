import { sha256Hex } from '../../std/std.ts';
import type { Clock } from '../../std/std.ts';
import { createRateLimiter } from '../listening/rate-limiter.ts';
import type { RateLimiter } from '../listening/rate-limiter.ts';
import { neighbourhoodOf } from './client-address.ts';

/** Ten wrong ones at once, and ten more in every minute; for IPv6 by networks of 64 bits. */
const ALLOWED = { intervalMs: 6000, burst: 10 } as const;
/** How long a wrong one beyond that waits for its answer. */
const HOLD_MS = 1000;
const HELD_OF_ONE = 5;
const HELD_OF_ALL = 100;
const ADDRESSES = 10_000;
const GOOD_ONES = 1000;

export type GuessLimit = {
  /** False when so many wrong ones from there are held that another one is not looked at, unless it was right before. */
  mayTry(address: string, credential: string): boolean;
  /** Remembers a right one, which from now on is looked at whatever comes from its neighbours. */
  right(credential: string): void;
  /** Counts a wrong one; resolves when it may be answered, and tells whether there were too many from there. */
  wrong(address: string, credential: string): Promise<'few' | 'too_many'>;
};

type Neighbour = { readonly limiter: RateLimiter; held: number };

/**
 * Slows down who guesses credentials, and keeps nobody out who has the right one: a right one is never held, and what
 * is not looked at for too many wrong ones from its own address was never right in this process. All that is
 * remembered is bounded; what is forgotten first is what is oldest.
 */
export function createGuessLimit(clock: Clock): GuessLimit {
  const neighbours = new Map<string, Neighbour>();
  const good = new Set<string>();
  let heldOfAll = 0;

  function neighbourAt(address: string): Neighbour {
    const key = neighbourhoodOf(address);
    const known = neighbours.get(key);
    // Put at the end again, so that the oldest is at the front.
    neighbours.delete(key);
    const neighbour = known ?? { limiter: createRateLimiter(ALLOWED, clock), held: 0 };
    neighbours.set(key, neighbour);
    forgetOldest(neighbours, ADDRESSES);
    return neighbour;
  }

  async function hold(neighbour: Neighbour): Promise<void> {
    neighbour.held += 1;
    heldOfAll += 1;
    await new Promise<void>((resolve) => void clock.after(HOLD_MS, resolve));
    neighbour.held -= 1;
    heldOfAll -= 1;
  }

  return {
    mayTry(address, credential) {
      const neighbour = neighbours.get(neighbourhoodOf(address));
      if (neighbour === undefined || neighbour.held < HELD_OF_ONE) return true;
      return good.has(sha256Hex(credential));
    },
    right(credential) {
      const print = sha256Hex(credential);
      good.delete(print);
      good.add(print);
      forgetOldest(good, GOOD_ONES);
    },
    async wrong(address, credential) {
      // What was revoked is not good any more.
      good.delete(sha256Hex(credential));
      const neighbour = neighbourAt(address);
      if (neighbour.limiter.take()) return 'few';
      if (neighbour.held < HELD_OF_ONE && heldOfAll < HELD_OF_ALL) await hold(neighbour);
      return 'too_many';
    },
  };
}

function forgetOldest(known: Map<string, unknown> | Set<string>, maximum: number): void {
  if (known.size <= maximum) return;
  const [oldest] = known.keys();
  if (oldest !== undefined) known.delete(oldest);
}
