/**
 * The baseline stand-in for the texture stage: copies the portrait along the dense correspondence and guesses nothing.
 * Holes take the mirrored point, else the mean colour; outside of the skeleton the portrait stays as it is. No weights.
 */
import { DisposedError, type Gpu, Plan, type Tensor, throwIfAborted } from '@onegt/kernels';
import { MAP_SIZE } from './conditioning.ts';
import { checkMap, type Image, imageOf, packRgba, pixelsOf, type RenderedImage } from './image.ts';
import type { EncodedPortrait, RenderOptions, TextureStage } from './renderer.ts';
import { MAP_CHANNELS, prepareWarp, warp } from './warp/warp.ts';

export class WarpRenderer implements TextureStage {
  readonly gpu: Gpu;

  constructor(gpu: Gpu) {
    this.gpu = gpu;
  }

  async encode(image: Image | Float32Array, map: Tensor, options: { signal?: AbortSignal } = {}): Promise<EncodedPortrait> {
    const pixels = pixelsOf(image);
    checkMap(this.gpu, map, "portrait's map");
    const shape = [MAP_SIZE, MAP_SIZE, MAP_CHANNELS];
    const plan = await Plan.record(this.gpu, 'warp renderer', (ops) => {
      const picture = ops.input('picture', [MAP_SIZE, MAP_SIZE, 3]);
      const source = prepareWarp(ops, ops.input('portrait map', shape), picture);
      ops.output('rgba', packRgba(ops, warp(ops, { ...source, picture }, ops.input('map', shape)).picture));
    }, options);
    plan.write('picture', pixels);
    plan.copyFrom('portrait map', map);
    return new WarpedPortrait(this.gpu, plan);
  }

  /** Nothing is shared between portraits: there is nothing to free. */
  dispose(): void {}

  [Symbol.dispose](): void {}
}

class WarpedPortrait implements EncodedPortrait {
  readonly #gpu: Gpu;
  readonly #plan: Plan;
  #disposed = false;

  constructor(gpu: Gpu, plan: Plan) {
    this.#gpu = gpu;
    this.#plan = plan;
  }

  /** Steps and seed have no meaning here. */
  async render(targetMap: Tensor, { signal, onProgress }: RenderOptions = {}): Promise<RenderedImage> {
    if (this.#disposed) throw new DisposedError('Portrait');
    throwIfAborted(signal);
    checkMap(this.#gpu, targetMap, 'target map');
    this.#plan.copyFrom('map', targetMap);
    this.#plan.run();
    const rgba = await this.#plan.readU32('rgba'); // submitted with the run: simultaneous calls do not mix
    throwIfAborted(signal);
    onProgress?.({ phase: 'decode', step: 0, steps: 0 });
    return imageOf(rgba);
  }

  dispose(): void {
    this.#disposed = true;
    this.#plan.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
