/**
 * The contract between what is drawn (skin, hair, glasses, ...) and the renderer: meshes, materials, regions.
 */
import type { PosedHead } from '../heads/posed-head.ts';

/** Values of the region mask, by name; the index is the byte in the mask. */
export const REGIONS = ['background', 'face', 'body', 'eye', 'mouth', 'teeth', 'hair', 'brow', 'beard', 'clothes', 'glasses', 'headwear', 'accessory'] as const;
export type Region = (typeof REGIONS)[number];

/** Triangles in head space. `positions` and `normals` may be rewritten in place; count `version` up then. */
export interface Mesh {
  /** `[R, 3]` cm. */
  positions: Float32Array;
  /** `[R, 3]` unit length, of which 10 bits a component are kept. For hair: the tangent along the strand, root to tip. */
  normals: Float32Array;
  /** `[R, 2]` and `extra` are kept in 16 bits a component, over the range that it has in the mesh. */
  uv: Float32Array;
  /** `[R, 4]` free for the material: canonical position and a random number, for example. */
  extra: Float32Array;
  /** `[T, 3]` */
  triangles: Uint32Array;
  version: number;
}

/**
 * How a surface looks. `wgsl` defines `fn evaluate(surface: Surface) -> Shading` and may read `parameters` (vec4 array) and
 * `texels` (u32 array). Light, shadow, ambient occlusion and reflection are the renderer's.
 */
export interface Material {
  /** Names the pipeline: equal labels share one. */
  readonly label: string;
  readonly wgsl: string;
  /** Up to 64 vec4. Not part of the pipeline: two people share it. */
  readonly parameters: Float32Array;
  /** What is painted: words that `wgsl` knows how to read. A buffer, as a software adapter fetches a texel of a texture four times as slowly. */
  readonly texels?: GPUBuffer;
  /** Glass and lenses: drawn last, blended over; no shadow. Default false. */
  readonly transparent?: boolean;
  /** Both sides are lit. Default false: back faces are culled. */
  readonly doubleSided?: boolean;
}

export interface Drawable {
  readonly label: string;
  readonly mesh: Mesh;
  readonly material: Material;
  /** One region for all triangles, or one byte per triangle `[T]`. */
  readonly region: Region | Uint8Array;
  /** Default true. */
  readonly castsShadow?: boolean;
}

/** Something that a person has, built once per person, posed once per expression. */
export interface Figure extends Disposable {
  readonly drawables: readonly Drawable[];
  /** Follow the face: rewrite meshes in place. Absent for what moves rigidly with the head. */
  pose?(head: PosedHead): void;
}
