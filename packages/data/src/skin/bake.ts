/** One person's look, painted into the textures of a head: colour and gloss; relief over creases. */
import type { Gpu } from '@onegt/kernels';
import { noiseWgsl } from '../render/noise.ts';
import type { Atlas } from './atlas.ts';
import { bakeWgsl, shrinkWgsl } from './bake.wgsl.ts';
import type { SkinLook } from './look.ts';
import { lookWgsl, packLook } from './look-buffer.ts';

export interface BakedSkin {
  /** `[height, width]` square root of linear RGB; alpha: 0..0.7 gloss, 0.7..1 a coat. With smaller levels. */
  albedo: GPUTexture;
  /** `[2 height, width]` above: gradient of the relief and cavity; below: slope of the creases in x and y, depth, group. */
  detail: GPUTexture;
}

export const ATLAS_LEVELS = 4;

interface Pipelines {
  bake: GPUComputePipeline;
  shrink: GPUComputePipeline;
}
const pipelines = new WeakMap<GPUDevice, Pipelines>();

export function bakeSkin(gpu: Gpu, look: SkinLook, atlas: Atlas): BakedSkin {
  gpu.assertUsable();
  const { device } = gpu;
  const { bake, shrink } = pipelinesOf(device);
  const { width, height, places } = atlas;
  const usage = GPUTextureUsage.STORAGE_BINDING | GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_SRC;
  const texture = (label: string, rows: number) => device.createTexture({ label, size: [width, rows], format: 'rgba8unorm', mipLevelCount: ATLAS_LEVELS, usage });
  const albedo = texture('skin/albedo', height);
  const detail = texture('skin/detail', 2 * height);

  const placesBuffer = gpu.createBuffer(places.byteLength, 'skin/places');
  gpu.writeBuffer(placesBuffer, places);
  const packed = packLook(look);
  const lookBuffer = gpu.createBuffer(packed.byteLength, 'skin/look');
  gpu.writeBuffer(lookBuffer, packed);

  const encoder = device.createCommandEncoder({ label: 'skin' });
  const level = (target: GPUTexture, mip: number) => target.createView({ baseMipLevel: mip, mipLevelCount: 1 });
  const pass = encoder.beginComputePass({ label: 'skin' });
  pass.setPipeline(bake);
  pass.setBindGroup(0, device.createBindGroup({
    layout: bake.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: placesBuffer } }, { binding: 1, resource: { buffer: lookBuffer } }, { binding: 2, resource: level(albedo, 0) }, { binding: 3, resource: level(detail, 0) }],
  }));
  pass.dispatchWorkgroups(Math.ceil(places.length / 4 / 64));
  pass.setPipeline(shrink);
  for (const target of [albedo, detail]) {
    for (let mip = 1; mip < ATLAS_LEVELS; mip++) {
      pass.setBindGroup(0, device.createBindGroup({ layout: shrink.getBindGroupLayout(0), entries: [{ binding: 0, resource: level(target, mip - 1) }, { binding: 1, resource: level(target, mip) }] }));
      pass.dispatchWorkgroups(Math.ceil((width >> mip) / 8), Math.ceil((target.height >> mip) / 8));
    }
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
  // WebGPU keeps what was submitted alive; the buffers can go.
  gpu.releaseBuffer(placesBuffer);
  gpu.releaseBuffer(lookBuffer);
  return { albedo, detail };
}

function pipelinesOf(device: GPUDevice): Pipelines {
  let both = pipelines.get(device);
  if (both === undefined) {
    const compile = (label: string, code: string) => device.createComputePipeline({ label, layout: 'auto', compute: { module: device.createShaderModule({ label, code }), entryPoint: 'main' } });
    both = { bake: compile('skin/bake', noiseWgsl + lookWgsl + bakeWgsl), shrink: compile('skin/shrink', shrinkWgsl) };
    pipelines.set(device, both);
  }
  return both;
}
