/** What covers mouth and nose: medical masks, respirators, cloth masks, bandanas. They stretch over the face and follow the jaw. */
import type { HeadFit } from '../fit/head-fit.ts';
import { azimuthal, directionFrame, ProjectedMap } from '../fit/projected-map.ts';
import type { GridPoint } from '../geometry/mesh-builder.ts';
import { tube } from '../geometry/sweep.ts';
import { add, clamp, fbm3, lerp, smoothPath, smoothstep, subtract, type Vec3 } from '../geometry/vector.ts';
import type { FabricStuff } from '../materials/fabric.ts';
import type { Parts } from '../parts.ts';
import { length2 } from '../../geometry/length.ts';

export interface MaskLook {
  kind: 'mask';
  style: 'surgical' | 'respirator' | 'cloth' | 'bandana' | 'chin';
  stuff: FabricStuff;
  loops: FabricStuff;
  /** Upper edge on the nose, cm above the middle of the nose's bridge. */
  top: number;
  looseness: number;
  seed: number;
}

const COLUMNS = 41, ROWS = 25;

/** Six points of a mask's outline, as directions from its centre: bridge of the nose, under the chin, upper and lower corners. */
interface Edges { low: boolean; top: Direction; bottom: Direction; left: readonly [Direction, Direction]; right: readonly [Direction, Direction] }
type Direction = readonly [number, number];

/** What the points of a mask are made from. */
interface Sheet {
  look: MaskLook;
  fit: HeadFit;
  centre: Vec3;
  edges: Edges;
  /** 1 / distance from the centre, `[ROWS, COLUMNS]`. */
  inverse: Float64Array;
  slot: number;
  /** Filled while the sheet is built. */
  points: Vec3[];
}

export function buildMask(parts: Parts, look: MaskLook, fit: HeadFit): void {
  const tip = fit.point(4), centre: Vec3 = [0, (tip[1] + fit.point(152)[1]) / 2, tip[2] - 9.5];
  const map = new ProjectedMap(directionFrame(1.75, 0.05)).rasterize(fit.head.neutralPositions, fit.skin, azimuthal(centre, 'z'), 'farthest', 1).fill(30);
  const edges = edgesOf(look, fit, centre);
  const { builder, slot } = parts.take('fabric', 'accessory', look.stuff, true);
  const points: Vec3[] = [], sheet: Sheet = { look, fit, centre, edges, inverse: stretched(map, edges, look.style === 'respirator' ? 60 : 26), slot, points };
  builder.grid(ROWS, COLUMNS, pointOfMask, { flip: true }, sheet);
  const at = (i: number, j: number): Vec3 => points[i * COLUMNS + j]!;
  const border = [
    ...Array.from({ length: COLUMNS - 1 }, (_, j) => at(0, j)), ...Array.from({ length: ROWS - 1 }, (_, i) => at(i, COLUMNS - 1)),
    ...Array.from({ length: COLUMNS - 1 }, (_, j) => at(ROWS - 1, COLUMNS - 1 - j)), ...Array.from({ length: ROWS - 1 }, (_, i) => at(ROWS - 1 - i, 0)),
  ];
  tube(builder, border, 0.07, { closed: true, slot, sides: 5 });

  const cords = parts.take('fabric', 'accessory', look.loops, true);
  for (const side of [1, -1] as const) {
    const mirrored = side === -1, column = side === 1 ? COLUMNS - 1 : 0;
    const upper = place(sheet, side, 0.06, 0.12, 1, column), lower = place(sheet, side, 0.94, 0.12, ROWS - 2, column);
    const ear = fit.place('earTop', mirrored), back = fit.place('earBack', mirrored), backLow = fit.place('earBackLow', mirrored), lobe = fit.place('earLobe', mirrored);
    if (look.style === 'bandana') continue;
    const way = smoothPath([upper, [lerp(upper[0], ear[0], 0.55), lerp(upper[1], ear[1], 0.5), lerp(upper[2], ear[2], 0.55)], [ear[0], ear[1] + 0.1, ear[2] + 0.2], [back[0], back[1] + 0.4, back[2] - 0.1], [backLow[0] + side * 0.3, backLow[1] + 0.2, backLow[2] - 0.2], [lobe[0] - side * 0.9, lobe[1] - 0.5, lobe[2] - 0.2], [lerp(lower[0], lobe[0], 0.35), lerp(lower[1], lobe[1], 0.4), lerp(lower[2], lobe[2], 0.4)], lower], 5);
    tube(cords.builder, way.map((p, i) => (i === 0 || i === way.length - 1 ? p : fit.surface.pushOut(p, 0.12))), 0.1, { slot: cords.slot, sides: 6 });
  }
}

function edgesOf(look: MaskLook, fit: HeadFit, centre: Vec3): Edges {
  const chin = fit.point(152), nose = fit.point(197), low = look.style === 'chin';
  const directionOf = (p: Vec3): Direction => { const d = subtract(p, centre), flat = length2(d[0], d[1]), polar = Math.atan2(flat, d[2]); return flat < 1e-9 ? [0, 0] : [(polar * d[0]) / flat, (polar * d[1]) / flat]; };
  const cheek = (side: 1 | -1, upper: boolean): Vec3 => { const a = fit.point(side === 1 ? (upper ? 454 : 288) : (upper ? 234 : 58)), b = fit.point(side === 1 ? 352 : 123); return upper ? [lerp(b[0], a[0], 0.45), b[1] - 1.4, lerp(b[2], a[2], 0.45)] : [a[0] * 0.96, a[1] - 1.2, a[2] + 0.8]; };
  const top: Vec3 = low ? [0, fit.point(17)[1] - 0.4, fit.point(17)[2]] : [0, nose[1] + 0.4 + look.top, nose[2]];
  const below: Vec3 = [0, chin[1] - (look.style === 'bandana' ? 4.5 : 0.9), chin[2] - (look.style === 'bandana' ? 1 : 1.6)];
  const corner = (side: 1 | -1, upper: boolean): Vec3 => low ? add(cheek(side, false), [side * 0.2, upper ? 0.6 : -1.2, upper ? 0 : 0.4]) : cheek(side, upper);
  return { low, top: directionOf(top), bottom: directionOf(below), left: [directionOf(corner(1, true)), directionOf(corner(1, false))], right: [directionOf(corner(-1, true)), directionOf(corner(-1, false))] };
}

/** Direction of a place of the mask. @param s - -1 right .. 1 left; @param t - 0 top .. 1 bottom */
function directionAt({ low, top, bottom, left, right }: Edges, s: number, t: number): Direction {
  const side = s >= 0 ? left : right, a = Math.abs(s);
  const drop = low ? a : 0.35 * smoothstep(0.02, 0.3, a) + 0.65 * a;   // the upper edge falls beside the nose
  const upperU = lerp(top[0], side[0][0], a), upperV = lerp(top[1], side[0][1], drop);
  const lowerU = lerp(bottom[0], side[1][0], a), lowerV = lerp(bottom[1], side[1][1], a ** 2.2);
  return [lerp(upperU, lowerU, t), lerp(upperV, lowerV, t)];
}

/** The cloth bridges hollows. @returns 1 / distance from the centre, `[ROWS, COLUMNS]` */
function stretched(map: ProjectedMap, edges: Edges, rounds: number): Float64Array {
  const inverse = new Float64Array(ROWS * COLUMNS);
  for (let i = 0; i < ROWS; i++)
    for (let j = 0; j < COLUMNS; j++) {
      const [u, v] = directionAt(edges, (2 * j) / (COLUMNS - 1) - 1, i / (ROWS - 1));
      inverse[i * COLUMNS + j] = 1 / map.sample(u, v);
    }
  const limit = inverse.slice();
  for (let round = 0; round < rounds; round++)
    for (let i = 1; i < ROWS - 1; i++)
      for (let j = 1; j < COLUMNS - 1; j++) {
        const k = i * COLUMNS + j;
        inverse[k] = Math.min(limit[k]!, ((inverse[k - COLUMNS]! + inverse[k + COLUMNS]!) * 0.5 + (inverse[k - 1]! + inverse[k + 1]!) * 0.5) / 2 * 1.0012);
      }
  return inverse;
}

function place({ edges, centre, inverse }: Sheet, s: number, t: number, above: number, row: number, column: number): Vec3 {
  const [u, v] = directionAt(edges, s, t), polar = length2(u, v), radius = 1 / inverse[row * COLUMNS + column]! + above, flat = polar < 1e-6 ? 0 : Math.sin(polar) / polar;
  return [centre[0] + radius * flat * u, centre[1] + radius * flat * v, centre[2] + radius * Math.cos(polar)];
}

function pointOfMask(i: number, j: number, sheet: Sheet): GridPoint {
  const { look, fit, slot, points } = sheet;
  const s = (2 * j) / (COLUMNS - 1) - 1, t = i / (ROWS - 1), border = Math.min(t, 1 - t, (1 - Math.abs(s)) * 0.8);
  let above = 0.12 + look.looseness * smoothstep(0, 0.25, border), openness = 1;
  if (look.style === 'surgical') {  // three pleats, flattened towards the sides
    const pleat = (t - 0.16) / 0.24, phase = pleat - Math.floor(pleat);
    if (pleat > 0 && pleat < 3) { above += 0.2 * (1 - phase) * smoothstep(1, 0.75, Math.abs(s)); openness = 0.72 + 0.28 * smoothstep(0, 0.25, phase); }
  }
  if (look.style === 'respirator') above += 0.5 * smoothstep(0.02, 0.3, border) + 0.35 * Math.exp(-((s / 0.06) ** 2)) * smoothstep(0.02, 0.2, border);
  if (look.style === 'cloth' || look.style === 'chin') above += 0.12 * Math.exp(-((s / 0.03) ** 2)) + 0.1 * fbm3(s * 3, t * 3, look.seed, 2);
  if (look.style === 'bandana') { const fold = fbm3(s * 2.2, t * 3.5 - Math.abs(s) * 2, look.seed, 3); above += t * (0.7 * fold + 0.35); openness = clamp(0.85 + 0.4 * fold, 0.5, 1); }
  const laid = place(sheet, s, t, Math.max(0.1, above), i, j);
  const position = border < 0.1 ? fit.surface.pushOut(laid, 0.13) : laid;
  points.push(position);
  return { position, uv: [s * 8.5, (0.5 - t) * 11], extra: [slot, Math.min(t * 9, (1 - t) * 9, (1 - Math.abs(s)) * 8), 0, openness] };
}
