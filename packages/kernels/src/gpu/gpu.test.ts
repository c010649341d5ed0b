import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeviceLostError, DisposedError, GpuLimitError, GpuUnavailableError } from '../errors.ts';
import { requestGpu } from '../node/index.ts';
import { relu } from '../elementwise/elementwise.ts';
import { Plan } from '../plan/plan.ts';
import { describeDevice } from './adapter.ts';
import { Gpu } from './gpu.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

describe('Gpu', () => {
  it('says what the adapter is and grants every limit that it has', () => {
    const { info } = gpu;
    expect(info.description).not.toBe('');
    expect(info.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(128 * 1024 * 1024);
    expect(info.limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(8);
    expect(info.hasSubgroups || info.subgroupSize === 0).toBe(true);
  });

  it('counts live bytes, in whole vectors, and remembers the peak', () => {
    const before = gpu.memory();
    const tensor = gpu.tensor(new Float32Array(5), [5]);
    expect(gpu.memory().liveBytes - before.liveBytes).toBe(32);
    expect(gpu.memory().peakBytes).toBeGreaterThanOrEqual(before.liveBytes + 32);
    tensor.dispose();
    expect(gpu.memory().liveBytes).toBe(before.liveBytes);
  });

  it('reuses read-back buffers', async () => {
    using tensor = gpu.tensor(new Float32Array(1000), [1000]);
    await tensor.read();
    const { pooledBytes } = gpu.memory();
    await tensor.read();
    expect(gpu.memory().pooledBytes).toBe(pooledBytes);
    expect(pooledBytes).toBeGreaterThanOrEqual(4000);
  });

  it('reads many tensors at once', async () => {
    const tensors = Array.from({ length: 20 }, (_, i) => gpu.tensor(new Float32Array([i]), [1]));
    expect((await Promise.all(tensors.map((tensor) => tensor.read()))).map((values) => values[0])).toEqual(tensors.map((_, i) => i));
    for (const tensor of tensors) tensor.dispose();
  });

  it('a borrowed device survives', async () => {
    const borrowed = Gpu.fromDevice(gpu.device);
    using tensor = gpu.tensor(new Float32Array([7]), [1]);
    const other = borrowed.tensor(new Float32Array([8]), [1]);
    expect([...(await other.read())]).toEqual([8]);
    borrowed.dispose();
    expect(() => borrowed.tensor(new Float32Array(1), [1])).toThrowErrorMatchingInlineSnapshot(`[DisposedError: Gpu was disposed and cannot be used any more.]`);
    expect([...(await tensor.read())]).toEqual([7]);
  });

  it('subgroups of varying size count as unknown', () => {
    const info = { vendor: 'test', subgroupMinSize: 8, subgroupMaxSize: 32 } as unknown as GPUAdapterInfo;
    expect(describeDevice(gpu.device, info).subgroupSize).toBe(0);
  });
});

describe('Gpu: errors', () => {
  it('a buffer beyond the limit of the device says which limit and by how much', () => {
    const { maxStorageBufferBindingSize: granted } = gpu.info.limits;
    const elements = granted / 4 + 4;
    const tooLarge = () => gpu.empty([elements], { label: 'atlas' });
    expect(tooLarge).toThrow(GpuLimitError);
    expect(tooLarge).toThrow(`Buffer "atlas [${elements}]" needs maxStorageBufferBindingSize = ${granted + 16}, but the device grants ${granted} (adapter maximum ${granted}).`);
  });

  it('a validation error surfaces at the next wait, once', async () => {
    gpu.device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    await expect(gpu.sync()).rejects.toThrow(/The GPU reported a validation error/);
    await gpu.sync();
  });

  it('no adapter: the platform’s own diagnosis', async () => {
    const none = { requestAdapter: async () => null } as unknown as GPU;
    const request = Gpu.fromEntryPoint(none, {}, () => 'Install a driver.');
    await expect(request).rejects.toMatchObject({ name: 'GpuUnavailableError', code: 'gpu-unavailable', reason: 'no-adapter' });
    await expect(request).rejects.toThrowErrorMatchingInlineSnapshot(`
      [GpuUnavailableError: WebGPU is there, but it found no adapter.
        Install a driver.]
    `);
  });

  it('an adapter that refuses a device', async () => {
    const refusing = {
      requestAdapter: async () => ({ limits: {}, features: new Set(), info: { vendor: 'acme', description: 'Rocket 1' }, requestDevice: () => Promise.reject(new Error('in use')) }),
    } as unknown as GPU;
    await expect(Gpu.fromEntryPoint(refusing, {}, () => '')).rejects.toThrowErrorMatchingInlineSnapshot(`
      [GpuUnavailableError: The adapter acme Rocket 1 refused a device: Error: in use
        Another program may hold the GPU, or the driver has just been reset: close other GPU programs and try again.]
    `);
  });

  it('Gpu.request in Node points to the Node entry', async () => {
    await expect(Gpu.request()).rejects.toThrowErrorMatchingInlineSnapshot(`
      [GpuUnavailableError: Node has no WebGPU of its own.
        Use requestGpu() from '@onegt/kernels/node' (npm install webgpu).]
    `);
    await expect(Gpu.request()).rejects.toBeInstanceOf(GpuUnavailableError);
  });

  it('a lost device: pending reads reject, later calls throw, gpu.lost resolves', async () => {
    const doomed = await requestGpu();
    const tensor = doomed.tensor(new Float32Array(4), [4]);
    const plan = await Plan.record(doomed, 'doomed', (ops) => ops.output('y', relu(ops, ops.input('x', [4]))));
    const pending = tensor.read();
    doomed.device.destroy();
    await expect(pending).rejects.toBeInstanceOf(DeviceLostError);
    expect(await doomed.lost).toBeInstanceOf(DeviceLostError);
    expect(() => plan.run()).toThrow(/The GPU device was lost \(destroyed\)/);
    await expect(tensor.read()).rejects.toBeInstanceOf(DeviceLostError);
    await expect(Plan.record(doomed, 'late', () => undefined)).rejects.toBeInstanceOf(DeviceLostError);
    plan.dispose();
    tensor.dispose();
    doomed.dispose();
  });

  it('use after dispose', async () => {
    const closed = await requestGpu();
    closed.dispose();
    closed.dispose();
    expect(() => closed.tensor(new Float32Array(1), [1])).toThrow(DisposedError);
    await expect(closed.sync()).rejects.toBeInstanceOf(DisposedError);
  });
});
