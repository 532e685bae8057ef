import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import PackageRegression from 'ml-logistic-regression';
import { Matrix } from 'ml-matrix';
import {
  fitLogistic,
  matrixFromRows,
  logisticProbabilities,
} from '../../src/responder/diagnosis/logistic/logistic.ts';
import type { Figure } from './main.ts';

const REPETITIONS = 5;
/** Where scikit-learn is looked for; a virtual environment is named by CRMWATCH_BENCH_PYTHON. */
const PYTHON = process.env['CRMWATCH_BENCH_PYTHON'] ?? 'python3';

type Problem = {
  readonly name: string;
  readonly rows: readonly number[][];
  readonly labels: readonly number[];
  /** Of gradient descent: the default of the package, unless that would take hours. */
  readonly steps: number;
};

type Fit = {
  readonly name: string;
  readonly ms: number;
  /** On the rows of the training: it tells whether the fit came to its end, not how good the model is. */
  readonly accuracy: number;
};

/** The same published rows fitted by us, by scikit-learn and by npm's ml-logistic-regression, one after the other. */
export function benchPeers(): readonly Figure[] {
  return [readProblem('iris', 50_000), readProblem('digits', 100)].flatMap((problem) =>
    [ours(problem), ...scikitLearn(problem), npmPackage(problem)].flatMap(
      ({ name, ms, accuracy }) => [
        { name: `${problem.name}: ${name}`, value: ms, unit: 'ms' },
        { name: `${problem.name}: ${name}: training accuracy`, value: accuracy, unit: '' },
      ],
    ),
  );
}

function readProblem(name: string, steps: number): Problem {
  const path = join(import.meta.dirname, `../fixtures/diagnosis/logistic-${name}.json`);
  const { rows, labels } = JSON.parse(readFileSync(path, 'utf8')) as Omit<
    Problem,
    'name' | 'steps'
  >;
  return { name, rows, labels, steps };
}

function accuracyOf(answers: readonly number[], labels: readonly number[]): number {
  return answers.filter((answer, row) => answer === labels[row]).length / labels.length;
}

/** The fastest of some fits, since whatever else runs only makes them slower. */
function fastest<Result>(count: number, run: () => Result): { ms: number; result: Result } {
  let best: { ms: number; result: Result } | undefined;
  for (let repetition = 0; repetition < count; repetition++) {
    const begin = performance.now();
    const result = run();
    const ms = performance.now() - begin;
    if (best === undefined || ms < best.ms) best = { ms, result };
  }
  if (best === undefined) throw new Error('nothing was run');
  return best;
}

function ours({ rows, labels }: Problem): Fit {
  const matrix = matrixFromRows(rows);
  const classCount = new Set(labels).size;
  const { ms, result } = fastest(REPETITIONS, () => fitLogistic(matrix, labels, classCount));
  const answers = rows.map((row) => {
    const probabilities = [...logisticProbabilities(result, row)];
    return probabilities.indexOf(Math.max(...probabilities));
  });
  return { name: 'crmwatch, gradient 1e-8', ms, accuracy: accuracyOf(answers, labels) };
}

function scikitLearn({ name, rows, labels }: Problem): readonly Fit[] {
  const script = join(import.meta.dirname, 'peers.py');
  const input = JSON.stringify({ rows, labels, repetitions: REPETITIONS });
  const { status, stdout, stderr } = spawnSync(PYTHON, [script], { input, encoding: 'utf8' });
  if (status !== 0) {
    const why = stderr?.trim().split('\n').at(-1) ?? 'there is no such program';
    console.log(
      `${name}: no scikit-learn by ${PYTHON} (${why}); name one by CRMWATCH_BENCH_PYTHON`,
    );
    return [];
  }
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Fit);
}

/** It descends by a fixed number of steps without an intercept and without a penalty, each class against all others. */
function npmPackage({ rows, labels, steps }: Problem): Fit {
  const matrix = new Matrix(rows.map((row) => [...row]));
  const { ms, result } = fastest(1, () => {
    const model = new PackageRegression({ numSteps: steps });
    model.train(matrix, Matrix.columnVector([...labels]));
    return model;
  });
  const accuracy = accuracyOf(result.predict(matrix), labels);
  return { name: `ml-logistic-regression 2.0.0, ${steps} steps`, ms, accuracy };
}
