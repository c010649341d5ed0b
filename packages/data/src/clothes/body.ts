/**
 * Neck, shoulders and chest of one person as a surface over directions. The head mesh ends at the shoulders: down to its
 * border the surface is that mesh, below it a torso of blended volumes that joins the border. Cloth is laid on this
 * surface: `drape` bridges hollows, `point` moves along its normals.
 *
 * Directions are seen from a point inside of the upper chest, from where neck, shoulders and chest all lie open:
 * azimuth 0 is the front, positive to the subject's left; polar 0 is up.
 */
import type { HeadFit } from '../accessories/fit/head-fit.ts';
import { azimuthal, directionFrame, ProjectedMap } from '../accessories/fit/projected-map.ts';
import { add, along, clamp, normalize, scale, smoothstep, subtract, type Vec3 } from '../accessories/geometry/vector.ts';
import type { Traits } from '../scene/scene.ts';
import { length2, length3 } from '../geometry/length.ts';

export const AZIMUTHS = 96;
export const POLARS = 84;
export const POLAR_FIRST = 0.5;
export const POLAR_LAST = 2.9;
const POLAR_STEP = (POLAR_LAST - POLAR_FIRST) / (POLARS - 1);
const AZIMUTH_STEP = (2 * Math.PI) / AZIMUTHS;

/** Of the standard head, cm: neck root in front, at the back; the inner point relative to their middle. */
const INNER = [0, -4.6, -0.4] as const;
const STANDARD_ROOT: Vec3 = [0, -11.6, -2.1];

export interface BodyShape {
  /** From the middle to the outside of the upper arm, cm. */
  halfWidth: number;
  /** Factor of the chest's depth. */
  depth: number;
  /** How far the shoulders drop from the neck to the arm, cm, beyond the usual. */
  slope: number;
  /** Volume of the chest in front, cm. */
  bust: number;
}

/** Deterministic in the traits: the body belongs to the person, whatever is worn. */
export function bodyShape(traits: Traits, build: number): BodyShape {
  const m = traits.masculine;
  return { halfWidth: 18.6 + 2.9 * m + 1.3 * build, depth: 1 + 0.1 * build, slope: 0.6 * (1 - m) - 0.5 * build, bust: 2.6 * (1 - m) * (0.7 + 0.3 * build) };
}

export class Body {
  readonly inner: Vec3;
  /** `[AZIMUTHS, POLARS]` radius of the skin, cm. */
  readonly skin: Float32Array;
  /** Polar angle of the head mesh's border, per azimuth. */
  readonly border: Float32Array;
  readonly shape: BodyShape;
  /** From the standard body to this one. */
  readonly shift: Vec3;

  constructor(fit: HeadFit, shape: BodyShape) {
    this.shape = shape;
    const throat = fit.place('throat'), nape = fit.place('nape');
    const root = scale(add(throat, nape), 0.5);
    this.shift = subtract([0, root[1], root[2]], STANDARD_ROOT);
    this.inner = [0, root[1] + INNER[1], root[2] + INNER[2]];
    this.skin = new Float32Array(AZIMUTHS * POLARS);
    this.border = new Float32Array(AZIMUTHS);
    const mesh = this.#meshTriangles(fit), map = new ProjectedMap(directionFrame(2.5, 0.04)).rasterize(fit.head.neutralPositions, mesh, azimuthal(this.inner), 'nearest', 1);
    const volume = this.#volumeRadii();
    for (let i = 0; i < AZIMUTHS; i++) this.#column(i, map, volume);
    this.#enclose(fit.head.neutralPositions, mesh);
    this.#smoothJoint();
    this.#enclose(fit.head.neutralPositions, mesh);
  }

  azimuthOf(column: number): number {
    return -Math.PI + column * AZIMUTH_STEP;
  }

  polarOf(row: number): number {
    return POLAR_FIRST + row * POLAR_STEP;
  }

  direction(azimuth: number, polar: number): Vec3 {
    const s = Math.sin(polar);
    return [s * Math.sin(azimuth), Math.cos(polar), s * Math.cos(azimuth)];
  }

  anglesOf(point: Vec3): { azimuth: number; polar: number; radius: number } {
    const d = subtract(point, this.inner);
    return { azimuth: Math.atan2(d[0], d[2]), polar: Math.atan2(length2(d[0], d[2]), d[1]), radius: length3(d[0], d[1], d[2]) };
  }

  /** Radii of the skin with hollows bridged by straight cloth. @param rounds - more: stiffer, wider bridges */
  drape(rounds: number): Drape {
    const inverse = reciprocals(this.skin);
    const limit = inverse.slice();
    const alongPolar = 0.35 / Math.cos(POLAR_STEP);
    const alongAzimuth = new Float64Array(POLARS);
    for (let j = 0; j < POLARS; j++) alongAzimuth[j] = 0.15 / Math.cos(AZIMUTH_STEP * Math.sin(this.polarOf(j)));
    for (let round = 0; round < rounds; round++)
      for (let i = 0; i < AZIMUTHS; i++) straighten(inverse, limit, i, alongPolar, alongAzimuth);
    return new Drape(this, reciprocals(inverse));
  }

  /** Triangles of neck and bust. */
  #meshTriangles(fit: HeadFit): Uint32Array {
    const { canonical } = fit.head.model;
    const kept: number[] = [];
    for (let t = 0; t < fit.skin.length; t += 3) {
      let highest = -Infinity, foremost = -Infinity;
      for (let k = 0; k < 3; k++) {
        const v = fit.skin[t + k]!;
        highest = Math.max(highest, canonical[v * 3 + 1]!);
        foremost = Math.max(foremost, canonical[v * 3 + 2]!);
      }
      if (highest < -8.6 || (highest < -4.5 && foremost < 3)) kept.push(fit.skin[t]!, fit.skin[t + 1]!, fit.skin[t + 2]!);
    }
    return Uint32Array.from(kept);
  }

  /** Near the mesh's border, where rows of the table are cut off, no vertex may lie outside of the surface. */
  #enclose(positions: Float32Array, triangles: Uint32Array): void {
    const seen = new Set<number>();
    for (const vertex of triangles) {
      if (seen.has(vertex)) continue;
      seen.add(vertex);
      const { azimuth, polar, radius } = this.anglesOf([positions[vertex * 3]!, positions[vertex * 3 + 1]!, positions[vertex * 3 + 2]!]);
      const { i, i1, j } = cellOf(azimuth, polar);
      if (polar < Math.min(this.border[i]!, this.border[i1]!) - 0.06 || polar > 2.4) continue;
      for (const column of [i, i1]) for (const row of [j, j + 1]) this.skin[column * POLARS + row] = Math.max(this.skin[column * POLARS + row]!, radius);
    }
  }

  #column(i: number, map: ProjectedMap, volume: Float32Array): void {
    const azimuth = this.azimuthOf(i);
    const measured = new Float64Array(POLARS), sinAzimuth = Math.sin(azimuth), cosAzimuth = Math.cos(azimuth);
    let first = -1;
    for (let j = 0; j < POLARS; j++) {
      const polar = this.polarOf(j);
      measured[j] = map.sample(polar * sinAzimuth, polar * cosAzimuth);
      if (first < 0 && !Number.isNaN(measured[j]!)) first = j;
    }
    let last = first < 0 ? -1 : measured.length - 1;
    while (last > 0 && Number.isNaN(measured[last]!)) last--;
    // The last rows are uneven where the mesh ends obliquely: leave one out.
    do last--; while (last > first && Number.isNaN(measured[last]!));
    last = Math.max(first, last);
    this.border[i] = this.polarOf(Math.max(0, last));
    const ratio = last >= 0 ? clamp(measured[last]! / volume[i * POLARS + last]!, 0.7, 1.5) : 1;
    for (let j = 0; j < POLARS; j++) {
      const polar = this.polarOf(j);
      const outermost = volume[i * POLARS + j]!;
      let radius: number;
      if (last < 0) radius = outermost;
      else if (j < first) radius = (measured[first]! * Math.sin(this.polarOf(first))) / Math.sin(polar);  // the neck goes on straight
      else if (j <= last) radius = Number.isNaN(measured[j]!) ? this.skin[i * POLARS + j - 1]! : measured[j]!;
      else radius = outermost * (1 + (ratio - 1) * Math.exp(-(((polar - this.polarOf(last)) / 0.35) ** 2)));
      this.skin[i * POLARS + j] = radius;
    }
  }

  /** Radii of the torso's volumes, from a little above any mesh's border. Both sides are the same. */
  #volumeRadii(): Float32Array {
    const torso = new Torso(this.shape, this.shift);
    const radii = new Float32Array(AZIMUTHS * POLARS);
    const highest = Math.floor((1.1 - POLAR_FIRST) / POLAR_STEP / 2) * 2;
    // Volumes are smooth: every second direction is traced.
    for (let i = 0; i <= AZIMUTHS / 2; i += 2) {
      let radius = 65;
      for (let j = POLARS - 1; j >= 0; j--) {
        if (j >= highest && (j % 2 === 0 || j === POLARS - 1)) radius = outermost(torso, this.inner, this.direction(this.azimuthOf(i), this.polarOf(j)), Math.min(70, radius + 5));
        setBothSides(radii, i, j, radius);
      }
      for (let j = highest + 1; j < POLARS - 1; j += 2) setBothSides(radii, i, j, (radii[i * POLARS + j - 1]! + radii[i * POLARS + j + 1]!) / 2);
    }
    for (let i = 1; i < AZIMUTHS / 2; i += 2) for (let j = 0; j < POLARS; j++) setBothSides(radii, i, j, (radii[(i - 1) * POLARS + j]! + radii[(i + 1) * POLARS + j]!) / 2);
    return radii;
  }

  /** Softens the kink where mesh and volumes meet, outwards only: the mesh stays inside. */
  #smoothJoint(): void {
    for (let round = 0; round < 4; round++) {
      const before = this.skin.slice();
      for (let i = 0; i < AZIMUTHS; i++)
        for (let j = 1; j < POLARS - 1; j++) {
          const polar = this.polarOf(j);
          if (polar < this.border[i]! - 0.08) continue;
          const at = i * POLARS + j;
          const west = ((i + AZIMUTHS - 1) % AZIMUTHS) * POLARS + j, east = ((i + 1) % AZIMUTHS) * POLARS + j;
          const mean = (before[at - 1]! + before[at + 1]! + before[west]! + before[east]!) / 4;
          this.skin[at] = polar > this.border[i]! + 0.02 ? (before[at]! + mean) / 2 : Math.max(before[at]!, mean);
        }
    }
  }
}

/** Writes the radius of a direction and of the one on the other side. */
function setBothSides(radii: Float32Array, i: number, j: number, radius: number): void {
  radii[i * POLARS + j] = radius;
  radii[((AZIMUTHS - i) % AZIMUTHS) * POLARS + j] = radius;
}

/** One column of a drape, as 1 / r: a straight line satisfies u(-h) + u(h) = 2 cos(h) u(0). */
function straighten(inverse: Float32Array, limit: Float32Array, i: number, alongPolar: number, alongAzimuth: Float64Array): void {
  const west = ((i + AZIMUTHS - 1) % AZIMUTHS) * POLARS, east = ((i + 1) % AZIMUTHS) * POLARS;
  for (let j = 1; j < POLARS - 1; j++) {
    const at = i * POLARS + j;
    const straight = alongPolar * (inverse[at - 1]! + inverse[at + 1]!) + alongAzimuth[j]! * (inverse[west + j]! + inverse[east + j]!);
    inverse[at] = Math.min(limit[at]!, straight);
  }
}

function reciprocals(values: Float32Array): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = 1 / values[i]!;
  return out;
}

/** Chest, shoulders and upper arms, blended. */
class Torso {
  readonly #shoulder: Vec3;
  readonly #inside: Vec3;
  readonly #elbow: Vec3;
  readonly #chest: Vec3;
  readonly #chestAxes: Vec3;
  readonly #upper: Vec3;
  readonly #upperAxes: Vec3;
  readonly #back: Vec3;
  readonly #blade: Vec3;
  readonly #bust: Vec3;
  readonly #bustAxes: Vec3;
  readonly #hasBust: boolean;

  constructor({ halfWidth: w, depth, slope, bust }: BodyShape, shift: Vec3) {
    const at = (x: number, y: number, z: number): Vec3 => [x, y + shift[1], z + shift[2]];
    this.#shoulder = at(w - 5.3, -18.4 - slope, -4.2);
    this.#inside = at(6, -16.4 - slope * 0.3, -4.2);
    this.#elbow = at(w - 3.6, -47, -3);
    this.#chest = at(0, -33, -3);
    this.#chestAxes = [w - 5.8, 21, 10.4 * depth];
    this.#upper = at(0, -21, -3.2);
    this.#upperAxes = [13.6, 8.5, 7.6 * depth];
    this.#back = at(0, -12.5, -5);
    this.#blade = at(8.5, -17.5, -6.2);
    this.#bust = at(7.2, -34, 4.5 * depth);
    this.#bustAxes = [6.8, 6.8, 3.2 + bust];
    this.#hasBust = bust > 0.2;
  }

  /** Signed, about. */
  distance(p: Vec3): number {
    const q: Vec3 = [Math.abs(p[0]), p[1], p[2]];
    let d = blend(capsule(q, this.#inside, this.#shoulder, 3.6, 5), capsule(q, this.#shoulder, this.#elbow, 5, 4.3), 2);
    d = blend(d, oval(q, this.#chest, this.#chestAxes), 2.5);
    d = blend(d, oval(q, this.#upper, this.#upperAxes), 2.5);
    d = blend(d, capsule(q, this.#back, this.#blade, 3.2, 4.2), 2.5);
    if (this.#hasBust) d = blend(d, oval(q, this.#bust, this.#bustAxes), 2.5);
    return d;
  }
}

/** Cloth before folds: a radius for each direction, outside of the skin. */
export class Drape {
  readonly body: Body;
  readonly radii: Float32Array;
  readonly #points: Float32Array;
  readonly #normals: Float32Array;
  /** `[AZIMUTHS, POLARS]` length of the way down the surface from the first row, cm. */
  readonly #travelled: Float32Array;

  constructor(body: Body, radii: Float32Array) {
    this.body = body;
    this.radii = radii;
    this.#points = new Float32Array(radii.length * 3);
    this.#normals = new Float32Array(radii.length * 3);
    this.#travelled = new Float32Array(radii.length);
    const sines = new Float64Array(POLARS), cosines = new Float64Array(POLARS);
    for (let j = 0; j < POLARS; j++) {
      sines[j] = Math.sin(body.polarOf(j));
      cosines[j] = Math.cos(body.polarOf(j));
    }
    for (let i = 0; i < AZIMUTHS; i++) this.#placeColumn(i, sines, cosines);
    for (let i = 0; i < AZIMUTHS; i++) this.#turnColumn(i);
  }

  #placeColumn(i: number, sines: Float64Array, cosines: Float64Array): void {
    const { body, radii } = this, p = this.#points, x = body.inner[0], y = body.inner[1], z = body.inner[2];
    const sinAzimuth = Math.sin(body.azimuthOf(i)), cosAzimuth = Math.cos(body.azimuthOf(i));
    for (let j = 0; j < POLARS; j++) {
      const at = i * POLARS + j, s = sines[j]!, c = cosines[j]!, r = radii[at]!, k = at * 3;
      p[k] = x + r * s * sinAzimuth;
      p[k + 1] = y + r * c;
      p[k + 2] = z + r * s * cosAzimuth;
      if (j > 0) this.#travelled[at] = this.#travelled[at - 1]! + length3(p[k]! - p[k - 3]!, p[k + 1]! - p[k - 2]!, p[k + 2]! - p[k - 1]!);
    }
  }

  #turnColumn(i: number): void {
    const p = this.#points, n = this.#normals;
    for (let j = 0; j < POLARS; j++) {
      const down = (i * POLARS + Math.min(POLARS - 1, j + 1)) * 3, up = (i * POLARS + Math.max(0, j - 1)) * 3;
      const east = (((i + 1) % AZIMUTHS) * POLARS + j) * 3, west = (((i + AZIMUTHS - 1) % AZIMUTHS) * POLARS + j) * 3;
      const ux = p[down]! - p[up]!, uy = p[down + 1]! - p[up + 1]!, uz = p[down + 2]! - p[up + 2]!;
      const vx = p[east]! - p[west]!, vy = p[east + 1]! - p[west + 1]!, vz = p[east + 2]! - p[west + 2]!;
      const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx, size = length3(x, y, z), k = (i * POLARS + j) * 3;
      n[k] = x / size;
      n[k + 1] = y / size;
      n[k + 2] = z / size;
    }
  }

  /** A point of the surface, moved outwards along its normal, cm. */
  point(azimuth: number, polar: number, offset = 0): Vec3 {
    const p = this.#interpolate(this.#points, azimuth, polar);
    return offset === 0 ? p : along(p, this.normal(azimuth, polar), offset);
  }

  normal(azimuth: number, polar: number): Vec3 {
    return normalize(this.#interpolate(this.#normals, azimuth, polar));
  }

  /** Lays a point of space on the surface. */
  project(point: Vec3, offset = 0): Vec3 {
    const { azimuth, polar } = this.body.anglesOf(point);
    return this.point(azimuth, polar, offset);
  }

  /** Polar angle after `distance` cm down the surface (up, when negative). */
  walk(azimuth: number, polar: number, distance: number): number {
    const { i, i1, fx, j, fy } = cellOf(azimuth, polar), t = this.#travelled;
    const wanted = between(t, i, i1, fx, j) * (1 - fy) + between(t, i, i1, fx, j + 1) * fy + distance;
    let low = 0, high = POLARS - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (between(t, i, i1, fx, middle) <= wanted) low = middle;
      else high = middle;
    }
    const a = between(t, i, i1, fx, low), b = between(t, i, i1, fx, high);
    return this.body.polarOf(low + clamp((wanted - a) / Math.max(1e-6, b - a)));
  }

  /** Length of the surface between two polar angles, cm. */
  distance(azimuth: number, from: number, to: number): number {
    return this.#travelledAt(azimuth, to) - this.#travelledAt(azimuth, from);
  }

  #travelledAt(azimuth: number, polar: number): number {
    const { i, i1, fx, j, fy } = cellOf(azimuth, polar);
    const t = this.#travelled;
    return (t[i * POLARS + j]! * (1 - fy) + t[i * POLARS + j + 1]! * fy) * (1 - fx) + (t[i1 * POLARS + j]! * (1 - fy) + t[i1 * POLARS + j + 1]! * fy) * fx;
  }

  #interpolate(values: Float32Array, azimuth: number, polar: number): Vec3 {
    const { i, i1, fx, j, fy } = cellOf(azimuth, polar);
    const a = (i * POLARS + j) * 3, b = (i1 * POLARS + j) * 3;
    const w00 = (1 - fx) * (1 - fy), w01 = (1 - fx) * fy, w10 = fx * (1 - fy), w11 = fx * fy;
    return [
      values[a]! * w00 + values[a + 3]! * w01 + values[b]! * w10 + values[b + 3]! * w11,
      values[a + 1]! * w00 + values[a + 4]! * w01 + values[b + 1]! * w10 + values[b + 4]! * w11,
      values[a + 2]! * w00 + values[a + 5]! * w01 + values[b + 2]! * w10 + values[b + 5]! * w11,
    ];
  }
}

/** Of a row of the table, between two columns. */
const between = (t: Float32Array, i: number, i1: number, fx: number, row: number): number => t[i * POLARS + row]! * (1 - fx) + t[i1 * POLARS + row]! * fx;

function cellOf(azimuth: number, polar: number): { i: number; i1: number; fx: number; j: number; fy: number } {
  const x = ((((azimuth + Math.PI) / AZIMUTH_STEP) % AZIMUTHS) + AZIMUTHS) % AZIMUTHS, y = clamp((polar - POLAR_FIRST) / POLAR_STEP, 0, POLARS - 1.0001);
  const i = Math.min(AZIMUTHS - 1, Math.floor(x)), j = Math.floor(y);
  return { i, i1: (i + 1) % AZIMUTHS, fx: x - i, j, fy: y - j };
}

/** Where a ray from inside leaves the volumes for good: traced inwards from `start`. */
function outermost(torso: Torso, origin: Vec3, direction: Vec3, start: number): number {
  let t = start;
  for (let step = 0; step < 40; step++) {
    const d = torso.distance(along(origin, direction, t));
    if (d < 0.03) break;
    t -= Math.max(0.03, d * 0.9);
    if (t < 3) return 3;
  }
  return t;
}

/** Polynomial smooth minimum. */
const blend = (a: number, b: number, k: number): number => {
  const h = Math.max(0, k - Math.abs(a - b)) / k;
  return Math.min(a, b) - (h * h * k) / 4;
};

function capsule(p: Vec3, a: Vec3, b: Vec3, radiusA: number, radiusB: number): number {
  const px = p[0] - a[0], py = p[1] - a[1], pz = p[2] - a[2], bx = b[0] - a[0], by = b[1] - a[1], bz = b[2] - a[2];
  const t = clamp((px * bx + py * by + pz * bz) / (bx * bx + by * by + bz * bz));
  return length3(px - bx * t, py - by * t, pz - bz * t) - (radiusA + (radiusB - radiusA) * t);
}

/** Distance to an ellipsoid, by its gradient (Quilez). */
function oval(p: Vec3, centre: Vec3, axes: Vec3): number {
  const x = p[0] - centre[0], y = p[1] - centre[1], z = p[2] - centre[2];
  const k0 = length3(x / axes[0], y / axes[1], z / axes[2]), k1 = length3(x / axes[0] ** 2, y / axes[1] ** 2, z / axes[2] ** 2);
  return k1 < 1e-6 ? -Math.min(axes[0], axes[1], axes[2]) : (k0 * (k0 - 1)) / k1;
}

/** 1 on the shoulder's front crease where an arm hangs beside the chest, 0 elsewhere. */
export function armpit(body: Body, p: Vec3): number {
  const x = Math.abs(p[0]) - (body.shape.halfWidth - 7.6), y = p[1] - body.shift[1];
  return Math.exp(-((x / 1.1) ** 2)) * smoothstep(-21, -27, y);
}
