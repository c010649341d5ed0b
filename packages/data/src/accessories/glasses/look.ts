/** Glasses and sunglasses as plain data. */
import type { Random } from '../../random/random.ts';
import type { Traits } from '../../scene/scene.ts';
import type { HardStuff } from '../materials/hard.ts';
import type { LensStuff } from '../materials/lens.ts';
import { acetate, metal } from '../stuffs.ts';
import { type FrameShape, OUTLINES, type OutlineShape } from './outline.ts';

export const RIMS = ['full', 'half', 'rimless', 'browline'] as const;
export type Rim = (typeof RIMS)[number];

export interface GlassesLook {
  kind: 'glasses' | 'sunglasses';
  shape: FrameShape;
  outline: OutlineShape;
  rim: Rim;
  frame: HardStuff;
  hardware: HardStuff;
  /** Thickness of the rim seen from the front, and its depth, cm. */
  rimWidth: number;
  rimDepth: number;
  /** Distance of the lenses, cm. */
  bridgeWidth: number;
  /** One bar, a saddle moulded from the frame, or two bars. */
  bridge: 'wire' | 'saddle' | 'double';
  /** Height of the temples where they meet the front, cm. */
  templeHeight: number;
  /** How far the glasses slid down the nose, cm. */
  slip: number;
  lens: LensStuff;
  /** Depth of the lens's bulge, as 1 / radius, 1/cm. */
  lensCurve: number;
}

const shapeWeights: Record<FrameShape, number> = {
  round: 1, oval: 0.8, panto: 1.2, rectangular: 1.6, square: 1.2, wayfarer: 1.4, aviator: 0.9, 'cat-eye': 0.6, browline: 0.7, hexagonal: 0.4, butterfly: 0.4, oversized: 0.6, slim: 0.5, navigator: 0.5,
};

/** @param kind - clear lenses, or dark ones (where some shapes are more usual) */
export function sampleGlasses(random: Random, traits: Traits, kind: 'glasses' | 'sunglasses'): GlassesLook {
  const weights = { ...shapeWeights };
  const feminine = 1 - traits.masculine;
  weights['cat-eye'] *= 0.3 + 2.4 * feminine;
  weights.butterfly *= 0.2 + 2 * feminine;
  weights.oversized *= 0.4 + 1.6 * feminine;
  if (kind === 'sunglasses') { weights.aviator *= 3; weights.wayfarer *= 2; weights.navigator *= 2; weights.oversized *= 1.8; weights.slim *= 0.6; }
  const shape = random.weighted(weights);
  const base = OUTLINES[shape];
  const outline: OutlineShape = {
    ...base, aspect: base.aspect * random.uniform(0.92, 1.08), power: Math.max(2, base.power * random.uniform(0.88, 1.12)), taper: base.taper + random.uniform(-0.03, 0.03),
    lift: base.lift + random.uniform(-0.03, 0.03), size: base.size * random.uniform(0.95, 1.05),
  };
  const rim: Rim = shape === 'browline' ? 'browline' : random.weighted({ full: 1, half: shape === 'round' || kind === 'sunglasses' ? 0.03 : 0.16, rimless: kind === 'sunglasses' ? 0.06 : 0.12 });
  const isMetal = rim !== 'browline' && (rim === 'rimless' || random.chance(shape === 'aviator' || shape === 'navigator' || rim === 'half' ? 0.85 : shape === 'wayfarer' || shape === 'cat-eye' ? 0.1 : 0.38));
  const polished = metal(random.stream('hardware'));
  const hardware = { ...polished, roughness: Math.max(0.28, polished.roughness) };  // thin wires that shine break up into dots
  const frame = isMetal ? hardware : acetate(random.stream('frame'));
  const thick = isMetal ? random.uniform(0.1, 0.17) : random.uniform(0.22, 0.52);
  return {
    kind, shape, outline, rim, frame, hardware, rimWidth: thick, rimDepth: isMetal ? random.uniform(0.1, 0.18) : random.uniform(0.26, 0.42),
    bridgeWidth: random.uniform(1.5, 2.2), bridge: isMetal || rim === 'browline' ? (shape === 'aviator' || shape === 'navigator' || random.chance(0.08) ? 'double' : 'wire') : 'saddle',
    templeHeight: isMetal ? random.uniform(0.12, 0.4) : random.uniform(0.35, 1.05), slip: Math.abs(random.normal(0, 0.14, 2.5)),
    lens: kind === 'sunglasses' ? darkLens(random.stream('lens')) : clearLens(random.stream('lens')), lensCurve: random.uniform(1 / 26, 1 / 13),
  };
}

function clearLens(random: Random): LensStuff {
  const coating = random.weighted({ plain: 0.45, antireflective: 0.4, blue: 0.15 });
  const absorb = random.chance(0.12) ? random.uniform(0.08, 0.3) : random.uniform(0.01, 0.05);  // some darken a little in the light
  return {
    tint: random.chance(0.1) ? [0.25, 0.14, 0.06] : [0.1, 0.11, 0.11], absorbTop: absorb, absorbBottom: absorb * random.uniform(0.5, 1),
    mirror: coating === 'plain' ? [1, 1, 1] : coating === 'blue' ? [0.35, 0.5, 1] : random.pick([[0.4, 1, 0.6], [0.6, 0.5, 1]] as const),
    reflectance: coating === 'plain' ? 0.075 : random.uniform(0.02, 0.045),
  };
}

function darkLens(random: Random): LensStuff {
  const finish = random.weighted({ dark: 0.5, gradient: 0.3, mirrored: 0.2, tinted: 0.15 });
  const tint = random.pick([[0.015, 0.015, 0.016], [0.09, 0.045, 0.015], [0.02, 0.035, 0.02], [0.015, 0.025, 0.06], [0.06, 0.02, 0.05]] as const);
  const light = random.pick([[0.5, 0.28, 0.04], [0.5, 0.1, 0.12], [0.1, 0.25, 0.5], [0.5, 0.36, 0.1], [0.3, 0.14, 0.4]] as const);
  const absorb = random.uniform(0.82, 0.97);
  if (finish === 'tinted') return { tint: light, absorbTop: random.uniform(0.35, 0.6), absorbBottom: random.uniform(0.25, 0.45), mirror: [1, 1, 1], reflectance: 0.06 };
  if (finish === 'mirrored') return { tint, absorbTop: 0.95, absorbBottom: 0.95, mirror: random.pick([[0.95, 0.95, 0.97], [1, 0.72, 0.3], [0.35, 0.6, 1], [1, 0.45, 0.35], [0.45, 1, 0.75]] as const), reflectance: random.uniform(0.35, 0.7) };
  return { tint, absorbTop: absorb, absorbBottom: finish === 'gradient' ? random.uniform(0.15, 0.5) : absorb * random.uniform(0.95, 1), mirror: [1, 1, 1], reflectance: random.uniform(0.05, 0.09) };
}

