/** Resizing of one image `[H, W, C]`, f32, without antialiasing; `cropResize` has it. */
import { defaultWorkgroup, elementKernelHeader, elementsOf } from '../conv2d/elements.ts';
import { assertImage } from '../conv2d/window.ts';
import { ShapeMismatchError } from '../errors.ts';
import type { Kernel } from '../plan/kernel.ts';
import { gridFor, type Operand, type Ops, type TensorRef } from '../plan/ops.ts';

export interface ResizeOptions {
  /** Corner pixels keep their places: source = target * (H - 1) / (H' - 1). */
  alignCorners?: boolean;
  /** Without `alignCorners`: do pixels have their centres at half coordinates (PyTorch), or at whole ones (TensorFlow's old default)? */
  halfPixelCenters?: boolean;
}

/** @returns `[height, width, C]` */
export function resizeBilinear(ops: Ops, x: Operand, height: number, width: number, options: ResizeOptions = {}): TensorRef {
  const { alignCorners = false, halfPixelCenters = true } = options;
  return resize(ops, 'resizeBilinear', x, height, width, alignCorners ? 'align corners' : halfPixelCenters ? 'half pixel' : 'whole pixel');
}

/** Nearest neighbour: pixel `i` reads pixel `floor(i * H / H')`. @returns `[height, width, C]` */
export function resizeNearest(ops: Ops, x: Operand, height: number, width: number): TensorRef {
  return resize(ops, 'resizeNearest', x, height, width, 'nearest');
}

/** Every pixel becomes a block of `factor` x `factor`. */
export function upsampleNearest(ops: Ops, x: Operand, factor: number): TensorRef {
  const [height, width] = assertImage('upsampleNearest', x.shape);
  return resizeNearest(ops, x, height * factor, width * factor);
}

export type ResizeMode = 'half pixel' | 'align corners' | 'whole pixel' | 'nearest';

function resize(ops: Ops, what: string, x: Operand, height: number, width: number, mode: ResizeMode): TensorRef {
  const [inputHeight, inputWidth, channels] = assertImage(what, x.shape);
  if (![height, width].every((n) => Number.isInteger(n) && n >= 1)) throw new ShapeMismatchError(`${what}: the size ${height}x${width} is not valid. Use whole numbers of at least 1.`, { height, width });
  const elements = elementsOf(channels);
  const result = ops.empty([height, width, channels], 'f32', what);
  const scale = (input: number, output: number) => (mode === 'align corners' ? (output > 1 ? (input - 1) / (output - 1) : 0) : input / output);
  ops.dispatch({
    kernel: mode === 'nearest' ? nearestKernel(elements.type) : bilinearKernel(elements.type),
    bindings: [x, result],
    uniforms: [inputHeight, inputWidth, height, width, elements.count, { f32: scale(inputHeight, height) }, { f32: scale(inputWidth, width) }, { f32: mode === 'half pixel' ? 0.5 : 0 }],
    workgroups: gridFor(height * width * elements.count, defaultWorkgroup),
    flops: mode === 'nearest' ? 0 : 8 * result.size,
  });
  return result;
}

const bindings = /* wgsl */ `
struct Dims {
  input_height: u32, input_width: u32, output_height: u32, output_width: u32,
  channels: u32,        // in units of Value
  scale_y: f32, scale_x: f32,
  pixel_center: f32,    // 0.5 or 0
}
@group(0) @binding(0) var<storage, read>       image  : array<Value>;   // [H, W, C]
@group(0) @binding(1) var<storage, read_write> result : array<Value>;   // [H', W', C]
@group(0) @binding(2) var<uniform>             dims   : Dims;
fn read_image(at: vec2u, channel: u32) -> Value { return image[(at.y * dims.input_width + at.x) * dims.channels + channel]; }
`;

const bilinear = /* wgsl */ `
@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = flat_index(id, groups);
  if (index >= dims.output_height * dims.output_width * dims.channels) { return; }
  let channel = index % dims.channels;
  let pixel = index / dims.channels;
  let target_at = vec2f(f32(pixel % dims.output_width), f32(pixel / dims.output_width));
  let last = vec2f(f32(dims.input_width - 1u), f32(dims.input_height - 1u));
  let source_at = clamp((target_at + dims.pixel_center) * vec2f(dims.scale_x, dims.scale_y) - dims.pixel_center, vec2f(), last);
  let low = vec2u(source_at);
  let high = min(low + 1u, vec2u(last));
  let t = source_at - vec2f(low);
  let top = mix(read_image(low, channel), read_image(vec2u(high.x, low.y), channel), Value(t.x));
  let bottom = mix(read_image(vec2u(low.x, high.y), channel), read_image(high, channel), Value(t.x));
  result[index] = mix(top, bottom, Value(t.y));
}
`;

const nearest = /* wgsl */ `
@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = flat_index(id, groups);
  if (index >= dims.output_height * dims.output_width * dims.channels) { return; }
  let pixel = index / dims.channels;
  // In whole numbers: a rounded scale would pick the wrong neighbour at exact multiples.
  let at = vec2u(pixel % dims.output_width * dims.input_width / dims.output_width, pixel / dims.output_width * dims.input_height / dims.output_height);
  result[index] = read_image(at, index % dims.channels);
}
`;

const bilinearKernel = (type: 'vec4f' | 'f32'): Kernel => ({ label: `resizeBilinear/${type}`, code: elementKernelHeader(type) + bindings + bilinear, workgroupSize: [defaultWorkgroup] });
const nearestKernel = (type: 'vec4f' | 'f32'): Kernel => ({ label: `resizeNearest/${type}`, code: elementKernelHeader(type) + bindings + nearest, workgroupSize: [defaultWorkgroup] });
