/** The pose under which a known shape looks most like given image points, for a camera far away. Closed form, f64. */
import type { mat3 } from 'gl-matrix';
import { solveCholesky } from './cholesky.ts';

export interface WeakPerspective {
  /** Column-major, shape space to camera space. */
  rotation: mat3;
  /** Image units per shape unit. */
  scale: number;
  /** Where the shape's origin lands. */
  offset: readonly [x: number, y: number];
}

/** Keeps flat or tiny shapes solvable; cm². */
const REGULARISATION = 1e-6;

/**
 * Least squares of `image ~ scale * (rotation * shape).xy + offset`: the best affine map, then its nearest scaled rotation.
 *
 * @param shape - `[P, 3]`
 * @param image - `[P, 2]`, y up
 * @param weight - `[P]`, not all zero
 */
export function weakPerspective(shape: ArrayLike<number>, image: ArrayLike<number>, weight: ArrayLike<number>): WeakPerspective {
  const count = weight.length;
  let total = 0;
  const mean = new Float64Array(5); // x, y, z of the shape; x, y of the image
  for (let p = 0; p < count; p++) {
    const w = weight[p]!;
    total += w;
    for (let k = 0; k < 3; k++) mean[k]! += w * shape[3 * p + k]!;
    for (let k = 0; k < 2; k++) mean[3 + k]! += w * image[2 * p + k]!;
  }
  for (let k = 0; k < 5; k++) mean[k]! /= total;

  const covariance = new Float64Array(9);
  const rows = [new Float64Array(3), new Float64Array(3)] as const; // becomes the affine map [2, 3]
  for (let p = 0; p < count; p++) {
    const w = weight[p]! / total;
    for (let i = 0; i < 3; i++) {
      const x = w * (shape[3 * p + i]! - mean[i]!);
      for (let j = 0; j < 3; j++) covariance[3 * i + j]! += x * (shape[3 * p + j]! - mean[j]!);
      for (let k = 0; k < 2; k++) rows[k]![i]! += x * (image[2 * p + k]! - mean[3 + k]!);
    }
  }
  for (let i = 0; i < 3; i++) covariance[4 * i]! += REGULARISATION;
  for (const row of rows) solveCholesky(covariance.slice(), row);

  const { scale, right, up } = nearestScaledRotation(rows[0], rows[1]);
  const out = [right[1]! * up[2]! - right[2]! * up[1]!, right[2]! * up[0]! - right[0]! * up[2]!, right[0]! * up[1]! - right[1]! * up[0]!];
  const landing = (row: Float64Array) => scale * (row[0]! * mean[0]! + row[1]! * mean[1]! + row[2]! * mean[2]!);
  return {
    rotation: Float64Array.of(right[0]!, up[0]!, out[0]!, right[1]!, up[1]!, out[1]!, right[2]!, up[2]!, out[2]!),
    scale,
    offset: [mean[3]! - landing(right), mean[4]! - landing(up)],
  };
}

/**
 * For an affine map A [2, 3] = U S V: the orthonormal rows U V and the mean of S. With G = A Aᵀ, U V = G^(-1/2) A, and
 * the square root of a 2x2 matrix is (G + sqrt(det G)) / sqrt(trace G + 2 sqrt(det G)), so that no SVD is needed.
 */
function nearestScaledRotation(a: Float64Array, b: Float64Array): { scale: number; right: Float64Array; up: Float64Array } {
  const dot = (x: Float64Array, y: Float64Array) => x[0]! * y[0]! + x[1]! * y[1]! + x[2]! * y[2]!;
  const [aa, ab, bb] = [dot(a, a), dot(a, b), dot(b, b)];
  const product = Math.sqrt(Math.max(0, aa * bb - ab * ab)); // of the singular values
  const sum = Math.sqrt(aa + bb + 2 * product);
  const [rootA, rootB, rootOff] = [(aa + product) / sum, (bb + product) / sum, ab / sum];
  const determinant = rootA * rootB - rootOff * rootOff;
  return {
    scale: sum / 2,
    right: a.map((value, i) => (rootB * value - rootOff * b[i]!) / determinant),
    up: b.map((value, i) => (rootA * value - rootOff * a[i]!) / determinant),
  };
}
