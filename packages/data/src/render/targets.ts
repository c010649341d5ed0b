/** Textures and buffers of one picture. Pictures in flight share them: the queue runs one after the other. */
import type { Gpu } from '@onegt/kernels';
import { ENVIRONMENT_HEIGHT, ENVIRONMENT_LAYERS, ENVIRONMENT_WIDTH } from './environment.wgsl.ts';
import { LIST_HEADER, MAX_DRAWABLES, SLOTS } from './samples.wgsl.ts';
import { SHADOW_TEXELS } from './small-triangles.wgsl.ts';

export class Targets implements Disposable {
  /** `[size * samples]^2` words of the visible triangles. */
  readonly visibility: GPUTexture;
  readonly depth: GPUTexture;
  /** What the key light sees by the fixed pipeline, and all of it. */
  readonly shadow: GPUTexture;
  readonly shadowMap: GPUTexture;
  readonly coarseOcclusion: GPUTexture;
  readonly occlusion: GPUTexture;
  readonly environment: GPUTexture;
  /** `[size * samples]^2` words of the nearest small triangles. */
  readonly small: GPUBuffer;
  readonly smallShadow: GPUBuffer;
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
    const { RENDER_ATTACHMENT, STORAGE_BINDING, TEXTURE_BINDING } = GPUTextureUsage;
    const texture = (label: string, format: GPUTextureFormat, extent: GPUExtent3DStrict, usage: number = RENDER_ATTACHMENT) => gpu.device.createTexture({ label: `render/${label}`, size: extent, format, usage: usage | TEXTURE_BINDING });
    this.visibility = texture('visibility', 'r32uint', [side, side]);
    this.depth = texture('depth', 'depth32float', [side, side]);
    this.shadow = texture('shadow', 'depth32float', [SHADOW_TEXELS, SHADOW_TEXELS]);
    this.shadowMap = texture('shadow map', 'rgba32float', [SHADOW_TEXELS, SHADOW_TEXELS], STORAGE_BINDING);
    const half = Math.ceil(size / 2);
    this.coarseOcclusion = texture('coarse occlusion', 'r32float', [half, half], STORAGE_BINDING);
    this.occlusion = texture('occlusion', 'r32float', [size, size], STORAGE_BINDING);
    this.environment = texture('environment', 'rgba16float', [ENVIRONMENT_WIDTH, ENVIRONMENT_HEIGHT, ENVIRONMENT_LAYERS], STORAGE_BINDING);
    const buffer = (label: string, byteLength: number, usage = 0) => gpu.createBuffer(byteLength, `render/${label}`, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC | usage);
    this.small = buffer('small triangles', side * side * 4);
    this.smallShadow = buffer('shadow of small triangles', SHADOW_TEXELS ** 2 * 16);
    this.slots = buffer('slots', pixels * SLOTS * 8);
    this.lists = buffer('lists', (LIST_HEADER + pixels * SLOTS) * 4);
    this.dispatches = buffer('dispatches', MAX_DRAWABLES * 12, GPUBufferUsage.INDIRECT);
    this.radiance = buffer('radiance', pixels * SLOTS * 16);
    this.light = buffer('light', pixels * 16);
    this.result = buffer('result', pixels * 8);
  }

  [Symbol.dispose](): void {
    for (const texture of [this.visibility, this.depth, this.shadow, this.shadowMap, this.coarseOcclusion, this.occlusion, this.environment]) texture.destroy();
    for (const buffer of [this.small, this.smallShadow, this.slots, this.lists, this.dispatches, this.radiance, this.light, this.result]) this.#gpu.releaseBuffer(buffer);
  }
}
