/** Borders around one image `[H, W, C]`, f32. Convolution and pooling pad on their own; this is for everything else. */
import { defaultWorkgroup, elementKernelHeader, elementsOf } from '../conv2d/elements.ts';
import { assertImage } from '../conv2d/window.ts';
import { ShapeMismatchError } from '../errors.ts';
import type { Kernel } from '../plan/kernel.ts';
import { gridFor, type Operand, type Ops, type TensorRef } from '../plan/ops.ts';

export interface Pad2dOptions {
  /** `constant`: filled with `value`. `edge`: the outermost pixels repeat. */
  mode?: 'constant' | 'edge';
  value?: number;
}

/**
 * @param padding - `[top, right, bottom, left]`; negative sides crop
 * @returns `[H + top + bottom, W + left + right, C]`
 */
export function pad2d(ops: Ops, x: Operand, padding: readonly [top: number, right: number, bottom: number, left: number], options: Pad2dOptions = {}): TensorRef {
  const { mode = 'constant', value = 0 } = options;
  const [height, width, channels] = assertImage('pad2d', x.shape);
  const [top, right, bottom, left] = padding;
  const [resultHeight, resultWidth] = [height + top + bottom, width + left + right];
  if (padding.some((side) => !Number.isInteger(side)) || resultHeight < 1 || resultWidth < 1) {
    throw new ShapeMismatchError(`pad2d: padding [${padding.join(', ')}] makes a ${height}x${width} image ${resultHeight}x${resultWidth}.\n  Use whole numbers [top, right, bottom, left] that leave at least one pixel.`, { padding, height, width });
  }
  const elements = elementsOf(channels);
  const result = ops.empty([resultHeight, resultWidth, channels], 'f32', 'pad2d');
  ops.dispatch({
    kernel: padKernel(elements.type, mode),
    bindings: [x, result],
    uniforms: [height, width, resultHeight, resultWidth, elements.count, { i32: top }, { i32: left }, { f32: value }],
    workgroups: gridFor(resultHeight * resultWidth * elements.count, defaultWorkgroup),
  });
  return result;
}

const padKernel = (type: 'vec4f' | 'f32', mode: 'constant' | 'edge'): Kernel => ({
  label: `pad2d/${mode}/${type}`,
  code: `${elementKernelHeader(type)}const REPEAT_EDGE = ${mode === 'edge'};\n${body}`,
  workgroupSize: [defaultWorkgroup],
});

const body = /* wgsl */ `
struct Dims {
  input_height: i32, input_width: i32, output_height: u32, output_width: u32,
  channels: u32,   // in units of Value
  pad_top: i32, pad_left: i32, value: f32,
}
@group(0) @binding(0) var<storage, read>       image  : array<Value>;   // [H, W, C]
@group(0) @binding(1) var<storage, read_write> result : array<Value>;   // [H', W', C]
@group(0) @binding(2) var<uniform>             dims   : Dims;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = flat_index(id, groups);
  if (index >= dims.output_height * dims.output_width * dims.channels) { return; }
  let pixel = index / dims.channels;
  let at = vec2i(i32(pixel % dims.output_width) - dims.pad_left, i32(pixel / dims.output_width) - dims.pad_top);
  let nearest = clamp(at, vec2i(), vec2i(dims.input_width, dims.input_height) - 1);
  var value = Value(dims.value);
  if (REPEAT_EDGE || all(at == nearest)) { value = image[u32(nearest.y * dims.input_width + nearest.x) * dims.channels + index % dims.channels]; }
  result[index] = value;
}
`;
