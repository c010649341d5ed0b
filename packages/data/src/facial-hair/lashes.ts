/** Lashes: curved hairs on the rims of the lids. Roots lie on the mesh; their frames turn with the rim and the eye, so that they close with the lids. */
import { clamp, hash, lerp, smoothstep } from '../hair/noise.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { BoundStrands, frameFrom, type Frames } from './bound-strands.ts';
import type { LashLook } from './facial-hair-look.ts';
import { NearIndex } from './face-surface.ts';
import { length3 } from '../geometry/length.ts';

/** The rims from the outer to the inner corner, in MediaPipe's numbers. */
const RIMS = [
  { upper: true, points: [33, 246, 161, 160, 159, 158, 157, 173, 133] },
  { upper: false, points: [33, 7, 163, 144, 145, 153, 154, 155, 133] },
  { upper: true, points: [263, 466, 388, 387, 386, 385, 384, 398, 362] },
  { upper: false, points: [263, 249, 390, 373, 374, 380, 381, 382, 362] },
] as const;
const SEGMENTS = 3;
const UPPER_HAIRS = 84, LOWER_HAIRS = 48;
/** From the middle between the corners of an eye to the middle of its ball, cm. */
const EYE_DEPTH = 1;
/** How much further lashes turn than the lid that carries them when it closes, radians. */
const CLOSING = 0.75;

export function growLashes(look: LashLook, head: PosedHead, seed: number): BoundStrands {
  const { neutralPoints, neutralPositions: p, model: { triangles: mesh } } = head;
  const triangles: number[] = [], weights: number[] = [], nodes: number[] = [], widths: number[] = [], locks: number[] = [];
  const between: Rim[] = [];
  const frame = new Float64Array(9), root = new Float64Array(3);
  let eye: NearIndex | undefined;
  for (let rim = 0; rim < RIMS.length; rim++) {
    const { upper, points } = RIMS[rim]!, outer = points[0], inner = points[8];
    const middle = [0, 1, 2].map((k) => 0.5 * (neutralPoints[outer * 3 + k]! + neutralPoints[inner * 3 + k]!)) as [number, number, number];
    // Upper and lower rim share an eye.
    const skin = upper ? new NearIndex(head, middle, 2) : eye!;
    eye = skin;
    const hairs = Math.round((upper ? UPPER_HAIRS : LOWER_HAIRS) * look.density);
    for (let i = 0; i < hairs; i++) {
      const id = i + rim * 1000, u = (i + 0.8 * hash(id, seed)) / hairs;
      // None in the inner corner.
      const at = clamp(0.03 + 0.86 * u, 0, 0.999) * 8, segment = Math.floor(at), f = at - segment;
      const place = skin.nearest(spline(neutralPoints, points, segment, f, 0), spline(neutralPoints, points, segment, f, 1), spline(neutralPoints, points, segment, f, 2));
      pointOn(p, mesh, place.triangle, place.weights, 0, root);
      const index = between.length;
      triangles.push(place.triangle);
      weights.push(...place.weights);
      between.push({ from: points[segment]!, to: points[segment + 1]!, outer, inner, top: RIMS[rim - (upper ? 0 : 1)]!.points[4], bottom: RIMS[rim + (upper ? 1 : 0)]!.points[4], upper, open: 0 });
      between[index]!.open = Math.max(0.1, opening(neutralPoints, between[index]!));
      rimFrame(neutralPoints, between[index]!, root, frame);
      // Axes: along the rim to the inner corner, along x out; that is up or down according to the side.
      const rising = frame[4]! > 0 ? 1 : -1;
      const clump = Math.floor(u * hairs / 3);
      const stuck = look.clump * 0.9;
      const fan = lerp(-0.55, 0.35, u) + 0.35 * (1 - stuck) * (hash(id, seed + 1) - 0.5) + 0.4 * stuck * (hash(clump, seed + 2) - 0.5) - stuck * 0.12 * ((u * hairs / 3) % 1 - 0.5);
      const profile = upper ? 0.72 + 0.28 * smoothstep(0.95, 0.5, u) * smoothstep(-0.1, 0.35, u) : 0.7 + 0.3 * smoothstep(1, 0.4, u);
      const length = look.length * (upper ? 1 : look.lower) * profile * (0.75 + 0.4 * hash(id, seed + 3));
      const start = upper ? 0.05 + 0.25 * hash(id, seed + 4) : -0.55 - 0.3 * hash(id, seed + 4), turn = upper ? look.curl : -0.25 * look.curl;
      widths.push(look.width * (upper ? 1 : 0.75) * (0.8 + 0.4 * hash(id, seed + 5)));
      locks.push(rim * 100 + clump);
      let a = 0, b = 0, c = 0;
      for (let s = 0; s <= SEGMENTS; s++) {
        for (let axis = 0; axis < 3; axis++) nodes.push(root[axis]! + a * frame[axis]! + b * rising * frame[3 + axis]! + c * frame[6 + axis]!);
        const angle = start + turn * ((s + 0.5) / SEGMENTS), h = length / SEGMENTS;
        a += h * Math.sin(fan) * (0.6 + 0.4 * s);
        b += h * Math.cos(fan) * Math.sin(angle);
        c += h * Math.cos(fan) * Math.cos(angle);
      }
    }
  }
  const onTriangles = Uint32Array.from(triangles);
  return new BoundStrands(head, {
    triangles: onTriangles, weights: Float32Array.from(weights), nodes: Float32Array.from(nodes), segments: SEGMENTS, widths: Float32Array.from(widths),
    locks: Uint32Array.from(locks), frames: new RimFrames(onTriangles, Float64Array.from(weights), between), seed, openAtRoot: 0.6, tip: 0.2,
  });
}

/** Frames that turn with the rims of the lids. */
class RimFrames implements Frames {
  readonly #triangles: Uint32Array;
  readonly #weights: Float64Array;
  readonly #rims: readonly Rim[];
  readonly #root = new Float64Array(3);

  constructor(triangles: Uint32Array, weights: Float64Array, rims: readonly Rim[]) {
    this.#triangles = triangles;
    this.#weights = weights;
    this.#rims = rims;
  }

  of({ positions, points, model: { triangles: mesh } }: PosedHead, i: number, out: Float64Array): void {
    pointOn(positions, mesh, this.#triangles[i]!, this.#weights, i * 3, this.#root);
    rimFrame(points, this.#rims[i]!, this.#root, out);
  }
}

/** Where on a rim a lash grows, in MediaPipe's points; `open`: how far the lids are apart at rest, cm. */
interface Rim { from: number; to: number; outer: number; inner: number; top: number; bottom: number; upper: boolean; open: number }

const opening = (points: Float32Array, { top, bottom }: Rim): number =>
  length3(points[top * 3]! - points[bottom * 3]!, points[top * 3 + 1]! - points[bottom * 3 + 1]!, points[top * 3 + 2]! - points[bottom * 3 + 2]!);

/** A place on a triangle; its weights begin at `first`. */
function pointOn(p: Float32Array, mesh: Uint32Array, triangle: number, weights: ArrayLike<number>, first: number, out: Float64Array): void {
  const a = mesh[triangle * 3]! * 3, b = mesh[triangle * 3 + 1]! * 3, c = mesh[triangle * 3 + 2]! * 3;
  for (let axis = 0; axis < 3; axis++) out[axis] = weights[first]! * p[a + axis]! + weights[first + 1]! * p[b + axis]! + weights[first + 2]! * p[c + axis]!;
}

/** Axes: along the rim, across, and from the middle of the eyeball through the root; upper lashes turn down further when the lids close. */
function rimFrame(points: Float32Array, rim: Rim, root: Float64Array, out: Float64Array): void {
  const { from, to, outer, inner } = rim;
  const centreX = 0.5 * (points[outer * 3]! + points[inner * 3]!), centreY = 0.5 * (points[outer * 3 + 1]! + points[inner * 3 + 1]!), centreZ = 0.5 * (points[outer * 3 + 2]! + points[inner * 3 + 2]!) - EYE_DEPTH;
  frameFrom(points[to * 3]! - points[from * 3]!, points[to * 3 + 1]! - points[from * 3 + 1]!, points[to * 3 + 2]! - points[from * 3 + 2]!,
    root[0]! - centreX, root[1]! - centreY, root[2]! - centreZ, out);
  if (!rim.upper) return;
  const angle = CLOSING * (1 - clamp(opening(points, rim) / rim.open, 0, 1)) * (out[4]! > 0 ? 1 : -1);
  const cosine = Math.cos(angle), sine = Math.sin(angle);
  for (let axis = 0; axis < 3; axis++) {
    const across = out[3 + axis]!, outwards = out[6 + axis]!;
    out[3 + axis] = cosine * across + sine * outwards;
    out[6 + axis] = cosine * outwards - sine * across;
  }
}

function spline(points: Float32Array, rim: readonly number[], i: number, f: number, k: number): number {
  const last = rim.length - 1;
  const p0 = points[rim[clamp(i - 1, 0, last)]! * 3 + k]!, p1 = points[rim[clamp(i, 0, last)]! * 3 + k]!, p2 = points[rim[clamp(i + 1, 0, last)]! * 3 + k]!, p3 = points[rim[clamp(i + 2, 0, last)]! * 3 + k]!;
  return 0.5 * (2 * p1 + (p2 - p0) * f + (2 * p0 - 5 * p1 + 4 * p2 - p3) * f * f + (3 * p1 - p0 - 3 * p2 + p3) * f * f * f);
}
