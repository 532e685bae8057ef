/** A list cut into parts of at most `size` items, in order; for statements and messages that take only so many. */
export function partsOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: T[][] = [];
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size));
  return parts;
}
