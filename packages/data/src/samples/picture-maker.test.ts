import type { Gpu } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { depthsOf, NUM_FACE, NUM_POINTS, viewOf } from '@onegt/skeleton';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltInHead } from '../heads/built-in/built-in-head.ts';
import { REGIONS } from '../render/drawable.ts';
import { createGeometryMaker } from './geometry-maker.ts';
import type { SampleRequest } from './maker.ts';
import { PictureMaker } from './picture-maker.ts';
import type { Sample } from './sample.ts';

const SIZE = 96;
let gpu: Gpu;
let maker: PictureMaker;
beforeAll(async () => {
  gpu = await requestGpu({ pollIntervalMs: 1 });
  maker = await PictureMaker.create(gpu, await loadBuiltInHead(), { size: SIZE });
});
afterAll(() => {
  maker.dispose();
  gpu.dispose();
});

const request = (kind: SampleRequest['kind'], index: number, views = 3): SampleRequest => ({ kind, seed: 40, index, size: SIZE, views });
const pixelOf = (points: Float32Array, v: number, p: number) => {
  const at = 3 * (v * NUM_POINTS + p);
  return { column: Math.floor(((points[at]! + 1) / 2) * SIZE), row: Math.floor(((1 - points[at + 1]!) / 2) * SIZE) };
};
/** Regions at the pixel and its neighbours: a point on the silhouette may lie just beside it. */
const regionsAround = (sample: Sample, v: number, p: number) => {
  const { column, row } = pixelOf(sample.points, v, p);
  const clamp = (value: number) => Math.min(SIZE - 1, Math.max(0, value));
  return [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x) => REGIONS[sample.pictures[v]!.regions[clamp(row + y) * SIZE + clamp(column + x)]!]!));
};
/** Share of pixels of a region that differ at all, where both pictures show it. */
const differing = (a: Sample['pictures'][number], b: Sample['pictures'][number], region: number) => {
  let [same, total] = [0, 0];
  for (let i = 0; i < SIZE * SIZE; i++) {
    if (a.regions[i] !== region || b.regions[i] !== region) continue;
    total++;
    if ([0, 1, 2].every((c) => a.rgb[3 * i + c] === b.rgb[3 * i + c])) same++;
  }
  return { share: 1 - same / total, total };
};

describe('pictures', () => {
  let group: Sample;
  beforeAll(async () => {
    group = await maker.make(request('groups', 0, 6));
  });

  test('the same sample again, alone and beside others, has the same bytes', async () => {
    const [again, , triplet] = await Promise.all([maker.make(request('groups', 0, 6)), maker.make(request('pairs', 1)), maker.make(request('triplets', 2))]);
    expect(again).toEqual(group);
    expect(triplet.pictures[0]).not.toEqual(triplet.pictures[1]);
  });

  test('geometry is that of the maker without pictures; validity knows more and never sees what lies outside', async () => {
    const geometry = await createGeometryMaker(await loadBuiltInHead()).make({ ...request('groups', 0, 6), hasPictures: false });
    expect([group.points, group.poses, group.rest]).toEqual([geometry.points, geometry.poses, geometry.rest]);
    for (let i = 0; i < group.validity.length; i++) {
      const inside = Math.abs(group.points[3 * i]!) <= 1 && Math.abs(group.points[3 * i + 1]!) <= 1;
      if (!inside) expect(group.validity[i]).toBe(0);
    }
  });

  test('projected points land on what they are points of', () => {
    for (let v = 0; v < group.record.views.length; v++) {
      const seen = (p: number) => group.validity[v * NUM_POINTS + p] === 1;
      // Nose tip, nose and its bridge: skin, or what is worn over it.
      for (const p of [1, 4, 5]) if (seen(p)) expect(regionsAround(group, v, p).some((region) => ['face', 'glasses', 'accessory'].includes(region))).toBe(true);
      for (const p of [468, 473]) if (seen(p)) expect(regionsAround(group, v, p)).toContain('eye');
      const valid = Array.from({ length: NUM_FACE }, (_, p) => p).filter(seen);
      expect(valid.length).toBeGreaterThan(150);
      for (const p of valid) expect(regionsAround(group, v, p).some((region) => region !== 'background')).toBe(true);
    }
  });

  test('the back of the head is hidden from every camera, the nearer cheek is seen', () => {
    const { record, poses, validity } = group;
    const rearmost = Array.from({ length: NUM_POINTS }, (_, p) => p).reduce((a, b) => (poses[3 * b + 2]! < poses[3 * a + 2]! ? b : a));
    record.views.forEach(({ camera, pose }, v) => {
      expect(validity[v * NUM_POINTS + rearmost]).toBe(0);
      const depths = depthsOf(new Float32Array(NUM_POINTS), poses.subarray(pose * NUM_POINTS * 3, (pose + 1) * NUM_POINTS * 3), viewOf(camera));
      const [near, far] = depths[50]! < depths[280]! ? [50, 280] : [280, 50]; // middle of the right and left cheek
      if (Math.abs(camera.yaw) > 0.3) expect(validity[v * NUM_POINTS + near]).toBeGreaterThanOrEqual(validity[v * NUM_POINTS + far]!);
    });
  });

  test('the record says everything: looks, settings, qualities, as plain data', () => {
    const { people, settings, views, hasPictures } = JSON.parse(JSON.stringify(group.record)) as Sample['record'];
    expect({ people, settings, views, hasPictures }).toEqual({ people: group.record.people, settings: group.record.settings, views: group.record.views, hasPictures: true });
    expect(Object.keys(people[0]!.look as object)).toEqual(expect.arrayContaining(['skin', 'eyes', 'hair', 'facialHair', 'clothes']));
    expect(settings[0]).toMatchObject({ frame: 'world' });
    for (const { jpegQuality } of views) expect(jpegQuality).toBe((settings[0] as unknown as { photo: { jpegQuality: number } }).photo.jpegQuality);
  });
});

test('a triplet’s target differs from its source in the expression only: the background is the same, the face is not', async () => {
  const { pictures: [source, , target], record } = await maker.make(request('triplets', 5));
  expect(record.settings[0]).toMatchObject({ frame: 'camera' });
  const background = differing(source!, target!, REGIONS.indexOf('background'));
  expect(background.total).toBeGreaterThan(500);
  expect(background.share).toBeLessThan(0.15); // edges of the head move, lens and sharpening spread them
  expect(differing(source!, target!, REGIONS.indexOf('face')).share).toBeGreaterThan(0.5);
});

test('an aborted sample rejects with the reason and gives its memory back', async () => {
  const abort = new AbortController();
  const pending = maker.make(request('groups', 3, 8), abort.signal);
  setTimeout(() => abort.abort(), 5);
  await expect(pending).rejects.toMatchObject({ name: 'AbortError' });
});

test('dispose returns memory to its starting value', async () => {
  const before = gpu.memory().liveBytes;
  const other = await PictureMaker.create(gpu, await loadBuiltInHead(), { size: 32 });
  await other.make({ ...request('pairs', 0, 1), size: 32 });
  expect(gpu.memory().liveBytes).toBeGreaterThan(before);
  other.dispose();
  other.dispose();
  expect(gpu.memory().liveBytes).toBe(before);
  await expect(other.make({ ...request('pairs', 0, 1), size: 32 })).rejects.toMatchObject({ name: 'DisposedError' });
});
