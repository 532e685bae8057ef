import { factorCholesky, solveCholesky } from './cholesky.ts';
import { dot, maximumNorm, moveAlong } from './minimise.ts';
import type { Minimum, MinimiseOptions } from './minimise.ts';
import type { Objective } from './objective.ts';

const MAXIMUM_HALVINGS = 40;
const SUFFICIENT_DECREASE = 1e-4;
const MAXIMUM_RIDGE_ATTEMPTS = 30;

/**
 * Newton's method with a Cholesky solve and step halving, from `from` or from zero.
 *
 * The softmax does not change when the same vector is added to every class, so its Hessian is singular along
 * those directions. `outputs` × `outputs` blocks of a constant are added there: the gradient has no part in those
 * directions, so the step stays the same, and the sums over the classes stay zero.
 */
export function minimiseByNewton(
  objective: Objective,
  outputs: number,
  options: MinimiseOptions & { readonly from?: Float64Array },
): Minimum {
  const { dimension } = objective;
  let parameters = Float64Array.from(options.from ?? new Float64Array(dimension));
  let gradient = new Float64Array(dimension);
  let value = objective.evaluate(parameters, gradient);
  let trial = new Float64Array(dimension);
  let trialGradient = new Float64Array(dimension);
  const hessian = new Float64Array(dimension * dimension);
  const direction = new Float64Array(dimension);
  let norm = maximumNorm(gradient);
  let iterations = 0;
  let polished = norm === 0;
  while (iterations < options.maximumIterations && !polished) {
    // One step past the tolerance: near the minimum it squares the error at the price of one iteration.
    polished = norm <= options.gradientTolerance;
    objective.hessian(parameters, hessian);
    if (outputs > 1) fillSharedDirections(hessian, dimension, outputs);
    if (!solveWithRidge(hessian, dimension, gradient, direction)) break;
    const slope = dot(gradient, direction);
    let step = 1;
    let accepted = false;
    for (let halving = 0; halving < MAXIMUM_HALVINGS && !accepted; halving++) {
      moveAlong(parameters, direction, step, trial);
      const trialValue = objective.evaluate(trial, trialGradient);
      const trialNorm = maximumNorm(trialGradient);
      // Beside the minimum the value no longer falls by more than its rounding; the gradient still does.
      const flat = Math.abs(trialValue - value) <= 64 * Number.EPSILON * Math.abs(value);
      accepted =
        trialValue <= value + SUFFICIENT_DECREASE * step * slope || (flat && trialNorm < norm);
      if (accepted) {
        [parameters, trial] = [trial, parameters];
        [gradient, trialGradient] = [trialGradient, gradient];
        value = trialValue;
        norm = trialNorm;
      }
      step /= 2;
    }
    if (!accepted) break;
    iterations++;
  }
  const converged = norm <= options.gradientTolerance;
  return { parameters, objective: value, gradientNorm: norm, iterations, converged };
}

function fillSharedDirections(hessian: Float64Array, dimension: number, outputs: number): void {
  const stride = dimension / outputs;
  for (let j = 0; j < stride; j++) {
    let mean = 0;
    for (let k = 0; k < outputs; k++) {
      const at = k * stride + j;
      mean += hessian[at * dimension + at]! / outputs;
    }
    // A constant column without penalty has no curvature at all; any positive number will do there.
    const fill = mean > 0 ? mean / outputs : 1 / outputs;
    for (let k = 0; k < outputs; k++) {
      for (let l = 0; l < outputs; l++) {
        hessian[(k * stride + j) * dimension + l * stride + j]! += fill;
      }
    }
  }
}

/**
 * Solves H·d = −g. Where H is singular to rounding (collinear columns without penalty, or separated classes),
 * the smallest sufficient ridge is added to its diagonal.
 */
function solveWithRidge(
  hessian: Float64Array,
  dimension: number,
  gradient: Float64Array,
  direction: Float64Array,
): boolean {
  let largest = 0;
  for (let i = 0; i < dimension; i++) {
    largest = Math.max(largest, hessian[i * dimension + i]!);
  }
  let ridge = 0;
  for (let attempt = 0; attempt < MAXIMUM_RIDGE_ATTEMPTS; attempt++) {
    const factor = hessian.slice();
    for (let i = 0; i < dimension; i++) factor[i * dimension + i]! += ridge;
    if (factorCholesky(factor, dimension)) {
      for (let i = 0; i < dimension; i++) direction[i] = -gradient[i]!;
      solveCholesky(factor, dimension, direction);
      if (direction.every(Number.isFinite) && dot(gradient, direction) < 0) return true;
    }
    ridge = ridge === 0 ? Math.max(largest, Number.MIN_VALUE / 1e-16) * 1e-14 : ridge * 10;
  }
  return false;
}
