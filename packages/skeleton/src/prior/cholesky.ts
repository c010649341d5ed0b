/**
 * Solve `A x = b` for a symmetric positive definite matrix, in place: only the lower triangle of `A` is read and it is
 * overwritten by its Cholesky factor.
 *
 * @param matrix - `[n, n]` row-major
 * @param b - `[n]`, overwritten by the solution
 * @returns false when the matrix is not positive definite
 */
export function solveCholesky(matrix: Float64Array, b: Float64Array): boolean {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      if (i !== j) matrix[i * n + j] = sum / matrix[j * n + j]!;
      else if (sum > 0) matrix[i * n + i] = Math.sqrt(sum);
      else return false;
    }
  }
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= matrix[i * n + k]! * b[k]!;
    b[i] = sum / matrix[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= matrix[k * n + i]! * b[k]!;
    b[i] = sum / matrix[i * n + i]!;
  }
  return true;
}
