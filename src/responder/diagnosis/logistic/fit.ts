import { CrmwatchError } from '../../../std/std.ts';
import { minimiseByLbfgs } from './lbfgs.ts';
import type { DenseMatrix } from './matrix.ts';
import type { Minimum } from './minimise.ts';
import { minimiseByNewton } from './newton.ts';
import { createLogisticObjective, outputCount } from './objective.ts';

export type Solver = 'newton' | 'lbfgs';

export type LogisticOptions = {
  /** Inverse strength of the L2 penalty, as in scikit-learn; Infinity for none. */
  readonly strengthC?: number;
  readonly sampleWeights?: ArrayLike<number>;
  /** Largest absolute entry of the gradient of the mean objective at which the fit ends. */
  readonly gradientTolerance?: number;
  readonly maximumIterations?: number;
  /** Newton for small problems, L-BFGS for large ones, unless said. */
  readonly solver?: Solver;
};

export type LogisticFit = {
  readonly classCount: number;
  readonly columns: number;
  /** Row-major. One row for two classes (the score of class 1), otherwise one row per class. */
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
  readonly solver: Solver;
  readonly converged: boolean;
  readonly iterations: number;
  /** Largest absolute entry of the gradient of the mean objective. */
  readonly gradientNorm: number;
  /** The mean objective: weighted mean log-loss plus ‖w‖² / (2·C·Σ sample weights). */
  readonly objective: number;
};

/**
 * Above this many parameters a Newton step (quadratic in them per row, cubic in all) costs more than the L-BFGS
 * steps it saves: 2,000 rows with 505 parameters took 9 Newton steps of eight times the time of 77 L-BFGS steps.
 */
const NEWTON_PARAMETER_LIMIT = 250;
const DEFAULT_GRADIENT_TOLERANCE = 1e-8;

/**
 * Fits a binary or multinomial logistic regression with an L2 penalty on the weights, not on the intercepts:
 * the minimiser of C·Σ sᵢℓᵢ + ½‖w‖², scikit-learn's objective. Deterministic: the same input gives the same
 * bits. Look at `converged` before trusting the result.
 *
 * @throws CrmwatchError training_data_invalid for data that has no fit, naming row and column.
 */
export function fitLogistic(
  matrix: DenseMatrix,
  labels: ArrayLike<number>,
  classCount: number,
  options: LogisticOptions = {},
): LogisticFit {
  const { strengthC = 1, gradientTolerance = DEFAULT_GRADIENT_TOLERANCE } = options;
  if (!(strengthC > 0)) refuse(`C is ${strengthC}`, 'give a C above 0');
  checkMatrix(matrix);
  const sampleWeights = checkSampleWeights(options.sampleWeights, matrix.rows);
  const checkedLabels = checkLabels(labels, sampleWeights, classCount);
  const outputs = outputCount(classCount);
  const objective = createLogisticObjective({
    matrix,
    labels: checkedLabels,
    classCount,
    sampleWeights,
    strengthC,
  });
  const solver =
    options.solver ?? (objective.dimension <= NEWTON_PARAMETER_LIMIT ? 'newton' : 'lbfgs');
  const minimum =
    solver === 'newton'
      ? minimiseByNewton(objective, outputs, {
          gradientTolerance,
          maximumIterations: options.maximumIterations ?? 100,
        })
      : minimiseByLbfgs(objective, {
          gradientTolerance,
          maximumIterations: options.maximumIterations ?? 10_000,
        });
  return { classCount, columns: matrix.columns, solver, ...unpack(minimum, matrix.columns) };
}

function unpack(
  minimum: Minimum,
  columns: number,
): Omit<LogisticFit, 'classCount' | 'columns' | 'solver'> {
  const { parameters, objective, gradientNorm, iterations, converged } = minimum;
  const stride = columns + 1;
  const outputs = parameters.length / stride;
  const weights = new Float64Array(outputs * columns);
  const intercepts = new Float64Array(outputs);
  for (let r = 0; r < outputs; r++) {
    weights.set(parameters.subarray(r * stride, r * stride + columns), r * columns);
    intercepts[r] = parameters[r * stride + columns]!;
  }
  return { weights, intercepts, objective, gradientNorm, iterations, converged };
}

function refuse(message: string, remedy: string): never {
  throw new CrmwatchError('training_data_invalid', message, { remedy });
}

function checkMatrix(matrix: DenseMatrix): void {
  if (matrix.rows === 0) refuse('there are no rows to train on', 'give at least one per class');
  if (matrix.values.length !== matrix.rows * matrix.columns) {
    refuse(
      `${matrix.rows} rows of ${matrix.columns} columns need ${matrix.rows * matrix.columns} values, ` +
        `found ${matrix.values.length}`,
      'give one value per row and column',
    );
  }
  const at = matrix.values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const row = Math.floor(at / matrix.columns);
  refuse(
    `row ${row}, column ${at % matrix.columns} is ${matrix.values[at]}`,
    'leave the row out, or fill the gap with a finite number and a column that says so',
  );
}

function checkSampleWeights(weights: ArrayLike<number> | undefined, rows: number): Float64Array {
  if (weights === undefined) return new Float64Array(rows).fill(1);
  if (weights.length !== rows) {
    refuse(`${rows} rows have ${weights.length} sample weights`, 'give one weight per row');
  }
  const copy = Float64Array.from(weights);
  const bad = copy.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0) refuse(`the weight of row ${bad} is ${copy[bad]}`, 'give weights of at least 0');
  return copy;
}

function checkLabels(
  labels: ArrayLike<number>,
  sampleWeights: Float64Array,
  classCount: number,
): Int32Array {
  if (classCount < 2) {
    refuse(`there is only ${classCount} class`, 'add rows of at least one other class');
  }
  if (labels.length !== sampleWeights.length) {
    refuse(`${sampleWeights.length} rows have ${labels.length} labels`, 'give one label per row');
  }
  const weightOfClass = new Float64Array(classCount);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (!Number.isInteger(label) || label < 0 || label >= classCount) {
      refuse(`row ${row} has the label ${label}`, `give class numbers from 0 to ${classCount - 1}`);
    }
    weightOfClass[label]! += sampleWeights[row]!;
  }
  // Without rows the intercept of a class would run to minus infinity.
  const empty = weightOfClass.indexOf(0);
  if (empty >= 0) refuse(`class ${empty} has no rows`, 'add rows of it, or leave the class out');
  return Int32Array.from(labels);
}
