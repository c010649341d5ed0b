/**
 * Operators that move elements without computing: concat, slice, padding of an axis. They copy bits, so that any
 * 32-bit type passes unchanged.
 */
import { ShapeMismatchError } from '../errors.ts';
import type { Kernel } from '../plan/kernel.ts';
import { flatIndexWgsl, gridFor, type Operand, type Ops, type TensorRef } from '../plan/ops.ts';
import { showShape } from '../tensor/shape.ts';

/**
 * Both tensors are seen as `[outer, axis * inner]`. Copies \`length\` elements of each row, from \`source_start\` to
 * \`result_start\`; what falls outside of the source's row is zero. Units are vectors or elements, alike for all fields.
 */
const copyRowsBody = /* wgsl */ `
const WORKGROUP_SIZE = 64u;
struct Rows { count: u32, length: u32, source_stride: u32, source_start: i32, result_stride: u32, result_start: u32 }
@group(0) @binding(0) var<storage, read>       source : array<Element>;
@group(0) @binding(1) var<storage, read_write> result : array<Element>;
@group(0) @binding(2) var<uniform>             rows   : Rows;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat_index(id, groups);
  if (i >= rows.count) { return; }
  let row = i / rows.length;
  let column = i32(i % rows.length) + rows.source_start;
  let is_inside = column >= 0 && column < i32(rows.source_stride);
  var value = Element();
  if (is_inside) { value = source[row * rows.source_stride + u32(column)]; }
  result[row * rows.result_stride + rows.result_start + i % rows.length] = value;
}
` + flatIndexWgsl;

const vectorKernel: Kernel = { label: 'copyRows/vector', code: `alias Element = vec4u;${copyRowsBody}` };
const scalarKernel: Kernel = { label: 'copyRows/scalar', code: `alias Element = u32;${copyRowsBody}` };

interface RowCopy {
  outer: number;
  length: number;
  sourceStride: number;
  sourceStart: number;
  resultStride: number;
  resultStart: number;
}

function copyRows(ops: Ops, source: TensorRef, result: TensorRef, rows: RowCopy): void {
  const { outer, length, sourceStride, sourceStart, resultStride, resultStart } = rows;
  const unit = [length, sourceStride, sourceStart, resultStride, resultStart].every((n) => n % 4 === 0) ? 4 : 1;
  const count = (outer * length) / unit;
  ops.dispatch({
    kernel: unit === 4 ? vectorKernel : scalarKernel,
    bindings: [source, result],
    uniforms: [count, length / unit, sourceStride / unit, { i32: sourceStart / unit }, resultStride / unit, resultStart / unit],
    workgroups: gridFor(count, 64),
  });
}

/**
 * Join values along an axis; all other dimensions must agree.
 *
 * @param axis - negative counts from the end
 */
export function concat(ops: Ops, values: readonly Operand[], axis: number): TensorRef {
  const refs = values.map((value) => ops.resolve(value));
  const first = refs[0];
  if (first === undefined) throw new ShapeMismatchError('concat: there are no values to join.');
  const at = resolveAxis('concat', first, axis);
  for (const ref of refs) {
    const fits = ref.dtype === first.dtype && ref.shape.length === first.shape.length && ref.shape.every((n, i) => i === at || n === first.shape[i]);
    if (!fits) {
      throw new ShapeMismatchError(`concat: ${refs.map(({ shape, dtype }) => `${dtype} ${showShape(shape)}`).join(', ')} do not fit along axis ${at}. All other dimensions must agree.`, { shapes: refs.map(({ shape }) => shape), axis: at });
    }
  }
  const shape = first.shape.map((n, i) => (i === at ? refs.reduce((sum, ref) => sum + ref.shape[at]!, 0) : n));
  const result = ops.empty(shape, first.dtype, 'concat');
  const { outer, inner } = aroundAxis(first, at);
  let start = 0;
  for (const ref of refs) {
    const length = ref.shape[at]! * inner;
    copyRows(ops, ref, result, { outer, length, sourceStride: length, sourceStart: 0, resultStride: shape[at]! * inner, resultStart: start });
    start += length;
  }
  return result;
}

/** `length` entries of an axis from `start`; a copy. */
export function slice(ops: Ops, x: Operand, axis: number, start: number, length: number): TensorRef {
  const ref = ops.resolve(x);
  const at = resolveAxis('slice', ref, axis);
  if (start < 0 || length < 1 || start + length > ref.shape[at]!) {
    throw new ShapeMismatchError(`slice: entries ${start} to ${start + length - 1} of axis ${at} lie outside of ${showShape(ref.shape)}.`, { shape: ref.shape, axis: at, start, length });
  }
  return window(ops, ref, at, -start, length, 'slice');
}

/** Zeros before and after the last axis: `[..., C]` to `[..., before + C + after]`. */
export function padChannels(ops: Ops, x: Operand, before: number, after: number): TensorRef {
  const ref = ops.resolve(x);
  const at = resolveAxis('padChannels', ref, -1);
  if (before < 0 || after < 0) throw new ShapeMismatchError(`padChannels: ${before} before and ${after} after must not be negative.`);
  return window(ops, ref, at, before, before + ref.shape[at]! + after, 'padChannels');
}

function window(ops: Ops, x: TensorRef, axis: number, before: number, length: number, label: string): TensorRef {
  const { outer, inner } = aroundAxis(x, axis);
  const result = ops.empty(x.shape.map((n, i) => (i === axis ? length : n)), x.dtype, label);
  copyRows(ops, x, result, { outer, length: length * inner, sourceStride: x.shape[axis]! * inner, sourceStart: -before * inner, resultStride: length * inner, resultStart: 0 });
  return result;
}

function resolveAxis(operator: string, x: TensorRef, axis: number): number {
  const at = axis < 0 ? x.shape.length + axis : axis;
  if (!Number.isInteger(at) || at < 0 || at >= x.shape.length) throw new ShapeMismatchError(`${operator}: axis ${axis} does not exist in ${showShape(x.shape)}.`, { shape: x.shape, axis });
  if (x.dtype === 'f16') throw new ShapeMismatchError(`${operator}: f16 storage is not supported.`);
  return at;
}

function aroundAxis(x: TensorRef, axis: number): { outer: number; inner: number } {
  const product = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);
  return { outer: product(x.shape.slice(0, axis)), inner: product(x.shape.slice(axis + 1)) };
}
