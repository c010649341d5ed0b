import { expect, test } from 'vitest';
import { latticeOf, SAMPLE_COUNTS, sideOf } from './lattice.ts';

test('five samples: the middle and a turned cross', () => {
  const { a, b, offsets, reach, turn } = latticeOf(5);
  expect([a, b, reach, turn]).toEqual([2, 1, 1, 2]);
  expect(offsets).toEqual([[0, 0], [1, 0], [0, 1], [0, -1], [-1, 0]]);
  expect(sideOf(latticeOf(5), 256)).toBe(768);
});

test.each(SAMPLE_COUNTS)('%i samples: the middle first, within the pixel or on its edge, none in the row or column of another', (count) => {
  const { a, b, offsets } = latticeOf(count);
  const places = offsets.map(([i, j]) => [(a * i - b * j) / count, (b * i + a * j) / count] as const);
  expect(offsets.length).toBe(count);
  expect(places[0]).toEqual([0, 0]);
  for (const axis of [0, 1] as const) {
    // Equal steps: an edge along the axis is seen as well as with a straight grid of count x count.
    const sorted = places.map((place) => place[axis]).sort((x, y) => x - y);
    sorted.forEach((value, k) => expect(value).toBeCloseTo((k - (count - 1) / 2) / count));
  }
});

test.each(SAMPLE_COUNTS)('%i samples: the pixels of a picture share no place, and all lie within the lattice', (count) => {
  const lattice = latticeOf(count);
  const { a, b, offsets, reach, turn } = lattice;
  for (const size of [1, 2, 7, 16]) {
    const side = sideOf(lattice, size);
    const seen = new Set<number>();
    const origin = reach + turn * (reach + b * (size - 1));
    for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) offsets.forEach(([di, dj], sample) => {
      const [i, j] = [a * x + b * y + reach + di, a * y + b * (size - 1 - x) + reach + dj];
      expect(Math.min(i, j) >= 0 && Math.max(i, j) < side).toBe(true);
      // As lattice_sample tells it.
      expect((i + turn * j + count - (origin % count)) % count).toBe(sample);
      seen.add(j * side + i);
    });
    expect(seen.size).toBe(size * size * count);
  }
});
