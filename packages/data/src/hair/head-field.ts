/**
 * How far a point is from a person's head: a grid of signed distances to the skin, so that strands lie on the skull, over
 * the ears and on the shoulders of this very head, whatever model it comes from. Built from samples of the skin's triangles
 * (each a tangent plane); distances beyond the band around the skin are approximate and only push outwards.
 */
import { PARTS } from '../heads/head-model.ts';
import type { PosedHead } from '../heads/posed-head.ts';

const CELL = 0.75;      // cm
const BAND = 3;         // cells on either side of the skin whose distance is measured
const MARGIN = 5;       // cells around the head
const FAR = 1e3;
/** Inside every head, canonical cm. */
const CORE = { centre: [0, 2.5, -0.5], radii: [4.6, 8.5, 6.2] } as const;
const SKIN = PARTS.indexOf('skin');

export class HeadField {
  readonly #distances: Float32Array;
  readonly #size: readonly [number, number, number];
  readonly #origin: readonly [number, number, number];
  /** Written by {@link sample}: the gradient, unit length (outwards). */
  readonly gradient = new Float64Array(3);

  private constructor(distances: Float32Array, size: readonly [number, number, number], origin: readonly [number, number, number]) {
    this.#distances = distances;
    this.#size = size;
    this.#origin = origin;
  }

  /** Of the person at rest. */
  static of(head: PosedHead): HeadField {
    const known = fields.get(head);
    if (known !== undefined) return known;
    const { origin, size } = bounds(head);
    const distances = new Float32Array(size[0] * size[1] * size[2]).fill(FAR);
    splat(head, distances, size, origin);
    fillCore(head, distances, size, origin);
    extend(distances, size);
    const field = new HeadField(distances, size, origin);
    fields.set(head, field);
    return field;
  }

  /** Signed distance in cm, positive outside; writes {@link gradient}. */
  sample(x: number, y: number, z: number): number {
    const [sizeX, sizeY, sizeZ] = this.#size;
    const u = Math.min(sizeX - 1.001, Math.max(0, (x - this.#origin[0]) / CELL));
    const v = Math.min(sizeY - 1.001, Math.max(0, (y - this.#origin[1]) / CELL));
    const w = Math.min(sizeZ - 1.001, Math.max(0, (z - this.#origin[2]) / CELL));
    const i = u | 0, j = v | 0, k = w | 0;
    const fx = u - i, fy = v - j, fz = w - k;
    const d = this.#distances, at = (k * sizeY + j) * sizeX + i, row = sizeX, slice = sizeX * sizeY;
    const d000 = d[at]!, d100 = d[at + 1]!, d010 = d[at + row]!, d110 = d[at + row + 1]!;
    const d001 = d[at + slice]!, d101 = d[at + slice + 1]!, d011 = d[at + slice + row]!, d111 = d[at + slice + row + 1]!;
    const y0z0 = d000 + (d100 - d000) * fx, y1z0 = d010 + (d110 - d010) * fx;
    const y0z1 = d001 + (d101 - d001) * fx, y1z1 = d011 + (d111 - d011) * fx;
    const z0 = y0z0 + (y1z0 - y0z0) * fy, z1 = y0z1 + (y1z1 - y0z1) * fy;
    const x0 = (d100 - d000) * (1 - fy) + (d110 - d010) * fy, x1 = (d101 - d001) * (1 - fy) + (d111 - d011) * fy;
    const gx = x0 + (x1 - x0) * fz;
    const gy = (y1z0 - y0z0) * (1 - fz) + (y1z1 - y0z1) * fz;
    const gz = z1 - z0;
    const length = Math.sqrt(gx * gx + gy * gy + gz * gz) || 1;
    this.gradient[0] = gx / length;
    this.gradient[1] = gy / length;
    this.gradient[2] = gz / length;
    return z0 + gz * fz;
  }
}

const fields = new WeakMap<PosedHead, HeadField>();

function bounds(head: PosedHead) {
  const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
  const { neutralPositions: p } = head;
  for (let i = 0; i < p.length; i++) {
    const axis = i % 3;
    if (p[i]! < low[axis]!) low[axis] = p[i]!;
    if (p[i]! > high[axis]!) high[axis] = p[i]!;
  }
  // The mesh is open at its lower end: the grid ends there, so that no cell inside can be reached from below.
  const origin = low.map((x, axis) => x - (axis === 1 ? 0 : MARGIN * CELL)) as [number, number, number];
  const size = origin.map((x, axis) => Math.ceil((high[axis]! - x) / CELL) + MARGIN) as [number, number, number];
  return { origin, size };
}

/** Cells near the skin take their distance to the tangent plane of the nearest sample of it. */
function splat(head: PosedHead, distances: Float32Array, size: readonly number[], origin: readonly number[]): void {
  const { model: { triangles, parts }, neutralPositions: p, neutralNormals: n } = head;
  const nearest = new Float32Array(distances.length).fill(FAR);
  const done = new Uint8Array(p.length / 3);
  const sampled = new Set<number>(), middle = coreOf(head);
  const add = (x: number, y: number, z: number, nx: number, ny: number, nz: number) => {
    // One sample per half centimetre is enough: faces have many more vertices than that.
    // Skin that faces the middle of the head is the back of an ear or the inside of a nostril: it says nothing about the skull.
    if (y > middle[1] - 10 && nx * (x - middle[0]) + ny * (y - middle[1]) + nz * (z - middle[2]) < 0) return;
    const bucket = (Math.round(x * 2) * 512 + Math.round(y * 2)) * 512 + Math.round(z * 2);
    if (sampled.has(bucket)) return;
    sampled.add(bucket);
    const u = (x - origin[0]!) / CELL, v = (y - origin[1]!) / CELL, w = (z - origin[2]!) / CELL;
    const i0 = Math.max(0, Math.ceil(u - BAND)), i1 = Math.min(size[0]! - 1, Math.floor(u + BAND));
    const j0 = Math.max(0, Math.ceil(v - BAND)), j1 = Math.min(size[1]! - 1, Math.floor(v + BAND));
    const k0 = Math.max(0, Math.ceil(w - BAND)), k1 = Math.min(size[2]! - 1, Math.floor(w + BAND));
    for (let k = k0; k <= k1; k++) {
      for (let j = j0; j <= j1; j++) {
        const plane = (j - v) * ny + (k - w) * nz, square = (j - v) * (j - v) + (k - w) * (k - w);
        let at = (k * size[1]! + j) * size[0]! + i0;
        for (let i = i0; i <= i1; i++, at++) {
          const d = square + (i - u) * (i - u);
          if (d < nearest[at]! && d <= BAND * BAND) {
            nearest[at] = d;
            distances[at] = (plane + (i - u) * nx) * CELL;
          }
        }
      }
    }
  };
  for (let t = 0; t < parts.length; t++) {
    if (parts[t] !== SKIN) continue;
    const a = triangles[t * 3]! * 3, b = triangles[t * 3 + 1]! * 3, c = triangles[t * 3 + 2]! * 3;
    for (const v of [a, b, c]) {
      if (done[v / 3] === 1) continue;
      done[v / 3] = 1;
      add(p[v]!, p[v + 1]!, p[v + 2]!, n[v]!, n[v + 1]!, n[v + 2]!);
    }
    const longest = Math.max(distance(p, a, b), distance(p, b, c), distance(p, c, a));
    const steps = Math.min(12, Math.ceil(longest / 0.9));
    for (let i = 0; i <= steps && steps > 1; i++) {
      for (let j = 0; j <= steps - i; j++) {
        const wa = i / steps, wb = j / steps, wc = 1 - wa - wb;
        if (wa > 0.99 || wb > 0.99 || wc > 0.99) continue;
        const nx = n[a]! * wa + n[b]! * wb + n[c]! * wc;
        const ny = n[a + 1]! * wa + n[b + 1]! * wb + n[c + 1]! * wc;
        const nz = n[a + 2]! * wa + n[b + 2]! * wb + n[c + 2]! * wc;
        const length = Math.hypot(nx, ny, nz) || 1;
        add(p[a]! * wa + p[b]! * wb + p[c]! * wc, p[a + 1]! * wa + p[b + 1]! * wb + p[c + 1]! * wc,
          p[a + 2]! * wa + p[b + 2]! * wb + p[c + 2]! * wc, nx / length, ny / length, nz / length);
      }
    }
  }
}

const distance = (p: Float32Array, a: number, b: number) => Math.hypot(p[a]! - p[b]!, p[a + 1]! - p[b + 1]!, p[a + 2]! - p[b + 2]!);

/**
 * The middle of the skull is inside, whatever holes the skin has: eyes, mouth and nostrils would let the outside in.
 * An ellipsoid that every head contains, from the ears' height to below the top.
 */
function fillCore(head: PosedHead, distances: Float32Array, [sizeX, sizeY, sizeZ]: readonly [number, number, number], origin: readonly number[]): void {
  const [x, y, z] = coreOf(head);
  for (let at = 0, k = 0; k < sizeZ; k++) {
    for (let j = 0; j < sizeY; j++) {
      for (let i = 0; i < sizeX; i++, at++) {
        if (distances[at] !== FAR) continue;
        const r = Math.hypot((origin[0]! + i * CELL - x) / CORE.radii[0], (origin[1]! + j * CELL - y) / CORE.radii[1], (origin[2]! + k * CELL - z) / CORE.radii[2]);
        if (r < 1) distances[at] = -BAND * CELL - 3 * (1 - r);
      }
    }
  }
}

/** The middle of this head: of the standard head, moved as the skin is moved on average. */
function coreOf({ neutralPositions, model: { canonical, parts, triangles } }: PosedHead): [number, number, number] {
  const shift = [0, 0, 0];
  let vertices = 0;
  for (let t = 0; t < parts.length; t += 3) {
    const v = triangles[t * 3]! * 3;
    if (parts[t] !== SKIN || canonical[v + 1]! < -8) continue;
    for (let axis = 0; axis < 3; axis++) shift[axis] = shift[axis]! + neutralPositions[v + axis]! - canonical[v + axis]!;
    vertices++;
  }
  return CORE.centre.map((c, axis) => c + shift[axis]! / Math.max(1, vertices)) as [number, number, number];
}

/** Cells that no sample reached take side and distance of the nearest neighbour plus one step: two sweeps, the city-block metric. */
function extend(distances: Float32Array, size: readonly number[]): void {
  const [sizeX, sizeY] = size as [number, number, number];
  const last = distances.length - 1, slice = sizeX * sizeY;
  const far = new Uint8Array(distances.length);
  for (let at = 0; at <= last; at++) if (distances[at] === FAR) far[at] = 1;
  const relax = (at: number, from: number) => {
    const other = distances[from]!, further = Math.abs(other) + CELL;
    if (further < Math.abs(distances[at]!)) distances[at] = other < 0 ? -further : further;
  };
  for (const turn of [1, -1]) {
    for (let n = 0; n <= last; n++) {
      const at = turn > 0 ? n : last - n;
      if (far[at] === 0) continue;
      const i = at % sizeX, j = Math.floor(at / sizeX) % sizeY;
      // Neighbours within the grid only: the row above the top is not the neck of the next slice.
      if (turn > 0 ? i > 0 : i < sizeX - 1) relax(at, at - turn);
      if (turn > 0 ? j > 0 : j < sizeY - 1) relax(at, at - turn * sizeX);
      if (turn > 0 ? at >= slice : at + slice <= last) relax(at, at - turn * slice);
    }
  }
}
