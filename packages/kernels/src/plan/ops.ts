/**
 * The recorder that operators write to. Recording is pure bookkeeping: no GPU work happens until the plan is built.
 * Each value has one storage; reshaping makes a second reference to the same storage.
 */
import { GpuLimitError, PlanError, ShapeMismatchError } from '../errors.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { bytesPerElement, type DType, paddedByteLength, sameShape, showShape, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { bindingAccess, type Kernel } from './kernel.ts';

/** Where a recorded value will live. */
export interface Storage {
  readonly owner: Ops;
  readonly label: string;
  readonly byteLength: number;
  /** Inputs and outputs keep a buffer of their own; constants bring theirs. */
  kind: 'input' | 'constant' | 'intermediate' | 'output';
  readonly tensor?: Tensor;
  /** Indices of dispatches; -1 before the first. */
  firstUse: number;
  lastUse: number;
  isWritten: boolean;
}

/** A value inside a plan: a shape and a storage that only exists once the plan is built. */
export class TensorRef {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly size: number;
  readonly byteLength: number;
  readonly storage: Storage;

  constructor(storage: Storage, shape: readonly number[], dtype: DType) {
    this.storage = storage;
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype;
    this.size = sizeOf(shape, storage.label);
    this.byteLength = this.size * bytesPerElement[dtype];
  }

  get label(): string {
    return this.storage.label;
  }
}

/** Operators accept tensors (as constants of the plan) and references alike. */
export type Operand = Tensor | TensorRef;

/** A plain number is a `u32`. */
export type Uniform = number | { f32: number } | { i32: number };

export interface DispatchOptions {
  kernel: Kernel;
  /** In binding order, without the uniforms. */
  bindings: readonly Operand[];
  /** Bound last. An `ArrayBuffer` is taken as it is. */
  uniforms?: readonly Uniform[] | ArrayBuffer;
  workgroups: readonly [x: number, y?: number, z?: number];
  /** Arithmetic of this dispatch, for `plan.flops`. */
  flops?: number;
}

export interface RecordedDispatch {
  kernel: Kernel;
  operands: TensorRef[];
  uniforms: ArrayBuffer | undefined;
  workgroups: [number, number, number];
  flops: number;
  /** Enclosing `ops.group` names, for profiles. */
  group: string;
}

export class Ops {
  readonly gpu: Gpu;
  readonly label: string;
  readonly dispatches: RecordedDispatch[] = [];
  readonly inputs = new Map<string, TensorRef>();
  readonly outputs = new Map<string, TensorRef>();
  readonly #constants = new Map<Tensor, TensorRef>();
  #group = '';

  /** Use `Plan.record`. */
  constructor(gpu: Gpu, label: string) {
    this.gpu = gpu;
    this.label = label;
  }

  /** A value that the caller writes before a run. Keeps its contents between runs. */
  input(name: string, shape: readonly number[], dtype: DType = 'f32'): TensorRef {
    if (this.inputs.has(name)) throw new PlanError(`Plan "${this.label}": there are two inputs named "${name}".`);
    const ref = this.#create('input', name, shape, dtype);
    ref.storage.isWritten = true;
    this.inputs.set(name, ref);
    return ref;
  }

  /** A tensor as an operand. Operators do this themselves; the tensor must outlive the plan's last run. */
  constant(tensor: Tensor): TensorRef {
    let ref = this.#constants.get(tensor);
    if (ref === undefined) {
      if (tensor.gpu !== this.gpu) throw new PlanError(`Plan "${this.label}": tensor "${tensor.label}" lives on another Gpu.`);
      const storage: Storage = { owner: this, label: tensor.label, byteLength: tensor.buffer.size, kind: 'constant', tensor, firstUse: -1, lastUse: -1, isWritten: true };
      ref = new TensorRef(storage, tensor.shape, tensor.dtype);
      this.#constants.set(tensor, ref);
    }
    return ref;
  }

  /** Name a result. It keeps a buffer of its own, overwritten by each run. */
  output(name: string, value: Operand): void {
    if (this.outputs.has(name)) throw new PlanError(`Plan "${this.label}": there are two outputs named "${name}".`);
    let ref = this.resolve(value);
    if (!ref.storage.isWritten) throw new PlanError(`Plan "${this.label}": output "${name}" was never written.`);
    if (ref.storage.kind === 'input' || ref.storage.kind === 'constant') ref = copy(this, ref);
    ref.storage.kind = 'output';
    this.outputs.set(name, ref);
  }

  /** An intermediate, uninitialised: its buffer is shared with values that live at other times. */
  empty(shape: readonly number[], dtype: DType = 'f32', label = 'intermediate'): TensorRef {
    return this.#create('intermediate', label, shape, dtype);
  }

  /** Prefix the dispatches of `body` with a name in profiles: `ops.group('block3', () => …)`. */
  group<T>(name: string, body: () => T): T {
    const outer = this.#group;
    this.#group = outer === '' ? name : `${outer}/${name}`;
    try {
      return body();
    } finally {
      this.#group = outer;
    }
  }

  /** Turn any operand into a reference of this plan. */
  resolve(operand: Operand): TensorRef {
    if (operand instanceof Tensor) return this.constant(operand);
    if (operand.storage.owner !== this) throw new PlanError(`Plan "${this.label}": value "${operand.label}" belongs to plan "${operand.storage.owner.label}". Pass it on with plan.output() or plan.copyFrom().`);
    return operand;
  }

  /**
   * Append one kernel launch. Inputs, outputs and uniforms follow the kernel's bindings.
   *
   * @throws {@link PlanError} when the bindings do not fit the kernel
   * @throws {@link GpuLimitError} when the grid or the number of buffers is too large
   */
  dispatch(options: DispatchOptions): void {
    const { kernel, flops = 0 } = options;
    const accesses = bindingAccess(kernel);
    const operands = options.bindings.map((operand) => this.resolve(operand));
    const uniforms = options.uniforms === undefined ? undefined : packUniforms(options.uniforms);
    const where = `Plan "${this.label}", kernel "${kernel.label}"`;
    const expected = accesses.filter((access) => access !== 'uniform').length;
    const wantsUniforms = accesses.at(-1) === 'uniform';
    if (expected !== operands.length || wantsUniforms !== (uniforms !== undefined) || accesses.length !== expected + (wantsUniforms ? 1 : 0)) {
      throw new PlanError(`${where}: the kernel declares ${accesses.join(', ')}; given ${operands.length} operands ${uniforms ? 'with' : 'without'} uniforms. Bindings run inputs, outputs, uniforms.`);
    }
    this.#checkAliasing(where, operands, accesses);
    const [x, y = 1, z = 1] = options.workgroups;
    this.#checkLimits(where, kernel, expected, [x, y, z]);

    const index = this.dispatches.length;
    operands.forEach(({ storage }, i) => {
      if (accesses[i] === 'read' && !storage.isWritten) throw new PlanError(`${where}: binding ${i} ("${storage.label}") is read before anything wrote it.`);
      if (storage.firstUse === -1) storage.firstUse = index;
      storage.lastUse = index;
    });
    operands.forEach(({ storage }, i) => (storage.isWritten ||= accesses[i] === 'read_write'));
    this.dispatches.push({ kernel, operands, uniforms, workgroups: [x, y, z], flops, group: this.#group });
  }

  #create(kind: Storage['kind'], label: string, shape: readonly number[], dtype: DType): TensorRef {
    const byteLength = paddedByteLength(sizeOf(shape, `${this.label}/${label}`) * bytesPerElement[dtype]);
    const granted = this.gpu.info.limits.maxStorageBufferBindingSize;
    if (byteLength > granted) {
      throw new GpuLimitError(`Value "${this.label}/${label}" ${showShape(shape)}`, 'maxStorageBufferBindingSize', byteLength, granted, this.gpu.adapterMaximum.maxStorageBufferBindingSize, 'Use a smaller input, or split the work.');
    }
    return new TensorRef({ owner: this, label, byteLength, kind, firstUse: -1, lastUse: -1, isWritten: false }, shape, dtype);
  }

  /** WebGPU forbids one buffer as both read-only and writable, or writable twice, in one dispatch. */
  #checkAliasing(where: string, operands: readonly TensorRef[], accesses: readonly string[]): void {
    operands.forEach((ref, i) => {
      if (accesses[i] !== 'read_write') return;
      const other = operands.findIndex((candidate, j) => j !== i && candidate.storage === ref.storage);
      if (other !== -1) throw new PlanError(`${where}: bindings ${other} and ${i} are the same value "${ref.label}", and one of them is written. Write to a new value (ops.empty), or bind it once as read_write.`);
    });
  }

  #checkLimits(where: string, kernel: Kernel, numBuffers: number, workgroups: readonly [number, number, number]): void {
    const { limits } = this.gpu.info;
    const largest = Math.max(...workgroups);
    if (workgroups.some((n) => !Number.isInteger(n) || n < 1)) throw new PlanError(`${where}: workgroups ${showShape(workgroups)} must be whole numbers of at least 1.`);
    const check = (limit: keyof typeof limits, needed: number, advice: string) => {
      if (needed > limits[limit]) throw new GpuLimitError(where, limit, needed, limits[limit], this.gpu.adapterMaximum[limit], advice);
    };
    check('maxComputeWorkgroupsPerDimension', largest, 'Spread the grid over y or z (see gridFor).');
    check('maxStorageBuffersPerShaderStage', numBuffers, 'Combine operands into fewer buffers.');
    if (kernel.workgroupSize) check('maxComputeInvocationsPerWorkgroup', kernel.workgroupSize.reduce((a, b) => a * b, 1), 'Use a smaller workgroup.');
  }
}

/** Workgroups for `count` invocations, folded into y where x alone would exceed WebGPU's 65,535. */
export function gridFor(count: number, workgroupSize: number): [x: number, y: number, z: number] {
  const groups = Math.max(1, Math.ceil(count / workgroupSize));
  const y = Math.ceil(groups / 65535);
  return [Math.ceil(groups / y), y, 1];
}

/** WGSL for the flat index of an invocation in a `gridFor` grid: `flat_index(id, count)` with `@builtin(num_workgroups)`. */
export const flatIndexWgsl = /* wgsl */ `
fn flat_index(global_id: vec3u, num_workgroups: vec3u) -> u32 {
  return global_id.y * num_workgroups.x * WORKGROUP_SIZE + global_id.x;
}`;

/** The same elements under another shape; no copy. For a tensor, `reshape(ops.constant(tensor), shape)`. */
export function reshape(ref: TensorRef, shape: readonly number[]): TensorRef {
  if (sameShape(ref.shape, shape)) return ref;
  if (sizeOf(shape, 'reshape') !== ref.size) {
    throw new ShapeMismatchError(`reshape: ${showShape(ref.shape)} holds ${ref.size} elements, ${showShape(shape)} holds ${sizeOf(shape, 'reshape')}.`, { from: ref.shape, to: shape });
  }
  return new TensorRef(ref.storage, shape, ref.dtype);
}

/** An operator's output gets a value of its own even when it is an input or a constant of the plan. */
function copy(ops: Ops, x: TensorRef): TensorRef {
  const y = ops.empty(x.shape, x.dtype, `copy of ${x.label}`);
  const vectors = Math.ceil(x.byteLength / 16);
  ops.dispatch({ kernel: copyKernel, bindings: [x, y], uniforms: [vectors], workgroups: gridFor(vectors, 64) });
  return y;
}

const copyKernel: Kernel = {
  label: 'copy',
  code: /* wgsl */ `
const WORKGROUP_SIZE = 64u;
@group(0) @binding(0) var<storage, read>       source : array<vec4u>;
@group(0) @binding(1) var<storage, read_write> result : array<vec4u>;
@group(0) @binding(2) var<uniform>             count  : u32;
@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat_index(id, groups);
  if (i < count) { result[i] = source[i]; }
}
${flatIndexWgsl}`,
};

function packUniforms(uniforms: readonly Uniform[] | ArrayBuffer): ArrayBuffer {
  if (uniforms instanceof ArrayBuffer) return uniforms;
  const view = new DataView(new ArrayBuffer(uniforms.length * 4));
  uniforms.forEach((value, i) => {
    if (typeof value !== 'number') {
      if ('f32' in value) view.setFloat32(i * 4, value.f32, true);
      else view.setInt32(i * 4, value.i32, true);
      return;
    }
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw new PlanError(`Uniform ${i} is ${value}: a plain number is a u32. Write { f32: ${value} } or { i32: ${value} }.`);
    view.setUint32(i * 4, value, true);
  });
  return view.buffer;
}
