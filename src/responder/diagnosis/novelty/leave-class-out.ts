import type { FitOptions } from '../classifier/fit-classifier.ts';
import { groupFolds, splitsOf } from '../classifier/folds.ts';
import { rowOf } from '../classifier/rows.ts';
import { hasClass, requireClasses } from '../table/table.ts';
import type { LabelledTable } from '../table/table.ts';
import { fitNovelty } from './fit-novelty.ts';
import { noveltyLimitOf } from './limit.ts';
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
  /** At the limits that the models set themselves, each from its own training rows. */
  readonly ownLimit: UnknownPoint;
};

export type LeaveClassOutOptions = Pick<FitOptions, 'encoding' | 'strengthC'> & {
  readonly folds?: number;
  readonly seed?: number;
  readonly onClass?: (index: number, count: number) => void;
};

/** How many false unknowns are borne. */
const FALSE_UNKNOWNS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2];
/** By which models set themselves a limit. */
const OWN_FALSE_UNKNOWNS = 0.05;
const DEFAULT_FOLDS = 10;

/**
 * Takes each class out of the training in turn, and tells how many of its rows are recognised as like nothing that was
 * seen, at which share of rows of the other classes, left out by groups, that are taken for such as well.
 * @throws CrmwatchError training_data_invalid when all rows are of one class.
 */
export function leaveClassesOut(
  table: LabelledTable,
  options: LeaveClassOutOptions = {},
): readonly LeftOutClass[] {
  const { folds = DEFAULT_FOLDS, seed = 0, onClass, ...recipe } = options;
  requireClasses(table);
  const splits = splitsOf(groupFolds(table, folds, seed), folds);
  return table.classes.map((_, own) => {
    onClass?.(own + 1, table.classes.length);
    const isKnown = (row: number): boolean => !hasClass(table, row, own);
    const known: Scored[] = [];
    const unseen: Scored[] = [];
    for (const { train, test } of splits) {
      const { novelty, leftOutScores } = fitNovelty(table, train.filter(isKnown), recipe);
      const noveltyOf = createNovelty(novelty);
      const limit = noveltyLimitOf(leftOutScores, OWN_FALSE_UNKNOWNS);
      for (const row of test) {
        const score = noveltyOf(rowOf(table.matrix, row));
        (isKnown(row) ? known : unseen).push({ score, isAboveLimit: score > limit });
      }
    }
    return {
      class: own,
      rows: unseen.length,
      points: pointsOf(known, unseen),
      ownLimit: pointOf(known, unseen, ({ isAboveLimit }) => isAboveLimit),
    };
  });
}

type Scored = { readonly score: number; readonly isAboveLimit: boolean };

function pointsOf(known: readonly Scored[], unseen: readonly Scored[]): readonly UnknownPoint[] {
  const sorted = known.map(({ score }) => score).toSorted((a, b) => b - a);
  return FALSE_UNKNOWNS.map((share) => {
    // At most so many known rows lie above it.
    const threshold = sorted[Math.floor(share * sorted.length)] ?? 0;
    return pointOf(known, unseen, ({ score }) => score > threshold);
  });
}

function pointOf(
  known: readonly Scored[],
  unseen: readonly Scored[],
  isUnknown: (row: Scored) => boolean,
): UnknownPoint {
  return {
    falseUnknown: known.filter(isUnknown).length / known.length,
    unknown: unseen.filter(isUnknown).length / unseen.length,
  };
}
