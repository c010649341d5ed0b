/** Which pipelines a picture needs: the renderer's own, two or three per material, two per background. */
import type { Gpu } from '@onegt/kernels';
import type { Background } from '../setting/background.ts';
import type { Drawable, Material } from './drawable.ts';
import { isCutout } from './entry.ts';
import { environmentWgsl } from './environment.wgsl.ts';
import { frameWgsl } from './frame.ts';
import type { Layouts } from './layouts.ts';
import { lightWgsl } from './light.wgsl.ts';
import { materialWgsl } from './material.ts';
import { noiseWgsl } from './noise.ts';
import { occlusionWgsl } from './occlusion.wgsl.ts';
import { RenderPipelines } from './pipelines.ts';
import { resolveWgsl } from './resolve.wgsl.ts';
import { classifyWgsl, listWgsl } from './samples.wgsl.ts';
import { backdropWgsl, shadeWgsl } from './shade.wgsl.ts';
import { shadowMapWgsl, smallTrianglesWgsl } from './small-triangles.wgsl.ts';
import { cutoutWgsl, visibilityWgsl } from './visibility.wgsl.ts';

export interface FixedPipelines {
  classify: GPUComputePipeline;
  classifyTransparent: GPUComputePipeline;
  offsets: GPUComputePipeline;
  scatter: GPUComputePipeline;
  occlude: GPUComputePipeline;
  spread: GPUComputePipeline;
  resolve: GPUComputePipeline;
  blend: GPUComputePipeline;
  see: GPUComputePipeline;
  castShadow: GPUComputePipeline;
  packShadow: GPUComputePipeline;
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

  constructor(gpu: Gpu, layouts: Layouts) {
    this.#layouts = layouts;
    this.#pipelines = new RenderPipelines(gpu);
  }

  fixed(): Promise<FixedPipelines> {
    const compute = (entryPoint: string, code: string, ...layouts: GPUBindGroupLayout[]) => this.#pipelines.compute(`render/${entryPoint}`, () => frameWgsl + code, entryPoint, layouts);
    return allOf({
      classify: compute('classify', classifyWgsl, this.#layouts.classify),
      offsets: compute('offsets', listWgsl, this.#layouts.list),
      scatter: compute('scatter', listWgsl, this.#layouts.list),
      classifyTransparent: compute('classify_transparent', classifyWgsl, this.#layouts.classify),
      occlude: compute('occlude', occlusionWgsl, this.#layouts.occlude),
      spread: compute('spread', occlusionWgsl, this.#layouts.spread),
      resolve: compute('resolve', resolveWgsl, this.#layouts.resolve),
      see: compute('see', smallTrianglesWgsl, this.#layouts.small, this.#layouts.mesh),
      castShadow: compute('cast_shadow', smallTrianglesWgsl, this.#layouts.small, this.#layouts.mesh),
      packShadow: this.#pipelines.compute('render/pack_shadow', () => shadowMapWgsl, 'pack_shadow', [this.#layouts.packShadow]),
      blend: compute('blend', resolveWgsl, this.#layouts.resolve),
    });
  }

  /** @throws `ShaderCompileError` that names the material */
  async scene(drawables: readonly Drawable[], background: Background): Promise<CompiledScene> {
    const [fixed, backdrop, environment, visibility, shadows, shade] = await Promise.all([
      this.fixed(),
      this.#pipelines.compute(`render/backdrop/${background.label}`, () => `${frameWgsl}${backdropWgsl}${background.wgsl}`, 'render_backdrop', [this.#layouts.shade, this.#layouts.background]),
      this.#pipelines.compute(`render/environment/${background.label}`, () => `${environmentWgsl}${background.wgsl}`, 'render_environment', [this.#layouts.environment]),
      Promise.all(drawables.map(({ material }) => this.#rasterPipeline(material, 'visibility'))),
      Promise.all(drawables.map(({ material }) => this.#rasterPipeline(material, 'shadow'))),
      Promise.all(drawables.map(({ material }) => this.#pipelines.compute(`render/shade/${material.label}`, () => `${frameWgsl}${noiseWgsl}${materialWgsl}${material.wgsl}${lightWgsl}${shadeWgsl}`, 'render_shade', [this.#layouts.shade, this.#layouts.material, this.#layouts.mesh]))),
    ]);
    return { fixed, backdrop, environment, visibility, shadows, shade };
  }

  #rasterPipeline(material: Material, purpose: 'visibility' | 'shadow'): Promise<GPURenderPipeline> {
    const cullMode = material.doubleSided === true ? 'none' : 'back';
    const cutout = isCutout(material);
    const label = `render/${purpose}/${cutout ? material.label : 'plain'}/${cullMode}`;
    const layouts = cutout ? [this.#layouts.frame, this.#layouts.material, this.#layouts.cutoutMesh] : [this.#layouts.frame, this.#layouts.visibilityMesh];
    const code = () => (cutout ? `${frameWgsl}${noiseWgsl}${materialWgsl}${material.wgsl}${cutoutWgsl}` : frameWgsl + visibilityWgsl);
    const primitive: GPUPrimitiveState = { topology: 'triangle-list', frontFace: 'ccw', cullMode };
    const depthStencil: GPUDepthStencilState = { format: 'depth32float', depthWriteEnabled: true, depthCompare: 'less' };
    return this.#pipelines.render(label, code, layouts, (module) => {
      if (purpose === 'visibility') return { vertex: { module, entryPoint: 'vertex' }, fragment: { module, entryPoint: 'fragment', targets: [{ format: 'r32uint' }] }, primitive, depthStencil };
      const vertex = { module, entryPoint: 'shadow_vertex' };
      return { vertex, ...(cutout && { fragment: { module, entryPoint: 'shadow_fragment', targets: [] } }), primitive, depthStencil };
    });
  }
}

async function allOf<T extends object>(promises: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const entries = await Promise.all(Object.entries(promises).map(async ([name, promise]) => [name, await (promise as Promise<unknown>)] as const));
  return Object.fromEntries(entries) as T;
}
