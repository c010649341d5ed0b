import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { expectNoLeak } from '../testing/index.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

describe('Tensor', () => {
  it('returns what was written, f32 and u32', async () => {
    await expectNoLeak(gpu, async () => {
      using floats = gpu.tensor(new Float32Array([1.5, -2, 3]), [3]);
      using words = gpu.tensor(new Uint32Array([1, 0xffffffff]), [1, 2]);
      expect([...(await floats.read())]).toEqual([1.5, -2, 3]);
      expect([...(await words.readU32())]).toEqual([1, 0xffffffff]);
      floats.write(new Float32Array([4, 5, 6]));
      expect([...(await floats.read())]).toEqual([4, 5, 6]);
    });
  });

  it('starts as zeros when it is made empty', async () => {
    using tensor = gpu.empty([3, 2]);
    expect([...(await tensor.read())]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('uploads a view into shared memory', async () => {
    const shared = new Float32Array(new SharedArrayBuffer(16));
    shared.set([1, 2, 3, 4]);
    using tensor = gpu.tensor(shared.subarray(1, 3), [2]);
    expect([...(await tensor.read())]).toEqual([2, 3]);
  });

  it('stores f16 as halves and reads them back as f32', async (context) => {
    context.skip(!gpu.info.hasF16, 'the adapter has no f16');
    using tensor = gpu.empty([3], { dtype: 'f16' });
    expect(tensor.byteLength).toBe(6);
    tensor.write(new Float32Array([1, 0.1, -65504]));
    expect([...(await tensor.read())]).toEqual([1, 0.0999755859375, -65504]);
  });

  it('refuses f16 where the adapter has none, and says so', (context) => {
    context.skip(gpu.info.hasF16, 'the adapter has f16');
    expect(() => gpu.empty([3], { dtype: 'f16' })).toThrow(/has no f16. Use f32; see gpu.info.hasF16/);
  });

  it('checks lengths and element types', async () => {
    expect(() => gpu.tensor(new Float32Array(5), [2, 3], 'points')).toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: Tensor "points": 5 elements given, shape [2, 3] holds 6.]`);
    using tensor = gpu.tensor(new Uint32Array(2), [2], 'indices');
    expect(() => tensor.write(new Float32Array(2))).toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: Tensor "indices" holds u32: write a Uint32Array.]`);
    await expect(tensor.read()).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: Tensor "indices" holds u32: use readU32().]`);
  });

  it('cannot be used after dispose; a second dispose is harmless', async () => {
    const tensor = gpu.tensor(new Float32Array(4), [2, 2], 'gone');
    tensor.dispose();
    tensor.dispose();
    await expect(tensor.read()).rejects.toThrowErrorMatchingInlineSnapshot(`[DisposedError: Tensor "gone" [2, 2] was disposed and cannot be used any more.]`);
  });
});
