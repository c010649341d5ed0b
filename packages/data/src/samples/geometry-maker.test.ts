import { anglesOf, computeCrop, neutralExpression, NUM_POINTS, project, viewOf } from '@onegt/skeleton';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadBuiltInHead } from '../heads/built-in/built-in-head.ts';
import type { HeadModel } from '../heads/head-model.ts';
import { poseHead } from '../heads/pose.ts';
import { createGeometryMaker, sampleSomebody } from './geometry-maker.ts';
import type { SampleMaker } from './maker.ts';
import type { Kind, Sample } from './sample.ts';
import { createSkeletonPoser } from './skeleton-poser.ts';

let head: HeadModel;
let maker: SampleMaker;
beforeAll(async () => {
  head = await loadBuiltInHead();
  maker = createGeometryMaker(head);
});

const make = (kind: Kind, index: number, { seed = 0, views = kind === 'groups' ? 20 : 4 } = {}) => maker.make({ kind, seed, index, size: 256, views, hasPictures: false });
const pose = (sample: Sample, p: number) => sample.poses.subarray(p * NUM_POINTS * 3, (p + 1) * NUM_POINTS * 3);

test('skeleton poser: the same points as posing the whole head, turned eyes included', () => {
  const poser = createSkeletonPoser(head);
  for (const seed of [3, 4]) {
    const { identity } = sampleSomebody(seed, head);
    const expression = { jawOpen: 0.4, eyeLookOutLeft: 0.8, eyeLookInRight: 0.7, eyeLookUpLeft: 0.5, eyeLookUpRight: 0.5, mouthSmileLeft: 1, eyeBlinkLeft: 0.9, eyeBlinkRight: 0.3 };
    const fast = poser.person(identity).pose(expression);
    const { points } = poseHead(head, identity, expression);
    const worst = Math.max(...fast.map((value, i) => Math.abs(value - points[i]!)));
    expect(worst).toBeLessThan(1e-5); // cm
  }
});

describe('groups', () => {
  test('20 cameras see one pose of one person in one setting', async () => {
    const { record, points, poses } = await make('groups', 5);
    expect(record.views).toHaveLength(20);
    expect(poses).toHaveLength(NUM_POINTS * 3);
    expect(record.people.map(({ seed }) => seed)).toEqual([5]);
    expect(new Set(record.views.map(({ camera }) => JSON.stringify(camera))).size).toBe(20);
    expect(new Set(record.views.map(({ expression }) => JSON.stringify(expression))).size).toBe(1);
    // A sample is self-contained: its own view projects its own pose to its own points.
    record.views.forEach(({ camera, view }, v) => {
      const again = project(new Float32Array(NUM_POINTS * 3), poses, viewOf(camera));
      expect(again).toEqual(points.subarray(v * NUM_POINTS * 3, (v + 1) * NUM_POINTS * 3));
      expect(anglesOf(Float64Array.from(view.rotation) as never).yaw).toBeCloseTo(camera.yaw, 6);
    });
  });

  test('of a face turned far to its left, the right cheek is hidden and the left one is not', async () => {
    const samples = await Promise.all([1, 2, 3].map((index) => make('groups', index)));
    const turned = samples.flatMap(({ record, validity }) => record.views.map(({ camera }, v) => ({ yaw: camera.yaw, seen: validity.subarray(v * NUM_POINTS, (v + 1) * NUM_POINTS) }))).filter(({ yaw }) => Math.abs(yaw) > 0.6);
    expect(turned.length).toBeGreaterThan(5);
    // 234 and 454: the outline of the face beside the subject's right and left ear.
    for (const { yaw, seen } of turned) expect([seen[234], seen[454]]).toEqual(yaw > 0 ? [1, 0] : [0, 1]);
  });

  test('the tip of the nose is seen by all cameras, the back of the head by none', async () => {
    const { record, poses, validity } = await make('groups', 7);
    const rearmost = Array.from({ length: NUM_POINTS }, (_, p) => p).reduce((a, b) => (poses[3 * b + 2]! < poses[3 * a + 2]! ? b : a));
    for (let v = 0; v < record.views.length; v++) expect([validity[v * NUM_POINTS + 1], validity[v * NUM_POINTS + rearmost]]).toEqual([1, 0]);
  });
});

describe('triplets', () => {
  test('source and target are one person under one camera in one setting; the target has the driving face’s expression and gaze', async () => {
    const { record, rest } = await make('triplets', 9);
    const [source, driving, target] = record.views;
    expect(record.views.map(({ name }) => name)).toEqual(['source', 'driving', 'target']);
    expect([source!.person, driving!.person, target!.person]).toEqual([0, 1, 0]);
    expect(target!.camera).toEqual(source!.camera);
    expect(target!.setting).toBe(source!.setting);
    expect(target!.expression).toEqual(driving!.expression);
    expect(target!.gaze).toEqual(driving!.gaze);
    expect(target!.expression).not.toEqual(source!.expression);
    expect(driving!.camera).not.toEqual(source!.camera);
    expect(record.people[0]!.seed).not.toBe(record.people[1]!.seed);
    expect(rest).toHaveLength(2 * NUM_POINTS * 3);
  });

  test('target minus rest is what the driving expression does to the source’s own head', async () => {
    const sample = await make('triplets', 10);
    const { points } = poseHead(head, sample.record.people[0]!.identity, sample.record.views[1]!.expression);
    expect(Math.max(...pose(sample, 2).map((value, i) => Math.abs(value - points[i]!)))).toBeLessThan(1e-5);
  });
});

test('pairs: one person, as many cameras and expressions as views', async () => {
  const { record, poses } = await make('pairs', 3);
  expect(record.views.map(({ name, person }) => [name, person])).toEqual([['reference', 0], ['target0', 0], ['target1', 0], ['target2', 0]]);
  expect(poses).toHaveLength(4 * NUM_POINTS * 3);
  for (const field of ['camera', 'expression'] as const) expect(new Set(record.views.map((view) => JSON.stringify(view[field]))).size).toBe(4);
});

test('a person is the same in groups, triplets and pairs, wherever the data set begins', async () => {
  const [group, triplet, pair, shifted] = await Promise.all([make('groups', 12), make('triplets', 12), make('pairs', 12), make('pairs', 2, { seed: 10 })]);
  for (const other of [triplet, pair, shifted]) expect(other.record.people[0]).toEqual(group.record.people[0]);
  expect({ ...shifted.record, seed: 0, index: 12, key: pair.record.key }).toEqual(pair.record);
  expect([shifted.points, shifted.validity]).toEqual([pair.points, pair.validity]);
});

test('the crop is what computeCrop makes of the true points, and near the whole picture for a usual head', async () => {
  const { record, points } = await make('groups', 20);
  const first = points.subarray(0, 468 * 3);
  const landmarks = first.map((value, i) => (i % 3 === 0 ? 128 + 128 * value : i % 3 === 1 ? 128 - 128 * value : -128 * value));
  const { centerX, centerY, size } = computeCrop(landmarks);
  const { crop, camera } = record.views[0]!;
  for (const [a, b] of [[crop.centerX, centerX], [crop.centerY, centerY], [crop.size, size]] as const) expect(Math.abs(a - b)).toBeLessThan(0.01);
  expect(crop.size * camera.zoom).toBeGreaterThan(200);
  expect(crop.size * camera.zoom).toBeLessThan(320);
});

test('people of train and validation seeds are strangers, those who drive triplets too', async () => {
  const seeds = async (first: number) => (await Promise.all(Array.from({ length: 60 }, (_, i) => make('triplets', i, { seed: first })))).flatMap(({ record }) => record.people.map(({ seed }) => seed));
  const [train, validation] = [await seeds(0), await seeds(1_000_000)];
  expect(Math.max(...train)).toBeLessThan(1_000_000);
  expect(Math.min(...validation)).toBeGreaterThanOrEqual(1_000_000);
  expect(Math.max(...validation)).toBeLessThan(2_000_000);
});

test('expressions are not the same twice, and a neutral face is one without coefficients', async () => {
  const samples = await Promise.all(Array.from({ length: 100 }, (_, i) => make('pairs', i, { views: 1 })));
  expect(new Set(samples.map(({ record }) => JSON.stringify(record.views[0]!.expression))).size).toBeGreaterThan(95);
  expect(Object.values(neutralExpression()).every((weight) => weight === 0)).toBe(true);
});
