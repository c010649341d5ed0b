/** Finds places of the standard face on the triangles of a head: roots of brows by their place seen from the front, roots of lashes by nearness. */
import { type HeadModel, PARTS } from '../heads/head-model.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { length3 } from '../geometry/length.ts';

/** A place on a triangle of the head's mesh. */
export interface Place { triangle: number; weights: [number, number, number] }

const CELL = 0.4;

/** The front of the standard face in canonical x and y: the same for everybody of a model. */
export class FrontIndex {
  readonly #cells = new Map<number, number[]>();
  readonly #model: HeadModel;

  /** Only triangles within the rectangle, cm. */
  constructor(model: HeadModel, [x0, y0, x1, y1]: readonly [number, number, number, number]) {
    this.#model = model;
    const { triangles, parts, canonical } = model, skin = PARTS.indexOf('skin');
    for (let t = 0; t < parts.length; t++) {
      if (parts[t] !== skin) continue;
      const a = triangles[t * 3]! * 3, b = triangles[t * 3 + 1]! * 3, c = triangles[t * 3 + 2]! * 3;
      if (canonical[a + 2]! < 1) continue;
      // Counter-clockwise from the front.
      const turn = (canonical[b]! - canonical[a]!) * (canonical[c + 1]! - canonical[a + 1]!) - (canonical[c]! - canonical[a]!) * (canonical[b + 1]! - canonical[a + 1]!);
      if (turn <= 0) continue;
      const lowX = Math.min(canonical[a]!, canonical[b]!, canonical[c]!), highX = Math.max(canonical[a]!, canonical[b]!, canonical[c]!);
      const lowY = Math.min(canonical[a + 1]!, canonical[b + 1]!, canonical[c + 1]!), highY = Math.max(canonical[a + 1]!, canonical[b + 1]!, canonical[c + 1]!);
      if (highX < x0 || lowX > x1 || highY < y0 || lowY > y1) continue;
      for (let i = Math.floor(lowX / CELL); i <= Math.floor(highX / CELL); i++) {
        for (let j = Math.floor(lowY / CELL); j <= Math.floor(highY / CELL); j++) {
          const key = (i + 512) * 1024 + j + 512;
          const cell = this.#cells.get(key);
          if (cell === undefined) this.#cells.set(key, [t]); else cell.push(t);
        }
      }
    }
  }

  /** The foremost triangle at this place, or undefined where the face has none. */
  find(x: number, y: number): Place | undefined {
    const { triangles, canonical } = this.#model;
    const cell = this.#cells.get((Math.floor(x / CELL) + 512) * 1024 + Math.floor(y / CELL) + 512);
    if (cell === undefined) return undefined;
    let best: Place | undefined, front = -Infinity;
    for (let i = 0; i < cell.length; i++) {
      const t = cell[i]!;
      const a = triangles[t * 3]! * 3, b = triangles[t * 3 + 1]! * 3, c = triangles[t * 3 + 2]! * 3;
      const area = (canonical[b]! - canonical[a]!) * (canonical[c + 1]! - canonical[a + 1]!) - (canonical[c]! - canonical[a]!) * (canonical[b + 1]! - canonical[a + 1]!);
      const v = ((x - canonical[a]!) * (canonical[c + 1]! - canonical[a + 1]!) - (canonical[c]! - canonical[a]!) * (y - canonical[a + 1]!)) / area;
      const w = ((canonical[b]! - canonical[a]!) * (y - canonical[a + 1]!) - (x - canonical[a]!) * (canonical[b + 1]! - canonical[a + 1]!)) / area;
      if (v < 0 || w < 0 || v + w > 1) continue;
      const z = (1 - v - w) * canonical[a + 2]! + v * canonical[b + 2]! + w * canonical[c + 2]!;
      if (z > front) { front = z; best = { triangle: t, weights: [1 - v - w, v, w] }; }
    }
    return best;
  }
}

/** The skin near a set of places of this person at rest. */
export class NearIndex {
  readonly #triangles: Uint32Array;
  /** Middle and radius of each, so that most need no closer look. */
  readonly #spheres: Float64Array;
  readonly #head: PosedHead;
  #last = 0;
  readonly #weights = new Float64Array(3);

  constructor(head: PosedHead, centre: readonly [number, number, number], radius: number) {
    this.#head = head;
    const { model: { triangles, parts }, neutralPositions: p } = head, skin = PARTS.indexOf('skin');
    const [x, y, z] = centre, surely = 1.001 * radius * radius;
    const near: number[] = [];
    for (let t = 0; t < parts.length; t++) {
      if (parts[t] !== skin) continue;
      const a = triangles[t * 3]! * 3, dx = p[a]! - x, dy = p[a + 1]! - y, dz = p[a + 2]! - z;
      if (dx * dx + dy * dy + dz * dz < surely && length3(dx, dy, dz) < radius) near.push(t);
    }
    this.#triangles = Uint32Array.from(near);
    this.#spheres = new Float64Array(near.length * 4);
    for (let i = 0; i < near.length; i++) {
      const t = near[i]!, a = triangles[t * 3]! * 3, b = triangles[t * 3 + 1]! * 3, c = triangles[t * 3 + 2]! * 3;
      const mx = (p[a]! + p[b]! + p[c]!) / 3, my = (p[a + 1]! + p[b + 1]! + p[c + 1]!) / 3, mz = (p[a + 2]! + p[b + 2]! + p[c + 2]!) / 3;
      this.#spheres[i * 4] = mx;
      this.#spheres[i * 4 + 1] = my;
      this.#spheres[i * 4 + 2] = mz;
      this.#spheres[i * 4 + 3] = Math.max(length3(p[a]! - mx, p[a + 1]! - my, p[a + 2]! - mz), length3(p[b]! - mx, p[b + 1]! - my, p[b + 2]! - mz), length3(p[c]! - mx, p[c + 1]! - my, p[c + 2]! - mz));
    }
  }

  nearest(x: number, y: number, z: number): Place {
    const spheres = this.#spheres, count = this.#triangles.length;
    if (count === 0) return { triangle: 0, weights: [1, 0, 0] };
    // One lash grows beside the other: the last answer is nearly right, and rules out most triangles.
    let best = this.#last, least = this.#distance(best, x, y, z);
    for (let i = 0; i < count; i++) {
      const dx = spheres[i * 4]! - x, dy = spheres[i * 4 + 1]! - y, dz = spheres[i * 4 + 2]! - z, reach = least + spheres[i * 4 + 3]!;
      if (dx * dx + dy * dy + dz * dz >= reach * reach) continue;
      const d = this.#distance(i, x, y, z);
      if (d < least) { least = d; best = i; }
    }
    this.#last = best;
    this.#distance(best, x, y, z);
    return { triangle: this.#triangles[best]!, weights: [this.#weights[0]!, this.#weights[1]!, this.#weights[2]!] };
  }

  /** To triangle `i`; writes the weights of the nearest point. */
  #distance(i: number, x: number, y: number, z: number): number {
    const { model: { triangles }, neutralPositions: p } = this.#head, weights = this.#weights;
    const t = this.#triangles[i]!, a = triangles[t * 3]! * 3, b = triangles[t * 3 + 1]! * 3, c = triangles[t * 3 + 2]! * 3;
    closest(p, a, b, c, x, y, z, weights);
    const wa = weights[0]!, wb = weights[1]!, wc = weights[2]!;
    return length3(wa * p[a]! + wb * p[b]! + wc * p[c]! - x, wa * p[a + 1]! + wb * p[b + 1]! + wc * p[c + 1]! - y, wa * p[a + 2]! + wb * p[b + 2]! + wc * p[c + 2]! - z);
  }
}

/** Weights of the point of a triangle nearest to a point (Ericson, Real-Time Collision Detection, 5.1.5). */
function closest(p: Float32Array, a: number, b: number, c: number, x: number, y: number, z: number, out: Float64Array): void {
  const ax = p[a]!, ay = p[a + 1]!, az = p[a + 2]!, bx = p[b]!, by = p[b + 1]!, bz = p[b + 2]!, cx = p[c]!, cy = p[c + 1]!, cz = p[c + 2]!;
  const ux = bx - ax, uy = by - ay, uz = bz - az, vx = cx - ax, vy = cy - ay, vz = cz - az;
  const d1 = ux * (x - ax) + uy * (y - ay) + uz * (z - az), d2 = vx * (x - ax) + vy * (y - ay) + vz * (z - az);
  const d3 = ux * (x - bx) + uy * (y - by) + uz * (z - bz), d4 = vx * (x - bx) + vy * (y - by) + vz * (z - bz);
  const d5 = ux * (x - cx) + uy * (y - cy) + uz * (z - cz), d6 = vx * (x - cx) + vy * (y - cy) + vz * (z - cz);
  if (d1 <= 0 && d2 <= 0) return write(out, 0, 0, 1);
  if (d3 >= 0 && d4 <= d3) return write(out, 1, 0, 0);
  const vc = d1 * d4 - d3 * d2;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) { const v = d1 / (d1 - d3); return write(out, v, 0, 1 - v); }
  if (d6 >= 0 && d5 <= d6) return write(out, 0, 1, 0);
  const vb = d5 * d2 - d1 * d6;
  if (vb <= 0 && d2 >= 0 && d6 <= 0) { const w = d2 / (d2 - d6); return write(out, 0, w, 1 - w); }
  const va = d3 * d6 - d5 * d4;
  if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) { const w = (d4 - d3) / (d4 - d3 + d5 - d6); return write(out, 1 - w, w, 0); }
  const sum = 1 / (va + vb + vc);
  return write(out, vb * sum, vc * sum, 1 - (vb + vc) * sum);
}

function write(out: Float64Array, b: number, c: number, a: number): void {
  out[0] = a;
  out[1] = b;
  out[2] = c;
}
