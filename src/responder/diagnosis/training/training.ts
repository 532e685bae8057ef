import type { FaultModel } from '../model/model.ts';
import { labelledFeatures } from './dataset.ts';
import { evaluateOn } from './evaluate.ts';
import { trainOn } from './train.ts';
import type { TrainOptions } from './train.ts';
import type { TrainingRow } from './training-row.ts';

export { evaluate } from './evaluate.ts';
export type { ClassFigures, Evaluation } from './evaluate.ts';
export type { TrainOptions } from './train.ts';
export { tableOfEpisodes } from './table-of-episodes.ts';
export { decodeTrainingLines } from './training-row.ts';
export type { TrainingRow } from './training-row.ts';

/**
 * Trains a model on all rows, and evaluates the same recipe on groups that it leaves out in turn.
 * @throws CrmwatchError training_data_invalid when the rows have fewer than two classes.
 */
export function train(rows: readonly TrainingRow[], options: TrainOptions = {}): FaultModel {
  const labelled = labelledFeatures(rows);
  const model = trainOn(labelled, options);
  const found = evaluateOn(labelled, options);
  if (found === null) return model;
  // The confusion matrix stays out of the model file.
  const { classes: _classes, confusion: _confusion, ...evaluation } = found;
  return { ...model, evaluation };
}
