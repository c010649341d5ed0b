/**
 * Where the 600 skeleton points lie on a head that nobody has marked: the head is rendered from several sides, a face
 * detector finds its 478 points in the pictures, rays through them meet the surface, and a smooth warp from the mean
 * head averages over the views. What no detector sees (skull, ears, neck, shoulders) follows the warp to the surface.
 *
 * Rendering and detection are the caller's: this runs wherever they do.
 */
import { createCamera, type Image, NUM_DETECTED, NUM_FACE, NUM_POINTS, skeletonTopology, unproject, type View, viewOf } from '@onegt/skeleton';
import { HeadModelError } from './errors.ts';
import { type Eye, type HeadModel, PARTS } from './head-model.ts';
import { ICT_EYE } from './ict.ts';
import { poseHead } from './pose.ts';
import type { PosedHead } from './posed-head.ts';
import { type SurfacePoint, TriangleTree } from './triangle-tree.ts';
import { applySimilarity, fitSimilarity, fitWarp, type Similarity } from './warp.ts';
import { length3 } from '../geometry/length.ts';

/** Renders a head and finds the landmarks of a face in the picture. */
export interface LandmarkFinder<Head> {
  /** A square picture; the sharper, the better (512 pixels and more). */
  render(head: Head, view: View): Promise<Image>;
  /** `[478, 2]` or `[478, 3]`, x and y in pixels as `FaceDetector` gives them, or null when there is no face. */
  detect(picture: Image): Promise<ArrayLike<number> | null>;
}

const DEGREE = Math.PI / 180;
/** Yaw and pitch in degrees: every point of the face is seen from the front by some. */
const VIEWS: readonly (readonly [yaw: number, pitch: number])[] = [[0, 0], [20, 0], [-20, 0], [40, 5], [-40, 5], [55, 0], [-55, 0], [0, 16], [0, -16], [25, -14], [-25, -14]];

/** A mesh in (nearly) head space. */
export interface Surface {
  /** `[V, 3]` */
  positions: ArrayLike<number>;
  /** `[T, 3]` over `positions`. */
  triangles: ArrayLike<number>;
  /** `[T]` index into `PARTS`. */
  parts: ArrayLike<number>;
  /** Looking straight ahead. */
  eyes?: readonly Eye[];
}

export interface FoundPoints {
  /** `[478, 3]` on the surface or near it; of points with `views` 0, nothing is known. */
  points: Float64Array;
  /** `[478]` how many pictures each comes from. */
  views: Uint8Array;
  /** `[478]` how far apart the pictures put it, cm. */
  spread: Float64Array;
  /** Pictures in which a face was found, of how many. */
  faces: number;
  pictures: number;
}

/** @throws {@link HeadModelError} when fewer than three pictures show a face */
export async function findPoints<Head>(surface: Surface, head: Head, finder: LandmarkFinder<Head>, { signal }: { signal?: AbortSignal } = {}): Promise<FoundPoints> {
  const normals = meanHeadNormals();
  const tree = new TriangleTree(surface.positions, surface.triangles);
  const irisTree = eyeballTree(surface) ?? tree;
  const hits: { position: [number, number, number]; weight: number }[][] = Array.from({ length: NUM_DETECTED }, () => []);
  let faces = 0;
  for (const [yaw, pitch] of VIEWS) {
    signal?.throwIfAborted();
    const view = viewOf(createCamera({ yaw: yaw * DEGREE, pitch: pitch * DEGREE }));
    const picture = await finder.render(head, view);
    const landmarks = await finder.detect(picture);
    if (landmarks === null) continue;
    faces++;
    const stride = landmarks.length / NUM_DETECTED;
    const [origin] = rayOf(view, 0, 0);
    for (let p = 0; p < NUM_DETECTED; p++) {
      const [, direction] = rayOf(view, (2 * landmarks[stride * p]!) / picture.width - 1, 1 - (2 * landmarks[stride * p + 1]!) / picture.height);
      const facing = -(normals[3 * p]! * direction[0] + normals[3 * p + 1]! * direction[1] + normals[3 * p + 2]! * direction[2]);
      if (facing < 0.2) continue; // the detector guesses what it cannot see
      const hit = (p < NUM_FACE ? tree : irisTree).cast(origin, direction);
      if (hit !== null) hits[p]!.push({ position: hit.position, weight: facing * facing });
    }
  }
  if (faces < 3) {
    throw new HeadModelError('head-import', `The detector found a face in ${faces} of ${VIEWS.length} pictures of the head.\n  Does it face the way that \`forward\` says, is it a human face, and does it have eyes? At least 3 are needed.`, { data: { faces, pictures: VIEWS.length } });
  }
  const points = new Float64Array(NUM_DETECTED * 3);
  const spread = new Float64Array(NUM_DETECTED);
  hits.forEach((of, p) => {
    if (of.length === 0) return;
    const { mean, deviation } = robustMean(of);
    points.set(mean, 3 * p);
    spread[p] = deviation;
  });
  return { points, spread, views: Uint8Array.from(hits, (of) => of.length), faces, pictures: VIEWS.length };
}

/**
 * Where the detector sees points of a head whose skeleton is known, less where they are: it has an opinion of its own
 * about the face's outline (1.8 cm towards the ears) and others that nothing in the picture marks.
 *
 * @returns `[478, 3]` cm, for {@link embedSkeleton}
 */
export async function measureBias(reference: HeadModel, finder: LandmarkFinder<PosedHead>, options: { signal?: AbortSignal } = {}): Promise<Float64Array> {
  const head = poseHead(reference, [], {});
  const surface = { positions: head.positions, triangles: reference.triangles, parts: reference.parts };
  const { points, views } = await findPoints(surface, head, finder, options);
  return points.map((value, i) => (views[Math.floor(i / 3)]! > 0 ? value - head.points[i]! : 0));
}

/**
 * How the found points are turned, scaled and shifted to lie on the mean head's.
 *
 * @param scale - kept at this value if given
 */
export function alignToMeanHead({ points, views }: FoundPoints, scale?: number): Similarity {
  const { meanHead } = skeletonTopology();
  let use = Array.from({ length: NUM_FACE }, (_, p) => p).filter((p) => views[p]! > 0);
  let fit = fitSimilarity(points, meanHead, use, scale);
  for (let round = 0; round < 3; round++) {
    const residual = distances(applySimilarity(new Float64Array(points.length), points, fit), meanHead, use);
    const limit = 2.5 * median(residual);
    const kept = use.filter((_, i) => residual[i]! <= limit);
    if (kept.length < 50) break;
    use = kept;
    fit = fitSimilarity(points, meanHead, use, scale);
  }
  return fit;
}

export interface Embedding {
  /** `[600, 3]` vertices of the surface and their weights. */
  vertex: Uint32Array;
  weight: Float32Array;
  /** `[600, 3]` */
  points: Float64Array;
  /** Middle distance of a found point to where it ended up, cm: noise of the detector, and what the warp smoothed away. */
  medianShift: number;
  /** Points that the surface has no place for: over 1 cm from it. */
  offSurface: number[];
}

/**
 * @param found - in head space, as `surface`
 * @param bias - `[478, 3]` cm: of {@link measureBias}
 */
export function embedSkeleton(surface: Surface, found: FoundPoints, bias?: ArrayLike<number>): Embedding {
  const { meanHead } = skeletonTopology();
  const normals = meanHeadNormals();
  const isSkin = (t: number): boolean => PARTS[surface.parts[t]!] === 'skin';
  const skin = new TriangleTree(surface.positions, surface.triangles, isSkin);
  const eyeballs = eyeballTree(surface);
  const target = new Float64Array(NUM_POINTS * 3);
  const noise = new Float64Array(NUM_POINTS).fill(1);
  for (let p = 0; p < NUM_DETECTED; p++) {
    for (let k = 0; k < 3; k++) target[3 * p + k] = found.points[3 * p + k]! - (bias?.[3 * p + k] ?? 0);
    // The views err alike, so that more of them help less than statistics says. At the cheeks' outline they disagree most.
    noise[p] = 0.08 + found.spread[p]!;
  }
  const seen = Array.from({ length: NUM_DETECTED }, (_, p) => p).filter((p) => found.views[p]! > 0);
  const onSurface = (p: number, at: readonly [number, number, number], limit = Infinity): SurfacePoint | null => {
    if (p >= NUM_FACE && p < NUM_DETECTED) return (eyeballs ?? skin).closest(at, { limit });
    // Thin parts have a front and a back: an ear's, a nostril's.
    const accept = (t: number): boolean => {
      const n = skin.normal(t);
      return n[0] * normals[3 * p]! + n[1] * normals[3 * p + 1]! + n[2] * normals[3 * p + 2]! > 0.2 * Math.hypot(...n);
    };
    return skin.closest(at, { limit, accept }) ?? skin.closest(at, { limit });
  };

  // The rest of the head follows in rounds: each pulls the warp to the surface, at first where it is near.
  let warped = fitWarp(meanHead, target, seen, { noise })(meanHead);
  for (const reach of [1.5, 2.5, 4]) {
    const use = [...seen];
    for (let p = NUM_DETECTED; p < NUM_POINTS; p++) {
      const near = onSurface(p, vectorAt(warped, p), reach);
      if (near === null) continue;
      target.set(near.position, 3 * p);
      noise[p] = 0.3;
      use.push(p);
    }
    warped = fitWarp(meanHead, target, use, { noise })(meanHead);
  }

  // Irises look straight ahead at rest, are round, and as large as eyeballs of that size have them.
  for (const { side, centre, radius } of surface.eyes ?? []) {
    for (let p = side === 'right' ? NUM_FACE : NUM_FACE + 5, end = p + 5; p < end; p++) {
      for (let k = 0; k < 3; k++) warped[3 * p + k] = centre[k]! + ((meanHead[3 * p + k]! - (k === 0 && side === 'right' ? -1 : 1) * ICT_EYE.centre[k]!) * radius) / ICT_EYE.radius;
    }
  }

  const vertex = new Uint32Array(NUM_POINTS * 3);
  const weight = new Float32Array(NUM_POINTS * 3);
  const points = new Float64Array(NUM_POINTS * 3);
  const offSurface: number[] = [];
  for (let p = 0; p < NUM_POINTS; p++) {
    const at = onSurface(p, vectorAt(warped, p))!;
    if (at.distance > 1) offSurface.push(p);
    for (let k = 0; k < 3; k++) vertex[3 * p + k] = surface.triangles[3 * at.triangle + k]!;
    weight.set(at.weights, 3 * p);
    points.set(at.position, 3 * p);
  }
  return { vertex, weight, points, medianShift: median(distances(points, target, seen)), offSurface };
}

/** The way back: where points of this head lie on the standard one. */
export function warpToMeanHead({ points, offSurface }: Embedding): (positions: ArrayLike<number>) => Float64Array {
  const off = new Set(offSurface);
  const use = Array.from({ length: NUM_POINTS }, (_, p) => p).filter((p) => !off.has(p));
  return fitWarp(points, skeletonTopology().meanHead, use, { noise: 0.05 });
}

function eyeballTree({ positions, triangles, parts }: Surface): TriangleTree | null {
  const eyeball = PARTS.indexOf('eyeball');
  return Array.from(parts).includes(eyeball) ? new TriangleTree(positions, triangles, (t) => parts[t] === eyeball) : null;
}

/** Through a point of the picture, in crop units: from the camera, and a unit direction. */
function rayOf(view: View, x: number, y: number): [origin: [number, number, number], direction: [number, number, number]] {
  const ends = unproject(new Float64Array(6), [x, y, 0, x, y, 0], [0, 1], view);
  const [dx, dy, dz] = [ends[3]! - ends[0]!, ends[4]! - ends[1]!, ends[5]! - ends[2]!];
  const length = length3(dx, dy, dz);
  return [[ends[0]!, ends[1]!, ends[2]!], [dx / length, dy / length, dz / length]];
}

/** `[600, 3]` of the mean head's triangles, weighted by area. */
function meanHeadNormals(): Float64Array {
  const { meanHead: m, triangles } = skeletonTopology();
  const normals = new Float64Array(m.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!];
    const [ux, uy, uz] = [m[b]! - m[a]!, m[b + 1]! - m[a + 1]!, m[b + 2]! - m[a + 2]!];
    const [vx, vy, vz] = [m[c]! - m[a]!, m[c + 1]! - m[a + 1]!, m[c + 2]! - m[a + 2]!];
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const corner of [a, b, c]) for (let k = 0; k < 3; k++) normals[corner + k]! += normal[k]!;
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = length3(normals[i]!, normals[i + 1]!, normals[i + 2]!) || 1;
    for (let k = 0; k < 3; k++) normals[i + k]! /= length;
  }
  return normals;
}

/** Weighted median, and how far from it a hit lies in the middle. */
function robustMean(hits: readonly { position: readonly [number, number, number]; weight: number }[]): { mean: [number, number, number]; deviation: number } {
  const centre = [0, 1, 2].map((k) => {
    const sorted = [...hits].sort((a, b) => a.position[k]! - b.position[k]!);
    let left = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
    return sorted.find(({ weight }) => (left -= weight) <= 0)!.position[k]!;
  });
  const away = hits.map(({ position }) => Math.hypot(...position.map((value, k) => value - centre[k]!)));
  const deviation = hits.length === 1 ? 0.3 : median(away);
  const near = hits.filter((_, i) => away[i]! <= Math.max(0.1, 2 * deviation));
  const used = near.length > 0 ? near : [{ position: centre as [number, number, number], weight: 1 }];
  const total = used.reduce((sum, { weight }) => sum + weight, 0);
  return { mean: [0, 1, 2].map((k) => used.reduce((sum, { position, weight }) => sum + position[k]! * weight, 0) / total) as [number, number, number], deviation };
}

const vectorAt = (points: ArrayLike<number>, p: number): [number, number, number] => [points[3 * p]!, points[3 * p + 1]!, points[3 * p + 2]!];

function distances(a: ArrayLike<number>, b: ArrayLike<number>, use: readonly number[]): number[] {
  return use.map((p) => length3(a[3 * p]! - b[3 * p]!, a[3 * p + 1]! - b[3 * p + 1]!, a[3 * p + 2]! - b[3 * p + 2]!));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
