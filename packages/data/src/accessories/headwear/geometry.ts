/** Hats over one skull: crowns as domes or rings, brims as sheets, cuffs, wraps. Never inside of the head: every point keeps its clearance. */
import type { HeadFit } from '../fit/head-fit.ts';
import type { DirectionMap } from '../fit/projected-map.ts';
import { lathe, sphere, sweep, tube } from '../geometry/sweep.ts';
import { add, along, clamp, cross, eased, fbm3, length, lerp, mix, noise3, normalize, piecewise, scale, smoothstep, subtract, type Vec2, type Vec3 } from '../geometry/vector.ts';
import type { GridPoint, MeshBuilder } from '../geometry/mesh-builder.ts';
import type { Parts } from '../parts.ts';
import type { HeadwearLook, Rim } from './look.ts';
import { length2 } from '../../geometry/length.ts';

const SEGMENTS = 72;

/** Height of a rim over an azimuth, given the heights of brows, ears and the back of the skull. */
export function rimHeight(rim: Rim, azimuth: number, brow: number, ear: number, back: number): number {
  const a = Math.abs(azimuth);
  const arch = rim.arch * Math.max(0, 1 - (a / 0.62) ** 2) ** 0.6;
  return eased([[0, brow + rim.front], [0.35, brow + rim.front - 0.1], [Math.PI / 2 + 0.12, ear + rim.side], [Math.PI, back + rim.back]], a) + arch;
}

/** The frame that hats are built in: tilted about the skull's centre. */
export class Hat {
  readonly fit: HeadFit;
  readonly look: HeadwearLook;
  /** Polar angle of the rim per azimuth step. */
  readonly rim: Float64Array;
  readonly #tilt: { cos: number; sin: number };

  constructor(fit: HeadFit, look: HeadwearLook) {
    this.fit = fit;
    this.look = look;
    this.#tilt = { cos: Math.cos(look.tilt), sin: Math.sin(look.tilt) };
    const brow = fit.point(9)[1], ear = (fit.place('earTop')[1] + fit.place('earTop', true)[1]) / 2, back = fit.place('occiput')[1];
    this.rim = new Float64Array(SEGMENTS);
    for (let i = 0; i < SEGMENTS; i++) this.rim[i] = polarAtHeight(fit.skull, this.azimuth(i), rimHeight(look.rim, this.azimuth(i), brow, ear, back));
  }

  azimuth(column: number): number {
    return -Math.PI + (2 * Math.PI * column) / SEGMENTS;
  }

  rimAt(azimuth: number): number {
    const x = ((((azimuth + Math.PI) / (2 * Math.PI)) * SEGMENTS) % SEGMENTS + SEGMENTS) % SEGMENTS, i = Math.floor(x) % SEGMENTS;
    return lerp(this.rim[i]!, this.rim[(i + 1) % SEGMENTS]!, x - Math.floor(x));
  }

  /** Turned by the tilt, then kept outside of the skull. */
  place(point: Vec3, clearance = this.look.clearance): Vec3 {
    const { centre } = this.fit.skull, d = subtract(point, centre);
    const turned: Vec3 = [centre[0] + d[0] * this.#tilt.cos - d[1] * this.#tilt.sin, centre[1] + d[0] * this.#tilt.sin + d[1] * this.#tilt.cos, point[2]];
    const radius = length(d), least = this.fit.skull.radiusAt(turned) + clearance;
    return radius >= least ? turned : add(centre, scale(subtract(turned, centre), least / radius));
  }

  /** On the skull, `above` cm off it. */
  on(azimuth: number, polar: number, above: number): Vec3 {
    return this.place(this.fit.skull.point(azimuth, polar, this.fit.skull.radius(azimuth, polar) + above), Math.min(above, this.look.clearance));
  }

  /** Smoothed radius at the rim: hats are stiffer than the skull is even. */
  edge(azimuth: number, above: number): Vec3 {
    return this.on(azimuth, this.rimAt(azimuth), above);
  }
}

/** Polar angle at which the skull is as high as `y`. */
function polarAtHeight(skull: DirectionMap, azimuth: number, y: number): number {
  let low = 0.2, high = 2.2;
  for (let k = 0; k < 22; k++) {
    const middle = (low + high) / 2;
    if (skull.point(azimuth, middle, skull.radius(azimuth, middle))[1] > y) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export function buildHeadwear(parts: Parts, look: HeadwearLook, fit: HeadFit): void {
  const hat = new Hat(fit, look);
  const { builder, slot } = look.shell ? parts.take('hard', 'headwear', look.shell) : parts.take('fabric', 'headwear', look.stuff);
  if (look.crown?.kind === 'dome') buildDome(builder, slot, hat);
  if (look.crown?.kind === 'rings') buildRings(builder, slot, hat);
  if (look.band) buildBand(parts, hat);
  if (look.brim) buildBrim(parts, hat);
  if (look.style === 'backwards-cap') buildStrap(parts, hat);
  buildTop(parts, hat);
  if (look.knot !== 'none') buildKnot(parts, hat);
  if (look.style === 'bike-helmet' || look.style === 'hard-hat') buildChinStrap(parts, hat);
}

function buildDome(builder: MeshBuilder, slot: number, hat: Hat): void {
  const { look } = hat;
  if (look.crown?.kind !== 'dome') return;
  const rows = look.folds > 0 ? 50 : 26;  // folds need more
  builder.grid(rows, SEGMENTS, pointOfDome, { closedColumns: true }, { hat, slot, rows, dome: look.crown });
}

interface Dome { hat: Hat; slot: number; rows: number; dome: Extract<HeadwearLook['crown'], { kind: 'dome' }> }

function pointOfDome(i: number, j: number, { hat, slot, rows, dome: { lift, front, slouch, panels } }: Dome): GridPoint {
  const { look } = hat;
  const isCap = look.brim !== null || look.style === 'backwards-cap';
  const cuff = look.band && look.shell === null ? look.band.thickness * 0.3 : 0;
  // The first rows roll in under the edge.
  const s = Math.max(0, (i - 2) / (rows - 3)), azimuth = hat.azimuth(j % SEGMENTS), rim = hat.rim[j % SEGMENTS]!;
  const polar = rim * (1 - s ** 1.06);
  const inFront = Math.max(0, Math.cos(azimuth)), behind = Math.max(0, -Math.cos(azimuth));
  const rise = smoothstep(0, 0.45, s);
  let above = look.clearance + cuff + lift * rise * (0.5 + 0.5 * s) + front * inFront ** 1.5 * Math.sin(Math.PI * clamp(s * 1.15)) ** 0.8;
  above += slouch * (behind * smoothstep(0.12, 0.5, s) * (1 - s * s) + 0.3 * smoothstep(0.6, 1, s));
  if (panels > 0) {  // seams pull the panels in
    const seam = Math.abs(((azimuth / (2 * Math.PI)) * panels + 0.5) % 1);
    above -= (look.shell ? 0.5 : 0.09) * Math.exp(-((Math.min(seam, 1 - seam) / 0.035) ** 2)) * rise;
  }
  if (look.style === 'bike-helmet') above -= 0.9 * smoothstep(0.55, 0.9, Math.sin(azimuth * 5 + 1.57) * 0.5 + 0.5) * smoothstep(0.12, 0.3, s) * (1 - smoothstep(0.75, 0.9, s));
  let openness = 1;
  if (look.folds > 0) {
    const wrap = wrapFolds(look, azimuth, polar, hat);
    above += look.folds * wrap * smoothstep(0, 0.12, s) + 0.001;
    openness = clamp(0.65 + 0.5 * wrap, 0.35, 1);
  }
  const inside = i === 0 ? 0.25 * look.clearance : i === 1 ? 0.6 * look.clearance : Math.max(above, look.clearance);
  const polarHere = i === 0 ? polar - 0.1 : i === 1 ? polar + 0.015 : polar;
  const position = hat.on(azimuth, polarHere, inside);
  const radius = 9.2 * Math.sin(Math.min(polar, 1.57)) + 1;
  const uv: readonly [number, number] = look.stuff.pattern === 'logo' ? [azimuth * 8.5, (rim - polar) * 9.5] : [azimuth * (look.stuff.weave === 'knit' || look.stuff.weave === 'rib' || look.stuff.weave === 'cable' ? 9 : radius), (rim - polar) * 9.5];
  let edge = 9;
  if (isCap && panels > 0) {
    const seam = Math.abs(((azimuth / (2 * Math.PI)) * panels + 0.5) % 1);
    edge = Math.min(Math.min(seam, 1 - seam) * radius * 2 * Math.PI / panels, s * 12 + 0.3);
  }
  return { position, uv, extra: [slot, edge, 0, i < 2 ? 0.4 : openness] };
}

/** Layers of a wrap: bands that cross over the forehead and run around. -1..1 */
function wrapFolds(look: HeadwearLook, azimuth: number, polar: number, hat: Hat): number {
  const up = hat.rimAt(azimuth) - polar;
  if (look.style === 'turban' || look.style === 'dastar' || look.style === 'headwrap') {
    // Bands rise towards the middle of the forehead from both sides.
    const slope = look.style === 'dastar' ? 0.55 : 0.32;
    const x = (up * 9.5 + slope * Math.abs(Math.sin(azimuth / 2)) * 9 * (azimuth > 0 ? 1 : 0.8)) / (look.style === 'dastar' ? 1.5 : 2.1) + 0.5 * noise3(azimuth * 1.5, up * 3, look.seed);
    const layer = x - Math.floor(x);
    return (layer ** 0.6 - 0.55) * 0.9 + 0.25 * fbm3(azimuth * 2, up * 9, look.seed, 2);
  }
  return fbm3(Math.sin(azimuth) * 2, Math.cos(azimuth) * 2, up * 4 + look.seed, 3);
}

function buildRings(builder: MeshBuilder, slot: number, hat: Hat): void {
  const { look } = hat;
  if (look.crown?.kind !== 'rings') return;
  const { rings, pinch, dent } = look.crown;
  const rim = Array.from({ length: SEGMENTS }, (_, j) => hat.edge(hat.azimuth(j), look.clearance));
  // Felt keeps its own oval: the outline is smoothed around.
  for (let round = 0; round < 4; round++) {
    const before = rim.slice();
    for (let j = 0; j < SEGMENTS; j++) {
      const a = before[(j + SEGMENTS - 1) % SEGMENTS]!, p = before[j]!, b = before[(j + 1) % SEGMENTS]!;
      rim[j] = hat.place(unturned(hat, [(a[0] + 2 * p[0] + b[0]) / 4, (a[1] + 2 * p[1] + b[1]) / 4, (a[2] + 2 * p[2] + b[2]) / 4]));
    }
  }
  const middle = scale(rim.reduce((sum, p) => add(sum, p), [0, 0, 0] as Vec3), 1 / SEGMENTS);
  const ahead = normalize(subtract(rim[SEGMENTS / 2]!, rim[0]!)), left = normalize(subtract(rim[(SEGMENTS * 3) / 4]!, rim[SEGMENTS / 4]!));
  const axis = normalize(cross(ahead, left));
  const total = rings.length - 1, rows = 3 * total + 3;
  const heights = rings.map(([h], k) => [k, h] as const), sizes = rings.map(([, s], k) => [k, s] as const), highest = Math.max(...rings.map(([h]) => h));
  builder.grid(rows, SEGMENTS, pointOfRings, { closedColumns: true }, { hat, slot, rows, total, heights, sizes, highest, pinch, dent, rim, middle, ahead, left, axis });
}

/** What the points of a crown of rings are made from: its outline at the rim, directions, and height and size over the rings. */
interface Rings {
  hat: Hat; slot: number; rows: number; total: number;
  heights: readonly Vec2[]; sizes: readonly Vec2[]; highest: number; pinch: number; dent: number;
  rim: readonly Vec3[]; middle: Vec3; ahead: Vec3; left: Vec3; axis: Vec3;
}

function pointOfRings(i: number, j: number, { hat, slot, rows, total, heights, sizes, highest, pinch, dent, rim, middle, ahead, left, axis }: Rings): GridPoint {
  const { look } = hat;
  const t = Math.max(0, (i - 2) / (rows - 3)) * total, azimuth = hat.azimuth(j % SEGMENTS), p = rim[j % SEGMENTS]!;
  const up = piecewise(heights, t), size = piecewise(sizes, t), share = up / highest;
  let factor = size;
  if (pinch > 0) factor -= (pinch / 9) * smoothstep(0.45, 0.95, share) * Math.exp(-(((Math.abs(azimuth) - 0.62) / 0.34) ** 2)) * size;
  let position = along(add(middle, scale(subtract(p, middle), factor)), axis, up);
  if (dent > 0 && size < 0.62) position = along(position, axis, -dent * (1 - size / 0.62) * 0.35);
  let openness = 1;
  if (look.folds > 0) {
    const pleat = look.style === 'chef-hat' ? Math.sin(azimuth * 22) * 0.6 : fbm3(Math.sin(azimuth) * 2.5, Math.cos(azimuth) * 2.5, up * 0.4 + look.seed, 3);
    position = add(position, scale(normalize(subtract(position, middle)), look.folds * pleat * smoothstep(0.4, 2, up) * Math.min(1, size * 2)));
    openness = clamp(0.8 + 0.4 * pleat, 0.4, 1);
  }
  if (look.style === 'beret') position = add(position, scale(left, Math.sign(look.tilt) * -1.6 * smoothstep(0, 3, up)));
  if (look.style === 'newsboy') position = add(position, scale(ahead, 0.9 * smoothstep(0.5, 3, up)));
  position = hat.place(unturned(hat, position), look.clearance);
  if (i < 2) position = hat.edge(azimuth, i === 0 ? 0.15 : 0.35);
  return { position, uv: [azimuth * 9 * Math.max(size, 0.15), up + (1 - size) * 9], extra: [slot, 9, 0, i < 2 ? 0.4 : openness] };
}

/** `Hat.place` tilts; points derived from tilted ones must not be tilted twice. */
function unturned(hat: Hat, point: Vec3): Vec3 {
  const { centre } = hat.fit.skull, { tilt } = hat.look, d = subtract(point, centre), c = Math.cos(tilt), s = Math.sin(tilt);
  return [centre[0] + d[0] * c + d[1] * s, centre[1] - d[0] * s + d[1] * c, point[2]];
}

/** A ribbon, a cuff, a headband: a swept box around the rim. */
function buildBand(parts: Parts, hat: Hat): void {
  const { look } = hat;
  const { height, thickness } = look.band!;
  const isCuff = look.brim === null && look.crown !== null;
  const stuff = look.crown === null || isCuff ? look.stuff : { ...look.trim, pattern: 'none' as const };
  const trimmed = look.style === 'santa' ? { ...look.trim, colour: [0.85, 0.85, 0.85] as Vec3, weave: 'fleece' as const } : look.style === 'ushanka' ? { ...look.stuff, colour: [0.16, 0.1, 0.06] as Vec3 } : stuff;
  const { builder, slot } = look.shell && look.crown === null ? parts.take('hard', 'headwear', look.shell) : parts.take('fabric', 'headwear', trimmed);
  if (look.style === 'alice-band') {  // from ear to ear over the top, not around
    const count = 40, { fit } = hat, left = fit.place('earTop'), right = fit.place('earTop', true);
    const path = Array.from({ length: count }, (_, i) => {
      const t = i / (count - 1), angle = Math.PI * t, centre = fit.skull.centre;
      const low = lerp(right[1], left[1], t) - 0.5;
      const direction: Vec3 = [-Math.cos(angle), 0, 0.28 * Math.sin(angle) + 0.02];
      const { azimuth } = fit.skull.anglesOf([centre[0] + direction[0], centre[1], centre[2] + direction[2]]);
      const polar = lerp(Math.atan2(length2(left[0], left[2] - centre[2]), low - centre[1]), 0.12, Math.sin(angle));
      return hat.on(azimuth, polar, look.clearance + thickness / 2);
    });
    sweep(builder, path, (t) => { const h = height * (0.45 + 0.55 * Math.sin(Math.PI * t)); return box(thickness, h); }, { up: () => [0, 0.2, 1], slot });
    return;
  }
  builder.grid(BAND.length, SEGMENTS, pointOfBand, { closedColumns: true }, { hat, slot, height, thickness, isCuff });
}

/** Around a box with round corners, (up, out): inside bottom, outside bottom .. outside top, inside top. */
const BAND = [[0.02, 0.1], [-0.02, 0.6], [0.03, 0.92], [0.15, 1], [0.5, 1.04], [0.85, 1], [0.97, 0.92], [1, 0.6], [0.97, 0.1]] as const;

interface Band { hat: Hat; slot: number; height: number; thickness: number; isCuff: boolean }

function pointOfBand(i: number, j: number, { hat, slot, height, thickness, isCuff }: Band): GridPoint {
  const { look } = hat;
  const azimuth = hat.azimuth(j % SEGMENTS), s = i / (BAND.length - 1);
  const up = BAND[i]![0] * height, out = BAND[i]![1];
  const polar = hat.rim[j % SEGMENTS]! - up / 9.6;
  const wave = look.stuff.weave === 'rib' || look.stuff.weave === 'knit' ? 0.06 * noise3(Math.sin(azimuth) * 4, Math.cos(azimuth) * 4, s * 2 + look.seed) : 0;
  const below = look.crown?.kind === 'rings' ? 0 : isCuff ? look.clearance * 0.6 : 0;
  const position = look.crown?.kind === 'rings' ? ringBand(hat, j % SEGMENTS, up, thickness * out) : hat.on(azimuth, Math.max(0.05, polar), Math.max(0.1, below + look.clearance * 0.5 + (thickness + wave) * out));
  return { position, uv: [azimuth * 9, up], extra: [slot, 9, 0, i === 0 || i === BAND.length - 1 ? 0.5 : 1] };
}

const box = (width: number, height: number): [number, number][] => Array.from({ length: 12 }, (_, i) => {
  const a = (2 * Math.PI * (i + 0.5)) / 12, c = Math.cos(a), s = Math.sin(a), r = (Math.abs(c) ** 4 + Math.abs(s) ** 4) ** -0.25;
  return [(width / 2) * r * c, (height / 2) * r * s];
});

/** A ribbon lies on the wall of a crown of rings. */
function ringBand(hat: Hat, column: number, up: number, out: number): Vec3 {
  const p = hat.edge(hat.azimuth(column), hat.look.clearance), { centre } = hat.fit.skull;
  const outward = normalize([p[0] - centre[0], 0, p[2] - centre[2]]);
  return hat.place(unturned(hat, add(add(p, scale(outward, out + 0.12)), [0, up + 0.15, 0])), hat.look.clearance);
}

function buildBrim(parts: Parts, hat: Hat): void {
  const { look } = hat;
  const brim = look.brim!;
  const cloth = look.style === 'snapback' || look.style === 'trucker-cap' || look.style === 'baseball-cap' ? { ...look.trim, pattern: 'none' as const, weave: look.stuff.weave === 'mesh' ? ('twill' as const) : look.stuff.weave } : { ...look.stuff, pattern: look.stuff.pattern === 'logo' ? ('none' as const) : look.stuff.pattern };
  const { builder, slot } = look.shell ? parts.take('hard', 'headwear', look.shell) : parts.take('fabric', 'headwear', cloth);
  const all = brim.extent >= Math.PI - 1e-6, columns = all ? 84 : 40;
  for (const side of [1, -1]) builder.grid(BRIM_ROWS, columns, pointOfBrim, { closedColumns: all, flip: side > 0 }, { hat, slot, brim, all, columns, side });
  const rimLine = Array.from({ length: columns }, (_, j) => onBrim(hat, brim, all, brimAzimuth(brim, all, columns, j), 1, 0));
  tube(builder, rimLine, brim.thickness * 0.6, { closed: all, slot, sides: 6 });
}

const BRIM_ROWS = 12;
type BrimLook = NonNullable<HeadwearLook['brim']>;

/** `all`: the brim runs all around; `side`: 1 above, -1 below. */
interface Brim { hat: Hat; slot: number; brim: BrimLook; all: boolean; columns: number; side: number }

const brimAzimuth = (brim: BrimLook, all: boolean, columns: number, j: number): number => (all ? -Math.PI + (2 * Math.PI * j) / columns : brim.facing + brim.extent * ((2 * j) / (columns - 1) - 1));

/** @param t - 0 at the crown .. 1 at the edge; @param above - cm over the middle of the brim */
function onBrim(hat: Hat, brim: BrimLook, all: boolean, azimuth: number, t: number, above: number): Vec3 {
  const { look } = hat, lift = look.crown?.kind === 'dome' && look.crown.front > 0.2 ? 0.15 : 0;
  const wrapped = Math.atan2(Math.sin(azimuth), Math.cos(azimuth));
  const inner = hat.edge(wrapped, look.clearance + lift), { centre } = hat.fit.skull;
  const a = Math.abs(wrapped), width0 = eased([[0, brim.width[0]], [Math.PI / 2, brim.width[1]], [Math.PI, brim.width[2]]], a), rise0 = eased([[0, brim.rise[0]], [Math.PI / 2, brim.rise[1]], [Math.PI, brim.rise[2]]], a);
  let outward = normalize([inner[0] - centre[0], 0, inner[2] - centre[2]]);
  let width = width0, rise = rise0 * t ** 1.6;
  if (!all) {  // a visor: straight ahead, rounded outline, its sides hang
    const across = (azimuth - brim.facing) / brim.extent;
    const facing: Vec3 = [Math.sin(brim.facing), 0, Math.cos(brim.facing)];
    outward = normalize(add(scale(outward, 0.25), facing));
    width = width0 * Math.sqrt(Math.max(0, 1 - Math.abs(across) ** 2.6));
    rise = brim.rise[0] * t - 0.05 - (-brim.rise[1]) * across * across * (0.35 + 0.65 * t);
  } else if (Math.abs(brim.rise[1]) > 3) rise = rise0 * t ** 2;
  const wobble = look.stuff.weave === 'straw' || look.style === 'bucket' ? 0.35 * t * noise3(Math.sin(wrapped) * 2, Math.cos(wrapped) * 2, look.seed) : 0;
  const slope = all ? 0 : 0.12 * t * width;  // the peak continues the forehead's slope a little downwards
  return add(add(inner, scale(outward, width * t + 0.02)), [0, rise + wobble - slope * 0.4 + above, 0]);
}

function pointOfBrim(i: number, j: number, { hat, slot, brim, all, columns, side }: Brim): GridPoint {
  const azimuth = brimAzimuth(brim, all, columns, all ? j % columns : j), t = i / (BRIM_ROWS - 1);
  const thick = (brim.thickness / 2) * side * Math.min(1, (1 - t) * 8);
  return { position: onBrim(hat, brim, all, azimuth, t, thick), uv: [azimuth * (9 + 6 * t), t * 8], extra: [slot, (1 - t) * brim.width[0], 0, side < 0 ? 0.75 : 0.7 + 0.3 * t] };
}

/** The plastic strap across the opening of a cap worn backwards. */
function buildStrap(parts: Parts, hat: Hat): void {
  const { builder, slot } = parts.take('fabric', 'headwear', { ...hat.look.stuff, pattern: 'none' });
  const count = 20;
  const path = Array.from({ length: count }, (_, i) => {
    const azimuth = lerp(-0.66, 0.66, i / (count - 1));
    const ends = (hat.rimAt(-0.66) + hat.rimAt(0.66)) / 2;
    return hat.on(azimuth, ends - 0.12, hat.look.clearance + 0.1);
  });
  sweep(builder, path, box(0.2, 1.7), { up: [0, 1, 0], slot });
}

function buildTop(parts: Parts, hat: Hat): void {
  const { look } = hat;
  if (look.top === 'none') return;
  const crownTop = look.crown?.kind === 'dome' ? look.crown.lift + look.clearance : look.crown?.kind === 'rings' ? 1.2 : 0.5;
  const top = hat.on(0, 0.001, crownTop);
  const up = normalize(subtract(top, hat.fit.skull.centre));
  if (look.top === 'button') {
    const { builder, slot } = parts.take('fabric', 'headwear', { ...look.stuff, pattern: 'none' });
    lathe(builder, top, up, [[0.85, -0.25], [0.8, 0.1], [0.45, 0.3], [0.001, 0.36]], 12, { slot });
    return;
  }
  // A pompom: a sphere whose skin is tufted.
  const { builder, slot } = parts.take('fabric', 'headwear', { ...look.trim, weave: 'fleece', weaveSize: 0.5, weaveDepth: 1, pattern: 'none', sheen: 1 });
  const first = builder.numVertices, centre = along(top, up, 2), radius = 2.7;
  sphere(builder, centre, radius, { sides: 28, rings: 18, slot });
  builder.transform(first, (p) => { const d = normalize(subtract(p, centre)); return along(centre, d, radius * (1 + 0.13 * fbm3(d[0] * 6, d[1] * 6, d[2] * 6, 2, Math.floor(look.seed)))); });
}

function buildKnot(parts: Parts, hat: Hat): void {
  const { look } = hat;
  const { builder, slot } = parts.take('fabric', 'headwear', look.stuff);
  const azimuth = look.knot === 'front' ? 0.001 : Math.PI - 0.001;
  const base = hat.on(azimuth, hat.rimAt(azimuth) - (look.knot === 'front' ? 0.45 : 0.1), look.clearance + (look.style === 'bandana' ? 0.5 : 1.4));
  const out = normalize(subtract(base, hat.fit.skull.centre));
  const first = builder.numVertices, size = look.style === 'bandana' ? 0.9 : 1.7;
  sphere(builder, base, size, { sides: 16, rings: 11, slot });
  builder.transform(first, (p) => { const d = normalize(subtract(p, base)); return add(base, scale([d[0] * 1.2, d[1] * 0.85, d[2]], size * (1 + 0.22 * noise3(d[0] * 3, d[1] * 3, d[2] * 3 + look.seed)))); });
  for (const side of [1, -1]) {
    const path = Array.from({ length: 9 }, (_, i) => { const t = i / 8; return add(along(base, out, 0.4 + t * (look.knot === 'front' ? 0.8 : 0.3)), [side * (0.4 + 3.2 * t), (look.knot === 'front' ? 2.2 : -3.8) * t * t, 0]); });
    sweep(builder, path, (t) => box(0.35 + 0.5 * Math.sin(Math.PI * t), (1 + 2.4 * t) * Math.min(1, 1.4 - t) * (size / 1.7) + 0.3), { up: [0, 1, 0], slot });
  }
}

function buildChinStrap(parts: Parts, hat: Hat): void {
  const { fit } = hat;
  const strap = parts.take('fabric', 'headwear', { ...hat.look.trim, colour: [0.02, 0.02, 0.022], pattern: 'none', weave: 'twill' });
  const chin = fit.point(152), under: Vec3 = [chin[0], chin[1] - 0.4, chin[2] - 2.6];
  for (const side of [1, -1] as const) {
    const jaw = fit.point(side === 1 ? 397 : 172), ear = fit.point(side === 1 ? 454 : 234);
    const top: Vec3 = [ear[0] + side * 0.5, ear[1] + 3.4, ear[2] - 0.5];
    const path = [top, [ear[0] + side * 0.35, ear[1], ear[2] + 0.3] as Vec3, [jaw[0] + side * 0.25, jaw[1] - 0.5, jaw[2] - 1.2] as Vec3, under];
    const fine: Vec3[] = [];
    for (let i = 0; i < 18; i++) {
      const t = (i / 17) * 3, k = Math.min(2, Math.floor(t)), f = t - k;
      fine.push(fit.surface.pushOut(mix(path[k]!, path[k + 1]!, f), 0.14));
    }
    sweep(strap.builder, fine, box(0.14, 1.5), { up: [0, 0, 1], slot: strap.slot });
  }
}
