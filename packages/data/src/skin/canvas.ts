/**
 * What a skin is painted on: the textures of a head, colour and gloss, and relief over creases. Canvases are used again,
 * because making one costs more than painting it: lavapipe lets a new view of a texture wait until the picture at work is done.
 */
import type { Gpu } from '@onegt/kernels';
import { noiseWgsl } from '../render/noise.ts';
import { wholeWgsl } from '../render/whole.wgsl.ts';
import type { Atlas } from './atlas.ts';
import { bakeWgsl, shrinkWgsl } from './bake.wgsl.ts';
import type { SkinLook } from './look.ts';
import { lookWgsl, packLook } from './look-buffer.ts';

export const ATLAS_LEVELS = 4;

export class SkinCanvas implements Disposable {
  /** `[height, width]` square root of linear RGB; alpha: 0..0.7 gloss, 0.7..1 a coat. With smaller levels. */
  readonly albedo: GPUTexture;
  /** `[2 height, width]` above: gradient of the relief and cavity; below: slope of the creases in x and y, depth, group. */
  readonly detail: GPUTexture;
  readonly atlas: Atlas;
  readonly #gpu: Gpu;
  readonly #buffers: readonly GPUBuffer[];
  readonly #passes: readonly { pipeline: GPUComputePipeline; group: GPUBindGroup; workgroups: readonly [number, number] }[];

  constructor(gpu: Gpu, atlas: Atlas, look: SkinLook) {
    gpu.assertUsable();
    const { device } = gpu;
    const { bake, shrink } = pipelinesOf(device);
    const { width, height, places } = atlas;
    this.#gpu = gpu;
    this.atlas = atlas;
    const usage = GPUTextureUsage.STORAGE_BINDING | GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_SRC;
    const texture = (label: string, rows: number) => device.createTexture({ label, size: [width, rows], format: 'rgba8unorm', mipLevelCount: ATLAS_LEVELS, usage });
    this.albedo = texture('skin/albedo', height);
    this.detail = texture('skin/detail', 2 * height);
    const lookBuffer = gpu.createBuffer(packLook(look).byteLength, 'skin/look');
    const placesBuffer = gpu.createBuffer(places.byteLength, 'skin/places');
    gpu.writeBuffer(placesBuffer, places);
    this.#buffers = [lookBuffer, placesBuffer];

    const levels = (target: GPUTexture) => Array.from({ length: ATLAS_LEVELS }, (_, baseMipLevel) => target.createView({ baseMipLevel, mipLevelCount: 1 }));
    const group = (pipeline: GPUComputePipeline, ...resources: GPUBindingResource[]) =>
      device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: resources.map((resource, binding) => ({ binding, resource })) });
    const [albedoLevels, detailLevels] = [levels(this.albedo), levels(this.detail)];
    this.#passes = [
      { pipeline: bake, group: group(bake, { buffer: placesBuffer }, { buffer: lookBuffer }, albedoLevels[0]!, detailLevels[0]!), workgroups: [Math.ceil(places.length / 4 / 64), 1] },
      ...[albedoLevels, detailLevels].flatMap((views, i) => views.slice(1).map((view, mip) => ({
        pipeline: shrink, group: group(shrink, views[mip]!, view), workgroups: [Math.ceil((width >> (mip + 1)) / 8), Math.ceil((((i + 1) * height) >> (mip + 1)) / 8)] as const,
      }))),
    ];
    this.paint(look);
  }

  paint(look: SkinLook): void {
    const { device } = this.#gpu;
    this.#gpu.writeBuffer(this.#buffers[0]!, packLook(look));
    const encoder = device.createCommandEncoder({ label: 'skin' });
    const pass = encoder.beginComputePass({ label: 'skin' });
    for (const { pipeline, group, workgroups } of this.#passes) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...workgroups);
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  [Symbol.dispose](): void {
    this.albedo.destroy();
    this.detail.destroy();
    for (const buffer of this.#buffers) this.#gpu.releaseBuffer(buffer);
  }
}

/** Canvases that are free, for whoever paints many people. */
export class SkinCanvases implements Disposable {
  #free: SkinCanvas[] = [];
  #isDisposed = false;

  /** @returns the caller's until it gives the canvas back */
  take(gpu: Gpu, atlas: Atlas, look: SkinLook): SkinCanvas {
    const at = this.#free.findIndex((canvas) => canvas.atlas === atlas);
    if (at === -1) return new SkinCanvas(gpu, atlas, look);
    const [canvas] = this.#free.splice(at, 1);
    canvas!.paint(look);
    return canvas!;
  }

  give(canvas: SkinCanvas): void {
    if (this.#isDisposed) canvas[Symbol.dispose]();
    else this.#free.push(canvas);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const canvas of this.#free) canvas[Symbol.dispose]();
    this.#free = [];
  }
}

interface Pipelines {
  bake: GPUComputePipeline;
  shrink: GPUComputePipeline;
}
const pipelines = new WeakMap<GPUDevice, Pipelines>();

function pipelinesOf(device: GPUDevice): Pipelines {
  let both = pipelines.get(device);
  if (both === undefined) {
    const compile = (label: string, code: string) => device.createComputePipeline({ label, layout: 'auto', compute: { module: device.createShaderModule({ label, code }), entryPoint: 'main' } });
    both = { bake: compile('skin/bake', wholeWgsl + noiseWgsl + lookWgsl + bakeWgsl), shrink: compile('skin/shrink', shrinkWgsl) };
    pipelines.set(device, both);
  }
  return both;
}
