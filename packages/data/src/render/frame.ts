/** What all passes of a picture know: camera, lights, seed. One uniform buffer. */
import type { View } from '@onegt/skeleton';
import { projectionMatrix, viewMatrix } from '@onegt/skeleton';
import { mat4 } from 'gl-matrix';
import { type Frame, type Lighting, MAX_LIGHTS } from '../setting/lighting.ts';
import { wholeWgsl } from './whole.wgsl.ts';

/** Centimetres in front of the camera. */
export const NEAR = 2;
export const FAR = 2000;

export const frameWgsl = /* wgsl */ `${wholeWgsl}
struct Light {
  direction: vec4f,   // head space, unit; w = angular radius
  colour: vec4f,      // w = 1: casts the shadows of the shadow maps
};

struct Frame {
  view_projection: mat4x4f,
  shadow_projection: mat4x4f,      // head space to the key light's clip space
  camera: vec4f,                   // position in head space; w = size of a pixel per cm of distance
  right: vec4f,                    // the camera's axes in head space; w = 1 / focal
  up: vec4f,                       // w = blur of the backdrop, radians
  back: vec4f,                     // w = cm to the plane of focus
  setting: array<vec4f, 3>,        // rows: head space to the frame of lights and background; w of the first = sides of the squares of pixels that the backdrop has one colour for
  ambient: array<vec4f, 9>,
  lights: array<Light, 4>,
  size: vec4u,                     // pixels a side, rows of the lattice of samples, seed, number of lights
  small: vec4f,                    // words of samples: one over the farthest depth, one over the range of such; bits of a number (0: there are none). w = defocus of what is infinitely far, pixels
  glass: vec4f,                    // what is transparent may touch: first column and row of pixels, last ones plus one
  shadow: vec4f,                   // cm across the shadow map, cm of its depth range, texels a side, 1 = there is one
};

fn render_ray(frame_right: vec4f, frame_up: vec4f, frame_back: vec4f, crop: vec2f) -> vec3f {
  return normalize((frame_right.xyz * crop.x + frame_up.xyz * crop.y) * frame_right.w - frame_back.xyz);
}
`;

const mat4Floats = 16;
export const FRAME_FLOATS = 2 * mat4Floats + 4 * 4 + 3 * 4 + 9 * 4 + MAX_LIGHTS * 8 + 4 * 4;

export interface ShadowFrame {
  projection: mat4;
  width: number;
  depth: number;
  texels: number;
}

/** What words of samples can tell. */
export interface WordFrame {
  /** Range of depth, cm along the view axis. */
  nearest: number;
  farthest: number;
  /** Of a triangle's number. */
  bits: number;
}

/** Pixels: first column and row, last column and row plus one. */
export type PixelBounds = readonly [number, number, number, number];

export interface FrameInput {
  view: View;
  size: number;
  /** Rows of the lattice of samples. */
  side: number;
  seed: number;
  lighting: Lighting;
  /** Radians. */
  backdropBlur: number;
  /** Pixels of blur of what is infinitely far, cm along the view axis that are sharp. */
  defocus: number;
  focusDistance: number;
  words: WordFrame;
  glass: PixelBounds;
  shadow: ShadowFrame | undefined;
}

/** Unit direction in head space of one that is given in the lighting's frame. */
export function toHeadSpace(direction: readonly [number, number, number], frame: Frame, { rotation: r }: View): [number, number, number] {
  const length = Math.hypot(...direction);
  const [x, y, z] = direction.map((v) => v / length) as [number, number, number];
  if (frame === 'world') return [x, y, z];
  return [r[0] * x + r[1] * y + r[2] * z, r[3] * x + r[4] * y + r[5] * z, r[6] * x + r[7] * y + r[8] * z];
}

/** Two pixels a side where the blur is five or more: an edge of it is as wide as ten. */
export const backdropSquare = ({ focal }: View, size: number, blur: number): 1 | 2 => (blur * focal * size >= 10 ? 2 : 1);

export function packFrame(out: Float32Array, { view, size, side, seed, lighting, backdropBlur, defocus, focusDistance, words, glass, shadow }: FrameInput): void {
  const { rotation: r, translation: t } = view;
  const integers = new Uint32Array(out.buffer, out.byteOffset, out.length);
  let at = 0;
  const put = (...values: number[]) => { out.set(values, at); at += values.length; };
  out.fill(0);
  const matrix = mat4.multiply(mat4.create(), projectionMatrix(mat4.create(), view, NEAR, FAR), viewMatrix(mat4.create(), view));
  put(...matrix);
  put(...(shadow?.projection ?? mat4.create()));
  put(-(r[0] * t[0] + r[1] * t[1] + r[2] * t[2]), -(r[3] * t[0] + r[4] * t[1] + r[5] * t[2]), -(r[6] * t[0] + r[7] * t[1] + r[8] * t[2]), 2 / (view.focal * size));
  put(r[0], r[3], r[6], 1 / view.focal);
  put(r[1], r[4], r[7], Math.max(backdropBlur, 2 / (view.focal * size)));
  put(r[2], r[5], r[8], focusDistance);
  const square = backdropSquare(view, size, backdropBlur);
  const rows = lighting.frame === 'camera' ? [r[0], r[3], r[6], square, r[1], r[4], r[7], 0, r[2], r[5], r[8], 0] : [1, 0, 0, square, 0, 1, 0, 0, 0, 0, 1, 0];
  put(...rows);
  for (let j = 0; j < 9; j++) put(...lighting.ambient.subarray(3 * j, 3 * j + 3), 0);
  const key = lighting.lights.findIndex((light) => light.shadow);
  for (let i = 0; i < MAX_LIGHTS; i++) {
    const light = lighting.lights[i];
    if (light === undefined) put(0, 0, 1, 0, 0, 0, 0, 0);
    else put(...toHeadSpace(light.direction, lighting.frame, view), light.size, ...light.colour, shadow !== undefined && i === key ? 1 : 0);
  }
  integers.set([size, side, seed >>> 0, Math.min(lighting.lights.length, MAX_LIGHTS)], at);
  at += 4;
  put(1 / words.farthest, 1 / Math.max(1e-9, 1 / words.nearest - 1 / words.farthest), words.bits, defocus);
  put(...glass);
  put(shadow?.width ?? 1, shadow?.depth ?? 1, shadow?.texels ?? 1, shadow === undefined ? 0 : 1);
}
