/** Pictures at the border of the stage: RGBA bytes outside, `[256, 256, 3]` in -1..1 inside. */
import { type Gpu, gridFor, type Kernel, type Operand, type Ops, ShapeMismatchError, type TensorRef } from '@onegt/kernels';
import { MAP_SIZE } from './conditioning.ts';

/** RGBA, row-major. */
export interface Image {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}

/** A rendered picture; opaque. */
export interface RenderedImage extends Image {
  data: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * @param image - 256 x 256 RGBA (alpha is ignored), or `[256, 256, 3]` in -1..1
 * @returns `[256, 256, 3]` in -1..1
 * @throws {@link ShapeMismatchError}
 */
export function pixelsOf(image: Image | Float32Array): Float32Array {
  const count = MAP_SIZE * MAP_SIZE;
  if (image instanceof Float32Array) {
    if (image.length !== 3 * count) throw new ShapeMismatchError(`A portrait as floats is [${MAP_SIZE}, ${MAP_SIZE}, 3] = ${3 * count} values, given ${image.length}.`, { length: image.length });
    return image;
  }
  const { width, height, data } = image;
  if (width !== MAP_SIZE || height !== MAP_SIZE || data.length !== 4 * count) {
    throw new ShapeMismatchError(`A portrait is ${MAP_SIZE} x ${MAP_SIZE} RGBA, ${4 * count} bytes; given ${width} x ${height} with ${data.length} bytes.\n  Crop it first: computeCrop and cropImage of @onegt/skeleton.`, { width, height, length: data.length });
  }
  return Float32Array.from({ length: 3 * count }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]! / 127.5 - 1);
}

/** `[S, S, 3]` in -1..1 (clamped) to RGBA, one u32 per pixel `[S, S]`. */
export function packRgba(ops: Ops, picture: Operand): TensorRef {
  const [height, width] = picture.shape as readonly [number, number];
  const result = ops.empty([height, width], 'u32', 'rgba');
  ops.dispatch({ kernel: rgbaKernel, bindings: [picture, result], uniforms: [height * width], workgroups: gridFor(height * width, 64) });
  return result;
}

/** The words of {@link packRgba} as a picture. */
export function imageOf(rgba: Uint32Array): RenderedImage {
  return { width: MAP_SIZE, height: MAP_SIZE, data: new Uint8ClampedArray(rgba.slice().buffer) };
}

/** Maps come from the caller: check them before they reach a plan. */
export function checkMap(gpu: Gpu, map: { shape: readonly number[]; gpu: Gpu }, what: string): void {
  if (map.gpu !== gpu) throw new ShapeMismatchError(`The ${what} lives on another Gpu than the renderer.`);
  if (map.shape.join() !== `${MAP_SIZE},${MAP_SIZE},10`) throw new ShapeMismatchError(`The ${what} must be a skeleton map [${MAP_SIZE}, ${MAP_SIZE}, 10], it is [${map.shape}].`, { map: map.shape });
}

const rgbaKernel: Kernel = {
  label: 'image/rgba',
  workgroupSize: [64],
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read>       picture : array<f32>;  // [S, S, 3]
@group(0) @binding(1) var<storage, read_write> result  : array<u32>;  // [S, S], red in the lowest byte
@group(0) @binding(2) var<uniform>             count   : u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= count) { return; }
  let i = 3u * id.x;
  let colour = vec3f(picture[i], picture[i + 1u], picture[i + 2u]) * 0.5 + 0.5;
  result[id.x] = pack4x8unorm(vec4f(colour, 1.0));
}
`,
};
