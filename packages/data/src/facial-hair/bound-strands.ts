/**
 * Short strands that move with the face: each is a ribbon in the frame of its root, and the root is a place on a triangle
 * of the head. Posing moves roots and turns frames; the strand itself is stiff.
 */
import { atRest, type PosedHead } from '../heads/posed-head.ts';
import type { Mesh } from '../render/drawable.ts';
import { hash } from '../hair/noise.ts';
import { length3 } from '../geometry/length.ts';

/** Classes, so that their optimised code outlives a person: see `Density` of the scalp. */
export interface Frames {
  /** Writes for strand `i` three unit axes (9 numbers) into `out`. The same in every pose. */
  of(head: PosedHead, i: number, out: Float64Array): void;
}

export class BoundStrands {
  readonly count: number;
  readonly mesh: Mesh;
  readonly #segments: number;
  readonly #triangles: Uint32Array;
  readonly #weights: Float32Array;
  readonly #frames: Frames;
  /** `[N, 2 (S + 1), 3]` positions and tangents in the frame of the root. */
  readonly #positions: Float32Array;
  readonly #tangents: Float32Array;

  /**
   * @param triangles - `[N]` of the head's mesh; `weights` `[N, 3]` of their corners
   * @param nodes - `[N, S + 1, 3]` head space, at rest; the first is the root
   * @param widths - `[N]` cm
   * @param locks - `[N]` number of the lock, for colour
   */
  constructor(head: PosedHead, { triangles, weights, nodes, segments, widths, locks, frames, seed, openAtRoot, tip }: {
    triangles: Uint32Array; weights: Float32Array; nodes: Float32Array; segments: number; widths: Float32Array; locks: Uint32Array; frames: Frames; seed: number;
    /** Ambient light that reaches the roots, 0..1; the tips are in the open. */
    openAtRoot: number; tip: number;
  }) {
    const N = this.count = triangles.length, S = this.#segments = segments, rows = S + 1;
    this.#triangles = triangles;
    this.#weights = weights;
    this.#frames = frames;
    this.#positions = new Float32Array(N * rows * 6);
    this.#tangents = new Float32Array(N * rows * 3);
    this.mesh = {
      positions: new Float32Array(N * rows * 6), normals: new Float32Array(N * rows * 6), uv: new Float32Array(N * rows * 4), extra: new Float32Array(N * rows * 8),
      triangles: new Uint32Array(N * S * 6), version: 0,
    };
    const { uv, extra, triangles: indices } = this.mesh;
    const root = new Float64Array(3), frame = new Float64Array(9);
    const rest = atRest(head);
    for (let i = 0, t = 0; i < N; i++) {
      this.#rootOf(rest, i, root);
      frames.of(rest, i, frame);
      const own = hash(i, seed + 41), lock = hash(locks[i]!, seed + 42), angle = Math.PI * (hash(i, seed + 43) - 0.5);
      let along = 0, length = 0;
      for (let s = 1; s <= S; s++) length += length3(nodes[(i * rows + s) * 3]! - nodes[(i * rows + s - 1) * 3]!, nodes[(i * rows + s) * 3 + 1]! - nodes[(i * rows + s - 1) * 3 + 1]!, nodes[(i * rows + s) * 3 + 2]! - nodes[(i * rows + s - 1) * 3 + 2]!);
      for (let s = 0; s < rows; s++) {
        const k = (i * rows + s) * 3, before = s > 0 ? k - 3 : k, after = s < S ? k + 3 : k;
        let tx = nodes[after]! - nodes[before]!, ty = nodes[after + 1]! - nodes[before + 1]!, tz = nodes[after + 2]! - nodes[before + 2]!;
        const l = length3(tx, ty, tz) || 1;
        tx /= l; ty /= l; tz /= l;
        // Across the strand and along the skin, rolled a little: third axis of the frame is the skin's normal.
        let ax = ty * frame[8]! - tz * frame[7]!, ay = tz * frame[6]! - tx * frame[8]!, az = tx * frame[7]! - ty * frame[6]!;
        let al = length3(ax, ay, az);
        if (al < 0.05) { ax = frame[0]!; ay = frame[1]!; az = frame[2]!; al = 1; }
        ax /= al; ay /= al; az /= al;
        const bx = ty * az - tz * ay, by = tz * ax - tx * az, bz = tx * ay - ty * ax;
        const cosine = Math.cos(0.8 * angle), sine = Math.sin(0.8 * angle);
        const u = s / S, half = 0.5 * widths[i]! * (1 - (1 - tip) * u * u);
        if (s > 0) along += length3(nodes[k]! - nodes[k - 3]!, nodes[k + 1]! - nodes[k - 2]!, nodes[k + 2]! - nodes[k - 1]!);
        const v = (i * rows + s) * 2;
        for (let edge = 0; edge < 2; edge++) {
          const reach = (2 * edge - 1) * half;
          const dx = nodes[k]! - root[0]! + reach * (ax * cosine + bx * sine), dy = nodes[k + 1]! - root[1]! + reach * (ay * cosine + by * sine), dz = nodes[k + 2]! - root[2]! + reach * (az * cosine + bz * sine);
          for (let axis = 0; axis < 3; axis++) this.#positions[(v + edge) * 3 + axis] = dx * frame[axis * 3]! + dy * frame[axis * 3 + 1]! + dz * frame[axis * 3 + 2]!;
          uv[(v + edge) * 2] = (2 * edge - 1) * half; uv[(v + edge) * 2 + 1] = along;
          const e = (v + edge) * 4;
          extra[e] = u; extra[e + 1] = own; extra[e + 2] = lock; extra[e + 3] = openAtRoot + (1 - openAtRoot) * Math.min(1, u * 1.3);
        }
        for (let axis = 0; axis < 3; axis++) this.#tangents[(i * rows + s) * 3 + axis] = tx * frame[axis * 3]! + ty * frame[axis * 3 + 1]! + tz * frame[axis * 3 + 2]!;
        if (s < S) {
          indices[t++] = v; indices[t++] = v + 1; indices[t++] = v + 2;
          indices[t++] = v + 2; indices[t++] = v + 1; indices[t++] = v + 3;
        }
      }
    }
    this.#write(rest);
  }

  /** Follow the face. */
  pose(head: PosedHead): void {
    this.#write(head);
    this.mesh.version++;
  }

  /** Head space position of a root in a pose; for tests and for what is attached to hair. */
  root(head: PosedHead, i: number): [number, number, number] {
    const out = new Float64Array(3);
    this.#rootOf(head, i, out);
    return [out[0]!, out[1]!, out[2]!];
  }

  #rootOf(head: PosedHead, i: number, out: Float64Array): void {
    const { positions, model: { triangles } } = head, t = this.#triangles[i]! * 3, w = this.#weights;
    const a = triangles[t]! * 3, b = triangles[t + 1]! * 3, c = triangles[t + 2]! * 3;
    for (let axis = 0; axis < 3; axis++) out[axis] = w[i * 3]! * positions[a + axis]! + w[i * 3 + 1]! * positions[b + axis]! + w[i * 3 + 2]! * positions[c + axis]!;
  }

  #write(head: PosedHead): void {
    const { positions, normals } = this.mesh, local = this.#positions, tangents = this.#tangents, rows = this.#segments + 1;
    const f = new Float64Array(9), root = new Float64Array(3);
    for (let i = 0; i < this.count; i++) {
      this.#rootOf(head, i, root);
      this.#frames.of(head, i, f);
      const rootX = root[0]!, rootY = root[1]!, rootZ = root[2]!;
      const ax = f[0]!, ay = f[1]!, az = f[2]!, bx = f[3]!, by = f[4]!, bz = f[5]!, cx = f[6]!, cy = f[7]!, cz = f[8]!;
      for (let s = 0; s < rows; s++) {
        const at = (i * rows + s) * 3;
        const tx = tangents[at]!, ty = tangents[at + 1]!, tz = tangents[at + 2]!;
        const nx = tx * ax + ty * bx + tz * cx, ny = tx * ay + ty * by + tz * cy, nz = tx * az + ty * bz + tz * cz;
        for (let v = at * 2; v <= at * 2 + 3; v += 3) {
          const x = local[v]!, y = local[v + 1]!, z = local[v + 2]!;
          positions[v] = rootX + x * ax + y * bx + z * cx;
          positions[v + 1] = rootY + x * ay + y * by + z * cy;
          positions[v + 2] = rootZ + x * az + y * bz + z * cz;
          normals[v] = nx;
          normals[v + 1] = ny;
          normals[v + 2] = nz;
        }
      }
    }
  }
}

/** Frames of triangles: along its first edge, across, and the smooth normal of the skin at the root. */
export class TriangleFrames implements Frames {
  readonly #triangles: Uint32Array;
  readonly #weights: Float32Array;

  constructor(triangles: Uint32Array, weights: Float32Array) {
    this.#triangles = triangles;
    this.#weights = weights;
  }

  of({ positions, normals, model: { triangles: mesh } }: PosedHead, i: number, out: Float64Array): void {
    const triangles = this.#triangles, weights = this.#weights, t = triangles[i]! * 3, a = mesh[t]! * 3, b = mesh[t + 1]! * 3, c = mesh[t + 2]! * 3;
    const wa = weights[i * 3]!, wb = weights[i * 3 + 1]!, wc = weights[i * 3 + 2]!;
    const nx = wa * normals[a]! + wb * normals[b]! + wc * normals[c]!, ny = wa * normals[a + 1]! + wb * normals[b + 1]! + wc * normals[c + 1]!, nz = wa * normals[a + 2]! + wb * normals[b + 2]! + wc * normals[c + 2]!;
    frameFrom(positions[b]! - positions[a]!, positions[b + 1]! - positions[a + 1]!, positions[b + 2]! - positions[a + 2]!, nx, ny, nz, out);
  }
}

/** Axes: the direction made perpendicular to the normal, normal cross direction, normal. */
export function frameFrom(ex: number, ey: number, ez: number, nx: number, ny: number, nz: number, out: Float64Array): void {
  const nl = length3(nx, ny, nz) || 1;
  nx /= nl; ny /= nl; nz /= nl;
  const along = ex * nx + ey * ny + ez * nz;
  ex -= along * nx; ey -= along * ny; ez -= along * nz;
  const el = length3(ex, ey, ez) || 1;
  ex /= el; ey /= el; ez /= el;
  out[0] = ex; out[1] = ey; out[2] = ez;
  out[3] = ny * ez - nz * ey; out[4] = nz * ex - nx * ez; out[5] = nx * ey - ny * ex;
  out[6] = nx; out[7] = ny; out[8] = nz;
}
