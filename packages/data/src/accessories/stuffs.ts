/** Stuffs that people wear, sampled: linear colours that cloth, metal and plastic really have. */
import type { Random } from '../random/random.ts';
import type { Vec3 } from './geometry/vector.ts';
import type { FabricStuff, Pattern, Weave } from './materials/fabric.ts';
import type { HardStuff } from './materials/hard.ts';

/** sRGB bytes as a hex number to linear RGB. */
export const hex = (value: number): Vec3 => {
  const channel = (byte: number) => { const x = byte / 255; return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; };
  return [channel((value >> 16) & 255), channel((value >> 8) & 255), channel(value & 255)];
};

/** Hue 0..1, saturation 0..1, value 0..1 to linear RGB, through sRGB: even steps to the eye. */
export function hsv(hue: number, saturation: number, value: number): Vec3 {
  const channel = (offset: number) => {
    const k = (offset + hue * 6) % 6;
    return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1));
  };
  const linear = (x: number) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
  return [linear(channel(5)), linear(channel(3)), linear(channel(1))];
}

export function metal(random: Random): HardStuff {
  const [colour, roughness] = random.pick([
    [hex(0xd8d8dc), 0.22], [hex(0xe8c37a), 0.2], [hex(0xe6b49a), 0.22], [hex(0x8b8d92), 0.3], [hex(0x2a2a2d), 0.35], [hex(0xb08d57), 0.32], [hex(0x5b5f66), 0.4],
  ] as const);
  return { kind: random.chance(0.3) ? 'brushed' : 'plain', colour, roughness: roughness * random.uniform(0.7, 1.3), metallic: 1, seed: random.next() };
}

/** Gold, silver, rose gold: what jewellery is made of. */
export function preciousMetal(random: Random): HardStuff {
  const colour = random.pick([hex(0xf0cf86), hex(0xe9c06a), hex(0xdededf), hex(0xcfd0d4), hex(0xe8b9a0)]);
  return { kind: 'plain', colour, roughness: random.uniform(0.1, 0.25), metallic: 1, seed: random.next() };
}

export function acetate(random: Random): HardStuff {
  const family = random.weighted({ black: 0.34, tortoise: 0.26, dark: 0.2, vivid: 0.1, pale: 0.1 });
  const finish = { roughness: random.chance(0.25) ? random.uniform(0.4, 0.6) : random.uniform(0.12, 0.25), coat: random.chance(0.6) ? random.uniform(0.3, 0.9) : 0, seed: random.uniform(0, 10) };
  switch (family) {
    case 'tortoise': return { kind: 'tortoise', colour: hsv(random.uniform(0.05, 0.1), 0.75, random.uniform(0.5, 0.72)), second: hex(0x1d0f08), scale: random.uniform(0.35, 0.9), ...finish };
    case 'black': return { kind: 'plain', colour: hsv(random.next(), 0.1, random.uniform(0.05, 0.13)), ...finish };
    case 'dark': return { kind: 'plain', colour: hsv(random.pick([0.02, 0.07, 0.35, 0.6, 0.62, 0.8, 0.95]), random.uniform(0.4, 0.8), random.uniform(0.18, 0.38)), ...finish };
    case 'vivid': return { kind: 'plain', colour: hsv(random.next(), random.uniform(0.6, 0.9), random.uniform(0.5, 0.85)), ...finish };
    case 'pale': return { kind: random.chance(0.3) ? 'speckled' : 'plain', colour: hsv(random.uniform(0.02, 0.14), random.uniform(0.05, 0.3), random.uniform(0.7, 0.92)), second: hsv(0.08, 0.5, 0.5), scale: 0.8, ...finish };
  }
}

/** Plastic of headphones and clips. */
export function plastic(random: Random): HardStuff {
  const colour = random.chance(0.6) ? hsv(random.next(), 0.06, random.pick([0.08, 0.12, 0.2, 0.6, 0.9])) : hsv(random.next(), random.uniform(0.4, 0.85), random.uniform(0.4, 0.85));
  return { kind: 'plain', colour, roughness: random.uniform(0.25, 0.6), seed: random.next() };
}

export function gem(random: Random): HardStuff {
  const colour = random.pick([[0.9, 0.92, 0.95], hsv(0.98, 0.85, 0.7), hsv(0.6, 0.8, 0.7), hsv(0.4, 0.8, 0.6), hsv(0.78, 0.6, 0.7), hsv(0.5, 0.5, 0.8)] as const);
  return { kind: 'gem', colour, roughness: 0.05, metallic: 0.3, coat: 1, seed: random.next() };
}

export const pearl = (random: Random): HardStuff =>
  ({ kind: 'pearl', colour: hsv(random.uniform(0.05, 0.15), random.uniform(0.02, 0.12), random.uniform(0.85, 0.95)), second: hsv(random.next(), 0.2, 0.85), roughness: 0.18, coat: 0.6 });

/** Colours of cloth: many are muted, few are neon. */
export function clothColour(random: Random): Vec3 {
  switch (random.weighted({ neutral: 0.42, muted: 0.33, deep: 0.15, vivid: 0.1 })) {
    case 'neutral': return random.pick([hex(0x111214), hex(0x1d1e22), hex(0x33353a), hex(0x5a5c60), hex(0x8d8f92), hex(0xc7c6c2), hex(0xeceae4), hex(0xf4f4f2), hex(0xd9cdb8), hex(0xb9a585), hex(0x4a3a2d), hex(0x1b2438), hex(0x232d45)]);
    case 'muted': return hsv(random.next(), random.uniform(0.2, 0.5), random.uniform(0.3, 0.8));
    case 'deep': return hsv(random.next(), random.uniform(0.5, 0.85), random.uniform(0.18, 0.45));
    case 'vivid': return hsv(random.next(), random.uniform(0.65, 0.92), random.uniform(0.55, 0.9));
  }
}

const WEAVE_DATA: Readonly<Record<Weave, { size: number; depth: number; roughness: number; sheen: number }>> = {
  jersey: { size: 0.12, depth: 0.4, roughness: 0.85, sheen: 0.35 },
  plain: { size: 0.08, depth: 0.5, roughness: 0.75, sheen: 0.2 },
  twill: { size: 0.13, depth: 0.8, roughness: 0.8, sheen: 0.15 },
  knit: { size: 0.42, depth: 1, roughness: 0.9, sheen: 0.6 },
  felt: { size: 0.3, depth: 0.35, roughness: 0.95, sheen: 0.7 },
  leather: { size: 0.22, depth: 0.45, roughness: 0.4, sheen: 0 },
  satin: { size: 0.1, depth: 0.15, roughness: 0.46, sheen: 0.35 },
  straw: { size: 0.5, depth: 1, roughness: 0.6, sheen: 0.05 },
  corduroy: { size: 0.3, depth: 1, roughness: 0.9, sheen: 0.7 },
  fleece: { size: 0.5, depth: 0.7, roughness: 0.95, sheen: 0.8 },
  rib: { size: 0.32, depth: 1, roughness: 0.88, sheen: 0.45 },
  mesh: { size: 0.2, depth: 0.6, roughness: 0.65, sheen: 0.2 },
  paper: { size: 0.25, depth: 0.3, roughness: 0.8, sheen: 0.1 },
  suede: { size: 0.4, depth: 0.3, roughness: 0.95, sheen: 0.5 },
  cable: { size: 0.42, depth: 1, roughness: 0.9, sheen: 0.6 },
};

/** Periods that suit a pattern, cm. */
const PATTERN_SIZE: Readonly<Record<Pattern, readonly [number, number]>> = {
  none: [1, 1], stripes: [1, 5], pinstripes: [0.7, 2], plaid: [2.5, 8], gingham: [0.8, 2.5], dots: [0.8, 3], floral: [1.6, 4.5], camouflage: [3, 6], heather: [1, 1], dashiki: [5, 9], paisley: [2, 4],
  leopard: [1.3, 2.6], 'tie-dye': [3, 7], argyle: [3, 6], herringbone: [0.8, 1.6], stars: [1.2, 3], chevron: [2, 5], checks: [1.5, 4], brush: [3, 8], logo: [3.5, 6], 'colour-block': [1, 1], nordic: [2, 4],
};

export function fabric(random: Random, weave: Weave, pattern: Pattern = 'none', changes: Partial<FabricStuff> = {}): FabricStuff {
  const { size, depth, roughness, sheen } = WEAVE_DATA[weave];
  const colour = clothColour(random);
  const [low, high] = PATTERN_SIZE[pattern];
  const luma = (c: Vec3) => 0.2 * c[0] + 0.7 * c[1] + 0.1 * c[2];
  // Patterns need contrast to be seen at all.
  const contrasting = (): Vec3 => {
    for (let i = 0; i < 12; i++) {
      const other = clothColour(random);
      if (Math.abs(Math.sqrt(luma(other)) - Math.sqrt(luma(colour))) > 0.22) return other;
    }
    return luma(colour) > 0.25 ? hex(0x1d1e22) : hex(0xeceae4);
  };
  return {
    weave, pattern, colour, second: contrasting(), third: contrasting(), patternSize: random.uniform(low, high), angle: 0, weaveSize: size * random.uniform(0.85, 1.2), weaveDepth: depth,
    roughness: Math.min(1, roughness * random.uniform(0.9, 1.1)), sheen: sheen * random.uniform(0.6, 1.2), wrinkles: 0.4, wear: 0, stitched: true, centre: [0, 0], seed: random.uniform(0, 20), ...changes,
  };
}
