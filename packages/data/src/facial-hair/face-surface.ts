/** Finds places of the standard face on the triangles of a head: roots of brows by their place seen from the front, roots of lashes by nearness. */
import { PARTS } from '../heads/head-model.ts';
import type { PosedHead } from '../heads/posed-head.ts';

/** A place on a triangle of the head's mesh. */
export interface Place { triangle: number; weights: [number, number, number] }

const CELL = 0.4;

/** The front of the face in canonical x and y. */
export class FrontIndex {
  readonly #cells = new Map<number, number[]>();
  readonly #head: PosedHead;

  /** Only triangles within the rectangle, cm. */
  constructor(head: PosedHead, [x0, y0, x1, y1]: readonly [number, number, number, number]) {
    this.#head = head;
    const { model: { triangles, parts, canonical } } = head, skin = PARTS.indexOf('skin');
    for (let t = 0; t < parts.length; t++) {
      if (parts[t] !== skin) continue;
      const [a, b, c] = [triangles[t * 3]! * 3, triangles[t * 3 + 1]! * 3, triangles[t * 3 + 2]! * 3];
      if (canonical[a + 2]! < 1) continue;
      // Counter-clockwise from the front.
      const turn = (canonical[b]! - canonical[a]!) * (canonical[c + 1]! - canonical[a + 1]!) - (canonical[c]! - canonical[a]!) * (canonical[b + 1]! - canonical[a + 1]!);
      if (turn <= 0) continue;
      const low = [0, 1].map((k) => Math.min(canonical[a + k]!, canonical[b + k]!, canonical[c + k]!)), high = [0, 1].map((k) => Math.max(canonical[a + k]!, canonical[b + k]!, canonical[c + k]!));
      if (high[0]! < x0 || low[0]! > x1 || high[1]! < y0 || low[1]! > y1) continue;
      for (let i = Math.floor(low[0]! / CELL); i <= Math.floor(high[0]! / CELL); i++) {
        for (let j = Math.floor(low[1]! / CELL); j <= Math.floor(high[1]! / CELL); j++) {
          const key = (i + 512) * 1024 + j + 512;
          const cell = this.#cells.get(key);
          if (cell === undefined) this.#cells.set(key, [t]); else cell.push(t);
        }
      }
    }
  }

  /** The foremost triangle at this place, or undefined where the face has none. */
  find(x: number, y: number): Place | undefined {
    const { model: { triangles, canonical } } = this.#head;
    let best: Place | undefined, front = -Infinity;
    for (const t of this.#cells.get((Math.floor(x / CELL) + 512) * 1024 + Math.floor(y / CELL) + 512) ?? []) {
      const [a, b, c] = [triangles[t * 3]! * 3, triangles[t * 3 + 1]! * 3, triangles[t * 3 + 2]! * 3];
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
  readonly #triangles: number[] = [];
  /** Middle and radius of each, so that most need no closer look. */
  readonly #spheres: number[] = [];
  #last = 0;
  readonly #head: PosedHead;

  constructor(head: PosedHead, centre: readonly [number, number, number], radius: number) {
    this.#head = head;
    const { model: { triangles, parts }, neutralPositions: p } = head, skin = PARTS.indexOf('skin');
    for (let t = 0; t < parts.length; t++) {
      if (parts[t] !== skin) continue;
      const a = triangles[t * 3]! * 3;
      if (Math.hypot(p[a]! - centre[0], p[a + 1]! - centre[1], p[a + 2]! - centre[2]) >= radius) continue;
      const b = triangles[t * 3 + 1]! * 3, c = triangles[t * 3 + 2]! * 3;
      const middle = [0, 1, 2].map((k) => (p[a + k]! + p[b + k]! + p[c + k]!) / 3);
      this.#triangles.push(t);
      this.#spheres.push(...middle, Math.max(...[a, b, c].map((v) => Math.hypot(p[v]! - middle[0]!, p[v + 1]! - middle[1]!, p[v + 2]! - middle[2]!))));
    }
  }

  nearest(x: number, y: number, z: number): Place {
    const { model: { triangles }, neutralPositions: p } = this.#head, spheres = this.#spheres;
    let best: Place = { triangle: this.#triangles[0] ?? 0, weights: [1, 0, 0] }, least = Infinity;
    const look = (i: number) => {
      const t = this.#triangles[i]!, a = triangles[t * 3]! * 3, b = triangles[t * 3 + 1]! * 3, c = triangles[t * 3 + 2]! * 3;
      const weights = closest(p, a, b, c, x, y, z), [wa, wb, wc] = weights;
      const d = Math.hypot(wa * p[a]! + wb * p[b]! + wc * p[c]! - x, wa * p[a + 1]! + wb * p[b + 1]! + wc * p[c + 1]! - y, wa * p[a + 2]! + wb * p[b + 2]! + wc * p[c + 2]! - z);
      if (d < least) { least = d; this.#last = i; best = { triangle: t, weights }; }
    };
    // One lash grows beside the other: the last answer is nearly right, and rules out most triangles.
    if (this.#triangles.length > 0) look(this.#last);
    for (let i = 0; i < this.#triangles.length; i++) {
      const dx = spheres[i * 4]! - x, dy = spheres[i * 4 + 1]! - y, dz = spheres[i * 4 + 2]! - z, reach = least + spheres[i * 4 + 3]!;
      if (dx * dx + dy * dy + dz * dz < reach * reach) look(i);
    }
    return best;
  }
}

/** Weights of the point of a triangle nearest to a point (Ericson, Real-Time Collision Detection, 5.1.5). */
function closest(p: Float32Array, a: number, b: number, c: number, x: number, y: number, z: number): [number, number, number] {
  const ab = [p[b]! - p[a]!, p[b + 1]! - p[a + 1]!, p[b + 2]! - p[a + 2]!] as const, ac = [p[c]! - p[a]!, p[c + 1]! - p[a + 1]!, p[c + 2]! - p[a + 2]!] as const;
  const dot = (u: readonly number[], v: readonly number[]) => u[0]! * v[0]! + u[1]! * v[1]! + u[2]! * v[2]!;
  const ap = [x - p[a]!, y - p[a + 1]!, z - p[a + 2]!], bp = [x - p[b]!, y - p[b + 1]!, z - p[b + 2]!], cp = [x - p[c]!, y - p[c + 1]!, z - p[c + 2]!];
  const d1 = dot(ab, ap), d2 = dot(ac, ap), d3 = dot(ab, bp), d4 = dot(ac, bp), d5 = dot(ab, cp), d6 = dot(ac, cp);
  if (d1 <= 0 && d2 <= 0) return [1, 0, 0];
  if (d3 >= 0 && d4 <= d3) return [0, 1, 0];
  const vc = d1 * d4 - d3 * d2;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) { const v = d1 / (d1 - d3); return [1 - v, v, 0]; }
  if (d6 >= 0 && d5 <= d6) return [0, 0, 1];
  const vb = d5 * d2 - d1 * d6;
  if (vb <= 0 && d2 >= 0 && d6 <= 0) { const w = d2 / (d2 - d6); return [1 - w, 0, w]; }
  const va = d3 * d6 - d5 * d4;
  if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) { const w = (d4 - d3) / (d4 - d3 + d5 - d6); return [0, 1 - w, w]; }
  const sum = 1 / (va + vb + vc);
  return [1 - (vb + vc) * sum, vb * sum, vc * sum];
}
