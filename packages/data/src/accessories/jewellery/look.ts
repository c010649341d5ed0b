/** Earrings, piercings and small things on the face and in the hair. Lengths in cm. */
import type { Random } from '../../random/random.ts';
import type { Traits } from '../../scene/scene.ts';
import type { HardStuff } from '../materials/hard.ts';
import { gem, hex, hsv, pearl, plastic, preciousMetal } from '../stuffs.ts';

export interface EarringsLook {
  kind: 'earrings';
  style: 'stud' | 'hoop' | 'drop' | 'chain' | 'huggie' | 'plug' | 'cuff' | 'tassel';
  metal: HardStuff;
  stone: HardStuff;
  size: number;
  /** Ring of a hoop. */
  thickness: number;
  left: boolean;
  right: boolean;
  /** Further studs along the rim of the ear. */
  extra: number;
  seed: number;
}

export interface PiercingLook {
  kind: 'piercing';
  place: 'nostril-ring' | 'nostril-stud' | 'septum' | 'brow' | 'lip' | 'labret' | 'bindi' | 'bridge';
  metal: HardStuff;
  side: 1 | -1;
  size: number;
}

export interface HairOrnamentLook {
  kind: 'hair-ornament';
  style: 'clip' | 'barrette' | 'flower' | 'bow' | 'comb';
  stuff: HardStuff;
  second: HardStuff;
  side: 1 | -1;
  /** Radians from the top of the head towards the ear, and forwards. */
  down: number;
  forward: number;
  size: number;
  count: number;
  seed: number;
}

export function sampleEarrings(random: Random, traits: Traits): EarringsLook {
  const feminine = 1 - traits.masculine;
  const style = random.weighted({ stud: 0.4, hoop: 0.1 + 0.25 * feminine, drop: 0.02 + 0.3 * feminine, chain: 0.02 + 0.1 * feminine, huggie: 0.12, plug: 0.05 * (1.3 - feminine), cuff: 0.04, tassel: 0.08 * feminine });
  const both = random.chance(0.35 + 0.6 * feminine), onlyLeft = random.chance(0.6);
  const size = { stud: [0.16, 0.42], hoop: [0.8, 2.8], drop: [0.35, 0.75], chain: [0.2, 0.4], huggie: [0.45, 0.65], plug: [0.35, 0.8], cuff: [0.4, 0.5], tassel: [0.3, 0.5] }[style] as [number, number];
  return {
    kind: 'earrings', style, metal: preciousMetal(random), stone: random.weighted({ gem: 0.4, pearl: 0.3, metal: 0.2, plastic: 0.1 }) === 'pearl' ? pearl(random) : random.chance(0.6) ? gem(random) : random.chance(0.5) ? preciousMetal(random) : plastic(random),
    size: random.uniform(...size), thickness: random.uniform(0.07, style === 'hoop' && random.chance(0.2) ? 0.32 : 0.14), left: both || onlyLeft, right: both || !onlyLeft, extra: random.chance(0.2) ? random.integer(1, 3) : 0, seed: random.uniform(0, 20),
  };
}

export function samplePiercing(random: Random): PiercingLook {
  return {
    kind: 'piercing', place: random.weighted({ 'nostril-ring': 0.25, 'nostril-stud': 0.3, septum: 0.15, brow: 0.1, lip: 0.08, labret: 0.06, bindi: 0, bridge: 0.03 }), metal: random.chance(0.8) ? preciousMetal(random) : { kind: 'plain', colour: hex(0x1a1a1c), roughness: 0.3, metallic: 1 },
    side: random.chance(0.5) ? 1 : -1, size: random.uniform(0.8, 1.25),
  };
}

export const sampleBindi = (random: Random): PiercingLook => ({
  kind: 'piercing', place: 'bindi', metal: random.chance(0.6) ? { kind: 'plain', colour: hsv(random.pick([0.98, 0, 0.95, 0.03]), 0.85, random.uniform(0.35, 0.7)), roughness: 0.7 } : gem(random), side: 1, size: random.uniform(0.7, 1.5),
});

export function sampleHairOrnament(random: Random): HairOrnamentLook {
  const style = random.weighted({ clip: 0.35, barrette: 0.25, flower: 0.2, bow: 0.12, comb: 0.08 });
  return { kind: 'hair-ornament', style, stuff: style === 'flower' ? { kind: 'plain', colour: hsv(random.next(), random.uniform(0.1, 0.7), random.uniform(0.7, 0.95)), roughness: 0.8 } : random.chance(0.4) ? preciousMetal(random) : plastic(random), second: random.chance(0.5) ? pearl(random) : gem(random), side: random.chance(0.5) ? 1 : -1, down: random.uniform(0.75, 1.15), forward: random.uniform(0.1, 0.6), size: random.uniform(0.8, 1.3), count: random.integer(1, 3), seed: random.uniform(0, 20) };
}
