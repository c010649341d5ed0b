/** Teeth, gums and tongue of one person. */
import type { Random } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';
import type { Rgb } from './look.ts';

export interface MouthLook {
  offset: [number, number, number];
  /** Linear RGB. */
  enamel: Rgb;
  gums: Rgb;
  tongue: Rgb;
  plaque: number;
  wear: number;
  translucency: number;
  tongueCoating: number;
  hasBraces: boolean;
  /** Where across the upper row a tooth is of gold, cm; null = none. */
  goldTooth: number | null;
}

export function sampleMouth(random: Random, { age, melanin }: Traits): MouthLook {
  const old = Math.min(1, Math.max(0, (age - 25) / 55));
  const yellow = Math.min(1, Math.max(0, random.normal(0.25 + 0.4 * old, 0.2)));
  const bright = random.uniform(0.84, 1) * (1 - 0.1 * old);
  const dark = Math.max(0, melanin - 0.45) * random.next();
  const pink = random.uniform(0.85, 1.1);
  return {
    offset: [random.uniform(0, 64), random.uniform(0, 64), random.uniform(0, 64)],
    enamel: [0.76 * bright, (0.74 - 0.09 * yellow) * bright, (0.67 - 0.27 * yellow) * bright],
    gums: [0.47 * pink * (1 - 0.7 * dark), 0.19 * (1 - 0.6 * dark), 0.18 * (1 - 0.5 * dark)],
    tongue: [0.45 * pink, random.uniform(0.17, 0.23), random.uniform(0.16, 0.22)],
    plaque: random.uniform(0.1, 0.5) + 0.4 * old, wear: random.next(), translucency: random.uniform(0.2, 1), tongueCoating: random.uniform(0, 0.5),
    hasBraces: random.chance(age < 24 ? 0.12 : 0.015), goldTooth: random.chance(0.015) ? random.pick([-1.9, -1.2, 1.2, 1.9]) : null,
  };
}

/** `[7, 4]` for the material. */
export function mouthParameters(look: MouthLook, socket: Rgb): Float32Array {
  return Float32Array.from([
    ...look.enamel, look.goldTooth ?? 99,
    ...look.gums, look.hasBraces ? 1 : 0,
    ...look.tongue, look.plaque,
    look.wear, look.translucency, look.tongueCoating, 0,
    ...socket, 0,
    0.6, 0.3, 0.25, 0,
    ...look.offset, 0,
  ]);
}
