import type { Prediction } from '../evaluation/evaluation.ts';
import { refuseTable } from '../table/table.ts';
import type { LabelledTable } from '../table/table.ts';
import { createPredict } from './classifier.ts';
import type { EncodingKind } from './encoding.ts';
import { fitClassifier } from './fit-classifier.ts';
import type { Recipe } from './fit-classifier.ts';
import { groupFolds, splitsOf, timeSplits } from './folds.ts';
import type { Split } from './folds.ts';
import { rowOf } from './rows.ts';

export type TableEvaluationOptions = {
  readonly folds?: number;
  /** Of the order in which groups are dealt out. */
  readonly seed?: number;
  /** Instead of what cross-validation inside of each fold would choose. */
  readonly encoding?: EncodingKind;
  readonly strengthC?: number;
  /** Called when a fold begins. */
  readonly onFold?: (fold: number, count: number) => void;
};

export type TableEvaluation = {
  /** Of every row that was left out once. In the order of time the first rows never are. */
  readonly predictions: readonly Prediction[];
  readonly folds: number;
  readonly inOrderOfTime: boolean;
  /** What was chosen within each fold, from its training rows alone. */
  readonly recipes: readonly Recipe[];
};

const DEFAULT_FOLDS = 10;

/**
 * Predicts every row by a classifier that saw neither it nor its group, from the choice of the recipe on. With times
 * each part is predicted from what came before it.
 * @throws CrmwatchError training_data_invalid when too little can be left out.
 */
export function evaluateTable(
  table: LabelledTable,
  options: TableEvaluationOptions = {},
): TableEvaluation {
  const { onFold, encoding, strengthC } = options;
  const splits = outerSplits(table, options);
  const fitOptions = {
    ...(encoding === undefined ? {} : { encoding }),
    ...(strengthC === undefined ? {} : { strengthC }),
  };
  const recipes: Recipe[] = [];
  const predictions = splits.flatMap(({ train, test }, index) => {
    onFold?.(index + 1, splits.length);
    const { classifier, recipe } = fitClassifier(table, { rows: train, ...fitOptions });
    recipes.push(recipe);
    const predict = createPredict(classifier);
    return test.map((row): Prediction => {
      const probabilities = predict(rowOf(table.matrix, row));
      return { actual: table.labels[row]!, probabilities, group: table.groups[row]! };
    });
  });
  return { predictions, folds: splits.length, inOrderOfTime: table.times !== null, recipes };
}

function outerSplits(
  table: LabelledTable,
  { folds = DEFAULT_FOLDS, seed = 0 }: TableEvaluationOptions,
): readonly Split[] {
  const { labels, groups, times, classes } = table;
  if (classes.length < 2) {
    refuseTable(`all rows are of the class "${classes[0]}"`, 'give rows of at least two classes');
  }
  const groupCount = new Set(groups).size;
  if (groupCount < folds) {
    refuseTable(
      `there are ${groupCount} groups of rows for ${folds} folds`,
      'ask for fewer folds with --folds, or give more rows; equal rows are one group',
    );
  }
  const splits =
    times === null
      ? splitsOf(groupFolds(table, folds, seed), folds)
      : timeSplits(times, groups, folds);
  const poor = splits.findIndex(({ train }) => new Set(train.map((row) => labels[row])).size < 2);
  if (poor >= 0) {
    refuseTable(
      `fold ${poor + 1} leaves fewer than two classes to learn from`,
      'give each class several groups of rows, or ask for other folds with --folds',
    );
  }
  return splits;
}
