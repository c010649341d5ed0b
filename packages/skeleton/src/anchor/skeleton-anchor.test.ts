import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DisposedError, type Gpu, WeightsError } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { expectClose, expectNoLeak } from '@onegt/kernels/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXPRESSION_NAMES } from '../expression/names.ts';
import { readFixture } from '../testing/fixtures.ts';
import type { SourceSkeleton } from './anchor.ts';
import { SkeletonAnchor } from './skeleton-anchor.ts';

const weights = new URL('../../../weights-nano/weights/', import.meta.url);
const fixture = readFixture('shipped');
const landmarks = (face: number) => fixture.f32('landmarks').slice(face * 1434, (face + 1) * 1434);
const crop = { centerX: Number(fixture.metadata['centerX']), centerY: Number(fixture.metadata['centerY']), size: Number(fixture.metadata['size']) };

/** The contract of issue 2: relative error in f32, over the range of the result. */
const TOLERANCE = 1e-3;

let gpu: Gpu;
let anchor: SkeletonAnchor;
let source: SourceSkeleton;
beforeAll(async () => {
  gpu = await requestGpu();
  anchor = await SkeletonAnchor.load(gpu, weights);
  source = await anchor.encode(landmarks(0), crop);
});
afterAll(() => {
  anchor?.dispose();
  gpu?.dispose();
});

test('the fixture belongs to the shipped weights; otherwise run training/onegt/fixtures_skeleton.py', () => {
  for (const name of ['prior', 'nonrigid', 'rigid']) {
    const hash = createHash('sha256').update(readFileSync(new URL(`${name}.safetensors`, weights))).digest('hex');
    expect(hash).toBe(fixture.metadata[`${name}.safetensors`]);
  }
});

test('SkeletonAnchor.encode: landmarks in pixels to 600 points, as PyTorch', () => {
  expectClose(source.points, fixture.f32('encoded'), TOLERANCE);
});

test('SkeletonAnchor.anchor: a named expression under another camera, as PyTorch', async () => {
  const points = await anchor.anchor(source, { camera: { yaw: 0.5, pitch: 0.1, roll: -0.05 }, expression: { jawOpen: 0.6 } });
  expectClose(points, fixture.f32('jawOpen.yaw'), TOLERANCE);
});

test('SkeletonAnchor.anchor: a driving face with unseen points under another camera, as PyTorch', async () => {
  const driving = anchor.observe(landmarks(1), crop, { weight: fixture.f32('weight').slice(478) });
  const points = await anchor.anchor(source, { camera: { yaw: -0.4, pitch: 0, roll: 0 }, driving });
  expectClose(points, fixture.f32('driven.yaw'), TOLERANCE);
});

test("SkeletonAnchor.anchor: an empty target is the photograph's own skeleton", async () => {
  expectClose(await anchor.anchor(source, {}), source.points, 1e-6);
});

test('SkeletonAnchor.anchor: positive yaw turns the nose to the right of the picture', async () => {
  const [left, right] = await Promise.all([anchor.anchor(source, { camera: { yaw: -0.5 } }), anchor.anchor(source, { camera: { yaw: 0.5 } })]);
  expect(right[3]! - left[3]!).toBeGreaterThan(0.2); // point 1 is the tip of the nose
});

test('SkeletonAnchor.anchor: a clip that stays at its first frame leaves the source as it is', async () => {
  const driving = anchor.observe(landmarks(1), crop);
  const still = await anchor.anchor(source, { driving, drivingReference: driving });
  const moved = await anchor.anchor(source, { driving });
  const distance = (a: Float32Array) => a.reduce((sum, value, i) => sum + Math.abs(value - source.points[i]!), 0);
  expect(distance(still)).toBeLessThan(0.5 * distance(moved));
});

test('SkeletonAnchor: expressions and cameras that do not exist are refused before any work', async () => {
  await expect(anchor.anchor(source, { expression: { ['jawOpn' as 'jawOpen']: 1 } })).rejects.toThrow(/jawOpen/);
  await expect(anchor.anchor(source, { camera: { zoom: -1 } })).rejects.toThrow(/zoom/);
  expect(EXPRESSION_NAMES[24]).toBe('jawOpen'); // as the fixture assumes
});

test('SkeletonAnchor: loading, using and disposing leaves no memory behind', async () => {
  await expectNoLeak(gpu, async () => {
    using other = await SkeletonAnchor.load(gpu, weights);
    const encoded = await other.encode(landmarks(0), crop);
    other.dispose();
    await expect(other.anchor(encoded, {})).rejects.toThrow(DisposedError);
  });
});

test('SkeletonAnchor.load: a missing file is named', async () => {
  await expect(SkeletonAnchor.load(gpu, '/nowhere')).rejects.toThrow(WeightsError);
});
