/**
 * From one head to another through points that both have: a similarity transform, and a smooth displacement that
 * passes near the points and fades away from them.
 */

/** Rotation, one scale, translation: `scale * rotation * x + translation`. */
export interface Similarity {
  /** Row-major `[3, 3]`. */
  rotation: Float64Array;
  scale: number;
  translation: Float64Array;
}

/**
 * Least squares over pairs of points, by Horn's quaternions (1987).
 *
 * @param from - `[P, 3]`, and `to` likewise
 * @param use - the points that count
 * @param scale - kept at this value if given
 */
export function fitSimilarity(from: ArrayLike<number>, to: ArrayLike<number>, use: readonly number[], scale?: number): Similarity {
  const [a, b] = [centroid(from, use), centroid(to, use)];
  const m = new Float64Array(9); // sum of a_i b_j
  let [spreadFrom, spreadTo] = [0, 0];
  for (const p of use) {
    for (let i = 0; i < 3; i++) {
      const x = from[3 * p + i]! - a[i]!;
      spreadFrom += x * x;
      spreadTo += (to[3 * p + i]! - b[i]!) ** 2;
      for (let j = 0; j < 3; j++) m[3 * i + j]! += x * (to[3 * p + j]! - b[j]!);
    }
  }
  const rotation = bestRotation(m);
  const factor = scale ?? Math.sqrt(spreadTo / spreadFrom);
  const turned = multiply(rotation, a);
  return { rotation, scale: factor, translation: Float64Array.from([0, 1, 2], (k) => b[k]! - factor * turned[k]!) };
}

/** @returns `out`, `[P, 3]`; may be `points` itself */
export function applySimilarity<T extends Float32Array | Float64Array>(out: T, points: ArrayLike<number>, { rotation: r, scale, translation }: Similarity): T {
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i]!, points[i + 1]!, points[i + 2]!];
    for (let k = 0; k < 3; k++) out[i + k] = scale * (r[3 * k]! * x + r[3 * k + 1]! * y + r[3 * k + 2]! * z) + translation[k]!;
  }
  return out;
}

export interface WarpOptions {
  /** Reach of a displacement, cm. */
  length?: number;
  /** How far displacements go, cm: against {@link noise}, it says how closely to follow the points. */
  spread?: number;
  /** Of the target points, cm; one for all, or one per point. */
  noise?: number | ArrayLike<number>;
}

/**
 * A Gaussian process of the displacement (Matérn 3/2 kernel, mean 0). Unlike a thin-plate spline it does not extrapolate:
 * what the points do not reach stays where it is.
 *
 * @param from - `[P, 3]`, and `to` likewise
 * @param use - the points that count
 * @returns maps any points `[Q, 3]`
 */
export function fitWarp(from: ArrayLike<number>, to: ArrayLike<number>, use: readonly number[], { length = 8, spread = 1, noise = 0.1 }: WarpOptions = {}): (points: ArrayLike<number>) => Float64Array {
  const n = use.length;
  const kernel = (ax: number, ay: number, az: number, p: number): number => {
    const r = (Math.sqrt(3) / length) * Math.hypot(ax - from[3 * p]!, ay - from[3 * p + 1]!, az - from[3 * p + 2]!);
    return spread * spread * (1 + r) * Math.exp(-r);
  };
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const p = use[i]!;
    for (let j = 0; j <= i; j++) gram[i * n + j] = kernel(from[3 * p]!, from[3 * p + 1]!, from[3 * p + 2]!, use[j]!);
    const sigma = typeof noise === 'number' ? noise : noise[p]!;
    gram[i * n + i]! += sigma * sigma;
  }
  choleskyInPlace(gram, n);
  const weights = [0, 1, 2].map((k) => solveCholesky(gram, n, Float64Array.from(use, (p) => to[3 * p + k]! - from[3 * p + k]!)));
  return (points) => {
    const out = Float64Array.from(points);
    for (let i = 0; i < out.length; i += 3) {
      const [x, y, z] = [points[i]!, points[i + 1]!, points[i + 2]!];
      for (let j = 0; j < n; j++) {
        const value = kernel(x, y, z, use[j]!);
        for (let k = 0; k < 3; k++) out[i + k]! += value * weights[k]![j]!;
      }
    }
    return out;
  };
}

function centroid(points: ArrayLike<number>, use: readonly number[]): Float64Array {
  const sum = new Float64Array(3);
  for (const p of use) for (let k = 0; k < 3; k++) sum[k]! += points[3 * p + k]! / use.length;
  return sum;
}

const multiply = (m: ArrayLike<number>, v: ArrayLike<number>): Float64Array => Float64Array.from([0, 1, 2], (k) => m[3 * k]! * v[0]! + m[3 * k + 1]! * v[1]! + m[3 * k + 2]! * v[2]!);

/** The quaternion that is the eigenvector of the largest eigenvalue of Horn's 4 x 4 matrix, by Jacobi's rotations. */
function bestRotation(m: Float64Array): Float64Array {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = m as unknown as [number, number, number, number, number, number, number, number, number];
  const matrix = [
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ];
  const vectors = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]];
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < 3; p++) {
      for (let q = p + 1; q < 4; q++) {
        if (Math.abs(matrix[p]![q]!) < 1e-300) continue;
        const theta = (matrix[q]![q]! - matrix[p]![p]!) / (2 * matrix[p]![q]!);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < 4; k++) [matrix[k]![p], matrix[k]![q]] = [c * matrix[k]![p]! - s * matrix[k]![q]!, s * matrix[k]![p]! + c * matrix[k]![q]!];
        for (let k = 0; k < 4; k++) [matrix[p]![k], matrix[q]![k]] = [c * matrix[p]![k]! - s * matrix[q]![k]!, s * matrix[p]![k]! + c * matrix[q]![k]!];
        for (let k = 0; k < 4; k++) [vectors[k]![p], vectors[k]![q]] = [c * vectors[k]![p]! - s * vectors[k]![q]!, s * vectors[k]![p]! + c * vectors[k]![q]!];
      }
    }
  }
  const values = [0, 1, 2, 3].map((k) => matrix[k]![k]!);
  const best = values.indexOf(Math.max(...values));
  const [w, x, y, z] = vectors.map((row) => row[best]!) as [number, number, number, number];
  return Float64Array.from([
    w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y),
    2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x),
    2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z,
  ]);
}

/** The lower triangle of a symmetric matrix becomes its factor. */
function choleskyInPlace(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / a[j * n + j]!;
    }
  }
}

function solveCholesky(factor: Float64Array, n: number, right: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) right[i]! -= factor[i * n + k]! * right[k]!;
    right[i]! /= factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) right[i]! -= factor[k * n + i]! * right[k]!;
    right[i]! /= factor[i * n + i]!;
  }
  return right;
}
