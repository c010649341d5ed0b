/**
 * A frame beside our own GEMM in the same run: node packages/dit/bench/frame.mjs [weights folder] [rounds]
 * Needs a build (`npm run build`). All plans take turns in every round, so that a busy machine disturbs them alike; the
 * fastest round of each counts. One line is JSON.
 */
import { linear, packLinear, Plan } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { TextureRenderer } from '@onegt/dit';

const [folder = new URL('../../weights-nano/weights/', import.meta.url), rounds = '8'] = process.argv.slice(2);
const gpu = await requestGpu();
const renderer = await TextureRenderer.load(gpu, folder);
const N = 1024;
const weight = packLinear(gpu, new Float32Array(N * N).fill(0.01), N, N);
const gemm = await Plan.record(gpu, 'gemm 1024', (ops) => ops.output('y', linear(ops, ops.input('x', [N, N]), weight)));
const { encode, condition, step, decode } = renderer.plans;
const measured = { 'GEMM 1024³': [gemm], encode: [encode], condition: [condition], step: [step], decode: [decode], 'frame, 1 step': [condition, step, decode], 'frame, 4 steps': [condition, step, step, step, step, decode] };

const best = {};
for (let round = 0; round <= Number(rounds); round++) {
  for (const [name, plans] of Object.entries(measured)) {
    const started = performance.now();
    for (const plan of plans) plan.run();
    await gpu.device.queue.onSubmittedWorkDone();
    const milliseconds = performance.now() - started;
    if (round > 0) best[name] = Math.min(best[name] ?? Infinity, milliseconds); // the first round warms up
  }
}
const rows = Object.entries(measured).map(([name, plans]) => {
  const gflop = plans.reduce((sum, { flops }) => sum + flops, 0) / 1e9;
  return { name, gflop, milliseconds: best[name], gflops: gflop / best[name] * 1000 };
});
console.log(`${gpu.info.description}, peak GPU memory ${(gpu.memory().peakBytes / 2 ** 20).toFixed(0)} MiB`);
for (const { name, gflop, milliseconds, gflops } of rows) {
  console.log(`${name.padEnd(15)} ${gflop.toFixed(2).padStart(6)} GFLOP ${milliseconds.toFixed(1).padStart(8)} ms ${gflops.toFixed(1).padStart(6)} GFLOP/s ${(gflops / rows[0].gflops).toFixed(2).padStart(5)} of GEMM`);
}
console.log(JSON.stringify({ adapter: gpu.info.description, rows }));

if (process.env.PROFILE) {
  for (const plan of [condition, step, decode]) {
    const entries = await plan.profile();
    const groups = new Map();
    for (const { name, milliseconds, flops } of entries) {
      const key = name.replace(/^.*: /, '').replace(/main\.\d+/, 'main');
      const group = groups.get(key) ?? { milliseconds: 0, flops: 0, count: 0 };
      groups.set(key, { milliseconds: group.milliseconds + milliseconds, flops: group.flops + flops, count: group.count + 1 });
    }
    console.log(`\n${plan.label}`);
    for (const [name, { milliseconds, flops, count }] of [...groups].sort((a, b) => b[1].milliseconds - a[1].milliseconds)) {
      console.log(`${milliseconds.toFixed(1).padStart(8)} ms ${(flops / milliseconds / 1e6).toFixed(1).padStart(6)} GFLOP/s  ${count} x ${name}`);
    }
  }
}
weight.dispose();
gemm.dispose();
renderer.dispose();
gpu.dispose();
