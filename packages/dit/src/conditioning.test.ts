import { type Gpu, runOnce } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { expectClose, expectNoLeak } from '@onegt/kernels/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mapFeatures, rotaryFrequencies, rotaryTable, tokenCanonical } from './conditioning.ts';
import { mapFromSamples, metadata, readFixture, thinned } from './testing/fixtures.ts';

let gpu: Gpu;
beforeAll(async () => { gpu = await requestGpu(); });
afterAll(() => gpu.dispose());

const TOLERANCE = 1e-3;
const fixture = readFixture('conditioning');
const rows = metadata<number>(fixture, 'rows');

/** Entry `index` of the first axis. */
function entry(name: string, index: number): Float32Array {
  const data = fixture.f32(name);
  const size = data.length / fixture.shape(name)[0]!;
  return data.subarray(index * size, (index + 1) * size);
}

const maps = [...Array(3).keys()].map((i) => mapFromSamples(entry('maps', i)));
const cases = [['a turned head', 0], ['a head that looks the other way', 1], ['a quarter of a head', 2], ['an empty map', 3]] as const;

test.each(cases)('conditioning: canonical coordinates, features and rotations agree with PyTorch for %s', async (_name, index) => {
  await expectNoLeak(gpu, async () => {
    using map = gpu.tensor(maps[index] ?? new Float32Array(256 * 256 * 10), [256, 256, 10]);
    using frequencies = rotaryFrequencies(gpu, 4, 2);
    const [canonical, features, rotary] = await runOnce(gpu, (ops) => {
      const place = tokenCanonical(ops, map);
      return [place, mapFeatures(ops, map, place), rotaryTable(ops, place, frequencies)];
    });
    expectClose(canonical!, entry('canonical', index), TOLERANCE);
    expectClose(thinned(features!, rows), entry('features', index), TOLERANCE);
    expectClose(thinned(rotary!, rows), entry('rotary', index), TOLERANCE);
  });
});

test('conditioning: a map of another size is refused', async () => {
  using map = gpu.tensor(new Float32Array(64 * 64 * 10), [64, 64, 10]);
  await expect(runOnce(gpu, (ops) => tokenCanonical(ops, map))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: A skeleton map is [256, 256, 10], this one is [64,64,10].]`);
});
