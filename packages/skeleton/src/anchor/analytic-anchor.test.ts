import { parseSafetensors, serializeSafetensors } from '@onegt/kernels';
import { expectClose } from '@onegt/kernels/testing';
import { expect, test } from 'vitest';
import { createCamera, project, viewOf } from '../camera/camera.ts';
import { HeadPrior } from '../prior/prior.ts';
import { readFixture } from '../testing/fixtures.ts';
import { computeCrop, InvalidLandmarksError } from '../crop/crop.ts';
import type { Anchor } from './anchor.ts';
import { AnalyticAnchor } from './analytic-anchor.ts';

const prior = new HeadPrior(readFixture('prior-small'));
const anchor: Anchor = new AnalyticAnchor(prior);

/** Landmarks of a head of the prior in a picture of 800 x 800, with a z that has its own zero, as detectors give it. */
function landmarksOf(identity: number, jawOpen: number, yaw: number): Float32Array {
  const expression = new Float64Array(51);
  expression[24] = jawOpen;
  const points = project(new Float32Array(1800), prior.shape(new Float64Array(8).fill(identity), expression), viewOf(createCamera({ yaw })));
  return Float32Array.from({ length: 1434 }, (_, i) => [400, 400, 77][i % 3]! + [400, -400, -400][i % 3]! * points[i]!);
}

const mouthOpening = (points: Float32Array) => points[3 * 13 + 1]! - points[3 * 14 + 1]!; // inner lips
const encode = (landmarks: Float32Array) => anchor.encode(landmarks, computeCrop(landmarks));

test('AnalyticAnchor: the photograph comes back in its own view', async () => {
  const landmarks = landmarksOf(0.5, 0.2, 0.3);
  const source = await encode(landmarks);
  expect(source.angles.yaw).toBeCloseTo(0.3, 1);
  const nose = source.points.subarray(3, 6);
  const { centerX, centerY, size } = computeCrop(landmarks);
  expect(centerX + (nose[0]! * size) / 2).toBeCloseTo(landmarks[3]!, -1);
  expect(centerY - (nose[1]! * size) / 2).toBeCloseTo(landmarks[4]!, -1);
  expectClose(await anchor.anchor(source, {}), source.points, 1e-6);
});

test('AnalyticAnchor: names replace, offsets add, a driving face replaces, and names on top of it add', async () => {
  const source = await encode(landmarksOf(0.5, 0.1, 0));
  const driving = await encode(landmarksOf(-0.5, 0.6, 0.4));
  const opening = async (target: Parameters<Anchor['anchor']>[1]) => mouthOpening(await anchor.anchor(source, target));
  const own = mouthOpening(source.points);
  const driven = await opening({ driving });
  expect(await opening({ expression: { jawOpen: 0.8 } })).toBeGreaterThan(own + 0.05);
  expect(await opening({ offsets: { jawOpen: 0.3 } })).toBeGreaterThan(own + 0.02);
  expect(driven).toBeGreaterThan(own + 0.05);
  expect(await opening({ driving, expression: { jawOpen: 0.2 } })).toBeGreaterThan(driven + 0.01);
  expect(await opening({ driving, drivingReference: driving })).toBeCloseTo(own, 5);
});

test('AnalyticAnchor: 468 landmarks do, and unseen points do not pull', async () => {
  const landmarks = landmarksOf(0.5, 0.1, 0.2);
  const crop = computeCrop(landmarks);
  const source = anchor.observe(landmarks.subarray(0, 1404), crop);
  expect(source.weight[470]).toBe(0);
  expect([...source.detected.subarray(1404)]).toEqual(new Array(30).fill(0));
  const broken = landmarks.slice();
  const weight = new Float32Array(478).fill(1);
  for (let p = 200; p < 230; p++) {
    broken[3 * p] = 5000;
    weight[p] = 0;
  }
  const robust = anchor.observe(broken, crop, { weight });
  expect(robust.angles.yaw).toBeCloseTo(0.2, 1);
  expectClose(robust.start.subarray(0, 600), anchor.observe(landmarks, crop).start.subarray(0, 600), 0.02);
});

test('observe: too few seen points, and weights that fit nothing, are refused', () => {
  const landmarks = landmarksOf(0, 0, 0);
  const crop = computeCrop(landmarks);
  expect(() => anchor.observe(landmarks, crop, { weight: new Float32Array(478) })).toThrowErrorMatchingInlineSnapshot(`[InvalidLandmarksError: The weights of the landmarks sum to 0.0: at least 60 seen points are needed to fit a head.]`);
  expect(() => anchor.observe(landmarks, crop, { weight: [1] })).toThrow(InvalidLandmarksError);
  expect(() => anchor.observe(landmarks, crop, { weight: new Float32Array(478).fill(2) })).toThrow(InvalidLandmarksError);
});

test("observe: a detector's known bias is taken out", () => {
  const expectedPrior = new HeadPrior(withBias(new Float32Array(1434)));
  const bias = Float32Array.from({ length: 1434 }, (_, i) => (i < 120 && i % 3 === 1 ? 0.4 : 0)); // 40 points seen 4 mm too high
  const biasedPrior = new HeadPrior(withBias(bias));
  const view = viewOf(createCamera({ yaw: 0.2 }));
  const head = expectedPrior.shape(new Float64Array(8), new Float64Array(51));
  const seenHead = head.map((value, i) => value + (bias[i] ?? 0));
  const landmarks = (points: Float32Array) => {
    const image = project(new Float32Array(1800), points, view);
    return Float32Array.from({ length: 1434 }, (_, i) => [400, 400, 0][i % 3]! + [400, -400, -400][i % 3]! * image[i]!);
  };
  const crop = computeCrop(landmarks(head));
  const truth = new AnalyticAnchor(expectedPrior).observe(landmarks(head), crop).detected;
  const worst = (prior: HeadPrior) => {
    const { detected } = new AnalyticAnchor(prior).observe(landmarks(seenHead), crop);
    return Math.max(...truth.map((value, i) => (i % 3 === 2 ? 0 : Math.abs(detected[i]! - value))));
  };
  expect(worst(expectedPrior)).toBeGreaterThan(0.015);
  expect(worst(biasedPrior)).toBeLessThan(0.003);
});

/** The small prior with another detector bias `[478, 3]`. */
function withBias(bias: Float32Array) {
  const file = readFixture('prior-small');
  const tensors = Object.fromEntries(file.names().filter((name) => name !== 'detector_bias').map((name) => [name, name === 'rigid' ? { data: file.i32(name), shape: file.shape(name) } : { data: file.f32(name), shape: file.shape(name) }]));
  return parseSafetensors(serializeSafetensors({ ...tensors, detector_bias: { data: bias, shape: [478, 3] } }));
}
