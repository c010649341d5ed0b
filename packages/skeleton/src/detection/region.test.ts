import { describe, expect, it } from 'vitest';
import { type Region, regionAround, rollBetween, toPicture } from './region.ts';

const close = (actual: readonly number[], expected: readonly number[]) => actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));

describe('toPicture', () => {
  const region: Region = { centerX: 100, centerY: 50, size: 20, rotationRadians: 0 };

  it('maps the corners of an upright region', () => {
    close(toPicture(region, 0, 0), [90, 40]);
    close(toPicture(region, 1, 1), [110, 60]);
  });

  it('turns clockwise on screen: after a quarter turn the region\'s right side looks down', () => {
    close(toPicture({ ...region, rotationRadians: Math.PI / 2 }, 1, 0.5), [100, 60]);
  });

  it('mirrors left and right inside the region, before it is turned', () => {
    close(toPicture({ ...region, mirrored: true }, 1, 0), [90, 40]);
    close(toPicture({ ...region, mirrored: true, rotationRadians: Math.PI / 2 }, 1, 0.5), [100, 40]);
  });
});

describe('rollBetween', () => {
  it('is 0 for a level line to the right, positive clockwise', () => {
    expect(rollBetween([0, 0], [5, 0])).toBeCloseTo(0);
    expect(rollBetween([0, 0], [0, 5])).toBeCloseTo(Math.PI / 2);
    expect(Math.abs(rollBetween([5, 0], [0, 0]))).toBeCloseTo(Math.PI);
  });
});

describe('regionAround', () => {
  it('is the square of the longer side around the points, enlarged', () => {
    const points = new Float32Array([10, 20, 7, 50, 30, -7, 999, 999, 0]);
    const { centerX, centerY, size } = regionAround(points, [0, 1], 0, 1.5);
    close([centerX, centerY, size], [30, 25, 60]);
  });

  it('measures along its own axes', () => {
    const points = new Float32Array([0, 0, 0, 30, 30, 0]);
    const { centerX, centerY, size } = regionAround(points, [0, 1], Math.PI / 4, 1);
    close([centerX, centerY, size], [15, 15, 30 * Math.SQRT2]);
  });
});
