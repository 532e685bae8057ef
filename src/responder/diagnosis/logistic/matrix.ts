import { CrmwatchError } from '../../../std/std.ts';

/** Rows of features, row-major: the value of row i and column j is at `i * columns + j`. */
export type DenseMatrix = {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
};

/**
 * Makes a matrix of rows of equal length.
 * @throws CrmwatchError training_data_invalid, naming the row that has another length.
 */
export function matrixFromRows(rows: readonly ArrayLike<number>[]): DenseMatrix {
  const columns = rows[0]?.length ?? 0;
  const values = new Float64Array(rows.length * columns);
  for (const [index, row] of rows.entries()) {
    if (row.length !== columns) {
      throw new CrmwatchError(
        'training_data_invalid',
        `row ${index} has ${row.length} columns, but row 0 has ${columns}`,
        { remedy: 'give every row the same columns' },
      );
    }
    values.set(row, index * columns);
  }
  return { rows: rows.length, columns, values };
}

/**
 * Scores of every row under every weight row: `scores[i * outputs + r] = w_r · x_i + b_r`. A weight row is its
 * `columns` weights followed by its intercept.
 */
export function scoreRows(
  matrix: DenseMatrix,
  parameters: Float64Array,
  outputs: number,
  scores: Float64Array,
): void {
  const { rows, columns, values } = matrix;
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

/** The transpose of `scoreRows`: `result[r] = Σ_i residuals[i, r] · (x_i, 1)`. */
export function gatherColumns(
  matrix: DenseMatrix,
  residuals: Float64Array,
  outputs: number,
  result: Float64Array,
): void {
  const { rows, columns, values } = matrix;
  const stride = columns + 1;
  result.fill(0);
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

/**
 * Weighted Gram matrix of the rows with a 1 appended, `Σ_i d_i (x_i, 1)(x_i, 1)ᵀ`, upper triangle, row-major with
 * `columns + 1` on a side. Four rows are added per pass, so that the result is read and written a quarter as often.
 */
export function weightedGram(
  matrix: DenseMatrix,
  rowWeights: Float64Array,
  result: Float64Array,
): void {
  const { rows, columns, values } = matrix;
  const side = columns + 1;
  result.fill(0);
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
