import { chooseRecipe } from '../classifier/fit-classifier.ts';
import type { FitOptions } from '../classifier/fit-classifier.ts';
import { groupFolds, splitsOf } from '../classifier/folds.ts';
import { rowOf } from '../classifier/rows.ts';
import type { LabelledTable } from '../table/table.ts';
import { fitNovelty } from './fit-novelty.ts';
import { createNovelty } from './novelty.ts';

export type UnknownPoint = {
  /** Share of rows of known classes that are called unknown. */
  readonly falseUnknown: number;
  /** Share of rows of the class that was never seen that are. */
  readonly unknown: number;
};

export type LeftOutClass = {
  /** Index of the class. */
  readonly class: number;
  readonly rows: number;
  /** For each share of false unknowns that is asked for. */
  readonly points: readonly UnknownPoint[];
};

export type LeaveClassOutOptions = Pick<FitOptions, 'encoding' | 'strengthC'> & {
  readonly folds?: number;
  readonly seed?: number;
  readonly onClass?: (index: number, count: number) => void;
};

/** How many false unknowns are borne. */
const FALSE_UNKNOWNS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2];
const DEFAULT_FOLDS = 5;

/**
 * Takes each class out of the training in turn, and tells how many of its rows are recognised as like nothing that was
 * seen, at which share of rows of the other classes, left out by groups, that are taken for such as well.
 */
export function leaveClassesOut(
  table: LabelledTable,
  options: LeaveClassOutOptions = {},
): readonly LeftOutClass[] {
  const { folds = DEFAULT_FOLDS, seed = 0, onClass } = options;
  const splits = splitsOf(groupFolds(table, folds, seed), folds);
  const all = [...table.groups.keys()];
  return table.classes.map((_, own) => {
    onClass?.(own + 1, table.classes.length);
    const isKnown = (row: number): boolean => table.labels[row] !== own;
    const recipe = chooseRecipe(table, { ...options, rows: all.filter(isKnown) }).recipe;
    const known: number[] = [];
    const unseen: number[] = [];
    for (const { train, test } of splits) {
      const noveltyOf = createNovelty(fitNovelty(table, train.filter(isKnown), recipe));
      for (const row of test) {
        (isKnown(row) ? known : unseen).push(noveltyOf(rowOf(table.matrix, row)));
      }
    }
    return { class: own, rows: unseen.length, points: pointsOf(known, unseen) };
  });
}

function pointsOf(known: readonly number[], unseen: readonly number[]): readonly UnknownPoint[] {
  const sorted = known.toSorted((a, b) => b - a);
  return FALSE_UNKNOWNS.map((share) => {
    // At most so many known rows lie above it.
    const threshold = sorted[Math.floor(share * sorted.length)] ?? 0;
    return {
      falseUnknown: known.filter((score) => score > threshold).length / known.length,
      unknown: unseen.filter((score) => score > threshold).length / unseen.length,
    };
  });
}
