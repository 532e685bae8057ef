import { fitLogistic } from '../logistic/logistic.ts';
import type { SparseEntry } from '../logistic/logistic.ts';
import { hasClass } from '../table/table.ts';
import type { LabelledTable } from '../table/table.ts';
import { scoresOf } from './classifier.ts';
import { createEncoder } from './encoding.ts';
import type { Encoding } from './encoding.ts';
import type { Recipe } from './fit-classifier.ts';
import { encodeRows } from './rows.ts';

/**
 * A logistic regression of each class against all rows that are not of it. Each may say yes or no for itself: where a
 * softmax shares one probability out, here no class may hold, or several.
 */
export type Claims = {
  /** Of the columns of an encoding, a row for each class. */
  readonly weights: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
};

export type EncodedClaims = { readonly encoding: Encoding; readonly claims: Claims };

/** Order is what counts here, not the last digit. */
const CLAIM_LIMITS = { gradientTolerance: 3e-3, maximumIterations: 150 };
/** Low enough for a probability of nothing, and finite. */
const NEVER_SCORE = -1e3;

/** Fits a claim for every class of the table; one that no row has never claims, one that all have always does. */
export function fitClaims(
  table: LabelledTable,
  rows: readonly number[],
  { encoding: kind, strengthC }: Recipe,
): EncodedClaims {
  const { encoding, matrix } = encodeRows(table, rows, kind);
  const fits = table.classes.map((_, own) => {
    const labels = rows.map((row) => Number(hasClass(table, row, own)));
    const count = labels.reduce((sum, label) => sum + label, 0);
    if (count === 0 || count === labels.length) {
      const intercept = count === 0 ? NEVER_SCORE : -NEVER_SCORE;
      return { weights: encoding.map(() => 0), intercept };
    }
    const fit = fitLogistic(matrix, labels, 2, { strengthC, solver: 'lbfgs', ...CLAIM_LIMITS });
    return { weights: [...fit.weights], intercept: fit.intercepts[0]! };
  });
  return {
    encoding,
    claims: {
      weights: fits.map(({ weights }) => weights),
      intercepts: fits.map(({ intercept }) => intercept),
    },
  };
}

/** The log-odds with which each class claims a row for itself. */
export function createClaimScores({
  encoding,
  claims,
}: EncodedClaims): (row: readonly SparseEntry[]) => Float64Array {
  const encode = createEncoder(encoding);
  return (row) => scoresOf(claims, encode(row));
}
