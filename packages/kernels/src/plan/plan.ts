/**
 * Record once, replay often. A plan is a fixed list of dispatches with everything made ahead of time: pipelines
 * (compiled in parallel, asynchronously), buffers (intermediates share by lifetime), bind groups and uniforms. A run
 * is one submit.
 */
import { DisposedError, PlanError, throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { showShape } from '../tensor/shape.ts';
import { Tensor, type TensorData, toStorage } from '../tensor/tensor.ts';
import { type Operand, Ops, type RecordedDispatch, type Storage, type TensorRef } from './ops.ts';
import { placeBuffers } from './placement.ts';

export interface ProfileEntry {
  /** `group: kernel label` */
  name: string;
  milliseconds: number;
  flops: number;
}

interface Step {
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
  workgroups: [number, number, number];
}

interface PlanParts {
  gpu: Gpu;
  label: string;
  steps: Step[];
  dispatches: readonly RecordedDispatch[];
  inputs: Map<string, Tensor>;
  outputs: Map<string, Tensor>;
  constants: Tensor[];
  buffers: GPUBuffer[];
  scratchBytes: number;
}

export class Plan implements Disposable {
  readonly gpu: Gpu;
  readonly label: string;
  /** Arithmetic of one run, as the operators count it. */
  readonly flops: number;
  /** Buffers of intermediates, after sharing. */
  readonly scratchBytes: number;
  readonly #parts: PlanParts;
  #disposed = false;
  #expectedMs = 0;
  #numTimedRuns = 0;
  #timedSince: number | undefined;

  /**
   * Record the operators that `build` calls and make everything that a run needs.
   *
   * @returns owned by the caller
   * @throws {@link PlanError}, {@link ShapeMismatchError}, {@link ShaderCompileError}, {@link GpuLimitError}
   */
  static async record(gpu: Gpu, label: string, build: (ops: Ops) => void, options: { signal?: AbortSignal } = {}): Promise<Plan> {
    gpu.assertUsable();
    throwIfAborted(options.signal);
    const ops = new Ops(gpu, label);
    build(ops);
    if (ops.outputs.size === 0) throw new PlanError(`Plan "${label}" has no output. Name one with ops.output(name, value).`);
    const compiled = await Promise.all(ops.dispatches.map(({ kernel }) => gpu.pipelines.compile(kernel)));
    throwIfAborted(options.signal);
    gpu.assertUsable();

    const buffers: GPUBuffer[] = [];
    try {
      const { bufferOf, scratchBytes } = allocate(gpu, ops, buffers);
      const uniforms = uploadUniforms(gpu, ops, buffers);
      const steps = ops.dispatches.map((dispatch, i): Step => {
        const { pipeline, layout } = compiled[i]!;
        const entries: GPUBindGroupEntry[] = dispatch.operands.map(({ storage }, binding) => ({ binding, resource: { buffer: bufferOf(storage), size: storage.byteLength } }));
        if (dispatch.uniforms) entries.push({ binding: entries.length, resource: { buffer: uniforms!.buffer, offset: uniforms!.offsets[i]!, size: uniformSize(dispatch.uniforms) } });
        return { pipeline, bindGroup: gpu.device.createBindGroup({ label: `${label}/${i} ${dispatch.kernel.label}`, layout, entries }), workgroups: dispatch.workgroups };
      });
      const named = (refs: Map<string, TensorRef>) =>
        new Map([...refs].map(([name, { storage, shape, dtype }]) => [name, new Tensor({ gpu, shape, dtype, label: `${label}/${name}`, buffer: bufferOf(storage), ownsBuffer: false })]));
      return new Plan({ gpu, label, steps, dispatches: ops.dispatches, inputs: named(ops.inputs), outputs: named(ops.outputs), constants: constantsOf(ops), buffers, scratchBytes });
    } catch (error) {
      for (const buffer of buffers) gpu.releaseBuffer(buffer);
      throw error;
    }
  }

  private constructor(parts: PlanParts) {
    this.#parts = parts;
    this.gpu = parts.gpu;
    this.label = parts.label;
    this.scratchBytes = parts.scratchBytes;
    this.flops = parts.dispatches.reduce((sum, { flops }) => sum + flops, 0);
  }

  get numDispatches(): number {
    return this.#parts.steps.length;
  }

  /** @throws {@link PlanError} for an unknown name, {@link ShapeMismatchError} for a wrong length */
  write(name: string, data: TensorData): void {
    const input = this.input(name);
    this.gpu.writeBuffer(input.buffer, toStorage(data, input.shape, input.dtype, input.label));
  }

  /** Copy a tensor into an input on the GPU, in order with the runs before and after. */
  copyFrom(name: string, source: Tensor): void {
    const input = this.input(name);
    if (source.dtype !== input.dtype || source.size !== input.size || source.layout !== 'row-major') {
      throw new PlanError(`Plan "${this.label}": input "${name}" is ${input.dtype} ${showShape(input.shape)}; tensor "${source.label}" is ${source.dtype} ${showShape(source.shape)} ${source.layout}.`);
    }
    this.gpu.assertUsable();
    const encoder = this.gpu.device.createCommandEncoder({ label: `${this.label}: copy to ${name}` });
    encoder.copyBufferToBuffer(source.buffer, 0, input.buffer, 0, Math.ceil(source.byteLength / 4) * 4);
    this.gpu.submit(encoder.finish(), 0);
  }

  /** Submit one run, in order with earlier submissions. Does not wait. */
  run(): void {
    const { gpu } = this;
    this.#assertUsable();
    const encoder = gpu.device.createCommandEncoder({ label: this.label });
    const pass = encoder.beginComputePass({ label: this.label });
    encodeSteps(pass, this.#parts.steps);
    pass.end();
    this.#timedSince = gpu.isIdle ? performance.now() : undefined;
    gpu.submit(encoder.finish(), this.#expectedMs);
  }

  /** Wait for the runs submitted so far without reading anything. */
  async finish(): Promise<void> {
    await this.gpu.sync();
    this.#noteDuration();
  }

  /** An output's elements after the runs submitted so far. */
  async read(name: string): Promise<Float32Array> {
    const elements = await this.output(name).read();
    this.#noteDuration();
    return elements;
  }

  async readU32(name: string): Promise<Uint32Array> {
    const elements = await this.output(name).readU32();
    this.#noteDuration();
    return elements;
  }

  /** The persistent input buffer as a tensor; it belongs to the plan. */
  input(name: string): Tensor {
    return this.#named(this.#parts.inputs, 'input', name);
  }

  /** The persistent output as a tensor, for other plans to read. It belongs to the plan; the next run overwrites it. */
  output(name: string): Tensor {
    return this.#named(this.#parts.outputs, 'output', name);
  }

  /**
   * Run once with a timestamp around every dispatch.
   *
   * @returns one entry per dispatch, in order; milliseconds on the GPU's clock
   * @throws {@link PlanError} when the adapter has no timestamps (`gpu.info.hasTimestamps`)
   */
  async profile(): Promise<ProfileEntry[]> {
    const { gpu } = this;
    this.#assertUsable();
    if (!gpu.info.hasTimestamps) throw new PlanError(`Plan "${this.label}": this adapter has no timestamps, so that it cannot be profiled.`);
    const { steps, dispatches } = this.#parts;
    const times: ProfileEntry[] = [];
    const querySet = gpu.device.createQuerySet({ label: this.label, type: 'timestamp', count: 2 * maxTimedSteps });
    const resolved = gpu.createBuffer(16 * maxTimedSteps, `${this.label}: timestamps`, GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC);
    try {
      for (let start = 0; start < steps.length; start += maxTimedSteps) {
        const chunk = steps.slice(start, start + maxTimedSteps);
        const encoder = gpu.device.createCommandEncoder({ label: `${this.label}: profile` });
        chunk.forEach((step, i) => {
          const pass = encoder.beginComputePass({ timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 } });
          encodeSteps(pass, [step]);
          pass.end();
        });
        encoder.resolveQuerySet(querySet, 0, 2 * chunk.length, resolved, 0);
        gpu.submit(encoder.finish(), 0);
        const nanoseconds = new BigUint64Array(await gpu.readBuffer(resolved, 16 * chunk.length));
        chunk.forEach((_, i) => {
          const { group, kernel, flops } = dispatches[start + i]!;
          const milliseconds = Number(nanoseconds[2 * i + 1]! - nanoseconds[2 * i]!) / 1e6;
          times.push({ name: group === '' ? kernel.label : `${group}: ${kernel.label}`, milliseconds, flops });
        });
      }
    } finally {
      gpu.releaseBuffer(resolved);
      querySet.destroy();
    }
    return times;
  }

  /** Free the plan's buffers, outputs included. A second call is harmless. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const { inputs, outputs, buffers } = this.#parts;
    for (const tensor of [...inputs.values(), ...outputs.values()]) tensor.dispose();
    for (const buffer of buffers) this.gpu.releaseBuffer(buffer);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #assertUsable(): void {
    this.gpu.assertUsable();
    if (this.#disposed) throw new DisposedError(`Plan "${this.label}"`);
    const gone = this.#parts.constants.find((tensor) => tensor.isDisposed);
    if (gone) throw new DisposedError(`Tensor "${gone.label}" ${showShape(gone.shape)}, which plan "${this.label}" reads,`);
  }

  #named(tensors: Map<string, Tensor>, kind: string, name: string): Tensor {
    if (this.#disposed) throw new DisposedError(`Plan "${this.label}"`);
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new PlanError(`Plan "${this.label}" has no ${kind} "${name}". It has: ${[...tensors.keys()].join(', ') || 'none'}.`);
    return tensor;
  }

  /**
   * Learn how long a run takes, so that the next wait can sleep. A wait that overslept shortens the estimate by a tenth
   * only, so it must not start too long: the first run does not count, as drivers compile during it, and a run that was
   * slowed down by other programs lengthens the estimate by a quarter at most.
   */
  #noteDuration(): void {
    if (this.#timedSince === undefined) return;
    const elapsed = performance.now() - this.#timedSince;
    this.#timedSince = undefined;
    this.#numTimedRuns++;
    if (this.#numTimedRuns === 2) this.#expectedMs = elapsed;
    else if (this.#numTimedRuns > 2) this.#expectedMs = Math.min(elapsed, 1.25 * this.#expectedMs);
  }
}

/** Timestamps per query set: WebGPU allows 4096 queries. */
const maxTimedSteps = 1024;

/**
 * Run operators once and read the results: for tests and exploring. Everything is freed afterwards.
 *
 * @param build - returns one value, or an array of values
 */
export async function runOnce(gpu: Gpu, build: (ops: Ops) => Operand): Promise<Float32Array>;
export async function runOnce(gpu: Gpu, build: (ops: Ops) => readonly Operand[]): Promise<Float32Array[]>;
export async function runOnce(gpu: Gpu, build: (ops: Ops) => Operand | readonly Operand[]): Promise<Float32Array | Float32Array[]> {
  let isSingle = false;
  let count = 0;
  using plan = await Plan.record(gpu, 'runOnce', (ops) => {
    const result = build(ops);
    isSingle = !Array.isArray(result);
    const values = (isSingle ? [result] : result) as readonly Operand[];
    count = values.length;
    values.forEach((value, i) => ops.output(String(i), value));
  });
  plan.run();
  const results: Float32Array[] = [];
  for (let i = 0; i < count; i++) results.push(await plan.read(String(i)));
  return isSingle ? results[0]! : results;
}

function encodeSteps(pass: GPUComputePassEncoder, steps: readonly Step[]): void {
  let current: GPUComputePipeline | undefined;
  for (const { pipeline, bindGroup, workgroups } of steps) {
    if (pipeline !== current) pass.setPipeline((current = pipeline));
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...workgroups);
  }
}

/** @param buffers - receives every buffer made, so that the caller can free them if a later one fails */
function allocate(gpu: Gpu, ops: Ops, buffers: GPUBuffer[]): { bufferOf: (storage: Storage) => GPUBuffer; scratchBytes: number } {
  const create = (byteLength: number, label: string): GPUBuffer => {
    const buffer = gpu.createBuffer(byteLength, label);
    buffers.push(buffer);
    return buffer;
  };
  const storages = new Set([...ops.inputs.values(), ...ops.outputs.values(), ...ops.dispatches.flatMap(({ operands }) => operands)].map(({ storage }) => storage));
  const intermediates = [...storages].filter(({ kind }) => kind === 'intermediate');
  const placement = placeBuffers(intermediates.map(({ byteLength, firstUse, lastUse }) => ({ byteLength, first: firstUse, last: lastUse })));
  const shared = placement.bufferSizes.map((size, i) => create(size, `${ops.label}/scratch${i}`));
  const table = new Map<Storage, GPUBuffer>();
  intermediates.forEach((storage, i) => table.set(storage, shared[placement.bufferOf[i]!]!));
  for (const storage of storages) {
    if (storage.kind === 'constant') table.set(storage, storage.tensor!.buffer);
    else if (storage.kind !== 'intermediate') table.set(storage, create(storage.byteLength, `${ops.label}/${storage.label}`));
  }
  return { bufferOf: (storage) => table.get(storage)!, scratchBytes: placement.bufferSizes.reduce((a, b) => a + b, 0) };
}

function constantsOf(ops: Ops): Tensor[] {
  const tensors = new Set<Tensor>();
  for (const { operands } of ops.dispatches) for (const { storage } of operands) if (storage.tensor) tensors.add(storage.tensor);
  return [...tensors];
}

/** Uniform bindings are multiples of 16 bytes long and start at multiples of the device's alignment. */
const uniformSize = (uniforms: ArrayBuffer): number => Math.ceil(uniforms.byteLength / 16) * 16;

/** All uniforms of a plan share one buffer; equal ones share an offset. */
function uploadUniforms(gpu: Gpu, ops: Ops, buffers: GPUBuffer[]): { buffer: GPUBuffer; offsets: (number | undefined)[] } | undefined {
  const alignment = gpu.device.limits.minUniformBufferOffsetAlignment;
  const offsetOf = new Map<string, number>();
  const chunks: { offset: number; bytes: Uint8Array }[] = [];
  let end = 0;
  const offsets = ops.dispatches.map(({ uniforms }) => {
    if (uniforms === undefined) return undefined;
    const bytes = new Uint8Array(uniforms);
    const key = bytes.join();
    let offset = offsetOf.get(key);
    if (offset === undefined) {
      offset = Math.ceil(end / alignment) * alignment;
      end = offset + uniformSize(uniforms);
      offsetOf.set(key, offset);
      chunks.push({ offset, bytes });
    }
    return offset;
  });
  if (end === 0) return undefined;
  const all = new Uint8Array(end);
  for (const { offset, bytes } of chunks) all.set(bytes, offset);
  const buffer = gpu.createBuffer(end, `${ops.label}/uniforms`, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  buffers.push(buffer);
  gpu.writeBuffer(buffer, all);
  return { buffer, offsets };
}

