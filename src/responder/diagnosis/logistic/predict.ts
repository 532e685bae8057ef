import { outputCount, sigmoid, softmaxInPlace } from './objective.ts';

/** The part of a fit that makes predictions. */
export type LogisticParameters = {
  readonly classCount: number;
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
  const scores = logisticScores(parameters, row);
  if (outputCount(parameters.classCount) === 1) {
    const score = scores[0] ?? 0;
    return Float64Array.of(sigmoid(-score), sigmoid(score));
  }
  softmaxInPlace(scores, 0, scores.length);
  return scores;
}
