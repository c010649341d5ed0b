/**
 * One person's head in one expression, on the CPU: rest shape once per person, then a sparse sum of expression modes,
 * eyes turned by the gaze, lids that shut and keep off the eyeballs, smooth normals, skeleton points.
 */
import { type ExpressionName, type ExpressionWeights } from '@onegt/skeleton';
import { HeadModelError } from './errors.ts';
import type { Eye, HeadModel } from './head-model.ts';
import { closeLids, createLids, keepOffEyeball, type Lids, measureEyeball, type SparseMode } from './lids.ts';
import type { PosedHead } from './posed-head.ts';

/** At weight 1 of eyeLookOut and eyeLookIn. */
export const GAZE_YAW_RADIANS = (30 * Math.PI) / 180;
/** At weight 1 of eyeLookUp and eyeLookDown. */
export const GAZE_PITCH_RADIANS = (22 * Math.PI) / 180;

/** One person. */
export interface HeadPoser {
  readonly model: HeadModel;
  /** `[I]` */
  readonly identity: Float32Array;
  /** @param out - what an earlier call returned: its arrays are written again, nothing is allocated */
  pose(expression: ExpressionWeights, out?: PosedHead): PosedHead;
}

/** @see createHeadPoser, which is cheaper for more than one expression of a person */
export function poseHead(model: HeadModel, identity: ArrayLike<number>, expression: ExpressionWeights): PosedHead {
  return createHeadPoser(model, identity).pose(expression);
}

/**
 * @param identity - weights in standard deviations; the modes that it is too short for are 0
 * @throws {@link HeadModelError} when there are more weights than modes, or one is not finite
 */
export function createHeadPoser(model: HeadModel, identity: ArrayLike<number>): HeadPoser {
  if (identity.length > model.numIdentityModes) {
    throw new HeadModelError('head-identity', `${identity.length} identity weights for the head "${model.name}", which has ${model.numIdentityModes} modes.\n  Leave the last ones out.`, { data: { given: identity.length, modes: model.numIdentityModes } });
  }
  const weights = new Float32Array(model.numIdentityModes);
  for (let i = 0; i < identity.length; i++) {
    if (!Number.isFinite(identity[i])) throw new HeadModelError('head-identity', `Identity weight ${i} is ${identity[i]}; it must be a finite number, usually from -3 to 3.`, { data: { index: i } });
    weights[i] = identity[i]!;
  }
  const { modes, lids } = rigOf(model);
  const rest = restShape(model, weights);
  const eyeballs = model.eyes.map((eye) => measureEyeball(rest, eye, eyeCentre(model, rest, eye)));
  const shape = new Float32Array(rest.length);
  const shapeOf = (expression: ExpressionWeights): Float32Array => {
    shape.set(rest);
    for (const [name, weight] of Object.entries(expression)) {
      const mode = modes.get(name as ExpressionName);
      const isBlink = name === 'eyeBlinkLeft' || name === 'eyeBlinkRight';
      if (mode !== undefined && weight !== 0 && weight !== undefined && !(isBlink && lids.length > 0)) addSparse(shape, mode, weight);
    }
    closeLids(model, lids, shape, expression);
    lids.forEach((of, i) => {
      const { yaw, pitch } = gazeOf(expression, of.eye.side);
      const centre = eyeCentre(model, shape, of.eye);
      turnEye(shape, of.eye, centre, yaw, pitch);
      keepOffEyeball(of, shape, centre, [Math.cos(pitch) * Math.sin(yaw), Math.sin(pitch), Math.cos(pitch) * Math.cos(yaw)], eyeballs[i]!);
    });
    return shape;
  };
  shapeOf({});
  const neutralPositions = renderPositions(model, shape, new Float32Array(model.renderSource.length * 3));
  const neutralNormals = smoothNormals(model, shape, new Float32Array(neutralPositions.length));
  const neutralPoints = skeletonPoints(model, shape, new Float32Array(model.skeletonVertex.length));

  return {
    model,
    identity: weights,
    pose(expression, out) {
      shapeOf(expression);
      const positions = out?.positions ?? new Float32Array(neutralPositions.length);
      const normals = out?.normals ?? new Float32Array(neutralPositions.length);
      const points = out?.points ?? new Float32Array(neutralPoints.length);
      renderPositions(model, shape, positions);
      smoothNormals(model, shape, normals);
      skeletonPoints(model, shape, points);
      return { model, identity: weights, expression, positions, normals, points, neutralPositions, neutralNormals, neutralPoints };
    },
  };
}

function restShape({ neutral, identityModes }: HeadModel, weights: Float32Array): Float32Array {
  const shape = neutral.slice();
  const size = shape.length;
  const used = Array.from(weights.keys()).filter((i) => weights[i] !== 0);
  // Four modes in one go through the shape, rounded after each as if it had been stored.
  let m = 0;
  for (; m + 4 <= used.length; m += 4) {
    const [a, b, c, d] = used.slice(m, m + 4) as [number, number, number, number];
    addFour(shape, identityModes, a * size, b * size, c * size, d * size, weights[a]!, weights[b]!, weights[c]!, weights[d]!);
  }
  for (; m < used.length; m++) {
    const first = used[m]! * size, weight = weights[used[m]!]!;
    for (let k = 0; k < size; k++) shape[k] = shape[k]! + weight * identityModes[first + k]!;
  }
  return shape;
}

function addFour(shape: Float32Array, modes: Float32Array, a: number, b: number, c: number, d: number, wa: number, wb: number, wc: number, wd: number): void {
  for (let k = 0; k < shape.length; k++) {
    shape[k] = Math.fround(Math.fround(Math.fround(shape[k]! + wa * modes[a + k]!) + wb * modes[b + k]!) + wc * modes[c + k]!) + wd * modes[d + k]!;
  }
}

/** A micrometre: nothing smaller is visible, and half of ICT's modes is smaller. */
const NEGLIGIBLE_CM = 1e-4;

interface Rig {
  modes: ReadonlyMap<ExpressionName, SparseMode>;
  lids: Lids;
}
const rigs = new WeakMap<HeadModel, Rig>();

/** What all people of a model share. */
function rigOf(model: HeadModel): Rig {
  let rig = rigs.get(model);
  if (rig === undefined) {
    const size = model.neutral.length;
    const modes = new Map(model.expressionNames.map((name, e) => [name, sparseMode(model.expressionModes.subarray(e * size, (e + 1) * size))]));
    rig = { modes, lids: createLids(model, modes) };
    rigs.set(model, rig);
  }
  return rig;
}

function sparseMode(dense: Float32Array): SparseMode {
  const vertices: number[] = [];
  for (let v = 0; v < dense.length / 3; v++) {
    if (Math.max(Math.abs(dense[3 * v]!), Math.abs(dense[3 * v + 1]!), Math.abs(dense[3 * v + 2]!)) > NEGLIGIBLE_CM) vertices.push(v);
  }
  const offsets = new Float32Array(vertices.length * 3);
  vertices.forEach((v, i) => offsets.set(dense.subarray(3 * v, 3 * v + 3), 3 * i));
  return { vertices: Uint32Array.from(vertices), offsets };
}

function addSparse(shape: Float32Array, { vertices, offsets }: SparseMode, weight: number): void {
  for (let i = 0; i < vertices.length; i++) {
    const at = 3 * vertices[i]!;
    shape[at]! += weight * offsets[3 * i]!;
    shape[at + 1]! += weight * offsets[3 * i + 1]!;
    shape[at + 2]! += weight * offsets[3 * i + 2]!;
  }
}

/** Where the centre of an eye is on this head: it moves as the mean of the eye's vertices does. */
export function eyeCentre(model: HeadModel, shape: Float32Array, eye: Eye): [number, number, number] {
  const { neutral } = model;
  let x = 0, y = 0, z = 0;
  for (let i = 3 * eye.first; i < 3 * (eye.first + eye.count); i += 3) {
    x += shape[i]! - neutral[i]!;
    y += shape[i + 1]! - neutral[i + 1]!;
    z += shape[i + 2]! - neutral[i + 2]!;
  }
  return [eye.centre[0] + x / eye.count, eye.centre[1] + y / eye.count, eye.centre[2] + z / eye.count];
}

/** Gaze of one eye: yaw towards +x (the subject's left), pitch upwards, radians. */
export function gazeOf(expression: ExpressionWeights, side: Eye['side']): { yaw: number; pitch: number } {
  const suffix = side === 'left' ? 'Left' : 'Right';
  const outward = side === 'left' ? 1 : -1;
  const weight = (name: 'Out' | 'In' | 'Up' | 'Down'): number => expression[`eyeLook${name}${suffix}`] ?? 0;
  return { yaw: outward * GAZE_YAW_RADIANS * (weight('Out') - weight('In')), pitch: GAZE_PITCH_RADIANS * (weight('Up') - weight('Down')) };
}

function turnEye(shape: Float32Array, eye: Eye, [cx, cy, cz]: readonly [number, number, number], yaw: number, pitch: number): void {
  if (yaw === 0 && pitch === 0) return;
  const sinYaw = Math.sin(yaw), cosYaw = Math.cos(yaw), sinPitch = Math.sin(pitch), cosPitch = Math.cos(pitch);
  for (let i = 3 * eye.first; i < 3 * (eye.first + eye.count); i += 3) {
    const x = shape[i]! - cx, y = shape[i + 1]! - cy, z = shape[i + 2]! - cz;
    const forward = z * cosPitch - y * sinPitch;
    shape[i] = cx + x * cosYaw + forward * sinYaw;
    shape[i + 1] = cy + y * cosPitch + z * sinPitch;
    shape[i + 2] = cz + forward * cosYaw - x * sinYaw;
  }
}

function renderPositions(model: HeadModel, shape: Float32Array, out: Float32Array): Float32Array {
  const { renderSource } = model;
  for (let r = 0; r < renderSource.length; r++) {
    const at = 3 * renderSource[r]!;
    out[3 * r] = shape[at]!;
    out[3 * r + 1] = shape[at + 1]!;
    out[3 * r + 2] = shape[at + 2]!;
  }
  return out;
}

/** Weighted by area, over shape vertices: smooth across texture seams. */
function smoothNormals(model: HeadModel, shape: Float32Array, out: Float32Array): Float32Array {
  const { renderSource } = model;
  const corners = shapeTriangles(model);
  const sum = new Float32Array(shape.length);
  for (let t = 0; t < corners.length; t += 3) {
    const a = corners[t]!, b = corners[t + 1]!, c = corners[t + 2]!;
    const ax = shape[a]!, ay = shape[a + 1]!, az = shape[a + 2]!;
    const ux = shape[b]! - ax, uy = shape[b + 1]! - ay, uz = shape[b + 2]! - az;
    const vx = shape[c]! - ax, vy = shape[c + 1]! - ay, vz = shape[c + 2]! - az;
    const nx = uy * vz - uz * vy, ny = uz * vx - ux * vz, nz = ux * vy - uy * vx;
    sum[a]! += nx, sum[a + 1]! += ny, sum[a + 2]! += nz;
    sum[b]! += nx, sum[b + 1]! += ny, sum[b + 2]! += nz;
    sum[c]! += nx, sum[c + 1]! += ny, sum[c + 2]! += nz;
  }
  for (let r = 0; r < renderSource.length; r++) {
    const at = 3 * renderSource[r]!;
    const x = sum[at]!, y = sum[at + 1]!, z = sum[at + 2]!;
    const length = Math.sqrt(x * x + y * y + z * z);
    const scale = length > 0 ? 1 / length : 0;
    out[3 * r] = x * scale;
    out[3 * r + 1] = y * scale;
    out[3 * r + 2] = length > 0 ? z * scale : 1; // a vertex of vanishing triangles: any direction, but a unit one
  }
  return out;
}

const corners = new WeakMap<HeadModel, Uint32Array>();

/** `[T, 3]` where the corner's vertex begins in a `[V, 3]` array. */
function shapeTriangles(model: HeadModel): Uint32Array {
  let indices = corners.get(model);
  if (indices === undefined) {
    indices = model.triangles.map((r) => 3 * model.renderSource[r]!);
    corners.set(model, indices);
  }
  return indices;
}

/** The 600 points of a shape `[V, 3]`, by the model's embedding. */
export function skeletonPoints(model: HeadModel, shape: Float32Array, out: Float32Array): Float32Array {
  const { skeletonVertex, skeletonWeight } = model;
  out.fill(0);
  for (let i = 0; i < skeletonVertex.length; i++) {
    const at = 3 * skeletonVertex[i]!;
    const point = i - (i % 3);
    for (let k = 0; k < 3; k++) out[point + k]! += skeletonWeight[i]! * shape[at + k]!;
  }
  return out;
}
