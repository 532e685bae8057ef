import { readFileSync } from 'node:fs';
import {
  fitLogistic,
  matrixFromRows,
  sparseFromEntries,
} from '../../src/responder/diagnosis/logistic/logistic.ts';
import type { Matrix, Solver } from '../../src/responder/diagnosis/logistic/logistic.ts';
import { createSeededRandom } from '../../src/std/std.ts';
import type { Figure } from './main.ts';

const ROWS = 2000;
const COLUMNS = 100;
const REPETITIONS = 5;

type Problem = {
  readonly name: string;
  readonly matrix: Matrix;
  readonly labels: readonly number[];
  readonly classCount: number;
  readonly solver?: Solver;
};

/** Fits to a gradient of 1e-8: invented rows by both solvers, published sets, and many sparse rows. */
export function benchFit(): readonly Figure[] {
  return [...invented(), ...published(), sparse()].flatMap(measure);
}

/** The fastest of some fits, since whatever else runs only makes them slower. */
function measure({ name, matrix, labels, classCount, solver }: Problem): readonly Figure[] {
  const options = solver === undefined ? {} : { solver };
  const times: number[] = [];
  let fit = fitLogistic(matrix, labels, classCount, options);
  const repetitions = matrix.rows > ROWS ? 1 : REPETITIONS;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const begin = performance.now();
    fit = fitLogistic(matrix, labels, classCount, options);
    times.push(performance.now() - begin);
  }
  return [
    { name: `fit ${name}`, value: Math.min(...times), unit: 'ms' },
    { name: `fit ${name}: iterations`, value: fit.iterations, unit: '' },
    { name: `fit ${name}: gradient`, value: fit.gradientNorm, unit: '' },
  ];
}

function invented(): readonly Problem[] {
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
    return (['newton', 'lbfgs'] as Solver[]).map((solver): Problem => {
      const name = `${ROWS} x ${COLUMNS}, ${classCount} classes, ${solver}`;
      return { name, matrix, labels, classCount, solver };
    });
  });
}

function published(): readonly Problem[] {
  return ['iris', 'digits'].map((name): Problem => {
    const path = new URL(`../fixtures/diagnosis/logistic-${name}.json`, import.meta.url);
    const { rows, labels } = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly rows: readonly number[][];
      readonly labels: readonly number[];
    };
    const classCount = new Set(labels).size;
    return { name, matrix: matrixFromRows(rows), labels, classCount };
  });
}

/** As hashed texts are: 10,000 rows with 30 of 2^14 columns each, in eight classes. */
function sparse(): Problem {
  const [rows, columns, classCount] = [10_000, 2 ** 14, 8];
  const random = createSeededRandom(2);
  const labels = Array.from({ length: rows }, () => Math.floor(random.next() * classCount));
  const entries = labels.map((label) => {
    const own = Array.from({ length: 30 }, (_, at) => {
      const isOfClass = at < 3 && random.next() < 0.5;
      return isOfClass ? label * 100 + at : Math.floor(random.next() * columns);
    });
    return [...new Set(own)].map((column) => ({ column, value: 1 }));
  });
  const name = `${rows} x ${columns} sparse, ${classCount} classes`;
  return { name, matrix: sparseFromEntries(entries, columns), labels, classCount };
}
