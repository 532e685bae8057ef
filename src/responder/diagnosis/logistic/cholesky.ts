/**
 * Factors a symmetric positive definite row-major matrix in place into its lower triangle L (A = L·Lᵀ).
 * @returns false when a pivot is not clearly positive: the matrix is not positive definite in 64-bit floats.
 */
export function factorCholesky(matrix: Float64Array, side: number): boolean {
  for (let i = 0; i < side; i++) {
    const rowI = i * side;
    const original = matrix[rowI + i]!;
    for (let j = 0; j <= i; j++) {
      const rowJ = j * side;
      let sum = matrix[rowI + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[rowI + k]! * matrix[rowJ + k]!;
      if (j < i) {
        matrix[rowI + j] = sum / matrix[rowJ + j]!;
      } else if (sum > original * side * Number.EPSILON) {
        matrix[rowI + i] = Math.sqrt(sum);
      } else {
        return false;
      }
    }
  }
  return true;
}

/** Solves L·Lᵀ·x = b in place. */
export function solveCholesky(factor: Float64Array, side: number, vector: Float64Array): void {
  for (let i = 0; i < side; i++) {
    let sum = vector[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * side + k]! * vector[k]!;
    vector[i] = sum / factor[i * side + i]!;
  }
  for (let i = side - 1; i >= 0; i--) {
    let sum = vector[i]!;
    for (let k = i + 1; k < side; k++) sum -= factor[k * side + i]! * vector[k]!;
    vector[i] = sum / factor[i * side + i]!;
  }
}
