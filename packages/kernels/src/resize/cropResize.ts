/**
 * A square crop of an image, scaled to a square of another size: the framing step before a network. Outside of the
 * image its edge pixels continue. When the crop shrinks, each target pixel averages its whole footprint (a box of
 * size / outputSize source pixels), so that nothing aliases.
 */
import { defaultWorkgroup, elementKernelHeader } from '../conv2d/elements.ts';
import { ShapeMismatchError } from '../errors.ts';
import type { Kernel } from '../plan/kernel.ts';
import { gridFor, type Operand, type Ops, type TensorRef } from '../plan/ops.ts';
import { showShape } from '../tensor/shape.ts';

/** Source pixels; (0, 0) is the outer corner of the first pixel, whose centre is at (0.5, 0.5). */
export interface SquareCrop {
  centerX: number;
  centerY: number;
  /** Side length. */
  size: number;
  /** The crop's own x axis points along (cos, sin) of this angle, y down: positive angles turn it clockwise. */
  rotationRadians?: number;
}

export interface CropResizeOptions {
  /** Result = value * scale + offset; an RGBA8 image has values 0..255. */
  scale?: number;
  offset?: number;
}

/**
 * @param image - `[H, W, C]` f32, or `[H, W]` u32 with RGBA bytes (little-endian, as in `ImageData`)
 * @param crop - fixed numbers, or an f32 operand `[4]` read at each run, filled with {@link squareCropValues}
 * @returns `[outputSize, outputSize, C]`; from RGBA bytes 3 channels
 */
export function cropResize(ops: Ops, image: Operand, crop: SquareCrop | Operand, outputSize: number, options: CropResizeOptions = {}): TensorRef {
  const { scale = 1, offset = 0 } = options;
  const isPacked = image.dtype === 'u32';
  if (image.shape.length !== (isPacked ? 2 : 3)) {
    throw new ShapeMismatchError(`cropResize: the image must be f32 [H, W, C] or u32 [H, W] (RGBA bytes), but it is ${image.dtype} ${showShape(image.shape)}.`, { shape: image.shape });
  }
  if (!Number.isInteger(outputSize) || outputSize < 1) throw new ShapeMismatchError(`cropResize: the output size ${outputSize} is not valid. Use a whole number of at least 1.`, { outputSize });
  const cropOperand = isOperand(crop) ? crop : undefined;
  const fixed: SquareCrop = isOperand(crop) ? { centerX: 0, centerY: 0, size: 1 } : crop;
  if (cropOperand && (cropOperand.size !== 4 || cropOperand.dtype !== 'f32')) {
    throw new ShapeMismatchError(`cropResize: the crop operand must be f32 [4] (see squareCropValues), but it is ${cropOperand.dtype} ${showShape(cropOperand.shape)}.`);
  }
  if (!(fixed.size > 0) || ![fixed.centerX, fixed.centerY, fixed.rotationRadians ?? 0].every(Number.isFinite)) {
    throw new ShapeMismatchError(`cropResize: the crop ${JSON.stringify(crop)} is not valid. Its size must be positive and all numbers finite.`, { crop });
  }
  const [height, width, channels = 3] = image.shape;
  const result = ops.empty([outputSize, outputSize, channels], 'f32', 'cropResize');
  ops.dispatch({
    kernel: cropKernel(isPacked, cropOperand !== undefined),
    bindings: [image, cropOperand ?? image, result],
    uniforms: [
      height!, width!, channels, outputSize,
      ...Array.from(squareCropValues(fixed), (f32) => ({ f32 })),
      { f32: scale }, { f32: offset },
    ],
    workgroups: gridFor(isPacked ? outputSize ** 2 : result.size, defaultWorkgroup),
    flops: 16 * result.size,
  });
  return result;
}

/** A crop as a kernel reads it: its centre, and its top edge as a vector. No angle: a GPU's sine may be off by 2^-11. */
export function squareCropValues({ centerX, centerY, size, rotationRadians = 0 }: SquareCrop): Float32Array {
  return Float32Array.of(centerX, centerY, size * Math.cos(rotationRadians), size * Math.sin(rotationRadians));
}

const isOperand = (crop: SquareCrop | Operand): crop is Operand => 'shape' in crop;

const cropKernel = (isPacked: boolean, hasCropOperand: boolean): Kernel => ({
  label: `cropResize/${isPacked ? 'rgba8' : 'f32'}${hasCropOperand ? '/dynamic' : ''}`,
  code: `${elementKernelHeader('f32')}alias Texel = ${isPacked ? 'vec3f' : 'f32'};\nalias Element = ${isPacked ? 'u32' : 'f32'};\nconst HAS_CROP_OPERAND = ${hasCropOperand};\n${bindings}${isPacked ? packedTexel : floatTexel}${main}`,
  workgroupSize: [defaultWorkgroup],
});

const bindings = /* wgsl */ `
struct Dims {
  height: u32, width: u32, channels: u32, output_size: u32,
  crop: vec4f,          // center, top edge
  scale: f32, offset: f32,
}
@group(0) @binding(0) var<storage, read>       image  : array<Element>;  // [H, W, C], or [H, W] of packed RGBA
@group(0) @binding(1) var<storage, read>       crop   : array<vec4f>;
@group(0) @binding(2) var<storage, read_write> result : array<f32>;      // [output_size, output_size, C]
@group(0) @binding(3) var<uniform>             dims   : Dims;
`;

const floatTexel = /* wgsl */ `
fn items() -> u32 { return dims.output_size * dims.output_size * dims.channels; }
fn pixel_of(index: u32) -> u32 { return index / dims.channels; }
fn texel(at: vec2u, index: u32) -> Texel { return image[(at.y * dims.width + at.x) * dims.channels + index % dims.channels]; }
fn write_result(index: u32, value: Texel) { result[index] = value; }
`;

const packedTexel = /* wgsl */ `
fn items() -> u32 { return dims.output_size * dims.output_size; }
fn pixel_of(index: u32) -> u32 { return index; }
fn texel(at: vec2u, index: u32) -> Texel {
  let rgba = image[at.y * dims.width + at.x];
  return vec3f(f32(rgba & 255u), f32((rgba >> 8u) & 255u), f32((rgba >> 16u) & 255u));
}
fn write_result(index: u32, value: Texel) {
  result[3u * index] = value.x;
  result[3u * index + 1u] = value.y;
  result[3u * index + 2u] = value.z;
}
`;

const main = /* wgsl */ `
// at: source pixels, where whole numbers are pixel centres.
fn bilinear(at: vec2f, index: u32) -> Texel {
  let last = vec2f(f32(dims.width - 1u), f32(dims.height - 1u));
  let inside = clamp(at, vec2f(), last);
  let low = vec2u(inside);
  let high = min(low + 1u, vec2u(last));
  let t = inside - vec2f(low);
  let top = mix(texel(low, index), texel(vec2u(high.x, low.y), index), Texel(t.x));
  let bottom = mix(texel(vec2u(low.x, high.y), index), texel(high, index), Texel(t.x));
  return mix(top, bottom, Texel(t.y));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = flat_index(id, groups);
  if (index >= items()) { return; }
  var square = dims.crop;
  if (HAS_CROP_OPERAND) { square = crop[0]; }
  let pixel = pixel_of(index);
  let size = length(square.zw);
  let step = size / f32(dims.output_size);                // source pixels per target pixel
  let taps = u32(clamp(ceil(step - 1e-4), 1.0, 256.0));   // bilinear samples per axis that cover the footprint
  let corner = vec2f(f32(pixel % dims.output_size), f32(pixel / dims.output_size));
  let axis = square.zw / size;
  var sum = Texel();
  for (var y = 0u; y < taps; y++) {
    for (var x = 0u; x < taps; x++) {
      let local = (corner + (vec2f(f32(x), f32(y)) + 0.5) / f32(taps)) * step - 0.5 * size;
      sum += bilinear(square.xy + vec2f(local.x * axis.x - local.y * axis.y, local.x * axis.y + local.y * axis.x) - 0.5, index);
    }
  }
  write_result(index, sum / f32(taps * taps) * dims.scale + dims.offset);
}
`;
