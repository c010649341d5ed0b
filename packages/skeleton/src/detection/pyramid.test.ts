import { describe, expect, it } from 'vitest';
import type { Image } from './image.ts';
import { Pyramid } from './pyramid.ts';

/** A picture from a function of its pixels; the three channels are v, v + 1, v + 2. */
function picture(width: number, height: number, value: (x: number, y: number) => number): Image {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 4) data.set([value(x, y), value(x, y) + 1, value(x, y) + 2, 255], p);
  }
  return { width, height, data };
}

const bytes = { range: [0, 255], border: 'black' } as const;
const reds = (sample: Float32Array) => Array.from(sample.filter((_, i) => i % 3 === 0), (value) => Math.round(value * 1000) / 1000);

describe('Pyramid.sample', () => {
  it('copies pixels when the region is the picture', () => {
    const image = picture(2, 2, (x, y) => 10 * x + 100 * y);
    const sample = new Pyramid(image).sample({ centerX: 1, centerY: 1, size: 2, rotationRadians: 0 }, { ...bytes, size: 2 });
    expect(Array.from(sample)).toEqual([0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112]);
  });

  it('maps bytes to the range of the network', () => {
    const sample = new Pyramid(picture(1, 1, () => 253)).sample({ centerX: 0.5, centerY: 0.5, size: 1, rotationRadians: 0 }, { size: 1, border: 'edge', range: [-1, 1] });
    expect(sample[2]).toBeCloseTo(1, 6);
  });

  it('interpolates between pixel centres', () => {
    const sample = new Pyramid(picture(2, 1, (x) => 100 * x)).sample({ centerX: 1, centerY: 0.5, size: 1, rotationRadians: 0 }, { ...bytes, size: 1, border: 'edge' });
    expect(reds(sample)).toEqual([50]);
  });

  it('reads black outside, or repeats the edge', () => {
    const pyramid = new Pyramid(picture(2, 2, () => 80));
    const region = { centerX: 1, centerY: 1, size: 6, rotationRadians: 0 };
    expect(reds(pyramid.sample(region, { ...bytes, size: 6 })).filter((value) => value > 0)).toEqual([80, 80, 80, 80]);
    expect(new Set(reds(pyramid.sample(region, { ...bytes, size: 6, border: 'edge' })))).toEqual(new Set([80]));
  });

  it('turns and mirrors with the region', () => {
    const pyramid = new Pyramid(picture(2, 2, (x, y) => 10 * x + 100 * y));
    const region = { centerX: 1, centerY: 1, size: 2, rotationRadians: 0 };
    expect(reds(pyramid.sample({ ...region, rotationRadians: Math.PI / 2 }, { ...bytes, size: 2 }))).toEqual([10, 110, 0, 100]);
    expect(reds(pyramid.sample({ ...region, mirrored: true }, { ...bytes, size: 2 }))).toEqual([10, 0, 110, 100]);
  });

  it('averages all pixels when it shrinks: a fine checkerboard becomes grey, not black or white', () => {
    const pyramid = new Pyramid(picture(64, 64, (x, y) => 200 * ((x + y) % 2)));
    const sample = pyramid.sample({ centerX: 32, centerY: 32, size: 64, rotationRadians: 0 }, { ...bytes, size: 8 });
    expect(new Set(reds(sample))).toEqual(new Set([100]));
  });

  it('keeps its place when odd sizes are halved', () => {
    const pyramid = new Pyramid(picture(61, 37, (x) => 4 * x));
    const sample = pyramid.sample({ centerX: 24, centerY: 18, size: 32, rotationRadians: 0 }, { ...bytes, size: 4 });
    reds(sample).slice(4, 8).forEach((value, i) => expect(Math.abs(value - 4 * (8 + 8 * i + 3.5))).toBeLessThan(1.5));
  });
});
