/**
 * Speed of the autoencoder's convolutions beside our own GEMM: `pnpm exec vitest bench packages/kernels/src/conv2d`.
 * The name of each line holds its GFLOP; divided by the time in seconds that is GFLOP/s. Only numbers of one run on
 * an idle machine compare.
 */
import { bench, describe } from 'vitest';
import { linear, packLinear } from '../gemm/linear.ts';
import { requestGpu } from '../node/index.ts';
import type { Ops, TensorRef } from '../plan/ops.ts';
import { Plan } from '../plan/plan.ts';
import { randomArray } from '../testing/index.ts';
import { conv2d, type Conv2dOptions } from './conv2d.ts';
import { packConv2d } from './packing.ts';

const gpu = await requestGpu();

function conv(ops: Ops, x: TensorRef, outputs: number, options: Conv2dOptions = {}): TensorRef {
  const inputs = x.shape[2]!;
  const weight = packConv2d(gpu, randomArray(outputs * inputs * 9, 1, 1 / Math.sqrt(9 * inputs)), [outputs, inputs, 3, 3]);
  return conv2d(ops, x, weight, { bias: gpu.tensor(randomArray(outputs, 2), [outputs]), padding: 1, ...options });
}

const residualBlock = (ops: Ops, x: TensorRef): TensorRef => {
  const channels = x.shape[2]!;
  return conv(ops, conv(ops, x, channels, { inputActivation: 'relu' }), channels, { inputActivation: 'relu', residual: x });
};

/** The decoder of the nano autoencoder: 32 x 32 x 8 latents to a 256 x 256 picture. */
function decoder(ops: Ops, latent: TensorRef): TensorRef {
  let x = conv(ops, latent, 128);
  for (let i = 0; i < 3; i++) x = residualBlock(ops, x);
  x = conv(ops, x, 256, { pixelShuffle: 2 }); // [64, 64, 64]
  for (let i = 0; i < 3; i++) x = residualBlock(ops, x);
  x = conv(ops, x, 128, { pixelShuffle: 2 }); // [128, 128, 32]
  x = residualBlock(ops, x);
  return conv(ops, x, 12, { pixelShuffle: 2 }); // [256, 256, 3]
}

async function addBench(label: string, shape: number[], build: (ops: Ops, x: TensorRef) => TensorRef): Promise<void> {
  const plan = await Plan.record(gpu, label, (ops) => ops.output('y', build(ops, ops.input('x', shape))));
  plan.write('x', randomArray(shape.reduce((a, b) => a * b), 3));
  plan.run();
  await plan.read('y'); // compiled
  let fastestMs = Infinity; // to sleep through: in Node, waiting takes a core from a software adapter
  bench(`${label} (${(plan.flops / 1e9).toFixed(3)} GFLOP)`, async () => {
    const start = performance.now();
    plan.run();
    await gpu.sync(fastestMs === Infinity ? 0 : fastestMs);
    fastestMs = Math.min(fastestMs, performance.now() - start);
  }, { time: 300, warmupTime: 50 });
}

const gemmWeight = packLinear(gpu, randomArray(1024 * 1024, 1), 1024, 1024);

describe(`conv2d on ${gpu.info.description}`, async () => {
  await addBench('GEMM 1024', [1024, 1024], (ops, x) => linear(ops, x, gemmWeight));
  for (const [inputs, size, outputs] of [[48, 64, 64], [64, 64, 64], [256, 32, 128], [128, 32, 128], [32, 128, 32], [32, 128, 12]] as const) {
    await addBench(`${inputs} to ${outputs} at ${size} x ${size}`, [size, size, inputs], (ops, x) => conv(ops, x, outputs));
  }
  await addBench('autoencoder, decoding', [32, 32, 8], decoder);
});
