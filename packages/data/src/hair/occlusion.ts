/**
 * How open a place inside the hair is: a coarse grid of how much hair there is, looked through outwards and upwards.
 * Gives locks their depth at a hundredth of the price of shadow rays.
 */
import { boundsOf } from '../geometry/bounds.ts';
import type { HeadField } from './head-field.ts';
import type { Strands } from './grow.ts';
import { clamp } from './noise.ts';

const CELL = 0.9;        // cm
const ABSORPTION = 0.5; // per unit of hair area per volume and cell: a full head of hair is 1.5 cells deep

export class HairVolume {
  readonly #density: Float32Array;
  readonly #x: number;
  readonly #y: number;
  readonly #z: number;
  readonly #sizeX: number;
  readonly #sizeY: number;
  readonly #sizeZ: number;

  constructor(groups: readonly Strands[]) {
    const low = [9e9, 9e9, 9e9], high = [-9e9, -9e9, -9e9];
    for (const { nodes } of groups) {
      const bounds = boundsOf(nodes);
      for (let axis = 0; axis < 3; axis++) {
        low[axis] = Math.min(low[axis]!, bounds[axis]!);
        high[axis] = Math.max(high[axis]!, bounds[axis + 3]!);
      }
    }
    [this.#x, this.#y, this.#z] = low.map((x) => x - CELL) as [number, number, number];
    [this.#sizeX, this.#sizeY, this.#sizeZ] = low.map((x, axis) => Math.max(2, Math.min(160, Math.ceil((high[axis]! - x) / CELL) + 3))) as [number, number, number];
    this.#density = new Float32Array(this.#sizeX * this.#sizeY * this.#sizeZ);
    for (const { count, segments, nodes, widths, lengths } of groups) {
      for (let i = 0; i < count; i++) {
        const amount = widths[i]! * lengths[i]! / (segments + 1) / CELL ** 3;
        for (let s = 0; s <= segments; s++) {
          const k = (i * (segments + 1) + s) * 3;
          const at = this.#cell(nodes[k]!, nodes[k + 1]!, nodes[k + 2]!);
          this.#density[at] = this.#density[at]! + amount;
        }
      }
    }
  }

  #cell(x: number, y: number, z: number): number {
    const i = clamp(Math.round((x - this.#x) / CELL), 0, this.#sizeX - 1);
    const j = clamp(Math.round((y - this.#y) / CELL), 0, this.#sizeY - 1);
    const k = clamp(Math.round((z - this.#z) / CELL), 0, this.#sizeZ - 1);
    return (k * this.#sizeY + j) * this.#sizeX + i;
  }

  /** 0 deep inside .. 1 open; `field` tells which way is out. */
  openness(field: HeadField, x: number, y: number, z: number): number {
    field.sample(x, y, z);
    const gx = field.gradient[0]!, gy = field.gradient[1]!, gz = field.gradient[2]!, density = this.#density;
    let outwards = 0, upwards = 0;
    for (let step = 1; step <= 3; step++) {
      const d = step * CELL, weight = 1.2 - 0.3 * step;
      outwards += weight * density[this.#cell(x + gx * d, y + gy * d, z + gz * d)]!;
      upwards += weight * density[this.#cell(x + 0.4 * gx * d, y + d, z + 0.6 * d)]!;
    }
    const here = density[this.#cell(x, y, z)]!;
    return 0.65 * Math.exp(-ABSORPTION * (outwards + 0.3 * here)) + 0.35 * Math.exp(-ABSORPTION * (upwards + 0.3 * here));
  }
}
