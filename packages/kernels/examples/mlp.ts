/**
 * A two-layer perceptron: record once, replay with new inputs.
 *
 *     node --conditions=@onegt/source packages/kernels/examples/mlp.ts     (Node 22.18 or newer runs TypeScript)
 */
import { linear, packLinear, Plan } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { randomArray } from '@onegt/kernels/testing';

const [T, K, H, N] = [4, 16, 32, 3]; // tokens, input, hidden, output

const gpu = await requestGpu();
console.log(`adapter: ${gpu.info.description}`);

// Weights as PyTorch has them: [out, in].
const first = packLinear(gpu, randomArray(H * K, 1), H, K);
const second = packLinear(gpu, randomArray(N * H, 2), N, H);
const bias = gpu.tensor(randomArray(H, 3), [H]);

const plan = await Plan.record(gpu, 'mlp', (ops) => {
  const x = ops.input('x', [T, K]); //                                          [T, K]
  const hidden = linear(ops, x, first, { bias, activation: 'silu' }); //        [T, H]
  ops.output('y', linear(ops, hidden, second)); //                              [T, N]
});

for (const seed of [10, 11]) {
  plan.write('x', randomArray(T * K, seed));
  plan.run();
  const y = await plan.read('y');
  console.log(`input ${seed}: first row ${[...y.subarray(0, N)].map((value) => value.toFixed(3)).join(' ')}`);
}
console.log(`${plan.flops} FLOP in ${plan.numDispatches} dispatches, ${gpu.memory().liveBytes} bytes live`);

for (const owned of [plan, first, second, bias, gpu]) owned.dispose();
