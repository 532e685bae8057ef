/** Well below the number of values that either engine takes in one statement. */
const ROWS_PER_STATEMENT = 500;
/** What a statement should weigh, in characters or bytes; one row alone may weigh more. */
const WEIGHT_PER_STATEMENT = 4_000_000;

/** Parts that one statement each takes, each made when the one before it is done with: they may weigh a lot together. */
export function* partsByWeight<T>(
  items: Iterable<T>,
  weigh: (item: T) => number,
): Generator<readonly T[]> {
  let part: T[] = [];
  let weight = 0;
  for (const item of items) {
    const own = weigh(item);
    if (
      part.length === ROWS_PER_STATEMENT ||
      (part.length > 0 && weight + own > WEIGHT_PER_STATEMENT)
    ) {
      yield part;
      [part, weight] = [[], 0];
    }
    part.push(item);
    weight += own;
  }
  if (part.length > 0) yield part;
}
