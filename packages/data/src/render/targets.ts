/** Textures and buffers of one picture. Pictures in flight share them: the queue runs one after the other. */
import type { Gpu } from '@onegt/kernels';
import { ENVIRONMENT_HEIGHT, ENVIRONMENT_LAYERS, ENVIRONMENT_WIDTH } from './environment.wgsl.ts';
import { LIST_HEADER, MAX_DRAWABLES, MIXED_HEADER } from './samples.wgsl.ts';
import { SLOTS } from './slot.wgsl.ts';
import { SHADOW_TEXELS, TILE } from './small-triangles.wgsl.ts';

export class Targets implements Disposable {
  /** `[side, side]` numbers of glass, side being that of the lattice. */
  readonly visibility: GPUTexture;
  readonly depth: GPUTexture;
  /** What the key light sees by the fixed pipeline. */
  readonly shadow: GPUTexture;
  /** The same as words: a software adapter reads those faster. */
  readonly shadowDepth: GPUBuffer;
  readonly environment: GPUTexture;
  /** `[side, side]` words of the nearest triangles. */
  readonly small: GPUBuffer;
  readonly smallShadow: GPUBuffer;
  /** Of each tile of samples the least word. */
  readonly tiles: GPUBuffer;
  /** Pixels of more than one group. */
  readonly mixed: GPUBuffer;
  readonly mixedDispatch: GPUBuffer;
  /** `[SLOTS, pixels]` groups of samples, and what else shading reads: occlusion and shadow map, in `parts`. */
  readonly slots: GPUBuffer;
  readonly parts: { occlusion: GPUBufferBinding; shadowMap: GPUBufferBinding };
  /** `[half, half]` */
  readonly coarseOcclusion: GPUBuffer;
  readonly lists: GPUBuffer;
  readonly dispatches: GPUBuffer;
  readonly radiance: GPUBuffer;
  readonly light: GPUBuffer;
  /** `[2, pixels]` colour and region; depth. */
  readonly result: GPUBuffer;
  readonly #gpu: Gpu;

  constructor(gpu: Gpu, size: number, side: number) {
    this.#gpu = gpu;
    const pixels = size * size;
    const { RENDER_ATTACHMENT, STORAGE_BINDING, TEXTURE_BINDING } = GPUTextureUsage;
    const texture = (label: string, format: GPUTextureFormat, extent: GPUExtent3DStrict, usage: number = RENDER_ATTACHMENT) => gpu.device.createTexture({ label: `render/${label}`, size: extent, format, usage: usage | TEXTURE_BINDING });
    this.visibility = texture('visibility', 'r32uint', [side, side]);
    this.depth = texture('depth', 'depth32float', [side, side]);
    this.shadow = texture('shadow', 'depth32float', [SHADOW_TEXELS, SHADOW_TEXELS], RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC);
    this.environment = texture('environment', 'rgba16float', [ENVIRONMENT_WIDTH, ENVIRONMENT_HEIGHT, ENVIRONMENT_LAYERS], STORAGE_BINDING);
    const buffer = (label: string, byteLength: number, usage = 0) => gpu.createBuffer(byteLength, `render/${label}`, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC | usage);
    this.small = buffer('small triangles', side * side * 4);
    this.smallShadow = buffer('shadow of small triangles', SHADOW_TEXELS ** 2 * 16);
    this.tiles = buffer('tiles', Math.ceil(side / TILE) ** 2 * 4);
    this.mixed = buffer('mixed', (MIXED_HEADER + pixels) * 4);
    this.mixedDispatch = buffer('mixed dispatch', 12, GPUBufferUsage.INDIRECT);
    // Parts begin where bindings may, as shade.wgsl.ts expects.
    const aligned = (byteLength: number) => Math.ceil(byteLength / 256) * 256;
    const occlusion = aligned(pixels * SLOTS * 4);
    const shadowMap = occlusion + aligned(pixels * 4);
    this.shadowDepth = buffer('depth of the shadow', SHADOW_TEXELS ** 2 * 4);
    this.slots = buffer('slots', shadowMap + SHADOW_TEXELS ** 2 * 8);
    this.parts = { occlusion: { buffer: this.slots, offset: occlusion, size: pixels * 4 }, shadowMap: { buffer: this.slots, offset: shadowMap, size: SHADOW_TEXELS ** 2 * 8 } };
    this.coarseOcclusion = buffer('coarse occlusion', Math.ceil(size / 2) ** 2 * 4);
    this.lists = buffer('lists', (LIST_HEADER + pixels * SLOTS) * 4);
    this.dispatches = buffer('dispatches', MAX_DRAWABLES * 12, GPUBufferUsage.INDIRECT);
    this.radiance = buffer('radiance', pixels * SLOTS * 8);
    this.light = buffer('light', pixels * 4);
    this.result = buffer('result', pixels * 8);
  }

  [Symbol.dispose](): void {
    for (const texture of [this.visibility, this.depth, this.shadow, this.environment]) texture.destroy();
    for (const buffer of [this.small, this.smallShadow, this.tiles, this.mixed, this.mixedDispatch, this.shadowDepth, this.slots, this.coarseOcclusion, this.lists, this.dispatches, this.radiance, this.light, this.result]) this.#gpu.releaseBuffer(buffer);
  }
}
