import type { DiagnosisAnswer, DiagnosisClass } from '../../../catalog/catalog.ts';
import { CrmwatchError } from '../../../std/std.ts';
import { classify } from '../classify.ts';
import { DIAGNOSIS_CLASSES } from '../model/model.ts';
import type { EvaluationFacts, FaultModel } from '../model/model.ts';
import { groupSplits, labelledFeatures } from './dataset.ts';
import type { LabelledFeatures } from './dataset.ts';
import { trainOn } from './train.ts';
import type { TrainOptions } from './train.ts';
import type { TrainingRow } from './training-row.ts';

/** A probability of 0 would make one row outweigh all others. */
const SMALLEST_PROBABILITY = 1e-15;
const DEFAULT_MAXIMUM_FOLDS = 10;

export type ClassFigures = {
  readonly class: DiagnosisClass;
  readonly rows: number;
  /** Null when no row was taken for the class. */
  readonly precision: number | null;
  /** Null when no row was of the class. */
  readonly recall: number | null;
  readonly f1: number;
};

export type Evaluation = EvaluationFacts & {
  readonly classes: readonly ClassFigures[];
  /** How often each class got each answer, "unknown" included; pairs that never occurred are left out. */
  readonly confusion: readonly {
    readonly actual: DiagnosisClass;
    readonly answer: DiagnosisAnswer;
    readonly rows: number;
  }[];
};

type Prediction = {
  readonly actual: DiagnosisClass;
  readonly likeliest: DiagnosisClass;
  readonly answer: DiagnosisAnswer;
  readonly actualProbability: number;
};

/**
 * Trains without some groups and predicts those, until every row was predicted once by a model that never saw its
 * group.
 * @throws CrmwatchError training_data_invalid when no group can be left out.
 */
export function evaluate(rows: readonly TrainingRow[], options: TrainOptions = {}): Evaluation {
  const evaluation = evaluateOn(labelledFeatures(rows), options);
  if (evaluation !== null) return evaluation;
  throw new CrmwatchError(
    'training_data_invalid',
    'no group can be left out: the others would have fewer than two classes',
    {
      remedy: 'give rows that were recorded apart different groups, and each class several groups',
    },
  );
}

/** The same on features; null when no group can be left out. */
export function evaluateOn(
  rows: readonly LabelledFeatures[],
  options: TrainOptions,
): Evaluation | null {
  const splits = groupSplits(rows, options.maximumFolds ?? DEFAULT_MAXIMUM_FOLDS);
  if (splits.length === 0) return null;
  const predictions = splits.flatMap(({ kept, left }) => {
    const model = trainOn(kept, options);
    return left.map((row) => predict(model, row));
  });
  return figuresOf(predictions, splits.length);
}

function predict(model: FaultModel, row: LabelledFeatures): Prediction {
  const { answer, likeliest, probabilities } = classify(model, row.features);
  const actual = probabilities.find((candidate) => candidate.class === row.label);
  const actualProbability = Math.max(SMALLEST_PROBABILITY, actual?.probability ?? 0);
  return { actual: row.label, likeliest, answer, actualProbability };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function figuresOf(predictions: readonly Prediction[], folds: number): Evaluation {
  const total = predictions.length;
  const isRight = (prediction: Prediction): boolean => prediction.likeliest === prediction.actual;
  const answered = predictions.filter(({ answer }) => answer !== 'unknown');
  const occurring = DIAGNOSIS_CLASSES.filter((name) =>
    predictions.some((one) => one.actual === name || one.likeliest === name),
  );
  const classes = occurring.map((name): ClassFigures => {
    const actual = predictions.filter((one) => one.actual === name);
    const right = actual.filter(isRight).length;
    const claimed = predictions.filter((one) => one.likeliest === name).length;
    return {
      class: name,
      rows: actual.length,
      precision: share(right, claimed),
      recall: share(right, actual.length),
      f1: (2 * right) / (claimed + actual.length),
    };
  });
  const losses = predictions.map(({ actualProbability }) => -Math.log(actualProbability));
  return {
    folds,
    accuracyRatio: predictions.filter(isRight).length / total,
    macroF1: classes.reduce((sum, { f1 }) => sum + f1, 0) / classes.length,
    logLoss: losses.reduce((sum, loss) => sum + loss, 0) / total,
    unknownRatio: (total - answered.length) / total,
    answeredAccuracyRatio: share(answered.filter(isRight).length, answered.length),
    classes,
    confusion: confusionOf(predictions, occurring),
  };
}

function confusionOf(
  predictions: readonly Prediction[],
  classes: readonly DiagnosisClass[],
): Evaluation['confusion'] {
  const answers: readonly DiagnosisAnswer[] = [...classes, 'unknown'];
  return classes.flatMap((actual) =>
    answers.flatMap((answer) => {
      const alike = predictions.filter((one) => one.actual === actual && one.answer === answer);
      return alike.length === 0 ? [] : [{ actual, answer, rows: alike.length }];
    }),
  );
}
