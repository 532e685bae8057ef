import type { PlattScaling } from '../calibration/calibration.ts';
import { scoresToProbabilities } from '../logistic/logistic.ts';
import type { SparseEntry } from '../logistic/logistic.ts';
import { createEncoder } from './encoding.ts';
import type { Encoding } from './encoding.ts';

/** How scores become probabilities that can be believed: of several classes by one number, of two by two. */
export type Calibration =
  | { readonly kind: 'temperature'; readonly temperature: number }
  | ({ readonly kind: 'platt' } & PlattScaling);

/** A fitted classifier of rows of numbers; everything that a prediction needs, and nothing of the rows. */
export type Classifier = {
  readonly encoding: Encoding;
  readonly classes: readonly string[];
  /**
   * Of the encoded columns. One row per class (softmax); for two classes a single row, whose score is the log-odds of
   * the second class.
   */
  readonly weights: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
  readonly calibration: Calibration;
};

/** Scores of encoded rows before calibration: one for two classes, otherwise one per class. */
export function scoresOf(
  { weights, intercepts }: Pick<Classifier, 'weights' | 'intercepts'>,
  row: readonly SparseEntry[],
): Float64Array {
  return Float64Array.from(weights, (own, output) => {
    let sum = intercepts[output] ?? 0;
    for (const { column, value } of row) sum += own[column]! * value;
    return sum;
  });
}

export function calibrate(scores: Float64Array, calibration: Calibration): Float64Array {
  return calibration.kind === 'platt'
    ? scores.map((score) => calibration.slope * score + calibration.offset)
    : scores.map((score) => score / calibration.temperature);
}

/** Calibrated probabilities of the classes, in their order; they sum to 1. */
export type Predict = (row: readonly SparseEntry[]) => Float64Array;

export function createPredict(classifier: Classifier): Predict {
  const encode = createEncoder(classifier.encoding);
  return (row) =>
    scoresToProbabilities(calibrate(scoresOf(classifier, encode(row)), classifier.calibration));
}
