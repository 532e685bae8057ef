import type { SparseEntry } from '../logistic/logistic.ts';
import type { Calibration, Classifier } from './classifier.ts';
import { createEncoder } from './encoding.ts';

/** What one feature adds to a score, all columns that were made of it together; in log-odds. */
export type RowTerm = {
  /** Index of the feature. */
  readonly feature: number;
  readonly contribution: number;
};

export type RowExplanation = {
  /** The score of the mean row of the training. */
  readonly base: number;
  /** base + Σ contributions: the calibrated score, from which the probability is made. */
  readonly score: number;
  /** Features without any part in the score are left out. */
  readonly terms: readonly RowTerm[];
};

/**
 * Takes a score apart.
 * @param of the class that is asked about.
 * @param against explains log(p of one / p of the other) instead; of two classes, that is the score itself.
 */
export type ExplainRow = (
  row: readonly SparseEntry[],
  of: number,
  against?: number,
) => RowExplanation;

/**
 * The terms φⱼ = wⱼ(xⱼ − meanⱼ) are the exact interventional Shapley values of a linear model, so that base and terms add
 * up to the score. Calibration is linear in the score, and so is its part in each term.
 * Source: Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, 2017, corollary 1.
 */
export function createExplainRow(classifier: Classifier): ExplainRow {
  const { encoding } = classifier;
  const encode = createEncoder(encoding);
  return (row, of, against) => {
    const { weights, intercept } = directionOf(classifier, of, against);
    const contributions = new Map<number, number>();
    let base = intercept;
    for (const [column, { feature, mean, scale }] of encoding.entries()) {
      const ofMean = (weights(column) * mean) / scale;
      base += ofMean;
      if (ofMean !== 0) contributions.set(feature, (contributions.get(feature) ?? 0) - ofMean);
    }
    for (const { column, value } of encode(row)) {
      const { feature } = encoding[column]!;
      const own = weights(column) * value;
      contributions.set(feature, (contributions.get(feature) ?? 0) + own);
    }
    const terms = [...contributions].flatMap(([feature, contribution]) =>
      contribution === 0 ? [] : [{ feature, contribution }],
    );
    const score = terms.reduce((sum, { contribution }) => sum + contribution, base);
    return { base, score, terms };
  };
}

type Direction = {
  /** Of an encoded column. */
  readonly weights: (column: number) => number;
  readonly intercept: number;
};

function directionOf(
  { weights, intercepts, calibration }: Classifier,
  of: number,
  against: number | undefined,
): Direction {
  const { slope, offset } = lineOf(calibration);
  if (weights.length === 1) {
    // A single score speaks for the second class, and against the first.
    const sign = of === 1 ? 1 : -1;
    return {
      weights: (column) => sign * slope * weights[0]![column]!,
      intercept: sign * (slope * intercepts[0]! + offset),
    };
  }
  const [own, other] = [weights[of]!, against === undefined ? undefined : weights[against]!];
  const less = against === undefined ? 0 : intercepts[against]!;
  return {
    weights: (column) => slope * (own[column]! - (other?.[column] ?? 0)),
    intercept: slope * (intercepts[of]! - less),
  };
}

function lineOf(calibration: Calibration): { readonly slope: number; readonly offset: number } {
  return calibration.kind === 'platt'
    ? calibration
    : { slope: 1 / calibration.temperature, offset: 0 };
}
