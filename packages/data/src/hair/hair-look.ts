/**
 * Hair styles as data: forty families, each a range of continuous parameters, so that no two people wear the same cut.
 * Growing them is `grow.ts`; here is only what a hairdresser would decide.
 */
import type { Random } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';
import { type HairColour, sampleHairColour } from './colour.ts';
import { clamp, smoothstep } from './noise.ts';
import type { Hairline } from './scalp.ts';

export const HAIR_FAMILIES = [
  'bald', 'horseshoe', 'shadow', 'buzz', 'crewCut', 'sidePart', 'quiff', 'pompadour', 'slickBack', 'caesar', 'spiky', 'undercut', 'fade',
  'flatTop', 'mohawk', 'receding', 'messy', 'curtains', 'bowl', 'pixie', 'bob', 'longBob', 'fringe', 'shag', 'mullet', 'mediumWavy', 'longStraight',
  'longWavy', 'ringlets', 'shortCurly', 'mediumCurly', 'coily', 'afro', 'twists', 'dreadlocks', 'boxBraids', 'cornrows', 'plait', 'twoPlaits',
  'ponytail', 'lowPonytail', 'pigtails', 'bun', 'topKnot', 'spaceBuns', 'halfUp',
] as const;
export type HairFamily = (typeof HAIR_FAMILIES)[number];

/** How hair is combed over the scalp. `out`: away from it; `crest`: towards the middle line and up. */
export const COMBS = ['whorl', 'part', 'back', 'up', 'forward', 'out', 'crest'] as const;
export type Comb = (typeof COMBS)[number];

/** Lengths in cm, angles in radians, the rest 0..1 unless said otherwise. */
export interface HairLook {
  family: HairFamily;
  seed: number;
  hairline: Hairline;
  /** 0.5..1.3 of the usual number of strands. */
  density: number;
  cut: {
    top: number; front: number; sides: number; back: number;
    /** Share by which a strand may be shorter than its neighbours. */
    variation: number;
    /** Height in head space at which hair is cut off, and the same above the face; null: by length only. */
    level: number | null;
    fringeLevel: number | null;
    /** 0..1: sides fade towards the skin; how high. */
    fade: number; fadeHeight: number;
  };
  comb: {
    field: Comb;
    /** Place of the parting, cm to the subject's left; hair beside the parting is combed back by `sweep` (negative: forward). */
    part: number; sweep: number;
    /** Disorder of the direction, radians. */
    mess: number;
    /** cm over which a strand turns from its root's direction to the comb's. */
    bend: number;
  };
  body: {
    /** 0 lies flat .. 1 stands up at the root. */
    lift: number;
    /** cm: how thick the hair lies on the skull. */
    front: number; top: number; sides: number; back: number;
    /** How much hair hangs rather than follows the comb. */
    gravity: number;
    /** cm: half the width of the face that hanging hair leaves open; and whether it goes behind the ears. */
    opening: number; tucked: boolean;
  };
  curl: { radius: number; pitch: number; onset: number; /** 0 helix .. 1 wave in a plane */ planar: number; irregular: number };
  clump: { /** cm between locks. */ size: number; strength: number };
  frizz: number;
  /** Gathered hair: where, and what happens after. */
  ties: { kind: 'tail' | 'bun' | 'plait'; x: number; y: number; z: number; length: number; width: number; share: 'all' | 'top' | 'left' | 'right' }[];
  /** Locks that are ropes of their own. */
  ropes: { kind: 'twist' | 'dread' | 'braid' | 'cornrow'; spacing: number; radius: number } | null;
  colour: HairColour;
  /** 0 dull .. 1 glossy; 0 dry .. 1 wet. */
  shine: number;
  wetness: number;
}

/**
 * A copy with some fields replaced. All looks are made here or by {@link sampleHair}, field by field in one order: those of
 * spread objects have hidden classes of their own, and growing a hundred thousand points would be optimised for each again.
 */
export function hairLookWith(look: HairLook, changed: Partial<HairLook>): HairLook {
  const { family, seed, hairline, density, cut, comb, body, curl, clump, frizz, ties, ropes, colour, shine, wetness }: HairLook = { ...look, ...changed };
  return { family, seed, hairline, density, cut, comb, body, curl, clump, frizz, ties, ropes, colour, shine, wetness };
}

export type HairStyle = Pick<HairLook, 'cut' | 'comb' | 'body' | 'curl' | 'clump' | 'frizz' | 'ties' | 'ropes'>;

export function sampleHair(random: Random, traits: Traits): HairLook {
  const shape = random.stream('shape');
  const family = shape.weighted(familyWeights(traits));
  const line = sampleHairline(random.stream('hairline'), traits, family);
  const style = styleOf(shape, family);
  const gloss = random.stream('gloss');
  const wet = gloss.chance(0.06) || ((family === 'slickBack' || family === 'pompadour') && gloss.chance(0.3));
  const { cut, comb, body, curl, clump, frizz, ties, ropes } = style;
  return {
    family, seed: shape.integer(0, 2 ** 24), hairline: line, density: clamp(shape.normal(1, 0.13, 2) * (1 - 0.2 * smoothstep(55, 85, traits.age)), 0.55, 1.3),
    cut, comb, body, curl, clump, frizz, ties, ropes, colour: sampleHairColour(random.stream('colour'), traits),
    shine: gloss.uniform(0.15, 0.85), wetness: wet ? gloss.uniform(0.4, 1) : 0,
  };
}

/** Relative frequency of each family for this person: [feminine, masculine], then age and the texture that ancestry favours. */
export function familyWeights(traits: Traits): Record<HairFamily, number> {
  const table: Record<HairFamily, [number, number]> = {
    bald: [0.25, 4], horseshoe: [0, 3], shadow: [0.15, 2], buzz: [0.5, 5], crewCut: [0.2, 6], sidePart: [0.6, 7], quiff: [0.3, 5], pompadour: [0.2, 2],
    slickBack: [1, 4], caesar: [0.2, 4], spiky: [0.4, 3], undercut: [0.8, 3], fade: [0.4, 5], flatTop: [0.1, 1.2], mohawk: [0.4, 1], receding: [0, 4],
    messy: [1, 4.5], curtains: [1, 3], bowl: [0.7, 1.2], pixie: [5, 0.3], bob: [7, 0.2], longBob: [6, 0.5], fringe: [7, 0.6], shag: [4, 1.5], mullet: [0.7, 1.5],
    mediumWavy: [7, 2.2], longStraight: [9, 1.6], longWavy: [9, 1.5], ringlets: [5, 0.7], shortCurly: [2.5, 4.5], mediumCurly: [4, 2], coily: [2, 3.5],
    afro: [3, 2], twists: [2, 2], dreadlocks: [1.5, 2], boxBraids: [3, 0.7], cornrows: [1.5, 1.5], plait: [3, 0.2], twoPlaits: [2, 0.1],
    ponytail: [5, 0.6], lowPonytail: [4.5, 0.7], pigtails: [1.3, 0.02], bun: [4.5, 0.3], topKnot: [1.5, 1], spaceBuns: [0.8, 0.02], halfUp: [3, 0.3],
  };
  const { age, masculine: m, melanin } = traits;
  const old = smoothstep(45, 75, age), young = 1 - smoothstep(20, 45, age);
  const weights = {} as Record<HairFamily, number>;
  for (const family of HAIR_FAMILIES) weights[family] = table[family][0] * (1 - m) + table[family][1] * m;
  for (const family of ['bald', 'horseshoe', 'receding'] as const) weights[family] *= 0.25 + 2.2 * old;
  for (const family of ['mohawk', 'spaceBuns', 'pigtails', 'twoPlaits', 'flatTop', 'undercut', 'boxBraids', 'topKnot'] as const) weights[family] *= 0.25 + 1.3 * young;
  for (const family of ['bob', 'pixie', 'sidePart', 'bun', 'lowPonytail', 'shortCurly'] as const) weights[family] *= 1 + 0.8 * old;
  for (const family of ['longStraight', 'longWavy', 'ponytail'] as const) weights[family] *= 1 - 0.5 * old;
  for (const family of ['coily', 'afro', 'twists', 'dreadlocks', 'boxBraids', 'cornrows', 'flatTop'] as const) weights[family] *= 0.2 + 2.8 * smoothstep(0.25, 0.8, melanin);
  for (const family of ['longStraight', 'bowl', 'curtains', 'spiky', 'bob', 'slickBack', 'sidePart', 'longBob'] as const) weights[family] *= 1 - 0.55 * smoothstep(0.5, 0.95, melanin);
  return weights;
}

function sampleHairline(random: Random, { age, masculine }: Traits, family: HairFamily): Hairline {
  const recession = masculine * smoothstep(22, 75, age) * random.next();
  const line: Hairline = {
    height: random.normal(0, 0.55, 2) + 0.9 * recession, temples: random.uniform(-0.6, 0.6) + masculine * 0.5 + 2.2 * recession,
    peak: random.chance(0.3) ? random.uniform(0.2, 1.1) : random.uniform(-0.4, 0.3),
    sideburn: random.uniform(-0.8, 0.6) + masculine * random.uniform(0, 2.2), nape: random.uniform(-0.8, 1),
    roughness: random.uniform(0.15, 0.6), softness: random.uniform(0.1, 0.7), crown: 0, seed: random.uniform(0, 500),
  };
  if (family === 'receding') {
    line.temples += random.uniform(1.2, 3.4);
    line.height += random.uniform(0.2, 2);
    line.softness = random.uniform(0.5, 1);
    if (random.chance(0.6)) line.crown = random.uniform(0.1, 0.42);
  }
  if (family === 'horseshoe') {
    line.crown = random.uniform(0.75, 1.05);
    line.temples += random.uniform(1, 3);
    line.height += random.uniform(1.5, 4);
    line.softness = random.uniform(0.4, 1);
  }
  if (family === 'shadow' && random.chance(0.5)) line.crown = random.chance(0.5) ? random.uniform(0.2, 1) : 0;
  return line;
}

/** A family's cut. Each line reads: length (top, front, sides, back), how it lies, how it curls. */
export function styleOf(random: Random, family: HairFamily): HairStyle {
  const u = (low: number, high: number) => random.uniform(low, high);
  const side = random.chance(0.5) ? 1 : -1;
  const style: HairStyle = {
    cut: { top: 5, front: 5, sides: 3, back: 3, variation: u(0.1, 0.35), level: null, fringeLevel: null, fade: 0, fadeHeight: 3 },
    comb: { field: 'whorl', part: 0, sweep: 0, mess: u(0.05, 0.3), bend: u(1, 2) },
    body: { lift: u(0.2, 0.5), front: 0.8, top: 0.8, sides: 0.5, back: 0.6, gravity: 0.2, opening: u(5.8, 7), tucked: false },
    curl: { radius: 0, pitch: 6, onset: 1, planar: 0.5, irregular: 0.4 },
    clump: { size: u(0.5, 1.1), strength: u(0.25, 0.6) },
    frizz: u(0.05, 0.35), ties: [], ropes: null,
  };
  const cut = (values: Partial<HairStyle['cut']>) => Object.assign(style.cut, values);
  const comb = (values: Partial<HairStyle['comb']>) => Object.assign(style.comb, values);
  const body = (values: Partial<HairStyle['body']>) => Object.assign(style.body, values);
  const curl = (values: Partial<HairStyle['curl']>) => Object.assign(style.curl, values);
  const clump = (values: Partial<HairStyle['clump']>) => Object.assign(style.clump, values);
  const lengths = (top: number, front: number, sides: number, back: number) => cut({ top, front, sides, back });
  const volume = (front: number, top: number, sides: number, back: number) => body({ front, top, sides, back });
  const fade = (chance: number) => { if (random.chance(chance)) cut({ fade: u(0.5, 1), fadeHeight: u(1, 6) }); };
  const long = (length: number) => {
    lengths(length, length, length, length);
    volume(u(0.8, 1.6), u(0.8, 2), u(0.8, 1.8), u(0.9, 2));
    body({ gravity: u(0.75, 1), lift: u(0.25, 0.6), tucked: random.chance(0.25) });
    comb({ field: 'part', part: random.chance(0.45) ? u(-0.6, 0.6) : side * u(1.5, 4), sweep: u(-0.1, 0.55), mess: u(0.04, 0.16), bend: u(1.2, 2.5) });
    clump({ size: u(0.7, 1.5), strength: u(0.4, 0.8) });
    cut({ variation: u(0.08, 0.35) });
  };
  const waves = (radius: number, pitch: number, planar = u(0.3, 1)) => curl({ radius, pitch, planar, onset: u(2, 6), irregular: u(0.3, 0.7) });
  // Field by field, as in `hairLookWith`.
  const combedTo = ({ kind, x, y, z, length, width }: Omit<HairLook['ties'][number], 'share'>, share: HairLook['ties'][number]['share'] = 'all') => { style.ties.push({ kind, x, y, z, length, width, share }); };
  const pulledBack = () => {
    lengths(30, 30, 30, 30);
    volume(u(0.25, 0.7), u(0.3, 0.9), u(0.2, 0.5), u(0.3, 0.6));
    body({ lift: u(0.1, 0.3), gravity: 0, tucked: true });
    comb({ field: 'back', mess: u(0.02, 0.1) });
    clump({ size: u(0.4, 0.8), strength: u(0.3, 0.7) });
  };

  switch (family) {
    case 'bald': lengths(0, 0, 0, 0); break;
    case 'shadow': { const l = u(0.08, 0.2); lengths(l, l, l, l); volume(0, 0, 0, 0); comb({ mess: 0.3 }); body({ lift: 0.6 }); break; }
    case 'horseshoe': { const l = u(0.4, 3); lengths(l, l, l, l); volume(0.3, 0.3, u(0.2, 0.7), u(0.3, 0.8)); comb({ field: 'back' }); body({ lift: u(0.3, 0.6) }); break; }
    case 'buzz': { const l = u(0.3, 0.9); lengths(l, l, l * u(0.5, 1), l * u(0.6, 1)); volume(0.2, 0.2, 0.15, 0.15); body({ lift: u(0.6, 0.9) }); fade(0.5); comb({ mess: u(0.2, 0.5) }); break; }
    case 'crewCut': { const l = u(1.2, 2.6); lengths(l, l * u(1, 1.5), u(0.4, 1.1), u(0.4, 1.1)); volume(u(0.7, 1.4), u(0.5, 1), 0.3, 0.4); body({ lift: u(0.55, 0.85) }); comb({ field: random.pick(['forward', 'up', 'whorl'] as const), mess: u(0.15, 0.5) }); fade(0.6); break; }
    case 'sidePart': lengths(u(4, 8), u(5, 10), u(1, 3.5), u(1, 3)); volume(u(0.8, 2), u(0.7, 1.6), u(0.3, 0.7), u(0.4, 0.8)); comb({ field: 'part', part: side * u(2.2, 4.2), sweep: u(0.2, 0.9), mess: u(0.04, 0.2) }); body({ lift: u(0.4, 0.75), gravity: 0.15 }); clump({ size: u(0.6, 1.2), strength: u(0.3, 0.7) }); fade(0.35); break;
    case 'quiff': lengths(u(4, 7), u(6, 10), u(0.8, 2.5), u(0.8, 2.5)); volume(u(2.2, 4), u(1.2, 2.2), 0.4, 0.5); comb({ field: 'up', mess: u(0.1, 0.35), bend: u(2, 4) }); body({ lift: u(0.8, 1), gravity: 0.05 }); clump({ size: u(0.7, 1.5), strength: u(0.4, 0.8) }); fade(0.6); break;
    case 'pompadour': lengths(u(7, 11), u(9, 13), u(1.5, 4), u(2, 4)); volume(u(3, 5), u(1.8, 3), u(0.4, 0.9), u(0.5, 1)); comb({ field: 'up', mess: u(0.03, 0.1), bend: u(1.4, 2.4) }); body({ lift: u(0.8, 0.95), gravity: 0 }); clump({ size: u(0.6, 1), strength: u(0.3, 0.55) }); cut({ variation: u(0.05, 0.15) }); fade(0.3); break;
    case 'slickBack': lengths(u(6, 14), u(7, 14), u(4, 9), u(4, 8)); volume(u(0.5, 1.6), u(0.4, 1.2), u(0.2, 0.5), u(0.4, 0.8)); comb({ field: 'back', mess: u(0.02, 0.12), bend: u(0.8, 1.8) }); body({ lift: u(0.2, 0.6), gravity: u(0.1, 0.4), tucked: true }); clump({ size: u(0.4, 0.9), strength: u(0.5, 0.9) }); break;
    case 'caesar': lengths(u(2, 4.5), u(2, 4.5), u(0.6, 2), u(0.6, 2)); volume(u(0.5, 1), u(0.5, 1.1), 0.3, 0.4); comb({ field: 'forward', mess: u(0.1, 0.4) }); body({ lift: u(0.3, 0.6), gravity: 0.25 }); cut({ fringeLevel: u(6.8, 8.4) }); fade(0.5); break;
    case 'spiky': lengths(u(3, 5.5), u(3, 6), u(1.2, 3), u(1.5, 3)); volume(u(1.5, 3.5), u(1.5, 3.5), u(0.5, 1), u(0.6, 1.2)); comb({ field: random.pick(['out', 'up'] as const), mess: u(0.4, 0.8) }); body({ lift: u(0.8, 1), gravity: 0 }); clump({ size: u(1.5, 2.5), strength: u(0.88, 0.97) }); break;
    case 'undercut': lengths(u(7, 14), u(8, 15), u(0.3, 0.9), u(0.3, 1)); volume(u(1, 2.6), u(0.8, 1.8), 0.2, 0.2); comb(random.chance(0.5) ? { field: 'back', mess: u(0.05, 0.2) } : { field: 'part', part: side * u(2.5, 4), sweep: u(0, 0.5), mess: u(0.05, 0.2) }); body({ lift: u(0.5, 0.85), gravity: u(0.1, 0.4) }); cut({ fade: 1, fadeHeight: u(6, 8) }); break;
    case 'fade': lengths(u(1.5, 5), u(2, 6), u(0.3, 0.7), u(0.3, 0.7)); volume(u(0.8, 2.2), u(0.7, 2), 0.2, 0.2); comb({ field: random.pick(['forward', 'up', 'out', 'part'] as const), part: side * 3.4, sweep: 0.4, mess: u(0.1, 0.5) }); body({ lift: u(0.5, 0.9) }); cut({ fade: 1, fadeHeight: u(3, 7) }); if (random.chance(0.4)) curl({ radius: u(0.15, 0.45), pitch: u(1, 2), onset: 0.5, planar: 0 }); break;
    case 'flatTop': { const l = u(2.5, 5.5); lengths(l, l, u(0.3, 0.8), u(0.3, 0.8)); volume(l, l, 0.2, 0.2); comb({ field: 'out', mess: 0.05 }); body({ lift: 1, gravity: 0 }); cut({ fade: 1, fadeHeight: u(5, 7.5), variation: 0.03, level: null }); curl({ radius: u(0.04, 0.09), pitch: u(0.6, 1.2), onset: 0.3, planar: 0 }); break; }
    case 'mohawk': lengths(u(4, 9), u(4, 9), 0.2, 0.2); volume(u(3, 7), u(3, 8), 0.1, 0.3); comb({ field: 'crest', mess: u(0.05, 0.3) }); body({ lift: 1, gravity: 0 }); cut({ fade: 1, fadeHeight: 9 }); clump({ size: u(1.2, 2.2), strength: u(0.6, 0.95) }); break;
    case 'receding': lengths(u(1.5, 5), u(1.5, 5), u(1, 3), u(1, 3)); volume(u(0.3, 0.8), u(0.3, 0.8), 0.4, 0.5); comb({ field: random.pick(['back', 'forward', 'part', 'whorl'] as const), part: side * 3, sweep: 0.5, mess: u(0.1, 0.3) }); body({ lift: u(0.3, 0.7) }); break;
    case 'messy': lengths(u(5, 9), u(5, 9), u(3, 6), u(3, 6)); volume(u(1.2, 2.6), u(1.2, 2.8), u(0.6, 1.4), u(0.7, 1.5)); comb({ field: random.pick(['whorl', 'forward', 'part', 'up'] as const), part: side * u(1, 3), sweep: u(-0.2, 0.4), mess: u(0.5, 1) }); body({ lift: u(0.6, 0.9), gravity: 0.25 }); clump({ size: u(0.8, 1.8), strength: u(0.6, 0.9) }); waves(u(0.1, 0.4), u(3, 6)); cut({ variation: u(0.35, 0.6), fringeLevel: u(5.8, 7.5) }); break;
    case 'curtains': lengths(u(9, 13), u(10, 15), u(4, 8), u(3, 6)); volume(u(1, 2), u(0.8, 1.6), u(0.5, 1), u(0.5, 1)); comb({ field: 'part', part: side * u(0, 1.2), sweep: u(-0.35, 0), mess: u(0.05, 0.25) }); body({ lift: u(0.5, 0.8), gravity: u(0.5, 0.8), opening: u(4, 6) }); cut({ level: u(-1, 3), fade: random.chance(0.3) ? 0.8 : 0 }); break;
    case 'bowl': lengths(16, 16, 14, 12); volume(u(0.8, 1.5), u(0.8, 1.5), u(0.7, 1.2), u(0.7, 1.2)); comb({ field: 'whorl', mess: u(0.02, 0.1) }); body({ gravity: 0.7, lift: 0.3, opening: 3 }); cut({ level: u(0.5, 4), fringeLevel: u(5.2, 7), variation: 0.05 }); break;
    case 'pixie': lengths(u(4, 8), u(5, 10), u(2.5, 5), u(2, 4)); volume(u(0.7, 1.6), u(0.7, 1.8), u(0.4, 0.8), u(0.5, 1)); comb({ field: random.pick(['part', 'forward', 'whorl'] as const), part: side * u(2, 4), sweep: u(-0.4, 0.1), mess: u(0.1, 0.4) }); body({ lift: u(0.3, 0.6), gravity: 0.35 }); cut({ fringeLevel: u(5.5, 7.5), variation: u(0.2, 0.5) }); break;
    case 'bob': long(u(22, 28)); cut({ level: u(-9, -4), variation: u(0.02, 0.2) }); if (random.chance(0.4)) cut({ fringeLevel: u(5, 6.8) }); if (random.chance(0.3)) waves(u(0.3, 0.7), u(5, 8)); break;
    case 'longBob': long(u(26, 34)); cut({ level: u(-15, -9), variation: u(0.05, 0.2) }); if (random.chance(0.2)) cut({ fringeLevel: u(5, 7) }); if (random.chance(0.5)) waves(u(0.4, 1), u(5, 9)); break;
    case 'fringe': long(u(24, 45)); cut({ fringeLevel: u(4.9, 7.2), level: random.chance(0.5) ? u(-16, -6) : null }); break;
    case 'shag': long(u(18, 28)); cut({ variation: u(0.45, 0.7), fringeLevel: random.chance(0.6) ? u(4.8, 6.5) : null }); comb({ mess: u(0.2, 0.4) }); body({ lift: u(0.5, 0.8) }); waves(u(0.3, 0.8), u(4, 7)); break;
    case 'mullet': long(22); lengths(u(5, 8), u(5, 8), u(3, 5), u(16, 26)); comb({ field: random.pick(['whorl', 'up'] as const), mess: u(0.2, 0.4) }); body({ lift: u(0.5, 0.8), gravity: 0.55, tucked: true }); cut({ fringeLevel: u(6, 7.5), variation: u(0.2, 0.4) }); if (random.chance(0.5)) waves(u(0.3, 0.6), u(4, 6)); break;
    case 'mediumWavy': long(u(18, 30)); waves(u(0.5, 1.1), u(5, 9)); cut({ variation: u(0.2, 0.4) }); comb({ mess: u(0.1, 0.3) }); break;
    case 'longStraight': long(u(32, 55)); break;
    case 'longWavy': long(u(34, 55)); waves(u(0.5, 1.3), u(6, 11)); comb({ mess: u(0.08, 0.22) }); break;
    case 'ringlets': long(u(22, 40)); curl({ radius: u(0.5, 1), pitch: u(2.6, 4), onset: u(2, 5), planar: 0, irregular: u(0.2, 0.5) }); clump({ size: u(1.5, 2.4), strength: u(0.85, 0.97) }); volume(u(1.2, 2), u(1.2, 2.4), u(1.5, 3), u(1.5, 3)); body({ tucked: false, lift: u(0.5, 0.8) }); style.frizz = u(0.2, 0.5); break;
    case 'shortCurly': { const l = u(4, 7); lengths(l * 1.3, l * 1.4, l * u(0.5, 0.9), l * u(0.5, 0.9)); volume(u(1.2, 2.4), u(1.4, 2.6), u(0.5, 1.2), u(0.6, 1.3)); comb({ field: random.pick(['whorl', 'out', 'forward', 'part'] as const), part: side * 3, mess: u(0.3, 0.7) }); body({ lift: u(0.6, 0.9), gravity: 0.25 }); curl({ radius: u(0.35, 0.7), pitch: u(1.6, 2.8), onset: 1, planar: 0.1, irregular: 0.6 }); clump({ size: u(1, 1.7), strength: u(0.75, 0.95) }); style.frizz = u(0.25, 0.6); fade(0.25); break; }
    case 'mediumCurly': { const l = u(10, 18); lengths(l, l, l * 0.9, l); volume(u(1.5, 2.6), u(1.6, 3), u(1.6, 3.4), u(1.6, 3.2)); comb({ field: random.pick(['part', 'whorl'] as const), part: side * u(0, 3.5), sweep: u(0, 0.3), mess: u(0.3, 0.6) }); body({ lift: u(0.7, 0.95), gravity: u(0.45, 0.7) }); curl({ radius: u(0.4, 0.85), pitch: u(1.8, 3.2), onset: 1.5, planar: 0, irregular: 0.6 }); clump({ size: u(1.2, 2), strength: u(0.8, 0.95) }); style.frizz = u(0.3, 0.7); if (random.chance(0.3)) cut({ fringeLevel: u(5, 7) }); break; }
    case 'coily': { const l = u(1.2, 3); lengths(l, l, l * u(0.5, 1), l * u(0.5, 1)); volume(l * 0.8, l * 0.8, l * 0.6, l * 0.6); comb({ field: 'out', mess: u(0.5, 0.9) }); body({ lift: 1, gravity: 0 }); curl({ radius: u(0.1, 0.24), pitch: u(0.55, 1), onset: 0.2, planar: 0, irregular: 0.8 }); clump({ size: u(0.5, 1), strength: u(0.5, 0.9) }); style.frizz = u(0.5, 1); fade(0.4); break; }
    case 'afro': { const l = u(4, 10); lengths(l, l, l * u(0.8, 1.05), l * u(0.75, 1)); volume(l, l, l, l); comb({ field: 'out', mess: u(0.25, 0.5), part: 0 }); body({ lift: 1, gravity: u(0, 0.12) }); curl({ radius: u(0.22, 0.45), pitch: u(1.3, 2.1), onset: 0.3, planar: 0, irregular: 0.9 }); clump({ size: u(0.6, 1), strength: u(0.2, 0.5) }); style.frizz = u(0.6, 1); cut({ variation: u(0.05, 0.2) }); break; }
    case 'twists': { const l = u(3, 9); lengths(l, l, l * u(0.4, 1), l * u(0.4, 1)); volume(u(1, 2), u(1, 2.5), u(0.5, 1), u(0.6, 1.2)); comb({ field: random.pick(['whorl', 'whorl', 'part', 'out'] as const), part: side * u(0, 3), mess: u(0.3, 0.6) }); body({ lift: u(0.5, 0.8), gravity: u(0.5, 0.85) }); style.ropes = { kind: 'twist', spacing: u(1, 1.5), radius: u(0.17, 0.28) }; fade(0.4); break; }
    case 'dreadlocks': { const l = u(8, 38); lengths(l, l, l * 0.9, l); volume(u(1, 2), u(1.2, 2.2), u(1, 2), u(1, 2)); comb({ field: l < 12 ? 'whorl' : random.pick(['part', 'back'] as const), part: side * u(0, 3), sweep: u(0.1, 0.6), mess: u(0.15, 0.35) }); body({ lift: u(0.5, 0.9), gravity: u(0.65, 0.9) }); style.ropes = { kind: 'dread', spacing: u(1.5, 2.4), radius: u(0.3, 0.55) }; break; }
    case 'boxBraids': { const l = u(18, 50); lengths(l, l, l, l); volume(u(0.7, 1.2), u(0.8, 1.4), u(0.8, 1.3), u(0.8, 1.4)); comb({ field: random.pick(['part', 'part', 'back'] as const), part: random.pick([0, side * 3]), sweep: u(0.1, 0.6), mess: u(0.05, 0.2) }); body({ lift: u(0.3, 0.6), gravity: u(0.8, 1) }); style.ropes = { kind: 'braid', spacing: u(1.6, 2.3), radius: u(0.24, 0.42) }; break; }
    case 'cornrows': lengths(u(24, 40), 30, 30, 30); volume(0.3, 0.3, 0.3, 0.3); body({ lift: 0, gravity: 0, tucked: true }); comb({ field: 'back', mess: 0 }); cut({ top: random.chance(0.5) ? u(22, 27) : u(30, 45) }); style.ropes = { kind: 'cornrow', spacing: u(1.3, 2.1), radius: u(0.28, 0.42) }; break;
    case 'plait': pulledBack(); combedTo({ kind: 'plait', x: random.chance(0.3) ? side * 4 : 0, y: u(-5, 3), z: -9.5, length: u(16, 38), width: u(1, 1.8) }); break;
    case 'twoPlaits': pulledBack(); comb({ part: 0 }); for (const s of [-1, 1]) combedTo({ kind: 'plait', x: s * 6.4, y: -4, z: -4.8, length: u(14, 32), width: u(0.9, 1.3) }, s > 0 ? 'left' : 'right'); break;
    case 'ponytail': pulledBack(); combedTo({ kind: 'tail', x: 0, y: u(6, 12.5), z: u(-11.2, -8.8), length: u(14, 40), width: u(1.2, 2.2) }); if (random.chance(0.4)) waves(u(0.2, 0.5), u(7, 11)); break;
    case 'lowPonytail': pulledBack(); combedTo({ kind: 'tail', x: random.chance(0.25) ? side * 3.5 : 0, y: u(-5, 0), z: -9.6, length: u(12, 38), width: u(1.1, 2) }); if (random.chance(0.4)) waves(u(0.2, 0.5), u(7, 11)); break;
    case 'pigtails': pulledBack(); comb({ part: 0 }); { const y = u(-3, 8); const length = u(10, 30); for (const s of [-1, 1]) combedTo({ kind: 'tail', x: s * (y > 3 ? 8.4 : 7), y, z: -5, length, width: u(1, 1.8) }, s > 0 ? 'left' : 'right'); } break;
    case 'bun': pulledBack(); combedTo({ kind: 'bun', x: 0, y: u(-3.5, 7), z: -10.6, length: u(1, 2), width: u(2.2, 3.6) }); break;
    case 'topKnot': pulledBack(); combedTo({ kind: 'bun', x: 0, y: u(12.8, 14.6), z: u(-6, -1.5), length: u(1, 2), width: u(2.2, 3.4) }); if (random.chance(0.35)) { combedToTop(); } break;
    case 'spaceBuns': pulledBack(); comb({ part: 0 }); { const y = u(11.2, 13), width = u(2.1, 3); for (const s of [-1, 1]) combedTo({ kind: 'bun', x: s * 5.2, y, z: -2.6, length: 1.5, width }, s > 0 ? 'left' : 'right'); } break;
    case 'halfUp': long(u(26, 45)); comb({ field: 'back', sweep: 0.4 }); body({ tucked: true }); combedTo({ kind: random.pick(['tail', 'bun'] as const), x: 0, y: u(8, 11), z: -9.6, length: u(14, 24), width: u(1, 1.8) }, 'top'); if (random.chance(0.5)) waves(u(0.5, 1), u(6, 10)); break;
  }
  return style;

  /** Only the top is tied: the sides are short. */
  function combedToTop() {
    style.ties[0]!.share = 'top';
    lengths(28, 28, u(0.3, 0.8), u(0.3, 0.8));
    cut({ fade: 1, fadeHeight: 7 });
  }
}
