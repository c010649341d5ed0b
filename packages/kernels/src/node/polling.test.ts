import { stat } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import type { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from './index.ts';

/** Keeps any adapter busy for a while: each of 64 invocations depends on its own last result. */
function submitLongWork({ device }: Gpu): void {
  const code = `@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  var x = id.x + 1u;
  for (var i = 0u; i < 400000u; i++) { x = x * 1664525u + 1013904223u; }
  out[id.x] = x;
}`;
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code }), entryPoint: 'main' } });
  const buffer = device.createBuffer({ size: 4 * 64 * 16, usage: GPUBufferUsage.STORAGE });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer } }] }));
  pass.dispatchWorkgroups(16);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

test('pollIntervalMs: the thread that waits for the GPU sleeps nearly all the time', async () => {
  const gpu = await requestGpu({ pollIntervalMs: 4 });
  submitLongWork(gpu);
  await gpu.sync(); // compiled
  submitLongWork(gpu);
  const before = performance.eventLoopUtilization();
  const started = performance.now();
  await gpu.sync();
  expect(performance.now() - started).toBeGreaterThan(20); // else this says nothing
  expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
  gpu.dispose();
});

test('setImmediate of JavaScript functions still comes before any timer', async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    // Node promises this order only where input or output has ended: elsewhere a busy machine may let the timer go first.
    stat('.', () => {
      setTimeout(() => { order.push('timer'); resolve(); }, 0);
      setImmediate((word: string) => order.push(word), 'immediate');
    });
  });
  expect(order).toEqual(['immediate', 'timer']);
});
