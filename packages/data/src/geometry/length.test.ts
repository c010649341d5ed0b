import { expect, test } from 'vitest';
import { createRandom } from '../random/random.ts';
import { boundsOf } from './bounds.ts';
import { length2, length3 } from './length.ts';

test('length: right angles whose sides are whole numbers, in any order and sign', () => {
  expect([length2(3, 4), length2(-4, 3), length2(0, -7), length2(0, 0)]).toEqual([5, 5, 7, 0]);
  expect([length3(2, 3, 6), length3(-6, 2, -3), length3(0, 0, -0.5), length3(0, 0, 0), length3(1, 4, 8)]).toEqual([7, 7, 0.5, 0, 9]);
});

test('length: what cannot be squared has a length all the same', () => {
  expect(length2(3e200, 4e200) / 5e200).toBeCloseTo(1, 14);
  expect(length3(2e-200, 3e-200, 6e-200) / 7e-200).toBeCloseTo(1, 14);
});

test('length: what Math.hypot says, within the last bit', () => {
  const random = createRandom(1, 'length');
  for (let i = 0; i < 20000; i++) {
    const [x, y, z] = [random.normal(0, 10), random.chance(0.1) ? 0 : random.normal(0, 0.01), random.normal(0, 1)];
    expect(Math.abs(length2(x, y) / Math.hypot(x, y) - 1)).toBeLessThan(3e-16);
    expect(Math.abs(length3(x, y, z) / Math.hypot(x, y, z) - 1)).toBeLessThan(3e-16);
  }
});

test('boundsOf: the corners of the smallest box', () => {
  expect([...boundsOf(Float32Array.of(1, -2, 3, -4, 5, 0.5))]).toEqual([-4, -2, 0.5, 1, 5, 3]);
});
