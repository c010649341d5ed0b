/**
 * The learned anchor: a head prior, and two Transformers that correct it. Non-rigid first (the expression, in the
 * source's head space), then rigid (into the target view, completing what no detector sees).
 */
import { DisposedError, type Gpu, loadWeights, type SafetensorsFile, throwIfAborted, WeightsError } from '@onegt/kernels';
import { type View, viewFrom } from '../camera/camera.ts';
import type { Crop } from '../crop/crop.ts';
import { HeadPrior } from '../prior/prior.ts';
import { NUM_POINTS } from '../topology/topology.ts';
import type { Anchor, AnchorTarget, ObservedSkeleton, ObserveOptions, SourceSkeleton } from './anchor.ts';
import { type NetworkInputs, NONRIGID_SCALE, nonrigidInputs, RIGID_SCALE, rigidInputs } from './features.ts';
import { observe } from './observe.ts';
import { PointTransformer } from './point-transformer.ts';
import { targetExpression } from './target-expression.ts';

/** Where the three files are: a folder (path or URL) that holds them under their names, or each on its own. */
export type SkeletonWeights = string | URL | { prior: string | URL | Uint8Array; rigid: string | URL | Uint8Array; nonrigid: string | URL | Uint8Array };

export interface LoadAnchorOptions {
  onProgress?: (progress: { phase: 'download' | 'compile'; file: string; loadedBytes: number; totalBytes: number }) => void;
  signal?: AbortSignal;
}

export class SkeletonAnchor implements Anchor {
  readonly prior: HeadPrior;
  readonly #nonrigid: PointTransformer;
  readonly #rigid: PointTransformer;
  #disposed = false;

  private constructor(prior: HeadPrior, nonrigid: PointTransformer, rigid: PointTransformer) {
    this.prior = prior;
    this.#nonrigid = nonrigid;
    this.#rigid = rigid;
  }

  /**
   * Load `prior.safetensors`, `nonrigid.safetensors` and `rigid.safetensors` and compile the kernels.
   *
   * @throws WeightsError when a file is missing, truncated or of another model
   */
  static async load(gpu: Gpu, weights: SkeletonWeights, options: LoadAnchorOptions = {}): Promise<SkeletonAnchor> {
    const { onProgress, signal } = options;
    const abort = signal === undefined ? {} : { signal };
    const fetchFile = (name: 'prior' | 'nonrigid' | 'rigid'): Promise<SafetensorsFile> => {
      const file = `${name}.safetensors`;
      const source = typeof weights === 'string' || weights instanceof URL ? `${String(weights).replace(/\/+$/, '')}/${file}` : weights[name];
      return loadWeights(source, { ...abort, onProgress: (progress) => onProgress?.({ ...progress, file }) });
    };
    const [priorFile, nonrigidFile, rigidFile] = await Promise.all([fetchFile('prior'), fetchFile('nonrigid'), fetchFile('rigid')]);
    const prior = new HeadPrior(priorFile);
    onProgress?.({ phase: 'compile', file: 'nonrigid.safetensors', loadedBytes: 0, totalBytes: 0 });
    const nonrigid = await createTransformer(gpu, nonrigidFile, 'nonrigid', abort);
    try {
      onProgress?.({ phase: 'compile', file: 'rigid.safetensors', loadedBytes: 0, totalBytes: 0 });
      return new SkeletonAnchor(prior, nonrigid, await createTransformer(gpu, rigidFile, 'rigid', abort));
    } catch (error) {
      nonrigid.dispose();
      throw error;
    }
  }

  observe(landmarks: ArrayLike<number>, crop: Crop, options?: ObserveOptions): ObservedSkeleton {
    return observe(this.prior, landmarks, crop, options);
  }

  /**
   * Fit the prior to a face's points and complete them to 600 in the photograph's own view.
   *
   * @param landmarks - `[478, 3]` or `[468, 3]`, pixels of the picture, y down, z negative towards the camera
   * @param crop - of the same picture, from `computeCrop`
   * @throws InvalidLandmarksError
   */
  async encode(landmarks: ArrayLike<number>, crop: Crop, options?: ObserveOptions): Promise<SourceSkeleton> {
    this.#assertUsable();
    const observed = this.observe(landmarks, crop, options);
    return { ...observed, points: await this.#predict(observed, undefined, observed.expression, observed.view) };
  }

  /**
   * The source's skeleton under another camera and with another expression.
   *
   * @throws UnknownExpressionError, InvalidExpressionError, InvalidCameraError
   */
  async anchor(source: SourceSkeleton, target: AnchorTarget, options: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    this.#assertUsable();
    throwIfAborted(options.signal);
    const view = viewFrom(source.view, target.camera ?? {});
    const expression = targetExpression(source, target);
    return this.#predict(source, target.driving, expression, view, options.signal);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#nonrigid.dispose();
    this.#rigid.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Both stages, always: the rigid one was trained on the non-rigid one's answers, also where nothing is to change. */
  async #predict(source: ObservedSkeleton, driving: ObservedSkeleton | undefined, expression: Float64Array, view: View, signal?: AbortSignal): Promise<Float32Array> {
    const start = await corrected(this.#nonrigid, nonrigidInputs(this.prior, source, driving, expression), NONRIGID_SCALE);
    throwIfAborted(signal);
    return corrected(this.#rigid, rigidInputs(this.prior, start, source, view), RIGID_SCALE);
  }

  #assertUsable(): void {
    if (this.#disposed) throw new DisposedError('SkeletonAnchor');
  }
}

/** Start plus the network's correction. */
async function corrected(model: PointTransformer, { features, conditions, start }: NetworkInputs, scale: number): Promise<Float32Array> {
  const correction = await model.run(features, conditions);
  return start.map((value, i) => value + scale * correction[i]!);
}

const sizes = { nonrigid: { features: 15, conditions: 120 }, rigid: { features: 11, conditions: 35 } } as const;

async function createTransformer(gpu: Gpu, file: SafetensorsFile, name: 'nonrigid' | 'rigid', abort: { signal?: AbortSignal }): Promise<PointTransformer> {
  const model = await PointTransformer.create(gpu, file, `skeleton/${name}`, abort);
  const { points, features, conditions } = model.config;
  const expected = sizes[name];
  if (points !== NUM_POINTS || features !== expected.features || conditions !== expected.conditions) {
    model.dispose();
    throw new WeightsError(
      `${name}.safetensors takes ${points} points with ${features} features and ${conditions} conditions; this version gives ${NUM_POINTS}, ${expected.features} and ${expected.conditions}. The weights belong to another version of the model.`,
      { data: { points, features, conditions, expected } },
    );
  }
  return model;
}
