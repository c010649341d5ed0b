/** For tests: how far a point is from the skin of a posed head, cm. Infinity where no triangle is near. */
import { PARTS } from '../../heads/head-model.ts';
import type { PosedHead } from '../../heads/posed-head.ts';

const SKIN = PARTS.indexOf('skin');
const REACH = 4;

export function skinDistance(positions: Float32Array, { model: { triangles, parts } }: PosedHead, [x, y, z]: readonly [number, number, number]): number {
  let best = Infinity;
  for (let t = 0; t < parts.length; t++) {
    if (parts[t] !== SKIN) continue;
    const a = triangles[t * 3]! * 3, b = triangles[t * 3 + 1]! * 3, c = triangles[t * 3 + 2]! * 3;
    const [dx, dy, dz] = [x - positions[a]!, y - positions[a + 1]!, z - positions[a + 2]!];
    if (Math.hypot(dx, dy, dz) > REACH) continue;
    const [ux, uy, uz] = [0, 1, 2].map((k) => positions[b + k]! - positions[a + k]!) as [number, number, number];
    const [vx, vy, vz] = [0, 1, 2].map((k) => positions[c + k]! - positions[a + k]!) as [number, number, number];
    const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx], square = nx * nx + ny * ny + nz * nz;
    // The foot of the perpendicular has to lie in the triangle.
    const v = ((dy * vz - dz * vy) * nx + (dz * vx - dx * vz) * ny + (dx * vy - dy * vx) * nz) / square;
    const w = ((uy * dz - uz * dy) * nx + (uz * dx - ux * dz) * ny + (ux * dy - uy * dx) * nz) / square;
    if (v < -0.01 || w < -0.01 || v + w > 1.01) continue;
    best = Math.min(best, Math.abs(dx * nx + dy * ny + dz * nz) / Math.sqrt(square));
  }
  return best;
}
