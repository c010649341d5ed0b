/** Which people may be learned from. A person is their seed, so that the split of a sample is the split of its seed. */
import { OneGTError } from '@onegt/kernels';
import type { Random } from '../random/random.ts';

export type Split = 'train' | 'validation' | 'test';

/** Seeds per split: train 0..999,999, validation 1,000,000..1,999,999, test from 2,000,000 (as many are drawn from). */
export const SPLIT_SIZE = 1_000_000;
const FIRST = { train: 0, validation: SPLIT_SIZE, test: 2 * SPLIT_SIZE } as const;

export class InvalidSeedError extends OneGTError {
  constructor(seed: unknown) {
    super('invalid-seed', `The seed is ${String(seed)}, but it must be an integer from 0 to ${Number.MAX_SAFE_INTEGER}.\n  0..999999 are training people, 1000000..1999999 validation, 2000000 and more test.`, { data: { seed } });
    this.name = 'InvalidSeedError';
  }
}

/** @throws {@link InvalidSeedError} */
export function splitOf(seed: number): Split {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new InvalidSeedError(seed);
  return seed < FIRST.validation ? 'train' : seed < FIRST.test ? 'validation' : 'test';
}

/** The lowest seed of a split. */
export const firstSeedOf = (split: Split): number => FIRST[split];

/** The seed of somebody else of the same split. */
export function sampleOtherSeed(random: Random, seed: number): number {
  const first = FIRST[splitOf(seed)];
  const other = first + random.integer(0, SPLIT_SIZE - 2);
  return other >= seed && seed < first + SPLIT_SIZE ? other + 1 : other;
}
