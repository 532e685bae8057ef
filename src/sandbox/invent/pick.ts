import type { Random } from '../../std/std.ts';

/** One item of a list that is not empty. */
export function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random.next() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** `count` different items, in random order (partial Fisher-Yates shuffle). */
export function pickSome<T>(items: readonly T[], count: number, random: Random): readonly T[] {
  const rest = [...items];
  const wanted = Math.min(count, rest.length);
  for (let place = 0; place < wanted; place++) {
    const from = place + Math.floor(random.next() * (rest.length - place));
    const chosen = rest[from] as T;
    rest[from] = rest[place] as T;
    rest[place] = chosen;
  }
  return rest.slice(0, wanted);
}

/** A whole number from 0 to `below` - 1. */
export function pickNumber(below: number, random: Random): number {
  return Math.floor(random.next() * below);
}
