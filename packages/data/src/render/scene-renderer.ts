/**
 * Pictures of heads: one geometry pass that stores which triangle each sample sees, then shading once per group of samples
 * in compute. Region mask and depth come from the same samples as the picture, so that they cannot disagree with it.
 */
import { DisposedError, type Gpu, OneGTError } from '@onegt/kernels';
import type { View } from '@onegt/skeleton';
import { backdropBlur, PhotoPass } from '../photo/photo-pass.ts';
import { neutralPhoto, type Photo } from '../photo/photo.ts';
import type { Background } from '../setting/background.ts';
import type { Lighting } from '../setting/lighting.ts';
import { BindGroups, type MeshGroups } from './bind-groups.ts';
import type { Drawable } from './drawable.ts';
import { blocksOf, depthOf, type Entry, farthestFirst, isCutout, isHair, pixelBounds, wordFrame } from './entry.ts';
import { ENVIRONMENT_HEIGHT, ENVIRONMENT_LAYERS, ENVIRONMENT_WIDTH } from './environment.wgsl.ts';
import { Encoding } from './encoding.ts';
import { InvalidDrawableError } from './errors.ts';
import { backdropSquare, type PixelBounds, type ShadowFrame } from './frame.ts';
import { latticeOf, type SampleCount, SAMPLE_COUNTS, sideOf } from './lattice.ts';
import { createLayouts } from './layouts.ts';
import { MeshBuffers } from './mesh-buffers.ts';
import { type PassTime, PassTimer } from './pass-timer.ts';
import { BACKGROUND_INDEX, MAX_DRAWABLES } from './samples.wgsl.ts';
import { type CompiledScene, type FixedPipelines, ScenePipelines } from './scene-pipelines.ts';
import { shadowFrame } from './shadow.ts';
import { BACKGROUND_NUMBER } from './slot.wgsl.ts';
import { BLOCK, MAX_BLOCKS, SHADOW_TEXELS, TILE } from './small-triangles.wgsl.ts';
import { studioBackground, studioLighting } from './studio.ts';
import { Targets } from './targets.ts';
import { DRAW_STRIDE, PARAMETER_STRIDE, Uniforms } from './uniforms.ts';

export interface SceneRendererOptions {
  /** Pixels a side, 1..1024. */
  size?: number;
  /** Of each pixel. Default 5. */
  samples?: SampleCount;
}

export interface RenderRequest {
  view: View;
  /** At most 60; transparent ones are drawn last, the farthest first. */
  drawables: readonly Drawable[];
  lighting?: Lighting;
  background?: Background;
  photo?: Photo;
  /** Of the sensor's noise. */
  seed?: number;
}

/** `S`: pixels a side; rows from the top. */
export interface Rendered {
  size: number;
  /** `[S, S, 3]` sRGB. */
  picture: Uint8Array;
  /** `[S, S]` index into `REGIONS` of what is seen at the pixel's centre. Transparent drawables are not in it. */
  region: Uint8Array;
  /** `[S, S]` cm along the view axis at the pixel's centre, `Infinity` where there is only background. */
  depth: Float32Array;
}

/** Between the eyes of the standard head: what is in focus. */
const EYES = [0, 2.5, 8] as const;
/** A mesh that this many pictures did not show gives its buffers back. */
const KEEP_FOR = 12;

export class SceneRenderer implements Disposable {
  readonly size: number;
  readonly samples: SampleCount;
  /** Rows of the lattice of samples. */
  readonly #side: number;
  readonly #gpu: Gpu;
  readonly #photo: PhotoPass;
  readonly #pipelines: ScenePipelines;
  readonly #targets: Targets;
  readonly #views: Record<'visibility' | 'depth' | 'shadow', GPUTextureView>;
  readonly #uniforms: Uniforms;
  readonly #groups: BindGroups;
  readonly #meshes = new Map<Drawable['mesh'], { buffers: MeshBuffers; region: Drawable['region']; usedAt: number; groups: MeshGroups }>();
  #count = 0;
  /** What the shadow maps and the environment show. */
  #shadowKey = '';
  #environmentKey: { label: string; parameters: Float32Array } | undefined;
  #submitting: Promise<unknown> = Promise.resolve();
  #expectedMs = 0;
  #doneAt = 0;
  #profile: PassTimer | undefined;
  #disposed = false;

  /**
   * @returns owned by the caller; `dispose` gives all GPU memory back
   * @throws {@link OneGTError} for a size or number of samples that is not supported
   */
  static async create(gpu: Gpu, options: SceneRendererOptions = {}): Promise<SceneRenderer> {
    const { size = 256, samples = 5 } = options;
    if (!Number.isInteger(size) || size < 1 || size > 1024) throw new OneGTError('invalid-size', `SceneRenderer: size is ${size}.\n  It must be a whole number from 1 to 1024.`, { data: { size } });
    if (!SAMPLE_COUNTS.includes(samples)) throw new OneGTError('invalid-samples', `SceneRenderer: samples is ${samples}.\n  It must be one of ${SAMPLE_COUNTS.join(', ')}: those that a turned square lattice has.`, { data: { samples } });
    gpu.assertUsable();
    const renderer = new SceneRenderer(gpu, size, samples, await PhotoPass.create(gpu));
    await renderer.#pipelines.fixed();
    return renderer;
  }

  private constructor(gpu: Gpu, size: number, samples: SampleCount, photo: PhotoPass) {
    this.#gpu = gpu;
    this.#photo = photo;
    this.size = size;
    this.samples = samples;
    const layouts = createLayouts(gpu.device);
    const lattice = latticeOf(samples);
    this.#side = sideOf(lattice, size);
    this.#pipelines = new ScenePipelines(gpu, layouts, lattice);
    this.#targets = new Targets(gpu, size, this.#side);
    const { visibility, depth, shadow } = this.#targets;
    this.#views = { visibility: visibility.createView(), depth: depth.createView(), shadow: shadow.createView() };
    this.#uniforms = new Uniforms(gpu);
    this.#groups = new BindGroups(gpu, layouts, this.#targets, this.#uniforms);
  }

  /**
   * Compile what a picture needs, so that the first one does not wait.
   *
   * @throws {@link InvalidDrawableError}, `ShaderCompileError` naming the material
   */
  async prepare(drawables: readonly Drawable[], background: Background = studioBackground): Promise<void> {
    await this.#pipelines.scene(drawables, background);
  }

  /** One picture. Several may be in flight. @see {@link submit} for when meshes may be rewritten */
  async render(request: RenderRequest): Promise<Rendered> {
    return (await this.submit(request)).result;
  }

  /**
   * Hand a picture to the GPU. When this resolves, everything has been read from the drawables, and their meshes may be
   * posed anew while the GPU still works on `result`. Pictures are made in the order of the calls.
   *
   * @throws {@link InvalidDrawableError}, `DisposedError`, `DeviceLostError`, `ShaderCompileError`
   */
  async submit(request: RenderRequest): Promise<{ result: Promise<Rendered> }> {
    const turn = this.#submitting.then(() => this.#submit(request));
    this.#submitting = turn.catch(() => undefined);
    const submitted = await turn;
    submitted.result.catch(() => undefined); // reported to whoever awaits it
    return submitted;
  }

  /**
   * One picture with the time of each pass.
   *
   * @throws {@link OneGTError} where the device has no timestamps
   */
  async profile(request: RenderRequest): Promise<{ rendered: Rendered; passes: PassTime[] }> {
    if (!this.#gpu.info.hasTimestamps) throw new OneGTError('no-timestamps', `SceneRenderer: this adapter (${this.#gpu.info.description}) has no timestamp queries.\n  Measure whole pictures instead.`);
    await this.#submitting;
    using timer = new PassTimer(this.#gpu);
    this.#profile = timer;
    try {
      const rendered = await this.render(request);
      return { rendered, passes: await timer.read() };
    } finally {
      this.#profile = undefined;
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const { buffers } of this.#meshes.values()) buffers[Symbol.dispose]();
    this.#meshes.clear();
    this.#targets[Symbol.dispose]();
    this.#uniforms[Symbol.dispose]();
    this.#groups[Symbol.dispose]();
    this.#photo.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #submit(request: RenderRequest): Promise<{ result: Promise<Rendered> }> {
    const { view, drawables, lighting = studioLighting, background = studioBackground, photo = neutralPhoto(), seed = 0 } = request;
    this.#assertUsable();
    if (drawables.length > BACKGROUND_INDEX - 3) throw new InvalidDrawableError(drawables.at(-1)!.label, `${drawables.length} drawables in one picture.`, `At most ${BACKGROUND_INDEX - 3}: merge meshes that share a material.`, { count: drawables.length });
    const pipelines = await this.#pipelines.scene(drawables, background);
    this.#assertUsable();
    const entries = this.#enter(drawables);
    const opaque = entries.filter(({ kind }) => kind !== 'transparent');
    const large = entries.filter(({ kind }) => kind === 'large');
    const transparent = farthestFirst(entries.filter(({ kind }) => kind === 'transparent'), view);
    const glassBounds = pixelBounds(transparent, view, this.size);
    const casters = opaque.filter(({ drawable: { castsShadow = true } }) => castsShadow);
    const shadow = shadowFrame(lighting, view, casters.map(({ mesh }) => mesh.bounds), SHADOW_TEXELS);
    const blur = backdropBlur(photo, view.focal);
    this.#uniforms.write({ view, size: this.size, side: this.#side, seed, lighting, shadow, words: wordFrame(entries, view), glass: glassBounds, backdropBlur: blur, defocus: photo.defocus * this.size, focusDistance: depthOf(EYES, view) }, entries, background);

    const encoding = new Encoding(this.#gpu.device, this.#profile);
    this.#encodeEnvironment(encoding, background, pipelines);
    this.#encodeShadow(encoding, casters, shadow, pipelines);
    const { small, lists, mixed, light, radiance, result } = this.#targets;
    encoding.commands.clearBuffer(small);
    encoding.commands.clearBuffer(lists, 0, MAX_DRAWABLES * 4);
    encoding.commands.clearBuffer(mixed, 0, 4);
    this.#encodeSmall(encoding, opaque.filter(({ kind }) => kind === 'small'), pipelines.fixed);
    if (large.length > 0) this.#encodeVisibility(encoding, large, pipelines);
    this.#encodeShading(encoding, opaque, pipelines, this.size / backdropSquare(view, this.size, blur));
    for (const entry of transparent) this.#encodeTransparent(encoding, entry, pipelines, glassBounds);
    this.#photo.encode(encoding.commands, photo, { size: this.size, seed }, { light, scratch: radiance, result }, encoding.timing('photo'));
    this.#gpu.submit(encoding.finish(), this.#expectedMs);
    this.#evict();
    return { result: this.#read() };
  }

  /** What the fixed pipeline draws: its fragments join the words of the small triangles, glass goes to a texture of its own. */
  #encodeVisibility(encoding: Encoding, entries: readonly Entry[], pipelines: CompiledScene): void {
    const glass = entries[0]!.kind === 'transparent';
    const pass = encoding.commands.beginRenderPass({
      label: 'render/visibility',
      colorAttachments: glass ? [{ view: this.#views.visibility, loadOp: 'clear', storeOp: 'store', clearValue: { r: BACKGROUND_NUMBER, g: 0, b: 0, a: 0 } }] : [],
      ...encoding.timing(glass ? `visibility ${entries[0]!.drawable.label}` : 'visibility'),
      depthStencilAttachment: { view: this.#views.depth, depthLoadOp: 'clear', depthStoreOp: glass ? 'store' : 'discard', depthClearValue: 1 },
    });
    pass.setBindGroup(0, glass ? this.#groups.fixed.frame : this.#groups.fixed.words);
    for (const entry of entries) this.#draw(pass, entry, pipelines.visibility[entry.index]!, entry.first);
    pass.end();
  }

  #encodeEnvironment(encoding: Encoding, { label, parameters }: Background, { environment }: CompiledScene): void {
    const known = this.#environmentKey;
    if (known !== undefined && known.label === label && known.parameters.length === parameters.length && known.parameters.every((value, i) => value === parameters[i])) return;
    this.#environmentKey = { label, parameters: parameters.slice() };
    encoding.compute('environment', (pass) => {
      pass.setPipeline(environment);
      pass.setBindGroup(0, this.#groups.fixed.environment);
      pass.dispatchWorkgroups(ENVIRONMENT_WIDTH / 8, ENVIRONMENT_HEIGHT / 8, ENVIRONMENT_LAYERS);
    });
  }

  #encodeShadow(encoding: Encoding, casters: readonly Entry[], shadow: ShadowFrame | undefined, { shadows, fixed }: CompiledScene): void {
    if (shadow === undefined) return;
    const key = `${[...shadow.projection].join()} ${casters.map(({ mesh, drawable }) => `${mesh.stamp}${drawable.material.label}`).join()}`;
    if (key === this.#shadowKey) return;
    this.#shadowKey = key;
    const ofKind = (wanted: Entry['kind']) => casters.filter(({ kind }) => kind === wanted);
    const pass = encoding.commands.beginRenderPass({
      label: 'render/shadow',
      ...encoding.timing('shadow'),
      colorAttachments: [],
      depthStencilAttachment: { view: this.#views.shadow, depthLoadOp: 'clear', depthStoreOp: 'store', depthClearValue: 1 },
    });
    pass.setBindGroup(0, this.#groups.fixed.frame);
    for (const entry of ofKind('large')) this.#draw(pass, entry, shadows[entry.index]!, entry.index);
    pass.end();
    encoding.commands.copyTextureToBuffer({ texture: this.#targets.shadow, aspect: 'depth-only' }, { buffer: this.#targets.shadowDepth, bytesPerRow: SHADOW_TEXELS * 4 }, [SHADOW_TEXELS, SHADOW_TEXELS]);
    encoding.commands.clearBuffer(this.#targets.smallShadow);
    for (const entry of ofKind('small')) this.#encodeMesh(encoding, 'shadow', entry, fixed.castShadow, this.#groups.fixed.castShadow);
    encoding.compute('shadow map', (compute) => {
      compute.setPipeline(fixed.packShadow);
      compute.setBindGroup(0, this.#groups.fixed.packShadow);
      compute.dispatchWorkgroups(SHADOW_TEXELS / 8, SHADOW_TEXELS / 8);
    });
  }

  /** Surfaces, then the strands that they do not hide. */
  #encodeSmall(encoding: Encoding, entries: readonly Entry[], { see, seeRibbons, tiles }: FixedPipelines): void {
    const group = this.#groups.fixed.see;
    for (const entry of entries) if (!isStrands(entry)) this.#encodeMesh(encoding, 'see', entry, see, group);
    const strands = entries.filter(isStrands);
    if (strands.length === 0) return;
    const workgroups = Math.ceil(this.#side / TILE / 8);
    encoding.compute('tiles', (pass) => {
      pass.setPipeline(tiles);
      pass.setBindGroup(0, this.#groups.fixed.tiles);
      pass.dispatchWorkgroups(workgroups, workgroups);
    });
    for (const entry of strands) this.#encodeMesh(encoding, 'see', entry, seeRibbons, group, 2);
  }

  /** A lane for each triangle of a mesh, or for `trianglesPerLane` of them. */
  #encodeMesh(encoding: Encoding, label: string, { drawable, index, mesh }: Entry, pipeline: GPUComputePipeline, group: GPUBindGroup, trianglesPerLane = 1): void {
    encoding.compute(`${label} ${drawable.label}`, (pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.setBindGroup(1, this.#meshes.get(drawable.mesh)!.groups.shade, [index * DRAW_STRIDE]);
      pass.dispatchWorkgroups(...gridOf(mesh.numTriangles / trianglesPerLane));
    });
  }

  #draw(pass: GPURenderPassEncoder, { drawable, index, mesh }: Entry, pipeline: GPURenderPipeline, instance: number): void {
    const groups = this.#meshes.get(drawable.mesh)!.groups;
    pass.setPipeline(pipeline);
    if (isCutout(drawable.material)) {
      pass.setBindGroup(1, this.#groups.material(drawable.material), [index * PARAMETER_STRIDE]);
      pass.setBindGroup(2, groups.cutout(), [index * DRAW_STRIDE]);
    } else pass.setBindGroup(1, groups.visibility());
    pass.setIndexBuffer(mesh.indices, 'uint32');
    pass.drawIndexed(mesh.numTriangles * 3, 1, 0, 0, instance);
  }

  /** @param backdropSide - pixels or squares of them */
  #encodeShading(encoding: Encoding, entries: readonly Entry[], pipelines: CompiledScene, backdropSide: number): void {
    const { fixed } = pipelines;
    const tiles = Math.ceil(this.size / 8);
    encoding.compute('groups', (pass) => {
      pass.setPipeline(fixed.classify);
      pass.setBindGroup(0, this.#groups.fixed.classify);
      pass.dispatchWorkgroups(tiles, tiles);
      pass.setPipeline(fixed.planMixed);
      pass.dispatchWorkgroups(1);
    });
    encoding.commands.copyBufferToBuffer(this.#targets.mixed, 4, this.#targets.mixedDispatch, 0, 12);
    encoding.compute('groups of mixed pixels', (pass) => {
      pass.setPipeline(fixed.classifyMixed);
      pass.setBindGroup(0, this.#groups.fixed.classify);
      pass.dispatchWorkgroupsIndirect(this.#targets.mixedDispatch, 0);
    });
    encoding.compute('occlusion', (pass) => {
      const coarse = Math.ceil(this.size / 16);
      const corners = Math.ceil((this.size + 1) / 16);
      pass.setPipeline(fixed.occlude);
      pass.setBindGroup(0, this.#groups.fixed.occlude);
      pass.dispatchWorkgroups(coarse, coarse);
      pass.setPipeline(fixed.spread);
      pass.dispatchWorkgroups(corners, corners);
    });
    this.#encodeLists(encoding, fixed.offsets, (pass) => {
      pass.setPipeline(fixed.scatter);
      pass.dispatchWorkgroups(...gridOf(this.size * this.size));
    });
    encoding.compute('backdrop', (pass) => {
      pass.setBindGroup(0, this.#groups.fixed.shade);
      pass.setPipeline(pipelines.backdrop);
      pass.setBindGroup(1, this.#groups.fixed.background);
      pass.dispatchWorkgroups(Math.ceil(backdropSide / 8), Math.ceil(backdropSide / 8));
    });
    for (const entry of entries) this.#encodeShade(encoding, entry, pipelines);
    encoding.compute('resolve', (pass) => {
      pass.setPipeline(fixed.resolve);
      pass.setBindGroup(0, this.#groups.fixed.resolve);
      pass.dispatchWorkgroups(...gridOf(this.size * this.size));
    });
  }

  /** One transparent drawable over the picture so far. */
  #encodeTransparent(encoding: Encoding, entry: Entry, pipelines: CompiledScene, bounds: PixelBounds): void {
    const { fixed } = pipelines;
    this.#encodeVisibility(encoding, [entry], pipelines);
    encoding.commands.clearBuffer(this.#targets.lists, 0, MAX_DRAWABLES * 4);
    this.#encodeWindow(encoding, `groups ${entry.drawable.label}`, fixed.classifyGlass, this.#groups.fixed.classifyGlass, bounds);
    this.#encodeLists(encoding, fixed.offsets, (pass) => {
      pass.setPipeline(fixed.scatterGlass);
      pass.dispatchWorkgroups(...tilesOf(bounds));
    });
    this.#encodeShade(encoding, entry, pipelines);
    this.#encodeWindow(encoding, 'blend', fixed.blend, this.#groups.fixed.resolve, bounds);
  }

  #encodeLists(encoding: Encoding, offsets: GPUComputePipeline, scatter: (pass: GPUComputePassEncoder) => void): void {
    encoding.compute('lists', (pass) => {
      pass.setBindGroup(0, this.#groups.fixed.list);
      pass.setPipeline(offsets);
      pass.dispatchWorkgroups(1);
      scatter(pass);
    });
  }

  #encodeShade(encoding: Encoding, { drawable, index }: Entry, { shade }: CompiledScene): void {
    encoding.compute(`shade ${drawable.label}`, (pass) => {
      pass.setBindGroup(0, this.#groups.fixed.shade);
      pass.setPipeline(shade[index]!);
      pass.setBindGroup(1, this.#groups.material(drawable.material), [index * PARAMETER_STRIDE]);
      pass.setBindGroup(2, this.#meshes.get(drawable.mesh)!.groups.shade, [index * DRAW_STRIDE]);
      pass.dispatchWorkgroupsIndirect(this.#targets.dispatches, index * 12);
    });
  }

  /** A pass over a part of the picture. */
  #encodeWindow(encoding: Encoding, label: string, pipeline: GPUComputePipeline, group: GPUBindGroup, bounds: PixelBounds): void {
    encoding.compute(label, (pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...tilesOf(bounds));
    });
  }

  async #read(): Promise<Rendered> {
    const pixels = this.size * this.size;
    const started = performance.now();
    const images = await this.#gpu.readBuffer(this.#targets.result, pixels * 8, (bytes) => unpack(bytes, pixels));
    // What the next wait sleeps through instead of polling. A sleep is a part of it, so that too long an estimate shrinks.
    const took = performance.now() - Math.max(started, this.#doneAt);
    this.#doneAt = performance.now();
    this.#expectedMs += 0.2 * (Math.min(0.95 * took, 500) - this.#expectedMs);
    return { size: this.size, ...images };
  }

  #assertUsable(): void {
    if (this.#disposed) throw new DisposedError('SceneRenderer');
    this.#gpu.assertUsable();
  }

  #mesh(drawable: Drawable): MeshBuffers {
    const known = this.#meshes.get(drawable.mesh);
    if (known !== undefined && known.region === drawable.region) {
      known.usedAt = this.#count;
      known.buffers.refresh();
      return known.buffers;
    }
    known?.buffers[Symbol.dispose]();
    const buffers = new MeshBuffers(this.#gpu, drawable);
    this.#meshes.set(drawable.mesh, { buffers, region: drawable.region, usedAt: this.#count, groups: this.#groups.mesh(buffers) });
    return buffers;
  }

  /** Upload, and decide how each drawable is drawn. */
  #enter(drawables: readonly Drawable[]): Entry[] {
    let numBlocks = 0;
    return drawables.map((drawable, index) => {
      const mesh = this.#mesh(drawable);
      const { material } = drawable;
      const first = numBlocks * BLOCK;
      numBlocks += blocksOf(mesh);
      if (numBlocks > MAX_BLOCKS) throw new InvalidDrawableError(drawable.label, `with it the picture has more than ${MAX_BLOCKS * BLOCK} triangles.`, 'Leave detail out: no picture shows it.', { numTriangles: mesh.numTriangles });
      if (material.transparent === true) return { drawable, index, mesh, kind: 'transparent', first };
      // A triangle is one lane's work: large ones would keep the other lanes waiting. Strands are long, but thin.
      const isSmall = isHair(material) ? mesh.edges.longest < 12 : mesh.edges.mean < 2.2 && mesh.edges.longest < 8;
      return { drawable, index, mesh, kind: isSmall && !isCutout(material) ? 'small' : 'large', first };
    });
  }

  #evict(): void {
    this.#count++;
    for (const [mesh, { buffers, usedAt }] of this.#meshes) {
      if (this.#count - usedAt <= KEEP_FOR) continue;
      buffers[Symbol.dispose]();
      this.#meshes.delete(mesh);
    }
  }
}

/** Workgroups of 64 for `count` invocations, in rows that stay within the limit of a dimension. */
function gridOf(count: number): [number, number] {
  const groups = Math.ceil(count / 64);
  const columns = Math.min(groups, 4096);
  return [columns, Math.ceil(groups / columns)];
}

/** Workgroups of 8 x 8 pixels over a part of the picture. */
const tilesOf = ([left, top, right, bottom]: PixelBounds): [number, number] => [Math.ceil((right - left) / 8), Math.ceil((bottom - top) / 8)];

const isStrands = ({ drawable, mesh }: Entry) => mesh.isRibbons && drawable.material.doubleSided === true && isHair(drawable.material);

/**
 * Red, green, blue and region of each word, and the depths behind them. Four words at once are three of colour and one of regions:
 * words are little-endian wherever there is a GPU. A loop in a method that waits would be compiled anew at every picture.
 */
function unpack(bytes: ArrayBuffer, pixels: number): Omit<Rendered, 'size'> {
  const fours = Math.ceil(pixels / 4);
  const words = new Uint32Array(bytes), colours = new Uint32Array(fours * 3), regions = new Uint32Array(fours);
  for (let i = 0; i < fours; i++) {
    const a = words[4 * i]!, b = words[4 * i + 1]!, c = words[4 * i + 2]!, d = words[4 * i + 3]!;
    colours[3 * i] = (a & 0xffffff) | (b << 24);
    colours[3 * i + 1] = ((b >>> 8) & 0xffff) | (c << 16);
    colours[3 * i + 2] = ((c >>> 16) & 0xff) | (d << 8);
    regions[i] = (a >>> 24) | ((b >>> 24) << 8) | ((c >>> 24) << 16) | (d & 0xff000000);
  }
  return { picture: new Uint8Array(colours.buffer, 0, pixels * 3), region: new Uint8Array(regions.buffer, 0, pixels), depth: new Float32Array(bytes, pixels * 4, pixels).slice() };
}
