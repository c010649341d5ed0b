/** Samples with pictures: people built once per sample, posed and rendered view by view, several samples at a time. */
import { DisposedError, type Gpu } from '@onegt/kernels';
import { type AccessoryLook, hiddenPoints } from '../accessories/accessories.ts';
import type { HeadModel } from '../heads/head-model.ts';
import { createHeadPoser, type HeadPoser } from '../heads/pose.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import type { Figure } from '../render/drawable.ts';
import { type Rendered, SceneRenderer } from '../render/scene-renderer.ts';
import { withAutoWhiteBalance } from '../photo/photo.ts';
import { createBackground } from '../setting/background.ts';
import { LightProbe, type LitBackground } from '../setting/light-probe.ts';
import { sampleSettingLook, type SettingLook } from '../setting/setting.ts';
import { createRandom } from '../random/random.ts';
import { assemble, createGeometry, joined, personRecord, type Somebody } from './geometry-maker.ts';
import { createFigures, type Looks, sampleLooks } from './looks.ts';
import type { SampleMaker, SampleRequest } from './maker.ts';
import type { Json, Picture, Sample } from './sample.ts';
import { SkinCanvases } from '../skin/canvas.ts';
import { createSkeletonPoser, type SkeletonPoser } from './skeleton-poser.ts';
import { visiblePoints } from './visibility.ts';

export interface PictureMakerOptions {
  /** Pixels per side. Default 256. */
  size?: number;
}

export class PictureMaker implements SampleMaker {
  readonly adapter: string;
  readonly head: { readonly name: string; readonly licence: string };
  /** While one sample is drawn, another is posed, and a third read back or encoded. */
  readonly concurrency = 3;
  readonly #gpu: Gpu;
  readonly #model: HeadModel;
  readonly #skeleton: SkeletonPoser;
  readonly #renderer: SceneRenderer;
  readonly #probe: LightProbe;
  readonly #canvases = new SkinCanvases();
  #isDisposed = false;

  /**
   * @param gpu - borrowed: it survives `dispose`
   * @returns owned by the caller
   */
  static async create(gpu: Gpu, model: HeadModel, { size = 256 }: PictureMakerOptions = {}): Promise<PictureMaker> {
    return new PictureMaker(gpu, model, await SceneRenderer.create(gpu, { size }));
  }

  private constructor(gpu: Gpu, model: HeadModel, renderer: SceneRenderer) {
    this.#gpu = gpu;
    this.#model = model;
    this.#skeleton = createSkeletonPoser(model);
    this.#renderer = renderer;
    this.#probe = new LightProbe(gpu);
    this.adapter = gpu.info.description;
    this.head = { name: model.name, licence: model.licence };
  }

  async make(request: SampleRequest, signal?: AbortSignal): Promise<Sample> {
    signal?.throwIfAborted();
    if (this.#isDisposed) throw new DisposedError('PictureMaker');
    this.#gpu.assertUsable();
    if (request.size !== this.#renderer.size) throw new RangeError(`This maker renders ${this.#renderer.size} pixels a side, not ${request.size}.`);
    const geometry = createGeometry(this.#model, this.#skeleton, request);
    const looks = geometry.people.map(({ seed, traits }) => sampleLooks(seed, traits));
    const settings = await Promise.all(geometry.plan.settings.map(({ seed, frame }, s) => this.#light(sampleSettingLook(createRandom(seed, 'setting'), frame, geometry.people[s]!.traits.melanin))));
    const people: Person[] = [];
    try {
      geometry.people.forEach((somebody, p) => people.push(new Person(this.#gpu, this.#model, somebody, looks[p]!, this.#canvases)));
      const rendering: Promise<Rendered>[] = [];
      for (const { pose, setting, view, noiseSeed } of geometry.views) {
        signal?.throwIfAborted();
        const { person, expression } = geometry.plan.poses[pose]!;
        people[person]!.pose(pose, expression);
        const { look, lit } = settings[setting]!;
        const { result } = await this.#renderer.submit({ view, drawables: people[person]!.drawables, lighting: lit.lighting, background: lit.background, photo: look.photo, seed: noiseSeed });
        rendering.push(result);
      }
      const rendered = await Promise.all(rendering);
      const behindGlass = looks.map(({ accessories }) => pointsBehindGlass(accessories));
      const validity = joined(geometry.views.map(({ points, pose, view }, v) => {
        const seen = visiblePoints(points, geometry.poses[pose]!, view, rendered[v]!);
        for (const p of behindGlass[geometry.plan.poses[pose]!.person]!) seen[p] = 0;
        return seen;
      }), Uint8Array);
      return assemble(request, this.#model, geometry, {
        people: geometry.people.map((somebody, p) => personRecord(somebody, looks[p] as unknown as Json)),
        settings: settings.map(({ look }) => look as unknown as Json),
        jpegQualities: settings.map(({ look }) => look.photo.jpegQuality),
        pictures: rendered.map(({ picture, region }): Picture => ({ rgb: picture, regions: region })),
        validity,
      });
    } finally {
      for (const person of people) person[Symbol.dispose]();
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#renderer.dispose();
    this.#probe.dispose();
    this.#canvases[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #light(look: SettingLook): Promise<{ look: SettingLook; lit: LitBackground }> {
    const lit = await this.#probe.measure(createBackground(look.background), look.frame);
    return { look: { ...look, photo: withAutoWhiteBalance(look.photo, lit.faceColour) }, lit };
  }
}

/** What dark lenses hide. They are not in the depth, being transparent; where they lie does not depend on the camera much. */
const pointsBehindGlass = (accessories: readonly AccessoryLook[]): number[] => accessories.flatMap((look) => (look.kind === 'sunglasses' ? hiddenPoints(look) : []));

/** A person with their figures, in one pose at a time. */
class Person implements Disposable {
  readonly #poser: HeadPoser;
  readonly #figures: Figure[];
  #posed: PosedHead | undefined;
  #pose = -1;

  constructor(gpu: Gpu, model: HeadModel, { identity, traits }: Somebody, looks: Looks, canvases: SkinCanvases) {
    this.#poser = createHeadPoser(model, identity);
    // Figures keep the head at rest: what they are posed by is another.
    this.#figures = createFigures(gpu, looks, this.#poser.pose({}), traits, canvases);
  }

  get drawables() {
    return this.#figures.flatMap(({ drawables }) => drawables);
  }

  /** @param pose - its number: nothing moves when it is the last one again */
  pose(pose: number, expression: PosedHead['expression']): void {
    if (pose === this.#pose) return;
    this.#pose = pose;
    this.#posed = this.#poser.pose(expression, this.#posed);
    for (const figure of this.#figures) figure.pose?.(this.#posed);
  }

  [Symbol.dispose](): void {
    for (const figure of this.#figures) figure[Symbol.dispose]();
  }
}
