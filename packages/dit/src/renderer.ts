/**
 * The texture stage. A portrait is encoded once and rendered many times; per picture, four plans run one after the other:
 * condition (warp, its latent, what the map says), step (as often as asked), decode. Everything between the target map
 * and the finished bytes stays on the GPU.
 *
 * The plans belong to the renderer and serve all portraits, one picture at a time: simultaneous calls queue up.
 */
import { DisposedError, type Gpu, loadWeights, type Operand, Plan, type Tensor, throwIfAborted } from '@onegt/kernels';
import { Autoencoder } from './autoencoder.ts';
import { mapFeatures, MAP_SIZE, rotaryFrequencies, rotaryTable, tokenCanonical, TOKENS } from './conditioning.ts';
import { flowSteps, gaussianNoise } from './flow.ts';
import { checkMap, type Image, imageOf, packRgba, pixelsOf, type RenderedImage } from './image.ts';
import { DiT, PATCH_FEATURES, unpatchify } from './model.ts';
import { averageCoverage, MAP_CHANNELS, prepareWarp, warp } from './warp/warp.ts';
import { loadConfig, type TextureConfig, weightSources, type WeightSources } from './weights.ts';

/** `download` once per chunk and file; `upload` and `compile` once, as they begin. */
export type LoadingProgress = { phase: 'download'; file: 'autoencoder' | 'dit'; loadedBytes: number; totalBytes: number } | { phase: 'upload' } | { phase: 'compile' };

export interface LoadOptions {
  onProgress?: (progress: LoadingProgress) => void;
  signal?: AbortSignal;
}

/** After each phase: `step` counts from 1 to `steps`. */
export interface RenderProgress {
  phase: 'condition' | 'step' | 'decode';
  step: number;
  steps: number;
}

export interface RenderOptions {
  /** Evaluations of the model: 1 is smooth and fast, 4 (default) is sharp. */
  steps?: number;
  /** Whole number; the same seed gives the same picture. One step uses no chance. Default 1. */
  seed?: number;
  /** Aborting frees the GPU within one step; the call rejects with the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (progress: RenderProgress) => void;
}

/** What turns a portrait and maps into pictures. {@link TextureRenderer} and {@link WarpRenderer} are two. */
export interface TextureStage extends Disposable {
  /**
   * @param image - 256 x 256 RGBA, or `[256, 256, 3]` in -1..1
   * @param map - skeleton map of the image `[256, 256, 10]`; only read
   * @returns owned by the caller
   */
  encode(image: Image | Float32Array, map: Tensor, options?: { signal?: AbortSignal }): Promise<EncodedPortrait>;
  dispose(): void;
}

export interface EncodedPortrait extends Disposable {
  /** @param targetMap - `[256, 256, 10]`; only read */
  render(targetMap: Tensor, options?: RenderOptions): Promise<RenderedImage>;
  dispose(): void;
}

interface Plans {
  encode: Plan;
  condition: Plan;
  step: Plan;
  decode: Plan;
}

/** What a portrait leaves behind for the frames: name in the plans -> tensor. */
type PortraitTensors = ReadonlyMap<string, Tensor>;

export class TextureRenderer implements TextureStage {
  readonly gpu: Gpu;
  readonly config: TextureConfig;
  readonly #autoencoder: Autoencoder;
  readonly #dit: DiT;
  readonly #frequencies: Tensor;
  readonly #plans: Plans;
  #shown: PortraitTensors | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #disposed = false;

  /**
   * Load weights and compile everything: the first picture is as fast as the others.
   *
   * @param weights - a folder (path or URL) with `config.json`, `autoencoder.safetensors` and `dit.safetensors`; or the
   *   three files, such as `weightUrls` of `@onegt/weights-nano`
   * @returns owned by the caller
   * @throws {@link WeightsError}, {@link GpuLimitError}
   */
  static async load(gpu: Gpu, weights: string | URL | WeightSources, options: LoadOptions = {}): Promise<TextureRenderer> {
    const { onProgress, signal } = options;
    const sources = weightSources(weights);
    const config = await loadConfig(sources.config, signal);
    const file = (name: 'autoencoder' | 'dit') =>
      loadWeights(sources[name], { onProgress: (progress) => onProgress?.({ ...progress, file: name }), ...(signal ? { signal } : {}) });
    const [autoencoderFile, ditFile] = await Promise.all([file('autoencoder'), file('dit')]);
    onProgress?.({ phase: 'upload' });
    const parts: Disposable[] = [];
    const keep = <T extends Disposable>(part: T): T => (parts.push(part), part);
    try {
      const autoencoder = keep(Autoencoder.load(gpu, autoencoderFile));
      const dit = keep(DiT.load(gpu, ditFile, config.dit));
      const frequencies = keep(rotaryFrequencies(gpu, config.dit.heads, config.dit.canonicalHeads));
      onProgress?.({ phase: 'compile' });
      const plans = await recordPlans(gpu, autoencoder, dit, frequencies, keep, signal);
      return new TextureRenderer(gpu, config, autoencoder, dit, frequencies, plans);
    } catch (error) {
      for (const part of parts) part[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(gpu: Gpu, config: TextureConfig, autoencoder: Autoencoder, dit: DiT, frequencies: Tensor, plans: Plans) {
    this.gpu = gpu;
    this.config = config;
    this.#autoencoder = autoencoder;
    this.#dit = dit;
    this.#frequencies = frequencies;
    this.#plans = plans;
  }

  /** The plans and their arithmetic, for benchmarks and profiles. They belong to the renderer. */
  get plans(): Readonly<Plans> {
    return this.#plans;
  }

  async encode(image: Image | Float32Array, map: Tensor, options: { signal?: AbortSignal } = {}): Promise<Portrait> {
    const pixels = pixelsOf(image);
    checkMap(this.gpu, map, "portrait's map");
    return this.#exclusive(async () => {
      throwIfAborted(options.signal);
      const plan = this.#plans.encode;
      plan.write('picture', pixels);
      plan.copyFrom('map', map);
      plan.run();
      const tensors = new Map<string, Tensor>([['picture', this.gpu.tensor(pixels, [MAP_SIZE, MAP_SIZE, 3], 'portrait/picture')]]);
      try {
        copyOutputs(this.gpu, plan, encodedNames(this.config), tensors);
        await plan.finish();
        throwIfAborted(options.signal);
      } catch (error) {
        for (const tensor of tensors.values()) tensor.dispose();
        throw error;
      }
      return new Portrait(tensors, (targetMap, renderOptions) => this.#render(tensors, targetMap, renderOptions));
    });
  }

  /** Free weights and plans. Portraits keep their own memory and must be disposed too. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const plan of Object.values(this.#plans)) plan.dispose();
    this.#frequencies.dispose();
    this.#dit.dispose();
    this.#autoencoder.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #render(portrait: PortraitTensors, targetMap: Tensor, options: RenderOptions): Promise<RenderedImage> {
    const { steps = 4, seed = 1, signal, onProgress } = options;
    const schedule = flowSteps(steps, this.config.flow);
    const noise = schedule[0]!.noiseScale > 0 ? gaussianNoise(seed, TOKENS * PATCH_FEATURES) : undefined;
    checkMap(this.gpu, targetMap, 'target map');
    return this.#exclusive(async () => {
      const { condition, step, decode } = this.#plans;
      throwIfAborted(signal);
      /** Only who listens pays for a pause between the phases. */
      const pause = async (plan: Plan, phase: RenderProgress['phase'], done: number): Promise<void> => {
        if (signal === undefined && onProgress === undefined) return;
        await plan.finish();
        throwIfAborted(signal);
        onProgress?.({ phase, step: done, steps });
        throwIfAborted(signal);
      };
      this.#show(portrait);
      condition.copyFrom('map', targetMap);
      condition.run();
      await pause(condition, 'condition', 0);

      const zeros = new Float32Array(TOKENS * PATCH_FEATURES);
      for (const [i, { time, stepSize, latent, base, noiseScale }] of schedule.entries()) {
        const scaledNoise = noise && noiseScale !== 1 ? noise.map((value) => value * noiseScale) : noise;
        for (const [name, from] of [['latent', latent], ['base', base]] as const) {
          if (from === 'previous') step.copyFrom(name, step.output('result'));
          else step.write(name, from === 'noise' ? scaledNoise! : zeros);
        }
        step.write('step size', new Float32Array(PATCH_FEATURES).fill(stepSize));
        this.#dit.writeTime(step, time);
        step.run();
        await pause(step, 'step', i + 1);
      }
      decode.run();
      const rgba = await decode.readU32('rgba');
      throwIfAborted(signal);
      onProgress?.({ phase: 'decode', step: steps, steps });
      return imageOf(rgba);
    });
  }

  /** Bring a portrait into the plans, unless it is there already. */
  #show(portrait: PortraitTensors): void {
    if (this.#shown === portrait) return;
    this.#shown = undefined;
    for (const [name, tensor] of portrait) (warpInputs.includes(name) ? this.#plans.condition : this.#plans.step).copyFrom(name, tensor);
    this.#shown = portrait;
  }

  /** One call at a time: they share plans and their buffers. A failed call does not fail the next one. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#disposed) return Promise.reject(new DisposedError('TextureRenderer'));
    const result = this.#tail.then(work);
    const settled = (): void => undefined;
    this.#tail = result.then(settled, settled); // the caller receives the error from `result`
    return result;
  }
}

/** An encoded portrait; owned by the caller. It must not outlive its renderer. */
export class Portrait implements EncodedPortrait {
  readonly #tensors: PortraitTensors;
  readonly #render: (targetMap: Tensor, options: RenderOptions) => Promise<RenderedImage>;
  #disposed = false;

  /** Use {@link TextureRenderer.encode}. */
  constructor(tensors: PortraitTensors, render: (targetMap: Tensor, options: RenderOptions) => Promise<RenderedImage>) {
    this.#tensors = tensors;
    this.#render = render;
  }

  /**
   * The portrait as another skeleton shows it.
   *
   * @param targetMap - skeleton map `[256, 256, 10]`; only read
   * @returns 256 x 256 RGBA, the same bytes for the same map, seed and adapter
   * @throws {@link ShapeMismatchError}, `invalid-option`, the signal's reason when aborted
   */
  async render(targetMap: Tensor, options: RenderOptions = {}): Promise<RenderedImage> {
    if (this.#disposed) throw new DisposedError('Portrait');
    return this.#render(targetMap, options);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const tensor of this.#tensors.values()) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

async function recordPlans(gpu: Gpu, autoencoder: Autoencoder, dit: DiT, frequencies: Tensor, keep: (plan: Plan) => Plan, signal?: AbortSignal): Promise<Plans> {
  const { heads, layers, referenceAttends } = dit.config;
  const isCached = referenceAttends === 'self';
  const options = signal ? { signal } : {};
  const map = [MAP_SIZE, MAP_SIZE, MAP_CHANNELS];
  const picture = [MAP_SIZE, MAP_SIZE, 3];
  const rotaryShape = [TOKENS, heads, 2, 32];

  const encoding = Plan.record(gpu, 'dit/encode', (ops) => {
    const image = ops.input('picture', picture);
    const portraitMap = ops.input('map', map);
    const { surface, meanColour } = prepareWarp(ops, portraitMap, image);
    const canonical = tokenCanonical(ops, portraitMap);
    const rotary = rotaryTable(ops, canonical, frequencies);
    const tokens = dit.embedReference(ops, autoencoder.encode(ops, image), mapFeatures(ops, portraitMap, canonical));
    ops.output('surface', surface);
    ops.output('mean colour', meanColour);
    if (!isCached) {
      ops.output('tokens', tokens);
      ops.output('rotary', rotary);
      return;
    }
    dit.referenceKeyValues(ops, tokens, rotary).forEach(({ key, value }, i) => {
      ops.output(`key ${i}`, key);
      ops.output(`value ${i}`, value);
    });
  }, options).then(keep);

  const conditioning = Plan.record(gpu, 'dit/condition', (ops) => {
    const targetMap = ops.input('map', map);
    const source = { surface: ops.input('surface', [MAP_SIZE, MAP_SIZE, 4]), picture: ops.input('picture', picture), meanColour: ops.input('mean colour', [4]) };
    const warped = warp(ops, source, targetMap);
    const canonical = tokenCanonical(ops, targetMap);
    ops.output('warped', warped.picture);
    ops.output('coverage', warped.coverage);
    ops.output('conditions', dit.embedMain(ops, autoencoder.encode(ops, warped.picture), averageCoverage(ops, warped.coverage), mapFeatures(ops, targetMap, canonical)));
    ops.output('rotary', rotaryTable(ops, canonical, frequencies));
  }, options).then(keep);
  const [encode, condition] = await allOrFirstError([encoding, conditioning]);

  const step = await Plan.record(gpu, 'dit/step', (ops) => {
    const tokens = [TOKENS, PATCH_FEATURES];
    const keys = [heads, TOKENS, 64];
    const reference = isCached
      ? { cached: Array.from({ length: layers }, (_, i) => ({ key: ops.input(`key ${i}`, keys), value: ops.input(`value ${i}`, keys) })) }
      : { tokens: ops.input('tokens', [TOKENS, dit.config.width]), rotary: ops.input('rotary', rotaryShape) };
    const result = dit.step(ops, {
      latent: ops.input('latent', tokens), base: ops.input('base', tokens), stepSize: ops.input('step size', [PATCH_FEATURES]),
      conditions: condition.output('conditions'), rotary: condition.output('rotary'), reference,
    });
    ops.output('result', result);
  }, options).then(keep);

  const decode = await Plan.record(gpu, 'dit/decode', (ops) => {
    let result: Operand = autoencoder.decode(ops, unpatchify(ops, step.output('result')));
    if (autoencoder.hasBlend) result = autoencoder.blend(ops, result, condition.output('warped'), condition.output('coverage'));
    ops.output('rgba', packRgba(ops, result));
  }, options).then(keep);

  return { encode, condition, step, decode };
}

/** Unlike `Promise.all`, waits for all before it rejects: what succeeded must be there to be freed. */
async function allOrFirstError<T extends readonly Promise<unknown>[]>(promises: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(promises);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return Promise.all(promises) as Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>;
}

/** What the condition plan reads of a portrait; the step plan reads the rest. */
const warpInputs: readonly string[] = ['surface', 'mean colour', 'picture'];

/** Outputs of the encode plan that a portrait keeps. */
function encodedNames({ dit }: TextureConfig): string[] {
  const blocks = Array.from({ length: dit.layers }, (_, i) => [`key ${i}`, `value ${i}`]).flat();
  return ['surface', 'mean colour', ...(dit.referenceAttends === 'self' ? blocks : ['tokens', 'rotary'])];
}

/** Copies of a plan's outputs, in order with its runs. @param copies - receives them one by one */
function copyOutputs(gpu: Gpu, plan: Plan, names: readonly string[], copies: Map<string, Tensor>): void {
  const encoder = gpu.device.createCommandEncoder({ label: `${plan.label}: keep outputs` });
  for (const name of names) {
    const output = plan.output(name);
    const copy = gpu.empty(output.shape, { label: `portrait/${name}` });
    copies.set(name, copy);
    encoder.copyBufferToBuffer(output.buffer, 0, copy.buffer, 0, output.byteLength);
  }
  gpu.submit(encoder.finish(), 0);
}
