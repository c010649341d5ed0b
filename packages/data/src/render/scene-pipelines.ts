/** Which pipelines a picture needs: the renderer's own, two or three per material, two per background. */
import type { Gpu } from '@onegt/kernels';
import type { Background } from '../setting/background.ts';
import type { Drawable, Material } from './drawable.ts';
import { isCutout } from './entry.ts';
import { environmentWgsl } from './environment.wgsl.ts';
import { frameWgsl } from './frame.ts';
import type { Layouts } from './layouts.ts';
import { type Lattice, latticeWgsl } from './lattice.ts';
import { lightWgsl } from './light.wgsl.ts';
import { materialWgsl } from './material.ts';
import { noiseWgsl } from './noise.ts';
import { occlusionWgsl } from './occlusion.wgsl.ts';
import { RenderPipelines } from './pipelines.ts';
import { resolveWgsl } from './resolve.wgsl.ts';
import { classifyGlassWgsl, classifyWgsl, listWgsl } from './samples.wgsl.ts';
import { backdropWgsl, shadeWgsl } from './shade.wgsl.ts';
import { ribbonsWgsl } from './ribbons.wgsl.ts';
import { castShadowWgsl, seeWgsl, shadowMapWgsl, tilesWgsl } from './small-triangles.wgsl.ts';
import { cutoutWgsl, visibilityWgsl } from './visibility.wgsl.ts';

export interface FixedPipelines {
  see: GPUComputePipeline;
  seeRibbons: GPUComputePipeline;
  tiles: GPUComputePipeline;
  castShadow: GPUComputePipeline;
  packShadow: GPUComputePipeline;
  classify: GPUComputePipeline;
  planMixed: GPUComputePipeline;
  classifyMixed: GPUComputePipeline;
  classifyGlass: GPUComputePipeline;
  offsets: GPUComputePipeline;
  scatter: GPUComputePipeline;
  scatterGlass: GPUComputePipeline;
  occlude: GPUComputePipeline;
  spread: GPUComputePipeline;
  resolve: GPUComputePipeline;
  blend: GPUComputePipeline;
}

/** Arrays by the drawable's index. */
export interface CompiledScene {
  fixed: FixedPipelines;
  backdrop: GPUComputePipeline;
  environment: GPUComputePipeline;
  visibility: GPURenderPipeline[];
  shadows: GPURenderPipeline[];
  shade: GPUComputePipeline[];
}

export class ScenePipelines {
  readonly #layouts: Layouts;
  readonly #pipelines: RenderPipelines;
  /** What nearly every shader begins with. */
  readonly #header: string;
  /** A group shows one scene twenty times. */
  #last: { key: string; scene: CompiledScene } | undefined;

  constructor(gpu: Gpu, layouts: Layouts, lattice: Lattice) {
    this.#header = frameWgsl + latticeWgsl(lattice);
    this.#layouts = layouts;
    this.#pipelines = new RenderPipelines(gpu);
  }

  fixed(): Promise<FixedPipelines> {
    const compute = (entryPoint: string, code: string, ...layouts: GPUBindGroupLayout[]) => this.#pipelines.compute(`render/${entryPoint}`, () => this.#header + code, entryPoint, layouts);
    return allOf({
      see: compute('see', seeWgsl, this.#layouts.see, this.#layouts.mesh),
      seeRibbons: compute('see_ribbons', ribbonsWgsl, this.#layouts.see, this.#layouts.mesh),
      tiles: compute('find_farthest', tilesWgsl, this.#layouts.tiles),
      castShadow: compute('cast_shadow', castShadowWgsl, this.#layouts.castShadow, this.#layouts.mesh),
      packShadow: this.#pipelines.compute('render/pack_shadow', () => shadowMapWgsl, 'pack_shadow', [this.#layouts.packShadow]),
      classify: compute('classify', classifyWgsl, this.#layouts.classify),
      planMixed: compute('plan_mixed', classifyWgsl, this.#layouts.classify),
      classifyMixed: compute('classify_mixed', classifyWgsl, this.#layouts.classify),
      classifyGlass: compute('classify_glass', classifyGlassWgsl, this.#layouts.classifyGlass),
      offsets: compute('offsets', listWgsl, this.#layouts.list),
      scatter: compute('scatter', listWgsl, this.#layouts.list),
      scatterGlass: compute('scatter_glass', listWgsl, this.#layouts.list),
      occlude: compute('occlude', occlusionWgsl, this.#layouts.occlude),
      spread: compute('spread', occlusionWgsl, this.#layouts.occlude),
      resolve: compute('resolve', resolveWgsl, this.#layouts.resolve),
      blend: compute('blend', resolveWgsl, this.#layouts.resolve),
    });
  }

  /** @throws `ShaderCompileError` that names the material */
  async scene(drawables: readonly Drawable[], background: Background): Promise<CompiledScene> {
    const key = [background.label, ...drawables.map(({ material: { label, doubleSided, transparent } }) => `${label} ${doubleSided} ${transparent}`)].join('\n');
    if (this.#last?.key !== key) this.#last = { key, scene: await this.#compile(drawables, background) };
    return this.#last.scene;
  }

  async #compile(drawables: readonly Drawable[], background: Background): Promise<CompiledScene> {
    const [fixed, backdrop, environment, visibility, shadows, shade] = await Promise.all([
      this.fixed(),
      this.#pipelines.compute(`render/backdrop/${background.label}`, () => `${this.#header}${backdropWgsl}${background.wgsl}`, 'render_backdrop', [this.#layouts.shade, this.#layouts.background]),
      this.#pipelines.compute(`render/environment/${background.label}`, () => `${environmentWgsl}${background.wgsl}`, 'render_environment', [this.#layouts.environment]),
      Promise.all(drawables.map(({ material }) => this.#rasterPipeline(material, material.transparent === true ? 'glass' : 'visibility'))),
      Promise.all(drawables.map(({ material }) => this.#rasterPipeline(material, 'shadow'))),
      Promise.all(drawables.map(({ material }) => this.#pipelines.compute(`render/shade/${material.label}`, () => `${this.#header}${noiseWgsl}${materialWgsl}${material.wgsl}${lightWgsl}${shadeWgsl}`, 'render_shade', [this.#layouts.shade, this.#layouts.material, this.#layouts.mesh]))),
    ]);
    return { fixed, backdrop, environment, visibility, shadows, shade };
  }

  #rasterPipeline(material: Material, purpose: 'visibility' | 'glass' | 'shadow'): Promise<GPURenderPipeline> {
    const cullMode = material.doubleSided === true ? 'none' : 'back';
    const cutout = isCutout(material);
    const label = `render/${purpose}/${cutout ? material.label : 'plain'}/${cullMode}`;
    const frame = purpose === 'visibility' ? this.#layouts.words : this.#layouts.frame;
    const layouts = cutout ? [frame, this.#layouts.material, this.#layouts.cutoutMesh] : [frame, this.#layouts.visibilityMesh];
    const code = () => (cutout ? `${this.#header}${noiseWgsl}${materialWgsl}${material.wgsl}${cutoutWgsl}` : this.#header + visibilityWgsl);
    const primitive: GPUPrimitiveState = { topology: 'triangle-list', frontFace: 'ccw', cullMode };
    const depthStencil: GPUDepthStencilState = { format: 'depth32float', depthWriteEnabled: true, depthCompare: 'less' };
    return this.#pipelines.render(label, code, layouts, (module) => {
      const vertex = { module, entryPoint: purpose === 'shadow' ? 'shadow_vertex' : 'vertex' };
      if (purpose === 'glass') return { vertex, fragment: { module, entryPoint: 'glass_fragment', targets: [{ format: 'r32uint' }] }, primitive, depthStencil };
      if (purpose === 'visibility') return { vertex, fragment: { module, entryPoint: 'fragment', targets: [] }, primitive, depthStencil };
      return { vertex, ...(cutout && { fragment: { module, entryPoint: 'shadow_fragment', targets: [] } }), primitive, depthStencil };
    });
  }
}

async function allOf<T extends object>(promises: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const entries = await Promise.all(Object.entries(promises).map(async ([name, promise]) => [name, await (promise as Promise<unknown>)] as const));
  return Object.fromEntries(entries) as T;
}
