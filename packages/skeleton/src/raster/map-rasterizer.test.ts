import { DisposedError, type Gpu, ShapeMismatchError } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { expectNoLeak } from '@onegt/kernels/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCamera, project, viewOf } from '../camera/camera.ts';
import { readFixture } from '../testing/fixtures.ts';
import { skeletonTopology } from '../topology/topology.ts';
import { MapRasterizer } from './map-rasterizer.ts';
import { skeletonMapReference } from './map-rasterizer.reference.ts';

let gpu: Gpu;
beforeAll(async () => { gpu = await requestGpu(); });
afterAll(() => gpu.dispose());

const topology = skeletonTopology();
const posed = (yaw: number, zoom = 1) => project(new Float32Array(1800), topology.meanHead, viewOf(createCamera({ yaw, zoom })));

/**
 * Pixels of which any channel differs by more than 1e-3. Rounding moves a few pixel centres across an edge, where the
 * region or the visible surface jumps; everywhere else the maps must agree.
 */
function differingPixels(actual: Float32Array, expected: Float32Array): number {
  let count = 0;
  for (let i = 0; i < expected.length; i += 10) {
    if (expected.subarray(i, i + 10).some((value, k) => !(Math.abs(value - actual[i + k]!) <= 1e-3))) count++;
  }
  return count;
}

async function draw(points: Float32Array, size: number): Promise<Float32Array> {
  using rasterizer = await MapRasterizer.create(gpu, { size });
  using map = rasterizer.rasterize(points);
  expect(map.shape).toEqual([size, size, 10]);
  return map.read();
}

test('MapRasterizer: agrees with skeleton_map.cpp', async () => {
  const fixture = readFixture('map');
  const expected = fixture.f32('map');
  expect(differingPixels(skeletonMapReference(fixture.f32('points'), topology, 64), expected)).toBeLessThanOrEqual(4);
  expect(differingPixels(await draw(fixture.f32('points'), 64), expected)).toBeLessThanOrEqual(4);
});

test('MapRasterizer: agrees with the reference at sizes that are no multiple of the tile, and beyond the edge', async () => {
  for (const [yaw, zoom, size] of [[0, 1, 33], [-0.9, 2.5, 47], [2.5, 1, 16]] as const) {
    const points = posed(yaw, zoom);
    expect(differingPixels(await draw(points, size), skeletonMapReference(points, topology, size))).toBeLessThanOrEqual(3);
  }
});

test('MapRasterizer: a frontal head has eyes with irises, a mouth between closed lips is hidden, corners are empty', async () => {
  const size = 64;
  const map = await draw(posed(0), size);
  const sum = (channel: number) => map.reduce((total, value, i) => (i % 10 === channel ? total + value : total), 0);
  expect(sum(6)).toBeGreaterThan(0.3 * size * size);
  expect(sum(7)).toBeGreaterThan(10);
  expect(sum(9)).toBeGreaterThan(1);
  expect(sum(9)).toBeLessThan(sum(7));
  expect([...map.subarray(0, 10)]).toEqual(new Array(10).fill(0));
  const centre = map.subarray(((size / 2) * size + size / 2) * 10);
  expect(centre[2]).toBeGreaterThan(0.5); // the face is in front of the head's centre
  expect(centre[5]).toBeGreaterThan(0.5); // and looks at the viewer
});

test('MapRasterizer: maps belong to the caller; disposing frees everything', async () => {
  await expectNoLeak(gpu, async () => {
    using rasterizer = await MapRasterizer.create(gpu, { size: 32 });
    using first = rasterizer.rasterize(posed(0));
    using second = rasterizer.rasterize(posed(0.8));
    expect(await first.read()).not.toEqual(await second.read());
    expect(() => rasterizer.rasterize(new Float32Array(9))).toThrow(ShapeMismatchError);
    rasterizer.dispose();
    expect(() => rasterizer.rasterize(posed(0))).toThrow(DisposedError);
  });
});
