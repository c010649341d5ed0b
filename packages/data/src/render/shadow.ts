/**
 * What the key light sees: depth of solid things, and of strands nearest and farthest depth and number of layers, so that
 * hair casts and receives shadows without being opaque. The maps stay valid while light and meshes stay: a group of
 * pictures of one scene draws them once.
 */
import type { View } from '@onegt/skeleton';
import { mat4, vec3 } from 'gl-matrix';
import type { Lighting } from '../setting/lighting.ts';
import type { Bounds } from '../geometry/bounds.ts';
import { type ShadowFrame, toHeadSpace } from './frame.ts';

/** An orthographic view along the key light around everything that casts shadows; undefined without such a light. */
export function shadowFrame(lighting: Lighting, view: View, boxes: readonly Bounds[], texels: number): ShadowFrame | undefined {
  const key = lighting.lights.find((light) => light.shadow);
  if (key === undefined || boxes.length === 0) return undefined;
  const direction = toHeadSpace(key.direction, lighting.frame, view);
  const up: [number, number, number] = Math.abs(direction[1]) > 0.95 ? [0, 0, 1] : [0, 1, 0];
  const turned = mat4.lookAt(mat4.create(), direction, [0, 0, 0], up);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const box of boxes) extend(low, high, box, turned);
  const width = 1.04 * Math.max(high[0]! - low[0]!, high[1]! - low[1]!);
  const [x, y] = [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2];
  const depth = high[2]! - low[2]! + 2;
  const projection = mat4.orthoZO(mat4.create(), x - width / 2, x + width / 2, y - width / 2, y + width / 2, -high[2]! - 1, -low[2]! + 1);
  return { projection: mat4.multiply(mat4.create(), projection, turned), width, depth, texels };
}

/** Widens the limits by the corners of a box. */
function extend(low: number[], high: number[], box: Bounds, turned: mat4): void {
  const corner = vec3.create();
  for (let k = 0; k < 8; k++) {
    vec3.set(corner, box[k & 1 ? 3 : 0]!, box[k & 2 ? 4 : 1]!, box[k & 4 ? 5 : 2]!);
    vec3.transformMat4(corner, corner, turned);
    for (let axis = 0; axis < 3; axis++) {
      low[axis] = Math.min(low[axis]!, corner[axis]!);
      high[axis] = Math.max(high[axis]!, corner[axis]!);
    }
  }
}
