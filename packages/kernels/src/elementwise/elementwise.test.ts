import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { type Operand, type Ops } from '../plan/ops.ts';
import { Plan, runOnce } from '../plan/plan.ts';
import { expectClose, expectNoLeak, randomArray } from '../testing/index.ts';
import { concat, padChannels, slice } from './arrange.ts';
import { add, multiply, prelu, relu, sigmoid, silu, swiglu, tanh } from './elementwise.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

async function run(shape: readonly number[], data: Float32Array, build: (ops: Ops, x: Operand) => Operand): Promise<Float32Array> {
  let result: Float32Array | undefined;
  await expectNoLeak(gpu, async () => {
    using x = gpu.tensor(data, shape);
    result = await runOnce(gpu, (ops) => build(ops, x));
  });
  return result!;
}

describe('activations', () => {
  it.each([
    ['relu', relu, (x: number) => Math.max(x, 0)],
    ['silu', silu, (x: number) => x * logistic(x)],
    ['sigmoid', sigmoid, logistic],
    ['tanh', tanh, Math.tanh],
  ] as const)('%s: values, saturation without NaN, sizes that are not multiples of four', async (_, op, reference) => {
    for (const length of [1, 31, 1025]) {
      const x = randomArray(length, length, 5);
      expectClose(await run([length], x, op), x.map(reference), 1e-5);
    }
    const extreme = new Float32Array([-1e4, -200, 0, 200, 1e4]);
    expectClose(await run([5], extreme, op), extreme.map((v) => reference(v) || 0), 1e-5);
  });
});

describe('add, multiply, prelu', () => {
  it('take equal shapes, trailing dimensions and single elements', async () => {
    const x = new Float32Array([1, 2, 3, 4, 5, 6]);
    using row = gpu.tensor(new Float32Array([10, 20, 30]), [3]);
    using one = gpu.tensor(new Float32Array([100]), [1]);
    using same = gpu.tensor(new Float32Array([6, 5, 4, 3, 2, 1]), [2, 3]);
    expect([...(await run([2, 3], x, (ops, a) => add(ops, a, row)))]).toEqual([11, 22, 33, 14, 25, 36]);
    expect([...(await run([2, 3], x, (ops, a) => multiply(ops, a, one)))]).toEqual([100, 200, 300, 400, 500, 600]);
    expect([...(await run([2, 3], x, (ops, a) => add(ops, a, same)))]).toEqual([7, 7, 7, 7, 7, 7]);
  });

  it.each([1, 3, 4, 31, 32])('repeat a vector of %i elements over rows', async (channels) => {
    const x = randomArray(9 * channels, 1);
    const alpha = randomArray(channels, 2);
    using slope = gpu.tensor(alpha, [channels]);
    expectClose(await run([3, 3, channels], x, (ops, a) => prelu(ops, a, slope)), x.map((v, i) => (v > 0 ? v : v * alpha[i % channels]!)));
  });

  it('say which shapes do not fit', async () => {
    using row = gpu.tensor(new Float32Array(2), [2]);
    await expect(run([2, 3], new Float32Array(6), (ops, a) => add(ops, a, row))).rejects.toThrowErrorMatchingInlineSnapshot(`
      [ShapeMismatchError: add: the second operand [2] does not repeat over the first [2, 3].
        It must have the same shape, the trailing dimensions of it, or a single element.]
    `);
  });

  it('refuse u32', async () => {
    using words = gpu.tensor(new Uint32Array(2), [2], 'indices');
    await expect(runOnce(gpu, (ops) => add(ops, words, words))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: add: "indices" is u32, f32 is needed.]`);
  });
});

describe('swiglu', () => {
  it.each([1, 4, 33, 64])('silu of the first half times the second, H = %i', async (H) => {
    const x = randomArray(5 * 2 * H, 3, 3);
    const expected = Float32Array.from({ length: 5 * H }, (_, i) => {
      const at = Math.floor(i / H) * 2 * H + (i % H);
      return x[at]! * logistic(x[at]!) * x[at + H]!;
    });
    expectClose(await run([5, 2 * H], x, swiglu), expected);
  });

  it('refuses an odd width', async () => {
    await expect(run([2, 3], new Float32Array(6), swiglu)).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: swiglu: the last dimension of [2, 3] must be even (gate, then value).]`);
  });
});

describe('concat, slice, padChannels', () => {
  const counting = (length: number) => Float32Array.from({ length }, (_, i) => i);

  it('concat joins along the last and along the first axis', async () => {
    const x = new Float32Array([1, 2, 3, 4]);
    using wide = gpu.tensor(new Float32Array([5, 6]), [2, 1]);
    using tall = gpu.tensor(new Float32Array([7, 8]), [1, 2]);
    expect([...(await run([2, 2], x, (ops, a) => concat(ops, [a, wide], -1)))]).toEqual([1, 2, 5, 3, 4, 6]);
    expect([...(await run([2, 2], x, (ops, a) => concat(ops, [tall, a], 0)))]).toEqual([7, 8, 1, 2, 3, 4]);
  });

  it('concat of a value with itself, in vectors', async () => {
    expect([...(await run([2, 4], counting(8), (ops, a) => concat(ops, [a, a], 1)))]).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7]);
  });

  it('slice takes entries of any axis', async () => {
    const x = counting(24);
    expect([...(await run([2, 3, 4], x, (ops, a) => slice(ops, a, 1, 1, 2)))]).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23]);
    expect([...(await run([2, 3, 4], x, (ops, a) => slice(ops, a, -1, 3, 1)))]).toEqual([3, 7, 11, 15, 19, 23]);
    expect([...(await run([2, 3, 4], x, (ops, a) => slice(ops, a, 0, 1, 1)))]).toEqual([...x.slice(12)]);
  });

  it('padChannels adds zeros, also where the buffer held something else before', async () => {
    const padded = await run([2, 2], new Float32Array([1, 2, 3, 4]), (ops, a) => padChannels(ops, relu(ops, add(ops, a, a)), 1, 2));
    expect([...padded]).toEqual([0, 2, 4, 0, 0, 0, 6, 8, 0, 0]);
    expect([...(await run([1, 4], counting(4), (ops, a) => padChannels(ops, a, 4, 4)))]).toEqual([0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0]);
  });

  it('moves u32 bits unchanged', async () => {
    using words = gpu.tensor(new Uint32Array([0x7fc00001, 0xffffffff, 3]), [3]);
    using plan = await Plan.record(gpu, 'bits', (ops) => ops.output('y', slice(ops, words, 0, 0, 2)));
    plan.run();
    expect([...(await plan.readU32('y'))]).toEqual([0x7fc00001, 0xffffffff]);
  });

  it('say what does not fit', async () => {
    using row = gpu.tensor(new Float32Array(3), [3]);
    const x = new Float32Array(6);
    await expect(run([2, 3], x, (ops, a) => concat(ops, [a, row], 0))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: concat: f32 [2, 3], f32 [3] do not fit along axis 0. All other dimensions must agree.]`);
    await expect(run([2, 3], x, (ops, a) => slice(ops, a, 1, 2, 2))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: slice: entries 2 to 3 of axis 1 lie outside of [2, 3].]`);
    await expect(run([2, 3], x, (ops, a) => slice(ops, a, 2, 0, 1))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: slice: axis 2 does not exist in [2, 3].]`);
  });
});
