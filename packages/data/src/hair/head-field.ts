/**
 * How far a point is from a person's head: a grid of signed distances to the skin, so that strands lie on the skull, over
 * the ears and on the shoulders of this very head, whatever model it comes from. Built from samples of the skin's triangles
 * (each a tangent plane); distances beyond the band around the skin are approximate and only push outwards.
 */
import { PARTS } from '../heads/head-model.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { boundsOf } from '../geometry/bounds.ts';
import { length3 } from '../geometry/length.ts';

const CELL = 0.75;      // cm
const BAND = 3;         // cells on either side of the skin whose distance is measured
const MARGIN = 5;       // cells around the head
const FAR = 1e3;
/** Inside every head, canonical cm. */
const CORE = { centre: [0, 2.5, -0.5], radii: [4.6, 8.5, 6.2] } as const;
const SKIN = PARTS.indexOf('skin');

type Triple = readonly [number, number, number];

export class HeadField {
  readonly #distances: Float32Array;
  // Numbers, not arrays: a strand asks at every step.
  readonly #sizeX: number;
  readonly #sizeY: number;
  readonly #sizeZ: number;
  readonly #originX: number;
  readonly #originY: number;
  readonly #originZ: number;
  /** Written by {@link sample}: the gradient, unit length (outwards). */
  readonly gradient = new Float64Array(3);

  private constructor(distances: Float32Array, size: Triple, origin: Triple) {
    this.#distances = distances;
    [this.#sizeX, this.#sizeY, this.#sizeZ] = size;
    [this.#originX, this.#originY, this.#originZ] = origin;
  }

  /** Of the person at rest. */
  static of(head: PosedHead): HeadField {
    const known = fields.get(head);
    if (known !== undefined) return known;
    const { origin, size } = gridAround(head);
    const distances = new Float32Array(size[0] * size[1] * size[2]).fill(FAR);
    const core = coreOf(head);
    splat(head, distances, size, origin, core);
    fillCore(core, distances, size, origin);
    extend(distances, size);
    const field = new HeadField(distances, size, origin);
    fields.set(head, field);
    return field;
  }

  /** Signed distance in cm, positive outside; writes {@link gradient}. */
  sample(x: number, y: number, z: number): number {
    const sizeX = this.#sizeX, sizeY = this.#sizeY;
    const u = Math.min(sizeX - 1.001, Math.max(0, (x - this.#originX) / CELL));
    const v = Math.min(sizeY - 1.001, Math.max(0, (y - this.#originY) / CELL));
    const w = Math.min(this.#sizeZ - 1.001, Math.max(0, (z - this.#originZ) / CELL));
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
    const gradient = this.gradient;
    gradient[0] = gx / length;
    gradient[1] = gy / length;
    gradient[2] = gz / length;
    return z0 + gz * fz;
  }
}

const fields = new WeakMap<PosedHead, HeadField>();

function gridAround({ neutralPositions }: PosedHead): { origin: Triple; size: Triple } {
  const [x, y, z, ...high] = boundsOf(neutralPositions) as unknown as [number, number, number, number, number, number];
  // The mesh is open at its lower end: the grid ends there, so that no cell inside can be reached from below.
  const origin: Triple = [x - MARGIN * CELL, y, z - MARGIN * CELL];
  return { origin, size: origin.map((at, axis) => Math.ceil((high[axis]! - at) / CELL) + MARGIN) as unknown as Triple };
}

/** Cells near the skin take their distance to the tangent plane of the nearest sample of it. */
function splat({ model: { triangles, parts }, neutralPositions: p, neutralNormals: n }: PosedHead, distances: Float32Array, size: Triple, origin: Triple, middle: Triple): void {
  const splatter = new Splatter(distances, size, origin, middle);
  const done = new Uint8Array(p.length / 3);
  for (let t = 0; t < parts.length; t++) {
    if (parts[t] !== SKIN) continue;
    const a = triangles[t * 3]! * 3, b = triangles[t * 3 + 1]! * 3, c = triangles[t * 3 + 2]! * 3;
    for (let k = 0; k < 3; k++) {
      const vertex = triangles[t * 3 + k]!, v = vertex * 3;
      if (done[vertex] === 1) continue;
      done[vertex] = 1;
      splatter.add(p[v]!, p[v + 1]!, p[v + 2]!, n[v]!, n[v + 1]!, n[v + 2]!);
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
        const length = length3(nx, ny, nz) || 1;
        splatter.add(p[a]! * wa + p[b]! * wb + p[c]! * wc, p[a + 1]! * wa + p[b + 1]! * wb + p[c + 1]! * wc,
          p[a + 2]! * wa + p[b + 2]! * wb + p[c + 2]! * wc, nx / length, ny / length, nz / length);
      }
    }
  }
}

class Splatter {
  readonly #distances: Float32Array;
  /** Square of the distance to the nearest sample, in cells. */
  readonly #nearest: Float32Array;
  readonly #size: Triple;
  readonly #origin: Triple;
  readonly #middle: Triple;
  /** A byte for each half centimetre. */
  readonly #sampled: Uint8Array;
  readonly #columns: number;
  readonly #rows: number;

  constructor(distances: Float32Array, size: Triple, origin: Triple, middle: Triple) {
    this.#distances = distances;
    this.#nearest = new Float32Array(distances.length).fill(FAR);
    this.#size = size;
    this.#origin = origin;
    this.#middle = middle;
    const [columns, rows, slices] = size.map((cells) => Math.ceil(2 * CELL * cells) + 2) as unknown as Triple;
    this.#columns = columns;
    this.#rows = rows;
    this.#sampled = new Uint8Array(columns * rows * slices);
  }

  add(x: number, y: number, z: number, nx: number, ny: number, nz: number): void {
    // By index: taking ten thousand arrays apart goes through iterators.
    const size = this.#size, origin = this.#origin, middle = this.#middle;
    const originX = origin[0], originY = origin[1], originZ = origin[2];
    // Skin that faces the middle of the head is the back of an ear or the inside of a nostril: it says nothing about the skull.
    if (y > middle[1] - 10 && nx * (x - middle[0]) + ny * (y - middle[1]) + nz * (z - middle[2]) < 0) return;
    // One sample per half centimetre is enough: faces have many more vertices than that.
    const bucket = ((Math.round(z * 2) - Math.floor(originZ * 2)) * this.#rows + Math.round(y * 2) - Math.floor(originY * 2)) * this.#columns + Math.round(x * 2) - Math.floor(originX * 2);
    if (this.#sampled[bucket] === 1) return;
    this.#sampled[bucket] = 1;
    const sizeX = size[0], sizeY = size[1], sizeZ = size[2], distances = this.#distances, nearest = this.#nearest;
    const u = (x - originX) / CELL, v = (y - originY) / CELL, w = (z - originZ) / CELL;
    const j0 = Math.max(0, Math.ceil(v - BAND)), j1 = Math.min(sizeY - 1, Math.floor(v + BAND));
    const k0 = Math.max(0, Math.ceil(w - BAND)), k1 = Math.min(sizeZ - 1, Math.floor(w + BAND));
    for (let k = k0; k <= k1; k++) {
      for (let j = j0; j <= j1; j++) {
        const plane = (j - v) * ny + (k - w) * nz, square = (j - v) * (j - v) + (k - w) * (k - w);
        if (square > BAND * BAND) continue;
        // Half of a cube's cells lie in its ball.
        const reach = Math.sqrt(BAND * BAND - square) + 1e-6;
        const i1 = Math.min(sizeX - 1, Math.floor(u + reach));
        let i = Math.max(0, Math.ceil(u - reach)), at = (k * sizeY + j) * sizeX + i;
        for (; i <= i1; i++, at++) {
          const d = square + (i - u) * (i - u);
          if (d < nearest[at]! && d <= BAND * BAND) {
            nearest[at] = d;
            distances[at] = (plane + (i - u) * nx) * CELL;
          }
        }
      }
    }
  }
}

const distance = (p: Float32Array, a: number, b: number) => length3(p[a]! - p[b]!, p[a + 1]! - p[b + 1]!, p[a + 2]! - p[b + 2]!);

/**
 * The middle of the skull is inside, whatever holes the skin has: eyes, mouth and nostrils would let the outside in.
 * An ellipsoid that every head contains, from the ears' height to below the top.
 */
function fillCore([x, y, z]: Triple, distances: Float32Array, [sizeX, sizeY, sizeZ]: Triple, [originX, originY, originZ]: Triple): void {
  const [radiusX, radiusY, radiusZ] = CORE.radii;
  const first = (low: number, origin: number) => Math.max(0, Math.floor((low - origin) / CELL));
  const last = (high: number, origin: number, size: number) => Math.min(size - 1, Math.ceil((high - origin) / CELL));
  const [i0, i1] = [first(x - radiusX, originX), last(x + radiusX, originX, sizeX)];
  const [j0, j1] = [first(y - radiusY, originY), last(y + radiusY, originY, sizeY)];
  const [k0, k1] = [first(z - radiusZ, originZ), last(z + radiusZ, originZ, sizeZ)];
  for (let k = k0; k <= k1; k++) {
    for (let j = j0; j <= j1; j++) {
      for (let i = i0, at = (k * sizeY + j) * sizeX + i0; i <= i1; i++, at++) {
        if (distances[at] !== FAR) continue;
        const r = length3((originX + i * CELL - x) / radiusX, (originY + j * CELL - y) / radiusY, (originZ + k * CELL - z) / radiusZ);
        if (r < 1) distances[at] = -BAND * CELL - 3 * (1 - r);
      }
    }
  }
}

/** The middle of this head: of the standard head, moved as the skin is moved on average. */
function coreOf({ neutralPositions: p, model: { canonical, parts, triangles } }: PosedHead): Triple {
  let shiftX = 0, shiftY = 0, shiftZ = 0, vertices = 0;
  for (let t = 0; t < parts.length; t += 3) {
    const v = triangles[t * 3]! * 3;
    if (parts[t] !== SKIN || canonical[v + 1]! < -8) continue;
    shiftX = shiftX + p[v]! - canonical[v]!;
    shiftY = shiftY + p[v + 1]! - canonical[v + 1]!;
    shiftZ = shiftZ + p[v + 2]! - canonical[v + 2]!;
    vertices++;
  }
  const [x, y, z] = CORE.centre, count = Math.max(1, vertices);
  return [x + shiftX / count, y + shiftY / count, z + shiftZ / count];
}

/** Cells that no sample reached take side and distance of the nearest neighbour plus one step: two sweeps, the city-block metric. */
function extend(distances: Float32Array, [sizeX, sizeY, sizeZ]: Triple): void {
  const slice = sizeX * sizeY;
  const far = new Uint8Array(distances.length);
  for (let at = 0; at < far.length; at++) if (distances[at] === FAR) far[at] = 1;
  for (const turn of [1, -1]) {
    // Neighbours within the grid only: the row above the top is not the neck of the next slice.
    for (let n = 0; n < sizeZ; n++) {
      const k = turn > 0 ? n : sizeZ - 1 - n;
      for (let m = 0; m < sizeY; m++) {
        const j = turn > 0 ? m : sizeY - 1 - m;
        let at = (k * sizeY + j) * sizeX + (turn > 0 ? 0 : sizeX - 1);
        for (let l = 0; l < sizeX; l++, at += turn) {
          if (far[at] === 0) continue;
          if (l > 0) relax(distances, at, at - turn);
          if (m > 0) relax(distances, at, at - turn * sizeX);
          if (n > 0) relax(distances, at, at - turn * slice);
        }
      }
    }
  }
}

function relax(distances: Float32Array, at: number, from: number): void {
  const other = distances[from]!, further = Math.abs(other) + CELL;
  if (further < Math.abs(distances[at]!)) distances[at] = other < 0 ? -further : further;
}
