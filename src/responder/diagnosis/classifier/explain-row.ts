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
  const encode = createEncoder(classifier.encoding);
  const compared = new Map<string, Comparison>();
  const comparisonOf = (of: number, against: number | undefined): Comparison => {
    const key = `${of} ${against ?? ''}`;
    const known = compared.get(key);
    if (known !== undefined) return known;
    const made = compare(classifier, of, against);
    compared.set(key, made);
    return made;
  };
  return (row, of, against) => {
    const { weights, base, ofMean } = comparisonOf(of, against);
    const contributions = ofMean.slice();
    for (const { column, value } of encode(row)) {
      contributions[classifier.encoding[column]!.feature]! += weights[column]! * value;
    }
    const terms: RowTerm[] = [];
    let score = base;
    for (let feature = 0; feature < contributions.length; feature++) {
      const contribution = contributions[feature]!;
      if (contribution === 0) continue;
      terms.push({ feature, contribution });
      score += contribution;
    }
    return { base, score, terms };
  };
}

/** What explanations of one class, or of one class against another, have in common. */
type Comparison = {
  /** Of the encoded columns, after calibration. */
  readonly weights: Float64Array;
  readonly base: number;
  /** By feature: what is taken off because its mean is not 0. */
  readonly ofMean: Float64Array;
};

function compare(classifier: Classifier, of: number, against: number | undefined): Comparison {
  const { encoding } = classifier;
  const { weightOf, intercept } = directionOf(classifier, of, against);
  const features = encoding.reduce((most, { feature }) => Math.max(most, feature + 1), 0);
  const weights = Float64Array.from(encoding, (_, column) => weightOf(column));
  const ofMean = new Float64Array(features);
  let base = intercept;
  for (const [column, { feature, mean, scale }] of encoding.entries()) {
    const own = (weights[column]! * mean) / scale;
    base += own;
    ofMean[feature]! -= own;
  }
  return { weights, base, ofMean };
}

type Direction = {
  /** Of an encoded column. */
  readonly weightOf: (column: number) => number;
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
      weightOf: (column) => sign * slope * weights[0]![column]!,
      intercept: sign * (slope * intercepts[0]! + offset),
    };
  }
  const [own, other] = [weights[of]!, against === undefined ? undefined : weights[against]!];
  const less = against === undefined ? 0 : intercepts[against]!;
  return {
    weightOf: (column) => slope * (own[column]! - (other?.[column] ?? 0)),
    intercept: slope * (intercepts[of]! - less),
  };
}

function lineOf(calibration: Calibration): { readonly slope: number; readonly offset: number } {
  return calibration.kind === 'platt'
    ? calibration
    : { slope: 1 / calibration.temperature, offset: 0 };
}
