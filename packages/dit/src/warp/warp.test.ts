import { type Gpu, runOnce } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { expectClose, expectNoLeak, randomArray } from '@onegt/kernels/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFixture } from '../testing/fixtures.ts';
import { warpReference } from './warp.reference.ts';
import { averageCoverage, prepareWarp, warp } from './warp.ts';

let gpu: Gpu;
beforeAll(async () => { gpu = await requestGpu(); });
afterAll(() => gpu.dispose());

const SIZE = 128;
const fixture = readFixture('warp');
const picture = fixture.f32('picture').map((byte) => byte / 127.5 - 1);
const maps = { reference: mapOf('reference'), target: mapOf('target') };

/** Kinds of all pixels and coordinates of the covered ones, as a map `[S, S, 10]`. */
function mapOf(name: string): Float32Array {
  const kinds = fixture.f32(`${name}.kind`);
  const canonical = fixture.f32(`${name}.canonical`);
  const map = new Float32Array(SIZE * SIZE * 10);
  let next = 0;
  kinds.forEach((kind, i) => {
    if (kind === 0) return;
    map.set(canonical.subarray(next, next + 3), 10 * i);
    next += 3;
    map[10 * i + (kind === 4 ? 7 : 5 + kind)] = 1;
    if (kind === 4) map[10 * i + 9] = 1;
  });
  return map;
}

async function runWarp(reference: Float32Array, target: Float32Array, source: Float32Array): Promise<{ picture: Float32Array; coverage: Float32Array }> {
  using referenceMap = gpu.tensor(reference, [SIZE, SIZE, 10]);
  using targetMap = gpu.tensor(target, [SIZE, SIZE, 10]);
  using pixels = gpu.tensor(source, [SIZE, SIZE, 3]);
  const [warped, coverage] = await runOnce(gpu, (ops) => {
    const result = warp(ops, { ...prepareWarp(ops, referenceMap, pixels), picture: pixels }, targetMap);
    return [result.picture, result.coverage];
  });
  return { picture: warped!, coverage: coverage! };
}

/** 255 visible, 128 mirrored, 1 open, 0 outside of the skeleton: the mask of the C++. */
const maskOf = (coverage: Float32Array): number[] =>
  Array.from({ length: SIZE * SIZE }, (_, i) => (coverage[3 * i] ? 255 : coverage[3 * i + 1] ? 128 : coverage[3 * i + 2]!));

/** The C++ rounds colours to bytes and reorders sums: single pixels on a threshold may fall to the other side. */
function expectAgrees(actual: { picture: Float32Array; coverage: Float32Array }): void {
  const expected = fixture.f32('warped');
  const mask = fixture.f32('mask');
  const actualMask = maskOf(actual.coverage);
  const flipped = actualMask.filter((value, i) => value !== mask[i]).length;
  expect(flipped).toBeLessThanOrEqual(5);
  let wrong = 0;
  actualMask.forEach((value, i) => {
    if (value !== mask[i]) return;
    for (let k = 0; k < 3; k++) if (Math.abs((actual.picture[3 * i + k]! + 1) * 127.5 - expected[3 * i + k]!) > 1) wrong++;
  });
  expect(wrong).toBeLessThanOrEqual(5);
}

test('warp: agrees with the C++ of the training data on two views of a head', async () => {
  await expectNoLeak(gpu, async () => expectAgrees(await runWarp(maps.reference, maps.target, picture)));
});

test('warp: the reference in plain TypeScript agrees with the C++ too', () => {
  expectAgrees(warpReference(SIZE, maps.reference, maps.target, picture));
});

test('warp: the same view gives back the portrait, but for pixels whose neighbours are of another kind', async () => {
  const { picture: warped, coverage } = await runWarp(maps.reference, maps.reference, picture);
  const covered = maskOf(coverage).filter((value) => value > 0).length;
  const visible = maskOf(coverage).filter((value) => value === 255).length;
  expect(visible / covered).toBeGreaterThan(0.95);
  const changed = Array.from(warped).filter((value, i) => coverage[3 * Math.floor(i / 3)] === 1 && Math.abs(value - picture[i]!) > 0.02).length;
  expect(changed / (3 * visible)).toBeLessThan(0.01);
});

test('warp: without a covered pixel in the portrait, the skeleton is open and grey', async () => {
  const { picture: warped, coverage } = await runWarp(new Float32Array(SIZE * SIZE * 10), maps.target, picture);
  const mask = maskOf(coverage);
  expect(new Set(mask)).toEqual(new Set([0, 1]));
  const inside = mask.indexOf(1);
  expect(Array.from(warped.subarray(3 * inside, 3 * inside + 3))).toEqual(Array(3).fill(Math.fround(128 / 127.5 - 1)));
});

test('averageCoverage: the mean of 8 x 8 pixels', async () => {
  const values = randomArray(16 * 24 * 3, 1);
  using coverage = gpu.tensor(values, [16, 24, 3]);
  const expected = Float32Array.from({ length: 2 * 3 * 3 }, (_, i) => {
    const [channel, column, row] = [i % 3, Math.floor(i / 3) % 3, Math.floor(i / 9)];
    let sum = 0;
    for (let y = 0; y < 8; y++) for (let x = 0; x < 8; x++) sum += values[((row * 8 + y) * 24 + column * 8 + x) * 3 + channel]!;
    return sum / 64;
  });
  expectClose(await runOnce(gpu, (ops) => averageCoverage(ops, coverage)), expected);
});

test('warp: a map of the wrong shape is refused', async () => {
  using map = gpu.tensor(new Float32Array(64 * 64 * 9), [64, 64, 9]);
  using pixels = gpu.tensor(new Float32Array(64 * 64 * 3), [64, 64, 3]);
  await expect(runOnce(gpu, (ops) => prepareWarp(ops, map, pixels).surface)).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: warp: a skeleton map is [S, S, 10] with S a multiple of 32, this one is [64,64,9].]`);
});
