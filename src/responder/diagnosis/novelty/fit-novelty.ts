import { fitClaims } from '../classifier/claims.ts';
import type { Recipe } from '../classifier/fit-classifier.ts';
import { innerSplits } from '../classifier/folds.ts';
import { rowOf, takeRows } from '../classifier/rows.ts';
import type { SparseMatrix } from '../logistic/logistic.ts';
import type { LabelledTable } from '../table/table.ts';
import { createFlagger, fitFlags, layOut } from './flags.ts';
import type { Flag } from './flags.ts';
import { createUnclaimed, scoreOf } from './novelty.ts';
import type { NoveltyParts } from './novelty.ts';
import type { NoveltyModel } from './novelty-model.ts';
import { fitRanges, outsideDistance, outsideOfOthers } from './ranges.ts';
import { joinRows, nearestTo, packBits } from './seen-rows.ts';

/**
 * By which a class claims rows, whatever suits their classification: thermometers can fence a class in, and a penalty
 * chosen for the log-loss of known classes is often so weak that one of them claims what lies beyond all.
 */
const CLAIM_RECIPE: Recipe = { encoding: 'steps', strengthC: 0.3 };
const FOLDS = 4;
/** Enough to know what is near, and few enough to compare each row with all. */
const MOST_ROWS = 2000;
/** Of all rows together, where there are very many flags: two megabytes. */
const MOST_BITS = 2 ** 24;

export type FittedNovelty = {
  readonly novelty: NoveltyModel;
  /** Of rows of the training, at most 2,000, each as if its group had been left out. */
  readonly leftOutScores: readonly number[];
};

/**
 * Learns what rows of the known classes are like. What they have when they are left out of the training is the measure
 * of what is unusual: distances to rows of other groups, claims by classes that were fitted without them.
 */
export function fitNovelty(
  table: LabelledTable,
  rows: readonly number[],
  given: Partial<Recipe> = {},
): FittedNovelty {
  const recipe = { ...CLAIM_RECIPE, ...given };
  const taken = takeRows(table.matrix, rows);
  const flags = fitFlags(taken);
  const some = takeFromEachClass(table, rows, Math.min(MOST_ROWS, MOST_BITS / flags.length));
  const { seen, distances } = measureDistances(table, { rows, taken, some }, flags);
  const unclaimed = measureClaims(table, some, recipe);
  const references = {
    unclaimed: rising(unclaimed.values()),
    distances: rising(distances.values()),
  };
  const leftOutScores = some.map((row) =>
    scoreOf(
      // Where nothing can be left out, there is no reference either, by which to call this unusual.
      { unclaimed: unclaimed.get(row) ?? 0, distance: distances.get(row) ?? 0 },
      references,
    ),
  );
  const novelty = {
    ...fitClaims(table, some, recipe),
    flags,
    seen,
    ranges: fitRanges(taken),
    references,
  };
  return { novelty, leftOutScores };
}

type PartOfRows = ReadonlyMap<number, NoveltyParts[keyof NoveltyParts]>;

type ChosenRows = {
  readonly rows: readonly number[];
  /** The matrix of all of them. */
  readonly taken: SparseMatrix;
  /** Those that are compared. */
  readonly some: readonly number[];
};

/** How far each of some rows lies from those of other groups. */
function measureDistances(
  table: LabelledTable,
  { rows, taken, some }: ChosenRows,
  flags: readonly Flag[],
): { readonly seen: readonly string[]; readonly distances: PartOfRows } {
  const layout = layOut(flags);
  const flagsOf = createFlagger(layout);
  const bits = new Map(some.map((row) => [row, flagsOf(rowOf(table.matrix, row))]));
  const rowsByText = Map.groupBy(some, (row) => packBits(bits.get(row)!));
  const groups = [...rowsByText.values()].map(
    (alike) => new Set(alike.map((row) => table.groups[row])),
  );
  const firsts = [...rowsByText.values()].map(([row]) => bits.get(row!)!);
  const seen = joinRows(firsts, layout.words);
  const outside = outsideOfOthers(
    taken,
    rows.map((row) => table.groups[row]!),
  );
  const outsideOf = new Map(rows.map((row, index) => [row, outside[index]!]));
  const distances = some.flatMap((row): readonly [number, number][] => {
    const isOwn = (index: number): boolean =>
      groups[index]!.size === 1 && groups[index]!.has(table.groups[row]);
    const { distance } = nearestTo(bits.get(row)!, seen, layout, isOwn);
    // Infinite when there is no other group.
    if (distance === Infinity) return [];
    return [[row, distance + outsideDistance(outsideOf.get(row)!, layout)]];
  });
  return { seen: [...rowsByText.keys()], distances: new Map(distances) };
}

/** How little each row is claimed by classes that were fitted without its group. */
function measureClaims(table: LabelledTable, rows: readonly number[], recipe: Recipe): PartOfRows {
  const measured = innerSplits(table, rows, FOLDS).flatMap(({ train, test }) => {
    const unclaimedOf = createUnclaimed(fitClaims(table, train, recipe));
    return test.map((row) => [row, unclaimedOf(rowOf(table.matrix, row))] as const);
  });
  return new Map(measured);
}

/** As many rows as may be, evenly taken within each class; the rare classes lose theirs last. */
function takeFromEachClass(
  table: LabelledTable,
  rows: readonly number[],
  most: number,
): readonly number[] {
  if (rows.length <= most) return rows;
  const classes = [...Map.groupBy(rows, (row) => table.labels[row]!).values()];
  let left = most;
  const taken = classes
    .toSorted((a, b) => a.length - b.length)
    .flatMap((own, index) => {
      const count = Math.min(own.length, Math.max(1, Math.floor(left / (classes.length - index))));
      left -= count;
      return Array.from({ length: count }, (_, at) => own[Math.floor((at * own.length) / count)]!);
    });
  return taken.toSorted((a, b) => a - b);
}

function rising(values: Iterable<number>): readonly number[] {
  return Float64Array.from(values).sort().values().toArray();
}
