import { createHash, hash as hashOnce, randomBytes, timingSafeEqual } from 'node:crypto';

/** Source of randomness as an argument: `random()` gives a float in [0, 1), `bytes(n)` gives n random bytes. */
export type Random = { next(): number; bytes(count: number): Uint8Array };

export function createSystemRandom(): Random {
  return { next: () => Math.random(), bytes: (count) => randomBytes(count) };
}

/**
 * A small deterministic generator (mulberry32) for tests, invented data and reproducible training.
 * Not for secrets.
 */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  return {
    next,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(next() * 256)),
  };
}

/** Sortable identifier: 48 bits of milliseconds and 40 random bits, in lower-case hexadecimal with a prefix. */
export function createId(prefix: string, nowMs: number, random: Random): string {
  const time = nowMs.toString(16).padStart(12, '0');
  return `${prefix}_${time}${Buffer.from(random.bytes(5)).toString('hex')}`;
}

export function sha256Hex(text: string | Uint8Array): string {
  return hashOnce('sha256', text, 'hex');
}

/** Compares two secrets in time that depends on neither: both are hashed first, so lengths do not leak. */
export function secretsEqual(left: string, right: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}
