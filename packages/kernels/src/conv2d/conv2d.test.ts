import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { runOnce } from '../plan/plan.ts';
import { expectClose, expectNoLeak, randomArray } from '../testing/index.ts';
import { conv2d, type Conv2dOptions, type KernelVariant } from './conv2d.ts';
import { chooseSubgroupTile, subgroupTileLanes } from './conv2d.subgroup.ts';
import { conv2dReference } from './conv2d.reference.ts';
import { packConv2d, packConv2dTensorFlow } from './packing.ts';
import { pixelShuffleReference } from '../shuffle/shuffle.reference.ts';
import { slidingWindow } from './window.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

const variants: readonly KernelVariant[] = ['subgroup', 'workgroup'];
const hasSubgroupTile = () => subgroupTileLanes.includes(gpu.info.subgroupSize);

interface Case {
  input: [height: number, width: number, channels: number];
  outputs: number;
  kernel: [height: number, width: number];
  options?: Omit<Conv2dOptions, 'bias' | 'prelu' | 'residual' | 'variant'>;
  with?: ('bias' | 'prelu' | 'residual')[];
}

const activations = { relu: (x: number) => Math.max(0, x), silu: (x: number) => x / (1 + Math.exp(-x)), sigmoid: (x: number) => 1 / (1 + Math.exp(-x)), tanh: Math.tanh };

async function check({ input, outputs, kernel, options = {}, with: operands = [] }: Case, variant: KernelVariant): Promise<void> {
  const [height, width, channels] = input;
  const shape = [outputs, channels, ...kernel];
  const x = randomArray(height * width * channels, 1);
  const w = randomArray(shape.reduce((a, b) => a * b), 2, 1 / Math.sqrt(channels * kernel[0] * kernel[1]));
  const window = slidingWindow('test', input, kernel, options.stride ?? 1, options.padding ?? 0);
  const r = options.pixelShuffle ?? 1;
  const resultShape = [window.outputHeight * r, window.outputWidth * r, outputs / r ** 2];
  const bias = operands.includes('bias') ? randomArray(outputs, 3) : undefined;
  const slope = operands.includes('prelu') ? randomArray(outputs, 4) : undefined;
  const residual = operands.includes('residual') ? randomArray(resultShape.reduce((a, b) => a * b), 5) : undefined;

  await expectNoLeak(gpu, async () => {
    using image = gpu.tensor(x, input);
    using weight = packConv2d(gpu, w, shape);
    using biasTensor = bias && gpu.tensor(bias, [outputs]);
    using slopeTensor = slope && gpu.tensor(slope, [outputs]);
    using residualTensor = residual && gpu.tensor(residual, resultShape);
    const actual = await runOnce(gpu, (ops) =>
      conv2d(ops, image, weight, { ...options, variant, ...(biasTensor && { bias: biasTensor }), ...(slopeTensor && { prelu: slopeTensor }), ...(residualTensor && { residual: residualTensor }) }),
    );
    const activation = slope ? (v: number, c: number) => (v > 0 ? v : v * slope[c]!) : options.activation && activations[options.activation];
    let expected = conv2dReference({
      input: x, weight: w, inputChannels: channels, outputChannels: outputs, window,
      ...(bias && { bias }),
      ...(activation && { activation }),
      ...(options.inputActivation && { inputActivation: options.inputActivation }),
      ...(residual && r === 1 && { residual, activateAfterResidual: options.activateAfterResidual ?? false }),
    });
    if (r > 1) {
      expected = pixelShuffleReference(expected, window.outputHeight, window.outputWidth, outputs, r);
      if (residual) expected = expected.map((v, i) => v + residual[i]!);
    }
    expectClose(actual, expected);
  });
}

describe.each(variants)('conv2d/%s', (variant) => {
  beforeEach(({ skip }) => skip(variant === 'subgroup' && !hasSubgroupTile(), 'this adapter has no subgroups of 4, 8 or 16'));

  it('computes a 2x2 kernel by hand', async () => {
    using image = gpu.tensor(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), [3, 3, 1]);
    using weight = packConv2d(gpu, Float32Array.of(1, 10, 100, 1000), [1, 1, 2, 2]);
    const y = await runOnce(gpu, (ops) => conv2d(ops, image, weight, { variant }));
    expect([...y]).toEqual([5421, 6532, 8754, 9865]);
  });

  it('pads with zeros: a 3x3 kernel of ones counts the neighbours', async () => {
    using image = gpu.tensor(new Float32Array(6).fill(1), [2, 3, 1]);
    using weight = packConv2d(gpu, new Float32Array(9).fill(1), [1, 1, 3, 3]);
    const y = await runOnce(gpu, (ops) => conv2d(ops, image, weight, { padding: 1, variant }));
    expect([...y]).toEqual([4, 6, 4, 4, 6, 4]);
  });

  it('a stride larger than the kernel leaves gaps unread', async () => {
    using image = gpu.tensor(Float32Array.of(1, NaN, NaN, 2, NaN, NaN, 3), [1, 7, 1]);
    using weight = packConv2d(gpu, Float32Array.of(1), [1, 1, 1, 1]);
    const y = await runOnce(gpu, (ops) => conv2d(ops, image, weight, { stride: 3, variant }));
    expect([...y]).toEqual([1, 2, 3]);
  });

  it('channels past the last one do not leak in, even as NaN', async () => {
    using image = gpu.tensor(Float32Array.of(1, 2, 3, NaN, NaN, NaN), [1, 2, 3]);
    using weight = packConv2d(gpu, Float32Array.of(1, 1, 1), [1, 3, 1, 1]);
    const y = await runOnce(gpu, (ops) => conv2d(ops, image, weight, { variant }));
    expect(y[0]).toBe(6);
    expect(y[1]).toBeNaN();
  });

  // Each case is a kernel of its own to compile: many properties in few cases.
  const cases: [string, Case][] = [
    ['3x3 on 3 channels to 8, bias and relu', { input: [9, 7, 3], outputs: 8, kernel: [3, 3], options: { padding: 1, activation: 'relu' }, with: ['bias'] }],
    ['1x1 on 27 channels to 12, silu', { input: [5, 7, 27], outputs: 12, kernel: [1, 1], options: { activation: 'silu' }, with: ['bias'] }],
    ['3x3 to 3 channels, sigmoid', { input: [6, 11, 16], outputs: 3, kernel: [3, 3], options: { padding: 1, activation: 'sigmoid' }, with: ['bias'] }],
    ['5x5 stride 2, TensorFlow padding, odd size', { input: [13, 10, 3], outputs: 24, kernel: [5, 5], options: { stride: 2, padding: 'same', activation: 'relu' }, with: ['bias'] }],
    ['3x3 stride 2, TensorFlow padding, even size: pads right and bottom only', { input: [8, 8, 4], outputs: 16, kernel: [3, 3], options: { stride: 2, padding: 'same' } }],
    ['7x7 stride 2, asymmetric padding', { input: [11, 12, 4], outputs: 16, kernel: [7, 7], options: { stride: 2, padding: [3, 2, 1, 0] } }],
    ['1x3 kernel', { input: [5, 9, 4], outputs: 5, kernel: [1, 3], options: { padding: [0, 1, 0, 1] } }],
    ['2x2 stride 2, residual after the activation, relu before', { input: [12, 14, 32], outputs: 32, kernel: [2, 2], options: { stride: 2, activation: 'relu', inputActivation: 'relu' }, with: ['bias', 'residual'] }],
    ['residual before PReLU, 36 channels', { input: [5, 5, 28], outputs: 36, kernel: [1, 1], options: { activateAfterResidual: true }, with: ['bias', 'prelu', 'residual'] }],
    ['residual on 3 channels', { input: [5, 5, 4], outputs: 3, kernel: [3, 3], options: { padding: 1, activation: 'tanh' }, with: ['residual'] }],
    ['pixel shuffle of 12 channels', { input: [5, 6, 8], outputs: 12, kernel: [3, 3], options: { padding: 1, pixelShuffle: 2 }, with: ['bias'] }],
    ['pixel shuffle of 9 channels by 3, residual', { input: [4, 3, 8], outputs: 9, kernel: [3, 3], options: { padding: 1, pixelShuffle: 3 }, with: ['residual'] }],
    ['64 to 64, more rows than a tile', { input: [9, 17, 64], outputs: 64, kernel: [3, 3], options: { padding: 1 }, with: ['bias'] }],
    ['16 to 68: tiles and a remainder', { input: [5, 7, 16], outputs: 68, kernel: [3, 3], options: { padding: 1 }, with: ['bias'] }],
  ];
  it.each(cases)('agrees with the loops: %s', async (_, testCase) => {
    await check(testCase, variant);
  });
});

it('conv2d: every width of the output gets a tile that covers it without much waste', () => {
  for (const lanes of subgroupTileLanes) {
    for (let quads = 1; quads <= 64; quads++) {
      const { vectors } = chooseSubgroupTile(lanes, quads);
      expect(Math.ceil(quads / vectors) * vectors).toBeLessThanOrEqual(1.34 * quads);
    }
  }
  expect(chooseSubgroupTile(8, 16).vectors).toBe(8); // 64 outputs
  expect(chooseSubgroupTile(8, 3).vectors).toBe(3); // 12 outputs
});

it('conv2d: both ways of packing give the same weight', async () => {
  const [outputs, inputs, height, width] = [3, 5, 2, 3];
  const torch = randomArray(outputs * inputs * height * width, 7);
  const tensorFlow = new Float32Array(torch.length);
  for (let co = 0; co < outputs; co++) {
    for (let ci = 0; ci < inputs; ci++) {
      for (let tap = 0; tap < height * width; tap++) tensorFlow[(tap * inputs + ci) * outputs + co] = torch[(co * inputs + ci) * height * width + tap]!;
    }
  }
  using x = gpu.tensor(randomArray(4 * 5 * inputs, 8), [4, 5, inputs]);
  using a = packConv2d(gpu, torch, [outputs, inputs, height, width]);
  using b = packConv2dTensorFlow(gpu, tensorFlow, [height, width, inputs, outputs]);
  const [first, second] = await runOnce(gpu, (ops) => [conv2d(ops, x, a), conv2d(ops, x, b)]);
  expect(b.shape).toEqual(a.shape);
  expect(second).toEqual(first);
});

describe('conv2d: errors', () => {
  const record = (shape: number[], weightShape: number[], options: Conv2dOptions = {}) => {
    using x = gpu.empty(shape);
    using weight = packConv2d(gpu, new Float32Array(weightShape.reduce((a, b) => a * b)), weightShape);
    return runOnce(gpu, (ops) => conv2d(ops, x, weight, options));
  };

  it('names both channel counts', async () => {
    await expect(record([4, 4, 3], [8, 4, 3, 3])).rejects.toThrowErrorMatchingInlineSnapshot(`
      [ShapeMismatchError: conv2d: the image has 3 channels but the weight reads 4.
        image [4, 4, 3], weight [8, 4, 3, 3] = [Co, Ci, kh, kw]]
    `);
  });
  it('asks for an image without batch axis', async () => {
    await expect(record([1, 4, 4, 3], [8, 3, 3, 3])).rejects.toThrowErrorMatchingInlineSnapshot(`
      [ShapeMismatchError: conv2d: the image must be [H, W, C], but its shape is [1, 4, 4, 3].
        There is no batch axis: record one call per image.]
    `);
  });
  it('says that the kernel does not fit', async () => {
    await expect(record([2, 4, 3], [8, 3, 3, 3])).rejects.toThrowErrorMatchingInlineSnapshot(`
      [ShapeMismatchError: conv2d: a 3x3 window does not fit into a 2x4 image padded by [0, 0, 0, 0].
        Use a larger image, a smaller window or more padding.]
    `);
  });
  it('checks stride, padding and shuffle', async () => {
    await expect(record([4, 4, 3], [8, 3, 3, 3], { stride: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: conv2d: stride 0 is not valid. Use a whole number of at least 1.]`);
    await expect(record([4, 4, 3], [8, 3, 3, 3], { padding: -1 })).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: conv2d: padding -1 is not valid. Use a whole number, [top, right, bottom, left], or 'same'.]`);
    await expect(record([4, 4, 3], [6, 3, 3, 3], { pixelShuffle: 2 })).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: conv2d: 6 channels cannot be shuffled by 2: Co must be a multiple of 2 * 2.]`);
  });
  it('checks the shapes of bias and residual', async () => {
    using bias = gpu.empty([7]);
    using residual = gpu.empty([4, 4, 8]);
    await expect(record([4, 4, 3], [8, 3, 3, 3], { bias })).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: conv2d: bias [7] must have one value for each of the 8 output channels.]`);
    await expect(record([4, 4, 3], [8, 3, 3, 3], { residual })).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: conv2d: the residual [4, 4, 8] must have the shape of the result, [2, 2, 8].]`);
  });
  it('asks for a packed weight', async () => {
    using x = gpu.empty([4, 4, 3]);
    using weight = gpu.empty([8, 3, 3, 3]);
    await expect(runOnce(gpu, (ops) => conv2d(ops, x, weight))).rejects.toThrowErrorMatchingInlineSnapshot(`
      [ShapeMismatchError: conv2d: the weight "tensor" [8, 3, 3, 3] is not packed.
        Pack it once with packConv2d(gpu, weight, [Co, Ci, kh, kw]).]
    `);
    expect(() => packConv2d(gpu, new Float32Array(5), [1, 1, 2, 2])).toThrowErrorMatchingInlineSnapshot(`
      [ShapeMismatchError: packConv2d: 5 weights do not fill the shape [1, 1, 2, 2].
        The shape is [Co, Ci, kh, kw].]
    `);
  });
});
