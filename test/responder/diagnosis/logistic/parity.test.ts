import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  fitLogistic,
  logisticProbabilities,
  matrixFromRows,
} from '../../../../src/responder/diagnosis/logistic/logistic.ts';
import type {
  DenseMatrix,
  LogisticOptions,
  Solver,
} from '../../../../src/responder/diagnosis/logistic/logistic.ts';

type Fit = {
  readonly strengthC: number;
  readonly weighting: 'none' | 'sample' | 'balanced';
  readonly weights: readonly number[][];
  readonly intercepts: readonly number[];
  readonly probabilities: readonly number[][];
  readonly objective: number;
  readonly defaultObjective: number;
};

type Fixture = {
  readonly rows: readonly number[][];
  readonly labels: readonly number[];
  readonly sampleWeights: readonly number[];
  readonly raw: readonly Fit[];
  readonly standardised: readonly Fit[];
};

function readFixture(name: string): unknown {
  const path = new URL(`../../../fixtures/diagnosis/logistic-${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as unknown;
}

/** As scikit-learn's StandardScaler: by the population standard deviation, columns of one value by 1. */
function standardise(rows: readonly (readonly number[])[]): readonly number[][] {
  const columns = (rows[0] ?? []).map((_, column) => {
    const values = rows.map((row) => row[column]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean, scale: variance === 0 ? 1 : Math.sqrt(variance) };
  });
  return rows.map((row) =>
    row.map((value, column) => (value - columns[column]!.mean) / columns[column]!.scale),
  );
}

function largestDifference(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return Math.max(...expected.map((value, index) => Math.abs(value - found[index]!)));
}

function optionsOf(fixture: Fixture, { strengthC, weighting }: Fit): LogisticOptions {
  if (weighting === 'sample') return { strengthC, sampleWeights: fixture.sampleWeights };
  return weighting === 'balanced' ? { strengthC, classWeights: 'balanced' } : { strengthC };
}

const SOLVERS: readonly Solver[] = ['newton', 'lbfgs'];

type Coefficients = {
  readonly weights: readonly number[][];
  readonly intercepts: readonly number[];
};

const glmnet = readFixture('glmnet') as {
  readonly rows: readonly number[][];
  readonly fits: readonly {
    readonly labels: readonly number[];
    readonly printed: Coefficients;
    readonly converged: Coefficients;
  }[];
};

describe.each(SOLVERS)("glmnet's example, by %s", (solver) => {
  it.each(glmnet.fits)('is fitted to the end for $labels', ({ labels, printed, converged }) => {
    const options = { strengthC: 1 / 9, solver, gradientTolerance: 1e-13 };
    const fit = fitLogistic(matrixFromRows(glmnet.rows), labels, new Set(labels).size, options);
    expect(fit.converged).toBe(true);
    expect(largestDifference(fit.weights, converged.weights.flat())).toBeLessThan(1e-9);
    expect(largestDifference(fit.intercepts, converged.intercepts)).toBeLessThan(1e-9);
    // What glmnet printed lies up to 3.4e-8 beside the minimum that both find.
    expect(largestDifference(fit.weights, printed.weights.flat())).toBeLessThan(1e-7);
    expect(largestDifference(fit.intercepts, printed.intercepts)).toBeLessThan(1e-7);
  });
});

describe.each(['iris', 'wine', 'breast-cancer', 'digits'])('scikit-learn on %s', (name) => {
  const fixture = readFixture(name) as Fixture;
  const classCount = new Set(fixture.labels).size;
  const forms = {
    raw: matrixFromRows(fixture.rows),
    standardised: matrixFromRows(standardise(fixture.rows)),
  };
  const shownOf = (matrix: DenseMatrix): readonly Float64Array[] =>
    Array.from({ length: 12 }, (_, index) => {
      const row = index * Math.floor(matrix.rows / 12);
      return matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns);
    });

  it.each(
    (['raw', 'standardised'] as const).flatMap((form) =>
      fixture[form].map((expected) => ({ form, ...expected })),
    ),
  )('agrees on $form rows for C=$strengthC, weights: $weighting', ({ form, ...expected }) => {
    const matrix = forms[form];
    const fit = fitLogistic(matrix, fixture.labels, classCount, {
      ...optionsOf(fixture, expected),
      gradientTolerance: 1e-12,
    });
    expect(fit.converged).toBe(true);
    expect(largestDifference(fit.weights, expected.weights.flat())).toBeLessThan(1e-6);
    expect(largestDifference(fit.intercepts, expected.intercepts)).toBeLessThan(1e-6);
    for (const [index, row] of shownOf(matrix).entries()) {
      const found = logisticProbabilities(fit, row);
      expect(largestDifference(found, expected.probabilities[index]!)).toBeLessThan(1e-8);
    }
    expect(fit.objective).toBeCloseTo(expected.objective, 12);
    expect(fit.objective).toBeLessThanOrEqual(expected.defaultObjective);
  });
});
