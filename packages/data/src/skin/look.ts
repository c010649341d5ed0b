/**
 * What a skin looks like, as plain data drawn from a seed: pigment, regions, marks, wrinkles, make-up and ink. Most are
 * continuous families (a strength, a density, a colour); the named parts combine freely, so that there are far more than
 * 200 different kinds of skin before a single number is counted.
 */
import type { Random } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';
import { type Decal, sampleDecals } from './decals.ts';
import { type Makeup, sampleMakeup } from './makeup.ts';
import { type Mark, sampleMarks } from './marks.ts';
import { type MouthLook, sampleMouth } from './mouth.ts';
import type { Pigments } from './pigment.ts';
import { sampleWrinkles, type Wrinkles } from './wrinkles.ts';

export type Rgb = [red: number, green: number, blue: number];

/** Strengths are 0..1 unless something else is said; lengths are cm on the standard head. */
export interface SkinLook {
  /** Where in the noise this person lies. */
  offset: [number, number, number];
  pigments: Pigments;
  /** Added to melanin and haemoglobin by low-frequency mottling. */
  mottling: { melanin: number; haemoglobin: number; frequency: number };
  /** Added haemoglobin: nose, cheeks, ears, around the lids. */
  redness: { nose: number; cheeks: number; ears: number; lids: number; chin: number };
  /** Eye sockets: shadowed colour below the lower lids and on the lids. */
  darkCircles: number;
  /** Blue shadow of veins at temples, lids and neck; fine red vessels on nose and cheeks. */
  veins: { blue: number; red: number };
  /** Lips: own pigments added, contrast of their outline, dryness. */
  lips: { melanin: number; haemoglobin: number; darkerUpper: number; dryness: number; moisture: number };
  freckles: { strength: number; density: number; size: number; spread: number } | null;
  ageSpots: { strength: number; density: number } | null;
  /** Patches that are larger than marks. `threshold` -1..1: lower is more. */
  vitiligo: { threshold: number; symmetry: number } | null;
  melasma: number;
  birthmark: { centre: [number, number, number]; radius: number; haemoglobin: number; melanin: number } | null;
  sunburn: { strength: number; goggles: number } | null;
  /** Tan outside of goggles (x, y radii about the eyes) or above a collar line. */
  tanLine: { kind: 'goggles' | 'collar'; melanin: number } | null;
  marks: Mark[];
  /** Pits left by acne. */
  pits: number;
  wrinkles: Wrinkles;
  texture: { pores: number; grain: number; roughness: number; oil: number; sweat: number };
  /** Shadow of a shaved beard: strength, colour, height of the line on the cheek. */
  shadow: { strength: number; colour: Rgb; line: number } | null;
  mouth: MouthLook;
  makeup: Makeup;
  decals: Decal[];
}

const clamp01 = (x: number) => Math.min(1, Math.max(0, x));
/** 0 below `from`, 1 above `to`. */
const ramp = (x: number, from: number, to: number) => clamp01((x - from) / (to - from));

/** @param traits - tone, age and presentation of the person; the same stream and traits give the same JSON */
export function sampleSkin(random: Random, traits: Traits): SkinLook {
  const { age, masculine, melanin } = traits;
  const pale = 1 - ramp(melanin, 0.1, 0.55);
  const pigments = samplePigments(random.stream('pigments'), traits);
  const base = random.stream('base');
  const flush = base.uniform(0.4, 1.3);
  return {
    offset: [base.uniform(0, 64), base.uniform(0, 64), base.uniform(0, 64)],
    pigments,
    mottling: { melanin: base.uniform(0.012, 0.035) * (0.6 + 0.8 * ramp(age, 20, 70)) * (1 + 1.6 * melanin), haemoglobin: base.uniform(0.03, 0.11), frequency: base.uniform(0.3, 0.7) },
    redness: {
      nose: base.uniform(0.08, 0.34) * flush, cheeks: base.uniform(0.08, 0.32) * flush, ears: base.uniform(0.12, 0.4) * flush,
      lids: base.uniform(0.06, 0.22), chin: base.uniform(0, 0.16) * flush,
    },
    darkCircles: clamp01(base.normal(0.28, 0.2) + 0.15 * ramp(age, 25, 60) + 0.1 * ramp(melanin, 0.35, 0.7)),
    veins: { blue: base.uniform(0, 0.5) * pale, red: base.chance(0.3) ? base.uniform(0.2, 1) * pale * ramp(age, 20, 60) : 0 },
    lips: sampleLips(random.stream('lips'), traits),
    ...samplePatches(random.stream('patches'), traits),
    marks: sampleMarks(random.stream('marks'), traits),
    pits: base.chance(0.1) ? base.uniform(0.2, 1) : 0,
    wrinkles: sampleWrinkles(random.stream('wrinkles'), age),
    texture: {
      pores: base.uniform(0.3, 1) * (0.7 + 0.4 * masculine), grain: base.uniform(0.35, 1) * (0.7 + 0.6 * ramp(age, 25, 75)),
      roughness: base.uniform(0.42, 0.56), oil: base.uniform(0, 1) ** 1.4 * (1 - 0.4 * ramp(age, 40, 75)), sweat: base.chance(0.06) ? base.uniform(0.3, 1) : 0,
    },
    shadow: sampleShadow(random.stream('shadow'), traits),
    mouth: sampleMouth(random.stream('mouth'), traits),
    makeup: sampleMakeup(random.stream('makeup'), traits),
    decals: sampleDecals(random.stream('decals')),
  };
}

function samplePigments(random: Random, { melanin, haemoglobin, hairRedness }: Traits): Pigments {
  // Evenly spread lightness needs a curve: pigment works exponentially.
  const red = ramp(hairRedness, 0.4, 1) * (1 - ramp(melanin, 0.2, 0.5));
  return {
    melanin: clamp01(0.02 + 0.96 * melanin + random.normal(0, 0.012, 2)),
    haemoglobin: 0.14 + 0.34 * haemoglobin + 0.06 * red,
    pheomelanin: clamp01(0.06 + 0.5 * red + random.uniform(0, 0.12)),
    carotene: clamp01(random.uniform(0, 0.75) * (1 - 0.6 * red)),
  };
}

function sampleLips(random: Random, { melanin, age }: Traits): SkinLook['lips'] {
  return {
    melanin: random.uniform(-0.02, 0.1) * (0.3 + 1.2 * ramp(melanin, 0.2, 0.8)),
    haemoglobin: random.uniform(0.42, 0.95) * (1 - 0.35 * ramp(age, 45, 85)),
    darkerUpper: random.uniform(0, 0.08) + 0.08 * ramp(melanin, 0.4, 0.9),
    dryness: random.uniform(0.1, 1), moisture: random.uniform(0, 0.7),
  };
}

type Patches = Pick<SkinLook, 'freckles' | 'ageSpots' | 'vitiligo' | 'melasma' | 'birthmark' | 'sunburn' | 'tanLine'>;

function samplePatches(random: Random, { age, melanin, masculine, hairRedness }: Traits): Patches {
  const light = 1 - ramp(melanin, 0.15, 0.6);
  const hasFreckles = random.chance(0.06 + 0.3 * light + 0.5 * light * hairRedness);
  const isSpotted = random.chance(0.75 * ramp(age, 45, 75));
  return {
    freckles: hasFreckles ? { strength: random.uniform(0.1, 0.34), density: random.uniform(0.2, 0.95), size: random.uniform(0.6, 1.3), spread: random.uniform(0.2, 1) } : null,
    ageSpots: isSpotted ? { strength: random.uniform(0.03, 0.13), density: random.uniform(0.15, 0.7) * ramp(age, 40, 80) } : null,
    vitiligo: random.chance(0.025) ? { threshold: random.uniform(-0.1, 0.35), symmetry: random.uniform(0.4, 1) } : null,
    melasma: random.chance(0.1 * (1 - masculine) + 0.02) ? random.uniform(0.03, 0.12) : 0,
    birthmark: random.chance(0.03) ? sampleBirthmark(random) : null,
    sunburn: random.chance(0.05 * light) ? { strength: random.uniform(0.25, 0.75), goggles: random.chance(0.3) ? 1 : 0 } : null,
    tanLine: random.chance(0.06) ? { kind: random.chance(0.5) ? 'goggles' : 'collar', melanin: random.uniform(0.05, 0.15) } : null,
  };
}

function sampleBirthmark(random: Random): SkinLook['birthmark'] {
  const isRed = random.chance(0.6);
  const angle = random.uniform(-1.1, 1.1);
  return {
    centre: [7 * Math.sin(angle), random.uniform(-7, 8), 9.5 * Math.cos(angle)], radius: random.uniform(0.8, 4.5),
    haemoglobin: isRed ? random.uniform(0.35, 0.9) : 0, melanin: isRed ? 0 : random.uniform(0.1, 0.22),
  };
}

function sampleShadow(random: Random, { masculine, age, hairMelanin, hairRedness }: Traits): SkinLook['shadow'] {
  if (masculine < 0.55 || age < 17 || !random.chance(0.85)) return null;
  const grey = ramp(age, 45, 80) * random.uniform(0.2, 1);
  const pigment: Rgb = [0.012 + 0.2 * (1 - hairMelanin) * (1 + hairRedness), 0.011 + 0.12 * (1 - hairMelanin), 0.012 + 0.06 * (1 - hairMelanin)];
  return { strength: random.uniform(0.08, 0.75) * ramp(masculine, 0.5, 0.9), colour: pigment.map((value) => value + grey * (0.35 - value)) as Rgb, line: random.uniform(-1, 0.8) };
}
