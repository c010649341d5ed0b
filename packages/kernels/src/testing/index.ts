/**
 * Helpers for tests of kernels and models: the machine's adapter, seeded inputs, comparisons that say where and how
 * much. They do not import a test runner.
 */
import { Gpu } from '../gpu/gpu.ts';

/**
 * Uniform values in `[-scale, scale)`, the same for the same seed everywhere (mulberry32).
 */
export function randomArray(length: number, seed: number, scale = 1): Float32Array {
  const next = createRandom(seed);
  return Float32Array.from({ length }, () => (next() * 2 - 1) * scale);
}

/** A generator of uniform numbers in `[0, 1)`. */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface Difference {
  /** Largest absolute difference over the largest absolute expected value (or 1e-30). NaN anywhere gives Infinity. */
  relative: number;
  absolute: number;
  /** Index of the largest difference, -1 when there is none. */
  index: number;
}

/** Compare with the range of the expected values as the yardstick: single values near zero have no digits to lose. */
export function compareArrays(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  if (actual.length !== expected.length) throw new Error(`${actual.length} values, expected ${expected.length}.`);
  let absolute = 0;
  let index = -1;
  let range = 1e-30;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    range = Math.max(range, Math.abs(expected[i]!));
    if (difference > absolute || Number.isNaN(difference)) {
      absolute = Number.isNaN(difference) ? Infinity : difference;
      index = i;
      if (absolute === Infinity) break;
    }
  }
  return { relative: absolute / range, absolute, index };
}

/**
 * Throws unless the values agree within `tolerance` of the largest expected value.
 *
 * @param tolerance - default 1e-5: f32 with a few hundred additions in another order
 */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  const { relative, index } = compareArrays(actual, expected);
  if (relative <= tolerance) return;
  throw new Error(`Relative error ${relative.toExponential(2)} exceeds ${tolerance.toExponential(0)}: element ${index} of ${expected.length} is ${actual[index]}, expected ${expected[index]}.`);
}

/** Runs `body` and throws if it changed the live GPU memory: the leak test of a public call. */
export async function expectNoLeak(gpu: Gpu, body: () => void | Promise<void>): Promise<void> {
  const before = gpu.memory().liveBytes;
  await body();
  const after = gpu.memory().liveBytes;
  if (after !== before) throw new Error(`${after - before} bytes of GPU memory leaked (${before} before, ${after} after).`);
}

/** A variant of a device without subgroups, so that tests reach the fallback kernels on any adapter. Shares the device. */
export function withoutSubgroups(gpu: Gpu): Gpu {
  const info: GPUAdapterInfo = { ...gpu.device.adapterInfo, vendor: gpu.info.vendor, description: gpu.info.description };
  const borrowed = Gpu.fromDevice(gpu.device, info);
  Object.assign(borrowed.info, { hasSubgroups: false, subgroupSize: 0 });
  return borrowed;
}
