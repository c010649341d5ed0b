/** Bind groups of all passes: fixed ones, those of a mesh, those of a material. */
import type { Gpu } from '@onegt/kernels';
import type { Material } from './drawable.ts';
import type { Layouts } from './layouts.ts';
import type { MeshBuffers } from './mesh-buffers.ts';
import { LIST_HEADER, MIXED_HEADER } from './samples.wgsl.ts';
import type { Targets } from './targets.ts';
import { DRAW_BYTES, PARAMETER_STRIDE, type Uniforms } from './uniforms.ts';

/** Those of the fixed pipeline are made when they are first needed: few meshes go through it. */
export interface MeshGroups {
  visibility: () => GPUBindGroup;
  cutout: () => GPUBindGroup;
  shade: GPUBindGroup;
}

export class BindGroups implements Disposable {
  readonly fixed: ReturnType<typeof fixedGroups>;
  readonly #device: GPUDevice;
  readonly #layouts: Layouts;
  readonly #uniforms: Uniforms;
  /** Of materials that have none. */
  readonly #noTexels: GPUBuffer;
  readonly #materials = new WeakMap<Material, GPUBindGroup>();

  constructor({ device }: Gpu, layouts: Layouts, targets: Targets, uniforms: Uniforms) {
    this.#device = device;
    this.#layouts = layouts;
    this.#uniforms = uniforms;
    this.#noTexels = device.createBuffer({ label: 'render/no texels', size: 4, usage: GPUBufferUsage.STORAGE });
    this.fixed = fixedGroups(device, layouts, targets, uniforms);
  }

  mesh(mesh: MeshBuffers): MeshGroups {
    const { vertices, attributes, triangles } = mesh;
    const draws = { buffer: this.#uniforms.draws, size: DRAW_BYTES };
    const group = (layout: GPUBindGroupLayout, buffers: GPUBuffer[], ...more: GPUBindingResource[]) => groupOf(this.#device, layout, [...buffers.map((buffer) => ({ buffer })), ...more]);
    let visibility: GPUBindGroup | undefined;
    let cutout: GPUBindGroup | undefined;
    return {
      visibility: () => (visibility ??= group(this.#layouts.visibilityMesh, [vertices, mesh.source])),
      cutout: () => (cutout ??= group(this.#layouts.cutoutMesh, [vertices, mesh.source, attributes], draws)),
      shade: group(this.#layouts.mesh, [vertices, attributes, triangles], draws),
    };
  }

  material(material: Material): GPUBindGroup {
    let group = this.#materials.get(material);
    if (group === undefined) {
      group = groupOf(this.#device, this.#layouts.material, [{ buffer: this.#uniforms.parameters, size: PARAMETER_STRIDE }, { buffer: material.texels ?? this.#noTexels }], `render/${material.label}`);
      this.#materials.set(material, group);
    }
    return group;
  }

  [Symbol.dispose](): void {
    this.#noTexels.destroy();
  }
}

function fixedGroups(device: GPUDevice, layouts: Layouts, { visibility, depth, small, smallShadow, tiles, mixed, shadowDepth, parts, coarseOcclusion, environment, slots, lists, dispatches, radiance, light, result }: Targets, uniforms: Uniforms) {
  const around = device.createSampler({ label: 'render/around', magFilter: 'linear', minFilter: 'linear', addressModeU: 'repeat', addressModeV: 'clamp-to-edge' });
  const layers = environment.createView({ dimension: '2d-array' });
  const [frame, background, kinds] = [uniforms.frame, uniforms.background, uniforms.kinds].map((buffer) => ({ buffer })) as [GPUBufferBinding, GPUBufferBinding, GPUBufferBinding];
  const group = (layout: GPUBindGroupLayout, resources: GPUBindingResource[]) => groupOf(device, layout, resources);
  const [heads, items] = divided(lists, LIST_HEADER);
  const [mixedHead, mixedPixels] = divided(mixed, MIXED_HEADER);
  return {
    frame: group(layouts.frame, [frame]),
    words: group(layouts.words, [frame, { buffer: small }]),
    see: group(layouts.see, [frame, { buffer: small }, { buffer: tiles }]),
    tiles: group(layouts.tiles, [frame, { buffer: small }, { buffer: tiles }]),
    castShadow: group(layouts.castShadow, [frame, { buffer: smallShadow }]),
    packShadow: group(layouts.packShadow, [{ buffer: smallShadow }, { buffer: shadowDepth }, parts.shadowMap]),
    classify: group(layouts.classify, [frame, { buffer: slots }, heads, { buffer: result }, kinds, { buffer: small }, mixedHead, mixedPixels]),
    classifyGlass: group(layouts.classifyGlass, [frame, { buffer: slots }, heads, visibility.createView(), depth.createView(), { buffer: small }, kinds]),
    list: group(layouts.list, [frame, { buffer: slots }, heads, { buffer: dispatches }, kinds, items]),
    shade: group(layouts.shade, [frame, { buffer: slots }, { buffer: lists }, { buffer: radiance }, { buffer: result }, layers, around]),
    environment: group(layouts.environment, [background, layers]),
    occlude: group(layouts.occlude, [frame, { buffer: result }, { buffer: coarseOcclusion }, parts.occlusion]),
    resolve: group(layouts.resolve, [frame, { buffer: slots }, { buffer: radiance }, { buffer: light }, { buffer: result }]),
    background: group(layouts.background, [background]),
  };
}

/** A buffer up to a word, and from there on. */
const divided = (buffer: GPUBuffer, word: number): [GPUBufferBinding, GPUBufferBinding] => [{ buffer, size: 4 * word }, { buffer, offset: 4 * word }];

const groupOf = (device: GPUDevice, layout: GPUBindGroupLayout, resources: GPUBindingResource[], label = layout.label): GPUBindGroup =>
  device.createBindGroup({ label, layout, entries: resources.map((resource, binding) => ({ binding, resource })) });
