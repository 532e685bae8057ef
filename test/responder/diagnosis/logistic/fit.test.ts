import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLogisticObjective,
  fitLogistic,
  logisticProbabilities,
  logisticScores,
  matrixFromRows,
  sparseFromEntries,
} from '../../../../src/responder/diagnosis/logistic/logistic.ts';
import { CrmwatchError, createSeededRandom } from '../../../../src/std/std.ts';

type Problem = { rows: number[][]; labels: number[]; classCount: number };

function invented(seed: number, rowCount: number, columns: number, classCount: number): Problem {
  const random = createSeededRandom(seed);
  const rows = Array.from({ length: rowCount }, () =>
    Array.from({ length: columns }, () => random.next() * 2 - 1),
  );
  // Noisy labels that lean on the first column; the first rows make sure that every class occurs.
  const labels = rows.map((row, index) =>
    index < classCount
      ? index
      : Math.min(
          classCount - 1,
          Math.floor((((row[0] ?? 0) + 1) / 4 + random.next() / 2) * classCount),
        ),
  );
  return { rows, labels, classCount };
}

const problems = fc
  .record({
    seed: fc.nat(),
    rowCount: fc.integer({ min: 5, max: 60 }),
    columns: fc.integer({ min: 0, max: 6 }),
    classCount: fc.integer({ min: 2, max: 5 }),
    strengthC: fc.constantFrom(0.01, 1, 100),
  })
  .map(({ seed, rowCount, columns, classCount, strengthC }) => ({
    ...invented(seed, rowCount, columns, classCount),
    strengthC,
  }));

describe('objective', () => {
  it.each([2, 4])('has the gradient and Hessian of its value, %i classes', (classCount) => {
    const { rows, labels } = invented(7, 30, 3, classCount);
    const objective = createLogisticObjective({
      matrix: matrixFromRows(rows),
      labels: Int32Array.from(labels),
      classCount,
      sampleWeights: Float64Array.from(rows, (_, index) => 1 + (index % 2)),
      strengthC: 0.5,
    });
    const { dimension } = objective;
    const random = createSeededRandom(8);
    const at = Float64Array.from({ length: dimension }, () => random.next() - 0.5);
    const gradient = new Float64Array(dimension);
    const hessian = new Float64Array(dimension * dimension);
    objective.evaluate(at, gradient);
    objective.hessian(at, hessian);
    const width = 1e-5;
    for (let i = 0; i < dimension; i++) {
      const [up, down] = [at.slice(), at.slice()];
      up[i]! += width;
      down[i]! -= width;
      const [gradientUp, gradientDown] = [gradient.slice(), gradient.slice()];
      const rise = objective.evaluate(up, gradientUp) - objective.evaluate(down, gradientDown);
      expect(rise / (2 * width)).toBeCloseTo(gradient[i]!, 8);
      for (let j = 0; j < dimension; j++) {
        const slope = (gradientUp[j]! - gradientDown[j]!) / (2 * width);
        expect(slope).toBeCloseTo(hessian[i * dimension + j]!, 8);
      }
    }
  });
});

describe('fitLogistic', () => {
  it('reaches the same minimum by Newton and by L-BFGS', () => {
    fc.assert(
      fc.property(problems, ({ rows, labels, classCount, strengthC }) => {
        const matrix = matrixFromRows(rows);
        const newton = fitLogistic(matrix, labels, classCount, { strengthC, solver: 'newton' });
        const lbfgs = fitLogistic(matrix, labels, classCount, { strengthC, solver: 'lbfgs' });
        expect(newton.converged).toBe(true);
        expect(lbfgs.converged).toBe(true);
        expect(newton.gradientNorm).toBeLessThanOrEqual(1e-8);
        expect(Math.abs(newton.objective - lbfgs.objective)).toBeLessThan(1e-10);
        for (const [index, weight] of newton.weights.entries()) {
          expect(Math.abs(weight - lbfgs.weights[index]!)).toBeLessThan(2e-3);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has weights and intercepts that sum to zero over the classes, and probabilities to one', () => {
    fc.assert(
      fc.property(problems, ({ rows, labels, classCount, strengthC }) => {
        const fit = fitLogistic(matrixFromRows(rows), labels, classCount, { strengthC });
        const sum = logisticProbabilities(fit, rows[0]!).reduce((total, p) => total + p, 0);
        expect(sum).toBeCloseTo(1, 12);
        if (classCount === 2) return;
        for (let j = 0; j < fit.columns; j++) {
          let total = 0;
          for (let k = 0; k < classCount; k++) total += fit.weights[k * fit.columns + j]!;
          expect(Math.abs(total)).toBeLessThan(1e-10);
        }
        const intercepts = fit.intercepts.reduce((total, intercept) => total + intercept, 0);
        expect(Math.abs(intercepts)).toBeLessThan(1e-10);
      }),
      { numRuns: 60 },
    );
  });

  it('predicts the class shares when there is nothing else to go by', () => {
    const labels = [0, 1, 1, 2, 2, 2];
    const fit = fitLogistic(matrixFromRows(labels.map(() => [5])), labels, 3);
    const found = logisticProbabilities(fit, [5]);
    expect(found[0]).toBeCloseTo(1 / 6, 8);
    expect(found[2]).toBeCloseTo(1 / 2, 8);
  });

  it('counts a row with weight 2 as two rows', () => {
    const { rows, labels } = invented(3, 20, 2, 3);
    const doubled = fitLogistic(matrixFromRows([...rows, ...rows]), [...labels, ...labels], 3);
    const weighted = fitLogistic(matrixFromRows(rows), labels, 3, {
      sampleWeights: rows.map(() => 2),
    });
    for (const [index, weight] of doubled.weights.entries()) {
      expect(weighted.weights[index]).toBeCloseTo(weight, 9);
    }
  });

  it('is the same to the bit on every run', () => {
    const { rows, labels } = invented(4, 50, 5, 4);
    for (const solver of ['newton', 'lbfgs'] as const) {
      const run = (): unknown => fitLogistic(matrixFromRows(rows), labels, 4, { solver });
      expect(run()).toEqual(run());
    }
  });

  it.each(['newton', 'lbfgs'] as const)('has the same fit for sparse rows, by %s', (solver) => {
    fc.assert(
      fc.property(problems, fc.double({ min: 0, max: 1, noNaN: true }), (problem, share) => {
        const { labels, classCount, strengthC } = problem;
        const random = createSeededRandom(Math.round(share * 1000));
        const rows = problem.rows.map((row) =>
          row.map((value) => (random.next() < share ? 0 : value)),
        );
        const entries = rows.map((row) =>
          row.flatMap((value, column) => (value === 0 ? [] : [{ column, value }])),
        );
        const columns = rows[0]?.length ?? 0;
        const options = { strengthC, solver };
        const dense = fitLogistic(matrixFromRows(rows), labels, classCount, options);
        const sparse = fitLogistic(
          sparseFromEntries(entries, columns),
          labels,
          classCount,
          options,
        );
        expect(sparse.converged).toBe(true);
        expect(Math.abs(sparse.objective - dense.objective)).toBeLessThan(1e-10);
        for (const [index, weight] of dense.weights.entries()) {
          expect(Math.abs(weight - sparse.weights[index]!)).toBeLessThan(2e-3);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('needs as many steps for columns of other sizes, by L-BFGS', () => {
    const { rows, labels } = invented(9, 60, 4, 3);
    const sizes = [1e-3, 1, 1e3, 1e5];
    const options = { strengthC: Infinity, solver: 'lbfgs', maximumIterations: 200 } as const;
    const plain = fitLogistic(matrixFromRows(rows), labels, 3, options);
    const stretched = rows.map((row) => row.map((value, j) => (value + 5) * sizes[j]!));
    const fit = fitLogistic(matrixFromRows(stretched), labels, 3, {
      ...options,
      gradientTolerance: 1e-4,
    });
    expect(fit.converged).toBe(true);
    expect(fit.iterations).toBeLessThan(2 * plain.iterations);
    expect(fit.objective).toBeCloseTo(plain.objective, 8);
  });

  it('has 100,000 features', () => {
    const random = createSeededRandom(5);
    const labels = Array.from({ length: 300 }, (_, index) => index % 3);
    const entries = labels.map((label) => [
      { column: label, value: 1 },
      ...Array.from({ length: 20 }, (_, at) => ({
        column: 3 + at * 4_999 + Math.floor(random.next() * 4_000),
        value: 1,
      })),
    ]);
    const fit = fitLogistic(sparseFromEntries(entries, 100_000), labels, 3);
    expect(fit).toMatchObject({ converged: true, solver: 'lbfgs' });
    expect(fit.weights[0]).toBeGreaterThan(1);
  });

  it.each(['newton', 'lbfgs'] as const)('stays finite on separable data, by %s', (solver) => {
    const rows = [[-2], [-1], [1], [2], [7], [8]];
    for (const strengthC of [1, 1e6, Infinity]) {
      for (const labels of [
        [0, 0, 1, 1, 1, 1],
        [0, 0, 1, 1, 2, 2],
      ]) {
        const classCount = Math.max(...labels) + 1;
        const fit = fitLogistic(matrixFromRows(rows), labels, classCount, { strengthC, solver });
        expect([...fit.weights, ...fit.intercepts].every(Number.isFinite)).toBe(true);
        for (const [index, row] of rows.entries()) {
          expect(logisticProbabilities(fit, row)[labels[index]!]).toBeGreaterThan(0.5);
        }
        expect(logisticProbabilities(fit, [1e6]).every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('gives defined answers for constant, repeated and huge columns and contradicting rows', () => {
    const rows = [
      [1, 1e6, 1e6, 0],
      [1, 2e6, 2e6, 0],
      [1, 1e6, 1e6, 0],
      [1, 3e6, 3e6, 0],
    ];
    for (const strengthC of [1, Infinity]) {
      const fit = fitLogistic(matrixFromRows(rows), [0, 1, 1, 0], 2, { strengthC });
      expect(logisticScores(fit, rows[0]!).every(Number.isFinite)).toBe(true);
    }
  });

  it.each([
    ['no rows', [], [], 2, /no rows/],
    ['a gap', [[1], [Number.NaN]], [0, 1], 2, /row 1, column 0 is NaN/],
    [
      'an infinity',
      [
        [1, Infinity],
        [1, 1],
      ],
      [0, 1],
      2,
      /row 0, column 1 is Infinity/,
    ],
    ['one class', [[1], [2]], [0, 0], 1, /only 1 class/],
    ['a class without rows', [[1], [2]], [0, 0], 2, /class 1 has no rows/],
    ['class weights of another number', [[1], [2]], [0, 1], 2, /weights are 1 for 2/, [1]],
    ['a class weight of zero', [[1], [2]], [0, 1], 2, /weights are 1, 0 for 2/, [1, 0]],
    ['a label outside', [[1], [2]], [0, 5], 2, /row 1 has the label 5/],
    ['too few labels', [[1], [2]], [0], 2, /2 rows have 1 labels/],
  ])('refuses %s', (_, rows, labels, classCount, message, classWeights?: number[]) => {
    const options = classWeights === undefined ? {} : { classWeights };
    const fit = (): unknown => fitLogistic(matrixFromRows(rows), labels, classCount, options);
    expect(fit).toThrow(CrmwatchError);
    expect(fit).toThrow(message);
  });

  it('refuses ragged rows, bad weights and a C of zero', () => {
    expect(() => matrixFromRows([[1, 2], [3]])).toThrow(/row 1 has 1 columns, but row 0 has 2/);
    const matrix = matrixFromRows([[1], [2]]);
    expect(() => fitLogistic(matrix, [0, 1], 2, { strengthC: 0 })).toThrow(/C is 0/);
    expect(() => fitLogistic(matrix, [0, 1], 2, { sampleWeights: [1, -1] })).toThrow(/row 1 is -1/);
    expect(() => fitLogistic(matrix, [0, 1], 2, { sampleWeights: [1] })).toThrow(/1 sample/);
    const twice = [[{ column: 1, value: 1 }], [1, 1].map((column) => ({ column, value: 2 }))];
    expect(() => sparseFromEntries(twice, 2)).toThrow(/row 1: column 1 occurs twice/);
    expect(() => sparseFromEntries(twice, 1)).toThrow(/row 0: column 1 is not one of 0 to 0/);
    const gap = sparseFromEntries([[], [{ column: 2, value: Number.NaN }]], 3);
    expect(() => fitLogistic(gap, [0, 1], 2)).toThrow(/row 1, column 2 is NaN/);
  });
});
