/**
 * Where hair grows on the standard head, and roots scattered there on a person's mesh. All places are canonical
 * (`HeadModel.canonical`): centimetres about the head's centre, so one hairline serves every head model.
 */
import { PARTS } from '../heads/head-model.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { clamp, hash, noise3, smoothstep } from './noise.ts';
import { length3 } from '../geometry/length.ts';

/** The edge of the hair, as differences from an average hairline. */
export interface Hairline {
  /** cm: a higher forehead. */
  height: number;
  /** cm: how far the temples recede. */
  temples: number;
  /** cm: widow's peak; negative: rounded in the middle. */
  peak: number;
  /** cm: longer sideburns. */
  sideburn: number;
  /** cm: deeper hair on the neck. */
  nape: number;
  /** cm: unevenness. */
  roughness: number;
  /** 0..1 width of the edge over which density rises, as 0.3..2.5 cm. */
  softness: number;
  /** 0..1: the bald patch on the crown; at 1 it reaches the forehead (Norwood 7 with high temples). */
  crown: number;
  /** Chooses the unevenness. */
  seed: number;
}

interface Knot { angle: number; y: number; height: number; temples: number; peak: number; sideburn: number; nape: number }

/** Angle from the face about the vertical axis in degrees, height of the edge in cm, and how the parameters move it. */
const EDGE: readonly Knot[] = [
  { angle: 0, y: 9.5, height: 1, temples: 0.1, peak: -1, sideburn: 0, nape: 0 },
  { angle: 10, y: 9.5, height: 1, temples: 0.2, peak: -0.4, sideburn: 0, nape: 0 },
  { angle: 22, y: 9.3, height: 1, temples: 0.6, peak: 0.25, sideburn: 0, nape: 0 },
  { angle: 34, y: 8.7, height: 0.9, temples: 1, peak: 0.3, sideburn: 0, nape: 0 },
  { angle: 45, y: 7.2, height: 0.7, temples: 0.9, peak: 0.1, sideburn: 0, nape: 0 },
  { angle: 54, y: 5.4, height: 0.4, temples: 0.5, peak: 0, sideburn: 0, nape: 0 },
  { angle: 64, y: 4, height: 0.2, temples: 0.2, peak: 0, sideburn: 0, nape: 0 },
  { angle: 71, y: 2.4, height: 0, temples: 0, peak: 0, sideburn: -0.4, nape: 0 },
  { angle: 77, y: 0.6, height: 0, temples: 0, peak: 0, sideburn: -1, nape: 0 },
  { angle: 92, y: 0.3, height: 0, temples: 0, peak: 0, sideburn: -1, nape: 0 },
  { angle: 108, y: 0, height: 0, temples: 0, peak: 0, sideburn: 0, nape: 0 },
  { angle: 122, y: -2.2, height: 0, temples: 0, peak: 0, sideburn: 0, nape: -0.3 },
  { angle: 142, y: -4.6, height: 0, temples: 0, peak: 0, sideburn: 0, nape: -0.8 },
  { angle: 162, y: -6, height: 0, temples: 0, peak: 0, sideburn: 0, nape: -1 },
  { angle: 181, y: -6.1, height: 0, temples: 0, peak: 0, sideburn: 0, nape: -1 },
];
const AXIS_Z = -0.5;
/** Where hair whorls, on the back of the top. */
export const CROWN: readonly [number, number, number] = [0.6, 12.6, -5.6];

/** How far a canonical point lies inside the hair, in cm; negative: bare skin. */
export function scalpDepth(hairline: Hairline, x: number, y: number, z: number): number {
  return smoothDepth(hairline, x, y, z) + unevenness(hairline, x, y, z);
}

/** The same where it is at least `least`; elsewhere any lower number: most of a head is far from its hair, and noise costs most. */
export function scalpDepthAbove(least: number, hairline: Hairline, x: number, y: number, z: number): number {
  const depth = smoothDepth(hairline, x, y, z);
  // Noise is within -1..1.
  return depth + 1.001 * Math.abs(hairline.roughness) < least ? -Infinity : depth + unevenness(hairline, x, y, z);
}

function smoothDepth(hairline: Hairline, x: number, y: number, z: number): number {
  const angle = Math.atan2(Math.abs(x), z - AXIS_Z) * 180 / Math.PI;
  let i = 0;
  while (i < EDGE.length - 2 && EDGE[i + 1]!.angle < angle) i++;
  const a = EDGE[i]!, b = EDGE[i + 1]!;
  const t = smoothstep(0, 1, (angle - a.angle) / (b.angle - a.angle)) * 0.5 + (angle - a.angle) / (b.angle - a.angle) * 0.5;
  let depth = y - (edgeAt(a, hairline) * (1 - t) + edgeAt(b, hairline) * t);
  // None on the ears: an ellipsoid around each.
  // Towards the skull it reaches further: nothing grows in the fold behind an ear.
  const beside = Math.abs(x) - 8.7, ear = length3(beside / (beside < 0 ? 2.9 : 1.9), (y - 0.3) / 3.9, (z + 1.4) / 2.9);
  depth = Math.min(depth, (ear - 1) * 2.4);
  if (hairline.crown > 0) {
    const radius = hairline.crown * 9, dz = z - (CROWN[2] + hairline.crown * 4.5);
    const stretch = dz > 0 ? 1 + 0.5 * hairline.crown : 1;
    depth = Math.min(depth, length3(x * (1.25 - 0.15 * hairline.crown), y - 13, dz / stretch) - radius);
  }
  return depth;
}

function unevenness({ roughness, seed }: Hairline, x: number, y: number, z: number): number {
  return roughness * (0.6 * noise3(x * 0.7 + seed, y * 0.7, z * 0.7) + 0.4 * noise3(x * 2.1, y * 2.1 + seed, z * 2.1));
}

const edgeAt = (e: Knot, line: Hairline) => e.y + e.height * line.height + e.temples * line.temples + e.peak * line.peak + e.sideburn * line.sideburn + e.nape * line.nape;

/** Share of the full density at this depth: hairlines begin thin. */
export const densityAt = (hairline: Hairline, depth: number): number => smoothstep(-0.15, 0.3 + 2.2 * hairline.softness, depth);

/** Roots on a person's skin. Shapes `[N, 3]`. */
export interface Roots {
  count: number;
  /** Head space, this person at rest. */
  positions: Float32Array;
  normals: Float32Array;
  canonical: Float32Array;
  /** `[N]` triangle of the head's mesh; `[N, 3]` weights of its corners. */
  triangles: Uint32Array;
  weights: Float32Array;
}

/**
 * How dense roots are at a canonical place, 0..1. Implemented by classes: V8 keeps the optimised code of their methods from
 * person to person, that of a closure made for one person is lost with it.
 */
export interface Density {
  at(x: number, y: number, z: number): number;
}

/**
 * Scatter about `count` roots over the triangles where the density is above zero. Stratified by area, so that gaps are even;
 * thinned at random where the density is lower.
 */
export function scatter(head: PosedHead, count: number, seed: number, density: Density): Roots {
  const { model: { triangles, parts, canonical }, neutralPositions, neutralNormals } = head;
  const faces: number[] = [], areas: number[] = [];
  const known = new Float32Array(canonical.length / 3).fill(-1);
  let total = 0;
  const skin = PARTS.indexOf('skin');
  for (let t = 0; t < parts.length; t++) {
    if (parts[t] !== skin) continue;
    const a = triangles[t * 3]! * 3, b = triangles[t * 3 + 1]! * 3, c = triangles[t * 3 + 2]! * 3;
    // The middle is asked last: vertices are shared and remembered.
    const isBare = !grows(density, canonical, known, triangles[t * 3]!) && !grows(density, canonical, known, triangles[t * 3 + 1]!) && !grows(density, canonical, known, triangles[t * 3 + 2]!)
      && !(density.at((canonical[a]! + canonical[b]! + canonical[c]!) / 3, (canonical[a + 1]! + canonical[b + 1]! + canonical[c + 1]!) / 3, (canonical[a + 2]! + canonical[b + 2]! + canonical[c + 2]!) / 3) > 0);
    if (isBare) continue;
    total += area(neutralPositions, a, b, c);
    faces.push(t);
    areas.push(total);
  }
  const roots: Roots = {
    count: 0, positions: new Float32Array(count * 3), normals: new Float32Array(count * 3), canonical: new Float32Array(count * 3),
    triangles: new Uint32Array(count), weights: new Float32Array(count * 3),
  };
  let face = 0;
  for (let i = 0; i < count && faces.length > 0; i++) {
    const at = (i + hash(i, seed)) / count * total;
    while (face < faces.length - 1 && areas[face]! < at) face++;
    const t = faces[face]!, root = Math.sqrt(hash(i, seed + 1)), v = hash(i, seed + 2);
    const wa = 1 - root, wb = root * (1 - v), wc = root * v;
    const a = triangles[t * 3]! * 3, b = triangles[t * 3 + 1]! * 3, c = triangles[t * 3 + 2]! * 3;
    const x = wa * canonical[a]! + wb * canonical[b]! + wc * canonical[c]!;
    const y = wa * canonical[a + 1]! + wb * canonical[b + 1]! + wc * canonical[c + 1]!;
    const z = wa * canonical[a + 2]! + wb * canonical[b + 2]! + wc * canonical[c + 2]!;
    if (hash(i, seed + 3) >= density.at(x, y, z)) continue;
    const n = roots.count++;
    let squared = 0;
    for (let k = 0; k < 3; k++) {
      roots.positions[n * 3 + k] = wa * neutralPositions[a + k]! + wb * neutralPositions[b + k]! + wc * neutralPositions[c + k]!;
      const normal = wa * neutralNormals[a + k]! + wb * neutralNormals[b + k]! + wc * neutralNormals[c + k]!;
      roots.normals[n * 3 + k] = normal;
      squared += normal * normal;
    }
    const length = Math.sqrt(squared) || 1;
    for (let k = 0; k < 3; k++) roots.normals[n * 3 + k] = roots.normals[n * 3 + k]! / length;
    roots.canonical[n * 3] = x; roots.canonical[n * 3 + 1] = y; roots.canonical[n * 3 + 2] = z;
    roots.weights[n * 3] = wa; roots.weights[n * 3 + 1] = wb; roots.weights[n * 3 + 2] = wc;
    roots.triangles[n] = t;
  }
  return roots;
}

/** @param known - densities of vertices, -1 where not yet asked */
function grows(density: Density, canonical: Float32Array, known: Float32Array, v: number): boolean {
  if (known[v] === -1) known[v] = density.at(canonical[v * 3]!, canonical[v * 3 + 1]!, canonical[v * 3 + 2]!);
  return known[v]! > 0;
}

function area(p: Float32Array, a: number, b: number, c: number): number {
  const ux = p[b]! - p[a]!, uy = p[b + 1]! - p[a + 1]!, uz = p[b + 2]! - p[a + 2]!;
  const vx = p[c]! - p[a]!, vy = p[c + 1]! - p[a + 1]!, vz = p[c + 2]! - p[a + 2]!;
  return 0.5 * length3(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx);
}

/** Maps this person's head space to the standard head near the skull: per axis a scale and an offset. */
export interface CanonicalMap { readonly scale: readonly number[]; readonly offset: readonly number[] }

export function canonicalMap(head: PosedHead): CanonicalMap {
  const { model: { canonical, parts, triangles }, neutralPositions } = head;
  const skin = PARTS.indexOf('skin');
  const low = [[9e9, 9e9, 9e9], [9e9, 9e9, 9e9]], high = [[-9e9, -9e9, -9e9], [-9e9, -9e9, -9e9]];
  for (let t = 0; t < parts.length; t++) {
    if (parts[t] !== skin) continue;
    const v = triangles[t * 3]! * 3;
    if (canonical[v + 1]! < 4.5) continue; // the skull above the ears
    for (let k = 0; k < 3; k++) {
      for (const [side, from] of [[0, canonical], [1, neutralPositions]] as const) {
        low[side]![k] = Math.min(low[side]![k]!, from[v + k]!);
        high[side]![k] = Math.max(high[side]![k]!, from[v + k]!);
      }
    }
  }
  const scale = [0, 1, 2].map((k) => clamp((high[0]![k]! - low[0]![k]!) / Math.max(1, high[1]![k]! - low[1]![k]!), 0.6, 1.6));
  return { scale, offset: [0, 1, 2].map((k) => (high[0]![k]! + low[0]![k]!) / 2 - scale[k]! * (high[1]![k]! + low[1]![k]!) / 2) };
}
