import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { Plan, runOnce } from '../plan/plan.ts';
import { expectClose, randomArray } from '../testing/index.ts';
import { cropResize, type SquareCrop, squareCropValues } from './cropResize.ts';
import { resizeBilinear, resizeNearest, type ResizeMode, upsampleNearest } from './resize.ts';
import { cropResizeReference, resizeReference } from './resize.reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

describe('resize', () => {
  it('resizeBilinear: pixels have their centres at half coordinates', async () => {
    using x = gpu.tensor(Float32Array.of(0, 4), [1, 2, 1]);
    const [half, aligned, whole] = await runOnce(gpu, (ops) => [
      resizeBilinear(ops, x, 1, 4),
      resizeBilinear(ops, x, 1, 5, { alignCorners: true }),
      resizeBilinear(ops, x, 1, 4, { halfPixelCenters: false }),
    ]);
    expect([...half!]).toEqual([0, 1, 3, 4]);
    expect([...aligned!]).toEqual([0, 1, 2, 3, 4]);
    expect([...whole!]).toEqual([0, 2, 4, 4]);
  });

  it('upsampleNearest: every pixel becomes a block', async () => {
    using x = gpu.tensor(Float32Array.of(1, 2), [1, 2, 1]);
    expect([...(await runOnce(gpu, (ops) => upsampleNearest(ops, x, 2)))]).toEqual([1, 1, 2, 2, 1, 1, 2, 2]);
  });

  const modes: ResizeMode[] = ['half pixel', 'align corners', 'whole pixel', 'nearest'];
  const cases = modes.flatMap((mode) => [[mode, 4, 7, 11] as const, [mode, 3, 13, 4] as const]);
  it.each(cases)('%s, %i channels, to %ix%i: agrees with the loops', async (mode, channels, height, width) => {
    const image = { data: randomArray(9 * 6 * channels, 1), height: 9, width: 6, channels };
    using x = gpu.tensor(image.data, [9, 6, channels]);
    const y = await runOnce(gpu, (ops) =>
      mode === 'nearest' ? resizeNearest(ops, x, height, width) : resizeBilinear(ops, x, height, width, { alignCorners: mode === 'align corners', halfPixelCenters: mode === 'half pixel' }),
    );
    expectClose(y, resizeReference(image, height, width, mode));
  });

  it('names a size that is none', async () => {
    using x = gpu.empty([2, 2, 1]);
    await expect(runOnce(gpu, (ops) => resizeBilinear(ops, x, 0, 4))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: resizeBilinear: the size 0x4 is not valid. Use whole numbers of at least 1.]`);
  });
});

describe('cropResize', () => {
  it('at scale 1 copies the pixels, and continues the edge outside of the image', async () => {
    using x = gpu.tensor(Float32Array.of(1, 2, 3, 4), [2, 2, 1]);
    const [same, outside] = await runOnce(gpu, (ops) => [cropResize(ops, x, { centerX: 1, centerY: 1, size: 2 }, 2), cropResize(ops, x, { centerX: 0, centerY: 0, size: 2 }, 2)]);
    expect([...same!]).toEqual([1, 2, 3, 4]);
    expect([...outside!]).toEqual([1, 1, 1, 1]);
  });

  it('averages the whole footprint when it shrinks', async () => {
    using x = gpu.tensor(Float32Array.from({ length: 64 }, (_, i) => (i + (i >> 3)) % 2), [8, 8, 1]); // a checkerboard
    const y = await runOnce(gpu, (ops) => cropResize(ops, x, { centerX: 4, centerY: 4, size: 8 }, 2));
    expectClose(y, [0.5, 0.5, 0.5, 0.5]);
  });

  it('a positive angle turns the crop clockwise', async () => {
    using x = gpu.tensor(Float32Array.of(1, 2, 3, 4), [2, 2, 1]);
    const y = await runOnce(gpu, (ops) => cropResize(ops, x, { centerX: 1, centerY: 1, size: 2, rotationRadians: Math.PI / 2 }, 2));
    expectClose(y, [2, 4, 1, 3]); // the crop's x axis runs down the image
  });

  const crop: SquareCrop = { centerX: 7.3, centerY: 4.1, size: 17.5, rotationRadians: 0.4 };
  it.each([5, 23])('agrees with the loops, f32 and RGBA bytes, fixed and per run, to %i', async (outputSize) => {
    const [height, width] = [11, 13];
    const bytes = Uint8Array.from(randomArray(height * width * 4, 3, 127), (v) => v + 128);
    const rgb = Float32Array.from({ length: height * width * 3 }, (_, i) => bytes[Math.floor(i / 3) * 4 + (i % 3)]!);
    using floats = gpu.tensor(rgb, [height, width, 3]);
    using packed = gpu.tensor(new Uint32Array(bytes.buffer), [height, width]);
    const options = { scale: 1 / 127.5, offset: -1 };
    const expected = cropResizeReference({ data: rgb, height, width, channels: 3 }, crop, outputSize, options);
    using plan = await Plan.record(gpu, 'crop', (ops) => {
      const perRun = ops.input('crop', [4]);
      ops.output('floats', cropResize(ops, floats, crop, outputSize, options));
      ops.output('packed', cropResize(ops, packed, crop, outputSize, options));
      ops.output('per run', cropResize(ops, packed, perRun, outputSize, options));
    });
    plan.write('crop', squareCropValues(crop));
    plan.run();
    // Sample positions are f32: a position error of 1e-6 times a contrast of 2 per pixel.
    for (const name of ['floats', 'packed', 'per run']) expectClose(await plan.read(name), expected, 3e-5);
  });

  it('explains what it cannot crop', async () => {
    using image = gpu.empty([4, 4]);
    using fine = gpu.empty([4, 4, 3]);
    await expect(runOnce(gpu, (ops) => cropResize(ops, image, crop, 8))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: cropResize: the image must be f32 [H, W, C] or u32 [H, W] (RGBA bytes), but it is f32 [4, 4].]`);
    await expect(runOnce(gpu, (ops) => cropResize(ops, fine, { ...crop, size: 0 }, 8))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: cropResize: the crop {"centerX":7.3,"centerY":4.1,"size":0,"rotationRadians":0.4} is not valid. Its size must be positive and all numbers finite.]`);
    await expect(runOnce(gpu, (ops) => cropResize(ops, fine, crop, 0.5))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: cropResize: the output size 0.5 is not valid. Use a whole number of at least 1.]`);
    await expect(runOnce(gpu, (ops) => cropResize(ops, fine, image, 8))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: cropResize: the crop operand must be f32 [4] (see squareCropValues), but it is f32 [4, 4].]`);
  });
});
