/**
 * Depthwise 2D convolution of one image `[H, W, C]`, f32: each channel has a filter of its own. There is little
 * arithmetic per value, so loads decide: one invocation computes four neighbouring outputs of a row and loads each
 * image value that they share once.
 */
import { defaultWorkgroup, elementKernelHeader, elementsOf } from '../conv2d/elements.ts';
import { activationWgsl, type FusedActivation } from '../conv2d/epilogue.ts';
import { type Padding, slidingWindow } from '../conv2d/window.ts';
import type { Activation } from '../elementwise/elementwise.ts';
import { ShapeMismatchError } from '../errors.ts';
import type { Kernel } from '../plan/kernel.ts';
import { gridFor, type Operand, type Ops, type TensorRef } from '../plan/ops.ts';
import { showShape } from '../tensor/shape.ts';

export interface DepthwiseConv2dOptions {
  /** `[C]` */
  bias?: Operand;
  stride?: number;
  padding?: Padding;
  activation?: Activation;
  /** PReLU slopes `[C]`, instead of `activation`. */
  prelu?: Operand;
}

/**
 * @param x - `[H, W, C]`
 * @param weight - `[kh, kw, C]`: TensorFlow's `[kh, kw, C, 1]`, or PyTorch's `[C, 1, kh, kw]` transposed
 * @returns `[H', W', C]`
 * @throws {@link ShapeMismatchError}
 */
export function depthwiseConv2d(ops: Ops, x: Operand, weight: Operand, options: DepthwiseConv2dOptions = {}): TensorRef {
  const { stride = 1, padding = 0, bias, prelu } = options;
  const channels = x.shape[2]!;
  if (weight.shape.length !== 3 || weight.shape[2] !== channels) {
    throw new ShapeMismatchError(`depthwiseConv2d: the weight ${showShape(weight.shape)} must be [kh, kw, ${channels}] for an image ${showShape(x.shape)}.`, { image: x.shape, weight: weight.shape });
  }
  if (prelu && options.activation) throw new ShapeMismatchError(`depthwiseConv2d: prelu and activation "${options.activation}" exclude each other.`);
  for (const [name, operand] of [['bias', bias], ['prelu', prelu]] as const) {
    if (operand && operand.size !== channels) throw new ShapeMismatchError(`depthwiseConv2d: ${name} ${showShape(operand.shape)} must have one value for each of the ${channels} channels.`, { [name]: operand.shape });
  }
  const window = slidingWindow('depthwiseConv2d', x.shape, [weight.shape[0]!, weight.shape[1]!], stride, padding);
  const { outputHeight, outputWidth, kernelHeight, kernelWidth } = window;
  const elements = elementsOf(channels);
  const result = ops.empty([outputHeight, outputWidth, channels], 'f32', 'depthwiseConv2d');
  const strips = Math.ceil(outputWidth / stripLength);
  ops.dispatch({
    kernel: depthwiseKernel({ kernelWidth, stride, type: elements.type, hasBias: bias !== undefined, activation: prelu ? 'prelu' : (options.activation ?? 'none') }),
    bindings: [x, weight, bias ?? weight, prelu ?? weight, result],
    uniforms: [window.inputHeight, window.inputWidth, outputHeight, outputWidth, elements.count, strips, kernelHeight, window.padTop, window.padLeft],
    workgroups: gridFor(outputHeight * strips * elements.count, defaultWorkgroup),
    flops: 2 * result.size * kernelHeight * kernelWidth,
  });
  return result;
}

/** Outputs of one invocation, along a row. */
const stripLength = 4;

interface DepthwiseVariant {
  kernelWidth: number;
  stride: number;
  type: 'vec4f' | 'f32';
  hasBias: boolean;
  activation: FusedActivation;
}

function depthwiseKernel(v: DepthwiseVariant): Kernel {
  const name = [`k${v.kernelWidth}s${v.stride}`, v.type, v.hasBias && 'bias', v.activation !== 'none' && v.activation].filter(Boolean).join('+');
  return {
    label: `depthwiseConv2d/${name}`,
    code: `${elementKernelHeader(v.type)}const HAS_BIAS = ${v.hasBias};\n${bindings}${activationWgsl(v.activation)}${main(v)}`,
    workgroupSize: [defaultWorkgroup],
  };
}

const bindings = /* wgsl */ `
struct Dims {
  input_height: i32, input_width: i32, output_height: u32, output_width: u32,
  channels: u32,   // in units of Value
  strips: u32,     // per row of outputs
  kernel_height: u32, pad_top: i32, pad_left: i32,
}
@group(0) @binding(0) var<storage, read>       image  : array<Value>;   // [H, W, C]
@group(0) @binding(1) var<storage, read>       weight : array<Value>;   // [kh, kw, C]
@group(0) @binding(2) var<storage, read>       bias   : array<Value>;   // [C]
@group(0) @binding(3) var<storage, read>       slope  : array<Value>;   // [C], PReLU
@group(0) @binding(4) var<storage, read_write> result : array<Value>;   // [H', W', C]
@group(0) @binding(5) var<uniform>             dims   : Dims;

fn read_image(y: i32, x: i32, channel: u32) -> Value {
  let inside = (x >= 0) & (y >= 0) & (x < dims.input_width) & (y < dims.input_height);   // && would branch for each load: a minute of compiling on SwiftShader
  let at = u32(select(0, y * dims.input_width + x, inside)) * dims.channels + channel;
  return select(Value(), image[at], inside);
}
`;

const lines = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');

/** Generated per kernel width and stride: with loops the sums would live in memory on adapters that do not unroll. */
const main = ({ kernelWidth, stride }: DepthwiseVariant): string => `
@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = flat_index(id, groups);
  if (index >= dims.output_height * dims.strips * dims.channels) { return; }
  let channel = index % dims.channels;
  let first_x = index / dims.channels % dims.strips * ${stripLength}u;
  let y = index / dims.channels / dims.strips;
  let input_x = i32(first_x) * ${stride} - dims.pad_left;
${lines(stripLength, (i) => `  var sum${i} = Value();`)}
  for (var ky = 0u; ky < dims.kernel_height; ky++) {
    let input_y = i32(y) * ${stride} - dims.pad_top + i32(ky);
${lines(kernelWidth, (k) => `    let w${k} = weight[(ky * ${kernelWidth}u + ${k}u) * dims.channels + channel];`)}
${lines((stripLength - 1) * stride + kernelWidth, (j) => {
  const uses = Array.from({ length: stripLength }, (_, i) => i).filter((i) => j - i * stride >= 0 && j - i * stride < kernelWidth);
  if (uses.length === 0) return ''; // a stride larger than the kernel leaves gaps unread
  return `    { let a = read_image(input_y, input_x + ${j}, channel);
${uses.map((i) => `      sum${i} = fma(a, w${j - i * stride}, sum${i});`).join('\n')} }`;
})}
  }
${lines(stripLength, (i) => `  if (first_x + ${i}u < dims.output_width) {
    if (HAS_BIAS) { sum${i} += bias[channel]; }
    result[(y * dims.output_width + first_x + ${i}u) * dims.channels + channel] = activate(sum${i}, channel);
  }`)}
}
`;
