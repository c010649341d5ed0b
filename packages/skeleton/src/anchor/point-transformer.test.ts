import { type Gpu, parseSafetensors, serializeSafetensors, WeightsError } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { expectClose, expectNoLeak } from '@onegt/kernels/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFixture } from '../testing/fixtures.ts';
import { PointTransformer } from './point-transformer.ts';

let gpu: Gpu;
beforeAll(async () => { gpu = await requestGpu(); });
afterAll(() => gpu.dispose());

const fixture = readFixture('transformer');

/** Relative to the range of each layer; f32 with sums in another order. */
const TOLERANCE = 1e-4;

test('PointTransformer: agrees with PyTorch after every block', async () => {
  using model = await PointTransformer.create(gpu, readFixture('transformer-weights'), 'test', { exposeBlocks: true });
  expect(model.config).toEqual({ points: 100, features: 11, conditions: 7, width: 64, hidden: 96, layers: 2 });
  const residual = await model.run(fixture.f32('features'), fixture.f32('conditions'));
  for (const layer of [0, 1]) expectClose(await model.readBlock(layer), fixture.f32(`block${layer}`), TOLERANCE);
  expectClose(residual, fixture.f32('residual'), TOLERANCE);
});

test('PointTransformer: disposing returns the memory; two runs at once do not mix', async () => {
  await expectNoLeak(gpu, async () => {
    using model = await PointTransformer.create(gpu, readFixture('transformer-weights'), 'test');
    const [features, conditions] = [fixture.f32('features'), fixture.f32('conditions')];
    const [first, other] = await Promise.all([model.run(features, conditions), model.run(features.map((value) => value + 1), conditions)]);
    expectClose(first, fixture.f32('residual'), TOLERANCE);
    expect(other).not.toEqual(first);
  });
});

test('PointTransformer: weights of another shape are refused, and nothing is leaked', async () => {
  const file = readFixture('transformer-weights');
  const tensors = Object.fromEntries(file.names().map((name) => [name, { shape: file.shape(name), data: file.f32(name) }]));
  tensors['blocks.1.out'] = { shape: [2, 2], data: new Float32Array(4) };
  await expectNoLeak(gpu, async () => {
    await expect(PointTransformer.create(gpu, parseSafetensors(serializeSafetensors(tensors)), 'test')).rejects.toThrow(WeightsError);
  });
});
