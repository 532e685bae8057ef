import { confidenceOf, isRight } from './prediction.ts';
import type { Prediction } from './prediction.ts';

export type CoveragePoint = {
  /** Share of rows that are answered. */
  readonly coverage: number;
  /** Share of right answers among them. */
  readonly accuracy: number;
  /** The smallest confidence that is answered. */
  readonly threshold: number;
};

/**
 * What is right when only the most certain rows are answered, for every number of rows that a threshold can give: equal
 * confidences are answered together. Source: El-Yaniv and Wiener, 2010.
 * @param confidence of a prediction, higher for more certain ones; its probability unless said.
 */
export function riskCoverage(
  predictions: readonly Prediction[],
  confidence: (prediction: Prediction) => number = confidenceOf,
): readonly CoveragePoint[] {
  const ranked = predictions
    .map((prediction) => ({ certainty: confidence(prediction), right: isRight(prediction) }))
    .toSorted((a, b) => b.certainty - a.certainty);
  const points: CoveragePoint[] = [];
  let right = 0;
  for (const [index, row] of ranked.entries()) {
    if (row.right) right++;
    const answered = index + 1;
    if (ranked[answered]?.certainty === row.certainty) continue;
    points.push({
      coverage: answered / ranked.length,
      accuracy: right / answered,
      threshold: row.certainty,
    });
  }
  return points;
}

/** Accuracy of the smallest set of answers that covers at least this share of the rows. */
export function accuracyAtCoverage(points: readonly CoveragePoint[], coverage: number): number {
  // Shares are sums of whole rows; what rounding takes from them is not a row.
  const point = points.find((candidate) => candidate.coverage >= coverage - 1e-12);
  return point?.accuracy ?? Number.NaN;
}
