import { isSparse } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { maximumNorm } from './minimise.ts';
import type { Objective } from './objective.ts';

/** Means of the columns, and the size that their weights are taken by. */
type Columns = { readonly means: Float64Array; readonly scales: Float64Array };

/** The same function of other variables, with the way back. */
export type ConditionedObjective = {
  readonly objective: Objective;
  /** Parameters of the function as it was given. */
  readonly restore: (parameters: Float64Array) => Float64Array;
  /** Largest absolute entry of the gradient by the parameters as they were given. */
  readonly normOf: (gradient: Float64Array) => number;
};

/**
 * The objective as a function of u = w·scale and b̃ = b + Σ w·mean, where its curvature along each variable is about the
 * same: gradient methods need tens of steps there where columns of other sizes cost them thousands. The scale is the
 * root of the variance of the column plus the share that the penalty has in the curvature. Value, minimum and penalty
 * stay those of the columns as they are, and the matrix is not touched.
 */
export function conditionObjective(
  objective: Objective,
  matrix: Matrix,
  outputs: number,
): ConditionedObjective {
  const { columns } = matrix;
  // Where nothing is known yet, all classes are as probable.
  const curvature = outputs === 1 ? 1 / 4 : (1 - 1 / outputs) / outputs;
  const { means, scales } = summarise(matrix, objective.penalty / curvature);
  const stride = columns + 1;

  function restore(parameters: Float64Array): Float64Array {
    const restored = new Float64Array(parameters.length);
    for (let offset = 0; offset < outputs * stride; offset += stride) {
      let intercept = parameters[offset + columns]!;
      for (let j = 0; j < columns; j++) {
        const weight = parameters[offset + j]! / scales[j]!;
        restored[offset + j] = weight;
        intercept -= weight * means[j]!;
      }
      restored[offset + columns] = intercept;
    }
    return restored;
  }

  return {
    restore,
    normOf(gradient) {
      const original = gradient.slice();
      for (let offset = 0; offset < outputs * stride; offset += stride) {
        const ofIntercept = gradient[offset + columns]!;
        for (let j = 0; j < columns; j++) {
          original[offset + j] = gradient[offset + j]! * scales[j]! + means[j]! * ofIntercept;
        }
      }
      return maximumNorm(original);
    },
    objective: {
      dimension: objective.dimension,
      penalty: objective.penalty,
      evaluate(parameters, gradient) {
        const value = objective.evaluate(restore(parameters), gradient);
        for (let offset = 0; offset < outputs * stride; offset += stride) {
          const ofIntercept = gradient[offset + columns]!;
          for (let j = 0; j < columns; j++) {
            gradient[offset + j] = (gradient[offset + j]! - means[j]! * ofIntercept) / scales[j]!;
          }
        }
        return value;
      },
      hessian: () => {
        throw new Error('only gradients are known in these variables');
      },
    },
  };
}

function summarise(matrix: Matrix, floor: number): Columns {
  const { rows, columns, values } = matrix;
  const means = new Float64Array(columns);
  const squares = new Float64Array(columns);
  const columnAt = isSparse(matrix)
    ? (at: number): number => matrix.indices[at]!
    : (at: number): number => at % columns;
  for (let at = 0; at < values.length; at++) means[columnAt(at)]! += values[at]! / rows;
  const counts = new Float64Array(columns);
  for (let at = 0; at < values.length; at++) {
    const j = columnAt(at);
    counts[j]! += 1;
    squares[j]! += (values[at]! - means[j]!) ** 2;
  }
  const scales = squares.map((sum, j) => {
    // The values that a sparse row leaves out are zeros.
    const variance = (sum + (rows - counts[j]!) * means[j]! ** 2) / rows;
    const square = variance + floor;
    return square > 0 ? Math.sqrt(square) : 1;
  });
  return { means, scales };
}
