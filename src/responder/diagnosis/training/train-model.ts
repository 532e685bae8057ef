import { sha256Hex } from '../../../std/std.ts';
import { fitClassifier } from '../classifier/classifiers.ts';
import type { CrossValidationOptions } from '../classifier/classifiers.ts';
import type { Cost } from '../decision/decision.ts';
import { reportOn } from '../evaluation/evaluation.ts';
import type { Report } from '../evaluation/evaluation.ts';
import { MODEL_SCHEMA, referenceOf } from '../model/model.ts';
import type { ModelKind, TrainedModel } from '../model/model.ts';
import { noveltyLimitOf } from '../novelty/novelties.ts';
import { requireClasses } from '../table/table.ts';
import type { LabelledTable } from '../table/table.ts';
import { answerFacts, singlesOf } from './judged-rows.ts';
import { answeredAt, judgeLeftOut } from './left-out.ts';
import type { LeftOut } from './left-out.ts';
import { completeParts } from './learnt-parts.ts';
import { hashOf } from './summarise-table.ts';

export type TrainOptions = CrossValidationOptions & {
  readonly kind?: ModelKind;
  readonly costs?: readonly Cost[];
  /** False to fit alone: nothing is known then about how well it does, and novelty has no limit. */
  readonly isEvaluated?: boolean;
  /** Share of rows of known classes that may be called unknown for being unlike the training. */
  readonly falseUnknownRatio?: number;
};

export type Training = {
  readonly model: TrainedModel;
  /** Of the rows that were left out in turn; null when no group could be. */
  readonly report: Report | null;
};

const NOTHING_LEFT_OUT: LeftOut = { rows: [], folds: 0, seed: 0 };
const DEFAULT_FALSE_UNKNOWN_RATIO = 0.05;

/**
 * Fits a model to all rows, and measures the same recipe on groups of rows that it leaves out in turn, the choice of the
 * recipe and what is novel included. The same rows in the same order give the same model to the bit.
 * @throws CrmwatchError training_data_invalid when the rows have fewer than two classes.
 */
export function trainModel(table: LabelledTable, options: TrainOptions = {}): Training {
  requireClasses(table);
  const { costs = [], falseUnknownRatio = DEFAULT_FALSE_UNKNOWN_RATIO } = options;
  const { isEvaluated = true } = options;
  const leftOut = isEvaluated ? judgeLeftOut(table, options, costs) : NOTHING_LEFT_OUT;
  const noveltyLimit = noveltyLimitOf(
    singlesOf(leftOut.rows).map(({ novelty }) => novelty),
    falseUnknownRatio,
  );
  const fitted = fitAll(table, options, { costs, noveltyLimit });
  if (leftOut.rows.length === 0) return { model: fitted, report: null };
  const report = reportOn(
    singlesOf(leftOut.rows).map(({ prediction }) => prediction),
    table.classes,
  );
  const { rows, folds, seed } = leftOut;
  const { figures } = report;
  const answers = answerFacts(answeredAt(rows, noveltyLimit));
  return { model: { ...fitted, evaluation: { folds, seed, figures, ...answers } }, report };
}

function fitAll(
  table: LabelledTable,
  { kind = 'table', ...options }: TrainOptions,
  judgement: Pick<TrainedModel, 'costs' | 'noveltyLimit'>,
): TrainedModel {
  const rows = [...table.groups.keys()];
  const fitted = fitClassifier(table, { ...options, rows });
  const { recipe, fit } = fitted;
  const sha256 = hashOf(table);
  const identity = sha256Hex(JSON.stringify([MODEL_SCHEMA, sha256, recipe, judgement]));
  return {
    schema: MODEL_SCHEMA,
    id: identity.slice(0, 12),
    kind,
    columns: table.columns,
    dictionary: table.dictionary,
    ...completeParts(table, rows, fitted),
    ...judgement,
    reference: kind === 'evidence' ? referenceOf(table) : null,
    training: {
      rows: rows.length,
      groups: new Set(table.groups).size,
      sha256,
      ...recipe,
      converged: fit.converged,
      gradientNorm: fit.gradientNorm,
      iterations: fit.iterations,
    },
    evaluation: null,
  };
}
