/** One garment: a sheet from its neckline down over shoulders and chest, its rolled edge, seams, folds and front. */
import { clamp, eased, fbm3, lerp, noise3, normalize, smoothstep, subtract, type Vec3 } from '../accessories/geometry/vector.ts';
import { lathe, sweep, tube } from '../accessories/geometry/sweep.ts';
import type { GridPoint } from '../accessories/geometry/mesh-builder.ts';
import type { Parts } from '../accessories/parts.ts';
import { armpit, AZIMUTHS, type Body, type Drape, POLAR_FIRST, POLAR_LAST, POLARS } from './body.ts';
import type { GarmentLook, Neckline } from './look.ts';
import { length3 } from '../geometry/length.ts';

/** Of the outermost garment; what it covers is coarser. */
const COLUMNS = 84, ROWS = 32, COLUMNS_BELOW = 64, ROWS_BELOW = 20;
/** Where the sheet ends below: out of every picture. */
const BOTTOM = 2.86;

/** A garment in its place: what collars, ties and outer garments are laid on. */
export class Worn {
  readonly look: GarmentLook;
  readonly drape: Drape;
  /** Distance from the drape, cm. */
  readonly offset: number;
  readonly #neckline: NecklineEdge;

  /** @param below - distance of the outermost cloth so far from the body, cm */
  constructor(look: GarmentLook, body: Body, below: number) {
    this.look = look;
    this.drape = body.drape(Math.round(4 + 34 * look.stiffness));
    this.offset = below + look.looseness;
    this.#neckline = new NecklineEdge(look.neckline, this.drape);
  }

  /** Polar angle of the neckline at an azimuth. */
  edge(azimuth: number): number {
    return this.#neckline.at(azimuth);
  }

  /** A point of the outside: azimuth, cm below the neckline, cm above the cloth. */
  at(azimuth: number, distance: number, above = 0): Vec3 {
    const polar = this.drape.walk(azimuth, this.edge(azimuth), distance);
    return displaced(this, azimuth, polar, distance, above);
  }

  /** Lays a point of space on the cloth. */
  lay(point: Vec3, above = 0): Vec3 {
    const { azimuth, polar } = this.drape.body.anglesOf(point);
    return displaced(this, azimuth, polar, this.drape.distance(azimuth, this.edge(azimuth), polar), above);
  }
}

/** A neckline's numbers as doubles: fields of an object that are whole for some garments deoptimise what reads them. */
const numbersOf = ({ drop, scoop, vee, veeWidth, side, back, lean }: Neckline): Float64Array => Float64Array.of(drop, scoop, vee, veeWidth, side, back, lean);

/** Height of a neckline over (x, z) relative to the root of the neck, on the standard body. */
function necklineHeight(numbers: Float64Array, x: number, z: number): number {
  const drop = numbers[0]!, scoop = numbers[1]!, vee = numbers[2]!, veeWidth = numbers[3]!, side = numbers[4]!, back = numbers[5]!, lean = numbers[6]!;
  const across = Math.abs(x);
  const plane = -12.75 - 0.185 * (z - 3.5) - drop;
  const front = smoothstep(-4, 3, z);
  const round = scoop * front * Math.sqrt(Math.max(0, 1 - (across / 9) ** 2)) + back * (1 - front) * Math.sqrt(Math.max(0, 1 - (across / 9) ** 2));
  const wedge = vee > 0 && z > -3 ? vee * Math.max(0, 1 - Math.abs(x - lean) / veeWidth) * smoothstep(-3, 1, z) : 0;
  return plane - round - wedge - side * smoothstep(3, 9, across);
}

/** The neckline as a polar angle per azimuth, smooth but for the tip of a V. */
export class NecklineEdge {
  readonly #polars: Float64Array;

  constructor(neckline: Neckline, drape: Drape) {
    this.#polars = necklinePolars(neckline, drape);
  }

  at(azimuth: number): number {
    const polars = this.#polars, count = polars.length;
    const x = ((((azimuth + Math.PI) / (2 * Math.PI)) * count) % count + count) % count, i = Math.floor(x) % count;
    return lerp(polars[i]!, polars[(i + 1) % count]!, x - Math.floor(x));
  }
}

/** How far the drape lies above the neckline there, cm. */
function aboveNeckline(neckline: Float64Array, drape: Drape, azimuth: number, polar: number): number {
  const p = drape.point(azimuth, polar), { shift } = drape.body;
  return p[1] - shift[1] - necklineHeight(neckline, p[0], p[2] - shift[2]);
}

function necklinePolars(neckline: Neckline, drape: Drape): Float64Array {
  const count = 2 * AZIMUTHS;
  const numbers = numbersOf(neckline);
  let edge = new Float64Array(count);
  for (let i = 0; i < count; i++) edge[i] = Math.min(crossing(numbers, drape, -Math.PI + (2 * Math.PI * i) / count), BOTTOM - 0.1);
  for (let round = 0; round < 3; round++) edge = smoothed(edge, neckline.vee > 0 ? 0.5 : 0);
  return edge;
}

/** Polar angle where a column of the drape goes below the neckline. */
function crossing(neckline: Float64Array, drape: Drape, azimuth: number): number {
  const step = (POLAR_LAST - POLAR_FIRST) / (2 * POLARS);
  let before = aboveNeckline(neckline, drape, azimuth, POLAR_FIRST);
  for (let polar = POLAR_FIRST + step; polar <= POLAR_LAST; polar += step) {
    const here = aboveNeckline(neckline, drape, azimuth, polar);
    if (here < 0) return polar - step * clamp(-here / Math.max(1e-6, before - here));
    before = here;
  }
  return POLAR_LAST;
}

/** @param kept - this near to the middle of the front, radians, the edge stays sharp */
function smoothed(edge: Float64Array, kept: number): Float64Array<ArrayBuffer> {
  const count = edge.length, out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const isKept = Math.abs(-Math.PI + (2 * Math.PI * i) / count) < kept;
    out[i] = isKept ? edge[i]! : (edge[(i + count - 1) % count]! + 2 * edge[i]! + edge[(i + 1) % count]!) / 4;
  }
  return out;
}

/** Folds: cloth hangs from shoulders and neck, is pulled towards the armpits, and dips where the arm meets the chest. */
function displaced({ look, drape, offset }: Worn, azimuth: number, polar: number, distance: number, above: number): Vec3 {
  const p = drape.point(azimuth, polar);
  const { body } = drape;
  const free = smoothstep(0.5, 6, distance);
  const x = p[0], y = p[1] - body.shift[1], z = p[2] - body.shift[2];
  // Drawn lines run from the shoulder's outside down to the middle: the noise is stretched along them.
  const pulled = Math.abs(x) * 0.55 - y * 0.45;
  const hanging = fbm3(x * 0.16 + Math.sign(x) * 7, pulled * 0.3, z * 0.12, 3, look.seed);
  const cross = 1 - Math.abs(fbm3(x * 0.1 + y * 0.07, y * 0.05 - Math.abs(x) * 0.09, z * 0.12 + 3, 2, look.seed + 5)) * 2.2;
  let height = look.folds * free * (0.75 * hanging + 0.6 * Math.max(0, cross - 0.35));
  height -= armpit(body, p) * free * (0.5 + 0.9 * look.folds);
  if (look.seams === 'quilted') height += 0.55 * free * (Math.sqrt(Math.abs(Math.sin((y + 0.35 * Math.abs(z)) * 0.62))) - 0.4);
  // Never into what lies below.
  const lowest = -0.55 * look.looseness - (above > 0 ? above * 0.5 : 0);
  const normal = drape.normal(azimuth, polar), total = offset + Math.max(height, lowest) + above;
  return [p[0] + normal[0] * total, p[1] + normal[1] * total, p[2] + normal[2] * total];
}

/** Texture coordinates of the cloth, cm: sideways, and down from the seam on top of the shoulder. */
const clothUv = (body: Body, p: Vec3): readonly [number, number] =>
  [p[0], p[1] - body.shift[1] - 0.75 * Math.abs(p[2] - body.shift[2] + 3.2) * smoothstep(-24, -15, p[1] - body.shift[1]) - 3.4 * smoothstep(-15, -24, p[1] - body.shift[1])];

/** Distance to the seam where sleeves are set in, cm. */
function seamDistance(look: GarmentLook, body: Body, p: Vec3): number {
  const x = Math.abs(p[0]), y = p[1] - body.shift[1], z = p[2] - body.shift[2] + 3.5;
  if (look.seams === 'set-in') return Math.min(Math.abs(x - (body.shape.halfWidth - 3.3 - 0.05 * Math.max(0, -y - 20) - (z > 0 ? 0.16 : 0.1) * Math.abs(z))), y > -25 ? Math.abs(z + 0.4) + (x < 8 ? 3 : 0) : 9);
  if (look.seams === 'raglan') return Math.abs(Math.abs(z) - 2.2 - (x - 7) * 0.72) + (x < 6 ? 3 : 0);
  return 9;
}

/** What the points of a garment are made from. */
interface Sheet {
  worn: Worn;
  rows: number;
  columns: number;
  /** Per column: direction, polar angle of the neckline, cm from there to the end below, cm around the neckline. */
  azimuths: Float64Array;
  edges: Float64Array;
  lengths: Float64Array;
  around: readonly number[];
  /** Of the rolled edge: distance from the neckline, share of the offset, extra offset. */
  lipRows: readonly (readonly [number, number, number])[];
  hasBand: boolean;
  lipSlot: number;
  slot: number;
}

function pointOfLip(i: number, j: number, { worn, columns, azimuths, edges, around, lipRows, hasBand, lipSlot }: Sheet): GridPoint {
  const { drape } = worn, azimuth = azimuths[j % columns]!, [distance, share, extra] = lipRows[i]!;
  const polar = drape.walk(azimuth, edges[j % columns]!, distance);
  const base = drape.point(azimuth, polar), outside = displaced(worn, azimuth, polar, distance, extra), s = Math.max(share, 0.12 / worn.offset);
  const position: Vec3 = [lerp(base[0], outside[0], s), lerp(base[1], outside[1], s), lerp(base[2], outside[2], s)];
  const uv: readonly [number, number] = hasBand ? [around[j]!, distance] : clothUv(drape.body, position);
  return { position, uv, extra: [lipSlot, hasBand ? 9 : Math.abs(distance), 0, i < 3 ? 0.35 : i >= lipRows.length - 1 && hasBand ? 0.6 : 1] };
}

function pointOfSheet(i: number, j: number, { worn, rows, columns, azimuths, edges, lengths, lipRows, hasBand, slot }: Sheet): GridPoint {
  const { look, drape } = worn, azimuth = azimuths[j % columns]!, t = i / (rows - 1), start = lipRows.at(-1)![0];
  const distance = start + (lengths[j % columns]! - start) * (0.45 * t + 0.55 * t * t);
  const polar = drape.walk(azimuth, edges[j % columns]!, distance);
  const position = displaced(worn, azimuth, polar, distance, i === 0 && hasBand ? -0.03 : 0);
  const crease = armpit(drape.body, position);
  return { position, uv: clothUv(drape.body, position), extra: [slot, Math.min(seamDistance(look, drape.body, position) + 0.5, 9), 0, 1 - 0.6 * crease] };
}

/** @param options - `region`: `headwear` for what falls from a headscarf; `isCovered`: another garment lies over it */
export function buildGarment(parts: Parts, worn: Worn, { region = 'clothes', isCovered = false }: { region?: 'clothes' | 'headwear'; isCovered?: boolean } = {}): void {
  const { look, drape } = worn;
  const band = look.collar.kind === 'band' ? look.collar.width : 0;
  const columns = isCovered ? COLUMNS_BELOW : COLUMNS, rows = isCovered ? ROWS_BELOW : ROWS;
  // A deep V is steep in front: columns gather there.
  const gather = look.neckline.vee > 0 ? 1.55 : 1;
  const azimuths = new Float64Array(columns + 1), edges = new Float64Array(columns), lengths = new Float64Array(columns);
  for (let j = 0; j <= columns; j++) {
    const t = (2 * j) / columns - 1;
    azimuths[j] = Math.PI * Math.sign(t) * Math.abs(t) ** gather;
  }
  for (let j = 0; j < columns; j++) {
    edges[j] = worn.edge(azimuths[j]!);
    lengths[j] = Math.max(0.5, drape.distance(azimuths[j]!, edges[j]!, BOTTOM));
  }
  const thickness = 0.06 + 0.12 * look.looseness;

  const main = parts.take('fabric', region, look.stuff), trim = parts.take('fabric', region, look.trim);
  // The rolled edge: inside against the skin, over the top, down the outside.
  const lip: [number, number, number][] = [[1.4, 0.12, 0], [0.5, 0.15, 0], [0.06, 0.3, 0], [-0.07, 0.65, 0], [-0.02, 1, 0.02], [0.12, 1, thickness]];
  const hem = look.collar.kind === 'none' || look.collar.kind === 'band' ? thickness : 0;
  const inner = band > 0 ? trim : main;
  const lipRows = band > 0 ? [...lip, [band * 0.35, 1, thickness], [band * 0.7, 1, thickness], [band * 0.95, 1, thickness * 0.8], [band + 0.02, 1, -0.03]] as [number, number, number][] : [...lip.slice(0, 5), [0.12, 1, hem], [0.6, 1, hem], [1.15, 1, hem * 0.6], [1.4, 1, 0]] as [number, number, number][];
  const around = [0];
  for (let j = 1; j <= columns; j++) {
    const a = worn.at(azimuths[j - 1]!, 0), b = worn.at(azimuths[j]!, 0);
    around.push(around[j - 1]! + length3(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
  }
  const sheet: Sheet = { worn, rows, columns, azimuths, edges, lengths, around, lipRows, hasBand: band > 0, lipSlot: inner.slot, slot: main.slot };
  inner.builder.grid(lipRows.length, columns, pointOfLip, { closedColumns: true, flip: true }, sheet);
  main.builder.grid(rows, columns, pointOfSheet, { closedColumns: true, flip: true }, sheet);

  if (look.front.kind !== 'closed') buildFront(parts, worn);
  if (look.pocket) buildPocket(parts, worn);
  if (look.epaulettes) buildEpaulettes(parts, worn);
}

/** Placket with buttons, or a zip, from the neckline down the middle. */
function buildFront(parts: Parts, worn: Worn): void {
  const { look } = worn;
  const front = look.front;
  if (front.kind === 'closed') return;
  const main = parts.take('fabric', 'clothes', look.stuff);
  const top = worn.at(0, 0), steps = 22;
  const line = Array.from({ length: steps + 1 }, (_, i) => { const y = top[1] - 0.2 - (front.length * i) / steps; return y; });
  const lay = (x: number, y: number, above: number) => layInFront(worn, top, x, y, above);
  if (front.kind === 'buttons') {
    main.builder.grid(line.length, PLACKET.length, pointOfPlacket, { flip: true }, { worn, line, top, slot: main.slot });
    const button = parts.take('hard', 'clothes', front.stuff);
    const columnsOf = front.double ? [-3.6, 3.6] : [0];
    for (const x of columnsOf)
      for (let y = top[1] - (front.double ? 4 : 1.6); y > top[1] - front.length; y -= front.spacing) {
        const centre = lay(x, y, 0.16), axis = normalize(subtract(lay(x, y, 1.2), centre)), r = front.radius;
        lathe(button.builder, centre, axis, [[r * 0.9, -0.05], [r, 0.03], [r * 0.94, 0.09], [r * 0.72, 0.09], [r * 0.62, 0.055], [0.001, 0.055]], 12, { slot: button.slot });
      }
    return;
  }
  const metal = parts.take('hard', 'clothes', front.stuff);
  const tape = parts.take('fabric', 'clothes', look.trim);
  tape.builder.grid(line.length, 5, pointOfTape, { flip: true }, { worn, line, top, slot: tape.slot });
  sweep(metal.builder, line.map((y) => lay(0, y, 0.1)), [[-0.16, 0], [0.16, 0], [0.12, 0.1], [-0.12, 0.1]].map(([a, b]) => [a!, b!] as const), { up: [0, 0, 1], slot: metal.slot, caps: false });
  const puller = line[2]!;
  tube(metal.builder, [lay(0, puller, 0.22), lay(0, puller - 0.6, 0.3), lay(0.1, puller - 1.6, 0.28)], 0.14, { slot: metal.slot, sides: 6 });
}

/** Half the width of a placket, and its columns: (cm from the middle, cm above the cloth). */
const PLACKET_HALF = 1.55;
const PLACKET: readonly (readonly [number, number])[] = [[-PLACKET_HALF - 0.02, -0.05], [-PLACKET_HALF, 0.09], [-PLACKET_HALF + 0.3, 0.11], [0, 0.12], [PLACKET_HALF - 0.3, 0.11], [PLACKET_HALF, 0.09], [PLACKET_HALF + 0.02, -0.05]];

/** What the points of a front are made from: heights down from `top`. */
interface FrontLine { worn: Worn; line: readonly number[]; top: Vec3; slot: number }

const layInFront = (worn: Worn, top: Vec3, x: number, y: number, above: number): Vec3 => worn.lay([x + worn.look.neckline.lean, y, top[2] + (y - top[1]) * -0.15], above);

function pointOfPlacket(i: number, j: number, { worn, line, top, slot }: FrontLine): GridPoint {
  const [x, above] = PLACKET[j]!, y = line[i]!;
  return { position: layInFront(worn, top, x, y, above), uv: [x, y - worn.drape.body.shift[1] - 3.4], extra: [slot, Math.max(0, PLACKET_HALF - Math.abs(x)), 0, j === 0 || j === 6 ? 0.5 : 1] };
}

function pointOfTape(i: number, j: number, { worn, line, top, slot }: FrontLine): GridPoint {
  const x = (j - 2) * 0.4, y = line[i]!;
  return { position: layInFront(worn, top, x, y, j === 0 || j === 4 ? 0.01 : 0.07), uv: [x, y], extra: [slot, 9, 0, 0.8] };
}

function buildPocket(parts: Parts, worn: Worn): void {
  const main = parts.take('fabric', 'clothes', worn.look.stuff);
  const body = worn.drape.body, top = body.shift[1] - 25.5, left = 5.2, width = 8.5, height = 9.5;
  main.builder.grid(9, 9, (i, j) => {
    const u = j / 8, v = i / 8, rim = i === 0 || j === 0 || j === 8 || i === 8;
    const x = left + width * u, y = top - height * v - (i === 8 ? Math.max(0, 0.9 - Math.abs(u - 0.5) * 2) : 0);
    return { position: worn.lay([x, y, 9], rim ? 0.02 : 0.14), uv: [x, y - body.shift[1] - 3.4], extra: [main.slot, Math.min(u, 1 - u, v, 1 - v) * width, 0, rim ? 0.5 : 1] };
  }, { flip: true });
}

function buildEpaulettes(parts: Parts, worn: Worn): void {
  const main = parts.take('fabric', 'clothes', worn.look.stuff);
  const body = worn.drape.body;
  for (const side of [1, -1]) {
    main.builder.grid(10, 6, (i, j) => {
      const t = i / 9, across = (j / 5 - 0.5) * eased([[0, 3.2], [0.8, 4.4], [1, 4.6]], t);
      const x = side * lerp(8.2, body.shape.halfWidth - 3.2, t);
      const position = worn.lay([x, body.shift[1] - 12, body.shift[2] - 3.6 + across], i === 0 || i === 9 || j === 0 || j === 5 ? 0.05 : 0.28);
      return { position, uv: [position[0], position[2]], extra: [main.slot, 2.3 - Math.abs(across), 0, 1] };
    }, { flip: side < 0 });
    const button = parts.take('hard', 'clothes', worn.look.front.kind === 'buttons' ? worn.look.front.stuff : { kind: 'plain', colour: [0.8, 0.6, 0.3], roughness: 0.3, metallic: 1 });
    lathe(button.builder, worn.lay([side * 9.4, body.shift[1] - 12, body.shift[2] - 3.6], 0.3), [side * 0.3, 1, 0], [[0.55, -0.1], [0.55, 0.05], [0.4, 0.16], [0.001, 0.2]], 10, { slot: button.slot });
  }
}

/** A little unevenness, for edges that hang. */
export const ripple = (azimuth: number, seed: number): number => noise3(Math.sin(azimuth) * 2.3, Math.cos(azimuth) * 2.3, seed * 0.37, Math.floor(seed));
