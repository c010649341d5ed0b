/** `pnpm exec vitest bench packages/kernels/src/gemm`: the products of the DiT (256 tokens, width 256) and 1024³. */
import { afterAll, beforeAll, bench, describe } from 'vitest';
import type { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { Plan } from '../plan/plan.ts';
import { randomArray } from '../testing/index.ts';
import { linear, packLinear } from './linear.ts';
import { chooseVariant, variantLabel } from './variants.ts';

const gpu: Gpu = await requestGpu();
afterAll(() => gpu.dispose());

describe.each([
  [1, 256, 1536],
  [16, 256, 768],
  [256, 256, 768],
  [256, 1024, 256],
  [1024, 1024, 1024],
])('linear %i x %i x %i', (T, K, N) => {
  let plan: Plan;
  beforeAll(async () => {
    const weight = packLinear(gpu, randomArray(N * K, 1), N, K);
    plan = await Plan.record(gpu, 'bench', (ops) => ops.output('y', linear(ops, ops.input('x', [T, K]), weight)));
    plan.write('x', randomArray(T * K, 2));
    plan.run();
    await plan.finish();
  });
  afterAll(() => plan.dispose());

  // Several runs per wait: a single short run is mostly waiting.
  const runs = Math.max(1, Math.round(2e8 / (2 * T * K * N)));
  bench(`${runs} x ${((2 * T * K * N) / 1e6).toFixed(1)} MFLOP, ${variantLabel(chooseVariant(gpu, { T, K, N }))}`, async () => {
    for (let i = 0; i < runs; i++) plan.run();
    await plan.finish();
  });
});
