/** What a classifier said of one row that it had not seen, beside what was true. */
export type Prediction = {
  /** Index of the right class. */
  readonly actual: number;
  /** One probability per class; they sum to 1. */
  readonly probabilities: ArrayLike<number>;
  /** Rows of one group are alike for another reason than their class; intervals take them or leave them together. */
  readonly group: string;
};

/** The most probable class; of equals the first. */
export function likeliestOf({ probabilities }: Pick<Prediction, 'probabilities'>): number {
  let best = 0;
  for (let k = 1; k < probabilities.length; k++) {
    if (probabilities[k]! > probabilities[best]!) best = k;
  }
  return best;
}

export function confidenceOf(prediction: Pick<Prediction, 'probabilities'>): number {
  return prediction.probabilities[likeliestOf(prediction)] ?? 0;
}

export function isRight(prediction: Prediction): boolean {
  return likeliestOf(prediction) === prediction.actual;
}
