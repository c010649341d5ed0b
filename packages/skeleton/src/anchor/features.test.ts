import { expectClose } from '@onegt/kernels/testing';
import { test } from 'vitest';
import { rotationOf } from '../camera/camera.ts';
import { HeadPrior } from '../prior/prior.ts';
import { readFixture } from '../testing/fixtures.ts';
import { nonrigidInputs, rigidInputs } from './features.ts';
import { observeInCrop } from './observe.ts';

const prior = new HeadPrior(readFixture('prior-small'));
const fixture = readFixture('anchoring');
const part = (name: string, face: number): Float32Array => {
  const all = fixture.f32(name);
  return all.slice((face * all.length) / 2, ((face + 1) * all.length) / 2);
};
const face = (index: number) => observeInCrop(prior, part('image', index), part('weight', index), part('focal', index)[0]!);
const [source, driving] = [face(0), face(1)];

test('observe: the start and the aligned depth agree with PyTorch', () => {
  for (const [index, observed] of [source, driving].entries()) {
    expectClose(observed.start, part('start', index), 1e-4);
    expectClose(observed.detected, part('detected', index), 1e-4);
  }
});

test('nonrigidInputs: a driving face gives the same rows as PyTorch', () => {
  const inputs = nonrigidInputs(prior, source, driving, driving.expression);
  for (const name of ['features', 'conditions', 'start'] as const) expectClose(inputs[name], fixture.f32(`driven.${name}`), 2e-4);
});

test('nonrigidInputs: an expression by names gives the same rows as PyTorch', () => {
  const inputs = nonrigidInputs(prior, source, undefined, Float64Array.from(fixture.f32('wanted')));
  for (const name of ['features', 'conditions', 'start'] as const) expectClose(inputs[name], fixture.f32(`named.${name}`), 2e-4);
});

test('rigidInputs: the same rows as PyTorch', () => {
  const { start } = nonrigidInputs(prior, source, driving, driving.expression);
  const target = { ...source.view, rotation: rotationOf(new Float64Array(9), { yaw: -0.5, pitch: 0.2, roll: 0.1 }) };
  const inputs = rigidInputs(prior, start, source, target);
  for (const name of ['features', 'conditions', 'start'] as const) expectClose(inputs[name], fixture.f32(`rigid.${name}`), 2e-4);
});
