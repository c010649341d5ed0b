/** Hats, caps, wraps and hoods as plain data. Lengths in cm. */
import type { Random } from '../../random/random.ts';
import type { Traits } from '../../scene/scene.ts';
import type { FabricStuff, Pattern, Weave } from '../materials/fabric.ts';
import type { HardStuff } from '../materials/hard.ts';
import { clothColour, fabric, hex, hsv, metal, plastic } from '../stuffs.ts';

/** The lower edge: heights over brows, the top of the ears and the back of the skull. */
export interface Rim {
  front: number;
  side: number;
  back: number;
  /** A cut-out in front (caps worn backwards), cm high. */
  arch: number;
}

export type Crown =
  /** Follows the skull: `lift` more on top, `front` fuller in front, `slouch` hangs over behind. */
  | { kind: 'dome'; lift: number; front: number; slouch: number; panels: number }
  /** Rings of the rim's outline: (height, scale); `pinch` dents both sides in front, `dent` the middle of the top. */
  | { kind: 'rings'; rings: readonly (readonly [number, number])[]; pinch: number; dent: number };

export interface Brim {
  /** Front, sides, back. */
  width: readonly [number, number, number];
  /** Rise of the outer edge in front, at the sides, at the back; negative hangs. */
  rise: readonly [number, number, number];
  /** A visor only within this azimuth, radians (pi: all around), about `facing` (0 front, pi back). */
  extent: number;
  facing: number;
  thickness: number;
  hard: HardStuff | null;
}

export const HEADWEAR = ['baseball-cap', 'snapback', 'backwards-cap', 'trucker-cap', 'beanie', 'pompom-beanie', 'slouch-beanie', 'watch-cap', 'fedora', 'trilby', 'bucket', 'straw', 'sun-hat', 'boater', 'cowboy', 'bowler', 'newsboy', 'beret', 'turban', 'dastar', 'headwrap', 'bandana', 'kufi', 'fez', 'kippah', 'hard-hat', 'bike-helmet', 'army-cap', 'ushanka', 'visor', 'santa', 'top-hat', 'headband', 'alice-band', 'chef-hat'] as const;
export type HeadwearStyle = (typeof HEADWEAR)[number];

export interface HeadwearLook {
  kind: 'headwear';
  style: HeadwearStyle;
  stuff: FabricStuff;
  trim: FabricStuff;
  /** Instead of cloth. */
  shell: HardStuff | null;
  rim: Rim;
  clearance: number;
  crown: Crown | null;
  brim: Brim | null;
  /** A ribbon or a rolled cuff around the rim. */
  band: { height: number; thickness: number } | null;
  /** Folds of wraps. */
  folds: number;
  top: 'none' | 'button' | 'pompom';
  knot: 'none' | 'front' | 'back';
  /** Sideways, radians. */
  tilt: number;
  seed: number;
}

const STYLE_WEIGHTS: Readonly<Record<HeadwearStyle, number>> = {
  'baseball-cap': 1.5, snapback: 0.6, 'backwards-cap': 0.5, 'trucker-cap': 0.4, beanie: 1.2, 'pompom-beanie': 0.5, 'slouch-beanie': 0.4, 'watch-cap': 0.5, fedora: 0.6, trilby: 0.3, bucket: 0.6, straw: 0.4, 'sun-hat': 0.4, boater: 0.15, cowboy: 0.35, bowler: 0.12,
  newsboy: 0.35, beret: 0.4, turban: 0.35, dastar: 0.25, headwrap: 0.4, bandana: 0.35, kufi: 0.25, fez: 0.05, kippah: 0.15, 'hard-hat': 0.25, 'bike-helmet': 0.2, 'army-cap': 0.15, ushanka: 0.15, visor: 0.2, santa: 0.06, 'top-hat': 0.05, headband: 0.4, 'alice-band': 0.4, 'chef-hat': 0.08,
};

export function sampleHeadwear(random: Random, traits: Traits): HeadwearLook {
  const weights = { ...STYLE_WEIGHTS };
  for (const style of ['sun-hat', 'headwrap', 'alice-band', 'beret'] as const) weights[style] *= 0.1 + 1.8 * (1 - traits.masculine);
  for (const style of ['fedora', 'trilby', 'dastar', 'kippah', 'kufi', 'newsboy', 'bowler', 'fez'] as const) weights[style] *= 0.15 + 1.6 * traits.masculine;
  for (const style of ['snapback', 'backwards-cap', 'pompom-beanie'] as const) weights[style] *= traits.age < 40 ? 1.3 : 0.35;
  return headwear(random, random.weighted(weights));
}

const CAP_RIM: Rim = { front: 2.4, side: 0.9, back: -1.5, arch: 0 };

/** One named style, made at random. */
export function headwear(random: Random, style: HeadwearStyle): HeadwearLook {
  const jitter = (x: number, spread: number) => x + random.uniform(-spread, spread);
  const rim = (front: number, side: number, back: number, arch = 0): Rim => ({ front: jitter(front, 0.5), side: jitter(side, 0.3), back: jitter(back, 0.6), arch });
  const base = (weave: Weave, pattern: Pattern, changes: Partial<HeadwearLook>, stuffChanges: Partial<FabricStuff> = {}): HeadwearLook => {
    const stuff = fabric(random, weave, pattern, { wrinkles: 0.15, ...stuffChanges });
    return {
      kind: 'headwear', style, stuff, trim: { ...fabric(random, weave), ...(random.chance(0.6) ? { colour: stuff.colour } : {}) }, shell: null, rim: { ...CAP_RIM }, clearance: 0.45, crown: { kind: 'dome', lift: 0.6, front: 0.3, slouch: 0, panels: 0 },
      brim: null, band: null, folds: 0, top: 'none', knot: 'none', tilt: 0, seed: random.uniform(0, 50), ...changes,
    };
  };
  const visor = (length: number, droop: number, flat: number): Brim => ({ width: [jitter(length, 0.4), length, length], rise: [jitter(-droop * 0.35, 0.15), -droop * (1 - flat), 0], extent: 1.12, facing: 0, thickness: 0.14, hard: null });
  const logo = random.chance(0.6) ? ('logo' as const) : ('none' as const);
  switch (style) {
    case 'baseball-cap': return base('twill', logo, { rim: rim(2.4, 0.9, -1.2), crown: { kind: 'dome', lift: random.uniform(0.4, 1.1), front: random.uniform(0.4, 1.1), slouch: 0, panels: 6 }, brim: visor(6.6, random.uniform(1.4, 2.6), 0), top: 'button', tilt: random.normal(0, 0.04, 2) }, { patternSize: random.uniform(1.7, 2.4), weaveSize: 0.12, stitched: true });
    case 'army-cap': return base('twill', random.chance(0.5) ? 'camouflage' : 'none', { rim: rim(2.2, 0.9, -1), crown: { kind: 'rings', rings: [[0, 1], [2.5, 1.01], [5.4, 1], [6, 0.95], [6.6, 0.6], [6.8, 0.001]], pinch: 0, dent: 0 }, brim: visor(6, 1.6, 0) }, { patternSize: 3 });
    case 'trucker-cap': return base('mesh', 'none', { rim: rim(2.4, 0.9, -1.2), crown: { kind: 'dome', lift: 1, front: 1.6, slouch: 0, panels: 5 }, brim: visor(6.8, 1.5, 0.3), top: 'button' });
    case 'snapback': return base('felt', logo, { rim: rim(2.6, 0.8, -1.2), crown: { kind: 'dome', lift: 1.3, front: 1.5, slouch: 0, panels: 6 }, brim: visor(6.9, 1.1, 0.8), top: 'button', tilt: random.normal(0, 0.05, 2) }, { patternSize: random.uniform(1.9, 2.6) });
    case 'backwards-cap': return base('twill', 'none', { rim: rim(3, 0.7, -2.4, random.uniform(3, 4.2)), crown: { kind: 'dome', lift: 0.7, front: 0.3, slouch: 0, panels: 6 }, brim: { ...visor(6.6, 1.8, 0.2), facing: Math.PI }, top: 'button' });
    case 'visor': return base('twill', 'none', { rim: rim(2.6, 1, -0.8), crown: null, band: { height: 3.2, thickness: 0.3 }, brim: visor(7.2, 1.8, 0.2) });
    case 'beanie': return base(random.pick(['knit', 'rib', 'cable'] as const), random.weighted({ none: 0.6, stripes: 0.15, heather: 0.2, nordic: 0.08 }), { rim: rim(random.uniform(1.2, 3), -2.2, -5), clearance: 0.5, crown: { kind: 'dome', lift: random.uniform(0.6, 2), front: 0, slouch: 0, panels: 0 }, band: random.chance(0.7) ? { height: random.uniform(4.5, 6.5), thickness: 0.55 } : null });
    case 'pompom-beanie': return base(random.pick(['knit', 'cable'] as const), random.weighted({ none: 0.4, stripes: 0.25, nordic: 0.35 }), { rim: rim(2, -2.4, -5), clearance: 0.55, crown: { kind: 'dome', lift: 1.8, front: 0, slouch: 0, panels: 0 }, band: { height: 5.5, thickness: 0.6 }, top: 'pompom' });
    case 'slouch-beanie': return base(random.pick(['knit', 'jersey', 'rib'] as const), random.weighted({ none: 0.7, heather: 0.3, stripes: 0.1 }), { rim: rim(2.8, -0.8, -4.6), clearance: 0.5, crown: { kind: 'dome', lift: 1.2, front: 0.2, slouch: random.uniform(2.5, 5), panels: 0 }, folds: 0.35 });
    case 'watch-cap': return base('rib', 'none', { rim: rim(3.4, 0.7, -1.4), clearance: 0.5, crown: { kind: 'dome', lift: 1, front: 0, slouch: 0, panels: 0 }, band: { height: 3.8, thickness: 0.6 } });
    case 'fedora':
    case 'trilby': {
      const trilby = style === 'trilby';
      return base('felt', 'none', { rim: rim(2.6, 1.1, -0.4), clearance: 0.6, crown: { kind: 'rings', rings: [[0, 1], [3, 1.005], [6, 0.97], [9, 0.9], [10.8, 0.76], [11, 0.55], [10.2, 0.3], [9.8, 0.001]], pinch: random.uniform(0.6, 1.2), dent: random.uniform(1, 2) }, brim: { width: trilby ? [4.2, 4, 3.6] : [6.6, 6, 6], rise: trilby ? [-0.8, 0.7, 1.4] : [jitter(-0.8, 0.4), jitter(0.9, 0.4), jitter(0.3, 0.5)], extent: Math.PI, facing: 0, thickness: 0.16, hard: null }, band: { height: random.uniform(2.4, 4), thickness: 0.12 }, tilt: random.normal(0, 0.06, 2) }, { wrinkles: 0.08 });
    }
    case 'bucket': return base(random.pick(['twill', 'plain', 'corduroy', 'fleece'] as const), random.weighted({ none: 0.6, floral: 0.12, 'tie-dye': 0.1, checks: 0.1, leopard: 0.06 }), { rim: rim(2.6, 0.6, -1.4), crown: { kind: 'rings', rings: [[0, 1.02], [3, 0.98], [6.4, 0.92], [7.2, 0.88], [7.6, 0.7], [7.8, 0.001]], pinch: 0, dent: 0 }, clearance: 0.6, brim: { width: [5.4, 5.4, 5.4], rise: [jitter(-3.2, 0.6), jitter(-3.4, 0.5), jitter(-3.2, 0.5)], extent: Math.PI, facing: 0, thickness: 0.14, hard: null } }, { wrinkles: 0.4 });
    case 'straw':
    case 'sun-hat': {
      const wide = style === 'sun-hat' ? random.uniform(9, 14) : random.uniform(6, 8);
      return base('straw', 'none', { rim: rim(2.7, 1.1, -0.4), clearance: 0.7, crown: { kind: 'rings', rings: [[0, 1], [3, 1], [6.5, 0.95], [8.4, 0.85], [9.2, 0.6], [9.5, 0.001]], pinch: style === 'straw' ? 0.6 : 0, dent: 0.4 }, brim: { width: [wide, wide, wide], rise: [jitter(-1, 0.8), jitter(-0.3, 0.9), jitter(-1, 0.8)], extent: Math.PI, facing: 0, thickness: 0.16, hard: null }, band: { height: random.uniform(2, 4), thickness: 0.12 } }, { colour: random.chance(0.75) ? hsv(random.uniform(0.08, 0.13), random.uniform(0.25, 0.5), random.uniform(0.6, 0.9)) : clothColour(random), wrinkles: 0 });
    }
    case 'boater': return base('straw', 'none', { rim: rim(2.9, 1.3, 0.2), clearance: 0.7, crown: { kind: 'rings', rings: [[0, 1], [8, 1], [8.5, 0.98], [8.7, 0.9], [8.7, 0.001]], pinch: 0, dent: 0 }, brim: { width: [6, 6, 6], rise: [0, 0, 0], extent: Math.PI, facing: 0, thickness: 0.25, hard: null }, band: { height: 4.5, thickness: 0.1 } }, { colour: hsv(0.12, 0.35, 0.85), wrinkles: 0 });
    case 'cowboy': return base(random.chance(0.7) ? 'felt' : 'leather', 'none', { rim: rim(2.7, 1.1, -0.4), clearance: 0.6, crown: { kind: 'rings', rings: [[0, 1], [4, 1], [8, 0.95], [11.5, 0.84], [12.4, 0.66], [11.4, 0.34], [10.8, 0.001]], pinch: 1.2, dent: 2 }, brim: { width: [9, 8.4, 9], rise: [jitter(-0.5, 0.6), jitter(5, 1), jitter(-0.5, 0.6)], extent: Math.PI, facing: 0, thickness: 0.2, hard: null }, band: { height: 1.8, thickness: 0.14 } }, { colour: random.pick([hex(0x6b4a2e), hex(0x2b211b), hex(0xb99b74), hex(0x14120f), hex(0xe6ddcb)]), wrinkles: 0.1 });
    case 'bowler': return base('felt', 'none', { rim: rim(2.8, 1.2, 0), clearance: 0.6, crown: { kind: 'rings', rings: [[0, 1], [4, 1.02], [7.5, 0.96], [9.6, 0.8], [10.8, 0.5], [11.2, 0.001]], pinch: 0, dent: 0 }, brim: { width: [4.5, 4.4, 4.5], rise: [0, 2, 0], extent: Math.PI, facing: 0, thickness: 0.16, hard: null }, band: { height: 2.4, thickness: 0.1 } }, { colour: hex(0x17171a), wrinkles: 0 });
    case 'top-hat': return base('satin', 'none', { rim: rim(2.8, 1.2, 0), clearance: 0.6, crown: { kind: 'rings', rings: [[0, 1], [5, 0.97], [14, 1.05], [14.4, 1.02], [14.5, 0.001]], pinch: 0, dent: 0 }, brim: { width: [5, 4.6, 5], rise: [-0.2, 1.8, -0.2], extent: Math.PI, facing: 0, thickness: 0.16, hard: null }, band: { height: 3, thickness: 0.1 } }, { colour: hex(0x0f0f11), wrinkles: 0 });
    case 'newsboy': return base(random.pick(['felt', 'twill', 'corduroy'] as const), random.weighted({ herringbone: 0.4, plaid: 0.25, none: 0.35 }), { rim: rim(2.8, 1, -0.8), crown: { kind: 'rings', rings: [[0, 1], [0.8, 1.12], [2.6, 1.2], [4.6, 1.06], [5.6, 0.7], [5.9, 0.001]], pinch: 0, dent: 0 }, brim: { ...visor(4.6, 1.8, 0), extent: 0.95 }, top: 'button', folds: 0.25 }, { wrinkles: 0.35 });
    case 'beret': return base('felt', 'none', { rim: rim(3.2, 1.6, -0.6), crown: { kind: 'rings', rings: [[0, 1], [0.9, 1.16], [2.2, 1.3], [3.4, 1.24], [4.2, 0.8], [4.4, 0.001]], pinch: 0, dent: 0 }, band: { height: 1.1, thickness: 0.15 }, tilt: random.pick([-1, 1]) * random.uniform(0.12, 0.3), folds: 0.3 });
    case 'turban': return base(random.pick(['plain', 'satin'] as const), random.weighted({ none: 0.8, floral: 0.1, stripes: 0.1 }), { rim: rim(2.8, -0.4, -3.4), clearance: 1.2, crown: { kind: 'dome', lift: 1.6, front: 0.8, slouch: 0, panels: 0 }, folds: random.uniform(0.5, 0.85), knot: random.chance(0.4) ? 'front' : 'none' });
    case 'dastar': return base('plain', 'none', { rim: { front: 2.6, side: -0.8, back: -4, arch: random.uniform(1.2, 2.6) }, clearance: 1.6, crown: { kind: 'dome', lift: random.uniform(3, 4.6), front: 2.2, slouch: 0, panels: 0 }, folds: random.uniform(0.7, 1) });
    case 'headwrap': return base(random.pick(['plain', 'satin', 'jersey'] as const), random.weighted({ none: 0.4, dashiki: 0.2, floral: 0.2, paisley: 0.15, leopard: 0.05 }), { rim: rim(3, -0.2, -4.4), clearance: 1, crown: { kind: 'dome', lift: random.uniform(1.5, 4.5), front: 0.3, slouch: random.uniform(0, 2.5), panels: 0 }, folds: random.uniform(0.4, 0.8), knot: random.pick(['front', 'back', 'none'] as const) });
    case 'bandana': return base('plain', random.weighted({ paisley: 0.7, dots: 0.2, none: 0.15 }), { rim: rim(2.4, 0.9, -3), clearance: 0.35, crown: { kind: 'dome', lift: 0.2, front: 0, slouch: 0, panels: 0 }, folds: 0.2, knot: 'back' }, { patternSize: random.uniform(1.2, 2.2) });
    case 'kufi': return base(random.pick(['knit', 'plain', 'satin'] as const), random.weighted({ none: 0.5, chevron: 0.2, nordic: 0.2, dashiki: 0.1 }), { rim: rim(3.2, 1.6, 0.4), crown: { kind: 'rings', rings: [[0, 1], [5.4, 0.96], [6, 0.92], [6.3, 0.75], [6.5, 0.001]], pinch: 0, dent: 0 }, clearance: 0.4 });
    case 'fez': return base('felt', 'none', { rim: rim(3.4, 1.8, 0.8), crown: { kind: 'rings', rings: [[0, 1], [10.5, 0.78], [10.9, 0.74], [10.9, 0.001]], pinch: 0, dent: 0 }, clearance: 0.5 }, { colour: hex(0x7a1220), wrinkles: 0 });
    case 'kippah': return base(random.pick(['knit', 'satin', 'suede'] as const), random.weighted({ none: 0.7, chevron: 0.15, nordic: 0.15 }), { rim: { front: 7.4, side: 7.6, back: 6.2, arch: 0 }, clearance: 0.4, crown: { kind: 'dome', lift: 0.2, front: 0, slouch: 0, panels: 4 } });
    case 'hard-hat': return base('plain', 'none', { shell: { kind: 'plain', colour: random.pick([hex(0xf0c419), hex(0xeeeeee), hex(0xd9531e), hex(0x1f5fa8), hex(0x2f8f4a)]), roughness: 0.35, coat: 0.3 }, rim: rim(3, 1.6, 0.6), clearance: 2.2, crown: { kind: 'dome', lift: 2.6, front: 0.4, slouch: 0, panels: 3 }, brim: { width: [4.4, 1.6, 1.6], rise: [-0.9, -0.4, -0.4], extent: Math.PI, facing: 0, thickness: 0.3, hard: null } });
    case 'bike-helmet': return base('plain', 'none', { shell: { ...plastic(random), kind: 'plain', coat: 0.6, roughness: 0.3 }, rim: rim(3, 1.4, 0.6), clearance: 2.4, crown: { kind: 'dome', lift: 2, front: 0.8, slouch: 1, panels: 10 } });
    case 'ushanka': return base('fleece', 'none', { rim: rim(2.4, -3, -4), clearance: 1.2, crown: { kind: 'dome', lift: 2.4, front: 0.6, slouch: 0, panels: 0 }, band: { height: 6, thickness: 1.6 } }, { weaveDepth: 1, weaveSize: 0.6, sheen: 1 });
    case 'santa': return base('fleece', 'none', { rim: rim(2.4, 0.4, -3), clearance: 0.7, crown: { kind: 'dome', lift: 3, front: 0, slouch: 5, panels: 0 }, band: { height: 4, thickness: 1.2 }, folds: 0.3 }, { colour: hex(0xb3121c) });
    case 'headband': return base(random.pick(['rib', 'jersey', 'knit'] as const), random.weighted({ none: 0.7, stripes: 0.15, heather: 0.15 }), { rim: rim(3, -0.2, -2), crown: null, band: { height: random.uniform(3.5, 7), thickness: 0.3 }, clearance: 0.35 });
    case 'alice-band': return base(random.pick(['satin', 'plain', 'leather'] as const), random.weighted({ none: 0.7, dots: 0.15, floral: 0.15 }), { rim: { front: 6.6, side: 0.4, back: 0, arch: 0 }, crown: null, clearance: 0.55, shell: random.chance(0.4) ? plastic(random) : random.chance(0.2) ? metal(random) : null, band: { height: random.uniform(0.8, 3), thickness: random.uniform(0.2, 0.7) } });
    case 'chef-hat': return base('plain', 'none', { rim: rim(3.2, 1.5, 0.4), crown: { kind: 'rings', rings: [[0, 1], [6.5, 1.02], [7.2, 1.16], [10, 1.36], [13, 1.2], [14, 0.7], [14.2, 0.001]], pinch: 0, dent: 0 }, folds: 0.8 }, { colour: hex(0xf3f2ee), wrinkles: 0.4 });
  }
}
