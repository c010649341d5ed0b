/**
 * Softmax over the last axis. One workgroup owns one row: a pass for the maximum, one for the sum of exponentials, one
 * that writes. Rows come from the cache after the first pass.
 */
import { requireF32 } from '../elementwise/elementwise.ts';
import { rowReduction } from '../norm/reduce.ts';
import type { Kernel } from '../plan/kernel.ts';
import { gridFor, type Operand, type Ops, type TensorRef } from '../plan/ops.ts';

const body = /* wgsl */ `
struct Sizes { rows: u32, width: u32 }
@group(0) @binding(0) var<storage, read>       source : array<f32>;  // [T, D]
@group(0) @binding(1) var<storage, read_write> result : array<f32>;  // [T, D]
@group(0) @binding(2) var<uniform>             sizes  : Sizes;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= sizes.rows) { return; }
  let start = row * sizes.width;
  var largest = -3.4e38;
  for (var i = lane; i < sizes.width; i += LANES) { largest = max(largest, source[start + i]); }
  largest = reduce_max(largest, lane);
  var sum = 0.0;
  for (var i = lane; i < sizes.width; i += LANES) { sum += exp(source[start + i] - largest); }
  let factor = 1.0 / reduce_sum(sum, lane);
  for (var i = lane; i < sizes.width; i += LANES) { result[start + i] = exp(source[start + i] - largest) * factor; }
}
`;

/**
 * exp(x - max) / sum(exp(x - max)) over the last axis.
 *
 * @param x - `[T, D]`
 * @returns `[T, D]`; every row sums to 1
 */
export function softmax(ops: Ops, x: Operand): TensorRef {
  const input = requireF32('softmax', ops.resolve(x));
  const width = input.shape.at(-1)!;
  const rows = input.size / width;
  const reduction = rowReduction(ops.gpu);
  const kernel: Kernel = { label: `softmax/${reduction.name}`, code: reduction.wgsl + body };
  const output = ops.empty(input.shape, 'f32', 'softmax');
  ops.dispatch({ kernel, bindings: [input, output], uniforms: [rows, width], workgroups: gridFor(rows, 1), flops: 5 * input.size });
  return output;
}
