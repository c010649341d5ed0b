/** Pixel shuffle and its inverse on one image, f32, in PyTorch's channel order: channel = c * r² + dy * r + dx. */
import { defaultWorkgroup, elementKernelHeader } from '../conv2d/elements.ts';
import { assertImage } from '../conv2d/window.ts';
import { ShapeMismatchError } from '../errors.ts';
import type { Kernel } from '../plan/kernel.ts';
import { gridFor, type Operand, type Ops, type TensorRef } from '../plan/ops.ts';
import { showShape } from '../tensor/shape.ts';

/**
 * Directly after a convolution, `conv2d(…, { pixelShuffle: r })` does the same without a pass of its own.
 *
 * @param x - `[H, W, C r²]`
 * @returns `[H r, W r, C]`
 */
export function pixelShuffle(ops: Ops, x: Operand, factor: number): TensorRef {
  const [height, width, channels] = assertImage('pixelShuffle', x.shape);
  if (!Number.isInteger(factor) || factor < 1 || channels % factor ** 2 !== 0) {
    throw new ShapeMismatchError(`pixelShuffle: ${channels} channels of ${showShape(x.shape)} are not a multiple of ${factor} * ${factor}.`, { shape: x.shape, factor });
  }
  return shuffle(ops, x, [height * factor, width * factor, channels / factor ** 2], factor, true);
}

/**
 * @param x - `[H r, W r, C]`
 * @returns `[H, W, C r²]`
 */
export function pixelUnshuffle(ops: Ops, x: Operand, factor: number): TensorRef {
  const [height, width, channels] = assertImage('pixelUnshuffle', x.shape);
  if (!Number.isInteger(factor) || factor < 1 || height % factor !== 0 || width % factor !== 0) {
    throw new ShapeMismatchError(`pixelUnshuffle: height and width of ${showShape(x.shape)} are not multiples of ${factor}.`, { shape: x.shape, factor });
  }
  return shuffle(ops, x, [height / factor, width / factor, channels * factor ** 2], factor, false);
}

function shuffle(ops: Ops, x: Operand, shape: readonly [number, number, number], factor: number, isUpward: boolean): TensorRef {
  const result = ops.empty(shape, 'f32', isUpward ? 'pixelShuffle' : 'pixelUnshuffle');
  const [, coarseWidth, coarseChannels] = isUpward ? x.shape : shape;
  ops.dispatch({
    kernel: isUpward ? shuffleKernel : unshuffleKernel,
    bindings: [x, result],
    uniforms: [result.size, coarseWidth!, coarseChannels! / factor ** 2, factor],
    workgroups: gridFor(result.size, defaultWorkgroup),
  });
  return result;
}

const body = /* wgsl */ `
struct Dims { count: u32, coarse_width: u32, channels: u32, factor: u32 }
@group(0) @binding(0) var<storage, read>       image  : array<f32>;
@group(0) @binding(1) var<storage, read_write> result : array<f32>;
@group(0) @binding(2) var<uniform>             dims   : Dims;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = flat_index(id, groups);
  if (index >= dims.count) { return; }
  let r = dims.factor;
  if (IS_UPWARD) {
    let c = index % dims.channels;
    let x = index / dims.channels % (dims.coarse_width * r);
    let y = index / dims.channels / (dims.coarse_width * r);
    result[index] = image[(((y / r) * dims.coarse_width + x / r) * dims.channels + c) * r * r + (y % r) * r + x % r];
  } else {
    let sub = index % (r * r);
    let c = index / (r * r) % dims.channels;
    let x = index / (r * r * dims.channels) % dims.coarse_width * r + sub % r;
    let y = index / (r * r * dims.channels) / dims.coarse_width * r + sub / r;
    result[index] = image[(y * dims.coarse_width * r + x) * dims.channels + c];
  }
}
`;

const kernel = (label: string, isUpward: boolean): Kernel => ({ label, code: `${elementKernelHeader('f32')}const IS_UPWARD = ${isUpward};\n${body}`, workgroupSize: [defaultWorkgroup] });
const shuffleKernel = kernel('pixelShuffle', true);
const unshuffleKernel = kernel('pixelUnshuffle', false);
