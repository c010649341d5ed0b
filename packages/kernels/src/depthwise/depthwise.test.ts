import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Padding, slidingWindow } from '../conv2d/window.ts';
import { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { runOnce } from '../plan/plan.ts';
import { expectClose, expectNoLeak, randomArray } from '../testing/index.ts';
import { depthwiseConv2d } from './depthwise.ts';
import { depthwiseReference } from './depthwise.reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

describe('depthwiseConv2d', () => {
  it('gives each channel its own filter', async () => {
    using image = gpu.tensor(Float32Array.of(1, 10, 2, 20, 3, 30), [1, 3, 2]);
    using weight = gpu.tensor(Float32Array.of(1, -1, 100, 0), [1, 2, 2]);
    const y = await runOnce(gpu, (ops) => depthwiseConv2d(ops, image, weight));
    expect([...y]).toEqual([201, -10, 302, -20]);
  });

  it('a stride larger than the kernel leaves gaps unread', async () => {
    using image = gpu.tensor(Float32Array.of(1, NaN, NaN, 2, NaN, NaN, 3), [1, 7, 1]);
    using weight = gpu.tensor(Float32Array.of(2), [1, 1, 1]);
    const y = await runOnce(gpu, (ops) => depthwiseConv2d(ops, image, weight, { stride: 3 }));
    expect([...y]).toEqual([2, 4, 6]);
  });

  const cases: [string, { input: [number, number, number]; kernel: [number, number]; stride?: number; padding?: Padding; activation?: 'relu'; prelu?: boolean }][] = [
    ['3x3 on 1 channel', { input: [5, 6, 1], kernel: [3, 3], padding: 1 }],
    ['3x3 on 32 channels, relu', { input: [7, 9, 32], kernel: [3, 3], padding: 'same', activation: 'relu' }],
    ['5x5 stride 2 on 24 channels, TensorFlow padding', { input: [12, 13, 24], kernel: [5, 5], stride: 2, padding: 'same' }],
    ['3x3 stride 2 on 6 channels, PReLU', { input: [9, 10, 6], kernel: [3, 3], stride: 2, padding: [0, 1, 1, 0], prelu: true }],
    ['2x7 on 5 channels', { input: [6, 11, 5], kernel: [2, 7] }],
    ['a row shorter than a strip', { input: [33, 3, 4], kernel: [3, 3], padding: 1, prelu: true }],
  ];
  it.each(cases)('agrees with the loops: %s', async (_, { input, kernel, stride = 1, padding = 0, activation, prelu }) => {
    const channels = input[2];
    const x = randomArray(input.reduce((a, b) => a * b), 1);
    const w = randomArray(kernel[0] * kernel[1] * channels, 2);
    const bias = randomArray(channels, 3);
    const slope = randomArray(channels, 4);
    await expectNoLeak(gpu, async () => {
      using image = gpu.tensor(x, input);
      using weight = gpu.tensor(w, [...kernel, channels]);
      using biasTensor = gpu.tensor(bias, [channels]);
      using slopeTensor = gpu.tensor(slope, [channels]);
      const y = await runOnce(gpu, (ops) => depthwiseConv2d(ops, image, weight, { stride, padding, bias: biasTensor, ...(activation && { activation }), ...(prelu && { prelu: slopeTensor }) }));
      const apply = prelu ? (v: number, c: number) => (v > 0 ? v : v * slope[c]!) : activation ? (v: number) => Math.max(0, v) : undefined;
      expectClose(y, depthwiseReference({ input: x, weight: w, channels, bias, window: slidingWindow('test', input, kernel, stride, padding), ...(apply && { activation: apply }) }));
    });
  });

  it('explains a weight that does not fit', async () => {
    using image = gpu.empty([4, 4, 8]);
    using weight = gpu.empty([3, 3, 4]);
    using bias = gpu.empty([4]);
    using fitting = gpu.empty([3, 3, 8]);
    await expect(runOnce(gpu, (ops) => depthwiseConv2d(ops, image, weight))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: depthwiseConv2d: the weight [3, 3, 4] must be [kh, kw, 8] for an image [4, 4, 8].]`);
    await expect(runOnce(gpu, (ops) => depthwiseConv2d(ops, image, fitting, { bias }))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: depthwiseConv2d: bias [4] must have one value for each of the 8 channels.]`);
  });
});
