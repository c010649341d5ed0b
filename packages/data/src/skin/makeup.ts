/** What is applied to a face: foundation, blush, contour, highlighter, eye shadow, liner, lipstick, glitter. */
import type { Random } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';
import type { Rgb } from './look.ts';

export interface Makeup {
  /** Evens the skin out, 0..1, and makes it matt. */
  foundation: number;
  concealer: number;
  /** Linear RGB; placed on the apple of the cheek (0) or along the cheekbone (1). */
  blush: { colour: Rgb; strength: number; lift: number } | null;
  contour: number;
  highlight: number;
  /** `reach` 0 lid only .. 1 to the brow; the outer colour is blended in at the outer corner. */
  eyeShadow: { colour: Rgb; outer: Rgb; strength: number; reach: number; glitter: number; lower: number } | null;
  /** Line along the lashes: width in cm, wing beyond the corner in cm. */
  eyeliner: { colour: Rgb; strength: number; width: number; wing: number; lower: number } | null;
  lipstick: { colour: Rgb; strength: number; gloss: number; overline: number; liner: number; ombre: number } | null;
}

export const NO_MAKEUP: Makeup = { foundation: 0, concealer: 0, blush: null, contour: 0, highlight: 0, eyeShadow: null, eyeliner: null, lipstick: null };

export function sampleMakeup(random: Random, { masculine, age, melanin }: Traits): Makeup {
  const wears = random.chance(0.03 + 0.72 * Math.max(0, 1 - 1.7 * masculine));
  if (!wears) return NO_MAKEUP;
  const intensity = random.next() ** 1.3;
  const isBold = random.chance(0.12);
  const any = (chance: number) => random.chance(chance * (0.5 + 0.7 * intensity));
  return {
    foundation: random.uniform(0.1, 0.75) * (0.4 + 0.6 * intensity),
    concealer: random.uniform(0, 0.8),
    blush: any(0.6) ? { colour: hue(random, [-0.05, 0.06], [0.45, 0.75], [0.45, 0.8]), strength: random.uniform(0.08, 0.35) + 0.2 * intensity, lift: random.next() } : null,
    contour: any(0.3) ? random.uniform(0.1, 0.5) : 0,
    highlight: any(0.35) ? random.uniform(0.15, 0.9) : 0,
    eyeShadow: any(0.55) ? sampleEyeShadow(random, intensity, isBold) : null,
    eyeliner: any(0.65) ? sampleEyeliner(random, isBold) : null,
    lipstick: any(0.75) ? sampleLipstick(random, intensity, isBold, age, melanin) : null,
  };
}

function sampleEyeShadow(random: Random, intensity: number, isBold: boolean): Makeup['eyeShadow'] {
  const natural = () => hue(random, [0.01, 0.09], [0.2, 0.6], [0.12, 0.55]);
  const colourful = () => hue(random, [0, 1], [0.35, 0.95], [0.1, 0.8]);
  const colour = isBold || random.chance(0.3) ? colourful() : natural();
  const outer = random.chance(0.5) ? (colour.map((value) => value * random.uniform(0.15, 0.6)) as Rgb) : isBold ? colourful() : natural();
  return { colour, outer, strength: random.uniform(0.25, 0.6) + 0.35 * intensity, reach: random.next() ** 1.5, glitter: random.chance(0.3) ? random.next() : 0, lower: random.uniform(0, 0.6) };
}

function sampleEyeliner(random: Random, isBold: boolean): Makeup['eyeliner'] {
  const colour: Rgb = isBold && random.chance(0.5) ? hue(random, [0, 1], [0.6, 1], [0.15, 0.8]) : [0.012, 0.01, 0.012];
  return { colour, strength: random.uniform(0.4, 1), width: random.uniform(0.06, 0.2), wing: random.chance(0.4) ? random.uniform(0.2, 0.9) : 0, lower: random.chance(0.45) ? random.uniform(0.2, 1) : 0 };
}

function sampleLipstick(random: Random, intensity: number, isBold: boolean, age: number, melanin: number): Makeup['lipstick'] {
  const kind = random.weighted({ nude: 3, pink: 3, red: 3, berry: 2, brown: 1.5, any: isBold ? 8 : 0.3, black: isBold ? 2 : 0.05 });
  const colours: Record<typeof kind, () => Rgb> = {
    nude: () => hue(random, [0.01, 0.06], [0.35, 0.6], [0.45, 0.75]), pink: () => hue(random, [-0.1, 0], [0.45, 0.8], [0.5, 0.85]), red: () => hue(random, [-0.02, 0.02], [0.8, 0.97], [0.35, 0.8]),
    berry: () => hue(random, [-0.12, -0.02], [0.7, 0.95], [0.15, 0.4]), brown: () => hue(random, [0.01, 0.06], [0.55, 0.85], [0.15, 0.4]), any: () => hue(random, [0, 1], [0.4, 1], [0.15, 0.85]),
    black: () => [0.015, 0.012, 0.015],
  };
  // Quiet colours are chosen to the skin: what is nude on one is white on another.
  const tone = kind === 'nude' || kind === 'pink' ? 1 - 0.72 * melanin : 1;
  return {
    colour: colours[kind]().map((value) => value * tone) as Rgb, strength: Math.min(1, random.uniform(0.3, 0.75) + 0.3 * intensity), gloss: random.chance(0.45) ? random.uniform(0.3, 1) : 0,
    overline: random.uniform(-0.03, 0.07), liner: random.chance(0.3) ? random.uniform(0.2, 0.8) : 0, ombre: random.chance(0.15) && age < 50 ? random.uniform(0.3, 0.9) : 0,
  };
}

/** A colour by hue (turns), saturation and brightness, the latter as displayed; the result is linear. */
export function hue(random: Random, hueRange: readonly [number, number], saturationRange: readonly [number, number], valueRange: readonly [number, number]): Rgb {
  const [h, s, v] = [random.uniform(...hueRange), random.uniform(...saturationRange), random.uniform(...valueRange)];
  const channel = (n: number) => {
    const k = (((n + h * 6) % 6) + 6) % 6;
    return (v * (1 - s * Math.max(0, Math.min(k, 4 - k, 1)))) ** 2.2;
  };
  return [channel(5), channel(3), channel(1)];
}
