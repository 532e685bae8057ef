import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  fitLogistic,
  logisticProbabilities,
  matrixFromRows,
} from '../../../../src/responder/diagnosis/logistic/logistic.ts';
import type { Solver } from '../../../../src/responder/diagnosis/logistic/logistic.ts';

type Fixture = {
  readonly rows: readonly number[][];
  readonly labels: readonly number[];
  readonly sampleWeights: readonly number[];
  readonly fits: readonly {
    readonly strengthC: number;
    readonly weighted: boolean;
    readonly weights: readonly number[][];
    readonly intercepts: readonly number[];
    readonly firstProbabilities: readonly number[][];
  }[];
};

function load(name: string): Fixture {
  const path = new URL(`../../../fixtures/diagnosis/logistic-${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Fixture;
}

function largestDifference(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return Math.max(...expected.map((value, index) => Math.abs(value - found[index]!)));
}

const SOLVERS: readonly Solver[] = ['newton', 'lbfgs'];
// The rows of glmnet's own example: one slope, one nearly useless column.
const GLMNET_ROWS = [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((a, index) => [
  a,
  [0, 0, 1, 0, 1, 1, 1, 0, 0][index]!,
]);

describe.each(SOLVERS)('glmnet, by %s', (solver) => {
  const options = { strengthC: 1 / 9, solver };
  it('has the coefficients of two classes', () => {
    const labels = [0, 0, 0, 1, 1, 1, 1, 1, 1];
    const fit = fitLogistic(matrixFromRows(GLMNET_ROWS), labels, 2, options);
    expect(fit.converged).toBe(true);
    expect(largestDifference(fit.weights, [0.44464569182, 0.01457563448])).toBeLessThan(1e-7);
    expect(largestDifference(fit.intercepts, [0.89230405539])).toBeLessThan(1e-7);
  });

  it('has the coefficients of three classes', () => {
    const labels = [0, 0, 0, 1, 1, 1, 2, 2, 2];
    const fit = fitLogistic(matrixFromRows(GLMNET_ROWS), labels, 3, options);
    const weights = [
      -0.38023389305, -0.01226499932, -8.164030176e-5, 4.734548012e-2, 0.3803155334, -0.0350804808,
    ];
    const intercepts = [-0.12004759652, 0.2251747383, -0.1051271418];
    expect(largestDifference(fit.weights, weights)).toBeLessThan(1e-7);
    expect(largestDifference(fit.intercepts, intercepts)).toBeLessThan(1e-7);
  });
});

describe('L-BFGS', () => {
  it.each(['wine', 'breast-cancer'])('needs few iterations on %s', (name) => {
    const { rows, labels, fits } = load(name);
    const options = { strengthC: 1, solver: 'lbfgs' } as const;
    const fit = fitLogistic(matrixFromRows(rows), labels, new Set(labels).size, options);
    const expected = fits.find((one) => one.strengthC === 1 && !one.weighted);
    expect(fit.converged).toBe(true);
    expect(fit.iterations).toBeLessThan(60);
    expect(largestDifference(fit.weights, expected?.weights.flat() ?? [])).toBeLessThan(1e-4);
  });
});

describe.each(['iris', 'iris-raw', 'wine', 'breast-cancer'])('scikit-learn on %s', (name) => {
  const fixture = load(name);
  const matrix = matrixFromRows(fixture.rows);
  const classCount = new Set(fixture.labels).size;
  it.each(fixture.fits)('agrees for C=$strengthC, weighted: $weighted', (expected) => {
    const fit = fitLogistic(matrix, fixture.labels, classCount, {
      strengthC: expected.strengthC,
      ...(expected.weighted ? { sampleWeights: fixture.sampleWeights } : {}),
    });
    expect(fit.converged).toBe(true);
    expect(largestDifference(fit.weights, expected.weights.flat())).toBeLessThan(1e-6);
    expect(largestDifference(fit.intercepts, expected.intercepts)).toBeLessThan(1e-6);
    for (const [row, probabilities] of expected.firstProbabilities.entries()) {
      const found = logisticProbabilities(fit, fixture.rows[row]!);
      expect(largestDifference(found, probabilities)).toBeLessThan(1e-8);
    }
  });
});
