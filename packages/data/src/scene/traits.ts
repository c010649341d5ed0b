/**
 * Who a person is, before any look is drawn. All people equally: a quarter each of 16-29, 30-44, 45-59 and 60-85 years,
 * feminine and masculine mirror images of each other with one in eight in between, and every skin tone from very light to
 * very dark with the same probability. A network that learns faces from these must not know some people better.
 */
import type { Random } from '../random/random.ts';
import type { Traits } from './scene.ts';

const AGES = [[16, 30], [30, 45], [45, 60], [60, 86]] as const;

export function sampleTraits(random: Random): Traits {
  const [youngest, oldest] = random.pick(AGES);
  const age = Math.floor(random.uniform(youngest, oldest));
  const masculine = sampleMasculine(random);
  const melanin = random.next();
  const haemoglobin = clamp01(random.normal(0.5, 0.18));
  return { age, masculine, melanin, haemoglobin, ...sampleHairPigment(random, melanin) };
}

function sampleMasculine(random: Random): number {
  if (random.chance(0.125)) return random.uniform(0.3, 0.7);
  const strength = Math.abs(random.normal(0, 0.12, 2.5));
  return random.chance(0.5) ? strength : 1 - strength;
}

/** Light skin goes with every natural colour, dark skin with black and dark brown; red needs light skin. */
function sampleHairPigment(random: Random, melanin: number): { hairMelanin: number; hairRedness: number } {
  const darkness = random.next();
  const least = Math.min(0.8, 0.05 + 1.5 * melanin);
  const hairMelanin = least + (1 - least) * Math.sqrt(darkness);
  const isRed = random.chance(0.14 * Math.max(0, 1 - 2.2 * melanin));
  const hairRedness = isRed ? random.uniform(0.6, 1) : random.uniform(0, 0.35) * (1 - 0.5 * melanin);
  return { hairMelanin: isRed ? hairMelanin * 0.6 : hairMelanin, hairRedness };
}

const clamp01 = (x: number) => Math.min(1, Math.max(0, x));
