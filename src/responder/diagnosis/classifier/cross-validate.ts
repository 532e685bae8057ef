import { refuseTable, requireClasses } from '../table/table.ts';
import type { LabelledTable } from '../table/table.ts';
import type { EncodingKind } from './encoding.ts';
import { fitClassifier } from './fit-classifier.ts';
import type { FittedClassifier } from './fit-classifier.ts';
import { canLearnFrom, groupFolds, splitsOf, timeSplits } from './folds.ts';
import type { Split } from './folds.ts';

export type CrossValidationOptions = {
  readonly folds?: number;
  /** Of the order in which groups are dealt out. */
  readonly seed?: number;
  /** Instead of what cross-validation inside of each fold would choose. */
  readonly encoding?: EncodingKind;
  readonly strengthC?: number;
  /** Called when a fold begins. */
  readonly onFold?: (fold: number, count: number) => void;
};

export const DEFAULT_FOLDS = 10;

/** Fits a classifier to the training rows of each split, from the choice of the recipe on. */
export function crossValidate<T>(
  table: LabelledTable,
  splits: readonly Split[],
  options: CrossValidationOptions,
  visit: (fitted: FittedClassifier, split: Split) => T,
): readonly T[] {
  return splits.map((split, index) => {
    options.onFold?.(index + 1, splits.length);
    return visit(fitClassifier(table, { ...options, rows: split.train }), split);
  });
}

/**
 * Leaves each fold out in turn. With times each part is left out together with all that came after it.
 * @throws CrmwatchError training_data_invalid when too little can be left out.
 */
export function outerSplits(
  table: LabelledTable,
  { folds = DEFAULT_FOLDS, seed = 0 }: CrossValidationOptions,
): readonly Split[] {
  requireClasses(table);
  const groupCount = new Set(table.groups).size;
  if (groupCount < folds) {
    refuseTable(
      `there are ${groupCount} groups of rows for ${folds} folds`,
      'ask for fewer folds with --folds, or give more rows; equal rows are one group',
    );
  }
  const splits = splitsInOrder(table, folds, seed);
  const poor = splits.findIndex(({ train }) => !canLearnFrom(table, train));
  if (poor >= 0) {
    refuseTable(
      `fold ${poor + 1} leaves fewer than two classes to learn from`,
      'give each class several groups of rows, or ask for other folds with --folds',
    );
  }
  return splits;
}

/** The same as `outerSplits` with as many folds as there are groups for; none when that leaves too little. */
export function possibleSplits(
  table: LabelledTable,
  { folds = DEFAULT_FOLDS, seed = 0 }: CrossValidationOptions,
): readonly Split[] {
  const count = Math.min(folds, new Set(table.groups).size);
  if (count < 2) return [];
  const splits = splitsInOrder(table, count, seed);
  return splits.every(({ train }) => canLearnFrom(table, train)) ? splits : [];
}

function splitsInOrder(table: LabelledTable, folds: number, seed: number): readonly Split[] {
  const { times, groups } = table;
  return times === null
    ? splitsOf(groupFolds(table, folds, seed), folds)
    : timeSplits(times, groups, folds);
}
