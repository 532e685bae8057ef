import { CrmwatchError } from '../../../std/std.ts';

/** Rows of features, row-major: the value of row i and column j is at `i * columns + j`. */
export type DenseMatrix = {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
};

/**
 * Compressed sparse rows (CSR): row i has the values `values[offsets[i]]` to before `values[offsets[i + 1]]`, in the
 * columns that `indices` names at the same places; all other values are 0.
 */
export type SparseMatrix = {
  readonly rows: number;
  readonly columns: number;
  /** One more than there are rows, not falling; the first is 0 and the last the number of values. */
  readonly offsets: Int32Array;
  /** Rising within a row. */
  readonly indices: Int32Array;
  readonly values: Float64Array;
};

export type Matrix = DenseMatrix | SparseMatrix;

export function isSparse(matrix: Matrix): matrix is SparseMatrix {
  return 'offsets' in matrix;
}

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

/** One value that is not 0. */
export type SparseEntry = { readonly column: number; readonly value: number };

/**
 * Makes compressed rows of lists of entries, in any order within a row.
 * @throws CrmwatchError training_data_invalid, naming row and column, for a column that is outside or occurs twice.
 */
export function sparseFromEntries(
  rows: readonly (readonly SparseEntry[])[],
  columns: number,
): SparseMatrix {
  const offsets = new Int32Array(rows.length + 1);
  for (const [index, row] of rows.entries()) offsets[index + 1] = offsets[index]! + row.length;
  const total = offsets[rows.length]!;
  const indices = new Int32Array(total);
  const values = new Float64Array(total);
  for (const [index, row] of rows.entries()) {
    let at = offsets[index]!;
    let last = -1;
    for (const { column, value } of row.toSorted((a, b) => a.column - b.column)) {
      if (!Number.isInteger(column) || column < 0 || column >= columns || column === last) {
        const why = column === last ? 'occurs twice' : `is not one of 0 to ${columns - 1}`;
        throw new CrmwatchError('training_data_invalid', `row ${index}: column ${column} ${why}`, {
          remedy: 'give every column of a row once',
        });
      }
      last = column;
      indices[at] = column;
      values[at] = value;
      at++;
    }
  }
  return { rows: rows.length, columns, offsets, indices, values };
}
