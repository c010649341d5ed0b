/** What eyes look like, as plain data: pigment and pattern of the iris, pupil, white, wetness, lenses. */
import type { Random } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';

type Rgb = [red: number, green: number, blue: number];

export interface IrisLook {
  /** Linear RGB of the outer part and of the zone around the pupil. */
  outer: Rgb;
  inner: Rgb;
  /** Where the inner zone ends, 0 pupil .. 1 rim, and how sharply. */
  collarette: number;
  /** Contrast of the radial fibres, their number, crypts, flecks, 0..1. */
  fibres: number;
  numFibres: number;
  crypts: number;
  flecks: number;
  /** Dark ring at the rim: strength and width. */
  limbus: number;
  limbusWidth: number;
  /** A sector of another colour; strength 0 = none. */
  sector: { angleRadians: number; width: number; strength: number };
  offset: [number, number, number];
}

export interface EyesLook {
  left: IrisLook;
  right: IrisLook;
  /** Radius of the iris over that of the head model, 0.92..1.1. */
  irisScale: number;
  /** Radius of the pupil over that of the iris. */
  pupil: number;
  /** Linear RGB. */
  sclera: Rgb;
  veins: number;
  redness: number;
  /** White ring of age around the iris, 0..1. */
  arcus: number;
  wetness: number;
  /** Coloured or patterned contact lenses. */
  lens: { colour: Rgb; strength: number; ring: number } | null;
}

/** Iris colours as displayed (sRGB, 0..255): outer and inner zone. Families are mixed with their neighbours. */
const IRIS_FAMILIES: readonly { name: string; outer: Rgb; inner: Rgb; melanin: number }[] = [
  { name: 'light blue', outer: [118, 136, 150], inner: [134, 146, 150], melanin: 0 },
  { name: 'blue', outer: [82, 102, 122], inner: [104, 118, 126], melanin: 0.05 },
  { name: 'grey', outer: [108, 118, 124], inner: [122, 124, 118], melanin: 0.1 },
  { name: 'blue-green', outer: [84, 104, 106], inner: [108, 108, 88], melanin: 0.18 },
  { name: 'green', outer: [88, 94, 74], inner: [108, 92, 64], melanin: 0.28 },
  { name: 'hazel', outer: [92, 84, 58], inner: [104, 70, 42], melanin: 0.42 },
  { name: 'amber', outer: [112, 76, 44], inner: [116, 74, 42], melanin: 0.5 },
  { name: 'light brown', outer: [94, 64, 42], inner: [98, 62, 38], melanin: 0.6 },
  { name: 'brown', outer: [76, 47, 28], inner: [84, 48, 26], melanin: 0.75 },
  { name: 'dark brown', outer: [47, 29, 20], inner: [54, 31, 19], melanin: 0.9 },
  { name: 'near black', outer: [31, 21, 16], inner: [34, 21, 15], melanin: 1 },
];

const clamp01 = (x: number) => Math.min(1, Math.max(0, x));
const toLinear = (value: number) => (value / 255) ** 2.2;

/** @param traits - light eyes go with light skin and hair; the same stream and traits give the same JSON */
export function sampleEyes(random: Random, traits: Traits): EyesLook {
  const { age, melanin, hairMelanin } = traits;
  const old = clamp01((age - 40) / 45);
  // Under light skin every colour is about equally frequent; under dark skin nearly all eyes are brown.
  const least = clamp01((melanin - 0.12) * 2.2) * 0.72 + 0.1 * clamp01(hairMelanin - 0.6);
  const pigment = clamp01(random.chance(0.03) ? random.next() : least + (1 - least) * random.next() ** (0.9 + 0.6 * (1 - melanin)));
  const left = sampleIris(random.stream('left'), pigment, random);
  const isOdd = random.chance(0.02);
  const right = isOdd ? sampleIris(random.stream('right'), random.next(), random) : { ...left, offset: randomOffset(random.stream('right')) };
  const yellow = clamp01(random.normal(0.15 + 0.35 * old + 0.15 * melanin, 0.15));
  const white = random.uniform(0.48, 0.62) * (1 - 0.1 * melanin);
  return {
    left, right,
    irisScale: random.normal(1.08, 0.035, 2), pupil: random.uniform(0.27, 0.52) * (1 - 0.18 * old),
    sclera: [white, white * (0.955 - 0.025 * yellow), white * (0.915 - 0.16 * yellow)],
    veins: random.uniform(0.1, 0.8) + 0.2 * old, redness: random.chance(0.1) ? random.uniform(0.4, 1) : random.uniform(0, 0.3),
    arcus: random.chance(0.5 * old) ? random.uniform(0.2, 0.8) : 0, wetness: random.uniform(0.6, 1), lens: sampleLens(random.stream('lens')),
  };
}

const randomOffset = (random: Random): [number, number, number] => [random.uniform(0, 64), random.uniform(0, 64), random.uniform(0, 64)];

function sampleIris(random: Random, pigment: number, shared: Random): IrisLook {
  const at = pigment * (IRIS_FAMILIES.length - 1);
  const low = IRIS_FAMILIES[Math.floor(at)]!, high = IRIS_FAMILIES[Math.min(IRIS_FAMILIES.length - 1, Math.floor(at) + 1)]!;
  const brightness = shared.uniform(0.8, 1.25);
  const mix = (zone: 'outer' | 'inner') => [0, 1, 2].map((k) => toLinear(low[zone][k]! + (at % 1) * (high[zone][k]! - low[zone][k]!)) * brightness * shared.uniform(0.93, 1.07)) as Rgb;
  return {
    outer: mix('outer'), inner: mix('inner'), collarette: shared.uniform(0.25, 0.6), fibres: shared.uniform(0.3, 1) * (1 - 0.4 * pigment), numFibres: shared.integer(28, 60),
    crypts: shared.uniform(0, 0.9), flecks: shared.chance(0.3) ? shared.next() : 0, limbus: shared.uniform(0.35, 0.95), limbusWidth: shared.uniform(0.1, 0.26),
    sector: { angleRadians: shared.uniform(-Math.PI, Math.PI), width: shared.uniform(0.2, 0.8), strength: shared.chance(0.02) ? shared.uniform(0.4, 0.9) : 0 },
    offset: randomOffset(random),
  };
}

function sampleLens(random: Random): EyesLook['lens'] {
  if (!random.chance(0.012)) return null;
  const colour = random.pick<Rgb>([[0.05, 0.25, 0.5], [0.05, 0.35, 0.12], [0.3, 0.1, 0.45], [0.45, 0.02, 0.02], [0.5, 0.45, 0.1], [0.6, 0.6, 0.6], [0.01, 0.01, 0.01]]);
  return { colour, strength: random.uniform(0.5, 0.95), ring: random.uniform(0.3, 1) };
}
