/** Shapes: checks and text, shared by tensors, plans and operators. */
import { ShapeMismatchError } from '../errors.ts';

/** Storage types. `f16` is storage only: kernels accumulate in f32. */
export type DType = 'f32' | 'u32' | 'f16';

export const bytesPerElement: Readonly<Record<DType, number>> = { f32: 4, u32: 4, f16: 2 };

/** Number of elements of a checked shape. */
export function sizeOf(shape: readonly number[], what: string): number {
  let size = 1;
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 1) {
      throw new ShapeMismatchError(`${what}: shape ${showShape(shape)} is not valid. Every dimension must be a whole number of at least 1.`, { shape });
    }
    size *= n;
  }
  return size;
}

/** `[32, 32, 8]` */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** Buffers are a multiple of 16 bytes long, so that every kernel may view them as `array<vec4f>`. */
export function paddedByteLength(byteLength: number): number {
  return Math.ceil(byteLength / 16) * 16;
}
