import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { applySimilarity, fitSimilarity, fitWarp } from './warp.ts';

const close = (a: ArrayLike<number>, b: ArrayLike<number>, digits = 9): void => Array.from(a).forEach((value, i) => expect(value).toBeCloseTo(b[i]!, digits));

describe('fitSimilarity', () => {
  it('finds a quarter turn about y, twice the size, and a shift', () => {
    const from = [1, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9, 9];
    const to = [5, 0, -2, 5, 2, 0, 7, 0, 0, 0, 0, 0]; // x -> -z, z -> x
    const fit = fitSimilarity(from, to, [0, 1, 2]);
    expect(fit.scale).toBeCloseTo(2);
    close(fit.rotation, [0, 0, 1, 0, 1, 0, -1, 0, 0]);
    close(fit.translation, [5, 0, 0]);
    close(applySimilarity(new Float64Array(9), from.slice(0, 9), fit), to.slice(0, 9));
  });

  it('finds half turns and none, and never mirrors', () => {
    const random = createRandom(2, 'cloud');
    const cloud = Float64Array.from({ length: 60 }, () => random.normal());
    const use = Array.from({ length: 20 }, (_, i) => i);
    const half = cloud.map((value, i) => (i % 3 === 1 ? value : -value));
    close(fitSimilarity(cloud, half, use).rotation, [-1, 0, 0, 0, 1, 0, 0, 0, -1]);
    close(fitSimilarity(cloud, cloud, use).rotation, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const r = fitSimilarity(cloud, cloud.map((value, i) => (i % 3 === 0 ? -value : value)), use).rotation;
    const determinant = r[0]! * (r[4]! * r[8]! - r[5]! * r[7]!) - r[1]! * (r[3]! * r[8]! - r[5]! * r[6]!) + r[2]! * (r[3]! * r[7]! - r[4]! * r[6]!);
    expect(determinant).toBeCloseTo(1);
    expect(fitSimilarity(cloud, half, use, 3).scale).toBe(3);
  });
});

describe('fitWarp', () => {
  it('passes through its points without noise, and leaves what is far away', () => {
    const from = [0, 0, 0, 5, 0, 0, 0, 5, 0];
    const to = [0, 1, 0, 5, 0, -0.5, 0.2, 5, 0];
    const warp = fitWarp(from, to, [0, 1, 2], { noise: 1e-6 });
    close(warp(from), to, 6);
    close(warp([0, 200, 0]), [0, 200, 0], 6);
  });

  it('follows points less the more noise they are said to have', () => {
    const shift = (noise: number | number[]): number => fitWarp([0, 0, 0], [1, 0, 0], [0], { spread: 1, noise })([0, 0, 0])[0]!;
    expect(shift(1)).toBeCloseTo(0.5);
    expect(shift([3])).toBeCloseTo(0.1);
    expect(shift(0)).toBeCloseTo(1);
  });

  it('ignores points that do not count', () => {
    const warp = fitWarp([0, 0, 0, 1, 0, 0], [0, 0, 1, 99, 99, 99], [0], { noise: 1e-6 });
    close(warp([0, 0, 0]), [0, 0, 1], 6);
  });
});
