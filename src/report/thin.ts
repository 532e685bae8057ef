import type { Point } from './svg.ts';

/** Two columns to each unit, which no screen tells from the whole line. */
const COLUMNS_PER_UNIT = 2;

/**
 * Leaves out points of a line that could not be seen: of those that share a column of half a unit the first, the lowest,
 * the highest and the last stay, in their order. `points` run from left to right.
 */
export function thin(points: readonly Point[]): readonly Point[] {
  const columns = Map.groupBy(points, ([x]) => Math.floor(x * COLUMNS_PER_UNIT));
  return [...columns.values()].flatMap((column) => {
    let lowest = 0;
    let highest = 0;
    for (const [index, [, y]] of column.entries()) {
      if (y < column[lowest]![1]) lowest = index;
      if (y > column[highest]![1]) highest = index;
    }
    const kept = new Set([0, lowest, highest, column.length - 1]);
    return column.filter((_, index) => kept.has(index));
  });
}
