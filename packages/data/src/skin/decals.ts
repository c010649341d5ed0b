/** Drawn on skin: tattoos, face paint, stickers and bindis, as distance functions that the baker knows by number. */
import type { Random } from '../random/random.ts';
import type { Rgb } from './look.ts';
import { hue } from './makeup.ts';
import { pointOnFace } from './marks.ts';

/** In the order of the baker's `decal_distance`. */
export const DECAL_KINDS = [
  'disc', 'ring', 'star', 'heart', 'cross', 'tear', 'crescent', 'stripes', 'dots', 'spiral', 'wave', 'triangle', 'diamond', 'flower', 'lightning', 'script', 'chevrons', 'thorns', 'grid', 'sun',
] as const;
export type DecalKind = (typeof DECAL_KINDS)[number];

export interface Decal {
  kind: DecalKind;
  /** On the standard head, cm. */
  centre: [number, number, number];
  /** Half of its size, cm. */
  radius: number;
  angleRadians: number;
  colour: Rgb;
  opacity: number;
  /** Width of outlines over the radius; 0 = filled. */
  outline: number;
  /** Also on the other half of the face. */
  isMirrored: boolean;
}

export const MAX_DECALS = 6;

export function sampleDecals(random: Random): Decal[] {
  const design = random.weighted({ none: 82, tattoo: 9, paint: 4, stripes: 1.5, half: 0.8, bindi: 1.2, sticker: 1.5 });
  const ink = (): Rgb => (random.chance(0.75) ? [0.03, 0.045, 0.05] : hue(random, [0, 1], [0.5, 0.9], [0.2, 0.6]));
  const make = (overrides: Partial<Decal>): Decal => ({
    kind: random.pick(DECAL_KINDS), centre: pointOnFace(random), radius: random.uniform(0.4, 1.6), angleRadians: random.normal(0, 0.4),
    colour: ink(), opacity: random.uniform(0.5, 0.85), outline: random.chance(0.6) ? random.uniform(0.1, 0.25) : 0, isMirrored: false, ...overrides,
  });
  const several = (count: number, overrides: () => Partial<Decal>) => Array.from({ length: count }, () => make(overrides()));
  const paint = () => hue(random, [0, 1], [0.5, 1], [0.3, 0.95]);
  switch (design) {
    case 'tattoo': return several(random.integer(1, 3), () => (random.chance(0.4) ? { centre: [random.uniform(-6, 6), random.uniform(-15, -9.5), 4], radius: random.uniform(1, 3.2) } : {}));
    case 'paint': return several(random.integer(1, MAX_DECALS), () => ({ colour: paint(), opacity: random.uniform(0.7, 0.95), radius: random.uniform(0.5, 2.2), isMirrored: random.chance(0.5) }));
    case 'stripes': {
      const colour = random.chance(0.4) ? ([0.02, 0.02, 0.02] as Rgb) : paint();
      return [make({ kind: random.pick(['stripes', 'chevrons', 'wave', 'dots'] as const), centre: [4, random.uniform(-1.5, 1), 8.5], radius: random.uniform(1.2, 2.4), colour, opacity: 0.9, outline: 0, isMirrored: true })];
    }
    case 'half': return [make({ kind: 'disc', centre: [random.chance(0.5) ? 14 : -14, 0, 6], radius: random.uniform(13, 15), colour: paint(), opacity: random.uniform(0.6, 0.9), outline: 0 })];
    case 'bindi': return [make({ kind: random.pick(['disc', 'tear', 'diamond', 'flower'] as const), centre: [0, random.uniform(5.1, 6), 9.8], radius: random.uniform(0.18, 0.45), angleRadians: 0, colour: hue(random, [-0.05, 0.03], [0.8, 1], [0.4, 0.8]), opacity: 1, outline: 0 })];
    case 'sticker': return several(random.integer(2, 5), () => ({ kind: random.pick(['star', 'heart', 'flower', 'disc'] as const), radius: random.uniform(0.2, 0.45), colour: paint(), opacity: 1, outline: 0 }));
    default: return [];
  }
}
