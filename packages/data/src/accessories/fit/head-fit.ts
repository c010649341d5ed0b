/**
 * One head measured for what it wears: named places on the skin, how far out it lies by direction, from the front and
 * from the sides, and the distance of any point to it. Works on every head model, because places are found by their
 * position on the standard head. Measured once per head at rest, each table on first use.
 */
import { type HeadModel, PARTS } from '../../heads/head-model.ts';
import type { PosedHead } from '../../heads/posed-head.ts';
import { normalize, type Vec3 } from '../geometry/vector.ts';
import { azimuthal, directionFrame, DirectionMap, ProjectedMap, type Projection } from './projected-map.ts';
import { SurfaceIndex } from './surface-index.ts';

/** Places on ICT's mean head, cm; right ones are mirrored. */
const PLACES = {
  /** Where the temples of glasses rest: between the upper root of the ear and the skull. */
  earTop: [7.75, 3.35, -0.7],
  /** Behind the ear, at half its height. */
  earBack: [7.4, 1.4, -2.5],
  earBackLow: [6.9, -0.6, -2.6],
  earCanal: [6.9, 0, 0.15],
  earMiddle: [8, 0.8, -0.9],
  earRim: [9.1, 2, -2.3],
  earLobe: [7.95, -1.9, -0.6],
  earRimTop: [8.8, 2.9, -1.1],
  /** The hollow between the collar bones, the sides and the back of the neck's root. */
  throat: [0, -12.6, 3.5],
  neckSide: [6.7, -11.1, -3.2],
  nape: [0, -10.6, -7.7],
  crown: [0, 14, -1],
  occiput: [0, 3, -9.7],
} as const satisfies Record<string, Vec3>;
export type Place = keyof typeof PLACES;

const FROM_FRONT: Projection = { project(x, y, z, out) { out[0] = x; out[1] = y; out[2] = z; return z > 0; } };
const FROM_LEFT: Projection = { project(x, y, z, out) { out[0] = z; out[1] = y; out[2] = x; return x > 0; } };
const FROM_RIGHT: Projection = { project(x, y, z, out) { out[0] = z; out[1] = y; out[2] = -x; return x < 0; } };

export class HeadFit {
  readonly head: PosedHead;
  /** `[*, 3]` triangles of the skin over render vertices. */
  readonly skin: Uint32Array;
  #skull: DirectionMap | undefined;
  #front: ProjectedMap | undefined;
  #sides: { left: ProjectedMap; right: ProjectedMap } | undefined;
  #surface: SurfaceIndex | undefined;

  constructor(head: PosedHead) {
    this.head = head;
    this.skin = skinOf(head.model);
  }

  /** The outermost skin by direction about the middle of the skull, ears included. */
  get skull(): DirectionMap {
    if (this.#skull === undefined) {
      const [left, right] = [this.point(234), this.point(454)];
      const centre: Vec3 = [(left[0] + right[0]) / 2, this.point(9)[1] - 1.2, this.place('occiput')[2] * 0.5 + this.point(9)[2] * 0.5 - 0.6];
      this.#skull = new DirectionMap(centre, new ProjectedMap(directionFrame(2.3, 0.05)).rasterize(this.head.neutralPositions, this.skin, azimuthal(centre), 'farthest', 1).fill(20));
    }
    return this.#skull;
  }

  /** z of the foremost skin over (x, y). */
  get front(): ProjectedMap {
    return (this.#front ??= new ProjectedMap({ width: 220, height: 230, originU: -11, originV: -9, step: 0.1 })
      .rasterize(this.head.neutralPositions, this.skin, FROM_FRONT, 'farthest'));
  }

  /** |x| of the outermost skin over (z, y), one table per side, ears included. */
  get sides(): { left: ProjectedMap; right: ProjectedMap } {
    const side = (from: Projection) => new ProjectedMap({ width: 240, height: 220, originU: -11, originV: -9, step: 0.1 })
      .rasterize(this.head.neutralPositions, this.skin, from, 'farthest');
    return (this.#sides ??= { left: side(FROM_LEFT), right: side(FROM_RIGHT) });
  }

  get surface(): SurfaceIndex {
    return (this.#surface ??= new SurfaceIndex(this.head.neutralPositions, this.head.neutralNormals, this.skin));
  }

  /** One of the 600 skeleton points at rest. */
  point(index: number): Vec3 {
    const p = this.head.neutralPoints;
    return [p[index * 3]!, p[index * 3 + 1]!, p[index * 3 + 2]!];
  }

  /** Render vertex that lies nearest to a place of the standard head. */
  vertexNear(canonical: Vec3): number {
    const known = nearestOf(this.head.model), key = canonical.join();
    let best = known.get(key);
    if (best === undefined) {
      const all = this.head.model.canonical;
      let bestSquare = Infinity;
      best = this.skin[0]!;
      for (const v of this.skin) {
        const square = (all[v * 3]! - canonical[0]) ** 2 + (all[v * 3 + 1]! - canonical[1]) ** 2 + (all[v * 3 + 2]! - canonical[2]) ** 2;
        if (square < bestSquare) { bestSquare = square; best = v; }
      }
      known.set(key, best);
    }
    return best;
  }

  /** A named place on this head; `mirrored` gives the subject's right side. */
  place(name: Place, mirrored = false): Vec3 {
    const [x, y, z] = PLACES[name];
    return this.canonicalPoint([mirrored ? -x : x, y, z]);
  }

  /** Where a point near the standard head's skin lies on this head: it keeps its offset to the nearest vertex. */
  canonicalPoint(canonical: Vec3): Vec3 {
    const v = this.vertexNear(canonical), all = this.head.model.canonical, here = this.head.neutralPositions;
    return [here[v * 3]! + canonical[0] - all[v * 3]!, here[v * 3 + 1]! + canonical[1] - all[v * 3 + 1]!, here[v * 3 + 2]! + canonical[2] - all[v * 3 + 2]!];
  }

  /** Skin normal at a vertex. */
  normal(vertex: number): Vec3 {
    const n = this.head.neutralNormals;
    return normalize([n[vertex * 3]!, n[vertex * 3 + 1]!, n[vertex * 3 + 2]!]);
  }

  position(vertex: number): Vec3 {
    const p = this.head.neutralPositions;
    return [p[vertex * 3]!, p[vertex * 3 + 1]!, p[vertex * 3 + 2]!];
  }
}

const skins = new WeakMap<HeadModel, Uint32Array>();

/** The same for everybody of a model. */
function skinOf(model: HeadModel): Uint32Array {
  let skin = skins.get(model);
  if (skin === undefined) {
    const part = PARTS.indexOf('skin');
    skin = model.triangles.filter((_, i) => model.parts[Math.floor(i / 3)] === part);
    skins.set(model, skin);
  }
  return skin;
}

/** Places are looked up once per head model: they do not depend on the person. */
const places = new WeakMap<HeadModel, Map<string, number>>();

function nearestOf(model: HeadModel): Map<string, number> {
  let known = places.get(model);
  if (!known) places.set(model, (known = new Map()));
  return known;
}

const measured = new WeakMap<PosedHead, HeadFit>();

/** Measures a head on first use. */
export function headFit(head: PosedHead): HeadFit {
  let fit = measured.get(head);
  if (!fit) measured.set(head, (fit = new HeadFit(head)));
  return fit;
}
