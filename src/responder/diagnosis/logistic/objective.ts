import type { Matrix } from './matrix.ts';
import { gatherColumns, scoreRows, weightedGram } from './products.ts';

/**
 * A smooth convex function to be minimised over parameters of length `dimension`.
 * `evaluate` returns the value and writes the gradient; `hessian` writes a full symmetric row-major matrix.
 */
export type Objective = {
  readonly dimension: number;
  /** Second derivative of the penalty by a weight. */
  readonly penalty: number;
  evaluate(parameters: Float64Array, gradient: Float64Array): number;
  hessian(parameters: Float64Array, result: Float64Array): void;
};

export type LogisticProblem = {
  readonly matrix: Matrix;
  /** Class index of every row, 0 to classCount - 1. */
  readonly labels: Int32Array;
  readonly classCount: number;
  /** Weight of every row in the loss; not negative, with a positive sum. */
  readonly sampleWeights: Float64Array;
  /** Inverse strength of the L2 penalty; Infinity for none. */
  readonly strengthC: number;
};

/**
 * The mean objective (1/S) Σ sᵢ ℓᵢ + ‖w‖² / (2·C·S), with S = Σ sᵢ: the minimiser of scikit-learn's
 * C·Σ sᵢℓᵢ + ½‖w‖² (`_linear_loss.py`), on a scale that does not depend on the number of rows. Intercepts are
 * not penalised. Two classes have one weight row, for class 1; more have one row each (softmax, no reference).
 */
export function createLogisticObjective(problem: LogisticProblem): Objective {
  const { matrix, sampleWeights, strengthC } = problem;
  const outputs = outputCount(problem.classCount);
  const stride = matrix.columns + 1;
  const dimension = outputs * stride;
  const totalWeight = sampleWeights.reduce((sum, weight) => sum + weight, 0);
  const penalty = 1 / (strengthC * totalWeight);
  const scores = new Float64Array(matrix.rows * outputs);
  const normalised = sampleWeights.map((weight) => weight / totalWeight);
  const lossOf = outputs === 1 ? binaryLoss : softmaxLoss;
  return {
    dimension,
    penalty,
    evaluate(parameters, gradient) {
      scoreRows(matrix, parameters, outputs, scores);
      const loss = lossOf(scores, problem.labels, normalised, outputs);
      gatherColumns(matrix, scores, outputs, gradient);
      let squares = 0;
      for (let at = 0; at < dimension; at++) {
        if (at % stride === matrix.columns) continue;
        const weight = parameters[at]!;
        squares += weight * weight;
        gradient[at]! += penalty * weight;
      }
      return loss + 0.5 * penalty * squares;
    },
    hessian(parameters, result) {
      scoreRows(matrix, parameters, outputs, scores);
      probabilitiesInPlace(scores, outputs);
      writeHessian(matrix, scores, normalised, outputs, result);
      for (let at = 0; at < dimension; at++) {
        if (at % stride !== matrix.columns) result[at * dimension + at]! += penalty;
      }
    },
  };
}

/** How many weight rows a model of so many classes has. */
export function outputCount(classCount: number): number {
  return classCount === 2 ? 1 : classCount;
}

/** Mean log-loss of two classes; scores are replaced by the derivative of the loss by them. */
function binaryLoss(scores: Float64Array, labels: Int32Array, weights: Float64Array): number {
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    const score = scores[i]!;
    const weight = weights[i]!;
    const margin = labels[i] === 1 ? score : -score;
    // log(1 + e^-m) without overflow for large negative margins and without loss for large positive ones.
    loss += weight * (Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(-margin, 0));
    const wrong = sigmoid(-margin);
    scores[i] = labels[i] === 1 ? -weight * wrong : weight * wrong;
  }
  return loss;
}

/** Mean log-loss of the softmax; scores are replaced by the derivative of the loss by them. */
function softmaxLoss(
  scores: Float64Array,
  labels: Int32Array,
  weights: Float64Array,
  outputs: number,
): number {
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    const offset = i * outputs;
    const label = offset + labels[i]!;
    const weight = weights[i]!;
    const labelScore = scores[label]!;
    loss += weight * (softmaxInPlace(scores, offset, outputs) - labelScore);
    // The label's own residual p - 1 is summed from the others, which keeps its digits when p is close to 1.
    let others = 0;
    for (let k = offset; k < offset + outputs; k++) {
      if (k !== label) others += scores[k]!;
      scores[k]! *= weight;
    }
    scores[label] = -weight * others;
  }
  return loss;
}

/** 1 / (1 + e^-x), accurate on both tails. */
export function sigmoid(score: number): number {
  if (score >= 0) return 1 / (1 + Math.exp(-score));
  const exponential = Math.exp(score);
  return exponential / (1 + exponential);
}

/** Replaces `count` scores by their softmax and returns their log-sum-exp. */
export function softmaxInPlace(scores: Float64Array, offset: number, count: number): number {
  let largest = -Infinity;
  for (let k = offset; k < offset + count; k++) largest = Math.max(largest, scores[k]!);
  let sum = 0;
  for (let k = offset; k < offset + count; k++) {
    const exponential = Math.exp(scores[k]! - largest);
    scores[k] = exponential;
    sum += exponential;
  }
  for (let k = offset; k < offset + count; k++) scores[k]! /= sum;
  return largest + Math.log(sum);
}

function probabilitiesInPlace(scores: Float64Array, outputs: number): void {
  if (outputs === 1) {
    for (let i = 0; i < scores.length; i++) scores[i] = sigmoid(scores[i]!);
    return;
  }
  for (let offset = 0; offset < scores.length; offset += outputs) {
    softmaxInPlace(scores, offset, outputs);
  }
}

/** Block (k, l) of the Hessian is Σᵢ sᵢ/S · pᵢₖ(δₖₗ − pᵢₗ) · (xᵢ, 1)(xᵢ, 1)ᵀ. */
function writeHessian(
  matrix: Matrix,
  probabilities: Float64Array,
  weights: Float64Array,
  outputs: number,
  result: Float64Array,
): void {
  const stride = matrix.columns + 1;
  const dimension = outputs * stride;
  const block = new Float64Array(stride * stride);
  const curvature = new Float64Array(matrix.rows);
  for (let k = 0; k < outputs; k++) {
    for (let l = k; l < outputs; l++) {
      for (let i = 0; i < matrix.rows; i++) {
        const pk = probabilities[i * outputs + k]!;
        const pl = probabilities[i * outputs + l]!;
        curvature[i] = weights[i]! * (k === l ? pk * (1 - pk) : -pk * pl);
      }
      weightedGram(matrix, curvature, block);
      const [atK, atL] = [k * stride, l * stride];
      for (let a = 0; a < stride; a++) {
        for (let b = a; b < stride; b++) {
          const value = block[a * stride + b]!;
          result[(atK + a) * dimension + atL + b] = value;
          result[(atK + b) * dimension + atL + a] = value;
          result[(atL + a) * dimension + atK + b] = value;
          result[(atL + b) * dimension + atK + a] = value;
        }
      }
    }
  }
}
