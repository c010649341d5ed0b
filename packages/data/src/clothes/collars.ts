/** Collars, laid on the garment that they belong to: bands, shirt collars, stands, rolls, hoods, lapels, flat collars. */
import { add, cross, eased, lerp, mix, normalize, scale, smoothPath, smoothstep, subtract, type Vec3 } from '../accessories/geometry/vector.ts';
import type { GridPoint } from '../accessories/geometry/mesh-builder.ts';
import { sweep, tube } from '../accessories/geometry/sweep.ts';
import type { Parts } from '../accessories/parts.ts';
import { ripple, type Worn } from './garment.ts';
import type { Collar } from './look.ts';

const SEGMENTS = 52;

export function buildCollar(parts: Parts, worn: Worn): void {
  const { collar } = worn.look;
  switch (collar.kind) {
    case 'none':
    case 'band': return;
    case 'shirt': return buildShirtCollar(parts, worn, collar);
    case 'stand': return buildStand(parts, worn, collar);
    case 'turtle': return buildTurtle(parts, worn, collar);
    case 'hood': return buildHood(parts, worn, collar);
    case 'lapel': return buildLapels(parts, worn, collar);
    case 'flat': return buildFlat(parts, worn, collar);
  }
}

/** A point `height` cm up the neck from the neckline, `above` cm off it. */
const upNeck = (worn: Worn, azimuth: number, height: number, above: number): Vec3 => {
  const polar = worn.drape.walk(azimuth, worn.edge(azimuth), -height);
  return worn.drape.point(azimuth, polar, above);
};

function buildShirtCollar(parts: Parts, worn: Worn, { stand, fall, point, spread, open }: Extract<Collar, { kind: 'shirt' }>): void {
  const { builder, slot } = parts.take('fabric', 'clothes', worn.look.trim);
  const gap = worn.offset + 0.12;
  const end = Math.max(0.05, open);
  // The stand, from below the neckline to the fold.
  builder.grid(5, SEGMENTS, pointOfShirtStand, {}, { worn, slot, stand, gap, end });

  // The fall: over the fold and down onto the shirt, a curve for each column. The tips lie lower and farther out.
  const curves = Array.from({ length: SEGMENTS }, (_, j) => {
    const t = j / (SEGMENTS - 1), front = Math.abs(2 * t - 1), atFold = ringAzimuth(t, end);
    const top = upNeck(worn, atFold, stand * rising(t), gap + 0.1);
    const azimuth = ringAzimuth(t, lerp(end, end + spread, front ** 3));
    const reach = lerp(fall - stand, point - stand * 0.72, front ** 3.5);
    const bottom = worn.at(azimuth, Math.max(0.5, reach), 0.2 + 0.1 * ripple(azimuth, worn.look.seed) * (1 - front));
    const outward = worn.drape.normal(atFold, worn.edge(atFold));
    const knee = add(add(top, scale(outward, 0.5)), [0, 0.12, 0]);
    return { top, knee, bottom, azimuth, toEnd: (1 - front) * Math.PI * 6 };
  });
  builder.grid(FALL_ROWS, SEGMENTS, pointOfFall, { flip: true }, { curves, slot, fall });
  edgeRoll(parts, worn, curves.map(({ bottom }) => bottom), 0.07);
}

interface ShirtStand { worn: Worn; slot: number; stand: number; gap: number; end: number }

function pointOfShirtStand(i: number, j: number, { worn, slot, stand, gap, end }: ShirtStand): GridPoint {
  const t = j / (SEGMENTS - 1), s = i / 4, azimuth = ringAzimuth(t, end);
  const position = i === 0 ? worn.at(azimuth, 0.5, -0.15) : upNeck(worn, azimuth, stand * rising(t) * s - 0.25 * (1 - s), gap);
  return { position, uv: [azimuth * 6.5, s * stand], extra: [slot, 9, 0, 0.7 + 0.3 * s] };
}

const FALL_ROWS = 9;

interface Fall { curves: readonly { top: Vec3; knee: Vec3; bottom: Vec3; azimuth: number; toEnd: number }[]; slot: number; fall: number }

function pointOfFall(i: number, j: number, { curves, slot, fall }: Fall): GridPoint {
  const { top, knee, bottom, azimuth, toEnd } = curves[j]!, s = i / (FALL_ROWS - 1);
  // Quadratic, from the fold over the knee to the edge.
  const a = (1 - s) * (1 - s), b = 2 * s * (1 - s), c = s * s;
  const position: Vec3 = [top[0] * a + knee[0] * b + bottom[0] * c, top[1] * a + knee[1] * b + bottom[1] * c, top[2] * a + knee[2] * b + bottom[2] * c];
  return { position, uv: [azimuth * 6.5, -s * fall], extra: [slot, Math.min((1 - s) * fall, toEnd), 0, 1] };
}

/** Around a collar that is open in front; t: 0 the right end in front, 0.5 the back, 1 the left end. */
const ringAzimuth = (t: number, last: number): number => (t <= 0.5 ? -lerp(last, Math.PI, 2 * t) : lerp(Math.PI, last, 2 * t - 1));

/** Height of a collar's stand around it: highest at the back. */
const rising = (t: number): number => lerp(0.72, 1, Math.sin(Math.PI * t));

/** Thickness of a free edge: a thin roll. */
function edgeRoll(parts: Parts, worn: Worn, edge: readonly Vec3[], radius: number): void {
  const { builder, slot } = parts.take('fabric', 'clothes', { ...worn.look.trim, pattern: 'none' });
  tube(builder, edge, radius, { slot, sides: 5 });
}

/** Outside up, over the edge, down the inside: (share of the height, -, bulge). */
const STAND_ROWS: readonly (readonly [number, number, number])[] = [[-0.4, 0, 0], [0.15, 0, 1], [0.45, 0, 1], [0.8, 0, 0.9], [0.97, 0.1, 0.55], [1, 0.5, 0], [0.95, 1, -0.4], [0.5, 1, -0.6], [0, 1, -0.6]];

function buildStand(parts: Parts, worn: Worn, look: Extract<Collar, { kind: 'stand' }>): void {
  const { builder, slot } = parts.take('fabric', 'clothes', worn.look.trim);
  builder.grid(STAND_ROWS.length, SEGMENTS, pointOfStand, { flip: false }, { worn, slot, look });
}

function pointOfStand(i: number, j: number, { worn, slot, look }: { worn: Worn; slot: number; look: Extract<Collar, { kind: 'stand' }> }): GridPoint {
  const { height, open, flare, padded } = look, [up, , bulge] = STAND_ROWS[i]!;
  // From the gap in front, around the back, and on: a ring's pi is the front here.
  const t = j / (SEGMENTS - 1), ring = -Math.PI + open + (t * 2 * (Math.PI - open)), azimuth = ring > 0 ? Math.PI - ring : -Math.PI - ring;
  const h = height * lerp(0.86, 1, Math.sin(Math.PI * t)), gap = worn.offset + 0.1;
  const position = i === 0 ? worn.at(azimuth, 0.5, -0.1) : upNeck(worn, azimuth, up * h, gap + flare * Math.max(0, up) + (0.08 + padded) * (1 + bulge) * 0.5 + 0.06 * ripple(azimuth, worn.look.seed));
  return { position, uv: [azimuth * 6.5, up * h], extra: [slot, Math.min(Math.abs(1 - up) * h, (1 - Math.abs(2 * t - 1)) * 20), 0, i > 5 ? 0.4 : 1] };
}

function buildTurtle(parts: Parts, worn: Worn, { height, rolls }: Extract<Collar, { kind: 'turtle' }>): void {
  const { builder, slot } = parts.take('fabric', 'clothes', worn.look.trim);
  // Outline: up the outside with soft folds, over the roll, the outer layer down again, its hem.
  const profile: [number, number][] = rolls > 0
    ? [[-0.6, -0.25], [0.05, 0.1], [0.2, 0.5], [0.13, 0.72], [0.2, 0.86], [0.45, 0.9], [0.75, 0.85], [0.92, 0.72], [1, 0.45], [0.98, 0.15], [0.9, 0], [0.5, -0.08]]
    : [[-0.6, -0.25], [0.05, 0.08], [0.25, 0.22], [0.45, 0.12], [0.65, 0.24], [0.85, 0.16], [0.97, 0.12], [1, 0.03], [0.95, -0.05], [0.6, -0.08]];
  builder.grid(profile.length, SEGMENTS, pointOfTurtle, { closedColumns: true }, { worn, slot, height, rolls, profile });
}

interface Turtle { worn: Worn; slot: number; height: number; rolls: number; profile: readonly (readonly [number, number])[] }

function pointOfTurtle(i: number, j: number, { worn, slot, height, rolls, profile }: Turtle): GridPoint {
  const azimuth = -Math.PI + (2 * Math.PI * j) / SEGMENTS, [up, out] = profile[i]!;
  const h = height * lerp(0.93, 1, Math.sin((azimuth + Math.PI) / 2) ** 2);
  const base = worn.offset + 0.08, sag = 0.22 * ripple(azimuth * 1, worn.look.seed + i * 0.6);
  const position = i === 0 ? worn.at(azimuth, 0.8, -0.12) : upNeck(worn, azimuth, up * h + (i > 1 && i < 8 ? sag : 0), base + Math.max(-0.05, out * (rolls > 0 ? 1 : 0.7)) + (out > 0.1 ? 0.12 * ripple(azimuth * 2, worn.look.seed + i) : 0));
  return { position, uv: [azimuth * 6.3, up * h], extra: [slot, 9, 0, i > profile.length - 3 ? 0.45 : i === 3 ? 0.6 : 1] };
}

/** A hood that lies on the back: a fat roll around the neck, thin and low in front. */
function buildHood(parts: Parts, worn: Worn, { size, cords }: Extract<Collar, { kind: 'hood' }>): void {
  const { builder, slot } = parts.take('fabric', 'clothes', worn.look.stuff);
  const count = 72, sides = 16;
  const back = (azimuth: number) => 0.5 - 0.5 * Math.cos(azimuth);  // 0 front, 1 back
  const path = Array.from({ length: count }, (_, i) => {
    const azimuth = -Math.PI + (2 * Math.PI * i) / count, b = back(azimuth);
    const low = worn.at(azimuth, lerp(0.1, 1.8, b) * size, 0), lift = lerp(0.5, 1.7, smoothstep(0.05, 0.9, b)) * size;
    const n = worn.drape.normal(azimuth, worn.drape.walk(azimuth, worn.edge(azimuth), 1));
    return add(low, add(scale(n, lift * 0.75), [0, lift * 0.55, 0]));
  });
  sweep(builder, path, (_, i) => {
    const azimuth = -Math.PI + (2 * Math.PI * i) / count, b = back(azimuth);
    const wide = lerp(0.85, 2.5, smoothstep(0, 0.85, b)) * size, tall = lerp(1.35, 2.1, smoothstep(0, 0.9, b)) * size;
    return Array.from({ length: sides }, (_, k) => {
      const angle = (2 * Math.PI * k) / sides;
      const fold = 1 + 0.14 * ripple(azimuth * 2 + k * 0.5, worn.look.seed + k) + 0.1 * Math.sin(3 * angle + 4 * azimuth);
      return [wide * fold * Math.cos(angle), tall * fold * Math.sin(angle)] as const;
    });
  }, { closed: true, up: [0, 1, 0], slot });
  // The opening's hem, seen as a second lip on the inside.
  const trim = parts.take('fabric', 'clothes', worn.look.trim);
  sweep(trim.builder, path.map((p, i) => {
    const azimuth = -Math.PI + (2 * Math.PI * i) / count, b = back(azimuth), inward = normalize([-Math.sin(azimuth), 0.5, -Math.cos(azimuth)]);
    return add(p, add(scale(inward, lerp(0.5, 1.7, smoothstep(0, 0.85, b)) * size), [0, lerp(0.8, 1.1, b) * size, 0]));
  }), (_, i) => { const b = back(-Math.PI + (2 * Math.PI * i) / count), r = lerp(0.42, 0.6, b) * size; return Array.from({ length: 8 }, (__, k) => [r * Math.cos((k * Math.PI) / 4), r * 0.8 * Math.sin((k * Math.PI) / 4)] as const); }, { closed: true, up: [0, 1, 0], slot: trim.slot });
  if (!cords) return;
  const cord = parts.take('fabric', 'clothes', { ...worn.look.trim, weave: 'rib', weaveSize: 0.15, pattern: 'none' });
  const tip = parts.take('hard', 'clothes', { kind: 'plain', colour: [0.6, 0.6, 0.62], roughness: 0.3, metallic: 1 });
  for (const side of [1, -1]) {
    const top = worn.at(side * 0.34, 0.3, 1.1 * size), points: Vec3[] = [top];
    for (let k = 1; k <= 6; k++) points.push(worn.lay([top[0] + side * (0.25 * k + 0.2 * Math.sin(k + worn.look.seed)), top[1] - 2 * k, top[2] + 0.3 * k], 0.28));
    const path2 = smoothPath(points, 3);
    tube(cord.builder, path2, 0.2, { slot: cord.slot, sides: 7 });
    const [a, b] = [path2.at(-2)!, path2.at(-1)!];
    tube(tip.builder, [b, add(b, scale(normalize(subtract(b, a)), 1.1))], 0.23, { slot: tip.slot, sides: 8 });
  }
}

/** The edge from the middle of the back over one shoulder down the front opening, in equal steps. */
function frontEdge(worn: Worn, side: 1 | -1, count: number, lift: number): { points: Vec3[]; total: number } {
  const fine: Vec3[] = [];
  for (let i = 0; i <= 160; i++) fine.push(worn.at(side * Math.PI * (1 - i / 160) + (i === 160 ? side * 1e-3 : 0), 0, lift));
  const lengths = [0];
  for (let i = 1; i < fine.length; i++) lengths.push(lengths[i - 1]! + Math.hypot(...subtract(fine[i]!, fine[i - 1]!)));
  const total = lengths.at(-1)!;
  const points: Vec3[] = [];
  let at = 0;
  for (let k = 0; k < count; k++) {
    const wanted = (total * k) / (count - 1);
    while (at < fine.length - 2 && lengths[at + 1]! < wanted) at++;
    const t = (wanted - lengths[at]!) / Math.max(1e-6, lengths[at + 1]! - lengths[at]!);
    points.push(mix(fine[at]!, fine[at + 1]!, t));
  }
  return { points, total };
}

function buildLapels(parts: Parts, worn: Worn, { width, notch, stand }: Extract<Collar, { kind: 'lapel' }>): void {
  const { builder, slot } = parts.take('fabric', 'clothes', worn.look.trim);
  const count = 56;
  for (const side of [1, -1] as const) {
    const { points, total } = frontEdge(worn, side, count, 0.2);
    const step = total / (count - 1);
    // Where the collar ends and the lapel begins: level with the collar bone.
    const shoulderIndex = points.findIndex((p) => p[2] > worn.drape.body.shift[2] + 1.6);
    const gorge = (shoulderIndex + 2.5 / step) * step;
    const line: LapelLine = { worn, side, points, step, gorge, stand };
    const sheet = (from: number, to: number, widthAt: (k: number) => number, skewAt: (k: number) => number, above: number) => {
      const numRows = to - from + 1;
      if (numRows < 3) return;
      const rows = Array.from({ length: numRows }, (_, i) => lapelRow(line, from + i, widthAt(from + i), skewAt(from + i)));
      const lapel: Lapel = { worn, rows, from, step, stand, above, slot, edge: [] };
      builder.grid(numRows, LAPEL_COLUMNS, pointOfLapel, { flip: side < 0 }, lapel);
      tube(builder, lapel.edge, 0.08, { slot, sides: 5 });
      builder.grid(numRows, 3, pointOfLapelStand, { flip: side < 0 }, lapel);
    };
    const collarWidth = Math.min(4.6, width * 0.62);
    if (notch === 'shawl') {
      sheet(0, count - 1, (k) => eased([[0, collarWidth], [gorge, width * 0.8], [gorge + 10, width], [total, 0.4]], k * step), () => 0, 0.26);
      continue;
    }
    const end = Math.round(gorge / step);
    const peak = notch === 'peaked';
    sheet(end + 1, count - 1, (k) => eased([[gorge, width * (peak ? 1.12 : 0.9)], [gorge + 3, width], [gorge + 12, width * 0.86], [total, 0.3]], k * step), (k) => (peak ? 3 : 0.6) * (1 - smoothstep(gorge, gorge + 6, k * step)), 0.22);
    sheet(0, end, (k) => eased([[0, collarWidth], [gorge * 0.7, collarWidth * 1.02], [gorge, collarWidth * 1.12]], k * step), (k) => -0.9 * smoothstep(gorge * 0.7, gorge, k * step), 0.36);
  }
}

const LAPEL_COLUMNS = 7;

/** The front edge that lapels are sewn to, at equal steps, cm; below the gorge the collar has become a lapel. */
interface LapelLine { worn: Worn; side: 1 | -1; points: readonly Vec3[]; step: number; gorge: number; stand: number }

/** One step along it: the edge, the fold above it, directions over the chest and along the edge. */
interface LapelRow { point: Vec3; top: Vec3; out: Vec3; tangent: Vec3; width: number; skew: number }

/** What the points of a lapel are made from; `edge` is filled meanwhile. */
interface Lapel { worn: Worn; rows: readonly LapelRow[]; from: number; step: number; stand: number; above: number; slot: number; edge: Vec3[] }

function lapelRow({ worn, side, points, step, gorge, stand }: LapelLine, k: number, width: number, skew: number): LapelRow {
  const { body } = worn.drape, point = points[k]!;
  // The fold stands up around the neck and lies flat on the chest.
  const rise = stand * (1 - smoothstep(gorge * 0.55, gorge + 4, k * step)), inward = normalize(subtract(body.inner, point));
  const top = rise > 0 ? add(add(point, [0, rise * 0.9, 0]), scale([inward[0], 0, inward[2]], rise * 0.18)) : point;
  const tangent = normalize(subtract(points[Math.min(points.length - 1, k + 1)]!, points[Math.max(0, k - 1)]!));
  const { azimuth, polar } = body.anglesOf(point);
  return { point, top, out: scale(normalize(cross(worn.drape.normal(azimuth, polar), tangent)), side), tangent, width, skew };
}

function pointOfLapel(i: number, j: number, { worn, rows, from, step, above, slot, edge }: Lapel): GridPoint {
  const { point, top, out, tangent, width, skew } = rows[i]!, u = j / (LAPEL_COLUMNS - 1);
  const target = add(point, add(scale(out, width * Math.max(u, 0.04)), scale(tangent, -skew * u)));
  const laid = worn.lay(target, above + 0.06 * (1 - u));
  const bend = smoothstep(0, 0.45, u);
  const raised = add(top, scale(out, 0.25 * Math.sin(Math.PI * Math.min(1, u * 2.2))));
  const position: Vec3 = [lerp(raised[0], laid[0], bend), lerp(raised[1], laid[1], bend), lerp(raised[2], laid[2], bend)];
  if (j === LAPEL_COLUMNS - 1) edge.push(position);
  const toEnd = Math.min(i, rows.length - 1 - i) * step;
  return { position, uv: [(from + i) * step, width * u], extra: [slot, Math.min(width * (1 - u), toEnd + 0.3), 0, 1] };
}

/** Inside of the stand, towards the neck. */
function pointOfLapelStand(i: number, j: number, { worn, rows, from, step, stand, slot }: Lapel): GridPoint {
  const { point, top } = rows[i]!, inside = worn.drape.project(point, Math.max(0.05, worn.offset - 0.3)), s = j / 2;
  return { position: [lerp(inside[0], top[0], s), lerp(inside[1], top[1], s) - (j === 0 ? 0.4 : 0), lerp(inside[2], top[2], s)], uv: [(from + i) * step, -s * stand], extra: [slot, 9, 0, 0.5 + 0.5 * s] };
}

/** Round collars that lie flat: Peter Pan, sailor, ruffles. */
function buildFlat(parts: Parts, worn: Worn, { width, scallops }: Extract<Collar, { kind: 'flat' }>): void {
  const { builder, slot } = parts.take('fabric', 'clothes', worn.look.trim);
  for (const side of [1, -1] as const) {
    const flat: Flat = { worn, side, width, scallops, slot, edge: [] };
    builder.grid(FLAT_ROWS, FLAT_COLUMNS, pointOfFlat, { flip: side > 0 }, flat);
    tube(builder, flat.edge, 0.07, { slot, sides: 5 });
  }
}

const FLAT_ROWS = 7, FLAT_COLUMNS = 40;

/** What the points of a flat collar are made from; `edge` is filled meanwhile. */
interface Flat { worn: Worn; side: 1 | -1; width: number; scallops: number; slot: number; edge: Vec3[] }

function pointOfFlat(i: number, j: number, { worn, side, width, scallops, slot, edge }: Flat): GridPoint {
  const t = j / (FLAT_COLUMNS - 1), s = i / (FLAT_ROWS - 1), azimuth = side * lerp(0.03, Math.PI, t);
  const rounded = width * Math.min(1, Math.sqrt(Math.max(0, 1 - (1 - Math.min(1, t * 4.5)) ** 2)) * 0.75 + 0.25) * (1 + (scallops > 0 ? 0.1 * Math.abs(Math.sin(t * scallops * Math.PI)) : 0));
  const position = worn.at(azimuth, 0.02 + rounded * s, (i === 0 ? 0.1 : 0.26) + (scallops > 0 ? 0.28 * s * Math.sin(t * scallops * Math.PI * 2) : 0));
  if (i === FLAT_ROWS - 1) edge.push(position);
  return { position, uv: [azimuth * 7, s * rounded], extra: [slot, (1 - s) * rounded, 0, 1] };
}
