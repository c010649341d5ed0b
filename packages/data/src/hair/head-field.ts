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
const NONE = -1;
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
    measureBand(sampleSkin(head, size, origin, core), distances, size);
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

/** Numbers a sample has: position in cells from the grid's origin, unit normal. */
const STRIDE = 6;
const SPACING = 0.9;    // cm, of the samples within a triangle

/** Of the skin's triangles, one sample each half centimetre: `[samples, STRIDE]`. */
function sampleSkin({ model: { triangles, parts }, neutralPositions: p, neutralNormals: n }: PosedHead, size: Triple, origin: Triple, middle: Triple): Float32Array {
  const sampler = new Sampler(size, origin, middle);
  const done = new Uint8Array(p.length / 3);
  for (let t = 0; t < parts.length; t++) {
    if (parts[t] === SKIN) sampleTriangle(sampler, done, p, n, triangles[t * 3]!, triangles[t * 3 + 1]!, triangles[t * 3 + 2]!);
  }
  return sampler.samples.subarray(0, sampler.length);
}

function sampleTriangle(sampler: Sampler, done: Uint8Array, p: Float32Array, n: Float32Array, vertexA: number, vertexB: number, vertexC: number): void {
  sampleVertex(sampler, done, p, n, vertexA);
  sampleVertex(sampler, done, p, n, vertexB);
  sampleVertex(sampler, done, p, n, vertexC);
  const a = vertexA * 3, b = vertexB * 3, c = vertexC * 3;
  const ab = squareBetween(p, a, b), bc = squareBetween(p, b, c), ca = squareBetween(p, c, a);
  if (ab <= SPACING * SPACING && bc <= SPACING * SPACING && ca <= SPACING * SPACING) return;
  const steps = Math.min(12, Math.ceil(Math.sqrt(Math.max(ab, bc, ca)) / SPACING));
  for (let i = 0; i <= steps; i++) {
    for (let j = 0; j <= steps - i; j++) {
      const wa = i / steps, wb = j / steps, wc = 1 - wa - wb;
      if (wa > 0.99 || wb > 0.99 || wc > 0.99) continue;
      const nx = n[a]! * wa + n[b]! * wb + n[c]! * wc;
      const ny = n[a + 1]! * wa + n[b + 1]! * wb + n[c + 1]! * wc;
      const nz = n[a + 2]! * wa + n[b + 2]! * wb + n[c + 2]! * wc;
      const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
      sampler.add(p[a]! * wa + p[b]! * wb + p[c]! * wc, p[a + 1]! * wa + p[b + 1]! * wb + p[c + 1]! * wc,
        p[a + 2]! * wa + p[b + 2]! * wb + p[c + 2]! * wc, nx / length, ny / length, nz / length);
    }
  }
}

function sampleVertex(sampler: Sampler, done: Uint8Array, p: Float32Array, n: Float32Array, vertex: number): void {
  if (done[vertex] === 1) return;
  done[vertex] = 1;
  const v = vertex * 3;
  sampler.add(p[v]!, p[v + 1]!, p[v + 2]!, n[v]!, n[v + 1]!, n[v + 2]!);
}

class Sampler {
  /** `[samples, STRIDE]`, as far as {@link length}. */
  samples = new Float32Array(STRIDE << 14);
  length = 0;
  readonly #origin: Triple;
  readonly #middle: Triple;
  /** A bit for each half centimetre: bytes would not stay in the cache. */
  readonly #sampled: Int32Array;
  readonly #columns: number;
  readonly #rows: number;
  readonly #firstBucket: number;

  constructor(size: Triple, origin: Triple, middle: Triple) {
    this.#origin = origin;
    this.#middle = middle;
    const [columns, rows, slices] = size.map((cells) => Math.ceil(2 * CELL * cells) + 2) as unknown as Triple;
    this.#columns = columns;
    this.#rows = rows;
    this.#firstBucket = (Math.floor(origin[2] * 2) * rows + Math.floor(origin[1] * 2)) * columns + Math.floor(origin[0] * 2);
    this.#sampled = new Int32Array(Math.ceil(columns * rows * slices / 32));
  }

  add(x: number, y: number, z: number, nx: number, ny: number, nz: number): void {
    // By index: taking ten thousand arrays apart goes through iterators.
    const origin = this.#origin, middle = this.#middle;
    // Skin that faces the middle of the head is the back of an ear or the inside of a nostril: it says nothing about the skull.
    if (y > middle[1] - 10 && nx * (x - middle[0]) + ny * (y - middle[1]) + nz * (z - middle[2]) < 0) return;
    // One sample per half centimetre is enough: faces have many more vertices than that.
    const bucket = (Math.floor(z * 2 + 0.5) * this.#rows + Math.floor(y * 2 + 0.5)) * this.#columns + Math.floor(x * 2 + 0.5) - this.#firstBucket;
    const sampled = this.#sampled, word = bucket >> 5, bit = 1 << (bucket & 31);
    if ((sampled[word]! & bit) !== 0) return;
    sampled[word] = sampled[word]! | bit;
    const at = this.length, full = this.samples;
    if (at === full.length) (this.samples = new Float32Array(2 * at)).set(full);
    const samples = this.samples;
    samples[at] = (x - origin[0]) / CELL;
    samples[at + 1] = (y - origin[1]) / CELL;
    samples[at + 2] = (z - origin[2]) / CELL;
    samples[at + 3] = nx;
    samples[at + 4] = ny;
    samples[at + 5] = nz;
    this.length = at + STRIDE;
  }
}

/**
 * Cells near the skin take their distance to the tangent plane of the nearest sample of it: the nearest one, but for some
 * cells that no neighbour hands it to. The loops' bodies are functions of their own: V8 compiles those once and for good.
 */
function measureBand(samples: Float32Array, distances: Float32Array, size: Triple): void {
  const nearest = new Int32Array(distances.length).fill(NONE);
  // Squared, in cells.
  const squares = new Float32Array(distances.length).fill(BAND * BAND);
  seed(samples, nearest, squares, size);
  eachRow(size, 1, (at, j, k) => spread(samples, nearest, squares, distances, size, 1, at, j, k));
  eachRow(size, -1, (at, j, k) => spread(samples, nearest, squares, distances, size, -1, at, j, k));
}

/** Rows of cells in the grid's order, or (`turn` -1) against it. */
function eachRow([sizeX, sizeY, sizeZ]: Triple, turn: 1 | -1, visit: (first: number, j: number, k: number) => void): void {
  for (let n = 0; n < sizeZ; n++) {
    const k = turn > 0 ? n : sizeZ - 1 - n;
    for (let m = 0; m < sizeY; m++) {
      const j = turn > 0 ? m : sizeY - 1 - m;
      visit((k * sizeY + j) * sizeX + (turn > 0 ? 0 : sizeX - 1), j, k);
    }
  }
}

/** A sample competes for the cells along its normal, two by two by two: those beside them are nearer to other samples. */
function seed(samples: Float32Array, nearest: Int32Array, squares: Float32Array, size: Triple): void {
  const row = size[0], slice = row * size[1];
  for (let s = 0; s < samples.length; s += STRIDE) seedAlong(samples, nearest, squares, row, slice, s);
}

function seedAlong(samples: Float32Array, nearest: Int32Array, squares: Float32Array, row: number, slice: number, s: number): void {
  const u = samples[s]!, v = samples[s + 1]!, w = samples[s + 2]!, nx = samples[s + 3]!, ny = samples[s + 4]!, nz = samples[s + 5]!;
  // Cubes of two cells, two cells apart, reach through the band.
  for (let t = 1 - BAND; t < BAND; t += 2) {
    // The margin keeps the band off all edges of the grid but the bottom.
    const i = Math.floor(u + t * nx), j = Math.max(0, Math.floor(v + t * ny)), k = Math.floor(w + t * nz);
    const left = (i - u) * (i - u), right = (i + 1 - u) * (i + 1 - u);
    for (let c = k; c <= k + 1; c++) {
      for (let b = j; b <= j + 1; b++) {
        const at = c * slice + b * row + i, square = (b - v) * (b - v) + (c - w) * (c - w);
        compete(nearest, squares, at, s, left + square);
        compete(nearest, squares, at + 1, s, right + square);
      }
    }
  }
}

/** The next neighbours of a row's cells take over their samples where those are nearer than their own (Danielsson 1980). */
function spread(samples: Float32Array, nearest: Int32Array, squares: Float32Array, distances: Float32Array, size: Triple, turn: 1 | -1, first: number, j: number, k: number): void {
  // The margin keeps the band off all edges of the grid but the bottom.
  const sizeX = size[0], row = turn * sizeX, slice = row * size[1], atBottom = j + turn < 0;
  for (let l = 0, at = first, i = turn > 0 ? 0 : sizeX - 1; l < sizeX; l++, at += turn, i += turn) {
    const s = nearest[at]!;
    if (s === NONE) continue;
    const x = i - samples[s]!, y = j - samples[s + 1]!, z = k - samples[s + 2]!;
    // Of a neighbour along x: (x ± 1)² = x² ± 2x + 1.
    const square = x * x + y * y + z * z + 1, twice = 2 * turn;
    if (nearest[at + turn] !== s) compete(nearest, squares, at + turn, s, square + twice * x);
    if (nearest[at + row] !== s && !atBottom) compete(nearest, squares, at + row, s, square + twice * y);
    if (nearest[at + slice] !== s) compete(nearest, squares, at + slice, s, square + twice * z);
    // The way back is the last to change a cell.
    if (turn < 0) distances[at] = CELL * (x * samples[s + 3]! + (y * samples[s + 4]! + z * samples[s + 5]!));
  }
}

function compete(nearest: Int32Array, squares: Float32Array, at: number, s: number, square: number): void {
  if (square >= squares[at]!) return;
  squares[at] = square;
  nearest[at] = s;
}

function squareBetween(p: Float32Array, a: number, b: number): number {
  const x = p[a]! - p[b]!, y = p[a + 1]! - p[b + 1]!, z = p[a + 2]! - p[b + 2]!;
  return x * x + y * y + z * z;
}

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
function extend(distances: Float32Array, size: Triple): void {
  const far = new Uint8Array(distances.length);
  eachRow(size, 1, (at, j, k) => extendRow(distances, far, size, 1, at, j, k));
  eachRow(size, -1, (at, j, k) => extendRow(distances, far, size, -1, at, j, k));
}

function extendRow(distances: Float32Array, far: Uint8Array, size: Triple, turn: 1 | -1, first: number, j: number, k: number): void {
  const sizeX = size[0], sizeY = size[1], sizeZ = size[2];
  // Neighbours within the grid only (the row above the top is not the neck of the next slice): at its edge the cell itself.
  const row = j === (turn > 0 ? 0 : sizeY - 1) ? 0 : turn * sizeX, slice = k === (turn > 0 ? 0 : sizeZ - 1) ? 0 : turn * sizeX * sizeY;
  let before = FAR;
  for (let l = 0, at = first; l < sizeX; l++, at += turn) {
    let own = distances[at]!;
    if (own === FAR) far[at] = 1;
    if (far[at] === 1) {
      const below = distances[at - row]!, behind = distances[at - slice]!;
      let nearest = before;
      if (Math.abs(below) < Math.abs(nearest)) nearest = below;
      if (Math.abs(behind) < Math.abs(nearest)) nearest = behind;
      const further = Math.abs(nearest) + CELL;
      if (further < Math.abs(own)) distances[at] = own = nearest < 0 ? -further : further;
    }
    before = own;
  }
}
