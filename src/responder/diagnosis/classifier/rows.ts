import { sparseFromEntries } from '../logistic/logistic.ts';
import type { SparseEntry, SparseMatrix } from '../logistic/logistic.ts';
import type { LabelledTable } from '../table/table.ts';
import { createEncoder, fitEncoding } from './encoding.ts';
import type { Encoding, EncodingKind } from './encoding.ts';

export function takeRows(matrix: SparseMatrix, rows: readonly number[]): SparseMatrix {
  const offsets = new Int32Array(rows.length + 1);
  for (const [index, row] of rows.entries()) {
    offsets[index + 1] = offsets[index]! + matrix.offsets[row + 1]! - matrix.offsets[row]!;
  }
  const indices = new Int32Array(offsets[rows.length]!);
  const values = new Float64Array(offsets[rows.length]!);
  for (const [index, row] of rows.entries()) {
    const [from, to] = [matrix.offsets[row]!, matrix.offsets[row + 1]!];
    indices.set(matrix.indices.subarray(from, to), offsets[index]);
    values.set(matrix.values.subarray(from, to), offsets[index]);
  }
  return { rows: rows.length, columns: matrix.columns, offsets, indices, values };
}

export function rowOf(matrix: SparseMatrix, row: number): readonly SparseEntry[] {
  const entries: SparseEntry[] = [];
  for (let at = matrix.offsets[row]!; at < matrix.offsets[row + 1]!; at++) {
    entries.push({ column: matrix.indices[at]!, value: matrix.values[at]! });
  }
  return entries;
}

/** Learns the encoding of some rows, and encodes them. */
export function encodeRows(
  { matrix, smallestScale }: Pick<LabelledTable, 'matrix' | 'smallestScale'>,
  rows: readonly number[],
  kind: EncodingKind,
): { readonly encoding: Encoding; readonly matrix: SparseMatrix } {
  const encoding = fitEncoding(takeRows(matrix, rows), kind, smallestScale);
  const encode = createEncoder(encoding);
  const encoded = rows.map((row) => encode(rowOf(matrix, row)));
  return { encoding, matrix: sparseFromEntries(encoded, encoding.length) };
}
