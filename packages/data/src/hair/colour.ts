/** Colour of hair: pigment, grey with age, dye. Shared by the scalp, brows and beards of one person. */
import type { Random } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';
import { clamp, smoothstep } from './noise.ts';

export type Rgb = [number, number, number];

/** What dye does: `whole` all hair, `roots` all but the roots, `ombre` the tips, `highlights` single strands, `streak` a lock in front, `split` one side. */
export const DYES = ['none', 'whole', 'roots', 'ombre', 'highlights', 'streak', 'split'] as const;
export type Dye = (typeof DYES)[number];

export interface HairColour {
  /** Eumelanin and pheomelanin, 0..1. */
  melanin: number;
  redness: number;
  /** Share of strands without pigment. */
  grey: number;
  dye: { kind: Dye; colour: Rgb; amount: number };
  /** 0..1 difference between strands. */
  variation: number;
  /** Factors of brightness at roots and tips. */
  root: number;
  tip: number;
}

/** Linear colour of a fibre by pigment: from platinum over blond, red and brown to black. */
export function pigmentColour(melanin: number, redness: number): Rgb {
  // Absorption fitted by eye to photographs of blond (0.25), brown (0.5) and black (1) hair.
  const m = clamp(melanin, 0, 1.1), red = clamp(redness, 0, 1) * (1 - 0.6 * m * m);
  return [
    0.78 * Math.exp(-(4.1 * m - 0.05 * m * m) - 0.12 * red),
    0.66 * Math.exp(-(5.8 * m - 1.5 * m * m) - 0.95 * red),
    0.46 * Math.exp(-(7.6 * m - 3.4 * m * m) - 1.7 * red),
  ];
}

export const GREY: Rgb = [0.5, 0.49, 0.47];

export function sampleHairColour(random: Random, traits: Traits): HairColour {
  const feminine = 1 - traits.masculine;
  const grey = clamp(greyShare(traits) * random.uniform(0.85, 1.05), 0, 1);
  const colour: HairColour = {
    melanin: clamp(traits.hairMelanin + random.normal(0, 0.03), 0.02, 1), redness: clamp(traits.hairRedness + random.normal(0, 0.04), 0, 1), grey,
    dye: { kind: 'none', colour: [0, 0, 0], amount: 0 },
    variation: random.uniform(0.15, 0.6), root: random.uniform(0.62, 0.95), tip: random.uniform(1, 1.45),
  };
  const vivid = random.chance(0.05 + (traits.age < 40 ? 0.05 * feminine : 0));
  const dyed = vivid || random.chance(0.12 + 0.3 * feminine);
  if (!dyed) return colour;
  const kind = random.weighted({ whole: 0.36, roots: 0.14, ombre: 0.16, highlights: 0.24, streak: 0.06, split: vivid ? 0.06 : 0 });
  colour.dye = { kind, colour: vivid ? vividColour(random) : naturalDye(random, kind, colour), amount: random.uniform(0.75, 1) };
  if (kind === 'whole' || kind === 'roots') colour.grey *= kind === 'whole' ? 0.05 : 0.5;
  return colour;
}

/** Share of grey strands at this age. When it begins is a matter of the person, not of the draw: scalp, brows and beard agree. */
export function greyShare({ age, hairMelanin, haemoglobin }: Traits): number {
  const person = (hairMelanin * 7919 + haemoglobin * 104729) % 1;
  const onset = 50 + 26 * (Math.abs(person) - 0.5);
  return smoothstep(onset - 12, onset + 24, age);
}

/** Blond, auburn, brown or black from the bottle; what only shows on some strands is lighter than they are. */
function naturalDye(random: Random, kind: Dye, { melanin }: HairColour): Rgb {
  const lighter = kind === 'whole' || kind === 'roots' ? random.uniform(0.02, 1) : Math.max(0.02, melanin - random.uniform(0.15, 0.5));
  return pigmentColour(lighter, random.chance(0.3) ? random.uniform(0.4, 1) : random.uniform(0, 0.35));
}

function vividColour(random: Random): Rgb {
  const hue = random.pick([0, 0.02, 0.05, 0.08, 0.3, 0.38, 0.48, 0.53, 0.6, 0.64, 0.72, 0.78, 0.84, 0.9, 0.94]) + random.normal(0, 0.015, 2);
  const pastel = random.chance(0.35) ? random.uniform(0.25, 0.55) : random.uniform(0.7, 1);
  const value = random.uniform(0.25, 0.65);
  return [0, 1 / 3, 2 / 3].map((shift) => {
    const channel = clamp(Math.abs((((hue - shift) % 1 + 1.5) % 1) * 6 - 3) - 1, 0, 1);
    return value * (1 - pastel * (1 - (1 - channel))) * (0.12 + 0.88 * (1 - pastel + pastel * (1 - channel))) + 0.01;
  }) as Rgb;
}
