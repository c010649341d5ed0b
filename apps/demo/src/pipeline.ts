/**
 * The stages in a row: face and landmarks, crop, 600-point skeleton, anchor, skeleton map, texture. Public entry points
 * of the packages only; any stage can be swapped for another with the same shape. The same in Node and in a browser:
 * who opens it says where the GPU and the files come from.
 */
import { type EncodedPortrait, TextureRenderer, type TextureStage } from '@onegt/dit';
import type { Gpu } from '@onegt/kernels';
import {
  type Anchor, type AnchorTarget, computeCrop, cropImage, type Face, FaceDetector, type Image, MAP_SIZE, MapRasterizer, NoFaceError, type ObservedSkeleton, type ReadFile,
  SkeletonAnchor, type SourceSkeleton,
} from '@onegt/skeleton';
import type { WeightName } from '@onegt/weights-nano';
import { InputError } from './errors.ts';

/** Runs a stage under its name, which people see as progress. */
export interface StageRunner {
  run<T>(name: string, body: () => Promise<T> | T): Promise<T>;
}

export interface DetectorSources {
  requestGpu(): Promise<Gpu>;
  /** Reads the networks of face detection. */
  readFaceNetwork: ReadFile;
}

export interface Sources extends DetectorSources {
  weights: Readonly<Record<WeightName, string | URL>>;
}

export interface OpenOptions {
  stages: StageRunner;
  signal: AbortSignal;
  /** As the weights arrive, several files at once; `totalBytes` is 0 when the server does not say. */
  onDownload?: (file: string, loadedBytes: number, totalBytes: number) => void;
}

export interface RenderSettings {
  steps: number;
  seed: number;
  /** Ends this picture only; the pipeline's own signal ends everything. */
  signal?: AbortSignal;
}

interface Parts {
  gpu: Gpu;
  detector: FaceDetector;
  anchor: Anchor;
  rasterizer: MapRasterizer;
  texture: TextureStage;
}

export class Pipeline implements Disposable {
  readonly stages: StageRunner;
  readonly signal: AbortSignal;
  readonly parts: Readonly<Parts>;

  private constructor(parts: Parts, { stages, signal }: OpenOptions) {
    this.parts = parts;
    this.stages = stages;
    this.signal = signal;
  }

  /** Gets the GPU, loads all networks and compiles their kernels. */
  static async open(sources: Sources, options: OpenOptions): Promise<Pipeline> {
    const { stages, signal, onDownload } = options;
    const { weights } = sources;
    const loading = {
      signal,
      onProgress: (progress: { phase: string; file?: string; loadedBytes?: number; totalBytes?: number }) => {
        if (progress.phase === 'download') onDownload?.(progress.file!, progress.loadedBytes!, progress.totalBytes!);
      },
    };
    const { gpu, detector } = await openDetector(sources, options);
    const opened: Disposable[] = [detector, gpu];
    const keep = <T extends Disposable>(part: T): T => (opened.unshift(part), part);
    try {
      const anchor = keep(await stages.run('load skeleton networks', () => SkeletonAnchor.load(gpu, weights, loading)));
      const rasterizer = keep(await MapRasterizer.create(gpu, { signal }));
      const texture = keep(await stages.run('load texture networks', () => TextureRenderer.load(gpu, weights, loading)));
      return new Pipeline({ gpu, detector, anchor, rasterizer, texture }, options);
    } catch (error) {
      for (const part of opened) part[Symbol.dispose]();
      throw error;
    }
  }

  /** For people: which adapter does the work. */
  get adapter(): string {
    return describeAdapter(this.parts.gpu);
  }

  memoryReport(): string {
    const { liveBytes, peakBytes } = this.parts.gpu.memory();
    return `GPU memory: ${(liveBytes / 1e6).toFixed(0)} MB now, ${(peakBytes / 1e6).toFixed(0)} MB at most`;
  }

  /**
   * Everything that is done once per identity.
   *
   * @param faceNumber - 1 is the largest face
   */
  async encode(picture: Image, faceNumber: number): Promise<Subject> {
    const { stages, signal } = this;
    const { anchor, rasterizer, texture } = this.parts;
    const face = await this.#face(picture, faceNumber);
    const crop = computeCrop(face.landmarks);
    const image = cropImage(picture, crop, MAP_SIZE);
    const skeleton = await stages.run('encode skeleton', () => anchor.encode(face.landmarks, crop));
    signal.throwIfAborted();
    using map = rasterizer.rasterize(skeleton.points);
    const portrait = await stages.run('encode texture', () => texture.encode(image, map, { signal }));
    return new Subject(this, image, skeleton, portrait);
  }

  /** The largest face of a picture, as something that drives a subject. */
  async observe(picture: Image): Promise<ObservedSkeleton> {
    const face = await this.#face(picture, 1);
    return this.parts.anchor.observe(face.landmarks, computeCrop(face.landmarks));
  }

  async #face(picture: Image, faceNumber: number): Promise<Face> {
    const { stages, signal } = this;
    const faces = await stages.run('detect face', () => this.parts.detector.detect(picture, { maxFaces: faceNumber, thorough: faceNumber > 1, signal }));
    const face = faces[faceNumber - 1];
    if (face === undefined) throw new InputError(`The picture has ${faces.length} face${faces.length === 1 ? '' : 's'}, so there is no face ${faceNumber}.`, { data: { faces: faces.length, faceNumber } });
    return face;
  }

  [Symbol.dispose](): void {
    const { gpu, detector, anchor, rasterizer, texture } = this.parts;
    for (const part of [texture, rasterizer, anchor, detector, gpu]) part[Symbol.dispose]();
  }
}

/** One person, encoded once and rendered as often as wanted. */
export class Subject implements Disposable {
  /** What the models see of the photograph. */
  readonly image: Image;
  readonly skeleton: SourceSkeleton;
  readonly #pipeline: Pipeline;
  readonly #portrait: EncodedPortrait;

  constructor(pipeline: Pipeline, image: Image, skeleton: SourceSkeleton, portrait: EncodedPortrait) {
    this.#pipeline = pipeline;
    this.image = image;
    this.skeleton = skeleton;
    this.#portrait = portrait;
  }

  /** What the target leaves out stays as the photograph has it. A driving face brings its pose along. */
  async render(target: AnchorTarget, settings: RenderSettings): Promise<Image> {
    const { stages, parts } = this.#pipeline;
    const { steps, seed, signal = this.#pipeline.signal } = settings;
    const camera = { ...target.driving?.angles, ...target.camera };
    const points = await stages.run('anchor', () => parts.anchor.anchor(this.skeleton, { ...target, camera }));
    signal.throwIfAborted();
    return stages.run(`render, ${steps} step${steps === 1 ? '' : 's'}`, async () => {
      using map = parts.rasterizer.rasterize(points);
      return await this.#portrait.render(map, { steps, seed, signal }); // awaited here: the map must live until then
    });
  }

  [Symbol.dispose](): void {
    this.#portrait.dispose();
  }
}

/** The GPU and face detection alone, for what needs no more. */
export async function openDetector({ requestGpu, readFaceNetwork }: DetectorSources, { stages, signal }: OpenOptions): Promise<{ gpu: Gpu; detector: FaceDetector }> {
  signal.throwIfAborted();
  const gpu = await stages.run('get the GPU', () => requestGpu());
  try {
    return { gpu, detector: await stages.run('load face networks', () => FaceDetector.load(gpu, { read: readFaceNetwork, signal })) };
  } catch (error) {
    gpu.dispose();
    throw error;
  }
}

/** Like `detect`, but no face is an empty list. */
export async function detectAll(detector: FaceDetector, picture: Image, options: Parameters<FaceDetector['detect']>[1]): Promise<Face[]> {
  try {
    return await detector.detect(picture, options);
  } catch (error) {
    if (error instanceof NoFaceError) return [];
    throw error;
  }
}

export function describeAdapter({ info }: Gpu): string {
  return `${info.description || `${info.vendor} ${info.architecture}`}${info.isFallback ? ' (on the processor)' : ''}`;
}
