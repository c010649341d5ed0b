/**
 * Normalisation of rows: RMSNorm (Zhang & Sennrich 2019) with adaLN-style scale and shift, and LayerNorm. Statistics
 * accumulate in f32. One workgroup owns one row and reads it twice; the second read comes from the cache.
 */
import { requireF32 } from '../elementwise/elementwise.ts';
import { ShapeMismatchError } from '../errors.ts';
import type { Kernel } from '../plan/kernel.ts';
import { gridFor, type Operand, type Ops, type TensorRef } from '../plan/ops.ts';
import { showShape } from '../tensor/shape.ts';
import { rowReduction } from './reduce.ts';

const main = /* wgsl */ `
struct Sizes { rows: u32, width: u32, row_length: u32, epsilon: f32 }  // width in Elements, row_length in f32

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= sizes.rows) { return; }
  normalise(row * sizes.width, lane);
}
`;

const rmsBody = main + /* wgsl */ `
@group(0) @binding(0) var<storage, read>       source : array<Element>;  // [T, D]
@group(0) @binding(1) var<storage, read>       scale  : array<Element>;  // [D]
@group(0) @binding(2) var<storage, read>       shift  : array<Element>;  // [D]
@group(0) @binding(3) var<storage, read_write> result : array<Element>;  // [T, D]
@group(0) @binding(4) var<uniform>             sizes  : Sizes;

fn normalise(start: u32, lane: u32) {
  var squares = 0.0;
  for (var i = lane; i < sizes.width; i += LANES) { squares += dot4(source[start + i], source[start + i]); }
  let factor = inverseSqrt(reduce_sum(squares, lane) / f32(sizes.row_length) + sizes.epsilon);
  for (var i = lane; i < sizes.width; i += LANES) { result[start + i] = modulate(source[start + i] * factor, i); }
}
`;

const layerBody = main + /* wgsl */ `
@group(0) @binding(0) var<storage, read>       source : array<Element>;  // [T, D]
@group(0) @binding(1) var<storage, read>       scale  : array<Element>;  // [D]
@group(0) @binding(2) var<storage, read>       shift  : array<Element>;  // [D]
@group(0) @binding(3) var<storage, read_write> result : array<Element>;  // [T, D]
@group(0) @binding(4) var<uniform>             sizes  : Sizes;

// Two passes over the row: the mean of squares minus the square of the mean cancels badly in f32.
fn normalise(start: u32, lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < sizes.width; i += LANES) { sum += dot4(source[start + i], Element(1.0)); }
  let mean = Element(reduce_sum(sum, lane) / f32(sizes.row_length));
  var squares = 0.0;
  for (var i = lane; i < sizes.width; i += LANES) {
    let centred = source[start + i] - mean;
    squares += dot4(centred, centred);
  }
  let factor = inverseSqrt(reduce_sum(squares, lane) / f32(sizes.row_length) + sizes.epsilon);
  for (var i = lane; i < sizes.width; i += LANES) { result[start + i] = (source[start + i] - mean) * factor * scale[i] + shift[i]; }
}
`;

const vectorHeader = /* wgsl */ `
alias Element = vec4f;
fn dot4(a: vec4f, b: vec4f) -> f32 { return dot(a, b); }
`;
const scalarHeader = /* wgsl */ `
alias Element = f32;
fn dot4(a: f32, b: f32) -> f32 { return a * b; }
`;

/** `modulate(x, i)`: what RMSNorm does after dividing by the root mean square. */
function modulateWgsl(hasScale: boolean, hasShift: boolean): string {
  return `fn modulate(x: Element, i: u32) -> Element { return x${hasScale ? ' * (1.0 + scale[i])' : ''}${hasShift ? ' + shift[i]' : ''}; }\n`;
}

/**
 * x * rsqrt(mean(x²) + epsilon) * (1 + scale) + shift, row by row.
 *
 * @param x - `[T, D]`
 * @param options - `scale` and `shift` `[D]`, absent means 0; they are adaLN's modulation, hence 1 + scale
 * @returns `[T, D]`
 */
export function rmsNorm(ops: Ops, x: Operand, options: { scale?: Operand | undefined; shift?: Operand | undefined; epsilon?: number } = {}): TensorRef {
  const { scale, shift, epsilon = 1e-6 } = options;
  const input = requireF32('rmsNorm', ops.resolve(x));
  const variant = `${scale ? '+scale' : ''}${shift ? '+shift' : ''}`;
  return normalise(ops, 'rmsNorm', `rmsNorm${variant}`, rmsBody + modulateWgsl(scale !== undefined, shift !== undefined), input, scale ?? input, shift ?? input, epsilon, { scale, shift });
}

/**
 * (x - mean) * rsqrt(variance + epsilon) * gain + bias, row by row.
 *
 * @param x - `[T, D]`
 * @param options - `gain` and `bias` `[D]`
 * @returns `[T, D]`
 */
export function layerNorm(ops: Ops, x: Operand, options: { gain: Operand; bias: Operand; epsilon?: number }): TensorRef {
  const { gain, bias, epsilon = 1e-5 } = options;
  const input = requireF32('layerNorm', ops.resolve(x));
  return normalise(ops, 'layerNorm', 'layerNorm', layerBody, input, gain, bias, epsilon, { gain, bias });
}

function normalise(ops: Ops, name: string, label: string, body: string, input: TensorRef, scale: Operand, shift: Operand, epsilon: number, vectors: Record<string, Operand | undefined>): TensorRef {
  const width = input.shape.at(-1)!;
  for (const [key, operand] of Object.entries(vectors)) {
    if (operand === undefined) continue;
    const ref = requireF32(name, ops.resolve(operand));
    if (ref.size !== width) throw new ShapeMismatchError(`${name}: ${key} ${showShape(ref.shape)} must hold one value per column of x ${showShape(input.shape)}.`, { x: input.shape, [key]: ref.shape });
  }
  const rows = input.size / width;
  const unit = width % 4 === 0 ? 4 : 1;
  const reduction = rowReduction(ops.gpu);
  const kernel: Kernel = { label: `${label}/${reduction.name}${unit === 4 ? '' : '/scalar'}`, code: reduction.wgsl + (unit === 4 ? vectorHeader : scalarHeader) + body };
  const output = ops.empty(input.shape, 'f32', name);
  ops.dispatch({ kernel, bindings: [input, scale, shift, output], uniforms: [rows, width / unit, width, { f32: epsilon }], workgroups: gridFor(rows, 1), flops: 4 * input.size });
  return output;
}
