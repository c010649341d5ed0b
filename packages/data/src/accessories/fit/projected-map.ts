/**
 * A surface seen along one family of lines, as a table: how far out it lies over two coordinates. Triangles are rasterised
 * into the table, so that asking is cheap: hats ask by direction, glasses by (x, y) from the front and (z, y) from a side.
 */
import { clamp, type Vec3 } from '../geometry/vector.ts';
import { length2, length3 } from '../../geometry/length.ts';

export interface MapFrame {
  width: number;
  height: number;
  /** Coordinates of the first cell's node and the distance of nodes. */
  originU: number;
  originV: number;
  step: number;
}

export interface Projection {
  /** Writes a point as (u, v, value); false where the projection is not defined. */
  project(x: number, y: number, z: number, out: Float64Array): boolean;
}

export class ProjectedMap {
  readonly frame: MapFrame;
  /** `[height, width]`, NaN where nothing was hit. */
  readonly values: Float32Array;

  constructor(frame: MapFrame) {
    this.frame = frame;
    this.values = new Float32Array(frame.width * frame.height).fill(NaN);
  }

  /** @param keep - which of several hits stays: the farthest or the nearest value */
  rasterize(positions: Float32Array, triangles: Uint32Array, projection: Projection, keep: 'farthest' | 'nearest', maxSpan = Infinity): this {
    const { originU, originV, step } = this.frame;
    // Each vertex is projected once: six triangles share it.
    const count = positions.length / 3, out = new Float64Array(3);
    const us = new Float32Array(count), vs = new Float32Array(count), values = new Float32Array(count), seen = new Uint8Array(count);  // seen: 1 projected, 2 undefined
    for (let i = 0; i < triangles.length; i++) {
      const vertex = triangles[i]!;
      if (seen[vertex] !== 0) continue;
      seen[vertex] = projection.project(positions[vertex * 3]!, positions[vertex * 3 + 1]!, positions[vertex * 3 + 2]!, out) ? 1 : 2;
      us[vertex] = (out[0]! - originU) / step;
      vs[vertex] = (out[1]! - originV) / step;
      values[vertex] = out[2]!;
    }
    for (let t = 0; t < triangles.length; t += 3) {
      const ia = triangles[t]!, ib = triangles[t + 1]!, ic = triangles[t + 2]!;
      if (seen[ia] !== 2 && seen[ib] !== 2 && seen[ic] !== 2) this.#triangle(us, vs, values, ia, ib, ic, keep === 'farthest', maxSpan);
    }
    return this;
  }

  #triangle(us: Float32Array, vs: Float32Array, values: Float32Array, ia: number, ib: number, ic: number, isFarthest: boolean, maxSpan: number): void {
    const { width, height, step } = this.frame;
    const au = us[ia]!, av = vs[ia]!, bu = us[ib]!, bv = vs[ib]!, cu = us[ic]!, cv = vs[ic]!;
    const lowU = Math.min(au, bu, cu), highU = Math.max(au, bu, cu), lowV = Math.min(av, bv, cv), highV = Math.max(av, bv, cv);
    if (highU < 0 || highV < 0 || lowU > width - 1 || lowV > height - 1) return;
    if ((highU - lowU) * step > maxSpan || (highV - lowV) * step > maxSpan) return;  // wraps around the projection's edge
    const area = (bu - au) * (cv - av) - (bv - av) * (cu - au);
    if (Math.abs(area) < 1e-12) return;
    for (let j = Math.max(0, Math.ceil(lowV)); j <= Math.min(height - 1, Math.floor(highV)); j++)
      for (let i = Math.max(0, Math.ceil(lowU)); i <= Math.min(width - 1, Math.floor(highU)); i++) {
        const wb = ((i - au) * (cv - av) - (j - av) * (cu - au)) / area;
        const wc = ((bu - au) * (j - av) - (bv - av) * (i - au)) / area;
        if (wb < -1e-6 || wc < -1e-6 || wb + wc > 1 + 1e-6) continue;
        const value = values[ia]! + wb * (values[ib]! - values[ia]!) + wc * (values[ic]! - values[ia]!);
        const at = j * width + i, before = this.values[at]!;
        if (Number.isNaN(before) || (isFarthest ? value > before : value < before)) this.values[at] = value;
      }
  }

  /** Gives every empty node the mean of its filled neighbours, ring by ring. */
  fill(rounds = 400): this {
    const { width, height } = this.frame, { values } = this;
    let empty: number[] = [];
    for (let at = 0; at < values.length; at++) if (Number.isNaN(values[at]!)) empty.push(at);
    for (let round = 0; round < rounds && empty.length > 0; round++) {
      const still: number[] = [], filled: number[] = [], means: number[] = [];
      for (const at of empty) {
        const i = at % width, j = (at - i) / width;
        let sum = 0, count = 0;
        for (let y = Math.max(0, j - 1); y <= Math.min(height - 1, j + 1); y++)
          for (let x = Math.max(0, i - 1); x <= Math.min(width - 1, i + 1); x++) {
            const value = values[y * width + x]!;
            if (!Number.isNaN(value)) { sum += value; count++; }
          }
        if (count > 0) { filled.push(at); means.push(sum / count); } else still.push(at);
      }
      if (filled.length === 0) break;
      for (let k = 0; k < filled.length; k++) values[filled[k]!] = means[k]!;
      empty = still;
    }
    return this;
  }

  /** Bilinear; nodes that are empty are left out; NaN where all four are. */
  sample(u: number, v: number): number {
    const { width, height, originU, originV, step } = this.frame;
    const x = clamp((u - originU) / step, 0, width - 1.001), y = clamp((v - originV) / step, 0, height - 1.001);
    const i = Math.floor(x), j = Math.floor(y), fx = x - i, fy = y - j;
    let sum = 0, weights = 0;
    for (let k = 0; k < 4; k++) {
      const value = this.values[(j + (k >> 1)) * width + i + (k & 1)]!;
      const weight = (k & 1 ? fx : 1 - fx) * (k >> 1 ? fy : 1 - fy) + 1e-9;
      if (!Number.isNaN(value)) { sum += value * weight; weights += weight; }
    }
    return weights > 0 ? sum / weights : NaN;
  }
}

/**
 * Directions about a centre: azimuthal, equidistant, the pole (+y, or +z) in the middle. Every direction but the opposite.
 * (u, v) is polar angle times the direction across the pole: (x, z) about +y, (x, y) about +z.
 */
export const azimuthal = (centre: Vec3, pole: 'y' | 'z' = 'y'): Projection => new Azimuthal(centre, pole);

class Azimuthal implements Projection {
  readonly #centre: Vec3;
  readonly #pole: 'y' | 'z';

  constructor(centre: Vec3, pole: 'y' | 'z') {
    this.#centre = centre;
    this.#pole = pole;
  }

  project(x: number, y: number, z: number, out: Float64Array): boolean {
    const centre = this.#centre, pole = this.#pole;
    const dx = x - centre[0], dy = pole === 'y' ? y - centre[1] : z - centre[2], dz = pole === 'y' ? z - centre[2] : y - centre[1];
    const flat = length2(dx, dz), radius = length2(flat, dy);
    const polar = Math.atan2(flat, dy);
    out[0] = flat > 1e-9 ? (polar * dx) / flat : 0;
    out[1] = flat > 1e-9 ? (polar * dz) / flat : 0;
    out[2] = radius;
    return true;
  }
}

/** A map of directions, `step` radians apart, down to `maxPolar` radians from +y. */
export const directionFrame = (maxPolar: number, step: number): MapFrame => {
  const half = Math.ceil(maxPolar / step);
  return { width: 2 * half + 1, height: 2 * half + 1, originU: -half * step, originV: -half * step, step };
};

/** How far out the surface lies in a direction about `centre`. */
export class DirectionMap {
  readonly centre: Vec3;
  readonly map: ProjectedMap;

  constructor(centre: Vec3, map: ProjectedMap) {
    this.centre = centre;
    this.map = map;
  }

  /** @param polar - radians from +y; @param azimuth - radians from +z towards +x */
  radius(azimuth: number, polar: number): number {
    return this.map.sample(polar * Math.sin(azimuth), polar * Math.cos(azimuth));
  }

  /** Radius of the surface below or above a point. */
  radiusAt(point: Vec3): number {
    const { azimuth, polar } = this.anglesOf(point);
    return this.radius(azimuth, polar);
  }

  anglesOf(point: Vec3): { azimuth: number; polar: number; radius: number } {
    const dx = point[0] - this.centre[0], dy = point[1] - this.centre[1], dz = point[2] - this.centre[2];
    return { azimuth: Math.atan2(dx, dz), polar: Math.atan2(length2(dx, dz), dy), radius: length3(dx, dy, dz) };
  }

  point(azimuth: number, polar: number, radius: number): Vec3 {
    const s = Math.sin(polar) * radius;
    return [this.centre[0] + s * Math.sin(azimuth), this.centre[1] + radius * Math.cos(polar), this.centre[2] + s * Math.cos(azimuth)];
  }
}
