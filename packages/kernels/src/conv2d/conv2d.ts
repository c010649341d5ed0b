/**
 * 2D convolution of one image `[H, W, Ci]` (NHWC without N), f32, with everything that usually surrounds it fused in:
 * ReLU before, bias, activation, residual and pixel shuffle after. No groups and no dilation; depthwise convolution
 * is a family of its own.
 */
import { type Activation, requireF32 } from '../elementwise/elementwise.ts';
import { ShapeMismatchError } from '../errors.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Kernel } from '../plan/kernel.ts';
import type { Operand, Ops, TensorRef } from '../plan/ops.ts';
import { showShape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { chooseSubgroupTile, conv2dSubgroupKernel, subgroupTileLanes } from './conv2d.subgroup.ts';
import { conv2dWorkgroupKernel, workgroupTile } from './conv2d.workgroup.ts';
import type { ConvVariant } from './epilogue.ts';
import { conv2dLayout } from './packing.ts';
import { type Padding, slidingWindow } from './window.ts';

/** `subgroup` needs `gpu.info.subgroupSize` of 4, 8 or 16, and wins on software adapters; `workgroup` runs everywhere. */
export type KernelVariant = 'subgroup' | 'workgroup';

export interface Conv2dOptions {
  /** `[Co]` */
  bias?: Operand;
  stride?: number;
  padding?: Padding;
  activation?: Activation;
  /** PReLU slopes `[Co]`, instead of `activation`. */
  prelu?: Operand;
  /** Applied to the image as it is read. */
  inputActivation?: 'relu';
  /** Added to the result; same shape as the result. */
  residual?: Operand;
  /** `activation(conv + residual)` instead of `activation(conv) + residual`. */
  activateAfterResidual?: boolean;
  /** Write the result through PyTorch's pixel shuffle with this factor: `[H', W', Co]` becomes `[H' r, W' r, Co / r²]`. */
  pixelShuffle?: number;
  /** Which kernel; by default the faster one for the adapter. */
  variant?: KernelVariant;
}

/**
 * @param x - `[H, W, Ci]`
 * @param weight - from {@link packConv2d}, shape `[Co, Ci, kh, kw]`
 * @returns `[H', W', Co]`
 * @throws {@link ShapeMismatchError}
 */
export function conv2d(ops: Ops, x: Operand, weight: Tensor, options: Conv2dOptions = {}): TensorRef {
  const { stride = 1, padding = 0, pixelShuffle = 1, variant = defaultVariant(ops.gpu) } = options;
  const [outputChannels, inputChannels, kernelHeight, kernelWidth] = assertWeight(weight);
  const window = slidingWindow('conv2d', x.shape, [kernelHeight, kernelWidth], stride, padding);
  if (x.shape[2] !== inputChannels) {
    throw new ShapeMismatchError(`conv2d: the image has ${x.shape[2]} channels but the weight reads ${inputChannels}.\n  image ${showShape(x.shape)}, weight ${showShape(weight.shape)} = [Co, Ci, kh, kw]`, { image: x.shape, weight: weight.shape });
  }
  if (!Number.isInteger(pixelShuffle) || pixelShuffle < 1 || outputChannels % pixelShuffle ** 2 !== 0) {
    throw new ShapeMismatchError(`conv2d: ${outputChannels} channels cannot be shuffled by ${pixelShuffle}: Co must be a multiple of ${pixelShuffle} * ${pixelShuffle}.`, { outputChannels, pixelShuffle });
  }
  const { outputHeight, outputWidth } = window;
  const resultShape = [outputHeight * pixelShuffle, outputWidth * pixelShuffle, outputChannels / pixelShuffle ** 2];
  checkEpilogue(options, outputChannels, resultShape);

  const convVariant: ConvVariant = {
    activation: options.prelu ? 'prelu' : (options.activation ?? 'none'),
    hasBias: options.bias !== undefined,
    residual: options.residual === undefined ? 'none' : options.activateAfterResidual ? 'before activation' : 'after activation',
    inputRelu: options.inputActivation === 'relu',
    inputVec4: inputChannels % 4 === 0,
    outputVec4: outputChannels % 4 === 0 && pixelShuffle === 1,
    shuffle: pixelShuffle,
  };
  const image = requireF32('conv2d', ops.resolve(x));
  const result = ops.empty(resultShape, 'f32', 'conv2d');
  const { kernel, extent } = chooseKernel(ops, variant, convVariant, Math.ceil(outputChannels / 4));
  ops.dispatch({
    kernel,
    bindings: [image, weight, options.bias ?? weight, options.prelu ?? weight, options.residual ?? weight, result],
    uniforms: [
      window.inputHeight, window.inputWidth, inputChannels, outputChannels,
      outputHeight, outputWidth, kernelHeight, kernelWidth,
      stride, window.padTop, window.padLeft,
    ],
    workgroups: tileGrid(Math.ceil(Math.ceil(outputChannels / 4) / extent.outputQuads), Math.ceil((outputHeight * outputWidth) / extent.pixels)),
    flops: 2 * outputHeight * outputWidth * outputChannels * inputChannels * kernelHeight * kernelWidth,
  });
  return result;
}

/** On software adapters broadcasting beats workgroup memory five to one; GPUs have fast workgroup memory. */
export function defaultVariant({ info }: Gpu): KernelVariant {
  return info.isFallback && subgroupTileLanes.includes(info.subgroupSize) ? 'subgroup' : 'workgroup';
}

function chooseKernel(ops: Ops, variant: KernelVariant, convVariant: ConvVariant, outputQuads: number): { kernel: Kernel; extent: { outputQuads: number; pixels: number } } {
  if (variant === 'workgroup') return { kernel: conv2dWorkgroupKernel(convVariant), extent: workgroupTile };
  const tile = chooseSubgroupTile(ops.gpu.info.subgroupSize, outputQuads);
  return { kernel: conv2dSubgroupKernel(tile, convVariant), extent: { outputQuads: tile.vectors, pixels: tile.pixels * tile.lanes } };
}

/** Tiles of pixels run over y and, past WebGPU's limit of 65,535, over z. */
function tileGrid(columns: number, pixelTiles: number): [number, number, number] {
  const z = Math.ceil(pixelTiles / 65535);
  return [columns, Math.ceil(pixelTiles / z), z];
}

function assertWeight(weight: Tensor): readonly [number, number, number, number] {
  if (!(weight instanceof Tensor) || weight.layout !== conv2dLayout) {
    throw new ShapeMismatchError(`conv2d: the weight "${weight.label}" ${showShape(weight.shape)} is not packed.\n  Pack it once with packConv2d(gpu, weight, [Co, Ci, kh, kw]).`, { weight: weight.shape });
  }
  return weight.shape as unknown as readonly [number, number, number, number];
}

function checkEpilogue(options: Conv2dOptions, outputChannels: number, resultShape: readonly number[]): void {
  if (options.prelu && options.activation) throw new ShapeMismatchError(`conv2d: prelu and activation "${options.activation}" exclude each other.`);
  for (const name of ['bias', 'prelu'] as const) {
    const operand = options[name];
    if (operand && operand.size !== outputChannels) {
      throw new ShapeMismatchError(`conv2d: ${name} ${showShape(operand.shape)} must have one value for each of the ${outputChannels} output channels.`, { [name]: operand.shape });
    }
  }
  if (options.residual && !(options.residual.shape.length === 3 && options.residual.shape.every((n, i) => n === resultShape[i]))) {
    throw new ShapeMismatchError(`conv2d: the residual ${showShape(options.residual.shape)} must have the shape of the result, ${showShape(resultShape)}.`, { residual: options.residual.shape, result: resultShape });
  }
}
