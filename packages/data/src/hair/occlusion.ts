/**
 * How open a place inside the hair is: a coarse grid of how much hair there is, looked through outwards and upwards.
 * Gives locks their depth at a hundredth of the price of shadow rays.
 */
import type { HeadField } from './head-field.ts';
import type { Strands } from './grow.ts';
import { clamp } from './noise.ts';

const CELL = 0.9;        // cm
const ABSORPTION = 0.5; // per unit of hair area per volume and cell: a full head of hair is 1.5 cells deep

export class HairVolume {
  readonly #density: Float32Array;
  readonly #origin: readonly number[];
  readonly #size: readonly number[];

  constructor(groups: readonly Strands[]) {
    const low = [9e9, 9e9, 9e9], high = [-9e9, -9e9, -9e9];
    for (const { nodes } of groups) {
      for (let i = 0; i < nodes.length; i++) {
        const axis = i % 3, x = nodes[i]!;
        if (x < low[axis]!) low[axis] = x;
        if (x > high[axis]!) high[axis] = x;
      }
    }
    this.#origin = low.map((x) => x - CELL);
    this.#size = low.map((x, axis) => Math.max(2, Math.min(160, Math.ceil((high[axis]! - x) / CELL) + 3)));
    this.#density = new Float32Array(this.#size[0]! * this.#size[1]! * this.#size[2]!);
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
    const [sizeX, sizeY, sizeZ] = this.#size as [number, number, number];
    const i = clamp(Math.round((x - this.#origin[0]!) / CELL), 0, sizeX - 1);
    const j = clamp(Math.round((y - this.#origin[1]!) / CELL), 0, sizeY - 1);
    const k = clamp(Math.round((z - this.#origin[2]!) / CELL), 0, sizeZ - 1);
    return (k * sizeY + j) * sizeX + i;
  }

  /** 0 deep inside .. 1 open; `field` tells which way is out. */
  openness(field: HeadField, x: number, y: number, z: number): number {
    field.sample(x, y, z);
    const g = field.gradient;
    let outwards = 0, upwards = 0;
    for (let step = 1; step <= 3; step++) {
      const d = step * CELL, weight = 1.2 - 0.3 * step;
      outwards += weight * this.#density[this.#cell(x + g[0]! * d, y + g[1]! * d, z + g[2]! * d)]!;
      upwards += weight * this.#density[this.#cell(x + 0.4 * g[0]! * d, y + d, z + 0.6 * d)]!;
    }
    const here = this.#density[this.#cell(x, y, z)]!;
    return 0.65 * Math.exp(-ABSORPTION * (outwards + 0.3 * here)) + 0.35 * Math.exp(-ABSORPTION * (upwards + 0.3 * here));
  }
}
