/**
 * Cloth around the face: headscarves and hoods. A shell over skull, ears and throat with an oval opening, seen from the
 * middle of the head along +z; what falls on the shoulders is laid over the body like a garment.
 */
import { azimuthal, directionFrame, ProjectedMap } from '../fit/projected-map.ts';
import type { HeadFit } from '../fit/head-fit.ts';
import type { GridPoint } from '../geometry/mesh-builder.ts';
import { tube } from '../geometry/sweep.ts';
import { clamp, fbm3, lerp, noise3, smoothstep, subtract, type Vec3 } from '../geometry/vector.ts';
import type { FabricStuff } from '../materials/fabric.ts';
import type { Parts } from '../parts.ts';
import { length2 } from '../../geometry/length.ts';

export interface VeilLook {
  kind: 'veil';
  style: 'hijab' | 'loose-scarf' | 'hood';
  stuff: FabricStuff;
  /** A band under the scarf, seen at the forehead; null: none. */
  under: FabricStuff | null;
  clearance: number;
  /** Radians by which the opening is wider than the face's outline: at the forehead, the cheeks, the chin. */
  opening: readonly [number, number, number];
  folds: number;
  seed: number;
}

/** Outline of the face among MediaPipe's points, from the middle of the forehead over the subject's left side. */
export const FACE_OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109] as const;
const COLUMNS = 72, ROWS = 30, LAYER_ROWS = 22;
const LAST = 3.0;
const TURNS = Array.from({ length: COLUMNS }, (_, j) => -Math.PI + (2 * Math.PI * j) / COLUMNS);
/** The rolled edge: (radians before the outline, share of the distance). */
const LIP = [[-0.1, 0.5], [0.008, 0.58], [0.024, 0.8], [0.018, 1]] as const;

/** What the points of a veil are made from. */
interface Shell {
  look: VeilLook;
  centre: Vec3;
  /** Distance of skin from the centre. */
  map: ProjectedMap;
  /** Polar angle of the opening per column. */
  first: Float64Array;
  /** 1 / distance of the stretched cloth, `[COLUMNS, ROWS]`. */
  inverse: Float64Array;
  slot: number;
  /** Filled while the first layer is built: its outline. */
  edge: Vec3[];
}

export function buildVeil(parts: Parts, look: VeilLook, fit: HeadFit): void {
  const centre: Vec3 = [0, fit.point(4)[1] + 0.6, fit.skull.centre[2]];
  const map = new ProjectedMap(directionFrame(3.05, 0.06)).rasterize(fit.head.neutralPositions, coveredSkin(fit), azimuthal(centre, 'z'), 'farthest', 1).fill(60);
  const first = openingAround(look, fit, centre);
  // The jaw moves below it.
  const { builder, slot } = parts.take('fabric', 'headwear', look.stuff, true);
  const shell: Shell = { look, centre, map, first, inverse: stretched(map, first), slot, edge: [] };
  builder.grid(ROWS + LIP.length, COLUMNS, pointOfShell, { closedColumns: true, flip: true }, shell);
  if (look.style === 'hood') tube(builder, shell.edge, 0.28, { closed: true, slot, sides: 6 });
  if (look.under) {
    const band = parts.take('fabric', 'headwear', look.under);
    band.builder.grid(4, 37, pointOfBand, { flip: true }, { ...shell, slot: band.slot });
  }
  // The second layer: from under the chin over the head, its edge behind that of the first; pinned at one side.
  if (look.style !== 'hood') builder.grid(LAYER_ROWS, COLUMNS, pointOfLayer, { closedColumns: true, flip: true }, shell);
}

/** Triangles of the skin below a veil: the throat belongs to it, the shoulders do not. */
function coveredSkin({ skin, head: { model: { canonical } } }: HeadFit): Uint32Array {
  const kept: number[] = [];
  for (let t = 0; t < skin.length; t += 3) {
    const a = skin[t]!, b = skin[t + 1]!, c = skin[t + 2]!;
    if (Math.min(canonical[a * 3 + 1]!, canonical[b * 3 + 1]!, canonical[c * 3 + 1]!) > -9.6) kept.push(a, b, c);
  }
  return Uint32Array.from(kept);
}

/** The opening as a polar angle per column (turn 0 up, positive to the subject's left). */
function openingAround(look: VeilLook, fit: HeadFit, centre: Vec3): Float64Array {
  const oval = FACE_OVAL.map((index) => { const d = subtract(fit.point(index), centre); return { turn: Math.atan2(d[0], d[1]), polar: Math.atan2(length2(d[0], d[1]), d[2]) }; }).sort((a, b) => a.turn - b.turn);
  const faceAt = (turn: number): number => {
    const next = oval.findIndex((o) => o.turn >= turn), j = next < 0 ? 0 : next, b = oval[j]!, a = oval[(j + oval.length - 1) % oval.length]!;
    const span = ((b.turn - a.turn) + 2 * Math.PI) % (2 * Math.PI) || 1, offset = ((turn - a.turn) + 2 * Math.PI) % (2 * Math.PI);
    return lerp(a.polar, b.polar, clamp(offset / span));
  };
  let first = Float64Array.from(TURNS, (turn) => {
    const up = Math.max(0, Math.cos(turn)), down = Math.max(0, -Math.cos(turn)), [top, cheek, chin] = look.opening;
    return faceAt(turn) + top * up + chin * down + cheek * (1 - up - down) * 1.0;
  });
  for (let round = 0; round < 4; round++) first = first.map((value, j) => (first[(j + COLUMNS - 1) % COLUMNS]! + 2 * value + first[(j + 1) % COLUMNS]!) / 4);
  return first;
}

/** Stretched cloth: hollows are bridged, as in `Body.drape`. @returns 1 / distance, `[COLUMNS, ROWS]` */
function stretched(map: ProjectedMap, first: Float64Array): Float64Array {
  const inverse = new Float64Array(COLUMNS * ROWS);
  for (let j = 0; j < COLUMNS; j++) for (let i = 0; i < ROWS; i++) inverse[j * ROWS + i] = 1 / radiusAt(map, TURNS[j]!, lerp(first[j]!, LAST, i / (ROWS - 1)));
  const limit = inverse.slice();
  for (let round = 0; round < 24; round++)
    for (let j = 0; j < COLUMNS; j++) stretchColumn(inverse, limit, j, first[j]!);
  return inverse;
}

function stretchColumn(inverse: Float64Array, limit: Float64Array, j: number, first: number): void {
  const step = (LAST - first) / (ROWS - 1), left = ((j + 1) % COLUMNS) * ROWS, right = ((j + COLUMNS - 1) % COLUMNS) * ROWS;
  for (let i = 1; i < ROWS - 1; i++) {
    const k = j * ROWS + i, vertical = (inverse[k - 1]! + inverse[k + 1]!) / 2 / Math.cos(step);
    const horizontal = (inverse[left + i]! + inverse[right + i]!) / 2 / Math.cos(((2 * Math.PI) / COLUMNS) * Math.sin(lerp(first, LAST, i / (ROWS - 1))));
    inverse[k] = Math.min(limit[k]!, 0.6 * vertical + 0.4 * horizontal);
  }
}

const radiusAt = (map: ProjectedMap, turn: number, polar: number): number => map.sample(polar * Math.sin(turn), polar * Math.cos(turn));

const pointAt = (centre: Vec3, turn: number, polar: number, radius: number): Vec3 =>
  [centre[0] + radius * Math.sin(polar) * Math.sin(turn), centre[1] + radius * Math.sin(polar) * Math.cos(turn), centre[2] + radius * Math.cos(polar)];

function pointOfShell(i: number, j: number, { look, centre, first, inverse, slot, edge }: Shell): GridPoint {
  const hood = look.style === 'hood';
  const c = j % COLUMNS, turn = TURNS[c]!, row = Math.max(0, i - LIP.length), t = row / (ROWS - 1), polar = lerp(first[c]!, LAST, t);
  const wave = fbm3(Math.sin(turn) * 1.4, Math.cos(turn) * 1.4, t * 6 + look.seed, 3), around = Math.sin((turn + 0.4 * noise3(turn * 2, t * 4, look.seed)) * 9 + t * 10);
  // Lines run from under the chin up the sides, and from the forehead back.
  const low = smoothstep(0.2, -0.7, Math.cos(turn));
  const line = Math.sin(t * 26 * (0.6 + 0.4 * low) + 2.2 * wave + turn * (hood ? 0.4 : 1.1));
  let above = look.clearance + (hood ? 1.3 * Math.sin(Math.PI * Math.min(1, t * 1.6)) * Math.max(0, Math.cos(turn)) : 0.15 * smoothstep(0, 0.2, t));
  // Below, the cloth is wrapped loosely around the throat.
  if (!hood) above += low * 1.3 * smoothstep(0.02, 0.3, t) + 0.35 * smoothstep(0.1, 0.5, t);
  above += look.folds * smoothstep(0.02, 0.25, t) * (0.4 * wave + 0.38 * low * line + 0.06 * around);
  const rolled = LIP[i];
  if (rolled) above *= rolled[1];
  const position = pointAt(centre, turn, polar - (rolled?.[0] ?? 0), 1 / inverse[c * ROWS + row]! + Math.max(0.3 * look.clearance, above));
  if (i === LIP.length) edge.push(position);
  return { position, uv: [turn * 9, -t * 24], extra: [slot, t * 20 + 0.25, 0, i < 2 ? 0.4 : clamp(0.8 + 0.5 * look.folds * (wave + 0.4 * low * line), 0.4, 1)] };
}

/** The band under the scarf. */
function pointOfBand(i: number, j: number, { centre, map, first, slot }: Shell): GridPoint {
  const turn = lerp(-1.25, 1.25, j / 36), border = first[Math.round(((turn + Math.PI) / (2 * Math.PI)) * COLUMNS) % COLUMNS]!, polar = lerp(border - 0.09, border + 0.1, i / 3);
  return { position: pointAt(centre, turn, polar, radiusAt(map, turn, polar) + 0.24), uv: [turn * 8, i * 0.4], extra: [slot, 9, 0, i === 3 ? 0.5 : 1] };
}

function pointOfLayer(i: number, j: number, { look, centre, first, inverse, slot }: Shell): GridPoint {
  const pinned = look.seed % 2 < 1 ? 1 : -1;
  const c = j % COLUMNS, turn = TURNS[c]!, up = 0.5 + 0.5 * Math.cos(turn);
  const begin = first[c]! + lerp(0.1, 0.34, up ** 1.5) + 0.1 * Math.sin(turn) * pinned + 0.03 * noise3(turn * 1.5, 0, look.seed);
  const t = i / (LAYER_ROWS - 1), polar = lerp(begin, LAST, t ** 1.2), row = clamp(((polar - first[c]!) / (LAST - first[c]!)) * (ROWS - 1), 0, ROWS - 1), lower = Math.floor(row);
  const inv = lerp(inverse[c * ROWS + lower]!, inverse[c * ROWS + Math.min(ROWS - 1, lower + 1)]!, row - lower);
  // Folds fan out from the pin below the chin.
  const fromPin = Math.atan2(Math.sin(turn) * polar - pinned * 0.35, Math.cos(turn) * polar + 1.15);
  const fan = Math.sin(fromPin * 13 + 1.6 * noise3(turn * 2, polar * 2, look.seed)), low = smoothstep(0.35, -0.6, Math.cos(turn));
  let above = look.clearance + 0.5 + low * 1.5 * smoothstep(0, 0.25, t) + 0.35 * smoothstep(0.1, 0.5, t);
  above += look.folds * (0.16 + 0.3 * low) * fan * smoothstep(0, 0.12, t) * (1 - 0.6 * t) + look.folds * 0.35 * fbm3(Math.sin(turn) * 1.6, Math.cos(turn) * 1.6, polar * 2 + look.seed, 3);
  if (i === 0) above = look.clearance + 0.2;
  return { position: pointAt(centre, turn, polar, 1 / inv + above), uv: [turn * 9, -t * 22], extra: [slot, t * 20, 0, i === 0 ? 0.45 : clamp(0.85 + 0.35 * fan, 0.5, 1)] };
}
