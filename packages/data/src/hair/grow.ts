/**
 * Grows strands from their roots: each steps along the comb's direction, rises by the style's volume, hangs by its gravity,
 * stays outside of the head and out of the face, then gathers into locks and curls. All on the CPU, in typed arrays; the
 * same look and head give the same arrays.
 */
import type { PosedHead } from '../heads/posed-head.ts';
import { combAt } from './comb.ts';
import type { HairLook } from './hair-look.ts';
import type { HeadwearShape } from '../accessories/headwear-shape.ts';
import { HeadField } from './head-field.ts';
import { clamp, hash, lerp, noise3, smoothstep } from './noise.ts';
import { type CanonicalMap, canonicalMap, type Density, densityAt, type Roots, scalpDepth, scalpDepthAbove, scatter } from './scalp.ts';
import { length3 } from '../geometry/length.ts';

/** Polylines of equal numbers of points. `nodes` is `[N, S + 1, 3]`. */
export interface Strands {
  count: number;
  segments: number;
  nodes: Float32Array;
  /** `[N]` which lock a strand belongs to. */
  clumps: Uint32Array;
  /** `[N]` cm at the widest place. */
  widths: Float32Array;
  /** `[N]` cm. */
  lengths: Float32Array;
  /** Point s lies at `(s / S) ^ spread` of the length: below 1, the points crowd towards the tips. */
  spread: number;
}

/** What growing needs to know, gathered once per person. */
export interface Ground {
  head: PosedHead;
  look: HairLook;
  field: HeadField;
  map: CanonicalMap;
  /** 0..1 at a canonical position: how far headwear covers the hair there. */
  covered: Covered | undefined;
}

type Covered = HeadwearShape['covered'];

export function prepareGround(head: PosedHead, look: HairLook, covered?: Covered): Ground {
  return { head, look, field: HeadField.of(head), map: canonicalMap(head), covered };
}

/** The same for another look. Field by field: a spread object has a hidden class of its own, and code for it is thrown away with it. */
export function groundFor(look: HairLook, { head, field, map, covered }: Ground): Ground {
  return { head, look, field, map, covered };
}

const MAX_STEPS = 96;
/** Canonical height below which no picture looks, cm. */
const LOWEST = -25;

/** Length of the hair at a canonical place, cm. */
export function lengthAt({ cut }: HairLook, y: number, z: number): number {
  const top = smoothstep(5, 8.5, y - 0.12 * Math.max(0, -z - 4) * 4), front = smoothstep(2.5, 6.5, z) * top;
  const rear = smoothstep(-2, -5, z);
  let length = lerp(lerp(cut.sides, cut.back, rear), lerp(cut.top, cut.front, front), top);
  if (cut.fade > 0) {
    const above = smoothstep(cut.fadeHeight - 4.5, cut.fadeHeight + 2.5, y);
    length = Math.min(length, lerp(lerp(length, 0.15, cut.fade), length, above));
  }
  return length;
}

/** How thick the hair lies on the skull there, cm. */
export function volumeAt({ body }: HairLook, y: number, z: number): number {
  const top = smoothstep(4.5, 9.5, y), front = smoothstep(1.5, 6.5, z) * top, rear = smoothstep(-2, -6, z);
  return lerp(lerp(body.sides, body.back, rear), lerp(body.top, body.front, front), top);
}

export interface GrowOptions {
  /** Strands at full density. */
  count: number;
  segments: number;
  /** cm */
  width: number;
}

export function growStrands(ground: Ground, { count, segments, width }: GrowOptions): Strands {
  const roots = scatter(ground.head, count, ground.look.seed, new HairDensity(ground));
  return strandsFrom(ground, roots, segments, width);
}

class HairDensity implements Density {
  readonly #look: HairLook;
  readonly #covered: Covered | undefined;
  /** How much a hat takes away. */
  readonly #hidden: number;

  constructor({ look, covered }: Ground) {
    this.#look = look;
    this.#covered = covered;
    // Long hair comes out from under a hat, short hair under it is not drawn.
    this.#hidden = lengthAt(look, 2, -3) > 8 && look.ties.length === 0 ? 0.2 : 1;
  }

  at(x: number, y: number, z: number): number {
    const depth = scalpDepthAbove(-0.5, this.#look.hairline, x, y, z);
    if (depth < -0.5) return 0;
    const covered = this.#covered, free = 1 - (covered === undefined ? 0 : covered(x, y, z)) * this.#hidden;
    return (depth <= 0 ? 0.02 : 0) + densityAt(this.#look.hairline, depth) * free;
  }
}

/** Strands from given roots: locks first, then every strand towards its lock. */
export function strandsFrom(ground: Ground, roots: Roots, segments: number, width: number): Strands {
  const { look } = ground;
  const N = roots.count, S = segments, stride = (S + 1) * 3;
  const strands: Strands = { count: N, segments: S, nodes: new Float32Array(N * stride), clumps: new Uint32Array(N), widths: new Float32Array(N), lengths: new Float32Array(N), spread: spreadOf(look) };
  const centres = assignClumps(roots, look, strands.clumps);
  const grower = new Grower(ground), shares = sharesOf(S, strands.spread);
  for (let i = 0; i < N; i++) {
    const clump = strands.clumps[i]!;
    const own = hash(i, look.seed + 11);
    // Strands of a lock end together, more or less: a lock is cut once.
    const longer = 1 - look.cut.variation * (0.55 * hash(clump, look.seed + 12) + 0.45 * own * own);
    const side = sideOf(look, roots.canonical, i, clump);
    const layer = 0.35 * hash(clump, look.seed + 13) + 0.65 * hash(i, look.seed + 14);
    strands.lengths[i] = grower.grow(roots, i, side, layer, longer, strands.nodes, i * stride, shares);
    // Where a cut is short its hairs are single, not locks.
    // At the hairline hairs are fine.
    strands.widths[i] = (0.4 + 0.6 * grower.edge) * Math.min(width, 0.025 + 0.035 * strands.lengths[i]!) * (0.7 + 0.6 * hash(i, look.seed + 15));
  }
  gather(ground, strands, centres);
  curl(ground, strands);
  keepOutside(ground, strands);
  return strands;
}

/** Share of the length at each point of a strand. */
function sharesOf(segments: number, spread: number): Float64Array {
  const shares = new Float64Array(segments + 1);
  for (let s = 0; s <= segments; s++) shares[s] = (s / segments) ** spread;
  return shares;
}

/** Of an afro only the outside is seen: that is where its coils need points. */
const spreadOf = ({ comb, cut }: HairLook) => (comb.field === 'out' && cut.top > 3 ? 0.75 : 1);

/** Which side of the parting, with a zigzag where locks meet. */
function sideOf({ comb, seed }: HairLook, canonical: Float32Array, i: number, clump: number): number {
  const ragged = 0.5 * (hash(clump, seed + 16) - 0.5);
  return canonical[i * 3]! + ragged >= comb.part ? 1 : -1;
}

/** The first root in each cell of a grid is the middle of a lock; the others join the nearest. Returns the middle strand per lock. */
function assignClumps(roots: Roots, { clump, seed }: HairLook, clumps: Uint32Array): Uint32Array {
  const cell = Math.max(0.3, clump.size), grid = new Map<number, number>(), centres: number[] = [], { canonical } = roots;
  const shift = hash(0, seed);
  for (let n = 0; n < roots.count; n++) {
    // Through a permutation, so that the middle is not always in the same corner.
    const i = (n * 7919) % roots.count;
    const at = cellKey(Math.floor(canonical[i * 3]! / cell + shift), Math.floor(canonical[i * 3 + 1]! / cell), Math.floor(canonical[i * 3 + 2]! / cell));
    if (!grid.has(at)) { grid.set(at, centres.length); centres.push(i); }
  }
  for (let i = 0; i < roots.count; i++) {
    let best = Infinity;
    const x = canonical[i * 3]!, y = canonical[i * 3 + 1]!, z = canonical[i * 3 + 2]!;
    const a = Math.floor(x / cell + shift), b = Math.floor(y / cell), c = Math.floor(z / cell);
    for (let da = -1; da <= 1; da++) for (let db = -1; db <= 1; db++) for (let dc = -1; dc <= 1; dc++) {
      const lock = grid.get(cellKey(a + da, b + db, c + dc));
      if (lock === undefined) continue;
      const j = centres[lock]! * 3, d = length3(x - canonical[j]!, y - canonical[j + 1]!, z - canonical[j + 2]!);
      if (d < best) { best = d; clumps[i] = lock; }
    }
  }
  return Uint32Array.from(centres);
}

const cellKey = (i: number, j: number, k: number): number => ((i + 64) * 128 + j + 64) * 128 + k + 64;

/** One strand at a time; holds the scratch arrays. */
class Grower {
  readonly #ground: Ground;
  readonly #path = new Float64Array((MAX_STEPS + 1) * 3);
  readonly #comb = new Float64Array(3);
  /** Of the strand grown last: 0 at the hairline .. 1 inside. */
  edge = 1;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Writes points at these shares of the length to `at`; returns the length. */
  grow(roots: Roots, i: number, side: number, layer: number, longer: number, nodes: Float32Array, at: number, shares: Float64Array): number {
    const { look, field, map: { scale, offset }, covered } = this.#ground;
    const path = this.#path, comb = this.#comb, g = field.gradient;
    const qx = roots.canonical[i * 3]!, qy = roots.canonical[i * 3 + 1]!, qz = roots.canonical[i * 3 + 2]!;
    const nx = roots.normals[i * 3]!, ny = roots.normals[i * 3 + 1]!, nz = roots.normals[i * 3 + 2]!;
    let x = roots.positions[i * 3]!, y = roots.positions[i * 3 + 1]!, z = roots.positions[i * 3 + 2]!;
    const { body, cut, comb: { bend } } = look;
    const edge = this.edge = smoothstep(-0.2, 2.2, scalpDepth(look.hairline, qx, qy, qz));
    const length = lengthAt(look, qy, qz) * longer * (0.55 + 0.45 * edge);
    const highest = look.family === 'flatTop' ? 13.4 + 0.75 * cut.top : Infinity;
    const hat = covered === undefined ? 0 : smoothstep(-2.5, 0, coveredAbove(covered, qx, qy, qz) - 1);
    const thickness = volumeAt(look, qy, qz) * (1 - 0.85 * hat) * (0.25 + 0.75 * edge);
    const tie = tieFor(look, qx, qy, qz);
    const fringe = cut.fringeLevel !== null && qz > 1.5 && qy > 6.5 && Math.abs(qx) < 5.6;
    const level = (fringe ? cut.fringeLevel! : cut.level ?? -1e9) - (cut.variation * 3 * (hash(i, look.seed + 17) - 0.5));
    if (fringe) combFringe(look, qx, nx, ny, nz, comb); else combAt(look, side, qx, qy, qz, nx, ny, nz, comb);
    const above = smoothstep(5, 10, qy);
    const flat = look.comb.field === 'out' || look.comb.field === 'crest' ? 1 : look.comb.field === 'up' ? lerp(0.2, 1, above * smoothstep(-3, 5.5, qz)) : lerp(0.45, 1, above);
    const lift = clamp(body.lift * flat * (1 - 0.7 * hat) * (0.75 + 0.5 * layer), 0, 1) * (tie ? 0.4 : 1);
    const drop = Math.max(0.1, comb[0]! ** 2 + comb[1]! ** 2 + comb[2]! ** 2);
    let dx = comb[0]! * (1 - lift) * drop + nx * (0.12 + lift), dy = comb[1]! * (1 - lift) * drop + ny * (0.12 + lift), dz = comb[2]! * (1 - lift) * drop + nz * (0.12 + lift);
    const l0 = length3(dx, dy, dz) || 1;
    dx /= l0; dy /= l0; dz /= l0;
    const standing = look.comb.field === 'out' || look.comb.field === 'crest';
    const step = Math.max(length / 80, Math.min(0.8, length / 6), 0.02);
    let travelled = 0, n = 0, resting = 0, nearest = Infinity;
    path[0] = x; path[1] = y; path[2] = z;
    while (n < MAX_STEPS && travelled < length) {
      const h = Math.min(step, length - travelled + 1e-6);
      const cx = x * scale[0]! + offset[0]!, cy = y * scale[1]! + offset[1]!, cz = z * scale[2]! + offset[2]!;
      if (cy < LOWEST || cy > highest) break;
      if (travelled > 0.3 && cy < level && (!fringe || cz > 3 || cy < level - 4)) break;
      const d = field.sample(x, y, z);
      let gx = g[0]!, gy = g[1]!, gz = g[2]!;
      // Hanging hair passes an ear on its outside: its upper edge must not throw hair up.
      const atEar = smoothstep(1.5, 0.8, length3((Math.abs(cx) - 8.9) / 2.2, (cy - 0.5) / 4.6, (cz + 1.4) / 3.4));
      if (gy > 0 && atEar > 0 && !tie) {
        gy *= 1 - atEar; gx += 0.8 * atEar * Math.sign(cx);
        const gl = length3(gx, gy, gz) || 1;
        gx /= gl; gy /= gl; gz /= gl;
      }
      let wx: number, wy: number, wz: number;
      if (tie) {
        wx = tie.x - cx; wy = tie.y - cy; wz = tie.z - cz;
        const distance = length3(wx, wy, wz);
        if (distance < 0.9 || (n > 6 && distance < tie.width * 0.6) || distance > nearest + 0.6) break;
        nearest = Math.min(nearest, distance);
        // Along the skull while the tie is behind it.
        const inward = Math.min(0, (wx * gx + wy * gy + wz * gz) / distance);
        wx = wx / distance - inward * gx; wy = wy / distance - inward * gy; wz = wz / distance - inward * gz;
      } else {
        if (fringe) combFringe(look, qx, gx, gy, gz, comb); else combAt(look, side, cx, cy, cz, gx, gy, gz, comb);
        wx = comb[0]!; wy = comb[1]!; wz = comb[2]!;
        if (standing) { const up = look.comb.field === 'crest' ? 1.6 : 1; wx += gx * up; wy += gy * up; wz += gz * up; }
        const hang = body.gravity * (1 - Math.exp(-travelled / 7)) + (standing ? 0 : 0.9 * body.gravity * smoothstep(2, -3, cy));
        const weight = clamp(hang, 0, 1);
        wx *= 1 - weight; wy = wy * (1 - weight) - weight; wz *= 1 - weight;
        // Hanging hair leaves the face open.
        if (body.gravity > 0.3 && !fringe && cy < 8.5) {
          const behind = body.tucked ? -1.5 : 1.5;
          const into = smoothstep(0, 2.5, body.opening - Math.abs(cx)) * smoothstep(behind, behind + 2.5, cz) * smoothstep(8.5, 5.5, cy) * smoothstep(-13, -8, cy);
          const s = Math.abs(cx) > 1.2 ? Math.sign(cx) : side;
          wx += s * 2 * into; wz -= (body.tucked ? 1.8 : 1.3) * into;
        }
      }
      const follow = 1 - Math.exp(-h / (tie ? 0.8 : bend));
      dx += (wx - dx) * follow; dy += (wy - dy) * follow; dz += (wz - dz) * follow;
      const l = length3(dx, dy, dz) || 1;
      dx /= l; dy /= l; dz /= l;
      x += dx * h; y += dy * h; z += dz * h;
      travelled += h;
      // Layers of a style lie over each other; on clothes hair lies a little higher.
      const rise = smoothstep(0, 1, travelled / Math.max(0.8, 1.6 * thickness));
      const cloth = 0.9 * smoothstep(-10, -13, cy);
      const gap = 0.03 + 0.06 * rise + rise * thickness * (1 - 0.7 * atEar) * (standing ? 0.15 : 0.15 + 0.85 * layer) + cloth;
      const after = d + (dx * gx + dy * gy + dz * gz) * h;
      if (after < gap) {
        // Hair that lies on the shoulders ends there before long, rather than crawl over them.
        if (cy < -11 && gy > 0.7 && (resting += h) > 3.5) break;
        const push = Math.min(gap - after, h * 0.9);
        x += gx * push; y += gy * push; z += gz * push;
        const against = dx * gx + dy * gy + dz * gz;
        if (against < 0) { dx -= against * gx; dy -= against * gy; dz -= against * gz; }
      } else if (!standing && after > gap + 0.3) {
        const pull = Math.min((after - gap - 0.3) * 0.3, h * 0.35) * (1 - 0.8 * smoothstep(3, -4, cy)) * (tie ? 1 : body.lift < 0.7 ? 0.6 : 0.35);
        x -= gx * pull; y -= gy * pull; z -= gz * pull;
      }
      n++;
      path[n * 3] = x; path[n * 3 + 1] = y; path[n * 3 + 2] = z;
    }
    return resample(path, n + 1, nodes, at, shares);
  }
}

/** Fringes fall over the forehead, swept a little to one side. */
function combFringe({ comb, seed }: HairLook, qx: number, gx: number, gy: number, gz: number, out: Float64Array): void {
  const swept = comb.part === 0 ? 0.1 * (hash(seed, 3) - 0.5) : -0.12 * comb.part;
  let x = swept + 0.07 * qx + comb.mess * 0.8 * noise3(qx * 0.9, seed % 97, 0.5), y = -0.35, z = 1;
  const inward = x * gx + y * gy + z * gz;
  x -= inward * gx; y -= inward * gy; z -= inward * gz;
  const length = length3(x, y, z) || 1;
  out[0] = x / length; out[1] = y / length; out[2] = z / length;
}

/** The tie that a strand is pulled to, if any. */
function tieFor({ ties }: HairLook, x: number, y: number, z: number): HairLook['ties'][number] | undefined {
  for (const tie of ties) {
    const { share } = tie;
    if (share === 'all' || (share === 'left' && x >= 0) || (share === 'right' && x < 0) || (share === 'top' && y > 6.5 - 0.25 * z)) return tie;
  }
  return undefined;
}

/** 1 and above where a hat covers; below it falls by 1 per cm to the hat's edge above the place. */
function coveredAbove(covered: Covered, x: number, y: number, z: number): number {
  for (let up = 0; up <= 3; up++) if (covered(x, y + up, z) > 0.5) return 1 - up;
  return -3;
}

/** Points along a path at shares of its length, which is returned. */
function resample(path: Float64Array, count: number, nodes: Float32Array, at: number, shares: Float64Array): number {
  let total = 0;
  for (let i = 1; i < count; i++) total += stepAt(path, i);
  let i = 1, before = 0, here = count > 1 ? stepAt(path, 1) : 0;
  for (let s = 0; s < shares.length; s++) {
    const target = total * shares[s]!;
    while (i < count - 1 && before + here < target) {
      before += here;
      i++;
      here = stepAt(path, i);
    }
    const t = here > 1e-9 ? clamp((target - before) / here, 0, 1) : 0;
    const j = count > 1 ? i : 0, k = count > 1 ? i - 1 : 0;
    for (let axis = 0; axis < 3; axis++) nodes[at + s * 3 + axis] = lerp(path[k * 3 + axis]!, path[j * 3 + axis]!, t);
  }
  return total;
}

const stepAt = (path: Float64Array, i: number): number => length3(path[i * 3]! - path[i * 3 - 3]!, path[i * 3 + 1]! - path[i * 3 - 2]!, path[i * 3 + 2]! - path[i * 3 - 1]!);

/** Strands move towards the middle of their lock, more towards the tips. */
function gather({ look }: Ground, { count, segments, nodes, clumps }: Strands, centres: Uint32Array): void {
  const stride = (segments + 1) * 3, { strength, size } = look.clump;
  if (strength === 0) return;
  for (let i = 0; i < count; i++) {
    const centre = centres[clumps[i]!]!;
    if (centre === i) continue;
    const a = i * stride, b = centre * stride, eager = 0.6 + 0.4 * hash(i, look.seed + 18);
    for (let s = 1; s <= segments; s++) {
      const t = s / segments, at = a + s * 3, to = b + s * 3;
      const dx = nodes[to]! - nodes[at]!, dy = nodes[to + 1]! - nodes[at + 1]!, dz = nodes[to + 2]! - nodes[at + 2]!;
      // Not over a parting: a strand that went its own way stays there.
      const own = smoothstep(1.6 * size + 0.8, 3.5 * size + 1.5, length3(dx, dy, dz));
      const w = strength * smoothstep(0, 0.75, t) * (1 - own) * eager;
      nodes[at] = nodes[at]! + dx * w; nodes[at + 1] = nodes[at + 1]! + dy * w; nodes[at + 2] = nodes[at + 2]! + dz * w;
    }
  }
}

/** Helices and waves about the strand, together within a lock; frizz for each strand alone. */
function curl({ look }: Ground, { count, segments, nodes, clumps, lengths, spread }: Strands): void {
  const { radius, pitch, onset, planar, irregular } = look.curl;
  const frizz = look.frizz * (radius > 0.12 ? 1 : 0.7), stride = (segments + 1) * 3;
  if (radius === 0 && frizz === 0) return;
  const shares = sharesOf(segments, spread);
  for (let i = 0; i < count; i++) {
    const at = i * stride, length = lengths[i]!, clump = clumps[i]!;
    if (length < 0.3) continue;
    // Waves run over neighbouring locks together; corkscrews turn each for itself.
    const shared = 1.6 * noise3(nodes[at]! * 0.16 + look.seed % 91, nodes[at + 1]! * 0.16, nodes[at + 2]! * 0.16);
    const phase = 2 * Math.PI * (lerp(hash(clump, look.seed + 21), shared + 0.25 * hash(clump, look.seed + 21), smoothstep(0.1, 0.5, planar)) + 0.18 * irregular * (hash(i, look.seed + 22) - 0.5));
    const turns = (1 + 0.5 * irregular * (hash(clump, look.seed + 23) - 0.5)) / pitch;
    const r0 = radius * (1 + 0.6 * irregular * (hash(clump, look.seed + 24) - 0.5)) * (0.85 + 0.3 * hash(i, look.seed + 26));
    const salt = hash(i, look.seed + 25) * 97;
    let ex = 0, ey = 0, ez = 0;
    let px = nodes[at]!, py = nodes[at + 1]!, pz = nodes[at + 2]!;
    for (let s = 1; s <= segments; s++) {
      const k = at + s * 3, next = s < segments ? k + 3 : k;
      const ox = nodes[k]!, oy = nodes[k + 1]!, oz = nodes[k + 2]!;
      let tx = nodes[next]! - px, ty = nodes[next + 1]! - py, tz = nodes[next + 2]! - pz;
      const tl = length3(tx, ty, tz) || 1;
      tx /= tl; ty /= tl; tz /= tl;
      if (s === 1) { ex = ty; ey = -tx; ez = 0.3; } // any direction that locks share
      const along = ex * tx + ey * ty + ez * tz;
      ex -= along * tx; ey -= along * ty; ez -= along * tz;
      const el = length3(ex, ey, ez) || 1;
      ex /= el; ey /= el; ez /= el;
      const fx = ty * ez - tz * ey, fy = tz * ex - tx * ez, fz = tx * ey - ty * ex;
      const distance = length * shares[s]!;
      const angle = phase + 2 * Math.PI * distance * turns + 1.4 * irregular * noise3(distance * 0.22 + clump * 7.31, 3.7, 0.5);
      const r = r0 * smoothstep(0, onset, distance);
      const jitter = frizz * 0.32 * smoothstep(0, 2.5, distance);
      const a = r * Math.cos(angle) + jitter * noise3(distance * 0.9 + salt, 0.3, 7.7), b = r * Math.sin(angle) * (1 - planar) + jitter * noise3(distance * 0.9 + salt, 9.1, 2.2);
      nodes[k] = ox + ex * a + fx * b; nodes[k + 1] = oy + ey * a + fy * b; nodes[k + 2] = oz + ez * a + fz * b;
      px = ox; py = oy; pz = oz;
    }
  }
}

/** Locks and curls may have moved points into the head; a hat presses flat what is under it. */
export function keepOutside({ field, map, covered }: Ground, { count, segments, nodes }: Strands): void {
  const g = field.gradient, stride = (segments + 1) * 3, clearance = 0.05;
  for (let i = 0; i < count; i++) {
    for (let s = 1; s <= segments; s++) {
      const k = i * stride + s * 3;
      let d = field.sample(nodes[k]!, nodes[k + 1]!, nodes[k + 2]!);
      if (d < -1) {
        // A lock's strands took different sides of the head: the strand ends here rather than run through it.
        nodes.copyWithin(k, k - 3, k);
        continue;
      }
      const most = covered !== undefined && coveredThere(covered, map, nodes, k) > 0.3 ? 0.2 : Infinity;
      for (let pass = 0; pass < (most < 1 ? 6 : 2); pass++) {
        if (pass > 0) d = field.sample(nodes[k]!, nodes[k + 1]!, nodes[k + 2]!);
        if (d >= clearance && d <= most) break;
        const move = Math.min(most, Math.max(clearance, d)) - d;
        for (let axis = 0; axis < 3; axis++) nodes[k + axis] = nodes[k + axis]! + g[axis]! * move;
      }
    }
  }
}

/** At node `k`. */
const coveredThere = (covered: Covered, { scale, offset }: CanonicalMap, nodes: Float32Array, k: number): number =>
  covered(nodes[k]! * scale[0]! + offset[0]!, nodes[k + 1]! * scale[1]! + offset[1]!, nodes[k + 2]! * scale[2]! + offset[2]!);
