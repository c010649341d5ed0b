/**
 * Elementwise operators on 32-bit floats: one kernel body, a header per function. Four elements per invocation; the
 * last vector may run over the end into the buffer's padding, which belongs to nobody.
 */
import { ShapeMismatchError } from '../errors.ts';
import type { Kernel } from '../plan/kernel.ts';
import { flatIndexWgsl, gridFor, type Operand, type Ops, type TensorRef } from '../plan/ops.ts';
import { sameShape, showShape } from '../tensor/shape.ts';

/** Activations that operators can fuse. */
export type Activation = 'relu' | 'silu' | 'sigmoid' | 'tanh';

/** WGSL `fn activate(x: vec4f) -> vec4f` for a fused activation; `undefined` is the identity. */
export function activationWgsl(activation: Activation | undefined): string {
  return `fn activate(x: vec4f) -> vec4f { return ${activationBody[activation ?? 'identity']}; }`;
}

const activationBody = {
  identity: 'x',
  relu: 'max(x, vec4f())',
  // exp(-x) overflows to infinity for very negative x, and x / infinity is the right zero.
  silu: 'x / (1.0 + exp(-x))',
  sigmoid: '1.0 / (1.0 + exp(-x))',
  tanh: 'tanh(clamp(x, vec4f(-15.0), vec4f(15.0)))', // unclamped, some drivers compute inf / inf
} as const;

const unaryBody = /* wgsl */ `
const WORKGROUP_SIZE = 64u;
@group(0) @binding(0) var<storage, read>       source : array<vec4f>;
@group(0) @binding(1) var<storage, read_write> result : array<vec4f>;
@group(0) @binding(2) var<uniform>             count  : u32;  // in vectors

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat_index(id, groups);
  if (i < count) { result[i] = activate(source[i]); }
}
` + flatIndexWgsl;

const unaryKernels = Object.fromEntries(
  (['relu', 'silu', 'sigmoid', 'tanh'] as const).map((name): [Activation, Kernel] => [name, { label: name, code: activationWgsl(name) + unaryBody }]),
) as Record<Activation, Kernel>;

function unary(ops: Ops, name: Activation, x: Operand): TensorRef {
  const input = requireF32(name, ops.resolve(x));
  const output = ops.empty(input.shape, 'f32', name);
  const vectors = Math.ceil(input.size / 4);
  ops.dispatch({ kernel: unaryKernels[name], bindings: [input, output], uniforms: [vectors], workgroups: gridFor(vectors, 64), flops: input.size });
  return output;
}

/** max(x, 0) */
export const relu = (ops: Ops, x: Operand): TensorRef => unary(ops, 'relu', x);
/** x / (1 + exp(-x)) */
export const silu = (ops: Ops, x: Operand): TensorRef => unary(ops, 'silu', x);
/** 1 / (1 + exp(-x)) */
export const sigmoid = (ops: Ops, x: Operand): TensorRef => unary(ops, 'sigmoid', x);
export const tanh = (ops: Ops, x: Operand): TensorRef => unary(ops, 'tanh', x);

const binaryFunctions = {
  add: 'a + b',
  multiply: 'a * b',
  prelu: 'max(a, vec4f()) + b * min(a, vec4f())',
} as const;

type BinaryName = keyof typeof binaryFunctions;

const binaryBody = /* wgsl */ `
const WORKGROUP_SIZE = 64u;
struct Sizes { count: u32, period: u32 }  // period: length of b, which repeats; in vectors if PERIOD_IN_VECTORS, else in elements
@group(0) @binding(0) var<storage, read>       a      : array<vec4f>;
@group(0) @binding(1) var<storage, read>       b      : array<Repeated>;
@group(0) @binding(2) var<storage, read_write> result : array<vec4f>;
@group(0) @binding(3) var<uniform>             sizes  : Sizes;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat_index(id, groups);
  if (i < sizes.count) { result[i] = combine(a[i], load_b(i)); }
}
` + flatIndexWgsl;

const loadVector = /* wgsl */ `
alias Repeated = vec4f;
fn load_b(i: u32) -> vec4f { return b[i % sizes.period]; }`;

/** The period is not a multiple of four: a vector of \`a\` straddles the seam. */
const loadScalars = /* wgsl */ `
alias Repeated = f32;
fn load_b(i: u32) -> vec4f {
  let j = vec4u(4u * i, 4u * i + 1u, 4u * i + 2u, 4u * i + 3u) % sizes.period;
  return vec4f(b[j.x], b[j.y], b[j.z], b[j.w]);
}`;

function binaryKernel(name: BinaryName, isAligned: boolean): Kernel {
  const combine = `fn combine(a: vec4f, b: vec4f) -> vec4f { return ${binaryFunctions[name]}; }`;
  return { label: `${name}/${isAligned ? 'vector' : 'scalar'}`, code: combine + (isAligned ? loadVector : loadScalars) + binaryBody };
}

function binary(ops: Ops, name: BinaryName, a: Operand, b: Operand): TensorRef {
  const left = requireF32(name, ops.resolve(a));
  const right = requireF32(name, ops.resolve(b));
  const isTrailing = sameShape(left.shape.slice(left.shape.length - right.shape.length), right.shape);
  if (!isTrailing && right.size !== 1) {
    throw new ShapeMismatchError(
      `${name}: the second operand ${showShape(right.shape)} does not repeat over the first ${showShape(left.shape)}.\n  It must have the same shape, the trailing dimensions of it, or a single element.`,
      { a: left.shape, b: right.shape },
    );
  }
  // Equal shapes repeat once: the vector path serves them whatever their size.
  const isAligned = right.size % 4 === 0 || right.size === left.size;
  const output = ops.empty(left.shape, 'f32', name);
  const vectors = Math.ceil(left.size / 4);
  const period = isAligned ? Math.ceil(right.size / 4) : right.size;
  ops.dispatch({ kernel: binaryKernel(name, isAligned), bindings: [left, right, output], uniforms: [vectors, period], workgroups: gridFor(vectors, 64), flops: left.size });
  return output;
}

/** a + b. `b` has the shape of `a`, or its trailing dimensions (a bias `[C]`), or one element. */
export const add = (ops: Ops, a: Operand, b: Operand): TensorRef => binary(ops, 'add', a, b);
/** a * b, repeating `b` like {@link add}. */
export const multiply = (ops: Ops, a: Operand, b: Operand): TensorRef => binary(ops, 'multiply', a, b);
/** max(x, 0) + alpha * min(x, 0) with one slope per channel: `x [..., C]`, `alpha [C]`. */
export const prelu = (ops: Ops, x: Operand, alpha: Operand): TensorRef => binary(ops, 'prelu', x, alpha);

const swigluBody = /* wgsl */ `
const WORKGROUP_SIZE = 64u;
struct Sizes { count: u32, width: u32 }  // output elements; H
@group(0) @binding(0) var<storage, read>       source : array<Element>;  // [T, 2H]: gate, then value
@group(0) @binding(1) var<storage, read_write> result : array<Element>;  // [T, H]
@group(0) @binding(2) var<uniform>             sizes  : Sizes;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat_index(id, groups);
  if (i >= sizes.count) { return; }
  let at = i + (i / sizes.width) * sizes.width;  // row * 2H + column
  let gate = source[at];
  result[i] = gate / (1.0 + exp(-gate)) * source[at + sizes.width];
}
` + flatIndexWgsl;

/**
 * silu(x[:, :H]) * x[:, H:], the gated activation of SwiGLU (Shazeer 2020).
 *
 * @param x - `[T, 2H]`
 * @returns `[T, H]`
 */
export function swiglu(ops: Ops, x: Operand): TensorRef {
  const input = requireF32('swiglu', ops.resolve(x));
  const doubled = input.shape.at(-1)!;
  if (doubled % 2 !== 0) throw new ShapeMismatchError(`swiglu: the last dimension of ${showShape(input.shape)} must be even (gate, then value).`, { x: input.shape });
  const output = ops.empty([...input.shape.slice(0, -1), doubled / 2], 'f32', 'swiglu');
  const lanes = (doubled / 2) % 4 === 0 ? 4 : 1;
  const kernel: Kernel = { label: `swiglu/${lanes}`, code: `alias Element = ${lanes === 4 ? 'vec4f' : 'f32'};${swigluBody}` };
  const count = output.size / lanes;
  ops.dispatch({ kernel, bindings: [input, output], uniforms: [count, doubled / 2 / lanes], workgroups: gridFor(count, 64), flops: 3 * output.size });
  return output;
}

/** Operators on floats refuse u32 and f16 storage instead of misreading it. */
export function requireF32(operator: string, x: TensorRef): TensorRef {
  if (x.dtype !== 'f32') throw new ShapeMismatchError(`${operator}: "${x.label}" is ${x.dtype}, f32 is needed.`, { dtype: x.dtype });
  if (x.storage.tensor && x.storage.tensor.layout !== 'row-major') {
    throw new ShapeMismatchError(`${operator}: "${x.label}" is a weight packed for ${x.storage.tensor.layout}, not a row-major tensor.`);
  }
  return x;
}
