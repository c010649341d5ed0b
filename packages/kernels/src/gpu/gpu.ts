/**
 * One WebGPU device with bookkeeping: live bytes, compiled kernels, errors that arrive late. There is no global
 * default device and nothing happens at import time.
 */
import '../polyfill.ts';
import { DeviceLostError, DisposedError, GpuLimitError, GpuOperationError, GpuUnavailableError, type OneGTError, ShapeMismatchError } from '../errors.ts';
import { bytesPerElement, type DType, paddedByteLength, showShape, sizeOf } from '../tensor/shape.ts';
import { Tensor, type TensorData, toStorage } from '../tensor/tensor.ts';
import { acquireDevice, describeDevice, diagnoseBrowser, type GpuInfo, type GpuRequestOptions } from './adapter.ts';
import { PipelineCache } from './pipelines.ts';

export interface GpuMemory {
  /** Buffers of tensors and plans. */
  liveBytes: number;
  /** Read-back buffers kept for reuse. */
  pooledBytes: number;
  /** Highest sum of both so far. */
  peakBytes: number;
}

interface GpuInit {
  device: GPUDevice;
  info: GpuInfo;
  adapterMaximum?: GPUSupportedLimits;
  ownsDevice: boolean;
  /** Kept referenced as long as the device: releasing the object of `create()` from `webgpu` crashes the process. */
  keepAlive?: unknown;
  /** Waiting costs a core: dawn.node polls in a busy loop while a promise is pending. */
  pollsWhileWaiting?: boolean;
}

const tensorUsage = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

/** Read-back buffers above this sum are freed instead of kept. */
const maxPooledBytes = 32 * 1024 * 1024;

export class Gpu implements Disposable {
  readonly device: GPUDevice;
  readonly info: GpuInfo;
  /** Compiled kernels, shared by all plans. */
  readonly pipelines: PipelineCache;
  /** Variants that a tuner measured to be best, by operator and shape. Empty until something tunes. */
  readonly tuning = new Map<string, string>();
  /** Resolves when the device goes, whether by a fault or by `dispose`. */
  readonly lost: Promise<DeviceLostError>;

  readonly #adapterMaximum: GPUSupportedLimits;
  readonly #ownsDevice: boolean;
  readonly #pollsWhileWaiting: boolean;
  #lostError: DeviceLostError | undefined;
  #fault: OneGTError | undefined;
  #disposed = false;
  #liveBytes = 0;
  #pooledBytes = 0;
  #peakBytes = 0;
  #staging: GPUBuffer[] = [];
  #busyUntil = 0;

  /**
   * The browser's GPU. In Node use `requestGpu` from `@onegt/kernels/node`.
   *
   * @throws {@link GpuUnavailableError} with the reason and the remedy
   */
  static async request(options: GpuRequestOptions = {}): Promise<Gpu> {
    const gpu = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
    if (gpu === undefined) {
      const { reason, message } = diagnoseBrowser();
      throw new GpuUnavailableError(reason, message);
    }
    return Gpu.fromEntryPoint(gpu, options, () => diagnoseBrowser().message);
  }

  /** Any WebGPU entry point. `keepAlive` stays referenced until `dispose`. */
  static async fromEntryPoint(gpu: GPU, options: GpuRequestOptions, whyNoAdapter: () => string, extra: { keepAlive?: unknown; pollsWhileWaiting?: boolean } = {}): Promise<Gpu> {
    const { device, adapter } = await acquireDevice(gpu, options, whyNoAdapter);
    return new Gpu({ device, info: describeDevice(device, adapter.info), adapterMaximum: adapter.limits, ownsDevice: true, ...extra });
  }

  /** Borrow a device: `dispose` frees what OneGT made on it and leaves the device alone. */
  static fromDevice(device: GPUDevice, adapterInfo?: GPUAdapterInfo): Gpu {
    return new Gpu({ device, info: describeDevice(device, adapterInfo ?? device.adapterInfo), ownsDevice: false });
  }

  private constructor(init: GpuInit) {
    this.device = init.device;
    this.info = init.info;
    this.pipelines = new PipelineCache(init.device);
    this.#adapterMaximum = init.adapterMaximum ?? init.device.limits;
    this.#ownsDevice = init.ownsDevice;
    if (init.keepAlive !== undefined) keepUntilLost(init.keepAlive, init.device);
    this.#pollsWhileWaiting = init.pollsWhileWaiting ?? false;
    this.lost = init.device.lost.then((lost) => {
      this.#lostError ??= new DeviceLostError(lost.reason, lost.message);
      return this.#lostError;
    });
    init.device.addEventListener('uncapturederror', this.#onUncapturedError);
  }

  memory(): GpuMemory {
    return { liveBytes: this.#liveBytes, pooledBytes: this.#pooledBytes, peakBytes: this.#peakBytes };
  }

  /**
   * Upload an array.
   *
   * @returns a tensor owned by the caller
   * @throws {@link ShapeMismatchError} when `data.length` is not the product of `shape`
   */
  tensor(data: TensorData, shape: readonly number[], label = 'tensor'): Tensor {
    const dtype: DType = data instanceof Uint32Array ? 'u32' : 'f32';
    const words = toStorage(data, shape, dtype, label);
    const tensor = this.empty(shape, { dtype, label });
    this.writeBuffer(tensor.buffer, words);
    return tensor;
  }

  /** Zero-filled tensor, owned by the caller. */
  empty(shape: readonly number[], options: { dtype?: DType; label?: string } = {}): Tensor {
    const { dtype = 'f32', label = 'tensor' } = options;
    const size = sizeOf(shape, label);
    if (dtype === 'f16' && !this.info.hasF16) throw new ShapeMismatchError(`Tensor "${label}": this adapter (${this.info.description}) has no f16. Use f32; see gpu.info.hasF16.`);
    const buffer = this.createBuffer(size * bytesPerElement[dtype], `${label} ${showShape(shape)}`);
    return new Tensor({ gpu: this, shape, dtype, label, buffer, ownsBuffer: true });
  }

  /** A weight in an operator's own layout: `data` may be longer than the shape, by padding. Owned by the caller. */
  packedTensor(data: TensorData, shape: readonly number[], layout: string, label: string): Tensor {
    const buffer = this.createBuffer(data.byteLength, `${label} ${layout} ${showShape(shape)}`);
    this.writeBuffer(buffer, data);
    return new Tensor({ gpu: this, shape, dtype: data instanceof Uint32Array ? 'u32' : 'f32', label, buffer, layout, ownsBuffer: true });
  }

  /**
   * Wait until everything submitted so far has run.
   *
   * @param expectedMs - how long that probably takes. Where waiting costs a core (Node), most of it is slept through.
   * @throws {@link DeviceLostError}, {@link GpuOperationError} when the GPU reported an error since the last wait
   */
  async sync(expectedMs = 0): Promise<void> {
    this.assertUsable();
    await this.#sleepThroughWork(expectedMs);
    await this.#orLost(this.device.queue.onSubmittedWorkDone());
    this.#busyUntil = 0;
    this.#throwFault();
  }

  /** Free everything and, unless it is borrowed, the device. A second call is harmless. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.device.removeEventListener('uncapturederror', this.#onUncapturedError);
    for (const buffer of this.#staging) buffer.destroy();
    this.#staging = [];
    this.#pooledBytes = 0;
    if (this.#ownsDevice) this.device.destroy();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  // The remaining methods are for operators and plans, not for programs.

  /** @throws {@link DisposedError}, {@link DeviceLostError} */
  assertUsable(): void {
    if (this.#disposed) throw new DisposedError('Gpu');
    if (this.#lostError !== undefined) throw this.#lostError;
  }

  /**
   * A storage buffer, counted in `memory()` until `releaseBuffer`.
   *
   * @throws {@link GpuLimitError}
   */
  createBuffer(byteLength: number, label: string, usage: GPUBufferUsageFlags = tensorUsage()): GPUBuffer {
    this.assertUsable();
    const size = paddedByteLength(byteLength);
    for (const limit of ['maxStorageBufferBindingSize', 'maxBufferSize'] as const) {
      const granted = this.info.limits[limit];
      if (size > granted) throw new GpuLimitError(`Buffer "${label}"`, limit, size, granted, this.#adapterMaximum[limit], 'Use a smaller input, or split the work.');
    }
    const buffer = this.device.createBuffer({ label, size, usage });
    this.#liveBytes += size;
    this.#notePeak();
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer): void {
    this.#liveBytes -= buffer.size;
    buffer.destroy();
  }

  writeBuffer(buffer: GPUBuffer, data: ArrayBufferView): void {
    this.assertUsable();
    // dawn.node refuses views of shared memory.
    const source = typeof SharedArrayBuffer !== 'undefined' && data.buffer instanceof SharedArrayBuffer ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() : data;
    this.device.queue.writeBuffer(buffer, 0, source as ArrayBufferView<ArrayBuffer>);
  }

  /**
   * Copy the first `byteLength` bytes back (rounded up to whole words), after all work submitted so far.
   *
   * @param take - makes of the bytes what is wanted; they are gone when it returns
   */
  async readBuffer<T = ArrayBuffer>(buffer: GPUBuffer, byteLength: number, take: (bytes: ArrayBuffer) => T = (bytes) => bytes.slice(0) as T): Promise<T> {
    this.assertUsable();
    const size = Math.ceil(byteLength / 4) * 4;
    const staging = this.#takeStaging(size);
    const encoder = this.device.createCommandEncoder({ label: 'read back' });
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
    this.device.queue.submit([encoder.finish()]);
    await this.#sleepThroughWork(0);
    await this.#orLost(staging.mapAsync(GPUMapMode.READ, 0, size));
    const taken = take(staging.getMappedRange(0, size));
    staging.unmap();
    this.#keepStaging(staging);
    this.#busyUntil = 0;
    this.#throwFault();
    return taken;
  }

  /** @param expectedMs - estimated run time, so that a later wait can sleep instead of polling */
  submit(commands: GPUCommandBuffer, expectedMs: number): void {
    this.device.queue.submit([commands]);
    this.#busyUntil = Math.max(this.#busyUntil, performance.now()) + expectedMs;
  }

  /** Has any work been submitted that nobody has waited for since? Plans use it to time themselves. */
  get isIdle(): boolean {
    return this.#busyUntil === 0;
  }

  get adapterMaximum(): GPUSupportedLimits {
    return this.#adapterMaximum;
  }

  #onUncapturedError = (event: GPUUncapturedErrorEvent): void => {
    const kind = event.error.constructor.name.replace(/^GPU(\w+?)Error$/, '$1').replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
    this.#fault ??= new GpuOperationError(kind, event.error.message.trim());
  };

  #throwFault(): void {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) throw fault;
  }

  async #sleepThroughWork(expectedMs: number): Promise<void> {
    if (!this.#pollsWhileWaiting) return;
    const wait = Math.max(expectedMs, this.#busyUntil - performance.now()) * 0.85;
    if (wait >= 2) await new Promise((resolve) => setTimeout(resolve, wait));
  }

  async #orLost<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (cause) {
      // A lost device rejects pending maps one turn before, or after, its own promise resolves.
      await Promise.race([this.lost, new Promise((resolve) => setTimeout(resolve, 20))]);
      if (this.#disposed) throw new DisposedError('Gpu');
      throw this.#lostError ?? cause;
    }
  }

  #takeStaging(size: number): GPUBuffer {
    const index = this.#staging.findIndex((buffer) => buffer.size >= size && buffer.size <= 2 * size + 4096);
    if (index !== -1) {
      const buffer = this.#staging.splice(index, 1)[0]!;
      this.#pooledBytes -= buffer.size;
      return buffer;
    }
    return this.device.createBuffer({ label: 'read back', size: paddedByteLength(size), usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  }

  #keepStaging(buffer: GPUBuffer): void {
    if (this.#disposed || this.#pooledBytes + buffer.size > maxPooledBytes) {
      buffer.destroy();
      return;
    }
    this.#staging.push(buffer);
    this.#pooledBytes += buffer.size;
    this.#notePeak();
  }

  #notePeak(): void {
    this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes + this.#pooledBytes);
  }
}

const keptAlive = new Set<unknown>();

/** Not a field of `Gpu`: an instance that is dropped without `dispose` must not take a live device's entry point along. */
function keepUntilLost(entryPoint: unknown, device: GPUDevice): void {
  keptAlive.add(entryPoint);
  void device.lost.then(() => keptAlive.delete(entryPoint));
}
