/** Who wears what: mostly nothing or one thing, in combinations that people go out in. */
import type { Random } from '../random/random.ts';
import type { Traits } from '../scene/scene.ts';
import { sampleAudio, sampleEyePatch } from './audio/audio.ts';
import type { MaskLook } from './face/mask.ts';
import type { VeilLook } from './face/veil.ts';
import { sampleGlasses } from './glasses/look.ts';
import { sampleHeadwear } from './headwear/look.ts';
import { sampleBindi, sampleEarrings, sampleHairOrnament, samplePiercing } from './jewellery/look.ts';
import type { AccessoryLook } from './look.ts';
import { clothColour, fabric, hex, hsv } from './stuffs.ts';

/**
 * Shares of people, before traits: they keep most faces bare, because faces are what is learnt. Each kind has its own
 * stream, so that a change in one leaves the others alone.
 */
const SHARES = { glasses: 0.24, sunglasses: 0.04, headwear: 0.14, veil: 0.03, mask: 0.018, earrings: 0.3, piercing: 0.05, bindi: 0.008, ornament: 0.03, audio: 0.05, eyePatch: 0.004 } as const;

/** The same seed and traits give the same accessories. */
export function sampleAccessories(random: Random, traits: Traits): AccessoryLook[] {
  const feminine = 1 - traits.masculine;
  const worn: AccessoryLook[] = [];
  const has = (name: keyof typeof SHARES, factor = 1) => random.stream(`has/${name}`).chance(Math.min(0.95, SHARES[name] * factor));

  const eyes = has('glasses', traits.age > 50 ? 1.7 : traits.age > 35 ? 1.15 : 0.75) ? 'glasses' : has('sunglasses') ? 'sunglasses' : null;
  if (eyes) worn.push(sampleGlasses(random.stream('glasses'), traits, eyes));
  const veiled = has('veil', 2 * feminine + 0.12);
  const hat = !veiled && has('headwear');
  if (veiled) worn.push(sampleVeil(random.stream('veil'), traits));
  if (hat) worn.push(sampleHeadwear(random.stream('headwear'), traits));
  const masked = has('mask');
  if (masked) worn.push(sampleMask(random.stream('mask')));
  const headphones = !veiled && !hat && has('audio', traits.age < 45 ? 1.3 : 0.6);
  if (headphones) worn.push(sampleAudio(random.stream('audio')));
  const coversEars = headphones && worn.some((look) => look.kind === 'audio' && ['headphones', 'gaming', 'on-ear', 'headset'].includes(look.style));
  if (!veiled && !coversEars && has('earrings', 0.25 + 1.9 * feminine)) worn.push(sampleEarrings(random.stream('earrings'), traits));
  if (!masked && has('piercing', traits.age < 40 ? 1.5 : 0.3)) worn.push(samplePiercing(random.stream('piercing')));
  if (has('bindi', 2.2 * feminine)) worn.push(sampleBindi(random.stream('bindi')));
  if (!veiled && !hat && !headphones && has('ornament', 1.9 * feminine)) worn.push(sampleHairOrnament(random.stream('ornament')));
  if (!eyes && has('eyePatch')) worn.push(sampleEyePatch(random.stream('eyePatch')));
  return worn;
}

export function sampleVeil(random: Random, traits: Traits): VeilLook {
  const style = random.weighted({ hijab: 0.1 + 0.9 * (1 - traits.masculine), 'loose-scarf': 0.25 * (1 - traits.masculine), hood: 0.15 + 0.5 * traits.masculine });
  const hood = style === 'hood';
  const stuff = hood ? fabric(random, random.pick(['fleece', 'jersey', 'satin'] as const), random.chance(0.8) ? 'none' : 'heather', { weaveSize: 0.2, weaveDepth: 0.3 }) : fabric(random, random.weighted({ jersey: 0.45, plain: 0.4, satin: 0.15 }), random.weighted({ none: 0.68, floral: 0.1, dots: 0.05, stripes: 0.07, paisley: 0.05, leopard: 0.03, brush: 0.04 }), { stitched: false });
  return {
    kind: 'veil', style, stuff: { ...stuff, wrinkles: 0.8, roughness: Math.max(0.55, stuff.roughness) }, under: !hood && random.chance(0.3) ? fabric(random, 'jersey', 'none', { colour: random.chance(0.5) ? hex(0x101012) : clothColour(random), wrinkles: 0, stitched: false }) : null,
    clearance: hood ? random.uniform(1.2, 2) : random.uniform(0.6, 1.2), opening: hood ? [random.uniform(-0.05, 0.12), random.uniform(0.1, 0.3), 0.15] : style === 'loose-scarf' ? [random.uniform(0.1, 0.35), random.uniform(0.1, 0.25), 0.1] : [random.uniform(-0.1, 0.04), random.uniform(-0.05, 0.04), random.uniform(-0.03, 0.06)],
    folds: random.uniform(0.6, 1.2), seed: random.uniform(0, 30),
  };
}

export function sampleMask(random: Random): MaskLook {
  const style = random.weighted({ surgical: 0.45, respirator: 0.17, cloth: 0.24, bandana: 0.08, chin: 0.06 });
  const pale = () => random.pick([hex(0x9fc9df), hex(0xa9d3c9), hex(0xf1f1ee), hex(0xf1f1ee), hex(0x18191b), hex(0xe7b9c4)]);
  const stuff = style === 'surgical' || style === 'chin' ? fabric(random, 'paper', 'none', { colour: pale() }) : style === 'respirator' ? fabric(random, 'paper', 'none', { colour: random.chance(0.75) ? hex(0xf2f2ef) : hex(0x202124) }) : style === 'bandana' ? fabric(random, 'plain', 'paisley', { patternSize: 1.8 }) : fabric(random, random.pick(['jersey', 'plain', 'satin'] as const), random.weighted({ none: 0.6, floral: 0.1, dots: 0.1, plaid: 0.08, camouflage: 0.06, stars: 0.06 }));
  return { kind: 'mask', style, stuff: { ...stuff, wrinkles: 0.15, stitched: style !== 'bandana' }, loops: fabric(random, 'jersey', 'none', { colour: random.chance(0.7) ? hex(0xeeeeec) : hsv(0, 0, 0.1), stitched: false }), top: random.uniform(-0.5, 0.5), looseness: random.uniform(0.05, 0.3), seed: random.uniform(0, 20) };
}
