/**
 * Convolution weights as the kernels read them: `[kh * kw, Ci, Co]` with Ci and Co filled up with zeros to whole
 * vec4s, so that one vec4 holds four neighbouring outputs of one input channel. The shape of the tensor stays
 * PyTorch's `[Co, Ci, kh, kw]`, whichever way it was packed.
 */
import { ShapeMismatchError } from '../errors.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { showShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

export const conv2dLayout = 'conv2d';

/**
 * @param weight - PyTorch order `[Co, Ci, kh, kw]`
 * @returns owned by the caller
 */
export function packConv2d(gpu: Gpu, weight: Float32Array, shape: readonly number[], label = 'weight'): Tensor {
  const [outputs, inputs, height, width] = assertFourDimensions('packConv2d', weight, shape, '[Co, Ci, kh, kw]');
  return pack(gpu, [outputs, inputs, height, width], label, (co, ci, tap) => weight[(co * inputs + ci) * height * width + tap]!);
}

/**
 * @param weight - TensorFlow order `[kh, kw, Ci, Co]`
 * @returns owned by the caller; its shape is `[Co, Ci, kh, kw]`
 */
export function packConv2dTensorFlow(gpu: Gpu, weight: Float32Array, shape: readonly number[], label = 'weight'): Tensor {
  const [height, width, inputs, outputs] = assertFourDimensions('packConv2dTensorFlow', weight, shape, '[kh, kw, Ci, Co]');
  return pack(gpu, [outputs, inputs, height, width], label, (co, ci, tap) => weight[(tap * inputs + ci) * outputs + co]!);
}

function pack(gpu: Gpu, shape: readonly [number, number, number, number], label: string, at: (co: number, ci: number, tap: number) => number): Tensor {
  const [outputs, inputs, height, width] = shape;
  const rowLength = Math.ceil(outputs / 4) * 4;
  const paddedInputs = Math.ceil(inputs / 4) * 4;
  const packed = new Float32Array(height * width * paddedInputs * rowLength);
  for (let tap = 0; tap < height * width; tap++) {
    for (let ci = 0; ci < inputs; ci++) {
      for (let co = 0; co < outputs; co++) packed[(tap * paddedInputs + ci) * rowLength + co] = at(co, ci, tap);
    }
  }
  return gpu.packedTensor(packed, shape, conv2dLayout, label);
}

function assertFourDimensions(what: string, weight: Float32Array, shape: readonly number[], order: string): readonly [number, number, number, number] {
  const size = shape.reduce((product, n) => product * n, 1);
  if (shape.length !== 4 || size !== weight.length) {
    throw new ShapeMismatchError(`${what}: ${weight.length} weights do not fill the shape ${showShape(shape)}.\n  The shape is ${order}.`, { shape, length: weight.length });
  }
  return shape as unknown as readonly [number, number, number, number];
}
