import { sha256Hex } from '../../../std/std.ts';
import { rowOf } from '../classifier/classifiers.ts';
import type { NoveltyModel } from '../novelty/novelties.ts';
import type { LabelledTable } from '../table/table.ts';

/** The same rows in the same order give the same hash, whatever file they came from. */
export function hashOf(table: LabelledTable): string {
  const { features, matrix, labels, coinciding, classes, groups } = table;
  const lines = groups.map((group, row) => {
    const values = rowOf(matrix, row).map(({ column, value }) => [features[column], value]);
    const own = [labels[row]!, ...(coinciding?.[row] ?? [])].map((label) => classes[label]);
    return JSON.stringify([own, group, values]);
  });
  return sha256Hex(lines.join('\n'));
}

/** Features that have one value in all rows, where it is not 0. */
export function constantsOf(
  features: readonly string[],
  { minima, maxima }: NoveltyModel['ranges'],
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    features.flatMap((name, column) => {
      const value = minima[column]!;
      return value === maxima[column] && value !== 0 ? [[name, value]] : [];
    }),
  );
}
