/** A drawable of one picture: how it is drawn, and where it lies for the camera. */
import { project, type View } from '@onegt/skeleton';
import type { Drawable, Material } from './drawable.ts';
import { NEAR, type SmallFrame } from './frame.ts';
import type { MeshBuffers } from './mesh-buffers.ts';
import { bitsFor, BLOCK } from './small-triangles.wgsl.ts';

export interface Entry {
  drawable: Drawable;
  index: number;
  mesh: MeshBuffers;
  /** How its triangles are found: in compute, by the fixed pipeline, or over the picture. */
  kind: 'small' | 'large' | 'transparent';
  /** Number of its first small triangle. */
  first: number;
}

/** Does the material leave holes? Reading its text keeps authors from forgetting a flag. */
export const isCutout = (material: Material): boolean => material.transparent !== true && /\bopacity\b/.test(material.wgsl);

/** Are its normals tangents of strands? */
export const isHair = (material: Material): boolean => /\.hair\s*=/.test(material.wgsl);

export const blocksOf = ({ numTriangles }: MeshBuffers): number => Math.ceil(numTriangles / BLOCK);

/** Cm along the view axis. */
export const depthOf = ([x, y, z]: readonly [number, number, number], { rotation: r, translation: t }: View): number => -(r[2] * x + r[5] * y + r[8] * z + t[2]);

export function smallFrame(entries: readonly Entry[], view: View): SmallFrame {
  let [nearest, farthest, numBlocks] = [Infinity, 0, 0];
  for (const { mesh } of entries) {
    const b = mesh.bounds;
    for (let k = 0; k < 8; k++) {
      const depth = depthOf([b[k & 1 ? 3 : 0]!, b[k & 2 ? 4 : 1]!, b[k & 4 ? 5 : 2]!], view);
      nearest = Math.min(nearest, depth);
      farthest = Math.max(farthest, depth);
    }
    numBlocks += blocksOf(mesh);
  }
  return numBlocks === 0 ? { nearest: 0, farthest: 1, bits: 0 } : { nearest: Math.max(nearest, NEAR), farthest, bits: bitsFor(numBlocks) };
}

export function pixelBounds(entries: readonly Entry[], view: View, size: number): [number, number, number, number] {
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { mesh: { bounds: b } } of entries) {
    const corners = Array.from({ length: 8 }, (_, k) => [b[k & 1 ? 3 : 0]!, b[k & 2 ? 4 : 1]!, b[k & 4 ? 5 : 2]!] as const);
    // What reaches behind the near plane projects to anywhere.
    if (corners.some((corner) => depthOf(corner, view) < NEAR)) return [0, 0, size, size];
    const image = project(new Float64Array(24), corners.flat(), view);
    for (let i = 0; i < 24; i += 3) {
      const [x, y] = [((image[i]! + 1) / 2) * size, ((1 - image[i + 1]!) / 2) * size];
      bounds[0] = Math.min(bounds[0], Math.floor(x) - 1);
      bounds[1] = Math.min(bounds[1], Math.floor(y) - 1);
      bounds[2] = Math.max(bounds[2], Math.ceil(x));
      bounds[3] = Math.max(bounds[3], Math.ceil(y));
    }
  }
  return bounds;
}

export function farthestFirst(entries: readonly Entry[], view: View): Entry[] {
  const depth = ({ mesh: { bounds: b } }: Entry) => depthOf([(b[0]! + b[3]!) / 2, (b[1]! + b[4]!) / 2, (b[2]! + b[5]!) / 2], view);
  return [...entries].sort((a, b) => depth(b) - depth(a));
}
