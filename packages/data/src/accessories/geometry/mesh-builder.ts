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
  // Doubles from the start, twice as many when they are full: a plain array of whole numbers would change its kind later.
  #positions = new Float64Array(3 * 256);
  #uv = new Float64Array(2 * 256);
  #extra = new Float64Array(4 * 256);
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
    const vertex = this.#group.length;
    if (3 * vertex === this.#positions.length) this.#grow();
    for (let k = 0; k < 3; k++) this.#positions[3 * vertex + k] = position[k]!;
    if (uv) for (let k = 0; k < 2; k++) this.#uv[2 * vertex + k] = uv[k]!;
    const values = extra ?? [slot, 1e3, 0, 1];
    for (let k = 0; k < 4; k++) this.#extra[4 * vertex + k] = values[k]!;
    this.#group.push(group);
    return vertex;
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
    this.#quads(first, numRows, stride, flip);
    return { first, stride };
  }

  /** A fan that closes a ring of points; the middle is given. */
  cap(ring: readonly Vec3[], middle: Vec3, options: { flip?: boolean; slot?: number } = {}): void {
    const { flip = false, slot = 0 } = options;
    const centre = this.vertex({ position: middle }, slot);
    const first = centre + 1;
    for (let i = 0; i < ring.length; i++) this.vertex({ position: ring[i]! }, slot);
    for (let i = 0; i < ring.length; i++) {
      const a = first + i, b = first + ((i + 1) % ring.length);
      if (!this.#isDegenerate(centre, a, b)) this.#triangles.push(centre, flip ? b : a, flip ? a : b);
    }
  }

  /** Position of a vertex. */
  position(vertex: number): Vec3 {
    return [this.#positions[vertex * 3]!, this.#positions[vertex * 3 + 1]!, this.#positions[vertex * 3 + 2]!];
  }

  /** Rewrites every position from vertex `first` on. */
  transform(first: number, change: (position: Vec3) => Vec3): void {
    for (let i = first; i < this.#group.length; i++) this.#positions.set(change(this.position(i)), i * 3);
  }

  finish(): Mesh {
    const count = this.#group.length, positions = new Float32Array(this.#positions.subarray(0, 3 * count)), triangles = Uint32Array.from(this.#triangles);
    const normals = smoothNormals(positions, triangles, this.groups(), new Float32Array(positions.length));
    return { positions, normals, uv: new Float32Array(this.#uv.subarray(0, 2 * count)), extra: new Float32Array(this.#extra.subarray(0, 4 * count)), triangles, version: 0 };
  }

  /** Vertices with the same number share a normal. */
  groups(): Uint32Array {
    return Uint32Array.from(this.#group);
  }

  /** Joins the vertices of a grid. */
  #quads(first: number, rows: number, columns: number, flip: boolean): void {
    for (let i = 0; i + 1 < rows; i++)
      for (let j = 0; j + 1 < columns; j++) {
        const a = first + i * columns + j;
        this.#quad(a, a + 1, a + columns, a + columns + 1, flip);
      }
  }

  #grow(): void {
    this.#positions = doubled(this.#positions);
    this.#uv = doubled(this.#uv);
    this.#extra = doubled(this.#extra);
  }

  /** Split along the shorter diagonal: fewer creases on strongly curved sheets. */
  #quad(a: number, b: number, c: number, d: number, flip: boolean): void {
    if (this.#distanceSquared(a, d) <= this.#distanceSquared(b, c)) {
      this.#quadHalf(a, b, d, flip);
      this.#quadHalf(a, d, c, flip);
    } else {
      this.#quadHalf(a, b, c, flip);
      this.#quadHalf(b, d, c, flip);
    }
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

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(2 * values.length);
  out.set(values);
  return out;
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
