/** Which of the 600 points a picture shows: those inside of it that nothing else is in front of. */
import { depthsOf, NUM_DETECTED, NUM_FACE, NUM_POINTS, skeletonTopology, type View } from '@onegt/skeleton';
import { type Region, REGIONS } from '../render/drawable.ts';

/**
 * How much nearer a surface must be to hide a point, cm. Of the head itself: the height of a nostril's edge, more than pores
 * and stubble. What is worn lies close and hides from its own thickness on.
 */
const TOLERANCE_CM = 0.45;
const TOLERANCES_CM: Partial<Record<Region, number>> = { hair: 0.35, clothes: 0.12, glasses: 0.12, headwear: 0.12, accessory: 0.12 };
const TOLERANCE_OF = REGIONS.map((region) => TOLERANCES_CM[region] ?? TOLERANCE_CM);
/** Between skeleton triangles, which cut across what is round. */
const COARSE_TOLERANCE_CM = 0.9;
const COARSE_SIZE = 96;

const EYE = REGIONS.indexOf('eye');
const BACKGROUND = REGIONS.indexOf('background');

export interface DepthPicture {
  size: number;
  /** `[size, size]` cm from the camera's plane at pixel centres, `Infinity` where nothing is. */
  depth: Float32Array;
  /** `[size, size]` */
  region: Uint8Array;
}

/**
 * By what was rendered. A point is seen when its surface is the nearest one at its pixel or at a neighbour (it may lie on a
 * silhouette); irises are seen where the eye is, as lids are thinner than any tolerance.
 *
 * @param points - `[600, 3]` crop units
 * @param poses - the same in head space
 * @returns `[600]` of 0 and 1
 */
export function visiblePoints(points: Float32Array, poses: Float32Array, view: View, { size, depth, region }: DepthPicture): Uint8Array {
  const depths = depthsOf(new Float32Array(NUM_POINTS), poses, view);
  const seen = new Uint8Array(NUM_POINTS);
  for (let p = 0; p < NUM_POINTS; p++) {
    const column = Math.floor(((points[3 * p]! + 1) / 2) * size);
    const row = Math.floor(((1 - points[3 * p + 1]!) / 2) * size);
    if (!(column >= 0 && column < size && row >= 0 && row < size)) continue;
    const isIris = p >= NUM_FACE && p < NUM_DETECTED;
    const isSeen = isIris ? region[row * size + column] === EYE : isNearest(depths[p]!, column, row, size, depth, region);
    if (isSeen) seen[p] = 1;
  }
  return seen;
}

/** At its pixel or at a neighbour. */
function isNearest(distance: number, column: number, row: number, size: number, depth: Float32Array, region: Uint8Array): boolean {
  for (let y = Math.max(0, row - 1); y <= Math.min(size - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(size - 1, column + 1); x++) {
      const pixel = y * size + x;
      if (region[pixel] !== BACKGROUND && depth[pixel]! > distance - TOLERANCE_OF[region[pixel]!]!) return true;
    }
  }
  return false;
}

/**
 * Without a picture: hidden by the skeleton's own triangles, so by the bald head itself. Coarse, and fast.
 *
 * @param points - `[600, 3]` crop units
 * @returns `[600]` of 0 and 1
 */
export function unoccludedPoints(points: Float32Array, poses: Float32Array, view: View): Uint8Array {
  const depths = depthsOf(new Float32Array(NUM_POINTS), poses, view);
  const nearest = coarseDepth(points, depths);
  const seen = new Uint8Array(NUM_POINTS);
  for (let p = 0; p < NUM_POINTS; p++) {
    const x = points[3 * p]!, y = points[3 * p + 1]!;
    if (!(Math.abs(x) < 1 && Math.abs(y) < 1)) continue;
    const pixel = Math.floor(((1 - y) / 2) * COARSE_SIZE) * COARSE_SIZE + Math.floor(((x + 1) / 2) * COARSE_SIZE);
    if (nearest[pixel]! > depths[p]! - COARSE_TOLERANCE_CM) seen[p] = 1;
  }
  return seen;
}

/** Inverse depth is linear across a triangle; the largest one is the nearest. */
function coarseDepth(points: Float32Array, depths: Float32Array): Float32Array {
  const { triangles } = skeletonTopology();
  const inverse = new Float32Array(COARSE_SIZE * COARSE_SIZE);
  for (let t = 0; t < triangles.length; t += 3) {
    const a = triangles[t]!, b = triangles[t + 1]!, c = triangles[t + 2]!;
    const ax = toPixel(points[3 * a]!), ay = toPixel(-points[3 * a + 1]!);
    const bx = toPixel(points[3 * b]!), by = toPixel(-points[3 * b + 1]!);
    const cx = toPixel(points[3 * c]!), cy = toPixel(-points[3 * c + 1]!);
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (area === 0) continue;
    const ia = 1 / depths[a]!, ib = 1 / depths[b]!, ic = 1 / depths[c]!;
    const lastY = Math.min(COARSE_SIZE - 1, Math.floor(Math.max(ay, by, cy)));
    const lastX = Math.min(COARSE_SIZE - 1, Math.floor(Math.max(ax, bx, cx)));
    for (let y = Math.max(0, Math.ceil(Math.min(ay, by, cy))); y <= lastY; y++) {
      for (let x = Math.max(0, Math.ceil(Math.min(ax, bx, cx))); x <= lastX; x++) {
        const wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area;
        const wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area;
        const wa = 1 - wb - wc;
        if (wa < 0 || wb < 0 || wc < 0) continue;
        const value = wa * ia + wb * ib + wc * ic;
        if (value > inverse[y * COARSE_SIZE + x]!) inverse[y * COARSE_SIZE + x] = value;
      }
    }
  }
  for (let i = 0; i < inverse.length; i++) inverse[i] = inverse[i] === 0 ? Infinity : 1 / inverse[i]!;
  return inverse;
}

const toPixel = (value: number): number => ((value + 1) / 2) * COARSE_SIZE - 0.5;
