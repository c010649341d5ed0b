/**
 * Lids that shut on everybody. Morph targets are made on one head: on larger eyes a blink of weight 1 leaves the eye
 * half open, on smaller ones the lids pass through each other, and a large eyeball comes out through the lid. Here
 * `eyeBlink` closes what is open, column by column, and lids keep off the eyeball as far as they do on the mean head.
 */
import type { ExpressionName, ExpressionWeights } from '@onegt/skeleton';
import { type Eye, type HeadModel, PARTS } from './head-model.ts';
import { length3 } from '../geometry/length.ts';

/** A mode's vertices and where they move, `[vertices, 3]`. */
export interface SparseMode {
  readonly vertices: Uint32Array;
  readonly offsets: Float32Array;
}

/** Pairs of points on the edges of the upper and the lower lid, in columns from one corner to the other. */
const PAIRS: Readonly<Record<Eye['side'], readonly (readonly [upper: number, lower: number])[]>> = {
  left: [[384, 381], [385, 380], [386, 374], [387, 373], [388, 390]],
  right: [[161, 163], [160, 144], [159, 145], [158, 153], [157, 154]],
};
/** How far the points of a pair pass each other in a shut eye: they lie a little off the edge, and there are few columns. */
const OVERLAP_CM = 0.02;
/** A blink may be so much stronger than the one of the mean head. */
const STRONGEST = 2;
/** Lids rest on the eyeball; what is farther off on the mean head may come this near. */
const CLEARANCE_CM = 0.04;
/** Radii of the eyeball by the angle to the gaze, in steps of 5 degrees up to 120. */
const RADII = 25;
const RADIANS_PER_RADIUS = (5 * Math.PI) / 180;

interface EyeLids {
  eye: Eye;
  blink: ExpressionName;
  /** Skin about the eye, and how far it keeps off the eyeball. */
  skin: Uint32Array;
  clearance: Float32Array;
  mode: SparseMode | undefined;
  /** How far each pair closes at weight 1, cm. */
  closing: Float64Array;
  /** Of each vertex that the blink moves: between which pairs it lies, 0..4, fractional. */
  column: Float32Array;
}

/** What of it belongs to the model. */
export type Lids = readonly EyeLids[];

/** One eyeball of a person: its shape as distance from its centre by angle from the gaze. */
export interface Eyeball {
  readonly radii: Float32Array;
}

export function createLids(model: HeadModel, modes: ReadonlyMap<ExpressionName, SparseMode>): Lids {
  return model.eyes.map((eye) => {
    const blink: ExpressionName = eye.side === 'left' ? 'eyeBlinkLeft' : 'eyeBlinkRight';
    const mode = modes.get(blink);
    const ball = measureEyeball(model.neutral, eye, eye.centre);
    const near = skinNear(model, eye);
    const clearance = Float32Array.from(near, (v) => Math.min(CLEARANCE_CM, gap(model.neutral, v, eye.centre, [0, 0, 1], ball)));
    const dense = new Float32Array(model.neutral.length);
    mode?.vertices.forEach((v, i) => dense.set(mode.offsets.subarray(3 * i, 3 * i + 3), 3 * v));
    const pairs = PAIRS[eye.side];
    const closing = Float64Array.from(pairs, ([upper, lower]) => heightOf(model, dense, lower) - heightOf(model, dense, upper));
    const across = pairs.map(([upper, lower]) => (pointValue(model, model.neutral, upper, 0) + pointValue(model, model.neutral, lower, 0)) / 2);
    const column = Float32Array.from(mode?.vertices ?? [], (v) => columnOf(across, model.neutral[3 * v]!));
    return { eye, blink, mode, closing, column, skin: near, clearance };
  });
}

/** Position of `x` among ascending or descending values, clamped to their ends. */
function columnOf(values: readonly number[], x: number): number {
  const direction = Math.sign(values.at(-1)! - values[0]!) || 1;
  for (let k = 0; k < values.length - 1; k++) {
    const from = values[k]!, to = values[k + 1]!;
    if (direction * (x - to) <= 0) return k + Math.max(0, Math.min(1, (x - from) / (to - from || direction)));
  }
  return values.length - 1;
}

function pointValue({ skeletonVertex, skeletonWeight }: HeadModel, shape: Float32Array, point: number, axis: number): number {
  let sum = 0;
  for (let i = 3 * point; i < 3 * point + 3; i++) sum += skeletonWeight[i]! * shape[3 * skeletonVertex[i]! + axis]!;
  return sum;
}

const heightOf = (model: HeadModel, shape: Float32Array, point: number): number => pointValue(model, shape, point, 1);

/** @param shape - with all of the expression but the blinks, which are added here */
export function closeLids(model: HeadModel, lids: Lids, shape: Float32Array, expression: ExpressionWeights): void {
  for (const { eye, blink, mode, closing, column } of lids) {
    if (mode === undefined) continue;
    const weight = expression[blink] ?? 0;
    const strength = new Float64Array(closing.length);
    for (let k = 0; k < strength.length; k++) strength[k] = strengthOf(model, shape, PAIRS[eye.side][k]!, closing[k]!, weight);
    if (strength.some((value) => value !== 0)) addBlink(shape, mode, column, strength);
  }
}

/** Of the opening that other expressions leave, the blink takes its share; lids that have passed each other go back. */
function strengthOf(model: HeadModel, shape: Float32Array, [upper, lower]: readonly [number, number], closing: number, weight: number): number {
  const open = heightOf(model, shape, upper) - heightOf(model, shape, lower) + OVERLAP_CM;
  if (closing < 0.1) return weight; // no blink that could be measured
  return Math.max(-1, Math.min(STRONGEST, (open > 0 ? weight : 1) * (open / closing)));
}

/** @param strength - of each pair */
function addBlink(shape: Float32Array, { vertices, offsets }: SparseMode, column: Float32Array, strength: Float64Array): void {
  for (let i = 0; i < vertices.length; i++) {
    const k = Math.min(strength.length - 2, Math.floor(column[i]!));
    const value = strength[k]! + (column[i]! - k) * (strength[k + 1]! - strength[k]!);
    const at = 3 * vertices[i]!;
    for (let c = 0; c < 3; c++) shape[at + c]! += value * offsets[3 * i + c]!;
  }
}

/**
 * Skin that would be inside of an eyeball is moved out, away from its centre.
 *
 * @param gaze - unit vector
 */
export function keepOffEyeball({ skin, clearance }: EyeLids, shape: Float32Array, centre: readonly number[], gaze: readonly [number, number, number], ball: Eyeball): void {
  for (let i = 0; i < skin.length; i++) {
    const v = skin[i]!;
    const missing = clearance[i]! - gap(shape, v, centre, gaze, ball);
    if (!(missing > 0)) continue;
    const x = shape[3 * v]! - centre[0]!, y = shape[3 * v + 1]! - centre[1]!, z = shape[3 * v + 2]! - centre[2]!;
    const grow = 1 + missing / (length3(x, y, z) || 1);
    shape[3 * v] = centre[0]! + grow * x;
    shape[3 * v + 1] = centre[1]! + grow * y;
    shape[3 * v + 2] = centre[2]! + grow * z;
  }
}

/** Distance of a vertex from the surface of the eyeball; negative inside. */
function gap(shape: ArrayLike<number>, v: number, centre: readonly number[], gaze: readonly [number, number, number], { radii }: Eyeball): number {
  const x = shape[3 * v]! - centre[0]!, y = shape[3 * v + 1]! - centre[1]!, z = shape[3 * v + 2]! - centre[2]!;
  const distance = length3(x, y, z);
  const angle = Math.acos(Math.max(-1, Math.min(1, (x * gaze[0] + y * gaze[1] + z * gaze[2]) / (distance || 1)))) / RADIANS_PER_RADIUS;
  if (angle >= RADII - 1) return Infinity; // behind
  const k = Math.floor(angle);
  return distance - (radii[k]! + (angle - k) * (radii[k + 1]! - radii[k]!));
}

/** At rest, looking along +z. The largest distance in each direction: a cornea bulges. */
export function measureEyeball(shape: Float32Array, { first, count }: Eye, centre: readonly number[]): Eyeball {
  const radii = new Float32Array(RADII);
  for (let v = first; v < first + count; v++) {
    const x = shape[3 * v]! - centre[0]!, y = shape[3 * v + 1]! - centre[1]!, z = shape[3 * v + 2]! - centre[2]!;
    const distance = length3(x, y, z);
    const angle = Math.acos(z / (distance || 1)) / RADIANS_PER_RADIUS;
    for (let k = Math.floor(angle); k <= Math.ceil(angle) && k < RADII; k++) radii[k] = Math.max(radii[k]!, distance);
  }
  for (let k = 1; k < RADII; k++) if (radii[k] === 0) radii[k] = radii[k - 1]!; // no vertex there
  for (let k = RADII - 2; k >= 0; k--) if (radii[k] === 0) radii[k] = radii[k + 1]!;
  return { radii };
}

/** Shape vertices of skin in front of the eyeball's middle and within half its radius of its surface. */
function skinNear({ neutral, triangles, parts, renderSource }: HeadModel, { centre, radius }: Eye): Uint32Array {
  const near = new Set<number>();
  for (let i = 0; i < triangles.length; i++) {
    if (PARTS[parts[Math.floor(i / 3)]!] !== 'skin') continue;
    const v = renderSource[triangles[i]!]!;
    const z = neutral[3 * v + 2]! - centre[2];
    if (z > -0.2 * radius && length3(neutral[3 * v]! - centre[0], neutral[3 * v + 1]! - centre[1], z) < 1.5 * radius) near.add(v);
  }
  return Uint32Array.from(near).sort();
}
