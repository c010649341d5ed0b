import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { runOnce } from '../plan/plan.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { expectClose, expectNoLeak, randomArray } from '../testing/index.ts';
import { jointAttention, type JointAttentionOptions, prepareKeyValue, type Stream } from './attention.ts';
import { attentionReference, headReference, type ReferenceStream } from './attention.reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

const numHeads = 2;
const width = numHeads * 64;

function randomStream(tokens: number, seed: number, gain = 1): ReferenceStream {
  const angles = randomArray(tokens * numHeads * 32, seed + 3, 3);
  const rotary = Float32Array.from({ length: tokens * width }, (_, i) => {
    const angle = angles[Math.floor(i / 64) * 32 + (i % 32)]!;
    return i % 64 < 32 ? Math.cos(angle) : Math.sin(angle);
  });
  return { tokens, qkv: randomArray(tokens * 3 * width, seed), queryGain: randomArray(width, seed + 1, gain), keyGain: randomArray(width, seed + 2, gain), rotary };
}

/** Uploads; freed with the returned object. */
function upload({ tokens, qkv, queryGain, keyGain, rotary }: ReferenceStream): { stream: Stream } & Disposable {
  const stream: Stream = {
    qkv: gpu.tensor(qkv, [tokens, 3 * width]),
    ...(queryGain && { queryGain: gpu.tensor(queryGain, [width]) }),
    ...(keyGain && { keyGain: gpu.tensor(keyGain, [width]) }),
    ...(rotary && { rotary: gpu.tensor(rotary, [tokens, numHeads, 2, 32]) }),
  };
  return { stream, [Symbol.dispose]: () => Object.values(stream).forEach((tensor) => (tensor as Tensor).dispose()) };
}

describe.each(['subgroup', 'workgroup'] as const)('jointAttention/%s', (variant) => {
  beforeEach(({ skip }) => skip(variant === 'subgroup' && ![4, 8, 16].includes(gpu.info.subgroupSize), 'this adapter has no subgroups of 4, 8 or 16'));

  it('one key: the result is its value, whatever the query', async () => {
    const stream = randomStream(1, 1);
    using main = upload(stream);
    const y = await runOnce(gpu, (ops) => jointAttention(ops, { main: main.stream, numHeads, variant }).main);
    expectClose(y, stream.qkv.subarray(2 * width), 1e-6);
  });

  it('equal keys: the result is the mean of the values', async () => {
    const stream = randomStream(3, 2);
    stream.qkv.fill(0.5, width, 2 * width);
    stream.qkv.fill(0.5, 4 * width, 5 * width);
    stream.qkv.fill(0.5, 7 * width, 8 * width);
    const { rotary: _, ...unrotated } = stream;
    using main = upload(unrotated);
    const y = await runOnce(gpu, (ops) => jointAttention(ops, { main: main.stream, numHeads, variant }).main);
    const mean = Float32Array.from({ length: 3 * width }, (_, i) => [0, 1, 2].reduce((sum, t) => sum + stream.qkv[(3 * t + 2) * width + (i % width)]!, 0) / 3);
    expectClose(y, mean, 1e-6);
  });

  // Up to and across the tiles: 16 rows, 16 or 32 keys.
  it.each([[1, 33], [33, 1], [15, 17], [47, 31], [64, 64]] as const)('%i main and %i reference tokens: main sees both, the reference itself', async (mainTokens, referenceTokens) => {
    const [a, b] = [randomStream(mainTokens, 10), randomStream(referenceTokens, 20)];
    await expectNoLeak(gpu, async () => {
      using main = upload(a);
      using reference = upload(b);
      const [mainRows, referenceRows] = await runOnce(gpu, (ops) => {
        const { main: first, reference: second } = jointAttention(ops, { main: main.stream, reference: reference.stream, numHeads, variant });
        return [first, second!];
      });
      expectClose(mainRows!, attentionReference(a, [a, b], numHeads));
      expectClose(referenceRows!, attentionReference(b, [b], numHeads));
    });
  });

  it("'both': reference rows see main keys too", async () => {
    const [a, b] = [randomStream(19, 10), randomStream(37, 20)];
    using main = upload(a);
    using reference = upload(b);
    const rows = await runOnce(gpu, (ops) => jointAttention(ops, { main: main.stream, reference: reference.stream, referenceAttends: 'both', numHeads, variant }).reference!);
    expectClose(rows, attentionReference(b, [a, b], numHeads));
  });

  it('without gains and rotary tables it is plain attention', async () => {
    const plain = { tokens: 35, qkv: randomArray(35 * 3 * width, 50, 2) };
    using main = upload(plain);
    const y = await runOnce(gpu, (ops) => jointAttention(ops, { main: main.stream, numHeads, variant }).main);
    expectClose(y, attentionReference(plain, [plain], numHeads));
  });

  it('632 tokens alone (every 79th row checked)', async () => {
    const a = randomStream(632, 30);
    using main = upload(a);
    const y = await runOnce(gpu, (ops) => jointAttention(ops, { main: main.stream, numHeads, variant }).main);
    const rows = Array.from({ length: 8 }, (_, i) => [...y.subarray(79 * i * width, (79 * i + 1) * width)]).flat();
    expectClose(rows, attentionReference(a, [a], numHeads, 79));
  });

  it('large scores do not overflow: the softmax becomes a choice', async () => {
    const a = randomStream(40, 40, 30); // scores up to several hundred
    using main = upload(a);
    const y = await runOnce(gpu, (ops) => jointAttention(ops, { main: main.stream, numHeads, variant }).main);
    // A score of 500 has an f32 rounding of 3e-5 and its exponential that relative error, times a sum of 64 terms.
    expectClose(y, attentionReference(a, [a], numHeads), 1e-3);
  });

  it('a cached reference gives the same as the stream that it was made from', async () => {
    const [a, b] = [randomStream(20, 10), randomStream(35, 20)];
    using main = upload(a);
    using reference = upload(b);
    const [key, value] = await runOnce(gpu, (ops) => {
      const cached = prepareKeyValue(ops, reference.stream, numHeads);
      return [cached.key, cached.value];
    });
    const expectedKey = Float32Array.from([0, 1].flatMap((head) => Array.from({ length: 35 }, (_, t) => headReference(b, t, head, 1, numHeads)).flat()));
    expectClose(key!, expectedKey);
    using keyTensor = gpu.tensor(key!, [numHeads, 35, 64]);
    using valueTensor = gpu.tensor(value!, [numHeads, 35, 64]);
    const [fromCache, fromStream] = await runOnce(gpu, (ops) => [
      jointAttention(ops, { main: main.stream, reference: { key: keyTensor, value: valueTensor }, numHeads, variant }).main,
      jointAttention(ops, { main: main.stream, reference: reference.stream, referenceAttends: 'none', numHeads, variant }).main,
    ]);
    expect(fromCache).toEqual(fromStream);
  });
});

describe('jointAttention: errors', () => {
  const record = (options: Partial<JointAttentionOptions>, tokens = 4) => {
    using main = upload(randomStream(tokens, 1));
    return runOnce(gpu, (ops) => jointAttention(ops, { main: main.stream, numHeads, ...options }).main);
  };

  it('names heads and widths', async () => {
    await expect(record({ numHeads: 3 })).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: jointAttention: main.qkv [4, 384] must be [T, 576] for 3 heads of 64 (queries, keys, values).]`);
  });
  it('checks gains, rotary tables and caches', async () => {
    using small = gpu.empty([64]);
    using stream = upload(randomStream(4, 1));
    await expect(record({ main: { ...stream.stream, keyGain: small } })).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: jointAttention: main.keyGain [64] must have 128 values, 64 for each of 2 heads.]`);
    await expect(record({ main: { ...stream.stream, rotary: small } })).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: jointAttention: main.rotary [64] must be [4, 2, 2, 32]: cosines, then sines.]`);
    await expect(record({ reference: { key: small, value: small } })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [ShapeMismatchError: jointAttention: the cached reference key [64] must be [2, S, 64].
        key [64], value [64]; make them with prepareKeyValue.]
    `);
    await expect(record({ reference: { key: small, value: small }, referenceAttends: 'both' })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [ShapeMismatchError: jointAttention: referenceAttends is 'both', but a cached reference has keys and values only.
        Pass the reference as a stream, or use referenceAttends: 'none'.]
    `);
  });
});
