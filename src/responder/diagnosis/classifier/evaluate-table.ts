import type { Prediction } from '../evaluation/evaluation.ts';
import { singleRows } from '../table/table.ts';
import type { LabelledTable } from '../table/table.ts';
import { createPredict } from './classifier.ts';
import { crossValidate, outerSplits } from './cross-validate.ts';
import type { CrossValidationOptions } from './cross-validate.ts';
import type { Recipe } from './fit-classifier.ts';
import { rowOf } from './rows.ts';

export type TableEvaluation = {
  /** Of every row of one class that was left out once. In the order of time the first rows never are. */
  readonly predictions: readonly Prediction[];
  readonly folds: number;
  readonly inOrderOfTime: boolean;
  /** What was chosen within each fold, from its training rows alone. */
  readonly recipes: readonly Recipe[];
};

/**
 * Predicts every row by a classifier that saw neither it nor its group, from the choice of the recipe on. With times
 * each part is predicted from what came before it.
 * @throws CrmwatchError training_data_invalid when too little can be left out.
 */
export function evaluateTable(
  table: LabelledTable,
  options: CrossValidationOptions = {},
): TableEvaluation {
  const folds = crossValidate(
    table,
    outerSplits(table, options),
    options,
    ({ classifier, recipe }, { test }) => {
      const predict = createPredict(classifier);
      const predictions = singleRows(table, test).map((row): Prediction => {
        const probabilities = predict(rowOf(table.matrix, row));
        return { actual: table.labels[row]!, probabilities, group: table.groups[row]! };
      });
      return { predictions, recipe };
    },
  );
  return {
    predictions: folds.flatMap(({ predictions }) => predictions),
    folds: folds.length,
    inOrderOfTime: table.times !== null,
    recipes: folds.map(({ recipe }) => recipe),
  };
}
