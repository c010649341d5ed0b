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
    uniforms: [result.size / factor ** 2, coarseWidth!, coarseChannels! / factor ** 2, factor],
    workgroups: gridFor(result.size / factor ** 2, defaultWorkgroup),
  });
  return result;
}

const body = /* wgsl */ `
struct Dims { count: u32, coarse_width: u32, channels: u32, factor: u32 }   // count: blocks of factor²
@group(0) @binding(0) var<storage, read>       image  : array<f32>;
@group(0) @binding(1) var<storage, read_write> result : array<f32>;
@group(0) @binding(2) var<uniform>             dims   : Dims;

// One invocation moves one channel of one coarse pixel: factor² neighbours there, a block of pixels in the fine image.
@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let block = flat_index(id, groups);
  if (block >= dims.count) { return; }
  let r = dims.factor;
  let channel = block % dims.channels;
  let x = block / dims.channels % dims.coarse_width * r;
  let y = block / dims.channels / dims.coarse_width * r;
  for (var dy = 0u; dy < r; dy++) {
    for (var dx = 0u; dx < r; dx++) {
      let coarse = block * r * r + dy * r + dx;
      let fine = ((y + dy) * dims.coarse_width * r + x + dx) * dims.channels + channel;
      if (IS_UPWARD) { result[fine] = image[coarse]; } else { result[coarse] = image[fine]; }
    }
  }
}
`;

const kernel = (label: string, isUpward: boolean): Kernel => ({ label, code: `${elementKernelHeader('f32')}const IS_UPWARD = ${isUpward};\n${body}`, workgroupSize: [defaultWorkgroup] });
const shuffleKernel = kernel('pixelShuffle', true);
const unshuffleKernel = kernel('pixelUnshuffle', false);
