import { fitLogistic, matrixFromRows } from '../../src/responder/diagnosis/logistic/logistic.ts';
import type { Solver } from '../../src/responder/diagnosis/logistic/logistic.ts';
import { createSeededRandom } from '../../src/std/std.ts';
import type { Figure } from './main.ts';

const ROWS = 2000;
const COLUMNS = 100;

/** Fits one 2,000 × 100 problem with five and with two classes, by both solvers, to a gradient of 1e-8. */
export function benchFit(): readonly Figure[] {
  const random = createSeededRandom(1);
  const rows = Array.from({ length: ROWS }, () =>
    Array.from({ length: COLUMNS }, () => random.next() * 2 - 1),
  );
  const matrix = matrixFromRows(rows);
  return [5, 2].flatMap((classCount) => {
    const labels = rows.map((row) => {
      const lean = row.slice(0, 10).reduce((sum, value) => sum + value, 0) / 12 + 0.5;
      const noisy = lean + (random.next() - 0.5) / 4;
      return Math.min(classCount - 1, Math.max(0, Math.floor(noisy * classCount)));
    });
    return (['newton', 'lbfgs'] as Solver[]).flatMap((solver): Figure[] => {
      const name = `fit ${ROWS} x ${COLUMNS}, ${classCount} classes, ${solver}`;
      const start = performance.now();
      const fit = fitLogistic(matrix, labels, classCount, { solver });
      const elapsed = performance.now() - start;
      return [
        { name, value: elapsed, unit: 'ms' },
        { name: `${name}: iterations`, value: fit.iterations, unit: '' },
        { name: `${name}: gradient`, value: fit.gradientNorm, unit: '' },
      ];
    });
  });
}
