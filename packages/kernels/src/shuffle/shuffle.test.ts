import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { runOnce } from '../plan/plan.ts';
import { expectClose, randomArray } from '../testing/index.ts';
import { pixelShuffle, pixelUnshuffle } from './shuffle.ts';
import { pixelShuffleReference } from './shuffle.reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

describe('pixelShuffle', () => {
  it('spreads the channels of one pixel over a block: (c, dy, dx)', async () => {
    using x = gpu.tensor(Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13), [1, 1, 8]);
    const y = await runOnce(gpu, (ops) => pixelShuffle(ops, x, 2));
    expect([...y]).toEqual([0, 10, 1, 11, 2, 12, 3, 13]); // [2, 2, 2]
  });

  it.each([[3, 5, 12, 2], [2, 3, 18, 3], [4, 4, 48, 4], [5, 3, 7, 1]] as const)('%ix%i, %i channels, factor %i: agrees with the loops, and pixelUnshuffle undoes it', async (height, width, channels, factor) => {
    const values = randomArray(height * width * channels, 1);
    using x = gpu.tensor(values, [height, width, channels]);
    const [up, back] = await runOnce(gpu, (ops) => {
      const shuffled = pixelShuffle(ops, x, factor);
      return [shuffled, pixelUnshuffle(ops, shuffled, factor)];
    });
    expectClose(up!, pixelShuffleReference(values, height, width, channels, factor), 0);
    expectClose(back!, values, 0);
  });

  it('explains factors that do not fit', async () => {
    using x = gpu.empty([3, 4, 6]);
    await expect(runOnce(gpu, (ops) => pixelShuffle(ops, x, 2))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: pixelShuffle: 6 channels of [3, 4, 6] are not a multiple of 2 * 2.]`);
    await expect(runOnce(gpu, (ops) => pixelUnshuffle(ops, x, 2))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: pixelUnshuffle: height and width of [3, 4, 6] are not multiples of 2.]`);
  });
});
