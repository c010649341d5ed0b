/**
 * What the two Transformers are given: the same rows, in the same order and scale, as in training/onegt/skeleton_data.py.
 */
import { project, type View } from '../camera/camera.ts';
import type { HeadPrior } from '../prior/prior.ts';
import { NUM_DETECTED, NUM_POINTS } from '../topology/topology.ts';
import type { ObservedSkeleton } from './anchor.ts';

export interface NetworkInputs {
  /** `[600, F]` */
  features: Float32Array;
  /** `[C]` */
  conditions: Float32Array;
  /** `[600, 3]`: what the network's residual is added to. */
  start: Float32Array;
}

/** Centimetres and crop units per unit of network output. */
export const NONRIGID_SCALE = 1;
export const RIGID_SCALE = 0.2;

/**
 * The expression swap: the source with another expression, in the source's head space.
 *
 * @param expression - `[E]` that is wanted
 */
export function nonrigidInputs(prior: HeadPrior, source: ObservedSkeleton, driving: ObservedSkeleton | undefined, expression: Float64Array): NetworkInputs {
  const change = expression.map((value, e) => value - source.expression[e]!);
  const swap = prior.expressionOffset(change);
  const own = remainder(prior, source);
  const other = driving === undefined ? new Float32Array(NUM_POINTS * 3) : remainder(prior, driving);
  const start = source.start.map((value, i) => value + swap[i]!);
  return {
    start,
    features: table([
      columns(source.start, (value, i) => (value - prior.mean[i]!) / 3),
      columns(swap),
      columns(own, (value) => value * 2),
      columns(other, (value) => value * 2),
      padded(source.weight),
      driving === undefined ? padded([]) : padded(driving.weight),
      { width: 1, at: () => (driving === undefined ? 0 : 1) },
    ]),
    conditions: Float32Array.of(...change, ...expression, ...rowMajor(source.view), ...(driving === undefined ? new Array<number>(9).fill(0) : rowMajor(driving.view))),
  };
}

/**
 * The projection of head-space points into a target view.
 *
 * @param start - `[600, 3]` in the source's head space: from the detector or from the non-rigid stage
 */
export function rigidInputs(prior: HeadPrior, start: Float32Array, source: ObservedSkeleton, target: View): NetworkInputs {
  const analytic = project(new Float32Array(NUM_POINTS * 3), start, target);
  const before = project(new Float32Array(NUM_POINTS * 3), start, source.view);
  const depth = Float32Array.from({ length: NUM_DETECTED }, (_, p) => source.detected[3 * p + 2]! * 2);
  return {
    start: analytic,
    features: table([
      columns(analytic, (value) => value * 2),
      columns(before, (value) => value * 2),
      columns(start, (value, i) => (value - prior.mean[i]!) / 3),
      padded(depth),
      padded(source.weight),
    ]),
    conditions: Float32Array.of(...turnBetween(source.view, target), ...rowMajor(source.view), ...rowMajor(target), ...placement(source.view), ...placement(target)),
  };
}

/** What the fit leaves over: `[600, 3]`. */
function remainder(prior: HeadPrior, { start, identity, expression }: ObservedSkeleton): Float32Array {
  const fitted = prior.shape(identity, expression);
  return start.map((value, i) => value - fitted[i]!);
}

/** Adjacent columns of the feature table. */
interface Columns {
  width: number;
  at(row: number, column: number): number;
}

function columns(points: Float32Array, scale: (value: number, index: number) => number = (value) => value): Columns {
  return { width: 3, at: (row, column) => scale(points[3 * row + column]!, 3 * row + column) };
}

/** One value per detected point; 0 for the points that no detector sees. */
function padded(values: ArrayLike<number>): Columns {
  return { width: 1, at: (row) => values[row] ?? 0 };
}

function table(parts: readonly Columns[]): Float32Array {
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const out = new Float32Array(NUM_POINTS * width);
  for (let row = 0; row < NUM_POINTS; row++) {
    let at = row * width;
    for (const part of parts) for (let column = 0; column < part.width; column++) out[at++] = part.at(row, column);
  }
  return out;
}

/** PyTorch's order; gl-matrix stores columns. */
function rowMajor({ rotation: r }: View): number[] {
  return [r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]];
}

/** target rotation · source rotationᵀ, row-major */
function turnBetween(source: View, target: View): number[] {
  const [s, t] = [rowMajor(source), rowMajor(target)];
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [3 * Math.floor(i / 3), 3 * (i % 3)];
    return t[row]! * s[column]! + t[row + 1]! * s[column + 1]! + t[row + 2]! * s[column + 2]!;
  });
}

function placement({ translation: [x, y, z], focal }: View): number[] {
  return [x / 10, y / 10, -z / 50 - 1, focal / 4 - 1];
}
