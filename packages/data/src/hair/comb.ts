/** The direction in which hair is combed at a place of the scalp, in canonical space: what a style's growth follows. */
import type { HairLook } from './hair-look.ts';
import { lerp, noise3, smoothstep } from './noise.ts';
import { CROWN } from './scalp.ts';
import { length2, length3 } from '../geometry/length.ts';

/**
 * @param out - direction tangent to the scalp, unit length or zero where hair stands straight up
 * @param side - side of the parting on which the strand is rooted, -1 or 1
 */
export function combAt(look: HairLook, side: number, x: number, y: number, z: number, nx: number, ny: number, nz: number, out: Float64Array): void {
  const { field, part, sweep, mess } = look.comb;
  let dx = x - CROWN[0], dy = 0.4 * (y - CROWN[1]), dz = z - CROWN[2];
  const fromCrown = length2(dx, dz) + 1e-3;
  const high = smoothstep(4.5, 9.5, y), before = smoothstep(-6.5, -1, z);
  if (field === 'whorl' || field === 'forward') {
    const turn = 1.2 * Math.exp(-fromCrown / 2.5);
    [dx, dz] = [dx * Math.cos(turn) - dz * Math.sin(turn), dx * Math.sin(turn) + dz * Math.cos(turn)];
    dx /= fromCrown; dz /= fromCrown; dy = lerp(-1.2, 0, high);
    if (field === 'forward') { dx *= 0.5; dz += 0.8 * before * high; dx += 0.1 * look.comb.sweep; }
  } else if (field === 'part') {
    const across = side * (1 - 0.25 * high * smoothstep(-3, 3, side * (x - part) - 7));
    dx = lerp(dx / fromCrown, across, before);
    dz = lerp(dz / fromCrown, -1.1 * sweep, before);
    dy = lerp(-1.3, -0.25, high);
  } else if (field === 'back') {
    dx = 0.05 * x * high; dy = lerp(-0.45, 0.1, smoothstep(3, 11, y)) - 0.7 * smoothstep(-5, -9, z); dz = -1 + 0.8 * smoothstep(-3.5, -8, z);
  } else if (field === 'up') {
    dx = 0.12 * x; dy = lerp(-0.5, 0.7, smoothstep(6, 11, y)); dz = lerp(-0.8, -0.9, high);
    if (z < -5) dy = -0.9;
  } else if (field === 'crest') {
    dx = -0.25 * x; dy = 1; dz = -0.25;
  } else {
    dx = 0; dy = -0.35 * (1 - high); dz = -0.1;
  }
  if (mess > 0) {
    const s = look.seed % 1000;
    dx += 1.6 * mess * noise3(x * 0.35 + s, y * 0.35, z * 0.35);
    dy += 0.8 * mess * noise3(x * 0.35, y * 0.35 + s, z * 0.35 + 40);
    dz += 1.6 * mess * noise3(x * 0.35 + 80, y * 0.35, z * 0.35 + s);
  }
  const inward = dx * nx + dy * ny + dz * nz;
  dx -= inward * nx; dy -= inward * ny; dz -= inward * nz;
  const length = length3(dx, dy, dz);
  // Standing hair keeps its weak drift; combed hair is a direction.
  const scale = length < 1e-6 ? 0 : field === 'out' ? Math.min(1, 1 / length) : 1 / length;
  out[0] = dx * scale;
  out[1] = dy * scale;
  out[2] = dz * scale;
}
