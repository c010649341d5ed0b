/**
 * What a skin is painted on: the texels of a head, and smaller levels of them. Canvases are used again: four megabytes that
 * the driver need not clear for every person.
 */
import type { Gpu } from '@onegt/kernels';
import { noiseWgsl } from '../render/noise.ts';
import { wholeWgsl } from '../render/whole.wgsl.ts';
import type { Atlas } from './atlas.ts';
import { bakeWgsl, shrinkWgsl } from './bake.wgsl.ts';
import { skinTexelWgsl } from './texel.wgsl.ts';
import type { SkinLook } from './look.ts';
import { lookWgsl, packLook } from './look-buffer.ts';

export const ATLAS_LEVELS = 4;

export class SkinCanvas implements Disposable {
  /** `[ATLAS_LEVELS]` of `[height, width, 3]` words as in {@link skinTexelWgsl}, each level half as wide and high as the one before. */
  readonly texels: GPUBuffer;
  readonly atlas: Atlas;
  readonly #gpu: Gpu;
  readonly #buffers: readonly GPUBuffer[];
  readonly #passes: readonly { pipeline: GPUComputePipeline; group: GPUBindGroup; workgroups: readonly [number, number] }[];

  constructor(gpu: Gpu, atlas: Atlas, look: SkinLook) {
    gpu.assertUsable();
    const { device } = gpu;
    const { bake, shrink } = pipelinesOf(device);
    const { places } = atlas;
    this.#gpu = gpu;
    this.atlas = atlas;
    const levels = levelsOf(atlas);
    this.texels = gpu.createBuffer(4 * levels.at(-1)!.end, 'skin/texels', GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
    const lookBuffer = gpu.createBuffer(packLook(look).byteLength, 'skin/look');
    const placesBuffer = gpu.createBuffer(places.byteLength, 'skin/places');
    gpu.writeBuffer(placesBuffer, places);
    const levelBuffers = levels.slice(1).map(({ width, height, first }, i) => {
      const buffer = gpu.createBuffer(16, 'skin/level', GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
      gpu.writeBuffer(buffer, Uint32Array.of(width, height, first, levels[i]!.first));
      return buffer;
    });
    this.#buffers = [lookBuffer, placesBuffer, this.texels, ...levelBuffers];

    const group = (pipeline: GPUComputePipeline, ...buffers: GPUBuffer[]) =>
      device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })) });
    this.#passes = [
      { pipeline: bake, group: group(bake, placesBuffer, lookBuffer, this.texels), workgroups: [Math.ceil(places.length / 4 / 64), 1] },
      ...levels.slice(1).map(({ width, height }, i) => ({
        pipeline: shrink, group: group(shrink, this.texels, levelBuffers[i]!), workgroups: [Math.ceil(width / 8), Math.ceil(height / 8)] as const,
      })),
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
    for (const buffer of this.#buffers) this.#gpu.releaseBuffer(buffer);
  }
}

/** Of a {@link SkinCanvas}: sides in texels, first word and the one after the last. */
export function levelsOf({ width, height }: Pick<Atlas, 'width' | 'height'>): { width: number; height: number; first: number; end: number }[] {
  let end = 0;
  return Array.from({ length: ATLAS_LEVELS }, (_, level) => {
    const own = { width: width >> level, height: height >> level, first: end };
    end += 3 * own.width * own.height;
    return { ...own, end };
  });
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
    both = { bake: compile('skin/bake', wholeWgsl + noiseWgsl + lookWgsl + skinTexelWgsl + bakeWgsl), shrink: compile('skin/shrink', wholeWgsl + skinTexelWgsl + shrinkWgsl) };
    pipelines.set(device, both);
  }
  return both;
}
