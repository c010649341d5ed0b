import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { runOnce } from '../plan/plan.ts';
import { softmax } from '../softmax/softmax.ts';
import { expectClose, expectNoLeak, randomArray, withoutSubgroups } from '../testing/index.ts';
import { layerNorm, rmsNorm } from './norm.ts';
import { layerNormReference, rmsNormReference, softmaxReference } from './norm.reference.ts';

let gpu: Gpu;
let plain: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
  plain = withoutSubgroups(gpu);
});
afterAll(() => {
  plain.dispose();
  gpu.dispose();
});

const widths = [1, 4, 31, 64, 1025];

describe.each([['subgroups', () => gpu], ['workgroup memory', () => plain]] as const)('reductions with %s', (_, device) => {
  it('rmsNorm: a row that can be checked by hand', async () => {
    using x = device().tensor(new Float32Array([3, 4, 0, 0]), [1, 4]);
    expectClose(await runOnce(device(), (ops) => rmsNorm(ops, x, { epsilon: 0 })), [1.2, 1.6, 0, 0], 1e-6);
  });

  it.each(widths)('rmsNorm: %i columns, with and without scale and shift', async (D) => {
    const [x, a, b] = [randomArray(3 * D, 1, 4), randomArray(D, 2), randomArray(D, 3)];
    await expectNoLeak(device(), async () => {
      using xTensor = device().tensor(x, [3, D]);
      using scale = device().tensor(a, [D]);
      using shift = device().tensor(b, [D]);
      const [none, both] = await runOnce(device(), (ops) => [rmsNorm(ops, xTensor), rmsNorm(ops, xTensor, { scale, shift, epsilon: 1e-3 })]);
      expectClose(none!, rmsNormReference(x, D));
      expectClose(both!, rmsNormReference(x, D, a, b, 1e-3));
    });
  });

  it.each(widths)('layerNorm: %i columns around a mean much larger than the spread', async (D) => {
    const [x, gain, bias] = [randomArray(3 * D, 1).map((v) => v + 100), randomArray(D, 2), randomArray(D, 3)];
    await expectNoLeak(device(), async () => {
      using xTensor = device().tensor(x, [3, D]);
      using gainTensor = device().tensor(gain, [D]);
      using biasTensor = device().tensor(bias, [D]);
      const y = await runOnce(device(), (ops) => layerNorm(ops, xTensor, { gain: gainTensor, bias: biasTensor }));
      expectClose(y, layerNormReference(x, D, gain, bias), 2e-4); // inputs near 100 carry 7.6e-6 of absolute rounding
    });
  });

  it.each(widths)('softmax: %i columns, large values included', async (D) => {
    const x = randomArray(3 * D, 4, 50).map((v) => v + 200);
    await expectNoLeak(device(), async () => {
      using xTensor = device().tensor(x, [3, D]);
      const y = await runOnce(device(), (ops) => softmax(ops, xTensor));
      expectClose(y, softmaxReference(x, D), 5e-5); // exp of a difference of numbers near 200
      for (let row = 0; row < 3; row++) expect(y.subarray(row * D, (row + 1) * D).reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    });
  });
});

it('norms: a vector of the wrong length is named', async () => {
  using x = gpu.tensor(new Float32Array(8), [2, 4]);
  using scale = gpu.tensor(new Float32Array(3), [3]);
  await expect(runOnce(gpu, (ops) => rmsNorm(ops, x, { scale }))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: rmsNorm: scale [3] must hold one value per column of x [2, 4].]`);
});
