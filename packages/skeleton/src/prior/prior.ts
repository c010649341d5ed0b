/**
 * The head prior: a linear model of the 600 points, and its closed-form fit to the points of a face detector.
 *
 *   points = mean + identity weights · identity modes + expression weights · expression modes      (head space, cm)
 *
 * The fit uses x and y only: a detector's z is too noisy to align with. It runs on the CPU in f64: 115 unknowns and 956
 * equations are too small for a GPU, and the normal equations lose half of the digits. Twin of training/onegt/prior.py.
 */
import { type SafetensorsFile, WeightsError } from '@onegt/kernels';
import type { View } from '../camera/camera.ts';
import { EXPRESSION_NAMES } from '../expression/names.ts';
import { NUM_DETECTED, NUM_POINTS } from '../topology/topology.ts';
import { solveCholesky } from './cholesky.ts';
import { weakPerspective, type WeakPerspective } from './weak-perspective.ts';

export interface PriorFit {
  /** `[I]`, unit variance. */
  identity: Float64Array;
  /** `[E]` in the order of `EXPRESSION_NAMES`; a least-squares answer, which may leave 0..1. */
  expression: Float64Array;
  /** The estimated camera: head space of the fit to crop units. */
  view: View;
}

export interface FitOptions {
  iterations?: number;
  /** Expected noise of a detected point, cm. */
  sigma?: number;
}

/** Identity weights of people spread less than those of the head model's own statistics. */
const IDENTITY_SPREAD_SQUARED = 0.7;
/** Iterations that take the pose from the points that expressions move least. */
const RIGID_ITERATIONS = 2;

export class HeadPrior {
  readonly numIdentities: number;
  /** `[600, 3]` head space, cm. */
  readonly mean: Float32Array;
  /** `[478, 3]` cm in head space: where the detector sees a point, less where the skeleton has it (onegt/calibrate.py). */
  readonly detectorBias: Float32Array;
  readonly #identity: Float32Array; // [I, 600, 3]
  readonly #expression: Float32Array; // [E, 600, 3]
  readonly #expressionMean: Float32Array;
  readonly #expressionStd: Float32Array;
  readonly #rigid: Int32Array;
  readonly #basis: Float64Array; // [I + E, 478, 3]: both kinds of modes at the detected points

  /** @throws WeightsError when the file is not a prior of this topology and these expressions */
  constructor(file: SafetensorsFile) {
    const numExpressions = EXPRESSION_NAMES.length;
    this.numIdentities = file.shape('identity')[0]!;
    this.mean = file.f32('mean', [NUM_POINTS, 3]);
    this.detectorBias = file.names().includes('detector_bias') ? file.f32('detector_bias', [NUM_DETECTED, 3]) : new Float32Array(NUM_DETECTED * 3);
    this.#identity = file.f32('identity', [this.numIdentities, NUM_POINTS, 3]);
    this.#expression = file.f32('expression', [numExpressions, NUM_POINTS, 3]);
    this.#expressionMean = file.f32('expression_mean', [numExpressions]);
    this.#expressionStd = file.f32('expression_std', [numExpressions]);
    this.#rigid = file.i32('rigid');
    const outside = this.#rigid.find((point) => point < 0 || point >= NUM_DETECTED);
    if (outside !== undefined) throw new WeightsError(`The prior's rigid points include ${outside}; only points below ${NUM_DETECTED} are detected.`, { data: { outside } });

    const modes = this.numIdentities + numExpressions;
    this.#basis = new Float64Array(modes * NUM_DETECTED * 3);
    for (let m = 0; m < modes; m++) {
      const [source, row] = m < this.numIdentities ? [this.#identity, m] : [this.#expression, m - this.numIdentities];
      this.#basis.set(source.subarray(row * NUM_POINTS * 3, (row * NUM_POINTS + NUM_DETECTED) * 3), m * NUM_DETECTED * 3);
    }
  }

  /** The head of given weights: `[600, 3]`, head space. */
  shape(identity: ArrayLike<number>, expression: ArrayLike<number>): Float32Array {
    const out = Float64Array.from(this.mean);
    addModes(out, this.#identity, identity);
    addModes(out, this.#expression, expression);
    return Float32Array.from(out);
  }

  /** How a change of expression moves the points: `[600, 3]`, cm. */
  expressionOffset(change: ArrayLike<number>): Float32Array {
    const out = new Float64Array(NUM_POINTS * 3);
    addModes(out, this.#expression, change);
    return Float32Array.from(out);
  }

  /**
   * Pose, identity and expression of detected points: alternates a weak-perspective pose (with the depth of the current
   * shape taken out) and one least-squares solve for the shape under a Gaussian prior.
   *
   * @param image - `[478, 3]` of which x and y are used, crop units
   * @param weight - `[478]`, 0..1, 0 for points that were not seen
   * @param focal - 1 / tan(fovY / 2)
   */
  fit(image: ArrayLike<number>, weight: ArrayLike<number>, focal: number, { iterations = 8, sigma = 0.25 }: FitOptions = {}): PriorFit {
    const numModes = this.numIdentities + EXPRESSION_NAMES.length;
    const rigidWeight = new Float64Array(NUM_DETECTED);
    for (const point of this.#rigid) rigidWeight[point] = weight[point]!;

    const centre = new Float64Array(numModes);
    centre.set(this.#expressionMean, this.numIdentities);
    const weights = centre.slice();
    const flat = new Float64Array(NUM_DETECTED * 2);
    const depth = new Float64Array(NUM_DETECTED); // crop units, from the head's centre towards the viewer
    const jacobian = new Float64Array(numModes * NUM_DETECTED * 2);
    let pose: WeakPerspective | undefined;

    for (let iteration = 0; iteration < iterations; iteration++) {
      const shape = this.#detectedShape(weights);
      // image = (scale * X + offset) / (1 - depth / focal): undo the division, and an orthographic camera remains.
      for (let p = 0; p < NUM_DETECTED; p++) {
        for (let k = 0; k < 2; k++) flat[2 * p + k] = image[3 * p + k]! * (1 - depth[p]! / focal);
      }
      pose = weakPerspective(shape, flat, iteration < RIGID_ITERATIONS ? rigidWeight : weight);
      const { rotation: r, scale, offset } = pose;
      for (let p = 0; p < NUM_DETECTED; p++) depth[p] = scale * (r[2] * shape[3 * p]! + r[5] * shape[3 * p + 1]! + r[8] * shape[3 * p + 2]!);

      const basis = this.#basis;
      const precision = new Float64Array(NUM_DETECTED);
      const residual = new Float64Array(NUM_DETECTED * 2); // to the mean head under this pose
      for (let p = 0; p < NUM_DETECTED; p++) {
        const perspective = 1 / (1 - depth[p]! / focal);
        const gain = scale * perspective;
        const [x, y, z] = [this.mean[3 * p]!, this.mean[3 * p + 1]!, this.mean[3 * p + 2]!];
        residual[2 * p] = image[3 * p]! - (r[0] * x + r[3] * y + r[6] * z) * gain - offset[0] * perspective;
        residual[2 * p + 1] = image[3 * p + 1]! - (r[1] * x + r[4] * y + r[7] * z) * gain - offset[1] * perspective;
        precision[p] = weight[p]! / (sigma * scale) ** 2;
        for (let m = 0; m < numModes; m++) {
          const at = (m * NUM_DETECTED + p) * 3;
          const bx = basis[at]!;
          const by = basis[at + 1]!;
          const bz = basis[at + 2]!;
          const row = (m * NUM_DETECTED + p) * 2;
          jacobian[row] = (r[0] * bx + r[3] * by + r[6] * bz) * gain;
          jacobian[row + 1] = (r[1] * bx + r[4] * by + r[7] * bz) * gain;
        }
      }
      this.#solve(weights, jacobian, precision, residual, centre);
    }

    const { rotation, scale, offset } = pose!;
    const distance = focal / scale;
    return {
      identity: weights.slice(0, this.numIdentities),
      expression: weights.slice(this.numIdentities),
      view: { rotation, translation: Float64Array.of((offset[0] * distance) / focal, (offset[1] * distance) / focal, -distance), focal },
    };
  }

  /** Normal equations with the Gaussian prior; `weights` receives the solution. */
  #solve(weights: Float64Array, jacobian: Float64Array, precision: Float64Array, residual: Float64Array, centre: Float64Array): void {
    const numModes = weights.length;
    const numRows = residual.length;
    const weighted = new Float64Array(jacobian.length);
    for (let m = 0; m < numModes; m++) for (let i = 0; i < numRows; i++) weighted[m * numRows + i] = jacobian[m * numRows + i]! * precision[i >> 1]!;
    const normal = lowerProducts(weighted, jacobian, numModes, numRows);
    for (let m = 0; m < numModes; m++) {
      let right = 0;
      for (let i = 0; i < numRows; i++) right += weighted[m * numRows + i]! * residual[i]!;
      const e = m - this.numIdentities;
      const priorPrecision = e < 0 ? 1 / IDENTITY_SPREAD_SQUARED : 1 / this.#expressionStd[e]! ** 2;
      normal[m * numModes + m]! += priorPrecision;
      weights[m] = right + priorPrecision * centre[m]!;
    }
    if (!solveCholesky(normal, weights)) throw new WeightsError('The prior cannot be fitted: its normal equations are not positive definite. Is expression_std above zero everywhere?');
  }

  #detectedShape(weights: Float64Array): Float64Array {
    const out = Float64Array.from(this.mean.subarray(0, NUM_DETECTED * 3));
    addModes(out, this.#basis, weights);
    return out;
  }
}

/** out += weights · modes, where each mode is as long as `out` */
function addModes(out: Float64Array, modes: Float32Array | Float64Array, weights: ArrayLike<number>): void {
  for (let m = 0; m < weights.length; m++) {
    const weight = weights[m]!;
    const start = m * out.length;
    for (let i = 0; i < out.length; i++) out[i]! += weight * modes[start + i]!;
  }
}

/**
 * The lower triangle of `a bᵀ`, `[n, n]`, for `a` and `b` `[n, length]`. Two rows by two columns at a time: four products
 * for four loads instead of eight. This is nine tenths of a fit.
 */
function lowerProducts(a: Float64Array, b: Float64Array, n: number, length: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let m = 0; m < n; m += 2) {
    const a0 = m * length;
    const a1 = Math.min(m + 1, n - 1) * length;
    for (let k = 0; k <= m; k += 2) {
      const b0 = k * length;
      const b1 = Math.min(k + 1, n - 1) * length;
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      for (let i = 0; i < length; i++) {
        const x0 = a[a0 + i]!;
        const x1 = a[a1 + i]!;
        const y0 = b[b0 + i]!;
        const y1 = b[b1 + i]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s10 += x1 * y0;
        s11 += x1 * y1;
      }
      out[m * n + k] = s00;
      if (k + 1 < n) out[m * n + k + 1] = s01;
      if (m + 1 < n) out[(m + 1) * n + k] = s10;
      if (m + 1 < n && k + 1 < n) out[(m + 1) * n + k + 1] = s11;
    }
  }
  return out;
}
