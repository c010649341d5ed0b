/**
 * What all convolution kernels share: bindings, reading the image with zeros outside, and the way from a sum to the
 * output. Flags are WGSL constants, so that a kernel without a bias has no trace of one; sizes are uniforms, so that
 * one pipeline serves all layers of a network.
 */
import type { Activation } from '../elementwise/elementwise.ts';

export interface ConvVariant {
  activation: FusedActivation;
  hasBias: boolean;
  residual: 'none' | 'before activation' | 'after activation';
  inputRelu: boolean;
  /** Ci is a multiple of 4: the image is read as vec4s. */
  inputVec4: boolean;
  /** Co is a multiple of 4 and nothing is shuffled: the output is written as vec4s. */
  outputVec4: boolean;
  /** Upscaling of a fused pixel shuffle; 1 for none. */
  shuffle: number;
}

export type FusedActivation = Activation | 'prelu' | 'none';

const activations: readonly FusedActivation[] = ['none', 'relu', 'silu', 'sigmoid', 'prelu', 'tanh'];

/**
 * `activate(value, index)` on `alias Value`, a scalar or a vec4. PReLU reads `slope[index]`, a binding that the kernel
 * declares.
 */
export const activationWgsl = (activation: FusedActivation): string => `
const ACTIVATION = ${activations.indexOf(activation)}u;  // ${activation}
${activate}`;

const activate = /* wgsl */ `
fn activate(value: Value, index: u32) -> Value {
  if (ACTIVATION == 1u) { return max(value, Value()); }
  if (ACTIVATION == 2u) { return value / (1.0 + exp(-value)); }
  if (ACTIVATION == 3u) { return 1.0 / (1.0 + exp(-value)); }
  if (ACTIVATION == 4u) { return select(value * slope[index], value, value > Value()); }
  if (ACTIVATION == 5u) { return tanh(clamp(value, Value(-15.0), Value(15.0))); }
  return value;
}
`;

export const convHeader = (v: ConvVariant): string => `
alias InputElement = ${v.inputVec4 ? 'vec4f' : 'f32'};
alias OutputElement = ${v.outputVec4 ? 'vec4f' : 'f32'};
alias Value = vec4f;
const HAS_BIAS = ${v.hasBias};
const HAS_RESIDUAL = ${v.residual !== 'none'};
const RESIDUAL_FIRST = ${v.residual === 'before activation'};
const INPUT_RELU = ${v.inputRelu};
const SHUFFLE = ${v.shuffle}u;
${activationWgsl(v.activation)}`;

/** Names the variant in labels. */
export const convSuffix = (v: ConvVariant): string =>
  [v.inputRelu && 'reluIn', v.hasBias && 'bias', v.activation !== 'none' && v.activation, v.residual !== 'none' && 'residual', v.shuffle > 1 && `shuffle${v.shuffle}`].filter(Boolean).join('+') || 'plain';

export const convCommon = (v: ConvVariant): string => bindings + (v.inputVec4 ? inputAsVec4 : inputAsScalars) + finish + (v.outputVec4 ? outputAsVec4 : outputAsScalars);

/** Unused operands (no bias, say) are bound to any readable buffer: layouts stay the same for all variants. */
const bindings = /* wgsl */ `
struct Dims {
  input_height: i32, input_width: i32, input_channels: u32, output_channels: u32,
  output_height: u32, output_width: u32, kernel_height: u32, kernel_width: u32,
  stride: u32, pad_top: i32, pad_left: i32,
}
@group(0) @binding(0) var<storage, read>       image    : array<InputElement>;   // [H, W, Ci]
@group(0) @binding(1) var<storage, read>       weight   : array<vec4f>;          // [kh * kw, Ci padded, Co padded / 4]
@group(0) @binding(2) var<storage, read>       bias     : array<vec4f>;          // [Co]
@group(0) @binding(3) var<storage, read>       slope    : array<vec4f>;          // [Co], PReLU
@group(0) @binding(4) var<storage, read>       residual : array<OutputElement>;  // as the result
@group(0) @binding(5) var<storage, read_write> result   : array<OutputElement>;  // [H', W', Co]
@group(0) @binding(6) var<uniform>             dims     : Dims;

// Top left corner of an output pixel's window, in input pixels; may lie outside.
fn window_corner(pixel: u32) -> vec2i {
  return vec2i(i32(pixel % dims.output_width * dims.stride) - dims.pad_left, i32(pixel / dims.output_width * dims.stride) - dims.pad_top);
}
// Without && on purpose: its branches, once per pixel of a tile, took SwiftShader half a minute to compile.
fn is_inside(at: vec2i) -> bool {
  return all(at >= vec2i()) & all(at < vec2i(dims.input_width, dims.input_height));
}
fn prologue(value: vec4f) -> vec4f {
  if (INPUT_RELU) { return max(value, vec4f()); }
  return value;
}
`;

/** `read_image(image_base(at), quad)`: four channels of one pixel. */
const inputAsVec4 = /* wgsl */ `
fn image_base(at: vec2i) -> u32 {
  return u32(at.y * dims.input_width + at.x) * (dims.input_channels / 4u);
}
fn read_image(base: u32, quad: u32) -> vec4f {
  return prologue(image[base + quad]);
}
`;

const inputAsScalars = /* wgsl */ `
fn image_base(at: vec2i) -> u32 {
  return u32(at.y * dims.input_width + at.x) * dims.input_channels;
}
// Channels past the last one are another pixel's: they must not reach the sum even where the weight is 0 (NaN * 0).
fn read_image(base: u32, quad: u32) -> vec4f {
  let channel = vec4u(0u, 1u, 2u, 3u) + 4u * quad;
  let at = base + min(channel, vec4u(dims.input_channels - 1u));
  return select(vec4f(), prologue(vec4f(image[at.x], image[at.y], image[at.z], image[at.w])), channel < vec4u(dims.input_channels));
}
`;

const finish = /* wgsl */ `
fn finish(sum: vec4f, quad: u32, extra: vec4f) -> vec4f {
  var value = sum;
  if (HAS_BIAS) { value += bias[quad]; }
  if (RESIDUAL_FIRST) { value += extra; }
  value = activate(value, quad);
  if (HAS_RESIDUAL && !RESIDUAL_FIRST) { value += extra; }
  return value;
}
`;

const outputAsVec4 = /* wgsl */ `
fn write_result(pixel: u32, quad: u32, sum: vec4f) {
  let at = pixel * (dims.output_channels / 4u) + quad;
  var extra = vec4f();
  if (HAS_RESIDUAL) { extra = residual[at]; }
  result[at] = finish(sum, quad, extra);
}
`;

const outputAsScalars = /* wgsl */ `
// Pixel shuffle: channel (c, dy, dx) of pixel (y, x) becomes channel c of pixel (y * SHUFFLE + dy, x * SHUFFLE + dx).
fn result_index(pixel: u32, channel: u32) -> u32 {
  if (SHUFFLE == 1u) { return pixel * dims.output_channels + channel; }
  let y = pixel / dims.output_width * SHUFFLE + channel / SHUFFLE % SHUFFLE;
  let x = pixel % dims.output_width * SHUFFLE + channel % SHUFFLE;
  return (y * dims.output_width * SHUFFLE + x) * (dims.output_channels / (SHUFFLE * SHUFFLE)) + channel / (SHUFFLE * SHUFFLE);
}
fn write_result(pixel: u32, quad: u32, sum: vec4f) {
  let channel = vec4u(0u, 1u, 2u, 3u) + 4u * quad;
  let exists = channel < vec4u(dims.output_channels);
  let at = vec4u(result_index(pixel, channel.x), result_index(pixel, channel.y), result_index(pixel, channel.z), result_index(pixel, channel.w));
  var extra = vec4f();
  if (HAS_RESIDUAL) {
    if (exists.x) { extra.x = residual[at.x]; }
    if (exists.y) { extra.y = residual[at.y]; }
    if (exists.z) { extra.z = residual[at.z]; }
    if (exists.w) { extra.w = residual[at.w]; }
  }
  let value = finish(sum, quad, extra);
  if (exists.x) { result[at.x] = value.x; }
  if (exists.y) { result[at.y] = value.y; }
  if (exists.z) { result[at.z] = value.z; }
  if (exists.w) { result[at.w] = value.w; }
}
`;
