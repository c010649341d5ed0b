/** From a look to meshes: how many strands of how many segments a style is worth, and what they are assembled from. */
import type { PosedHead } from '../heads/posed-head.ts';
import type { Mesh } from '../render/drawable.ts';
import type { HeadwearShape } from '../accessories/headwear-shape.ts';
import { groundFor, growStrands, prepareGround, type Strands } from './grow.ts';
import { type HairLook, hairLookWith } from './hair-look.ts';
import { clamp } from './noise.ts';
import { HairVolume } from './occlusion.ts';
import { growRopes, growTies } from './ropes.ts';
import { ribbonMesh } from './ribbons.ts';
import { scalpLayer } from './scalp-layer.ts';

export interface HairMesh { kind: 'scalp' | 'strands'; mesh: Mesh }

export function buildHair(look: HairLook, head: PosedHead, covered?: HeadwearShape['covered']): HairMesh[] {
  if (look.family === 'bald') return [];
  const ground = prepareGround(head, look, covered);
  const meshes: HairMesh[] = [{ kind: 'scalp', mesh: scalpLayer(ground) }];
  const groups: Strands[] = [];
  if (look.ropes !== null) groups.push(...growRopes(ground));
  else {
    const { count, segments, width, under } = plan(look);
    groups.push(growStrands(ground, { count, segments, width }));
    if (under > 0) groups.push(growStrands(groundFor(underlayer(look), ground), { count: under, segments: 5, width: 0.16 }));
    groups.push(...growTies(ground, 4096));
  }
  const volume = new HairVolume(groups);
  const curly = look.curl.radius > 0.1;
  meshes.push({ kind: 'strands', mesh: ribbonMesh(groups, { field: ground.field, volume, seed: look.seed, roll: curly ? 0.9 : 0.6, tip: curly ? 0.4 : 0.2, root: 0.4 }) });
  return meshes;
}

/** Short hair has many strands of few segments, long hair few of many; ribbons are as wide as it takes to cover the head. */
export function plan(look: HairLook): { count: number; segments: number; width: number; under: number } {
  const { cut, curl, density } = look;
  // Longer hair than this ends below the picture.
  const longest = Math.min(36, Math.max(cut.top, cut.front, cut.sides, cut.back)), mean = Math.min(36, (cut.top + cut.front + cut.sides + cut.back) / 4);
  const straight = longest < 0.25 ? 1 : longest < 0.8 ? 2 : longest < 2 ? 3 : longest < 4.5 ? 4 : longest < 8 ? 6 : longest < 14 ? 8 : longest < 24 ? 10 : 13;
  // Tight coils read as zigzags: fewer points per turn do.
  const perTurn = curl.radius < 0.38 ? 3.4 : curl.planar > 0.25 ? 5.5 : 6;
  const curled = curl.radius > 0.1 ? Math.ceil(longest / curl.pitch * perTurn) : 0;
  const segments = clamp(Math.max(straight, curled), 1, 40);
  const budget = look.comb.field === 'out' && longest > 3 ? 58000 : longest < 0.25 ? 10000 : look.ties.length > 0 ? 24000 : longest > 14 || curled > 10 ? 50000 : 33000;
  const count = Math.round(budget / (2 * segments) * Math.min(1, 0.8 * density));
  const width = clamp(4.2 * (600 + 38 * mean) / (count * mean), 0.03, 0.045 + 0.025 * mean);
  return { count, segments, width: Math.min(width, look.comb.field === 'out' ? 0.26 : 0.2), under: mean > 12 && look.comb.field !== 'out' ? (look.ties.length > 0 ? 900 : 1700) : 0 };
}

/** Short flat strands beneath long hair: they cover the scalp for a fifth of the triangles. */
function underlayer(look: HairLook): HairLook {
  const { variation, level, fringeLevel, fade, fadeHeight } = look.cut, { gravity, opening, tucked } = look.body, { pitch, onset, planar, irregular } = look.curl;
  const short = (length: number) => Math.min(length, 7);
  return hairLookWith(look, {
    seed: look.seed + 5,
    cut: { top: short(look.cut.top), front: short(look.cut.front), sides: short(look.cut.sides), back: short(look.cut.back), variation, level, fringeLevel, fade, fadeHeight },
    body: { lift: 0.1, front: look.body.front * 0.5, top: look.body.top * 0.5, sides: look.body.sides * 0.5, back: look.body.back * 0.5, gravity, opening, tucked },
    curl: { radius: look.curl.radius * 0.3, pitch, onset, planar, irregular },
  });
}
