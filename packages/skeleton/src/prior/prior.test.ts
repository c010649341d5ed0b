import { expectClose } from '@onegt/kernels/testing';
import { expect, test } from 'vitest';
import { anglesOf, createCamera, project, viewOf } from '../camera/camera.ts';
import { EXPRESSION_NAMES } from '../expression/names.ts';
import { readFixture } from '../testing/fixtures.ts';
import { HeadPrior } from './prior.ts';

const prior = new HeadPrior(readFixture('prior-small'));
const fixture = readFixture('anchoring');

test("HeadPrior.fit: agrees with PyTorch's fit in f64, with all points and with missing ones", () => {
  const focal = fixture.f32('focal');
  const weight = fixture.f32('weight');
  const image = fixture.f32('image');
  const part = (name: string, size: number, face: number) => fixture.f32(name).slice(face * size, (face + 1) * size);
  for (const face of [0, 1]) {
    const { identity, expression, view } = prior.fit(image.slice(face * 1434, (face + 1) * 1434), weight.slice(face * 478, (face + 1) * 478), focal[face]!);
    expectClose(identity, part('identity', 8, face), 1e-4);
    expectClose(expression, part('expression', 51, face), 1e-4);
    expectClose(view.translation, part('translation', 3, face), 1e-5);
    const r = view.rotation; // column-major
    expectClose([r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]], part('rotation', 9, face), 1e-5);
  }
});

test('HeadPrior.fit: finds the pose and the expression of exact points', () => {
  const expression = new Float64Array(51);
  expression[EXPRESSION_NAMES.indexOf('jawOpen')] = 0.7;
  expression[EXPRESSION_NAMES.indexOf('eyeBlinkLeft')] = 0.9;
  const shape = prior.shape(new Float64Array(8), expression);
  const view = viewOf(createCamera({ yaw: 0.5, pitch: -0.2, roll: 0.1 }));
  const image = project(new Float64Array(1800), shape, view).subarray(0, 1434);
  const fit = prior.fit(image, new Float32Array(478).fill(1), view.focal);
  expect(anglesOf(fit.view.rotation).yaw).toBeCloseTo(0.5, 1);
  expect(fit.expression[EXPRESSION_NAMES.indexOf('jawOpen')]).toBeCloseTo(0.7, 0);
  expect(fit.expression[EXPRESSION_NAMES.indexOf('eyeBlinkLeft')]).toBeGreaterThan(0.6);
  expect(fit.expression[EXPRESSION_NAMES.indexOf('eyeBlinkRight')]).toBeLessThan(0.3);
  const again = project(new Float64Array(1800), prior.shape(fit.identity, fit.expression), fit.view).subarray(0, 1434);
  const errors = Array.from({ length: 478 }, (_, p) => Math.hypot(again[3 * p]! - image[3 * p]!, again[3 * p + 1]! - image[3 * p + 1]!));
  expect(errors.reduce((a, b) => a + b) / 478).toBeLessThan(0.5 / 128); // half a pixel of 256
});

test('HeadPrior.shape: the mean head, and modes that add up', () => {
  const zero = new Float64Array(51);
  expectClose(prior.shape(new Float64Array(8), zero), prior.mean);
  const one = zero.with(24, 1);
  const offset = prior.expressionOffset(one);
  expectClose(prior.shape(new Float64Array(8), one), prior.mean.map((value, i) => value + offset[i]!));
  expect(offset[152 * 3 + 1]).toBeLessThan(-1); // jawOpen lowers the chin by more than a centimetre
});
