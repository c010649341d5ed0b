import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { Plan, runOnce } from '../plan/plan.ts';
import { expectClose, expectNoLeak, randomArray, withoutSubgroups } from '../testing/index.ts';
import { linear, type LinearOptions, packLinear } from './linear.ts';
import { linearReference } from './linear.reference.ts';
import { type GemmVariant, gemmVariants } from './variants.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

interface Case {
  shape: [T: number, K: number, N: number];
  with?: ('bias' | 'gate' | 'residual')[];
  activation?: 'relu' | 'silu' | 'sigmoid' | 'tanh';
  variant?: GemmVariant;
}

async function check({ shape: [T, K, N], with: operands = [], activation, variant }: Case): Promise<void> {
  const x = randomArray(T * K, 1);
  const weight = randomArray(N * K, 2, 1 / Math.sqrt(K));
  const pick = (name: 'bias' | 'gate' | 'residual', length: number, seed: number) => (operands.includes(name) ? randomArray(length, seed) : undefined);
  const arrays = { bias: pick('bias', N, 3), gate: pick('gate', N, 4), residual: pick('residual', T * N, 5) };
  await expectNoLeak(gpu, async () => {
    using xTensor = gpu.tensor(x, [T, K]);
    using packed = packLinear(gpu, weight, N, K);
    const options: LinearOptions = { activation, variant };
    const extras = Object.entries(arrays).flatMap(([name, data]) => (data ? [[name, gpu.tensor(data, name === 'residual' ? [T, N] : [N])] as const] : []));
    Object.assign(options, Object.fromEntries(extras));
    const y = await runOnce(gpu, (ops) => linear(ops, xTensor, packed, options));
    for (const [, tensor] of extras) tensor.dispose();
    const { bias, gate, residual } = arrays;
    const expected = linearReference(x, weight, T, K, N, { ...(bias && { bias }), ...(gate && { gate }), ...(residual && { residual }), ...(activation && { activation }) });
    expectClose(y, expected, 1e-5);
  });
}

describe('linear', () => {
  it('computes x W + b on numbers that can be checked by hand', async () => {
    using x = gpu.tensor(new Float32Array([1, 2, 3, 4]), [2, 2]);
    using weight = packLinear(gpu, new Float32Array([1, 0, 0, 1, 1, 1]), 3, 2); // rows: x0, x1, x0 + x1
    using bias = gpu.tensor(new Float32Array([10, 20, 30]), [3]);
    const y = await runOnce(gpu, (ops) => linear(ops, x, weight, { bias }));
    expect([...y]).toEqual([11, 22, 33, 13, 24, 37]);
  });

  it('applies the epilogue in the order residual + gate * activation(sum + bias)', async () => {
    using x = gpu.tensor(new Float32Array([1, -1]), [2, 1]);
    using weight = packLinear(gpu, new Float32Array([2]), 1, 1);
    using bias = gpu.tensor(new Float32Array([1]), [1]);
    using gate = gpu.tensor(new Float32Array([10]), [1]);
    using residual = gpu.tensor(new Float32Array([100, 200]), [2, 1]);
    const y = await runOnce(gpu, (ops) => linear(ops, x, weight, { bias, gate, residual, activation: 'relu' }));
    expect([...y]).toEqual([130, 200]);
  });

  it.each<Case>([
    { shape: [1, 1, 1] },
    { shape: [1, 64, 132], with: ['bias'] },
    { shape: [31, 33, 31], with: ['bias', 'residual'] },
    { shape: [33, 31, 33], with: ['bias', 'gate', 'residual'], activation: 'silu' },
    { shape: [5, 20, 36], with: ['bias'], activation: 'sigmoid' },
    { shape: [40, 16, 1025] },
    { shape: [1025, 4, 3], with: ['bias'], activation: 'tanh' },
  ])('agrees with the triple loop: $shape $with $activation', check);

  it('agrees with the triple loop in every variant that the adapter has', async () => {
    const shape: [number, number, number] = [70, 24, 148]; // more than one tile each way, and ragged ends
    for (const variant of gemmVariants(gpu.info, { T: 70, K: 24, N: 148 })) await check({ shape, with: ['bias'], variant });
  });

  it('runs from workgroup memory where the subgroup size is unknown', async () => {
    using plain = withoutSubgroups(gpu);
    expect(gemmVariants(plain.info, { T: 64, K: 64, N: 64 }).every(({ kind }) => kind === 'workgroup')).toBe(true);
    using x = plain.tensor(randomArray(3 * 5, 1), [3, 5]);
    using weight = packLinear(plain, randomArray(7 * 5, 2), 7, 5);
    const y = await runOnce(plain, (ops) => linear(ops, x, weight));
    expectClose(y, linearReference(randomArray(3 * 5, 1), randomArray(7 * 5, 2), 3, 5, 7));
  });

  it('takes a row-major value as the weight when K and N are multiples of four', async () => {
    using a = gpu.tensor(randomArray(6 * 8, 1), [6, 8]);
    using b = gpu.tensor(randomArray(8 * 12, 2), [8, 12]);
    const product = await runOnce(gpu, (ops) => linear(ops, a, ops.constant(b)));
    const expected = new Float32Array(6 * 12);
    const [x, w] = [await a.read(), await b.read()];
    for (let t = 0; t < 6; t++) for (let n = 0; n < 12; n++) for (let k = 0; k < 8; k++) expected[t * 12 + n]! += x[t * 8 + k]! * w[k * 12 + n]!;
    expectClose(product, expected);
  });

  it('counts 2 T K N floating point operations', async () => {
    using weight = packLinear(gpu, new Float32Array(12), 3, 4);
    using plan = await Plan.record(gpu, 'count', (ops) => ops.output('y', linear(ops, ops.input('x', [5, 4]), weight)));
    expect(plan.flops).toBe(2 * 5 * 4 * 3);
  });

  it('keeps leading dimensions', async () => {
    using weight = packLinear(gpu, new Float32Array(12), 3, 4);
    using plan = await Plan.record(gpu, 'image', (ops) => ops.output('y', linear(ops, ops.input('x', [2, 5, 4]), weight)));
    expect(plan.output('y').shape).toEqual([2, 5, 3]);
  });
});

describe('linear: errors name the shapes', () => {
  const record = (build: Parameters<typeof Plan.record>[2]) => Plan.record(gpu, 'bad', build);

  it('when x has another width', async () => {
    using weight = packLinear(gpu, new Float32Array(12), 3, 4, 'blocks.0.qkv');
    await expect(record((ops) => linear(ops, ops.input('x', [2, 5]), weight))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeMismatchError: linear: x [2, 5] has 5 columns but the weight "blocks.0.qkv" [K, N] = [4, 3] expects 4.]`,
    );
  });

  it('when the bias does not fit', async () => {
    using weight = packLinear(gpu, new Float32Array(12), 3, 4);
    using bias = gpu.tensor(new Float32Array(4), [4]);
    await expect(record((ops) => linear(ops, ops.input('x', [2, 4]), weight, { bias }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeMismatchError: linear: bias [4] does not fit the result [2, 3].]`,
    );
  });

  it('when the weight was not packed', async () => {
    using weight = gpu.tensor(new Float32Array(12), [4, 3], 'raw');
    await expect(record((ops) => linear(ops, ops.input('x', [2, 4]), weight))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeMismatchError: linear: the weight "raw" [4, 3] is row-major, which needs K and N to be multiples of 4. Pack it with packLinear.]`,
    );
  });

  it('when the weight array has the wrong length', () => {
    expect(() => packLinear(gpu, new Float32Array(11), 3, 4, 'head')).toThrowErrorMatchingInlineSnapshot(
      `[ShapeMismatchError: packLinear: "head" has 11 elements, [N, K] = [3, 4] holds 12.]`,
    );
  });

  it('when a packed weight is used as an ordinary tensor', async () => {
    using weight = packLinear(gpu, new Float32Array(16), 4, 4, 'w');
    await expect(record((ops) => linear(ops, weight, weight))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeMismatchError: linear: "w" is a weight packed for linear, not a row-major tensor.]`,
    );
  });
});
