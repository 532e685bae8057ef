import { sigmoid, softmaxInPlace } from './objective.ts';

/** The part of a fit that makes predictions. */
export type LogisticParameters = {
  readonly columns: number;
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
};

/** The score of every weight row: one for two classes, otherwise one per class. */
export function logisticScores(
  parameters: LogisticParameters,
  row: ArrayLike<number>,
): Float64Array {
  const { columns, weights, intercepts } = parameters;
  return intercepts.map((intercept, output) => {
    let sum = intercept;
    for (let j = 0; j < columns; j++) sum += weights[output * columns + j]! * row[j]!;
    return sum;
  });
}

/** The probability of every class; they sum to 1. */
export function logisticProbabilities(
  parameters: LogisticParameters,
  row: ArrayLike<number>,
): Float64Array {
  return scoresToProbabilities(logisticScores(parameters, row));
}

/** A single score is the log-odds of the second of two classes; several are those of as many classes. */
export function scoresToProbabilities(scores: Float64Array): Float64Array {
  if (scores.length === 1) {
    const score = scores[0] ?? 0;
    return Float64Array.of(sigmoid(-score), sigmoid(score));
  }
  const probabilities = scores.slice();
  softmaxInPlace(probabilities, 0, probabilities.length);
  return probabilities;
}
