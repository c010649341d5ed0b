/**
 * What surrounds a person. A {@link BackgroundLook} is data; {@link createBackground} gives the WGSL that draws it, in linear
 * radiance, for any direction and any blur: as the backdrop, as the source of light (`light-probe.ts`) and as what eyes and
 * glasses mirror. The families are functions, not pictures: there is no end to them and nothing to download.
 */
import type { Random } from '../random/random.ts';
import { type Emitter, packEmitter } from './emitter.ts';
import type { Family } from './families/family.ts';
import { car } from './families/car.ts';
import { city } from './families/city.ts';
import { foliage } from './families/foliage.ts';
import { interior } from './families/interior.ts';
import { landscape } from './families/landscape.ts';
import { lights } from './families/lights.ts';
import { studio } from './families/studio.ts';
import { wall } from './families/wall.ts';
import { FAMILY_PARAMETERS, libraryWgsl, MAX_EMITTERS } from './library.ts';

/** One background, ready to draw. */
export interface Background {
  /** Names the pipeline: equal labels share one. */
  readonly label: string;
  /**
   * `fn environment(direction: vec3f, blur: f32) -> vec3f`: linear radiance. `direction` is a unit vector in the frame of the
   * lighting, `blur` the radius of the circle of confusion in radians; give it at least the size of a pixel, or edges alias.
   * Reads `background_parameters: array<vec4f, 32>`, which whoever compiles it declares (uniform or storage). Its other
   * names begin with `backdrop_`, so that it can be put beside any material; it needs no other WGSL.
   */
  readonly wgsl: string;
  /** `[32, 4]` */
  readonly parameters: Float32Array;
}

export const BACKGROUND_VEC4 = 32;

/** Sampled: what there is, as plain data. */
export interface BackgroundLook {
  family: FamilyName;
  /** What it shows, for people: `interior/office`. */
  label: string;
  /** `[32 * 4]`, see the families. */
  parameters: number[];
  isIndoors: boolean;
}

const FAMILIES = { studio, wall, interior, landscape, foliage, city, lights, car } as const satisfies Record<string, Family>;
export type FamilyName = keyof typeof FAMILIES;
export const FAMILY_NAMES = Object.keys(FAMILIES) as FamilyName[];

/** How often each is drawn, per cent. */
const SHARES: Record<FamilyName, number> = { studio: 15, wall: 17, interior: 24, landscape: 9, foliage: 11, city: 11, lights: 8, car: 5 };

/** @param family - drawn too unless given */
export function sampleBackground(random: Random, family: FamilyName = random.weighted(SHARES)): BackgroundLook {
  const { label, parameters, emitters, turn, isIndoors } = FAMILIES[family].sample(random.stream(family));
  return { family, label, parameters: pack(parameters, emitters, turn), isIndoors };
}

/** The same surroundings with other lamps added, as many as there is room for. */
export function withEmitters(look: BackgroundLook, emitters: readonly Emitter[]): BackgroundLook {
  const parameters = [...look.parameters];
  let count = parameters[1]!;
  for (const emitter of emitters) {
    if (count === MAX_EMITTERS) break;
    parameters.splice(4 + 12 * count++, 12, ...packEmitter(emitter).map(rounded));
  }
  parameters[1] = count;
  return { ...look, parameters };
}

export function createBackground({ family, parameters }: BackgroundLook): Background {
  return { label: `background/${family}`, wgsl: FAMILIES[family].wgsl + libraryWgsl, parameters: Float32Array.from(parameters) };
}

/** A background of one radiance everywhere: for tests, and to look at other things. */
export function uniformBackground(radiance: readonly [number, number, number]): Background {
  const parameters = new Float32Array(4 * BACKGROUND_VEC4);
  parameters.set(radiance);
  return { label: 'background/uniform', wgsl: 'fn environment(direction: vec3f, blur: f32) -> vec3f { return background_parameters[0].rgb; }', parameters };
}

function pack(parameters: readonly number[], emitters: readonly Emitter[], turn: number): number[] {
  const packed = new Array<number>(4 * BACKGROUND_VEC4).fill(0);
  const start = 4 * FAMILY_PARAMETERS;
  if (parameters.length > packed.length - start || emitters.length > MAX_EMITTERS) throw new RangeError(`${parameters.length} parameters and ${emitters.length} emitters do not fit.`);
  [1, emitters.length, Math.cos(turn), Math.sin(turn)].forEach((value, i) => (packed[i] = rounded(value)));
  emitters.flatMap(packEmitter).forEach((value, i) => (packed[4 + i] = rounded(value)));
  parameters.forEach((value, i) => (packed[start + i] = rounded(value)));
  return packed;
}

/** Six digits are plenty, and make the stored scene short. */
const rounded = (value: number): number => Number(value.toPrecision(6));
