/** Brows: single hairs in a band along MediaPipe's brow points, flowing up at the nose, outwards along the bend, down at the tail. */
import { skeletonTopology } from '@onegt/skeleton';
import { clamp, hash, lerp, noise3, smoothstep } from '../hair/noise.ts';
import type { HeadModel } from '../heads/head-model.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { BoundStrands, frameFrom, TriangleFrames } from './bound-strands.ts';
import type { BrowLook } from './facial-hair-look.ts';
import { FrontIndex } from './face-surface.ts';

/** Upper and lower edge of the subject's left brow, from the nose outwards. */
const UPPER = [336, 296, 334, 293, 300], LOWER = [285, 295, 282, 283, 276];
const SEGMENTS = 2;
const HAIRS = 480;

/** The middle of the brow by the standard head's points, `[5, 2]`. */
function middleKnots(): Float64Array {
  const { meanHead } = skeletonTopology();
  return Float64Array.from({ length: 2 * UPPER.length }, (_, i) => 0.5 * (meanHead[UPPER[i >> 1]! * 3 + (i & 1)]! + meanHead[LOWER[i >> 1]! * 3 + (i & 1)]!));
}

/** Catmull-Rom through the knots, which go on as their ends. */
function splineAt(knots: Float64Array, i: number, f: number, k: number): number {
  const p0 = knots[2 * Math.max(0, i - 1) + k]!, p1 = knots[2 * i + k]!, p2 = knots[2 * i + 2 + k]!, p3 = knots[2 * Math.min(4, i + 2) + k]!;
  return 0.5 * (2 * p1 + (p2 - p0) * f + (2 * p0 - 5 * p1 + 4 * p2 - p3) * f * f + (3 * p1 - p0 - 3 * p2 + p3) * f * f * f);
}

/** Canonical place along the middle of the left brow; u: 0 at the nose .. 1 at the tail. */
function middleAt(look: BrowLook, knots: Float64Array, u: number): readonly [number, number] {
  const at = clamp(lerp(0.5, u, look.reach) + (1 - look.reach) * 0.1, -0.6, 1.15) * 4;
  const i = clamp(Math.floor(at), 0, 3), f = at - i;
  // The beginning moves towards the nose by `inward`; the rest follows less and less.
  const x = splineAt(knots, i, f, 0) - look.inward * (1 - smoothstep(0, 0.6, u));
  const bend = Math.exp(-(((u - look.archAt) / 0.24) ** 2));
  return [x, splineAt(knots, i, f, 1) + look.raise + look.arch * bend + look.tilt * (u - 0.4) * 1.2];
}

const heightAt = ({ thickness, taper }: BrowLook, u: number) => thickness * (0.8 + 0.25 * smoothstep(0, 0.2, u)) * (1 - taper * smoothstep(0.45, 1.02, u));

const indices = new WeakMap<HeadModel, FrontIndex>();

/** Of the brows' surroundings. */
function indexOf(model: HeadModel): FrontIndex {
  let index = indices.get(model);
  if (index === undefined) indices.set(model, (index = new FrontIndex(model, [-7.5, 2.5, 7.5, 8.5])));
  return index;
}

export function growBrows(look: BrowLook, head: PosedHead, seed: number): BoundStrands {
  const { model: { triangles: mesh }, neutralPositions: p, neutralNormals: n } = head;
  const index = indexOf(head.model), knots = middleKnots();
  const hairs = Math.round(HAIRS * clamp(look.density, 0.2, 1.6) * clamp(0.45 + 0.7 * look.thickness, 0.5, 1.3));
  // Of as many as there can be: arrays that grow change their kind on the way, and this function would be compiled again.
  const triangles = new Uint32Array(2 * hairs), weights = new Float32Array(6 * hairs), widths = new Float32Array(2 * hairs), locks = new Uint32Array(2 * hairs);
  const stride = 3 * (SEGMENTS + 1), nodes = new Float32Array(2 * hairs * stride);
  let count = 0;
  const frame = new Float64Array(9), root = new Float64Array(3);
  for (let side = -1; side <= 1; side += 2) {
    for (let i = 0; i < hairs; i++) {
      const id = i + (side > 0 ? 100000 : 0);
      // Stratified along the brow; denser in the middle of the band.
      const u = (i + hash(id, seed)) / hairs, v0 = hash(id, seed + 1) * 2 - 1;
      const v = Math.sign(v0) * Math.abs(v0) ** 1.15;
      if (look.slit !== null && side < 0 && Math.abs(u - look.slit - 0.03 * v) < 0.022) continue;
      const edge = smoothstep(0, 0.1, u);
      if (look.family !== 'drawn' && hash(id, seed + 2) > 0.35 + 0.65 * edge) continue;
      const [mx, my] = middleAt(look, knots, u), half = 0.5 * heightAt(look, u);
      const ragged = 0.07 * look.mess * noise3(u * 14, v * 2, side * 3 + seed % 50);
      const x = side * (mx + 0.12 * look.mess * (hash(id, seed + 3) - 0.5)), y = my + v * half + ragged + 0.5 * side * look.asymmetry;
      const place = index.find(x, y);
      if (place === undefined) continue;
      const a0 = mesh[place.triangle * 3]! * 3, b0 = mesh[place.triangle * 3 + 1]! * 3, c0 = mesh[place.triangle * 3 + 2]! * 3, [wa, wb, wc] = place.weights;
      for (let axis = 0; axis < 3; axis++) root[axis] = wa * p[a0 + axis]! + wb * p[b0 + axis]! + wc * p[c0 + axis]!;
      frameFrom(side, 0, 0, wa * n[a0]! + wb * n[b0]! + wc * n[c0]!, wa * n[a0 + 1]! + wb * n[b0 + 1]! + wc * n[c0 + 1]!, wa * n[a0 + 2]! + wb * n[b0 + 2]! + wc * n[c0 + 2]!, frame);
      // Angle above the outward direction: steep at the nose, along the band later; the edges lean to the middle.
      const [qx, qy] = middleAt(look, knots, Math.min(1.05, u + 0.05)), slope = Math.atan2(qy - my, Math.max(0.02, qx - mx));
      const flow = lerp(1.25, 0.5, smoothstep(0, 0.22, u)) - 0.55 * smoothstep(0.3, 0.8, u);
      const angle = (look.family === 'drawn' ? slope + 0.1 : slope + flow - 0.38 * v * smoothstep(0.05, 0.3, u) + look.upward * (1 - 0.4 * u)) + look.mess * (1.2 * (hash(id, seed + 4) - 0.5) + 0.7 * noise3(u * 9, v, side + seed % 31));
      const length = look.length * (0.6 + 0.5 * smoothstep(0, 0.25, u)) * (1 - 0.4 * smoothstep(0.7, 1, u)) * (0.7 + 0.6 * hash(id, seed + 5));
      const rise = look.lift * (0.6 + 0.8 * hash(id, seed + 6));
      const hair = count++;
      triangles[hair] = place.triangle;
      weights[3 * hair] = wa; weights[3 * hair + 1] = wb; weights[3 * hair + 2] = wc;
      widths[hair] = look.width * (0.75 + 0.5 * hash(id, seed + 7));
      locks[hair] = Math.floor(u * 24) + (side > 0 ? 32 : 0);
      const up = side > 0 ? 1 : -1; // the frame's second axis is up for the left, down for the right
      for (let s = 0; s <= SEGMENTS; s++) {
        const t = s / SEGMENTS, bent = angle - 0.45 * t * t * (1 - 0.5 * u);
        const a = length * t * Math.cos(bent), b = up * length * t * Math.sin(bent), c = length * (rise * t - 0.8 * rise * t * t) + 0.012;
        for (let axis = 0; axis < 3; axis++) nodes[hair * stride + 3 * s + axis] = root[axis]! + a * frame[axis]! + b * frame[3 + axis]! + (s === 0 ? 0 : c) * frame[6 + axis]!;
      }
    }
  }
  const ownTriangles = triangles.slice(0, count), ownWeights = weights.slice(0, 3 * count);
  return new BoundStrands(head, {
    triangles: ownTriangles, weights: ownWeights, nodes: nodes.slice(0, count * stride), segments: SEGMENTS, widths: widths.slice(0, count), locks: locks.slice(0, count),
    frames: new TriangleFrames(ownTriangles, ownWeights), seed, openAtRoot: 0.7, tip: 0.25,
  });
}
