/** Textures and buffers of one picture. Pictures in flight share them: the queue runs one after the other. */
import type { Gpu } from '@onegt/kernels';
import { LIST_HEADER, MAX_DRAWABLES, SLOTS } from './samples.wgsl.ts';

export class Targets implements Disposable {
  /** `[size * samples]^2` words of the visible triangles. */
  readonly visibility: GPUTexture;
  readonly depth: GPUTexture;
  readonly slots: GPUBuffer;
  readonly lists: GPUBuffer;
  readonly dispatches: GPUBuffer;
  readonly radiance: GPUBuffer;
  readonly light: GPUBuffer;
  /** `[2, pixels]` colour and region; depth. */
  readonly result: GPUBuffer;
  readonly #gpu: Gpu;

  constructor(gpu: Gpu, size: number, samples: number) {
    this.#gpu = gpu;
    const pixels = size * size;
    const side = size * samples;
    const texture = (label: string, format: GPUTextureFormat) =>
      gpu.device.createTexture({ label: `render/${label}`, size: [side, side], format, usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.TEXTURE_BINDING });
    this.visibility = texture('visibility', 'r32uint');
    this.depth = texture('depth', 'depth32float');
    const buffer = (label: string, byteLength: number, usage = 0) => gpu.createBuffer(byteLength, `render/${label}`, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC | usage);
    this.slots = buffer('slots', pixels * SLOTS * 8);
    this.lists = buffer('lists', (LIST_HEADER + pixels * SLOTS) * 4);
    this.dispatches = buffer('dispatches', MAX_DRAWABLES * 12, GPUBufferUsage.INDIRECT);
    this.radiance = buffer('radiance', pixels * SLOTS * 16);
    this.light = buffer('light', pixels * 16);
    this.result = buffer('result', pixels * 8);
  }

  [Symbol.dispose](): void {
    this.visibility.destroy();
    this.depth.destroy();
    for (const buffer of [this.slots, this.lists, this.dispatches, this.radiance, this.light, this.result]) this.#gpu.releaseBuffer(buffer);
  }
}
