import { type Gpu, runOnce, type TensorRef, WeightsError } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { compareArrays, expectNoLeak } from '@onegt/kernels/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Autoencoder, type Trace } from './autoencoder.ts';
import { draw, drawWeights, type DrawnWeights, metadata, readFixture } from './testing/fixtures.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 }); // whole models, also on a software adapter of a busy machine

let gpu: Gpu;
beforeAll(async () => { gpu = await requestGpu(); });
afterAll(() => gpu.dispose());

const TOLERANCE = 1e-3; // f32 against f32; half of it is the f16 of the stored activations
const fixture = readFixture('autoencoder');
const drawn = metadata<DrawnWeights>(fixture, 'weights');

const input = (name: string, size: number, channels: number): Float32Array => draw(`autoencoder/${name}`, size * size * channels);

/** Records with a trace and returns each layer's relative error, by name. */
async function layerErrors(build: (ops: Parameters<Parameters<typeof runOnce>[1]>[0], trace: Trace) => TensorRef): Promise<Record<string, number>> {
  const names: string[] = [];
  const values = await runOnce(gpu, (ops) => {
    const seen: TensorRef[] = [];
    build(ops, (name, value) => {
      names.push(name);
      seen.push(value);
    });
    return seen;
  });
  return Object.fromEntries(names.map((name, i) => [name, compareArrays(values[i]!, fixture.f32(name)).relative]));
}

const failures = (errors: Record<string, number>): [string, number][] => Object.entries(errors).filter(([, error]) => !(error <= TOLERANCE));

test('autoencoder: every layer agrees with PyTorch', async () => {
  await expectNoLeak(gpu, async () => {
    using model = Autoencoder.load(gpu, drawWeights(drawn));
    using image = gpu.tensor(input('image', 64, 3), [64, 64, 3]);
    using latent = gpu.tensor(input('latent', 8, 8), [8, 8, 8]);
    const encoder = await layerErrors((ops, trace) => model.encode(ops, image, trace));
    expect(failures(encoder)).toEqual([]);
    expect(Object.keys(encoder)).toHaveLength(8);
    const decoder = await layerErrors((ops, trace) => model.decode(ops, latent, trace));
    expect(failures(decoder)).toEqual([]);
    expect(Object.keys(decoder)).toHaveLength(11);
  });
});

test('blend: every layer agrees with PyTorch', async () => {
  using model = Autoencoder.load(gpu, drawWeights(drawn));
  expect(model.hasBlend).toBe(true);
  using decoded = gpu.tensor(input('decoded', 64, 3), [64, 64, 3]);
  using warped = gpu.tensor(input('warped', 64, 3), [64, 64, 3]);
  using coverage = gpu.tensor(input('coverage', 64, 3).map((value) => (value > 0 ? 1 : 0)), [64, 64, 3]);
  const errors = await layerErrors((ops, trace) => model.blend(ops, decoded, warped, coverage, trace));
  expect(failures(errors)).toEqual([]);
  expect(Object.keys(errors)).toHaveLength(4);
});

test('autoencoder: weights without the detail blend are fine', () => {
  const without = Object.fromEntries(Object.entries(drawn).filter(([name]) => !name.startsWith('blend.')));
  using model = Autoencoder.load(gpu, drawWeights(without));
  expect(model.hasBlend).toBe(false);
});

test('autoencoder: missing and misshapen tensors are listed, and nothing is uploaded', async () => {
  const broken = Object.fromEntries(Object.entries(drawn).filter(([name]) => !name.startsWith('encoder.blocks64')));
  broken['decoder.out.bias'] = { ...broken['decoder.out.bias']!, shape: [6] };
  await expectNoLeak(gpu, () => {
    expect(() => Autoencoder.load(gpu, drawWeights(broken))).toThrowErrorMatchingInlineSnapshot(`
      [WeightsError: These weights are not those of the autoencoder.
        8 of 64 tensors are missing: encoder.blocks64.0.conv1.weight, encoder.blocks64.0.conv1.bias, encoder.blocks64.0.conv2.weight, encoder.blocks64.0.conv2.bias, …
        1 have another shape: decoder.out.bias [6] instead of [12]
        Names and shapes are those of training/onegt; check config.json.]
    `);
    expect(() => Autoencoder.load(gpu, drawWeights(broken))).toThrow(WeightsError);
  });
});
