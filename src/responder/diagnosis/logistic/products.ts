import { isSparse } from './matrix.ts';
import type { DenseMatrix, Matrix, SparseMatrix } from './matrix.ts';

/**
 * Scores of every row under every weight row: `scores[i * outputs + r] = w_r · x_i + b_r`. A weight row is its
 * `columns` weights followed by its intercept.
 */
export function scoreRows(
  matrix: Matrix,
  parameters: Float64Array,
  outputs: number,
  scores: Float64Array,
): void {
  if (isSparse(matrix)) scoreSparse(matrix, parameters, outputs, scores);
  else scoreDense(matrix, parameters, outputs, scores);
}

function scoreDense(
  { rows, columns, values }: DenseMatrix,
  parameters: Float64Array,
  outputs: number,
  scores: Float64Array,
): void {
  const stride = columns + 1;
  for (let i = 0; i < rows; i++) {
    const row = i * columns;
    for (let r = 0; r < outputs; r++) {
      const offset = r * stride;
      let sum = parameters[offset + columns]!;
      for (let j = 0; j < columns; j++) sum += parameters[offset + j]! * values[row + j]!;
      scores[i * outputs + r] = sum;
    }
  }
}

function scoreSparse(
  { rows, columns, offsets, indices, values }: SparseMatrix,
  parameters: Float64Array,
  outputs: number,
  scores: Float64Array,
): void {
  const stride = columns + 1;
  for (let i = 0; i < rows; i++) {
    const end = offsets[i + 1]!;
    for (let r = 0; r < outputs; r++) {
      const offset = r * stride;
      let sum = parameters[offset + columns]!;
      for (let at = offsets[i]!; at < end; at++) {
        sum += parameters[offset + indices[at]!]! * values[at]!;
      }
      scores[i * outputs + r] = sum;
    }
  }
}

/** The transpose of `scoreRows`: `result[r] = Σ_i residuals[i, r] · (x_i, 1)`. */
export function gatherColumns(
  matrix: Matrix,
  residuals: Float64Array,
  outputs: number,
  result: Float64Array,
): void {
  result.fill(0);
  if (isSparse(matrix)) gatherSparse(matrix, residuals, outputs, result);
  else gatherDense(matrix, residuals, outputs, result);
}

function gatherDense(
  { rows, columns, values }: DenseMatrix,
  residuals: Float64Array,
  outputs: number,
  result: Float64Array,
): void {
  const stride = columns + 1;
  for (let i = 0; i < rows; i++) {
    const row = i * columns;
    for (let r = 0; r < outputs; r++) {
      const residual = residuals[i * outputs + r]!;
      if (residual === 0) continue;
      const offset = r * stride;
      for (let j = 0; j < columns; j++) result[offset + j]! += residual * values[row + j]!;
      result[offset + columns]! += residual;
    }
  }
}

function gatherSparse(
  { rows, columns, offsets, indices, values }: SparseMatrix,
  residuals: Float64Array,
  outputs: number,
  result: Float64Array,
): void {
  const stride = columns + 1;
  for (let i = 0; i < rows; i++) {
    const end = offsets[i + 1]!;
    for (let r = 0; r < outputs; r++) {
      const residual = residuals[i * outputs + r]!;
      if (residual === 0) continue;
      const offset = r * stride;
      for (let at = offsets[i]!; at < end; at++) {
        result[offset + indices[at]!]! += residual * values[at]!;
      }
      result[offset + columns]! += residual;
    }
  }
}

/**
 * Weighted Gram matrix of the rows with a 1 appended, `Σ_i d_i (x_i, 1)(x_i, 1)ᵀ`, upper triangle, row-major with
 * `columns + 1` on a side.
 */
export function weightedGram(matrix: Matrix, rowWeights: Float64Array, result: Float64Array): void {
  result.fill(0);
  if (isSparse(matrix)) gramSparse(matrix, rowWeights, result);
  else gramDense(matrix, rowWeights, result);
}

/** Four rows are added per pass, so that the result is read and written a quarter as often. */
function gramDense(
  { rows, columns, values }: DenseMatrix,
  rowWeights: Float64Array,
  result: Float64Array,
): void {
  const side = columns + 1;
  const buffer = new Float64Array(4 * side);
  for (let first = 0; first < rows; first += 4) {
    buffer.fill(0);
    const count = Math.min(4, rows - first);
    for (let k = 0; k < count; k++) {
      const row = (first + k) * columns;
      buffer.set(values.subarray(row, row + columns), k * side);
      buffer[k * side + columns] = 1;
    }
    const d0 = rowWeights[first]!;
    const d1 = count > 1 ? rowWeights[first + 1]! : 0;
    const d2 = count > 2 ? rowWeights[first + 2]! : 0;
    const d3 = count > 3 ? rowWeights[first + 3]! : 0;
    for (let a = 0; a < side; a++) {
      const w0 = d0 * buffer[a]!;
      const w1 = d1 * buffer[side + a]!;
      const w2 = d2 * buffer[2 * side + a]!;
      const w3 = d3 * buffer[3 * side + a]!;
      if (w0 === 0 && w1 === 0 && w2 === 0 && w3 === 0) continue;
      const offset = a * side;
      for (let b = a; b < side; b++) {
        result[offset + b]! +=
          w0 * buffer[b]! +
          w1 * buffer[side + b]! +
          w2 * buffer[2 * side + b]! +
          w3 * buffer[3 * side + b]!;
      }
    }
  }
}

function gramSparse(
  { rows, columns, offsets, indices, values }: SparseMatrix,
  rowWeights: Float64Array,
  result: Float64Array,
): void {
  const side = columns + 1;
  for (let i = 0; i < rows; i++) {
    const weight = rowWeights[i]!;
    const end = offsets[i + 1]!;
    for (let a = offsets[i]!; a < end; a++) {
      const share = weight * values[a]!;
      const offset = indices[a]! * side;
      for (let b = a; b < end; b++) result[offset + indices[b]!]! += share * values[b]!;
      result[offset + columns]! += share;
    }
    result[columns * side + columns]! += weight;
  }
}
