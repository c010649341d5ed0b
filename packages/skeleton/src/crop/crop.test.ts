import { runOnce, cropResize, type Gpu } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { createRandom, expectClose } from '@onegt/kernels/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCamera, project, viewOf, type Camera } from '../camera/camera.ts';
import { skeletonTopology } from '../topology/topology.ts';
import { computeCrop, cropImage, InvalidLandmarksError, landmarksInCrop, pointsInPicture } from './crop.ts';

let gpu: Gpu;
beforeAll(async () => { gpu = await requestGpu(); });
afterAll(() => gpu.dispose());

/** The mean head in a picture of 1000 x 1000 pixels, as a detector would place it. */
function landmarksUnder(changes: Partial<Camera>, count = 478): Float32Array {
  const points = project(new Float32Array(1800), skeletonTopology().meanHead, viewOf(createCamera(changes)));
  return Float32Array.from({ length: count * 3 }, (_, i) => [500, 500, 0][i % 3]! + [500, -500, -500][i % 3]! * points[i]!);
}

test('computeCrop: the mean head in the standard framing gives the whole picture back', () => {
  const { centerX, centerY, size } = computeCrop(landmarksUnder({}));
  for (const [value, expected] of [[centerX, 500], [centerY, 500], [size, 1000]] as const) expect(Math.abs(value - expected)).toBeLessThan(2);
});

test('computeCrop: the framing does not change with yaw, pitch and roll', () => {
  for (const angles of [{ yaw: 0.7 }, { yaw: -0.7, pitch: 0.2 }, { pitch: -0.35 }, { roll: 0.6 }]) {
    const { centerX, centerY, size } = computeCrop(landmarksUnder(angles));
    expect(Math.hypot(centerX - 500, centerY - 500)).toBeLessThan(2);
    expect(Math.abs(size - 1000)).toBeLessThan(2);
  }
});

test('computeCrop: it follows the face, and 468 points do', () => {
  const landmarks = landmarksUnder({}, 468).map((value, i) => (i % 3 === 2 ? value / 4 : value / 4 + [1000, 300][i % 3]!));
  const { centerX, centerY, size } = computeCrop(landmarks);
  for (const [value, expected] of [[size, 250], [centerX, 1125], [centerY, 425]] as const) expect(Math.abs(value - expected)).toBeLessThan(0.5);
});

test('computeCrop: things that are no face are refused', () => {
  expect(() => computeCrop(new Float32Array(204))).toThrowErrorMatchingInlineSnapshot(`[InvalidLandmarksError: There are 204 numbers of landmarks; 1404 (468 points x, y, z) or 1434 (478, with irises) are needed.]`);
  expect(() => computeCrop(new Float32Array(1434))).toThrowErrorMatchingInlineSnapshot(`[InvalidLandmarksError: The landmarks are all in one place or on one line: they are not the points of a face.]`);
  expect(() => computeCrop(landmarksUnder({}).fill(Number.NaN, 30, 31))).toThrow(InvalidLandmarksError);
});

test('landmarksInCrop: pixels to crop units and back; z turns towards the viewer', () => {
  const crop = { centerX: 50, centerY: 40, size: 20 };
  const landmarks = new Float32Array(468 * 3);
  landmarks.set([60, 30, -5]);
  const points = landmarksInCrop(landmarks, crop);
  expect([...points.subarray(0, 3)]).toEqual([1, 1, 0.5]);
  expect([...pointsInPicture(points, crop).subarray(0, 2)]).toEqual([60, 30]);
  expect([...points.subarray(468 * 3)]).toEqual(new Array(30).fill(0));
});

test('cropImage: a crop beyond the edge continues the edge pixels, never black', () => {
  const image = { width: 2, height: 1, data: Uint8Array.of(10, 20, 30, 255, 200, 100, 50, 255) };
  const { data } = cropImage(image, { centerX: 1, centerY: 0.5, size: 8 }, 4);
  const row = Array.from({ length: 4 }, (_, x) => data[x * 4]);
  expect([row[0], row[3]]).toEqual([10, 200]);
  expect(data[3]).toBe(255);
  expect([...data.subarray(0, 16)]).toEqual([...data.subarray(48, 64)]);
});

test('cropImage: agrees with cropResize on the GPU, shrinking and growing', async () => {
  const next = createRandom(1);
  const [width, height] = [53, 41];
  const data = Uint8Array.from({ length: width * height * 4 }, () => next() * 255);
  using packed = gpu.tensor(new Uint32Array(data.buffer), [height, width]);
  for (const crop of [{ centerX: 30.3, centerY: 12.7, size: 45.5 }, { centerX: 10, centerY: 20, size: 7.3 }]) {
    const expected = await runOnce(gpu, (ops) => cropResize(ops, packed, crop, 16));
    const actual = cropImage({ width, height, data }, crop, 16);
    expectClose(actual.data.filter((_, i) => i % 4 !== 3), expected, 0.51 / Math.max(...expected)); // rounding to bytes
  }
});
