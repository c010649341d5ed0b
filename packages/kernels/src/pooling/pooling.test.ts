import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Padding, slidingWindow } from '../conv2d/window.ts';
import { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { runOnce } from '../plan/plan.ts';
import { expectClose, randomArray } from '../testing/index.ts';
import { pad2d } from './pad2d.ts';
import { avgPool2d, maxPool2d } from './pooling.ts';
import { poolReference } from './pooling.reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

describe('pooling', () => {
  it('maxPool2d: takes the largest of each window', async () => {
    using image = gpu.tensor(Float32Array.of(1, 2, 5, 4, 3, 0, -1, -2), [2, 4, 1]);
    expect([...(await runOnce(gpu, (ops) => maxPool2d(ops, image, { size: 2 })))]).toEqual([3, 5]);
  });

  it('maxPool2d: padding never wins over negative values', async () => {
    using image = gpu.tensor(Float32Array.of(-1, -2, -3, -4), [2, 2, 1]);
    expect([...(await runOnce(gpu, (ops) => maxPool2d(ops, image, { size: 3, stride: 2, padding: 1 })))]).toEqual([-1]);
  });

  it('avgPool2d: padding counts only on request', async () => {
    using image = gpu.tensor(Float32Array.of(4, 8), [1, 2, 1]);
    const [without, withPadding] = await runOnce(gpu, (ops) => {
      const options = { size: [1, 2] as const, stride: 1, padding: [0, 1, 0, 0] as const };
      return [avgPool2d(ops, image, options), avgPool2d(ops, image, { ...options, countPadding: true })];
    });
    expect([...without!]).toEqual([6, 8]);
    expect([...withPadding!]).toEqual([6, 4]);
  });

  const cases: [string, [number, number, number], number, number, Padding][] = [
    ['2x2 on 16 channels', [6, 8, 16], 2, 2, 0],
    ['3x3 stride 2 on 5 channels, TensorFlow padding', [9, 12, 5], 3, 2, 'same'],
    ['4x4 stride 1 on 4 channels, asymmetric', [7, 5, 4], 4, 1, [2, 1, 0, 3]],
  ];
  it.each(cases)('agrees with the loops: %s', async (_, shape, size, stride, padding) => {
    const x = randomArray(shape.reduce((a, b) => a * b), 1);
    using image = gpu.tensor(x, shape);
    const options = { size, stride, padding };
    const [max, mean, meanWithPadding] = await runOnce(gpu, (ops) => [maxPool2d(ops, image, options), avgPool2d(ops, image, options), avgPool2d(ops, image, { ...options, countPadding: true })]);
    const window = slidingWindow('test', shape, [size, size], stride, padding);
    expectClose(max!, poolReference(x, shape[2], window, 'max'), 0);
    expectClose(mean!, poolReference(x, shape[2], window, 'mean'));
    expectClose(meanWithPadding!, poolReference(x, shape[2], window, 'mean with padding'));
  });

  it('names a window that is not a size', async () => {
    using image = gpu.empty([4, 4, 1]);
    await expect(runOnce(gpu, (ops) => maxPool2d(ops, image, { size: 0 }))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: maxPool2d: the window [0, 0] is not valid. Use whole numbers of at least 1.]`);
  });
});

describe('pad2d', () => {
  it('fills with a value, or repeats the edge; negative sides crop', async () => {
    using image = gpu.tensor(Float32Array.of(1, 2, 3, 4), [2, 2, 1]);
    const [filled, edge, cropped] = await runOnce(gpu, (ops) => [
      pad2d(ops, image, [1, 0, 0, 1], { value: 9 }),
      pad2d(ops, image, [1, 0, 0, 2], { mode: 'edge' }),
      pad2d(ops, image, [0, 1, -1, -1]),
    ]);
    expect([...filled!]).toEqual([9, 9, 9, 9, 1, 2, 9, 3, 4]);
    expect([...edge!]).toEqual([1, 1, 1, 2, 1, 1, 1, 2, 3, 3, 3, 4]);
    expect([...cropped!]).toEqual([2, 0]);
  });

  it('keeps channels together, by fours and otherwise', async () => {
    using four = gpu.tensor(Float32Array.of(1, 2, 3, 4), [1, 1, 4]);
    using three = gpu.tensor(Float32Array.of(1, 2, 3), [1, 1, 3]);
    const [a, b] = await runOnce(gpu, (ops) => [pad2d(ops, four, [0, 1, 0, 0]), pad2d(ops, three, [0, 0, 0, 1])]);
    expect([...a!]).toEqual([1, 2, 3, 4, 0, 0, 0, 0]);
    expect([...b!]).toEqual([0, 0, 0, 1, 2, 3]);
  });

  it('refuses to leave nothing', async () => {
    using image = gpu.empty([2, 2, 1]);
    await expect(runOnce(gpu, (ops) => pad2d(ops, image, [-1, 0, -1, 0]))).rejects.toThrowErrorMatchingInlineSnapshot(`
      [ShapeMismatchError: pad2d: padding [-1, 0, -1, 0] makes a 2x2 image 0x2.
        Use whole numbers [top, right, bottom, left] that leave at least one pixel.]
    `);
  });
});
