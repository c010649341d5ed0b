/**
 * A tensor: a row-major GPU buffer with a shape. Whoever receives one owns it and disposes it; the exceptions
 * (a plan's outputs) say so. There is no arithmetic here: operators are functions that record into a plan.
 */
import { DisposedError, ShapeMismatchError } from '../errors.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { decodeF16, encodeF16 } from './half.ts';
import { bytesPerElement, type DType, showShape, sizeOf } from './shape.ts';

export type TensorData = Float32Array | Uint32Array;

export interface TensorInit {
  gpu: Gpu;
  shape: readonly number[];
  dtype: DType;
  label: string;
  buffer: GPUBuffer;
  /** Elements are not plain row-major: a packed weight, named after the operator that reads it. */
  layout?: string;
  /** False for views of buffers that a plan owns: `dispose` then leaves the buffer alone. */
  ownsBuffer: boolean;
}

export class Tensor implements Disposable {
  readonly gpu: Gpu;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly label: string;
  readonly size: number;
  /** Bytes of the elements, without the padding of the buffer. */
  readonly byteLength: number;
  /** `row-major`, or the name of a packed layout such as `linear`. */
  readonly layout: string;
  readonly #buffer: GPUBuffer;
  readonly #ownsBuffer: boolean;
  #disposed = false;

  /** Use `gpu.tensor` or `gpu.empty`. */
  constructor(init: TensorInit) {
    this.gpu = init.gpu;
    this.shape = Object.freeze([...init.shape]);
    this.dtype = init.dtype;
    this.label = init.label;
    this.size = sizeOf(init.shape, init.label);
    this.byteLength = this.size * bytesPerElement[init.dtype];
    this.layout = init.layout ?? 'row-major';
    this.#buffer = init.buffer;
    this.#ownsBuffer = init.ownsBuffer;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  /** @throws {@link DisposedError} */
  get buffer(): GPUBuffer {
    if (this.#disposed) throw new DisposedError(`Tensor "${this.label}" ${showShape(this.shape)}`);
    return this.#buffer;
  }

  /**
   * Overwrite all elements. Plans submitted earlier still see the old values.
   *
   * @throws {@link ShapeMismatchError} when the length or the element type differs
   */
  write(data: TensorData): void {
    const buffer = this.buffer;
    if (this.layout !== 'row-major') throw new ShapeMismatchError(`Tensor "${this.label}" holds a weight packed for ${this.layout}; pack a new one instead of writing to it.`);
    this.gpu.writeBuffer(buffer, toStorage(data, this.shape, this.dtype, this.label));
  }

  /** Elements as f32 (f16 is widened). Waits for the work submitted so far. */
  async read(): Promise<Float32Array> {
    if (this.dtype === 'u32') throw new ShapeMismatchError(`Tensor "${this.label}" holds u32: use readU32().`);
    const bytes = await this.gpu.readBuffer(this.buffer, this.byteLength);
    return this.dtype === 'f16' ? decodeF16(new Uint16Array(bytes, 0, this.size)) : new Float32Array(bytes, 0, this.size);
  }

  async readU32(): Promise<Uint32Array> {
    if (this.dtype !== 'u32') throw new ShapeMismatchError(`Tensor "${this.label}" holds ${this.dtype}: use read().`);
    return new Uint32Array(await this.gpu.readBuffer(this.buffer, this.byteLength), 0, this.size);
  }

  /** Free the buffer. A second call is harmless; use afterwards throws {@link DisposedError}. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#ownsBuffer) this.gpu.releaseBuffer(this.#buffer);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Check that `data` fits and convert it to the bytes of `dtype`, a whole number of 4-byte words. */
export function toStorage(data: TensorData, shape: readonly number[], dtype: DType, label: string): Uint32Array | Float32Array {
  const size = sizeOf(shape, label);
  if (data.length !== size) {
    throw new ShapeMismatchError(`Tensor "${label}": ${data.length} elements given, shape ${showShape(shape)} holds ${size}.`, { given: data.length, shape });
  }
  if (dtype === 'u32') {
    if (!(data instanceof Uint32Array)) throw new ShapeMismatchError(`Tensor "${label}" holds u32: write a Uint32Array.`);
    return data;
  }
  if (!(data instanceof Float32Array)) throw new ShapeMismatchError(`Tensor "${label}" holds ${dtype}: write a Float32Array.`);
  if (dtype === 'f32') return data;
  const words = new Uint32Array(Math.ceil(size / 2));
  new Uint16Array(words.buffer).set(encodeF16(data));
  return words;
}
