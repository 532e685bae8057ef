import type { FittedClassifier } from '../classifier/classifiers.ts';
import type { JudgeParts, TrainedModel } from '../model/model.ts';
import { fitNovelty } from '../novelty/novelties.ts';
import type { LabelledTable } from '../table/table.ts';
import { constantsOf } from './summarise-table.ts';

/** What of a model is learnt from rows. */
export type LearntParts = Omit<JudgeParts, 'costs' | 'noveltyLimit'> &
  Pick<TrainedModel, 'constants'>;

/** All that goes beside a classifier that was fitted to these rows of the table. */
export function completeParts(
  table: LabelledTable,
  rows: readonly number[],
  { classifier }: Pick<FittedClassifier, 'classifier'>,
): LearntParts {
  const { features, coinciding } = table;
  const { novelty } = fitNovelty(table, rows);
  return {
    features,
    constants: constantsOf(features, novelty.ranges),
    ...classifier,
    isCoinciding: coinciding !== null && rows.some((row) => coinciding[row]!.length > 0),
    novelty,
  };
}
