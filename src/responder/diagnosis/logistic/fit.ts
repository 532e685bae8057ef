import { checkLabels, checkMatrix, checkSampleWeights, checkStrength, refuse } from './checks.ts';
import { conditionObjective } from './conditioning.ts';
import type { ConditionedObjective } from './conditioning.ts';
import { minimiseByLbfgs } from './lbfgs.ts';
import type { Matrix } from './matrix.ts';
import type { Minimum, MinimiseOptions } from './minimise.ts';
import { minimiseByNewton } from './newton.ts';
import { createLogisticObjective, outputCount } from './objective.ts';
import type { Objective } from './objective.ts';

export type Solver = 'newton' | 'lbfgs';

/** One factor per class, or "balanced": inverse to the share that a class has of the sample weights. */
export type ClassWeights = 'balanced' | ArrayLike<number>;

export type LogisticOptions = {
  /** Inverse strength of the L2 penalty, as in scikit-learn; Infinity for none. */
  readonly strengthC?: number;
  readonly sampleWeights?: ArrayLike<number>;
  /** Multiplied into the sample weights. Default 1 for every class. */
  readonly classWeights?: ClassWeights;
  /** Largest absolute entry of the gradient of the mean objective at which the fit ends. */
  readonly gradientTolerance?: number;
  readonly maximumIterations?: number;
  /** Newton for small problems, L-BFGS for large ones, and first L-BFGS, then Newton in between, unless said. */
  readonly solver?: Solver;
};

export type LogisticFit = {
  readonly classCount: number;
  readonly columns: number;
  /** Row-major. One row for two classes (the score of class 1), otherwise one row per class. */
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
  /** That found the minimum. */
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
/** Up to here Newton's method finishes what L-BFGS does not bring to its end in `FIRST_ITERATIONS`. */
const FINISH_PARAMETER_LIMIT = 1500;
const FIRST_ITERATIONS = 150;
const NEWTON_ITERATIONS = 100;
const LBFGS_ITERATIONS = 10_000;
const DEFAULT_GRADIENT_TOLERANCE = 1e-8;

/**
 * Fits a binary or multinomial logistic regression with an L2 penalty on the weights, not on the intercepts:
 * the minimiser of C·Σ sᵢℓᵢ + ½‖w‖², scikit-learn's objective. Deterministic: the same input gives the same
 * bits. Look at `converged` before trusting the result.
 *
 * @throws CrmwatchError training_data_invalid for data that has no fit, naming row and column.
 */
export function fitLogistic(
  matrix: Matrix,
  labels: ArrayLike<number>,
  classCount: number,
  options: LogisticOptions = {},
): LogisticFit {
  const { strengthC = 1, gradientTolerance = DEFAULT_GRADIENT_TOLERANCE } = options;
  checkStrength(strengthC);
  checkMatrix(matrix);
  const givenWeights = checkSampleWeights(options.sampleWeights, matrix.rows);
  const checkedLabels = checkLabels(labels, givenWeights, classCount);
  const factors = classFactors(options.classWeights, checkedLabels, givenWeights, classCount);
  const sampleWeights = givenWeights.map((weight, row) => weight * factors[checkedLabels[row]!]!);
  const outputs = outputCount(classCount);
  const objective = createLogisticObjective({
    matrix,
    labels: checkedLabels,
    classCount,
    sampleWeights,
    strengthC,
  });
  const { solver, minimum } = minimise(objective, matrix, outputs, {
    gradientTolerance,
    maximumIterations: options.maximumIterations,
    solver: options.solver,
  });
  return { classCount, columns: matrix.columns, solver, ...unpack(minimum, matrix.columns) };
}

type Search = {
  readonly gradientTolerance: number;
  readonly maximumIterations: number | undefined;
  readonly solver: Solver | undefined;
};

function minimise(
  objective: Objective,
  matrix: Matrix,
  outputs: number,
  { gradientTolerance, maximumIterations, solver }: Search,
): { readonly solver: Solver; readonly minimum: Minimum } {
  const chosen = solver ?? (objective.dimension <= NEWTON_PARAMETER_LIMIT ? 'newton' : 'lbfgs');
  const ofNewton = { gradientTolerance, maximumIterations: maximumIterations ?? NEWTON_ITERATIONS };
  if (chosen === 'newton') {
    return { solver: 'newton', minimum: minimiseByNewton(objective, outputs, ofNewton) };
  }
  const mayFinish =
    solver === undefined &&
    maximumIterations === undefined &&
    objective.dimension <= FINISH_PARAMETER_LIMIT;
  const first = byLbfgs(conditionObjective(objective, matrix, outputs), {
    gradientTolerance,
    maximumIterations: maximumIterations ?? (mayFinish ? FIRST_ITERATIONS : LBFGS_ITERATIONS),
  });
  if (first.converged || !mayFinish) return { solver: 'lbfgs', minimum: first };
  const last = minimiseByNewton(objective, outputs, { ...ofNewton, from: first.parameters });
  const iterations = first.iterations + last.iterations;
  return { solver: 'newton', minimum: { ...last, iterations } };
}

/** Newton's method does not care how large the columns are, but gradients do. */
function byLbfgs(
  { objective, normOf, restore }: ConditionedObjective,
  options: MinimiseOptions,
): Minimum {
  const minimum = minimiseByLbfgs(objective, { ...options, normOf });
  return { ...minimum, parameters: restore(minimum.parameters) };
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

/** "balanced" as in scikit-learn 1.9 (`compute_class_weight`): Σs / (K · Σs of the class). */
function classFactors(
  classWeights: ClassWeights | undefined,
  labels: Int32Array,
  sampleWeights: Float64Array,
  classCount: number,
): Float64Array {
  if (classWeights === undefined) return new Float64Array(classCount).fill(1);
  if (classWeights !== 'balanced') {
    const given = Float64Array.from(classWeights);
    if (given.length !== classCount || !given.every((factor) => factor > 0 && factor < Infinity)) {
      refuse(
        `the class weights are ${given.join(', ')} for ${classCount} classes`,
        'give every class one weight above 0',
      );
    }
    return given;
  }
  const totals = new Float64Array(classCount);
  for (const [row, label] of labels.entries()) totals[label]! += sampleWeights[row]!;
  const all = totals.reduce((sum, total) => sum + total, 0);
  return totals.map((total) => all / (classCount * total));
}
