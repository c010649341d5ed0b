/** A mesh that lies on the face and moves with it: masks, piercings. */
import type { PosedHead } from '../heads/posed-head.ts';
import type { HeadFit } from './fit/head-fit.ts';
import { smoothNormals } from './geometry/mesh-builder.ts';
import type { FollowingDrawable } from './parts.ts';

/** Cloth evens out what the skin below does: rounds of averaging over neighbours. */
const SMOOTHING = 8;
/** How far a vertex may be from the skin that moves it, cm. */
const REACH = 2.2;

export class Follower {
  readonly #mesh: FollowingDrawable['drawable']['mesh'];
  readonly #groups: Uint32Array;
  readonly #rest: Float32Array;
  /** Skin vertex below each vertex; -1 where the skin is too far away to carry it. */
  readonly #below: Int32Array;
  readonly #neighbours: readonly Uint32Array[];

  constructor({ drawable, groups }: FollowingDrawable, fit: HeadFit) {
    this.#mesh = drawable.mesh;
    this.#groups = groups;
    this.#rest = drawable.mesh.positions.slice();
    const count = this.#rest.length / 3;
    this.#below = Int32Array.from({ length: count }, (_, i) => fit.surface.nearest([this.#rest[i * 3]!, this.#rest[i * 3 + 1]!, this.#rest[i * 3 + 2]!], REACH)?.vertex ?? -1);
    const sets = Array.from({ length: count }, () => new Set<number>());
    const { triangles } = drawable.mesh;
    for (let t = 0; t < triangles.length; t += 3)
      for (let k = 0; k < 3; k++) {
        const a = triangles[t + k]!, b = triangles[t + ((k + 1) % 3)]!;
        sets[a]!.add(b);
        sets[b]!.add(a);
      }
    this.#neighbours = sets.map((set) => Uint32Array.from(set));
  }

  pose(head: PosedHead): void {
    let moved = new Float32Array(this.#rest.length);
    for (let i = 0; i < this.#below.length; i++) {
      const vertex = this.#below[i]!;
      if (vertex >= 0) for (let k = 0; k < 3; k++) moved[i * 3 + k] = head.positions[vertex * 3 + k]! - head.neutralPositions[vertex * 3 + k]!;
    }
    for (let round = 0; round < SMOOTHING; round++) {
      const next = new Float32Array(moved.length);
      for (let i = 0; i < this.#below.length; i++) {
        const around = this.#neighbours[i]!;
        for (let k = 0; k < 3; k++) {
          let sum = 0;
          for (const j of around) sum += moved[j * 3 + k]!;
          next[i * 3 + k] = around.length === 0 ? moved[i * 3 + k]! : (moved[i * 3 + k]! + sum / around.length) / 2;
        }
      }
      moved = next;
    }
    const { positions, normals, triangles } = this.#mesh;
    for (let i = 0; i < positions.length; i++) positions[i] = this.#rest[i]! + moved[i]!;
    smoothNormals(positions, triangles, this.#groups, normals);
    this.#mesh.version++;
  }
}
