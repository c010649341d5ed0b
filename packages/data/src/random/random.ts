/**
 * Seeded randomness: every look has a stream of its own, named by what it decides, so that a new draw in one place
 * changes nothing anywhere else. Same seed and name, same numbers on every machine (integer arithmetic only).
 */

/** One stream of random numbers. */
export interface Random {
  /** 0 <= x < 1, 32 bits. */
  next(): number;
  uniform(low: number, high: number): number;
  /** An integer, low <= x <= high. */
  integer(low: number, high: number): number;
  /** Normal distribution, optionally clipped at `limit` standard deviations. */
  normal(mean?: number, deviation?: number, limit?: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** `weights` need not sum to 1. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T;
  /** An independent stream; drawing from it does not advance this one. */
  stream(name: string): Random;
}

/** 32-bit mixing function (Chris Wellons' lowbias32). */
const mix = (x: number): number => {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
};

/** @param seed - any safe integer; `name` separates streams of one seed */
export const createRandom = (seed: number, name = ''): Random => new Stream(seed, name);

/** A class: V8 keeps the code of its methods, that of a stream's own functions would be lost with the stream. */
class Stream implements Random {
  readonly #seed: number;
  readonly #name: string;
  readonly #origin: number;
  #counter = 0x68bc21eb;

  constructor(seed: number, name: string) {
    let state = mix((seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32) >>> 0) ^ 0x9e3779b9);
    for (let i = 0; i < name.length; i++) state = mix(state ^ (name.charCodeAt(i) + Math.imul(i + 1, 0x85ebca6b)));
    this.#seed = seed;
    this.#name = name;
    this.#origin = state;
  }

  next(): number {
    return mix(this.#origin ^ mix(this.#counter++)) / 2 ** 32;
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  normal(mean = 0, deviation = 1, limit = Infinity): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const value = radius * Math.cos(2 * Math.PI * this.next());
    return mean + deviation * Math.max(-limit, Math.min(limit, value));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)]!;
  }

  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let at = this.next() * entries.reduce((sum, [, w]) => sum + w, 0);
    for (const [name, weight] of entries) if ((at -= weight) < 0) return name;
    return entries.at(-1)![0];
  }

  stream(name: string): Random {
    return new Stream(this.#seed, `${this.#name}/${name}`);
  }
}
