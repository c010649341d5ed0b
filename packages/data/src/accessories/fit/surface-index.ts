/** Signed distance to the skin: vertices in cells, then the triangles around the nearest vertex. */
import { add, cross, dot, normalize, scale, subtract, type Vec3 } from '../geometry/vector.ts';

const CELL = 1.1; // cm: measured best between many cells and many vertices in each

export interface NearestSkin {
  /** cm, positive outside. */
  distance: number;
  point: Vec3;
  normal: Vec3;
  vertex: number;
}

export class SurfaceIndex {
  readonly #positions: Float32Array;
  readonly #normals: Float32Array;
  readonly #triangles: Uint32Array;
  readonly #cells = new Map<number, number[]>();
  /** Triangles around each vertex: `#incident[#start[v]..#start[v + 1]]`. */
  readonly #start: Uint32Array;
  readonly #incident: Uint32Array;

  /** @param triangles - only what counts as surface; vertices they do not use are ignored */
  constructor(positions: Float32Array, normals: Float32Array, triangles: Uint32Array) {
    this.#positions = positions;
    this.#normals = normals;
    this.#triangles = triangles;
    const count = positions.length / 3;
    this.#start = new Uint32Array(count + 1);
    for (let i = 0; i < triangles.length; i++) this.#start[triangles[i]! + 1]!++;
    for (let v = 0; v < count; v++) {
      if (this.#start[v + 1]! > 0) {
        const key = this.#key(Math.floor(positions[v * 3]! / CELL), Math.floor(positions[v * 3 + 1]! / CELL), Math.floor(positions[v * 3 + 2]! / CELL));
        const cell = this.#cells.get(key);
        if (cell) cell.push(v);
        else this.#cells.set(key, [v]);
      }
      this.#start[v + 1]! += this.#start[v]!;
    }
    this.#incident = new Uint32Array(triangles.length);
    const next = this.#start.slice();
    for (let i = 0; i < triangles.length; i++) this.#incident[next[triangles[i]!]!++] = Math.floor(i / 3);
  }

  /** @param reach - cm; null when nothing is nearer */
  nearest(point: Vec3, reach = 3): NearestSkin | null {
    const best = this.#nearestVertex(point, reach);
    if (best < 0) return null;
    let closest = this.#position(best), closestSquare = this.#square(point, best);
    for (let i = this.#start[best]!; i < this.#start[best + 1]!; i++) {
      const t = this.#incident[i]! * 3;
      const candidate = closestOnTriangle(point, this.#position(this.#triangles[t]!), this.#position(this.#triangles[t + 1]!), this.#position(this.#triangles[t + 2]!));
      const square = (candidate[0] - point[0]) ** 2 + (candidate[1] - point[1]) ** 2 + (candidate[2] - point[2]) ** 2;
      if (square < closestSquare - 1e-9) { closestSquare = square; closest = candidate; }
    }
    // The sign comes from the vertex's normal: that of a single triangle is wrong beside ridges.
    const n = this.#normals;
    const normal = normalize([n[best * 3]!, n[best * 3 + 1]!, n[best * 3 + 2]!]);
    const outside = dot(subtract(point, closest), normal) >= 0;
    const distance = Math.sqrt(closestSquare);
    return { distance: outside ? distance : -distance, point: closest, normal, vertex: best };
  }

  /** Moves a point outwards until it is `clearance` cm away from the skin; points farther out stay. */
  pushOut(point: Vec3, clearance: number): Vec3 {
    let moved = point;
    for (let round = 0; round < 4; round++) {
      const near = this.nearest(moved, Math.max(1.5, clearance + 0.3));
      if (!near || near.distance >= clearance - 1e-3) break;
      moved = add(moved, scale(near.normal, clearance - near.distance));
    }
    return moved;
  }

  #nearestVertex(point: Vec3, reach: number): number {
    const ci = Math.floor(point[0] / CELL), cj = Math.floor(point[1] / CELL), ck = Math.floor(point[2] / CELL);
    let best = -1;
    const rings = Math.ceil(reach / CELL);
    for (let ring = 0; ring <= rings; ring++) {
      if (best >= 0 && this.#square(point, best) <= ((ring - 1) * CELL) ** 2) break;
      for (let i = -ring; i <= ring; i++)
        for (let j = -ring; j <= ring; j++)
          for (let k = -ring; k <= ring; k++)
            if (Math.max(Math.abs(i), Math.abs(j), Math.abs(k)) === ring) best = this.#nearerInCell(point, this.#key(ci + i, cj + j, ck + k), best);
    }
    return best;
  }

  /** The vertex of a cell that is nearest, or `best` when none is nearer. */
  #nearerInCell(point: Vec3, key: number, best: number): number {
    const cell = this.#cells.get(key);
    if (cell === undefined) return best;
    let bestSquare = best < 0 ? Infinity : this.#square(point, best);
    for (let i = 0; i < cell.length; i++) {
      const square = this.#square(point, cell[i]!);
      if (square < bestSquare) { bestSquare = square; best = cell[i]!; }
    }
    return best;
  }

  #square(point: Vec3, v: number): number {
    const p = this.#positions;
    return (p[v * 3]! - point[0]) ** 2 + (p[v * 3 + 1]! - point[1]) ** 2 + (p[v * 3 + 2]! - point[2]) ** 2;
  }

  #position(v: number): Vec3 {
    const p = this.#positions;
    return [p[v * 3]!, p[v * 3 + 1]!, p[v * 3 + 2]!];
  }

  #key(i: number, j: number, k: number): number {
    return ((i + 512) * 1024 + (j + 512)) * 1024 + k + 512;
  }
}

/** Ericson, Real-Time Collision Detection, 5.1.5. */
export function closestOnTriangle(p: Vec3, a: Vec3, b: Vec3, c: Vec3): Vec3 {
  const ab = subtract(b, a), ac = subtract(c, a), ap = subtract(p, a);
  const d1 = dot(ab, ap), d2 = dot(ac, ap);
  if (d1 <= 0 && d2 <= 0) return a;
  const bp = subtract(p, b), d3 = dot(ab, bp), d4 = dot(ac, bp);
  if (d3 >= 0 && d4 <= d3) return b;
  const vc = d1 * d4 - d3 * d2;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) return add(a, scale(ab, d1 / (d1 - d3)));
  const cp = subtract(p, c), d5 = dot(ab, cp), d6 = dot(ac, cp);
  if (d6 >= 0 && d5 <= d6) return c;
  const vb = d5 * d2 - d1 * d6;
  if (vb <= 0 && d2 >= 0 && d6 <= 0) return add(a, scale(ac, d2 / (d2 - d6)));
  const va = d3 * d6 - d5 * d4;
  if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) return add(b, scale(subtract(c, b), (d4 - d3) / (d4 - d3 + (d5 - d6))));
  const n = cross(ab, ac), size = dot(n, n);
  return size < 1e-12 ? a : subtract(p, scale(n, dot(ap, n) / size));
}
