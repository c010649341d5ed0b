/**
 * The sampler. One step is a regression: from zeros at time 0, the mean of all answers (smooth). More are Euler steps of
 * the flow z_t = (1 - t) noise + t x, one of the answers (sharp).
 */
import { OneGTError } from '@onegt/kernels';
import type { FlowConfig } from './weights.ts';

/** base + stepSize * velocity(latent, time); the result is the next step's latent. */
export interface FlowStep {
  time: number;
  stepSize: number;
  /** What the model sees: zeros, noise, or what the last step gave. */
  latent: 'zeros' | 'noise' | 'previous';
  /** What the step is added to. Noise comes multiplied by `noiseScale`. */
  base: 'zeros' | 'noise' | 'previous';
  noiseScale: number;
}

/**
 * @param steps - evaluations of the model
 * @throws OneGTError `invalid-option`
 */
export function flowSteps(steps: number, { temperature, startTime }: FlowConfig): FlowStep[] {
  if (!Number.isInteger(steps) || steps < 1 || steps > 100) throw new OneGTError('invalid-option', `steps is ${steps}: a whole number from 1 to 100 is needed. 1 is smooth and fast, 4 is sharp.`, { data: { steps } });
  if (steps === 1) return [{ time: 0, stepSize: 1, latent: 'zeros', base: 'zeros', noiseScale: 0 }];
  const euler = (count: number, from: number): FlowStep[] =>
    Array.from({ length: count }, (_, i) => ({ time: from + (i / count) * (1 - from), stepSize: (1 - from) / count, latent: 'previous', base: 'previous', noiseScale: 0 }));
  if (startTime === 0) {
    const [first, ...rest] = euler(steps, 0);
    return [{ ...first!, latent: 'noise', base: 'noise', noiseScale: temperature }, ...rest];
  }
  // The one-step answer x, brought to time s: (1 - s) noise + s x.
  return [{ time: 0, stepSize: startTime, latent: 'zeros', base: 'noise', noiseScale: temperature * (1 - startTime) }, ...euler(steps - 1, startTime)];
}

/**
 * Standard normal numbers, drawn on the CPU so that a seed means the same picture on every adapter: xoshiro128** (Blackman
 * & Vigna 2018), seeded by four outputs of splitmix32, and Box-Muller on pairs of 32-bit uniforms.
 *
 * @param seed - a whole number; taken modulo 2^32
 * @throws OneGTError `invalid-option`
 */
export function gaussianNoise(seed: number, length: number): Float32Array {
  if (!Number.isSafeInteger(seed)) throw new OneGTError('invalid-option', `seed is ${seed}: a whole number is needed.`, { data: { seed } });
  const next = xoshiro128(seed);
  const noise = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((next() + 1) / 4294967296)); // the logarithm never sees 0
    const turn = (2 * Math.PI * next()) / 4294967296;
    noise[i] = radius * Math.cos(turn);
    if (i + 1 < length) noise[i + 1] = radius * Math.sin(turn);
  }
  return noise;
}

/** A generator of whole numbers in 0..2^32 - 1. */
function xoshiro128(seed: number): () => number {
  const split = splitmix32(seed);
  let [a, b, c, d] = [split(), split(), split(), split()];
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

const rotateLeft = (x: number, count: number): number => (x << count) | (x >>> (32 - count));

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let t = state ^ (state >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t = t ^ (t >>> 15);
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
}
