/**
 * The shipped weights, end to end but for the warp: a picture and two maps in, one regression step, a picture out.
 * The fixture is written after each export: fixtures_dit --weights packages/weights-nano/weights.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { loadWeights, Plan, type Gpu, type TensorRef } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { compareArrays } from '@onegt/kernels/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Autoencoder } from './autoencoder.ts';
import { mapFeatures, rotaryFrequencies, rotaryTable, tokenCanonical } from './conditioning.ts';
import { DiT, unpatchify } from './model.ts';
import { draw, fixtureMaps, metadata, readFixture, thinned, toNHWC } from './testing/fixtures.ts';
import { loadConfig } from './weights.ts';

const folder = new URL('../../weights-nano/weights/', import.meta.url);
const hasWeights = existsSync(new URL('dit.safetensors', folder)) && existsSync(new URL('../fixtures/shipped.safetensors', import.meta.url));

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 }); // whole models, also on a software adapter of a busy machine

let gpu: Gpu;
beforeAll(async () => { gpu = await requestGpu(); });
afterAll(() => gpu.dispose());

test.skipIf(!hasWeights)('shipped weights: the fixture was made from them', () => {
  for (const [name, expected] of Object.entries(metadata<Record<string, string>>(readFixture('shipped'), 'sha256'))) {
    const actual = createHash('sha256').update(readFileSync(new URL(name, folder))).digest('hex');
    expect(actual, `${name} was exported again: run python3 -m onegt.fixtures_dit --topology FILE --weights packages/weights-nano/weights --out packages/dit/fixtures`).toBe(expected);
  }
});

test.skipIf(!hasWeights)('shipped weights: every block, the answer and the picture agree with PyTorch', async () => {
  const fixture = readFixture('shipped');
  const maps = fixtureMaps();
  const config = await loadConfig(new URL('config.json', folder));
  using autoencoder = Autoencoder.load(gpu, await loadWeights(new URL('autoencoder.safetensors', folder)));
  using model = DiT.load(gpu, await loadWeights(new URL('dit.safetensors', folder)), config.dit);
  using frequencies = rotaryFrequencies(gpu, config.dit.heads, config.dit.canonicalHeads);
  const seen = new Map<string, TensorRef>();
  const trace = (name: string, value: TensorRef): void => void seen.set(name, value);
  using plan = await Plan.record(gpu, 'shipped', (ops) => {
    const conditions = (name: string) => {
      const map = ops.input(name, [256, 256, 10]);
      const canonical = tokenCanonical(ops, map);
      return { features: mapFeatures(ops, map, canonical), rotary: rotaryTable(ops, canonical, frequencies) };
    };
    const [target, portrait] = [conditions('target'), conditions('portrait')];
    const latent = autoencoder.encode(ops, ops.input('picture', [256, 256, 3]));
    trace('latent', latent);
    const tokens = model.embedReference(ops, latent, portrait.features);
    trace('reference.embed', tokens);
    const zeros = ops.input('zeros', [256, 32]);
    const answer = unpatchify(ops, model.step(ops, {
      latent: zeros, base: zeros, stepSize: ops.input('step size', [32]), rotary: target.rotary,
      conditions: model.embedMain(ops, latent, ops.input('coverage', [32, 32, 3]), target.features),
      reference: { cached: model.referenceKeyValues(ops, tokens, portrait.rotary, trace) },
    }, trace));
    trace('answer', answer);
    trace('decoded', autoencoder.decode(ops, answer));
    for (const [name, value] of seen) ops.output(name, value);
  });
  const small = fixture.f32('picture');
  plan.write('picture', Float32Array.from({ length: 256 * 256 * 3 }, (_, i) => {
    const [channel, column, row] = [i % 3, Math.floor(i / 3) % 256, Math.floor(i / 768)];
    return small[((row >> 2) * 64 + (column >> 2)) * 3 + channel]! / 127.5 - 1;
  }));
  plan.write('coverage', toNHWC(draw('shipped/coverage', 3 * 1024).map((value) => (value > 0 ? 1 : 0)), 3, 32, 32));
  plan.write('portrait', maps.portrait);
  plan.write('target', maps.target);
  plan.write('zeros', new Float32Array(256 * 32));
  plan.write('step size', new Float32Array(32).fill(1));
  model.writeTime(plan, 0);
  plan.run();

  const rows = metadata<number>(fixture, 'rows');
  const errors: Record<string, number> = {};
  for (const name of seen.keys()) {
    const actual = await plan.read(name);
    const stored = fixture.f32(name);
    if (name === 'latent' || name === 'answer') errors[name] = compareArrays(actual, toNHWC(stored, 8, 32, 32)).relative;
    else if (name === 'decoded') errors[name] = compareArrays(actual.filter((_, i) => Math.floor(i / 768) % 4 === 0 && Math.floor(i / 3) % 4 === 0), stored).relative;
    else errors[name] = compareArrays(thinned(actual, rows), stored).relative;
  }
  expect(Object.entries(errors).filter(([, error]) => !(error <= 1e-3))).toEqual([]);
  expect(Object.keys(errors)).toHaveLength(4 + 3 * config.dit.layers); // latent, answer, decoded, two embeddings; a block's attended and main, all references but the last
});
