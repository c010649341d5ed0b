import type { Gpu } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { AnalyticAnchor, type FaceDetector } from '@onegt/skeleton';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadBuiltInHead } from '../heads/built-in/built-in-head.ts';
import { PictureMaker } from '../samples/picture-maker.ts';
import { judgeSample, loadDetector, type PictureVerdict, summarise } from './evaluate-detector.ts';

// bench/detector.mjs asks the same of hundreds of pictures; the README quotes it.
const PEOPLE = 4;
const VIEWS = 2;

let gpu: Gpu;
let detector: FaceDetector;
let maker: PictureMaker;
let anchor: AnalyticAnchor;
beforeAll(async () => {
  gpu = await requestGpu({ pollIntervalMs: 1 });
  detector = await loadDetector(gpu, join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models'));
  anchor = await AnalyticAnchor.load(join(import.meta.dirname, '../../../weights-nano/weights/prior.safetensors'));
  maker = await PictureMaker.create(gpu, await loadBuiltInHead(), { size: 256 });
});
afterAll(() => {
  maker.dispose();
  detector.dispose();
  gpu.dispose();
});

test('a detector that has only seen real faces finds the renderings, and the skeleton stage takes its points within 4 % of the eyes\' distance of where they are', async () => {
  const verdicts: PictureVerdict[] = [];
  for (let index = 0; index < PEOPLE; index++) verdicts.push(...await judgeSample(detector, await maker.make({ kind: 'pairs', seed: 500, index, size: 256, views: VIEWS }), anchor));
  const { pictures, found, meanError, meanRawError } = summarise(verdicts);
  expect(pictures).toBe(PEOPLE * VIEWS); // cameras are within 45 degrees
  expect(found).toBe(pictures);
  expect(meanError).toBeLessThan(0.04);
  expect(meanError).toBeLessThan(meanRawError); // the offsets between the two were measured on other renderings
});

test('summarise: a missed face, an offset and noise are told apart', () => {
  const verdict = (error: number | undefined, shift: number): PictureVerdict => ({
    key: 'p0', view: 'reference', yaw: 0, isFound: error !== undefined, error, rawError: error && error + 0.01, covers: error === undefined ? ['mask'] : [], isBlinking: false,
    residuals: error === undefined ? undefined : Float32Array.from({ length: 2 * 468 }, (_, i) => (i % 2 === 0 ? 0.03 + shift : 0)),
  });
  const report = summarise([verdict(0.04, 0.01), verdict(0.02, -0.01), verdict(undefined, 0)]);
  expect([report.pictures, report.found]).toEqual([3, 2]);
  expect(report.meanError).toBeCloseTo(0.03, 6);
  expect(report.meanRawError).toBeCloseTo(0.04, 6);
  expect(report.meanErrorWithoutBias).toBeCloseTo(0.01, 6);
  expect(report.within4Percent).toBe(0.5);
  expect(report.byCover).toMatchObject({ 'nothing before the face': { pictures: 2, found: 2 }, mask: { pictures: 1, found: 0 } });
});
