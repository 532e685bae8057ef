import { fitLogistic, matrixFromRows } from '../logistic/logistic.ts';

/** P(second class) = 1 / (1 + e^−(slope · score + offset)). */
export type PlattScaling = { readonly slope: number; readonly offset: number };

export type ScoredCase = {
  /** Log-odds of the second class, as the model has them. */
  readonly score: number;
  readonly isSecond: boolean;
};

/**
 * Platt's scaling of the score of two classes: a logistic regression on the score alone, whose targets are moved away
 * from 0 and 1 by Laplace's rule, (n₊ + 1)/(n₊ + 2) and 1/(n₋ + 2), so that few rows do not claim certainty.
 * Fit it on scores of rows that the model had not seen.
 * Source: Platt, Probabilistic Outputs for Support Vector Machines, 1999; Lin, Lin and Weng, 2007.
 * @returns the identity when one of the classes has no rows.
 */
export function fitPlatt(cases: readonly ScoredCase[]): PlattScaling {
  const seconds = cases.filter(({ isSecond }) => isSecond).length;
  const firsts = cases.length - seconds;
  if (seconds === 0 || firsts === 0) return { slope: 1, offset: 0 };
  const targetOf = ({ isSecond }: ScoredCase): number =>
    isSecond ? (seconds + 1) / (seconds + 2) : 1 / (firsts + 2);
  // A target between 0 and 1 is a row of each class, weighted by it.
  const rows = cases.flatMap(({ score }) => [[score], [score]]);
  const labels = cases.flatMap(() => [0, 1]);
  const sampleWeights = cases.flatMap((one) => [1 - targetOf(one), targetOf(one)]);
  const fit = fitLogistic(matrixFromRows(rows), labels, 2, { sampleWeights, strengthC: Infinity });
  return { slope: fit.weights[0] ?? 1, offset: fit.intercepts[0] ?? 0 };
}
