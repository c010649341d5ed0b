/** A bounding volume hierarchy over triangles, on the CPU: where a ray hits a head, and what of it is nearest to a point. */
import { length3 } from '../geometry/length.ts';

export interface SurfacePoint {
  triangle: number;
  /** Weights of the triangle's corners; they sum to 1. */
  weights: [number, number, number];
  position: [number, number, number];
  /** From the origin of the ray, or from the point; cm if the mesh is. */
  distance: number;
}

type Vector = readonly [number, number, number];

const LEAF_SIZE = 4;

/** Built once over a mesh that does not change. */
export class TriangleTree {
  readonly #corners: Float64Array;
  /** Triangles of the mesh, in the order of the leaves. */
  readonly #order: Uint32Array;
  /** `[nodes, 6]` lower corner, upper corner. */
  readonly #bounds: number[] = [];
  /** `[nodes, 2]` an inner node's right child (the left one follows the node) and -1, or a leaf's first entry and its size. */
  readonly #links: number[] = [];

  /**
   * @param positions - `[V, 3]`
   * @param triangles - `[T, 3]`
   * @param keep - which triangles take part; all without it
   */
  constructor(positions: ArrayLike<number>, triangles: ArrayLike<number>, keep: (triangle: number) => boolean = () => true) {
    const kept: number[] = [];
    this.#corners = new Float64Array(triangles.length * 3);
    for (let t = 0; t < triangles.length / 3; t++) {
      for (let k = 0; k < 9; k++) this.#corners[9 * t + k] = positions[3 * triangles[3 * t + Math.floor(k / 3)]! + (k % 3)]!;
      if (keep(t)) kept.push(t);
    }
    this.#order = Uint32Array.from(kept);
    if (kept.length > 0) this.#build(0, kept.length);
  }

  /** Nearest hit of a ray in front of its origin. `accept` refuses triangles, by their unnormalised normal for example. */
  cast(origin: Vector, direction: Vector, accept: (triangle: number) => boolean = () => true): SurfacePoint | null {
    let best: SurfacePoint | null = null;
    if (this.#order.length === 0) return null;
    const stack = [0];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (!this.#rayMeets(node, origin, direction, best?.distance ?? Infinity)) continue;
      const [link, size] = [this.#links[2 * node]!, this.#links[2 * node + 1]!];
      if (size < 0) {
        stack.push(link, node + 1);
        continue;
      }
      for (let i = link; i < link + size; i++) {
        const hit = this.#intersect(this.#order[i]!, origin, direction);
        if (hit !== null && hit.distance < (best?.distance ?? Infinity) && accept(hit.triangle)) best = hit;
      }
    }
    return best;
  }

  /** The nearest point of the mesh, if any triangle is accepted within `limit`. */
  closest(point: Vector, { limit = Infinity, accept = () => true }: { limit?: number; accept?: (triangle: number) => boolean } = {}): SurfacePoint | null {
    let best: SurfacePoint | null = null;
    let reach = limit * limit;
    const search = (node: number): void => {
      const [link, size] = [this.#links[2 * node]!, this.#links[2 * node + 1]!];
      if (size >= 0) {
        for (let i = link; i < link + size; i++) {
          const found = this.#closestOf(this.#order[i]!, point);
          if (found.distance * found.distance < reach && accept(found.triangle)) [best, reach] = [found, found.distance * found.distance];
        }
        return;
      }
      const [left, right] = [this.#squaredDistance(node + 1, point), this.#squaredDistance(link, point)];
      const nearFirst = left < right ? ([[node + 1, left], [link, right]] as const) : ([[link, right], [node + 1, left]] as const);
      for (const [child, distance] of nearFirst) if (distance < reach) search(child);
    };
    if (this.#order.length > 0) search(0);
    return best;
  }

  /** Not of unit length: twice the area. */
  normal(triangle: number): [number, number, number] {
    const c = this.#corners;
    const at = 9 * triangle;
    const [ux, uy, uz] = [c[at + 3]! - c[at]!, c[at + 4]! - c[at + 1]!, c[at + 5]! - c[at + 2]!];
    const [vx, vy, vz] = [c[at + 6]! - c[at]!, c[at + 7]! - c[at + 1]!, c[at + 8]! - c[at + 2]!];
    return [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
  }

  #build(first: number, end: number): void {
    const node = this.#links.length / 2;
    const bounds = [Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity];
    for (let i = first; i < end; i++) {
      for (let k = 0; k < 9; k++) {
        const value = this.#corners[9 * this.#order[i]! + k]!;
        bounds[k % 3] = Math.min(bounds[k % 3]!, value);
        bounds[3 + (k % 3)] = Math.max(bounds[3 + (k % 3)]!, value);
      }
    }
    this.#bounds.push(...bounds);
    if (end - first <= LEAF_SIZE) {
      this.#links.push(first, end - first);
      return;
    }
    this.#links.push(0, -1);
    const extent = [0, 1, 2].map((k) => bounds[3 + k]! - bounds[k]!);
    const axis = extent.indexOf(Math.max(...extent));
    const middle = (t: number): number => this.#corners[9 * t + axis]! + this.#corners[9 * t + 3 + axis]! + this.#corners[9 * t + 6 + axis]!;
    this.#order.subarray(first, end).sort((a, b) => middle(a) - middle(b));
    const half = (first + end) >> 1;
    this.#build(first, half);
    this.#links[2 * node] = this.#links.length / 2;
    this.#build(half, end);
  }

  #rayMeets(node: number, origin: Vector, direction: Vector, limit: number): boolean {
    let [near, far] = [0, limit];
    for (let k = 0; k < 3; k++) {
      const [low, high] = [this.#bounds[6 * node + k]! - origin[k]!, this.#bounds[6 * node + 3 + k]! - origin[k]!];
      if (direction[k] === 0) {
        if (low > 0 || high < 0) return false;
        continue;
      }
      const [a, b] = [low / direction[k]!, high / direction[k]!];
      near = Math.max(near, Math.min(a, b));
      far = Math.min(far, Math.max(a, b));
    }
    return near <= far;
  }

  /** Möller and Trumbore 1997. */
  #intersect(triangle: number, origin: Vector, direction: Vector): SurfacePoint | null {
    const c = this.#corners;
    const at = 9 * triangle;
    const [ux, uy, uz] = [c[at + 3]! - c[at]!, c[at + 4]! - c[at + 1]!, c[at + 5]! - c[at + 2]!];
    const [vx, vy, vz] = [c[at + 6]! - c[at]!, c[at + 7]! - c[at + 1]!, c[at + 8]! - c[at + 2]!];
    const [dx, dy, dz] = direction;
    const [px, py, pz] = [dy * vz - dz * vy, dz * vx - dx * vz, dx * vy - dy * vx];
    const determinant = ux * px + uy * py + uz * pz;
    if (determinant === 0) return null;
    const [tx, ty, tz] = [origin[0] - c[at]!, origin[1] - c[at + 1]!, origin[2] - c[at + 2]!];
    const b = (tx * px + ty * py + tz * pz) / determinant;
    if (!(b >= 0 && b <= 1)) return null;
    const [qx, qy, qz] = [ty * uz - tz * uy, tz * ux - tx * uz, tx * uy - ty * ux];
    const d = (dx * qx + dy * qy + dz * qz) / determinant;
    if (!(d >= 0 && b + d <= 1)) return null;
    const along = (vx * qx + vy * qy + vz * qz) / determinant;
    if (!(along > 0)) return null;
    return {
      triangle, weights: [1 - b - d, b, d],
      position: [origin[0] + along * dx, origin[1] + along * dy, origin[2] + along * dz], distance: along * length3(dx, dy, dz),
    };
  }

  #squaredDistance(node: number, point: Vector): number {
    let sum = 0;
    for (let k = 0; k < 3; k++) {
      const outside = Math.max(this.#bounds[6 * node + k]! - point[k]!, 0, point[k]! - this.#bounds[6 * node + 3 + k]!);
      sum += outside * outside;
    }
    return sum;
  }

  /** Ericson, Real-Time Collision Detection, 5.1.5: which of corner, edge or face the point is nearest to. */
  #closestOf(triangle: number, point: Vector): SurfacePoint {
    const at = 9 * triangle;
    const corner = (k: number): Vector => [this.#corners[at + 3 * k]!, this.#corners[at + 3 * k + 1]!, this.#corners[at + 3 * k + 2]!];
    const [a, b, c] = [corner(0), corner(1), corner(2)];
    const [ab, ac] = [minus(b, a), minus(c, a)];
    const fromA = minus(point, a), fromB = minus(point, b), fromC = minus(point, c);
    const d1 = dot(ab, fromA), d2 = dot(ac, fromA), d3 = dot(ab, fromB), d4 = dot(ac, fromB), d5 = dot(ab, fromC), d6 = dot(ac, fromC);
    const va = d3 * d6 - d5 * d4, vb = d5 * d2 - d1 * d6, vc = d1 * d4 - d3 * d2;
    let weights: [number, number, number];
    if (d1 <= 0 && d2 <= 0) weights = [1, 0, 0];
    else if (d3 >= 0 && d4 <= d3) weights = [0, 1, 0];
    else if (d6 >= 0 && d5 <= d6) weights = [0, 0, 1];
    else if (vc <= 0 && d1 >= 0 && d3 <= 0) weights = [1 - d1 / (d1 - d3), d1 / (d1 - d3), 0];
    else if (vb <= 0 && d2 >= 0 && d6 <= 0) weights = [1 - d2 / (d2 - d6), 0, d2 / (d2 - d6)];
    else if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) {
      const w = (d4 - d3) / (d4 - d3 + (d5 - d6));
      weights = [0, 1 - w, w];
    } else {
      const sum = va + vb + vc;
      weights = [va / sum, vb / sum, vc / sum];
    }
    const position = [0, 1, 2].map((k) => weights[0] * a[k]! + weights[1] * b[k]! + weights[2] * c[k]!) as [number, number, number];
    return { triangle, weights, position, distance: Math.hypot(...minus(point, position)) };
  }
}

const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
