import type { SparseEntry, SparseMatrix } from '../logistic/logistic.ts';
import { weightOf } from './flags.ts';
import type { Layout } from './flags.ts';
import type { NoveltyModel } from './novelty-model.ts';

type Ranges = NoveltyModel['ranges'];

export function fitRanges(matrix: SparseMatrix): Ranges {
  const minima = new Float64Array(matrix.columns).fill(Infinity);
  const maxima = new Float64Array(matrix.columns).fill(-Infinity);
  const found = new Uint32Array(matrix.columns);
  for (const [at, column] of matrix.indices.entries()) {
    const value = matrix.values[at]!;
    found[column]! += 1;
    minima[column] = Math.min(minima[column]!, value);
    maxima[column] = Math.max(maxima[column]!, value);
  }
  const withZero =
    (join: (a: number, b: number) => number) =>
    (value: number, column: number): number =>
      found[column] === 0 || found[column]! < matrix.rows ? join(value, 0) : value;
  return {
    minima: Array.from(minima, withZero(Math.min)),
    maxima: Array.from(maxima, withZero(Math.max)),
  };
}

/** Features of the row whose value was never seen, by being outside of all that was. */
export type Outside = (row: readonly SparseEntry[]) => readonly SparseEntry[];

export function createOutside({ minima, maxima }: Ranges): Outside {
  const neverZero = minima.flatMap((minimum, feature) =>
    minimum > 0 || maxima[feature]! < 0 ? [feature] : [],
  );
  return (row) => {
    const found = row.filter(
      ({ column, value }) => value < minima[column]! || value > maxima[column]!,
    );
    if (neverZero.length === 0) return found;
    const present = new Set(row.map(({ column }) => column));
    for (const column of neverZero) {
      if (!present.has(column)) found.push({ column, value: 0 });
    }
    return found;
  };
}

/** What features outside of what was seen add to a distance: each as much as one more threshold of it would. */
export function outsideDistance(features: readonly number[], { ofFeature }: Layout): number {
  // Counted as whole numbers first, so that the sum does not depend on the order of the features.
  const counts: number[] = [];
  for (const feature of features) {
    const steps = ofFeature.get(feature)?.length ?? 1;
    counts[steps] = (counts[steps] ?? 0) + 1;
  }
  return counts.reduce((sum, count, steps) => sum + count * weightOf(steps), 0);
}

/**
 * The features of each row that lie outside of what the rows of all other groups have: what would be outside had the
 * row's group been left out.
 */
export function outsideOfOthers(
  matrix: SparseMatrix,
  groups: readonly string[],
): readonly (readonly number[])[] {
  const names = [...new Set(groups)];
  const numberOf = new Map(names.map((name, index) => [name, index]));
  const group = Int32Array.from(groups, (name) => numberOf.get(name)!);
  const found: number[][] = groups.map(() => []);
  const column = new Float64Array(matrix.rows);
  for (const [feature, entries] of entriesByColumn(matrix).entries()) {
    column.fill(0);
    for (const { row, value } of entries) column[row] = value;
    const largest = twoLargest(column, group);
    const smallest = twoLargest(column, group, -1);
    for (const [row, value] of column.entries()) {
      const maximum = largest.group === group[row] ? largest.other : largest.value;
      const minimum = -(smallest.group === group[row] ? smallest.other : smallest.value);
      if (value > maximum || value < minimum) found[row]!.push(feature);
    }
  }
  return found;
}

type TwoLargest = { readonly value: number; readonly group: number; readonly other: number };

/** The largest value with its group, and the largest of all other groups; of the negated values when sign is −1. */
function twoLargest(column: Float64Array, groups: Int32Array, sign: 1 | -1 = 1): TwoLargest {
  let [value, group, other] = [-Infinity, -1, -Infinity];
  for (const [row, own] of groups.entries()) {
    const next = sign * column[row]!;
    if (own === group) value = Math.max(value, next);
    else if (next > value) [other, value, group] = [value, next, own];
    else if (next > other) other = next;
  }
  return { value, group, other };
}

type ColumnEntry = { readonly row: number; readonly value: number };

function entriesByColumn(matrix: SparseMatrix): readonly (readonly ColumnEntry[])[] {
  const found: ColumnEntry[][] = Array.from({ length: matrix.columns }, () => []);
  for (let row = 0; row < matrix.rows; row++) {
    for (let at = matrix.offsets[row]!; at < matrix.offsets[row + 1]!; at++) {
      found[matrix.indices[at]!]!.push({ row, value: matrix.values[at]! });
    }
  }
  return found;
}
