/** What a family of backgrounds is: one shader, and a way to draw its parameters. */
import type { Random } from '../../random/random.ts';
import type { Emitter } from '../emitter.ts';

/** Linear RGB. */
export type Rgb = readonly [number, number, number];

/** A background before it is packed. */
export interface FamilyDraw {
  /** What it is, for people: `interior/office`. */
  label: string;
  /** The family's parameters, four to a vec4, at most 19 vec4. */
  parameters: number[];
  /** Sources of light besides what the shader draws. */
  emitters: Emitter[];
  /** Turns the surroundings about the vertical, radians. */
  turn: number;
  /** Whether the sources that photographers and screens add make sense: a candle does not on a beach. */
  isIndoors: boolean;
}

export interface Family {
  /** `fn backdrop(direction: vec3f, blur: f32) -> vec3f`, parameters from `backdrop_parameter(13u)`. */
  readonly wgsl: string;
  sample(random: Random): FamilyDraw;
}
