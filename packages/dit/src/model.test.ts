import { type Gpu, Plan, runOnce, type TensorRef, WeightsError } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { compareArrays, expectNoLeak } from '@onegt/kernels/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { mapFeatures, rotaryFrequencies, rotaryTable, tokenCanonical } from './conditioning.ts';
import { DiT, patchify, unpatchify } from './model.ts';
import { draw, drawWeights, type DrawnWeights, fixtureMaps, metadata, readFixture, thinned, toNHWC } from './testing/fixtures.ts';
import { parseConfig } from './weights.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 }); // whole models, also on a software adapter of a busy machine

let gpu: Gpu;
beforeAll(async () => { gpu = await requestGpu(); });
afterAll(() => gpu.dispose());

const TOLERANCE = 1e-3;
const fixture = readFixture('dit');
const rows = metadata<number>(fixture, 'rows');
const { dit: config } = parseConfig({ dit: metadata(fixture, 'config') });
const drawn = metadata<DrawnWeights>(fixture, 'weights');
const maps = fixtureMaps();
const latentInput = (name: string, channels: number): Float32Array => toNHWC(draw(`dit/${name}`, channels * 1024, 2), channels, 32, 32);

/** Runs one evaluation of the model and compares everything that it traces; returns relative errors by layer. */
async function evaluate(referenceAttends: 'self' | 'both'): Promise<Record<string, number>> {
  using model = DiT.load(gpu, drawWeights(drawn), { ...config, referenceAttends });
  using frequencies = rotaryFrequencies(gpu, config.heads, config.canonicalHeads);
  const seen = new Map<string, TensorRef>();
  const trace = (name: string, value: TensorRef): void => void seen.set(name, value);
  using plan = await Plan.record(gpu, `dit/${referenceAttends}`, (ops) => {
    const conditions = (name: string) => {
      const map = ops.input(name, [256, 256, 10]);
      const canonical = tokenCanonical(ops, map);
      return { features: mapFeatures(ops, map, canonical), rotary: rotaryTable(ops, canonical, frequencies) };
    };
    const target = conditions('target map');
    const portrait = conditions('portrait map');
    const warped = ops.input('warped', [32, 32, 8]);
    const coverage = ops.input('coverage', [32, 32, 3]);
    const tokens = model.embedReference(ops, ops.input('reference', [32, 32, 8]), portrait.features);
    trace('reference.embed', tokens);
    const reference = referenceAttends === 'self' ? { cached: model.referenceKeyValues(ops, tokens, portrait.rotary, trace) } : { tokens, rotary: portrait.rotary };
    const latent = patchify(ops, ops.input('noisy', [32, 32, 8]));
    const zeros = ops.input('zeros', [256, 32]);
    const stepSize = ops.input('step size', [32]);
    const velocity = model.step(ops, { latent, base: zeros, stepSize, conditions: model.embedMain(ops, warped, coverage, target.features), rotary: target.rotary, reference }, trace);
    trace('velocity', unpatchify(ops, velocity));
    for (const [name, value] of seen) ops.output(name, value);
  });
  const warp = latentInput('warp', 11); // [32, 32, 11]: the warped latent, then its coverage
  const channels = (start: number, count: number): Float32Array => Float32Array.from({ length: 1024 * count }, (_, i) => warp[Math.floor(i / count) * 11 + start + (i % count)]!);
  plan.write('portrait map', maps.portrait);
  plan.write('target map', maps.target);
  plan.write('warped', channels(0, 8));
  plan.write('coverage', channels(8, 3));
  plan.write('reference', latentInput('reference', 8));
  plan.write('noisy', latentInput('noisy', 8));
  plan.write('zeros', new Float32Array(256 * 32));
  plan.write('step size', new Float32Array(32).fill(1));
  model.writeTime(plan, metadata<number>(fixture, 'time'));
  plan.run();
  const errors: Record<string, number> = {};
  for (const name of seen.keys()) {
    const stored = `${referenceAttends === 'both' ? 'both.' : ''}${name}`;
    if (!fixture.has(stored)) continue;
    const actual = await plan.read(name);
    errors[name] = name === 'velocity' ? compareArrays(actual, toNHWC(fixture.f32(stored), 8, 32, 32)).relative : compareArrays(thinned(actual, rows), fixture.f32(stored)).relative;
  }
  return errors;
}

const failures = (errors: Record<string, number>): [string, number][] => Object.entries(errors).filter(([, error]) => !(error <= TOLERANCE));

test('DiT: every layer agrees with PyTorch, the reference cached', async () => {
  await expectNoLeak(gpu, async () => {
    const errors = await evaluate('self');
    expect(failures(errors)).toEqual([]);
    expect(Object.keys(errors).sort()).toEqual(['main.0', 'main.0.attended', 'main.1', 'main.1.attended', 'main.embed', 'reference.0', 'reference.embed', 'velocity']);
  });
});

test('DiT: both branches attend to both, as in the paper, when the config says so', async () => {
  const errors = await evaluate('both');
  expect(failures(errors)).toEqual([]);
  expect(Object.keys(errors).sort()).toEqual(['reference.0', 'velocity']);
});

test('patchify: tokens are 2 x 2 latents, channel-major, and unpatchify undoes it', async () => {
  const values = draw('patchify', 32 * 32 * 8);
  using latent = gpu.tensor(values, [32, 32, 8]);
  const [tokens, back] = await runOnce(gpu, (ops) => {
    const patches = patchify(ops, latent);
    return [patches, unpatchify(ops, patches)];
  });
  expect(back).toEqual(values);
  // token 17 is at row 1, column 1; element 4 c + 2 dy + dx with c = 3, dy = 1, dx = 0
  expect(tokens![17 * 32 + 14]).toBe(values[((2 + 1) * 32 + 2) * 8 + 3]);
});

test('DiT: weights of another size are refused with the first differences', () => {
  expect(() => DiT.load(gpu, drawWeights(drawn), { ...config, layers: 3, hidden: 128 })).toThrowErrorMatchingInlineSnapshot(`
    [WeightsError: These weights are not those of the DiT.
      13 of 58 tensors are missing: main.2.qkv, main.2.qkv_bias, main.2.query_gain, main.2.key_gain, …
      8 have another shape: main.0.mlp_in [128,256] instead of [256,256], main.0.mlp_out [256,64] instead of [256,128], main.1.mlp_in [128,256] instead of [256,256], main.1.mlp_out [256,64] instead of [256,128], …
      Names and shapes are those of training/onegt; check config.json.]
  `);
  expect(() => DiT.load(gpu, drawWeights(drawn), { ...config, layers: 3 })).toThrow(WeightsError);
});
