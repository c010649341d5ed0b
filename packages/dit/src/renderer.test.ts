import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DisposedError, type Gpu, serializeSafetensors, ShapeMismatchError, type Tensor, WeightsError } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { expectNoLeak } from '@onegt/kernels/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TextureRenderer, type LoadingProgress, type RenderProgress, type TextureStage } from './renderer.ts';
import { draw, drawWeights, type DrawnWeights, fixtureMaps, metadata, readFixture } from './testing/fixtures.ts';
import { WarpRenderer } from './warp-renderer.ts';
import type { WeightSources } from './weights.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 }); // whole models, also on a software adapter of a busy machine

const fixture = readFixture('dit');
const image = draw('renderer/image', 256 * 256 * 3);
const weights = (temperature = 1): WeightSources => ({
  config: new TextEncoder().encode(JSON.stringify({ dit: { ...metadata<object>(fixture, 'config'), temperature } })),
  autoencoder: drawnFile(metadata(readFixture('autoencoder'), 'weights')),
  dit: drawnFile(metadata(fixture, 'weights')),
});

let gpu: Gpu;
let renderer: TextureRenderer;
let portraitMap: Tensor;
let targetMap: Tensor;

beforeAll(async () => {
  gpu = await requestGpu();
  renderer = await TextureRenderer.load(gpu, weights());
  const maps = fixtureMaps();
  portraitMap = gpu.tensor(maps.portrait, [256, 256, 10]);
  targetMap = gpu.tensor(maps.target, [256, 256, 10]);
});
afterAll(() => {
  renderer.dispose();
  gpu.dispose();
});

function drawnFile(description: DrawnWeights): Uint8Array {
  const file = drawWeights(description);
  return serializeSafetensors(Object.fromEntries(file.names().map((name) => [name, { shape: file.shape(name), data: file.f32(name), dtype: 'F16' as const }])));
}

test('render: a seed means a picture; one step uses no chance; encoding and rendering free what they used', async () => {
  await expectNoLeak(gpu, async () => {
    using portrait = await renderer.encode(image, portraitMap);
    const first = await portrait.render(targetMap, { steps: 2, seed: 1 });
    expect([first.width, first.height, first.data.length]).toEqual([256, 256, 256 * 256 * 4]);
    expect(new Set(first.data.filter((_, i) => i % 4 === 3))).toEqual(new Set([255]));
    expect(new Set(first.data).size).toBeGreaterThan(100);
    const smooth = await portrait.render(targetMap, { steps: 1, seed: 1 });
    expect((await portrait.render(targetMap, { steps: 2, seed: 1 })).data).toEqual(first.data);
    expect((await portrait.render(targetMap, { steps: 2, seed: 2 })).data).not.toEqual(first.data);
    expect((await portrait.render(targetMap, { steps: 1, seed: 2 })).data).toEqual(smooth.data);
    expect(smooth.data).not.toEqual(first.data);
  });
});

test('render: portraits take turns without mixing, also when called at once', async () => {
  using one = await renderer.encode(image, portraitMap);
  using other = await renderer.encode(image.map((value) => -value), portraitMap);
  const alone = [await one.render(targetMap, { steps: 1 }), await other.render(targetMap, { steps: 1 })];
  const together = await Promise.all([one.render(targetMap, { steps: 1 }), other.render(targetMap, { steps: 1 }), one.render(targetMap, { steps: 1 })]);
  expect(alone[0]!.data).not.toEqual(alone[1]!.data);
  expect(together.map(({ data }) => data)).toEqual([alone[0]!.data, alone[1]!.data, alone[0]!.data]);
});

test('render: progress comes after every phase, and aborting in it stops before the next step', async () => {
  using portrait = await renderer.encode(image, portraitMap);
  const seen: RenderProgress[] = [];
  await portrait.render(targetMap, { steps: 2, onProgress: (progress) => seen.push(progress) });
  expect(seen.map(({ phase, step, steps }) => `${phase} ${step}/${steps}`)).toEqual(['condition 0/2', 'step 1/2', 'step 2/2', 'decode 2/2']);

  const controller = new AbortController();
  const phases: string[] = [];
  const aborted = portrait.render(targetMap, {
    steps: 4, signal: controller.signal,
    onProgress: ({ phase, step }) => {
      phases.push(`${phase} ${step}`);
      if (step === 1) controller.abort(new Error('enough'));
    },
  });
  await expect(aborted).rejects.toThrow('enough');
  expect(phases).toEqual(['condition 0', 'step 1']);
  await expect(portrait.render(targetMap, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  expect((await portrait.render(targetMap, { steps: 1 })).width).toBe(256); // the renderer goes on
});

test('encode, render: wrong shapes, disposed portraits and bad options are typed errors', async () => {
  await expect(renderer.encode(new Float32Array(12), portraitMap)).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: A portrait as floats is [256, 256, 3] = 196608 values, given 12.]`);
  await expect(renderer.encode({ width: 300, height: 256, data: new Uint8Array(300 * 256 * 4) }, portraitMap)).rejects.toThrowErrorMatchingInlineSnapshot(`
    [ShapeMismatchError: A portrait is 256 x 256 RGBA, 262144 bytes; given 300 x 256 with 307200 bytes.
      Crop it first: computeCrop and cropImage of @onegt/skeleton.]
  `);
  using small = gpu.tensor(new Float32Array(640), [8, 8, 10]);
  await expect(renderer.encode(image, small)).rejects.toThrow(ShapeMismatchError);
  const portrait = await renderer.encode(image, portraitMap);
  await expect(portrait.render(small)).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: The target map must be a skeleton map [256, 256, 10], it is [8,8,10].]`);
  await expect(portrait.render(targetMap, { steps: 0 })).rejects.toThrow(/steps is 0/);
  portrait.dispose();
  portrait.dispose();
  await expect(portrait.render(targetMap)).rejects.toThrow(DisposedError);
});

test('load: a folder of files works, progress has phases, disposing frees everything', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onegt-'));
  try {
    const { config, autoencoder, dit } = weights(0) as Record<keyof WeightSources, Uint8Array>;
    await writeFile(join(folder, 'config.json'), config);
    await writeFile(join(folder, 'autoencoder.safetensors'), autoencoder);
    await writeFile(join(folder, 'dit.safetensors'), dit);
    await expectNoLeak(gpu, async () => {
      const progress: LoadingProgress[] = [];
      const calm = await TextureRenderer.load(gpu, folder, { onProgress: (event) => progress.push(event) });
      expect([...new Set(progress.map(({ phase }) => phase))]).toEqual(['download', 'upload', 'compile']);
      expect(calm.config.flow.temperature).toBe(0);
      calm.dispose();
      calm.dispose();
      await expect(calm.encode(image, portraitMap)).rejects.toThrow(DisposedError);
    });
    await writeFile(join(folder, 'dit.safetensors'), dit.subarray(0, 100_000));
    await expectNoLeak(gpu, async () => {
      await expect(TextureRenderer.load(gpu, folder)).rejects.toThrow(WeightsError);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('load: files of another model free what was already uploaded', async () => {
  const { autoencoder, config } = weights();
  await expectNoLeak(gpu, async () => {
    await expect(TextureRenderer.load(gpu, { config, autoencoder, dit: autoencoder })).rejects.toThrow(/not those of the DiT/);
    await expect(TextureRenderer.load(gpu, { config: new Uint8Array([1, 2]), autoencoder, dit: autoencoder })).rejects.toThrowErrorMatchingInlineSnapshot(`[WeightsError: config.json: 2 bytes that are not JSON.]`);
  });
});

test('load: aborting while kernels compile frees everything and rejects with the reason', async () => {
  await expectNoLeak(gpu, async () => {
    const controller = new AbortController();
    const loading = TextureRenderer.load(gpu, weights(), { signal: controller.signal, onProgress: ({ phase }) => phase === 'compile' && controller.abort(new Error('changed my mind')) });
    await expect(loading).rejects.toThrow('changed my mind');
  });
});

test('WarpRenderer: the same interface without weights; outside of the skeleton the portrait stays', async () => {
  await expectNoLeak(gpu, async () => {
    using stage: TextureStage = new WarpRenderer(gpu);
    const bytes = Uint8ClampedArray.from({ length: 256 * 256 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7) % 256));
    using portrait = await stage.encode({ width: 256, height: 256, data: bytes }, portraitMap);
    const rendered = await portrait.render(targetMap);
    expect(rendered.data.subarray(0, 400)).toEqual(bytes.subarray(0, 400));
    await expect(portrait.render(targetMap, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });
});
