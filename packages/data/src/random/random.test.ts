import { expect, test } from 'vitest';
import { createRandom } from './random.ts';

const draw = (count: number, next: () => number) => Float64Array.from({ length: count }, next);
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const moment = (values: Float64Array, power: number) => mean(values.map((value) => value ** power));

test('createRandom: known numbers, so that a seed means the same scene for ever', () => {
  const random = createRandom(1, 'skin');
  expect([random.next(), random.next(), random.next()].map((x) => Math.round(x * 2 ** 32))).toMatchInlineSnapshot(`
    [
      757530731,
      708153910,
      1242566783,
    ]
  `);
  expect(Math.round(createRandom(2 ** 40 + 1).next() * 2 ** 32)).not.toBe(Math.round(createRandom(1).next() * 2 ** 32));
});

test('createRandom: names separate streams; drawing from a child leaves the parent where it was', () => {
  const parent = createRandom(7);
  const before = createRandom(7);
  parent.stream('hair').next();
  expect(parent.next()).toBe(before.next());
  expect(createRandom(7).stream('hair').next()).toBe(createRandom(7, '/hair').next());

  const skin = createRandom(7, 'skin');
  const a = draw(20_000, () => skin.next());
  for (const other of [createRandom(7, 'hair'), createRandom(8, 'skin'), createRandom(7, 'nisk')]) {
    const b = draw(20_000, () => other.next());
    const correlation = mean(a.map((value, i) => (value - 0.5) * (b[i]! - 0.5))) * 12;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(20_000));
  }
});

test('createRandom: first draws of consecutive seeds are as good as one stream', () => {
  const firsts = draw(50_000, (() => { let seed = 0; return () => createRandom(seed++, 'person').next(); })());
  const lag = mean(firsts.subarray(1).map((value, i) => (value - 0.5) * (firsts[i]! - 0.5))) * 12;
  expect(Math.abs(mean(firsts) - 0.5)).toBeLessThan(0.006);
  expect(Math.abs(lag)).toBeLessThan(0.02);
});

test('next: uniform over 64 bins (chi-square within 4 deviations)', () => {
  const bins = new Float64Array(64);
  const random = createRandom(3);
  for (let i = 0; i < 64_000; i++) bins[Math.floor(random.next() * 64)]!++;
  const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  expect(Math.abs(chiSquare - 63)).toBeLessThan(4 * Math.sqrt(2 * 63));
});

test('normal: moments of the normal distribution, and clipping at a limit', () => {
  const random = createRandom(4);
  const values = draw(100_000, () => random.normal());
  expect(mean(values)).toBeCloseTo(0, 1);
  expect(moment(values, 2)).toBeCloseTo(1, 1);
  expect(Math.abs(moment(values, 3))).toBeLessThan(0.05);
  expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(0.12);
  const clipped = draw(20_000, () => random.normal(10, 2, 1.5));
  expect(Math.min(...clipped)).toBe(7);
  expect(Math.max(...clipped)).toBe(13);
});

test('integer, chance, pick, weighted: both ends are reached, in the asked shares', () => {
  const random = createRandom(5);
  const integers = draw(3000, () => random.integer(-1, 1));
  expect([...new Set(integers)].sort()).toEqual([-1, 0, 1]);
  expect(mean(draw(40_000, () => Number(random.chance(0.12))))).toBeCloseTo(0.12, 1.9);
  expect(new Set(Array.from({ length: 200 }, () => random.pick(['a', 'b', 'c']))).size).toBe(3);
  const counts = { rare: 0, common: 0, never: 0 };
  for (let i = 0; i < 40_000; i++) counts[random.weighted({ rare: 1, never: 0, common: 3 })]++;
  expect(counts.never).toBe(0);
  expect(counts.rare / 40_000).toBeCloseTo(0.25, 1.9);
});
