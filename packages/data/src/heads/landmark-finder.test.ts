import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import type { Gpu } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { createCamera, FaceDetector, modelFolder, NUM_FACE, NUM_POINTS, project, viewOf } from '@onegt/skeleton';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBuiltInHead } from './built-in/built-in-head.ts';
import { createLandmarkFinder } from './landmark-finder.ts';
import { poseHead } from './pose.ts';

let gpu: Gpu;
let detector: FaceDetector;

beforeAll(async () => {
  gpu = await requestGpu();
  const models = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');
  detector = await FaceDetector.load(gpu, { read: modelFolder(models) });
});
afterAll(() => {
  detector.dispose();
  gpu.dispose();
});

describe('createLandmarkFinder', () => {
  it('finds the face of the built-in head where its skeleton is, and gives its memory back', async () => {
    const before = gpu.memory().liveBytes;
    const head = poseHead(await loadBuiltInHead(), [], {});
    const finder = await createLandmarkFinder(gpu, detector);
    const view = viewOf(createCamera({ yaw: 0.3 }));
    const picture = await finder.render(head, view);
    const landmarks = await finder.detect(picture);
    finder[Symbol.dispose]();
    expect(picture.width).toBe(picture.height);
    const crop = project(new Float32Array(NUM_POINTS * 3), head.points, view);
    const pixels = (p: number): [number, number] => [((crop[3 * p]! + 1) / 2) * picture.width, ((1 - crop[3 * p + 1]!) / 2) * picture.height];
    const unit = Math.hypot(pixels(33)[0] - pixels(263)[0], pixels(33)[1] - pixels(263)[1]);
    const errors = Array.from({ length: NUM_FACE }, (_, p) => Math.hypot(landmarks![3 * p]! - pixels(p)[0], landmarks![3 * p + 1]! - pixels(p)[1]) / unit).sort((a, b) => a - b);
    expect(errors[NUM_FACE / 2]).toBeLessThan(0.08);
    for (const p of [33, 263, 1, 61, 291]) expect(Math.hypot(landmarks![3 * p]! - pixels(p)[0], landmarks![3 * p + 1]! - pixels(p)[1]) / unit, `point ${p}`).toBeLessThan(0.1);
    expect(gpu.memory().liveBytes).toBe(before);
  });

  it('has nothing to say about a picture without a face', async () => {
    const finder = await createLandmarkFinder(gpu, detector);
    expect(await finder.detect({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 4).fill(128) })).toBeNull();
    finder[Symbol.dispose]();
  });
});
