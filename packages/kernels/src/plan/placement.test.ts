import { describe, expect, it } from 'vitest';
import { createRandom } from '../testing/index.ts';
import { type Lifetime, placeBuffers } from './placement.ts';

describe('placeBuffers', () => {
  it('gives values that overlap buffers of their own', () => {
    const { bufferOf, bufferSizes } = placeBuffers([{ byteLength: 16, first: 0, last: 1 }, { byteLength: 16, first: 1, last: 2 }]);
    expect(bufferOf[0]).not.toBe(bufferOf[1]);
    expect(bufferSizes).toEqual([16, 16]);
  });

  it('reuses the buffer of a value that is dead, and takes the smallest that fits', () => {
    const { bufferOf, bufferSizes } = placeBuffers([
      { byteLength: 64, first: 0, last: 1 },
      { byteLength: 32, first: 1, last: 2 },
      { byteLength: 32, first: 3, last: 4 },
    ]);
    expect(bufferSizes).toEqual([64, 32]);
    expect(bufferOf).toEqual([0, 1, 1]);
  });

  it('never lets two living values share, whatever the lifetimes', () => {
    const random = createRandom(7);
    const values = Array.from({ length: 200 }, (): Lifetime => {
      const first = Math.floor(random() * 100);
      return { byteLength: 16 * Math.ceil(random() * 50), first, last: first + Math.floor(random() * 20) };
    });
    const { bufferOf, bufferSizes } = placeBuffers(values);
    values.forEach((a, i) => {
      expect(bufferSizes[bufferOf[i]!]).toBeGreaterThanOrEqual(a.byteLength);
      values.forEach((b, j) => {
        if (i < j && bufferOf[i] === bufferOf[j]) expect(a.last < b.first || b.last < a.first, `${i} and ${j}`).toBe(true);
      });
    });
  });
});
