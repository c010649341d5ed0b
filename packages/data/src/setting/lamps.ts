/**
 * How people are lit indoors: the set-ups of portrait photographers (Rembrandt, butterfly, loop, split, broad, clamshell),
 * and what happens by itself: lamps, flashes, screens, candles. All are emitters around the head, seen in eyes and glasses.
 */
import type { Random } from '../random/random.ts';
import { blackBody, hsv, scaled } from './colour.ts';
import { directionOf, type Emitter, solidAngleOf } from './emitter.ts';
import type { Rgb } from './families/family.ts';

export const LAMP_SETUPS = ['rembrandt', 'loop', 'butterfly', 'split', 'broad', 'clamshell', 'two-sided', 'window', 'lamp', 'flash', 'ring', 'screen', 'candle', 'overhead', 'coloured'] as const;
export type LampSetup = (typeof LAMP_SETUPS)[number];

const degrees = (value: number) => (value * Math.PI) / 180;

interface LampOptions {
  /** Degrees from the front, towards the subject's left. */
  azimuth: number;
  elevation: number;
  /** Radiance of a white matte surface that faces it. */
  level: number;
  colour: Rgb;
  shape?: Emitter['shape'];
  halfWidth: number;
  halfHeight?: number;
  roll?: number;
}

function lamp({ azimuth, elevation, level, colour, shape = 'rectangle', halfWidth, halfHeight = halfWidth, roll = 0 }: LampOptions): Emitter {
  const solidAngle = solidAngleOf({ shape, halfWidth, halfHeight });
  return { direction: directionOf(degrees(azimuth), degrees(elevation)), radiance: scaled(colour, (level * Math.PI) / solidAngle), shape, halfWidth, halfHeight, roll };
}

/** Softboxes, octaboxes, umbrellas, beauty dishes and bare heads, from a metre or two away. */
function modifier(random: Random): Pick<LampOptions, 'shape' | 'halfWidth' | 'halfHeight' | 'roll'> {
  switch (random.weighted({ softbox: 40, octabox: 30, strip: 10, dish: 12, bare: 8 })) {
    case 'softbox': { const size = random.uniform(0.22, 0.55); return { halfWidth: size, halfHeight: size * random.uniform(1, 1.5), roll: random.normal(0, 0.2) }; }
    case 'octabox': return { shape: 'disc', halfWidth: random.uniform(0.25, 0.6) };
    case 'strip': return { halfWidth: random.uniform(0.08, 0.14), halfHeight: random.uniform(0.4, 0.7) };
    case 'dish': return { shape: 'disc', halfWidth: random.uniform(0.12, 0.2) };
    case 'bare': return { shape: 'disc', halfWidth: random.uniform(0.03, 0.08) };
  }
}

/** @param setup - drawn too unless given */
export function sampleLamps(random: Random, setup: LampSetup): Emitter[] {
  const side = random.chance(0.5) ? 1 : -1;
  const strobe = blackBody(random.uniform(4900, 6200));
  const key = (azimuth: number, elevation: number): Emitter => lamp({ azimuth: side * azimuth, elevation, level: 1, colour: strobe, ...modifier(random) });
  const fill = (low: number, high: number): Emitter => lamp({ azimuth: -side * random.uniform(25, 70), elevation: random.uniform(-10, 25), level: random.uniform(low, high), colour: strobe, halfWidth: random.uniform(0.4, 0.7) });
  const rims = (chance: number): Emitter[] => {
    if (!random.chance(chance)) return [];
    const colour = random.chance(0.15) ? hsv(random.next(), random.uniform(0.4, 0.8), 1) : blackBody(random.uniform(4200, 7500));
    const one = (azimuth: number) => lamp({ azimuth, elevation: random.uniform(10, 45), level: random.uniform(0.4, 1.6), colour, halfWidth: random.uniform(0.08, 0.25), halfHeight: random.uniform(0.2, 0.4) });
    const azimuth = random.uniform(112, 128);
    return random.chance(0.3) ? [one(azimuth), one(-azimuth)] : [one(-side * azimuth)];
  };
  switch (setup) {
    case 'rembrandt': return [key(random.uniform(38, 52), random.uniform(32, 48)), ...(random.chance(0.8) ? [fill(0.06, 0.3)] : []), ...rims(0.35)];
    case 'loop': return [key(random.uniform(18, 38), random.uniform(22, 42)), fill(0.15, 0.5), ...rims(0.35)];
    case 'butterfly': return [key(random.uniform(0, 8), random.uniform(35, 55)), fill(0.1, 0.35), ...rims(0.3)];
    case 'split': return [key(random.uniform(72, 95), random.uniform(0, 25)), ...(random.chance(0.6) ? [fill(0.04, 0.2)] : []), ...rims(0.3)];
    case 'broad': return [key(random.uniform(50, 70), random.uniform(15, 35)), fill(0.2, 0.6), ...rims(0.2)];
    case 'clamshell': return [key(random.uniform(0, 6), random.uniform(30, 45)), lamp({ azimuth: 0, elevation: random.uniform(-45, -30), level: random.uniform(0.25, 0.6), colour: strobe, halfWidth: random.uniform(0.35, 0.6), halfHeight: 0.25 }), ...rims(0.4)];
    case 'two-sided': return [key(random.uniform(55, 90), random.uniform(0, 30)), lamp({ azimuth: -side * random.uniform(55, 90), elevation: random.uniform(0, 30), level: random.uniform(0.5, 1), colour: random.chance(0.2) ? blackBody(3200) : strobe, ...modifier(random) })];
    case 'window': {
      const wide = random.uniform(0.3, 0.7);
      return [lamp({ azimuth: side * random.uniform(25, 85), elevation: random.uniform(0, 25), level: 1, colour: blackBody(random.uniform(5200, 8500)), halfWidth: wide, halfHeight: wide * random.uniform(1, 1.6) })];
    }
    case 'lamp': return [lamp({ azimuth: side * random.uniform(20, 80), elevation: random.uniform(0, 45), level: 1, colour: blackBody(random.uniform(2500, 3300), random.uniform(3400, 4800)), shape: 'disc', halfWidth: random.uniform(0.05, 0.2) }), lamp({ azimuth: -side * random.uniform(40, 100), elevation: random.uniform(20, 60), level: random.uniform(0.1, 0.4), colour: blackBody(random.uniform(2700, 4000), 4200), shape: 'disc', halfWidth: random.uniform(0.1, 0.3) })];
    case 'flash': return [lamp({ azimuth: random.normal(0, 4), elevation: random.uniform(3, 14), level: 1, colour: strobe, shape: 'disc', halfWidth: random.uniform(0.015, 0.04) })];
    case 'ring': return [lamp({ azimuth: 0, elevation: random.normal(0, 4), level: 1, colour: strobe, shape: 'ring', halfWidth: random.uniform(0.18, 0.35), halfHeight: random.uniform(0.1, 0.15) })];
    case 'screen': return [lamp({ azimuth: random.normal(0, 15), elevation: random.uniform(-35, -8), level: 1, colour: blackBody(random.uniform(6500, 12000), 5500), halfWidth: random.uniform(0.25, 0.5), halfHeight: random.uniform(0.15, 0.3) })];
    case 'candle': return [lamp({ azimuth: random.normal(0, 35, 2), elevation: random.uniform(-35, -5), level: 1, colour: blackBody(random.uniform(1850, 2300), random.uniform(2800, 3800)), shape: 'disc', halfWidth: random.uniform(0.02, 0.06) })];
    case 'overhead': return [lamp({ azimuth: random.normal(0, 40, 2.5), elevation: random.uniform(55, 80), level: 1, colour: blackBody(random.uniform(3200, 5500), 4600), halfWidth: random.uniform(0.2, 0.6), halfHeight: random.uniform(0.1, 0.3) }), fill(0.1, 0.4)];
    case 'coloured': return [side, -side].map((s) => lamp({ azimuth: s * random.uniform(35, 95), elevation: random.uniform(-10, 35), level: 1, colour: scaled(hsv(random.next(), s > 0 ? random.uniform(0.3, 0.6) : random.uniform(0.1, 0.4), 1), s > 0 ? 1 : random.uniform(0.4, 1)), halfWidth: random.uniform(0.1, 0.35), halfHeight: random.uniform(0.2, 0.6) }));
  }
}
