import { randomArray } from '@onegt/kernels/testing';
import { expect, test } from 'vitest';
import { anglesOf, rotationOf } from '../camera/camera.ts';
import { solveCholesky } from './cholesky.ts';
import { weakPerspective } from './weak-perspective.ts';

test('solveCholesky: a 2 x 2 system by hand', () => {
  const b = Float64Array.of(10, 9);
  expect(solveCholesky(Float64Array.of(4, 0, 2, 3), b)).toBe(true); // [[4, 2], [2, 3]] x = b
  expect([...b].map((value) => value.toFixed(9))).toEqual(['1.500000000', '2.000000000']);
});

test('solveCholesky: a matrix that is not positive definite is reported', () => {
  expect(solveCholesky(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1))).toBe(false);
});

test('weakPerspective: finds rotation, scale and offset of exact points, and ignores points of weight 0', () => {
  const shape = randomArray(60, 1, 8);
  const r = rotationOf(new Float64Array(9), { yaw: 0.6, pitch: -0.3, roll: 0.2 });
  const image = new Float64Array(40);
  for (let p = 0; p < 20; p++) {
    const [x, y, z] = shape.subarray(3 * p) as unknown as [number, number, number];
    image[2 * p] = 0.05 * (r[0] * x + r[3] * y + r[6] * z) + 0.1;
    image[2 * p + 1] = 0.05 * (r[1] * x + r[4] * y + r[7] * z) - 0.2;
  }
  image[7] = 99;
  const weight = new Float64Array(20).fill(1);
  weight[3] = 0;
  const { rotation, scale, offset } = weakPerspective(shape, image, weight);
  const { yaw, pitch, roll } = anglesOf(rotation);
  [yaw, pitch, roll, scale, ...offset].forEach((value, i) => expect(value).toBeCloseTo([0.6, -0.3, 0.2, 0.05, 0.1, -0.2][i]!, 6));
});
