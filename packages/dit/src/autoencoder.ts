/**
 * Texture autoencoder: picture `[S, S, 3]` in -1..1 <-> normalised latent `[S / 8, S / 8, 8]`. No norm layers, ReLU,
 * pixel (un)shuffle. Twin of training/onegt/autoencoder.py, name by name; tests read its layers through `trace`.
 *
 * `blend` finishes a rendered picture: where the warped photograph is right it is sharper than anything decoded, so a
 * small network decides per pixel how much of it to keep (ours). Weights without it are fine: `hasBlend` says.
 */
import { add, conv2d, type Gpu, gridFor, type Kernel, multiply, type Operand, type Ops, packConv2d, pixelUnshuffle, type SafetensorsFile, type Tensor, type TensorRef } from '@onegt/kernels';
import { checkWeights, type Shapes } from './weights.ts';

export const LATENT_CHANNELS = 8;

/** Sees every layer's output, under PyTorch's module name. */
export type Trace = (name: string, value: TensorRef) => void;

interface Conv {
  weight: Tensor;
  bias: Tensor;
}

interface ResBlock {
  conv1: Conv;
  conv2: Conv;
}

const conv = (name: string, inputs: number, outputs: number): Shapes => ({ [`${name}.weight`]: [outputs, inputs, 3, 3], [`${name}.bias`]: [outputs] });

const blocks = (name: string, channels: number, count: number): Shapes =>
  Object.assign({}, ...Array.from({ length: count }, (_, i) => ({ ...conv(`${name}.${i}.conv1`, channels, channels), ...conv(`${name}.${i}.conv2`, channels, channels) })));

const autoencoderShapes: Shapes = {
  ...conv('encoder.stem', 48, 64), ...blocks('encoder.blocks64', 64, 2), ...conv('encoder.down', 256, 128), ...blocks('encoder.blocks32', 128, 3), ...conv('encoder.out', 128, LATENT_CHANNELS),
  ...conv('decoder.stem', LATENT_CHANNELS, 128), ...blocks('decoder.blocks32', 128, 3), ...conv('decoder.up64', 128, 256), ...blocks('decoder.blocks64', 64, 3),
  ...conv('decoder.up128', 64, 128), ...blocks('decoder.blocks128', 32, 1), ...conv('decoder.out', 32, 12),
  latent_mean: [LATENT_CHANNELS], latent_std: [LATENT_CHANNELS],
};

const blendShapes: Shapes = { ...conv('blend.stem', 36, 32), ...blocks('blend.blocks', 32, 2), ...conv('blend.out', 32, 16) };

export class Autoencoder implements Disposable {
  readonly hasBlend: boolean;
  readonly #layers: Map<string, Conv>;
  readonly #latentMean: Tensor;
  readonly #latentStd: Tensor;

  /** @throws {@link WeightsError} when a tensor is missing or has another shape */
  static load(gpu: Gpu, file: SafetensorsFile): Autoencoder {
    checkWeights(file, autoencoderShapes, 'autoencoder');
    const hasBlend = file.names().some((name) => name.startsWith('blend.'));
    if (hasBlend) checkWeights(file, blendShapes, 'detail blend');
    return new Autoencoder(gpu, file, hasBlend);
  }

  private constructor(gpu: Gpu, file: SafetensorsFile, hasBlend: boolean) {
    this.hasBlend = hasBlend;
    const shapes = hasBlend ? { ...autoencoderShapes, ...blendShapes } : autoencoderShapes;
    const mean = file.f32('latent_mean');
    const std = file.f32('latent_std');
    this.#latentMean = gpu.tensor(mean, [LATENT_CHANNELS], 'latent_mean');
    this.#latentStd = gpu.tensor(std, [LATENT_CHANNELS], 'latent_std');
    this.#layers = new Map();
    for (const [weightName, shape] of Object.entries(shapes)) {
      if (!weightName.endsWith('.weight')) continue;
      const name = weightName.slice(0, -'.weight'.length);
      const weight = file.f32(weightName);
      const bias = file.f32(`${name}.bias`);
      if (name === 'encoder.out') normaliseOutput(weight, bias, mean, std);
      this.#layers.set(name, { weight: packConv2d(gpu, weight, shape, weightName), bias: gpu.tensor(bias, [bias.length], `${name}.bias`) });
    }
  }

  /**
   * @param image - `[S, S, 3]` in -1..1, S a multiple of 8
   * @returns normalised latent `[S / 8, S / 8, 8]`
   */
  encode(ops: Ops, image: Operand, trace?: Trace): TensorRef {
    return ops.group('encode', () => {
      let x = this.#conv(ops, 'encoder.stem', pixelUnshuffle(ops, image, 4), {}, trace); // [64, 64, 64] of a 256 picture
      x = this.#blocks(ops, 'encoder.blocks64', x, 2, trace);
      x = this.#conv(ops, 'encoder.down', pixelUnshuffle(ops, x, 2), {}, trace); // [32, 32, 128]
      x = this.#blocks(ops, 'encoder.blocks32', x, 3, trace);
      x = this.#conv(ops, 'encoder.out', x, {});
      trace?.('latent', x);
      return x; // [32, 32, 8]
    });
  }

  /** Normalised latent `[S / 8, S / 8, 8]` -> picture `[S, S, 3]`, about -1..1. */
  decode(ops: Ops, latent: Operand, trace?: Trace): TensorRef {
    return ops.group('decode', () => {
      const raw = add(ops, multiply(ops, latent, this.#latentStd), this.#latentMean);
      let x = this.#conv(ops, 'decoder.stem', raw, {}, trace); // [32, 32, 128]
      x = this.#blocks(ops, 'decoder.blocks32', x, 3, trace);
      x = this.#conv(ops, 'decoder.up64', x, { pixelShuffle: 2 }, trace); // [64, 64, 64]
      x = this.#blocks(ops, 'decoder.blocks64', x, 3, trace);
      x = this.#conv(ops, 'decoder.up128', x, { pixelShuffle: 2 }, trace); // [128, 128, 32]
      x = this.#blocks(ops, 'decoder.blocks128', x, 1, trace);
      x = this.#conv(ops, 'decoder.out', x, { pixelShuffle: 2 });
      trace?.('image', x);
      return x; // [256, 256, 3]
    });
  }

  /**
   * confidence * warped + (1 - confidence) * (decoded + correction)
   *
   * @param decoded - `[S, S, 3]`; `warped` and `coverage` too
   */
  blend(ops: Ops, decoded: Operand, warped: Operand, coverage: Operand, trace?: Trace): TensorRef {
    return ops.group('blend', () => {
      const [height, width] = decoded.shape as readonly [number, number];
      const stacked = ops.empty([height / 2, width / 2, 36], 'f32', 'blend input');
      ops.dispatch({ kernel: stackKernel, bindings: [decoded, warped, coverage, stacked], uniforms: [stacked.size, width], workgroups: gridFor(stacked.size, 64) });
      let x = this.#conv(ops, 'blend.stem', stacked, {}, trace); // [128, 128, 32]
      x = this.#blocks(ops, 'blend.blocks', x, 2, trace);
      const answer = this.#conv(ops, 'blend.out', x, { pixelShuffle: 2 }); // [256, 256, 4]: correction, confidence
      const result = ops.empty([height, width, 3], 'f32', 'blended');
      ops.dispatch({ kernel: mixKernel, bindings: [decoded, warped, answer, result], uniforms: [height * width], workgroups: gridFor(height * width, 64) });
      trace?.('blended', result);
      return result;
    });
  }

  dispose(): void {
    for (const { weight, bias } of this.#layers.values()) {
      weight.dispose();
      bias.dispose();
    }
    this.#latentMean.dispose();
    this.#latentStd.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #conv(ops: Ops, name: string, x: Operand, options: { pixelShuffle?: number }, trace?: Trace): TensorRef {
    const { weight, bias } = this.#layers.get(name)!;
    const y = conv2d(ops, x, weight, { bias, padding: 1, ...options });
    trace?.(name, y);
    return y;
  }

  /** x + conv2(relu(conv1(relu(x)))), `count` times */
  #blocks(ops: Ops, name: string, x: TensorRef, count: number, trace?: Trace): TensorRef {
    let y = x;
    for (let i = 0; i < count; i++) {
      const { conv1, conv2 }: ResBlock = { conv1: this.#layers.get(`${name}.${i}.conv1`)!, conv2: this.#layers.get(`${name}.${i}.conv2`)! };
      const hidden = conv2d(ops, y, conv1.weight, { bias: conv1.bias, padding: 1, inputActivation: 'relu', activation: 'relu' });
      y = conv2d(ops, hidden, conv2.weight, { bias: conv2.bias, padding: 1, residual: y });
      trace?.(`${name}.${i}`, y);
    }
    return y;
  }
}

/** (conv(x) - mean) / std is a convolution too. Decoding has no such twin: the zeros around a picture come before its mean. */
function normaliseOutput(weight: Float32Array, bias: Float32Array, mean: Float32Array, std: Float32Array): void {
  const perChannel = weight.length / bias.length;
  for (let i = 0; i < weight.length; i++) weight[i]! /= std[Math.floor(i / perChannel)]!;
  for (let i = 0; i < bias.length; i++) bias[i] = (bias[i]! - mean[i]!) / std[i]!;
}

const stackKernel: Kernel = {
  label: 'blend/stack',
  workgroupSize: [64],
  code: /* wgsl */ `
// Concatenates three pictures and unshuffles by 2: channel = (3 picture + colour) * 4 + 2 dy + dx.
struct Dims { count: u32, width: u32 }
@group(0) @binding(0) var<storage, read>       decoded  : array<f32>;  // [S, S, 3]
@group(0) @binding(1) var<storage, read>       warped   : array<f32>;  // [S, S, 3]
@group(0) @binding(2) var<storage, read>       coverage : array<f32>;  // [S, S, 3]
@group(0) @binding(3) var<storage, read_write> result   : array<f32>;  // [S / 2, S / 2, 36]
@group(0) @binding(4) var<uniform>             dims     : Dims;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= dims.count) { return; }
  let channel = id.x % 36u;
  let pixel = id.x / 36u;
  let x = pixel % (dims.width / 2u) * 2u + channel % 2u;
  let y = pixel / (dims.width / 2u) * 2u + channel / 2u % 2u;
  let at = (y * dims.width + x) * 3u + channel / 4u % 3u;
  switch channel / 12u {
    case 0u: { result[id.x] = decoded[at]; }
    case 1u: { result[id.x] = warped[at]; }
    default: { result[id.x] = coverage[at]; }
  }
}
`,
};

const mixKernel: Kernel = {
  label: 'blend/mix',
  workgroupSize: [64],
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read>       decoded : array<f32>;    // [S, S, 3]
@group(0) @binding(1) var<storage, read>       warped  : array<f32>;    // [S, S, 3]
@group(0) @binding(2) var<storage, read>       answer  : array<vec4f>;  // [S, S]: correction, confidence before the sigmoid
@group(0) @binding(3) var<storage, read_write> result  : array<f32>;    // [S, S, 3]
@group(0) @binding(4) var<uniform>             count   : u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= count) { return; }
  let said = answer[id.x];
  let confidence = 1.0 / (1.0 + exp(-said.w));
  for (var k = 0u; k < 3u; k++) {
    let at = 3u * id.x + k;
    result[at] = mix(decoded[at] + said[k], warped[at], confidence);
  }
}
`,
};
