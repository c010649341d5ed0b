/** A drawable of one picture: how it is drawn, and where it lies for the camera. */
import { project, type View } from '@onegt/skeleton';
import type { Drawable, Material } from './drawable.ts';
import { NEAR, type PixelBounds, type WordFrame } from './frame.ts';
import type { MeshBuffers } from './mesh-buffers.ts';
import { bitsFor, BLOCK } from './small-triangles.wgsl.ts';

export interface Entry {
  drawable: Drawable;
  index: number;
  mesh: MeshBuffers;
  /** How its triangles are found: in compute, by the fixed pipeline, or over the picture. */
  kind: 'small' | 'large' | 'transparent';
  /** Number of its first triangle. */
  first: number;
}

/** Does the material leave holes? Reading its text keeps authors from forgetting a flag. */
export const isCutout = (material: Material): boolean => material.transparent !== true && read(material).opacity;

/** Are its normals tangents of strands? */
export const isHair = (material: Material): boolean => read(material).hair;

/** What texts say: there are a few dozen of them, asked about dozens of times per picture. */
const texts = new Map<string, { opacity: boolean; hair: boolean }>();

function read({ wgsl }: Material): { opacity: boolean; hair: boolean } {
  let known = texts.get(wgsl);
  if (known === undefined) texts.set(wgsl, (known = { opacity: /\bopacity\b/.test(wgsl), hair: /\.hair\s*=/.test(wgsl) }));
  return known;
}

export const blocksOf = ({ numTriangles }: MeshBuffers): number => Math.ceil(numTriangles / BLOCK);

/** Cm along the view axis. */
export const depthOf = ([x, y, z]: readonly [number, number, number], { rotation: r, translation: t }: View): number => -(r[2] * x + r[5] * y + r[8] * z + t[2]);

/** Depths are those of opaque drawables. */
export function wordFrame(entries: readonly Entry[], view: View): WordFrame {
  let [nearest, farthest, numBlocks] = [Infinity, 0, 0];
  for (const { mesh, kind } of entries) {
    numBlocks += blocksOf(mesh);
    if (kind === 'transparent') continue;
    for (const corner of cornersOf(mesh)) {
      const depth = depthOf(corner, view);
      nearest = Math.min(nearest, depth);
      farthest = Math.max(farthest, depth);
    }
  }
  if (numBlocks === 0 || farthest <= NEAR) return { nearest: 1, farthest: 2, bits: bitsFor(numBlocks) };
  return { nearest: Math.max(nearest, NEAR), farthest: farthest + 0.01, bits: bitsFor(numBlocks) };
}

/** Where they may be seen; nothing: `[0, 0, 0, 0]`. */
export function pixelBounds(entries: readonly Entry[], view: View, size: number): PixelBounds {
  const bounds = [Infinity, Infinity, -Infinity, -Infinity] as [number, number, number, number];
  for (const { mesh } of entries) {
    const corners = cornersOf(mesh);
    // What reaches behind the near plane projects to anywhere.
    if (corners.some((corner) => depthOf(corner, view) < NEAR)) return [0, 0, size, size];
    const image = project(new Float64Array(24), corners.flat(), view);
    for (let i = 0; i < 24; i += 3) {
      const [x, y] = [((image[i]! + 1) / 2) * size, ((1 - image[i + 1]!) / 2) * size];
      bounds[0] = Math.min(bounds[0], Math.floor(x) - 1);
      bounds[1] = Math.min(bounds[1], Math.floor(y) - 1);
      bounds[2] = Math.max(bounds[2], Math.ceil(x) + 1);
      bounds[3] = Math.max(bounds[3], Math.ceil(y) + 1);
    }
  }
  const [left, top, right, bottom] = bounds.map((value) => Math.min(Math.max(value, 0), size)) as [number, number, number, number];
  return right <= left || bottom <= top ? [0, 0, 0, 0] : [left, top, right, bottom];
}

function cornersOf({ bounds: b }: MeshBuffers): (readonly [number, number, number])[] {
  return Array.from({ length: 8 }, (_, k) => [b[k & 1 ? 3 : 0]!, b[k & 2 ? 4 : 1]!, b[k & 4 ? 5 : 2]!] as const);
}

export function farthestFirst(entries: readonly Entry[], view: View): Entry[] {
  const depth = ({ mesh: { bounds: b } }: Entry) => depthOf([(b[0]! + b[3]!) / 2, (b[1]! + b[4]!) / 2, (b[2]! + b[5]!) / 2], view);
  return [...entries].sort((a, b) => depth(b) - depth(a));
}
