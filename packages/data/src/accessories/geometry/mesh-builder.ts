/**
 * Collects triangles and hands them over as a {@link Mesh} with smooth normals. Sheets, tubes and solids of revolution
 * are all grids of points here; sharp edges come from separate grids.
 */
import type { Mesh } from '../../render/drawable.ts';
import type { Vec3 } from './vector.ts';
import { length3 } from '../../geometry/length.ts';

/** One point of a grid; `uv` in centimetres, `extra` for the material: (slot, edge distance cm, free, openness 0..1). */
export interface GridPoint {
  position: Vec3;
  uv?: readonly [number, number];
  extra?: readonly [number, number, number, number];
}

export interface GridOptions {
  /** The last column meets the first one: they share normals, not texture coordinates. */
  closedColumns?: boolean;
  closedRows?: boolean;
  /** Turns the triangles around: by default columns x rows points outside (right-handed). */
  flip?: boolean;
  /** Slot of the material, unless a point says otherwise. */
  slot?: number;
}

export class MeshBuilder {
  readonly #positions: number[] = [];
  readonly #uv: number[] = [];
  readonly #extra: number[] = [];
  readonly #triangles: number[] = [];
  /** Vertices of one group share their normal: the two sides of a texture seam. */
  readonly #group: number[] = [];

  get numTriangles(): number {
    return this.#triangles.length / 3;
  }

  get numVertices(): number {
    return this.#group.length;
  }

  get isEmpty(): boolean {
    return this.#triangles.length === 0;
  }

  vertex(point: GridPoint, slot = 0, group = this.#group.length): number {
    const { position, uv, extra } = point;
    this.#positions.push(position[0], position[1], position[2]);
    if (uv) this.#uv.push(uv[0], uv[1]);
    else this.#uv.push(0, 0);
    if (extra) this.#extra.push(extra[0], extra[1], extra[2], extra[3]);
    else this.#extra.push(slot, 1e3, 0, 1);
    this.#group.push(group);
    return this.#group.length - 1;
  }

  triangle(a: number, b: number, c: number): void {
    this.#triangles.push(a, b, c);
  }

  /**
   * `rows * columns` points joined by quads. With closed columns (rows) the function is called for one column (row) more,
   * which must coincide with the first: its texture coordinate may go on counting.
   *
   * Large grids that many people need give a function of the module and what it knows as `of`: V8 throws away the optimised
   * code of a closure with the closure, and would compile it again for every person.
   * @returns index of the first vertex; vertex (row, column) is `first + row * stride + column`
   */
  grid(rows: number, columns: number, at: (row: number, column: number) => GridPoint, options?: GridOptions): { first: number; stride: number };
  grid<Of>(rows: number, columns: number, at: (row: number, column: number, of: Of) => GridPoint, options: GridOptions, of: Of): { first: number; stride: number };
  grid(rows: number, columns: number, at: (row: number, column: number, of: unknown) => GridPoint, options: GridOptions = {}, of?: unknown): { first: number; stride: number } {
    const { closedColumns = false, closedRows = false, flip = false, slot = 0 } = options;
    const first = this.#group.length;
    const numRows = rows + (closedRows ? 1 : 0), stride = columns + (closedColumns ? 1 : 0);
    for (let i = 0; i < numRows; i++)
      for (let j = 0; j < stride; j++) this.vertex(at(i, j, of), slot, first + (i % rows) * stride + (j % columns));
    for (let i = 0; i + 1 < numRows; i++)
      for (let j = 0; j + 1 < stride; j++) {
        const a = first + i * stride + j, b = a + 1, c = a + stride, d = c + 1;
        // Split along the shorter diagonal: fewer creases on strongly curved sheets.
        if (this.#distanceSquared(a, d) <= this.#distanceSquared(b, c)) {
          this.#quadHalf(a, b, d, flip);
          this.#quadHalf(a, d, c, flip);
        } else {
          this.#quadHalf(a, b, c, flip);
          this.#quadHalf(b, d, c, flip);
        }
      }
    return { first, stride };
  }

  /** A fan that closes a ring of points; the middle is given. */
  cap(ring: readonly Vec3[], middle: Vec3, options: { flip?: boolean; slot?: number } = {}): void {
    const { flip = false, slot = 0 } = options;
    const centre = this.vertex({ position: middle }, slot);
    const indices = ring.map((position) => this.vertex({ position }, slot));
    for (let i = 0; i < indices.length; i++) {
      const a = indices[i]!, b = indices[(i + 1) % indices.length]!;
      if (!this.#isDegenerate(centre, a, b)) this.#triangles.push(centre, flip ? b : a, flip ? a : b);
    }
  }

  /** Position of a vertex. */
  position(vertex: number): Vec3 {
    return [this.#positions[vertex * 3]!, this.#positions[vertex * 3 + 1]!, this.#positions[vertex * 3 + 2]!];
  }

  /** Rewrites every position from vertex `first` on. */
  transform(first: number, change: (position: Vec3) => Vec3): void {
    for (let i = first; i < this.#group.length; i++) {
      const moved = change(this.position(i));
      for (let k = 0; k < 3; k++) this.#positions[i * 3 + k] = moved[k]!;
    }
  }

  finish(): Mesh {
    const positions = Float32Array.from(this.#positions), triangles = Uint32Array.from(this.#triangles);
    const normals = smoothNormals(positions, triangles, this.groups(), new Float32Array(positions.length));
    return { positions, normals, uv: Float32Array.from(this.#uv), extra: Float32Array.from(this.#extra), triangles, version: 0 };
  }

  /** Vertices with the same number share a normal. */
  groups(): Uint32Array {
    return Uint32Array.from(this.#group);
  }

  #quadHalf(p: number, q: number, r: number, flip: boolean): void {
    if (!this.#isDegenerate(p, q, r)) this.#triangles.push(p, flip ? r : q, flip ? q : r);
  }

  #distanceSquared(a: number, b: number): number {
    const p = this.#positions;
    return (p[a * 3]! - p[b * 3]!) ** 2 + (p[a * 3 + 1]! - p[b * 3 + 1]!) ** 2 + (p[a * 3 + 2]! - p[b * 3 + 2]!) ** 2;
  }

  #isDegenerate(a: number, b: number, c: number): boolean {
    const p = this.#positions;
    const ux = p[b * 3]! - p[a * 3]!, uy = p[b * 3 + 1]! - p[a * 3 + 1]!, uz = p[b * 3 + 2]! - p[a * 3 + 2]!;
    const vx = p[c * 3]! - p[a * 3]!, vy = p[c * 3 + 1]! - p[a * 3 + 1]!, vz = p[c * 3 + 2]! - p[a * 3 + 2]!;
    return (uy * vz - uz * vy) ** 2 + (uz * vx - ux * vz) ** 2 + (ux * vy - uy * vx) ** 2 < 1e-18;
  }
}

/** Area-weighted normals; vertices of one group share theirs. Written to `out`. */
export function smoothNormals(positions: Float32Array, triangles: Uint32Array, groups: Uint32Array, out: Float32Array): Float32Array {
  const sums = new Float64Array(positions.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const a = triangles[t]! * 3, b = triangles[t + 1]! * 3, c = triangles[t + 2]! * 3;
    const ux = positions[b]! - positions[a]!, uy = positions[b + 1]! - positions[a + 1]!, uz = positions[b + 2]! - positions[a + 2]!;
    const vx = positions[c]! - positions[a]!, vy = positions[c + 1]! - positions[a + 1]!, vz = positions[c + 2]! - positions[a + 2]!;
    const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx;  // length: twice the area, the weight
    for (let k = 0; k < 3; k++) {
      const g = groups[triangles[t + k]!]! * 3;
      sums[g]! += x;
      sums[g + 1]! += y;
      sums[g + 2]! += z;
    }
  }
  for (let i = 0; i < groups.length; i++) {
    const g = groups[i]! * 3, size = length3(sums[g]!, sums[g + 1]!, sums[g + 2]!);
    for (let k = 0; k < 3; k++) out[i * 3 + k] = size > 1e-12 ? sums[g + k]! / size : k === 1 ? 1 : 0;
  }
  return out;
}
