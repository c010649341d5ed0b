/** Pooling of one image `[H, W, C]`, f32. Padding is never part of a maximum, and of an average only on request. */
import { defaultWorkgroup, elementKernelHeader, elementsOf } from '../conv2d/elements.ts';
import { type Padding, slidingWindow } from '../conv2d/window.ts';
import { ShapeMismatchError } from '../errors.ts';
import type { Kernel } from '../plan/kernel.ts';
import { gridFor, type Operand, type Ops, type TensorRef } from '../plan/ops.ts';

export interface PoolOptions {
  /** Window: one number for a square, or `[height, width]`. */
  size: number | readonly [height: number, width: number];
  /** Default: the window's height, so that windows tile the image. */
  stride?: number;
  padding?: Padding;
}

export interface AvgPoolOptions extends PoolOptions {
  /** Count padded zeros as values (PyTorch's default) instead of averaging over the image only (TensorFlow). */
  countPadding?: boolean;
}

/** @returns `[H', W', C]` */
export function maxPool2d(ops: Ops, x: Operand, options: PoolOptions): TensorRef {
  return pool(ops, 'maxPool2d', x, options, 'max');
}

/** @returns `[H', W', C]` */
export function avgPool2d(ops: Ops, x: Operand, options: AvgPoolOptions): TensorRef {
  return pool(ops, 'avgPool2d', x, options, options.countPadding ? 'mean with padding' : 'mean');
}

type Reduction = 'max' | 'mean' | 'mean with padding';

function pool(ops: Ops, what: string, x: Operand, options: PoolOptions, reduction: Reduction): TensorRef {
  const size: readonly [number, number] = typeof options.size === 'number' ? [options.size, options.size] : options.size;
  if (size.some((n) => !Number.isInteger(n) || n < 1)) throw new ShapeMismatchError(`${what}: the window [${size.join(', ')}] is not valid. Use whole numbers of at least 1.`, { size });
  const window = slidingWindow(what, x.shape, size, options.stride ?? size[0], options.padding ?? 0);
  const { outputHeight, outputWidth } = window;
  const channels = x.shape[2]!;
  const elements = elementsOf(channels);
  const result = ops.empty([outputHeight, outputWidth, channels], 'f32', what);
  ops.dispatch({
    kernel: poolKernel(what, elements.type, reduction),
    bindings: [x, result],
    uniforms: [window.inputHeight, window.inputWidth, outputHeight, outputWidth, elements.count, size[0], size[1], window.stride, window.padTop, window.padLeft],
    workgroups: gridFor(outputHeight * outputWidth * elements.count, defaultWorkgroup),
    flops: result.size * size[0] * size[1],
  });
  return result;
}

const poolKernel = (what: string, type: 'vec4f' | 'f32', reduction: Reduction): Kernel => ({
  label: `${what}/${type}`,
  code: `${elementKernelHeader(type)}const IS_MAX = ${reduction === 'max'};\nconst COUNT_PADDING = ${reduction === 'mean with padding'};\n${body}`,
  workgroupSize: [defaultWorkgroup],
});

const body = /* wgsl */ `
struct Dims {
  input_height: i32, input_width: i32, output_height: u32, output_width: u32,
  channels: u32,   // in units of Value
  size_y: i32, size_x: i32, stride: i32, pad_top: i32, pad_left: i32,
}
@group(0) @binding(0) var<storage, read>       image  : array<Value>;   // [H, W, C]
@group(0) @binding(1) var<storage, read_write> result : array<Value>;   // [H', W', C]
@group(0) @binding(2) var<uniform>             dims   : Dims;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = flat_index(id, groups);
  if (index >= dims.output_height * dims.output_width * dims.channels) { return; }
  let channel = index % dims.channels;
  let pixel = index / dims.channels;
  let top = i32(pixel / dims.output_width) * dims.stride - dims.pad_top;
  let left = i32(pixel % dims.output_width) * dims.stride - dims.pad_left;
  let from_y = max(top, 0);
  let from_x = max(left, 0);
  let to_y = min(top + dims.size_y, dims.input_height);
  let to_x = min(left + dims.size_x, dims.input_width);
  // Starting from a value of the window, not from -infinity, which WGSL cannot spell. A window that lies wholly in
  // the padding yields 0.
  var value = Value();
  if (IS_MAX && from_y < to_y && from_x < to_x) { value = image[u32(from_y * dims.input_width + from_x) * dims.channels + channel]; }
  for (var y = from_y; y < to_y; y++) {
    for (var x = from_x; x < to_x; x++) {
      let a = image[u32(y * dims.input_width + x) * dims.channels + channel];
      if (IS_MAX) { value = max(value, a); } else { value += a; }
    }
  }
  if (!IS_MAX) {
    var count = dims.size_y * dims.size_x;
    if (!COUNT_PADDING) { count = max(1, max(0, to_y - from_y) * max(0, to_x - from_x)); }
    value /= f32(count);
  }
  result[index] = value;
}
`;
