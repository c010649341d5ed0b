import { afterAll, beforeAll, expect, test } from 'vitest';
import { add, linear, packLinear, relu, runOnce, type Gpu } from '../index.ts';
import { linearReference } from '../gemm/linear.reference.ts';
import { requestGpu } from '../node/index.ts';
import { expectClose, expectNoLeak, randomArray } from '../testing/index.ts';

let gpu: Gpu;
beforeAll(async () => { gpu = await requestGpu(); });
afterAll(() => gpu.dispose());

test('runOnce: a sum of two tensors', async () => {
  await expectNoLeak(gpu, async () => {
    using a = gpu.tensor(new Float32Array([1, -2, 3]), [3]);
    expect(Array.from(await runOnce(gpu, (ops) => relu(ops, add(ops, a, a))))).toEqual([2, 0, 6]);
  });
});
test('linear', async () => {
  for (const [T, K, N] of [[1,1,1],[2,4,4],[33,31,35],[7,64,128],[600,20,12]] as const) {
    const x = randomArray(T*K, 1), w = randomArray(N*K, 2), b = randomArray(N, 3);
    using xt = gpu.tensor(x, [T,K]); using wt = packLinear(gpu, w, N, K); using bt = gpu.tensor(b, [N]);
    const y = await runOnce(gpu, (ops) => linear(ops, xt, wt, { bias: bt, activation: 'silu' }));
    expectClose(y, linearReference(x, w, T, K, N, { bias: b, activation: 'silu' }));
  }
});
