/** Brows, lashes and beards as data. */
import type { Random } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';
import { type HairColour, sampleHairColour } from '../hair/colour.ts';
import { clamp, smoothstep } from '../hair/noise.ts';

export const BROW_FAMILIES = ['natural', 'straight', 'arched', 'thin', 'thick', 'unibrow', 'plucked', 'drawn', 'slit', 'sparse', 'bushy', 'brushedUp'] as const;
export type BrowFamily = (typeof BROW_FAMILIES)[number];

export const BEARD_FAMILIES = [
  'none', 'fiveOClock', 'stubble', 'patchy', 'chevron', 'handlebar', 'pencil', 'walrus', 'soulPatch', 'goatee', 'vanDyke', 'circle', 'chinstrap',
  'muttonChops', 'shortBeard', 'boxed', 'fullBeard', 'longBeard',
] as const;
export type BeardFamily = (typeof BEARD_FAMILIES)[number];

/** cm and radians; the rest 0..1 or factors of the usual. */
export interface BrowLook {
  family: BrowFamily;
  /** Height of the band at its widest. */
  thickness: number;
  /** How much the bend is raised, and where along the brow. */
  arch: number; archAt: number;
  /** The tail raised or lowered; the whole raised; the beginning moved inwards. */
  tilt: number; raise: number; inward: number;
  /** Factor of the brow's length; taper of the tail; density of hairs. */
  reach: number; taper: number; density: number;
  length: number; width: number;
  /** Disorder of the direction; how steeply hairs rise from the skin; turned upwards. */
  mess: number; lift: number; upward: number;
  /** Place of a shaved slit along the right brow, or null. */
  slit: number | null;
  /** Difference of height between left and right. */
  asymmetry: number;
  colour: HairColour;
}

export interface LashLook {
  length: number; density: number;
  /** How far they turn upwards, radians. */
  curl: number;
  width: number;
  /** 0 single .. 1 stuck together by mascara. */
  clump: number;
  lower: number;
  colour: HairColour;
}

export interface BeardLook {
  family: BeardFamily;
  /** cm, per zone; 0: shaved. */
  moustache: number; chin: number; cheeks: number; sideburns: number; neck: number; soulPatch: number;
  /** Extent of the moustache beyond the corners of the mouth, cm; ends turned up, cm. */
  moustacheReach: number; handlebar: number;
  /** Height of the line on the cheek and depth of that on the neck, cm from the usual. */
  cheekLine: number; neckLine: number;
  density: number; patchiness: number; width: number;
  curl: number; mess: number;
  colour: HairColour;
}

export interface FacialHairLook { seed: number; brows: BrowLook; lashes: LashLook; beard: BeardLook }

export function sampleFacialHair(random: Random, traits: Traits): FacialHairLook {
  // Drawn from a stream of its own name, so that brows and beard match: it is one body's pigment.
  const colour = { ...sampleHairColour(random.stream('pigment'), traits) };
  colour.dye = { kind: 'none', colour: [0, 0, 0], amount: 0 };
  return {
    seed: random.stream('seed').integer(0, 2 ** 24), brows: sampleBrows(random.stream('brows'), traits, colour),
    lashes: sampleLashes(random.stream('lashes'), traits, colour), beard: sampleBeard(random.stream('beard'), traits, colour),
  };
}

function sampleBrows(random: Random, traits: Traits, hair: HairColour): BrowLook {
  const u = (low: number, high: number) => random.uniform(low, high);
  const m = traits.masculine, old = smoothstep(50, 80, traits.age);
  const family = random.weighted<BrowFamily>({
    natural: 5, straight: 2, arched: 1 + 2.5 * (1 - m), thin: 0.5 + 1.8 * (1 - m), thick: 1 + 1.8 * m, unibrow: 0.15 + 0.6 * m, plucked: 1.3 * (1 - m),
    drawn: 1.2 * (1 - m), slit: 0.35 * (1 - old), sparse: 0.4 + 1.4 * old, bushy: 0.2 + 2.6 * m * old + 0.6 * m, brushedUp: 0.8 * (1 - m * 0.5),
  });
  const look: BrowLook = {
    family, thickness: 0.62 + 0.28 * m + random.normal(0, 0.09, 2), arch: u(0, 0.3) + 0.2 * (1 - m), archAt: u(0.5, 0.72), tilt: random.normal(0, 0.18, 2),
    raise: random.normal(0.02, 0.14, 2), inward: random.normal(0, 0.13, 2), reach: u(0.9, 1.1), taper: u(0.5, 0.9), density: clamp(random.normal(1, 0.2, 2), 0.4, 1.5),
    length: 0.62 + 0.16 * m + random.normal(0, 0.08, 2), width: u(0.026, 0.04), mess: u(0.08, 0.3), lift: u(0.08, 0.25), upward: random.normal(0, 0.2, 2), slit: null,
    asymmetry: random.normal(0, 0.06, 2), colour: browColour(random, traits, hair),
  };
  switch (family) {
    case 'straight': look.arch = u(-0.12, 0.03); look.tilt = u(0, 0.25); break;
    case 'arched': look.arch = u(0.4, 0.75); look.tilt = u(-0.2, 0.1); break;
    case 'thin': look.thickness *= u(0.4, 0.6); look.length *= 0.85; break;
    case 'thick': look.thickness *= u(1.25, 1.6); look.density *= 1.25; break;
    case 'unibrow': look.inward = u(0.9, 1.15); look.thickness *= 1.15; break;
    case 'plucked': look.thickness *= u(0.3, 0.45); look.arch = u(0.3, 0.7); look.mess = 0.05; look.length *= 0.75; break;
    case 'drawn': look.density = 1.6; look.mess = 0.03; look.lift = 0.03; look.taper = u(0.8, 1); look.colour = { ...look.colour, variation: 0.05, grey: 0, melanin: clamp(look.colour.melanin + 0.15, 0, 1) }; break;
    case 'slit': look.slit = u(0.5, 0.8); break;
    case 'sparse': look.density *= u(0.3, 0.55); break;
    case 'bushy': look.length *= u(1.35, 1.9); look.thickness *= 1.25; look.mess = u(0.4, 0.8); look.lift = u(0.3, 0.55); look.density *= 1.15; break;
    case 'brushedUp': look.upward = u(0.5, 0.9); look.lift = u(0.15, 0.3); look.thickness *= 1.15; break;
    case 'natural': break;
  }
  return look;
}

/** Brows keep more pigment than the scalp's hair, and keep it longer. */
function browColour(random: Random, { age, hairMelanin, hairRedness }: Traits, hair: HairColour): HairColour {
  const bleached = random.chance(0.02);
  return {
    ...hair, melanin: bleached ? 0.12 : clamp(0.22 + 0.78 * hairMelanin + random.normal(0, 0.06, 2), 0.08, 1), redness: hairRedness * 0.8,
    grey: hair.grey * smoothstep(50, 85, age) * random.uniform(0.3, 1), variation: random.uniform(0.1, 0.4), root: 1, tip: 1.15,
  };
}

function sampleLashes(random: Random, traits: Traits, hair: HairColour): LashLook {
  const u = (low: number, high: number) => random.uniform(low, high);
  const feminine = 1 - traits.masculine, mascara = random.chance(0.08 + 0.5 * feminine);
  return {
    length: clamp(random.normal(0.72, 0.1, 2) + (mascara ? u(0.1, 0.4) : 0), 0.4, 1.25), density: clamp(random.normal(1, 0.2, 2) * (mascara ? 1.2 : 1), 0.4, 1.5),
    curl: mascara ? u(0.7, 1.3) : u(0.3, 1), width: mascara ? u(0.03, 0.048) : u(0.016, 0.026), clump: mascara ? u(0.2, 0.9) : u(0, 0.25), lower: u(0.35, 0.65),
    colour: { ...hair, melanin: mascara ? 1 : clamp(0.5 + 0.55 * traits.hairMelanin, 0.4, 1), redness: 0.1, grey: 0, variation: 0.1, root: 1, tip: 1.2 },
  };
}

/** Relative frequency of beards; hardly any below a third of masculinity. */
export function beardWeights({ masculine, age }: Traits): Record<BeardFamily, number> {
  const grown = smoothstep(0.35, 0.75, masculine), adult = smoothstep(17, 26, age), old = smoothstep(45, 75, age);
  const share = grown * (0.35 + 0.65 * adult);
  const of = (weight: number) => weight * share;
  return {
    none: 6 - 3 * share, fiveOClock: of(2.2), stubble: of(2.6), patchy: of(1.1 - 0.6 * old), chevron: of(0.7 + 0.6 * old), handlebar: of(0.35), pencil: of(0.4),
    walrus: of(0.15 + 0.5 * old), soulPatch: of(0.3), goatee: of(0.6), vanDyke: of(0.5), circle: of(0.9), chinstrap: of(0.35), muttonChops: of(0.2),
    shortBeard: of(2.2), boxed: of(1.3), fullBeard: of(1.5), longBeard: of(0.5 + 0.5 * old),
  };
}

function sampleBeard(random: Random, traits: Traits, hair: HairColour): BeardLook {
  const u = (low: number, high: number) => random.uniform(low, high);
  const family = random.weighted(beardWeights(traits));
  const look: BeardLook = {
    family, moustache: 0, chin: 0, cheeks: 0, sideburns: 0, neck: 0, soulPatch: 0, moustacheReach: u(-0.1, 0.7), handlebar: 0,
    cheekLine: random.normal(0, 0.55, 2), neckLine: random.normal(0, 0.7, 2), density: clamp(random.normal(1, 0.2, 2), 0.45, 1.4), patchiness: u(0.05, 0.3),
    width: u(0.03, 0.045), curl: u(0.1, 0.5) + 0.5 * smoothstep(0.4, 0.9, traits.melanin) * random.next(), mess: u(0.15, 0.4),
    colour: {
      ...hair, melanin: clamp(traits.hairMelanin + random.normal(0.02, 0.08, 2), 0.05, 1), redness: clamp(traits.hairRedness + u(0, 0.3) * (1 - traits.hairMelanin), 0, 1),
      grey: clamp(hair.grey * u(0.9, 1.35), 0, 1), variation: u(0.25, 0.7), root: 0.9, tip: 1.2,
    },
  };
  const all = (length: number) => Object.assign(look, { moustache: length, chin: length, cheeks: length, sideburns: length, neck: length, soulPatch: length });
  switch (family) {
    case 'none': break;
    case 'fiveOClock': all(u(0.06, 0.12)); look.width = u(0.02, 0.028); break;
    case 'stubble': all(u(0.14, 0.32)); look.density *= 1.1; break;
    case 'patchy': all(u(0.15, 0.6)); look.patchiness = u(0.55, 0.85); break;
    case 'chevron': look.moustache = u(0.7, 1.3); look.moustacheReach = u(0.2, 0.6); break;
    case 'handlebar': look.moustache = u(1.2, 1.8); look.moustacheReach = u(0.7, 1.1); look.handlebar = u(0.7, 1.6); break;
    case 'pencil': look.moustache = u(0.25, 0.45); look.density *= 0.8; look.moustacheReach = u(-0.1, 0.3); break;
    case 'walrus': look.moustache = u(1.7, 2.6); look.moustacheReach = u(0.4, 0.9); break;
    case 'soulPatch': look.soulPatch = u(0.5, 1.2); break;
    case 'goatee': look.chin = u(0.7, 3.5); look.soulPatch = u(0.4, 1); break;
    case 'vanDyke': look.chin = u(1, 3.5); look.soulPatch = u(0.5, 1); look.moustache = u(0.6, 1.3); look.handlebar = random.chance(0.4) ? u(0.3, 0.8) : 0; break;
    case 'circle': look.chin = u(0.4, 1.6); look.soulPatch = u(0.4, 0.9); look.moustache = u(0.4, 0.9); look.moustacheReach = u(0.6, 0.9); break;
    case 'chinstrap': look.cheeks = u(0.25, 0.6); look.sideburns = look.cheeks; look.chin = look.cheeks * u(1, 1.5); look.cheekLine = u(-2.6, -1.8); break;
    case 'muttonChops': look.sideburns = u(0.9, 2); look.cheeks = look.sideburns; look.moustache = random.chance(0.5) ? u(0.6, 1.1) : 0; break;
    case 'shortBeard': all(u(0.45, 0.95)); break;
    case 'boxed': all(u(0.5, 1.2)); look.cheekLine = u(-1.2, 0); look.neckLine = u(0.8, 1.6); look.patchiness = 0.03; look.density *= 1.15; look.chin *= 1.3; break;
    case 'fullBeard': all(u(1.4, 2.6)); look.chin *= u(1.2, 1.7); look.moustache = u(0.9, 1.5); look.sideburns *= 0.7; look.cheeks *= 0.85; break;
    case 'longBeard': all(u(2.4, 3.6)); look.chin = u(5, 14); look.neck = u(3, 6); look.moustache = u(1, 1.9); look.sideburns *= 0.6; break;
  }
  return look;
}
