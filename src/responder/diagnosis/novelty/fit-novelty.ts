import type { Recipe } from '../classifier/fit-classifier.ts';
import { innerSplits } from '../classifier/folds.ts';
import { encodeRows, rowOf, takeRows } from '../classifier/rows.ts';
import { fitLogistic } from '../logistic/logistic.ts';
import type { LabelledTable } from '../table/table.ts';
import { createFlagger, fitFlags, nearest } from './flags.ts';
import type { Bits } from './flags.ts';
import { createParts } from './novelty.ts';
import type { NoveltyModel } from './novelty.ts';

const FOLDS = 4;
/** Enough to know what is near, and few enough to compare each row with all. */
const MOST_SEEN = 2000;
/** Order is what counts here, not the last digit. */
const CLAIM_LIMITS = { gradientTolerance: 1e-4, maximumIterations: 500 };

/**
 * Learns what rows of the known classes are like. What they have when they are left out of the training is the measure
 * of what is unusual: distances to rows of other groups, claims by classes that were fitted without them.
 */
export function fitNovelty(
  table: LabelledTable,
  rows: readonly number[],
  recipe: Recipe,
): NoveltyModel {
  const some = evenly(rows, MOST_SEEN);
  const flags = fitFlags(takeRows(table.matrix, rows));
  const flagsOf = createFlagger(flags);
  const bits = new Map(some.map((row) => [row, flagsOf(rowOf(table.matrix, row))]));
  const distances = some.map((row) => {
    const others = some.filter((other) => table.groups[other] !== table.groups[row]);
    return nearest(
      bits.get(row)!,
      others.map((other) => bits.get(other)!),
    );
  });
  const unclaimed = innerSplits(table, rows, FOLDS).flatMap(({ train, test }) => {
    const claimed = fitClaims(table, train, recipe);
    const partsOf = createParts({ ...claimed, flags: [], seen: [] });
    return test.map((row) => partsOf(rowOf(table.matrix, row)).unclaimed);
  });
  return {
    ...fitClaims(table, rows, recipe),
    flags,
    seen: distinct(bits.values()),
    references: {
      unclaimed: Float64Array.from(unclaimed).sort(),
      distances: Float64Array.from(distances.filter(Number.isFinite)).sort(),
    },
  };
}

function fitClaims(
  table: LabelledTable,
  rows: readonly number[],
  { encoding: kind, strengthC }: Recipe,
): Pick<NoveltyModel, 'encoding' | 'claims'> {
  const { encoding, matrix } = encodeRows(table.matrix, rows, kind);
  const classes = [...new Set(rows.map((row) => table.labels[row]!))].toSorted((a, b) => a - b);
  const fits = classes.map((own) => {
    const labels = rows.map((row) => (table.labels[row] === own ? 1 : 0));
    return fitLogistic(matrix, labels, 2, { strengthC, solver: 'lbfgs', ...CLAIM_LIMITS });
  });
  return {
    encoding,
    claims: {
      weights: fits.map(({ weights }) => [...weights]),
      intercepts: fits.map(({ intercepts }) => intercepts[0]!),
    },
  };
}

function evenly(rows: readonly number[], most: number): readonly number[] {
  if (rows.length <= most) return rows;
  return Array.from({ length: most }, (_, at) => rows[Math.floor((at * rows.length) / most)]!);
}

function distinct(all: Iterable<Bits>): readonly Bits[] {
  const byKey = new Map<string, Bits>();
  for (const bits of all) byKey.set(bits.join(' '), bits);
  return [...byKey.values()];
}
