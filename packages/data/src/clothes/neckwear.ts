/** What is worn around the neck, over garments: ties, bow ties, necklaces, lanyards, scarves, chokers. */
import { add, along, clamp, cross, eased, fbm3, lerp, normalize, scale, smoothPath, smoothstep, subtract, type Vec3 } from '../accessories/geometry/vector.ts';
import { ellipsoid, lathe, roundedBox, sphere, sweep, tube } from '../accessories/geometry/sweep.ts';
import type { GridPoint } from '../accessories/geometry/mesh-builder.ts';
import type { Parts } from '../accessories/parts.ts';
import type { Body, Drape } from './body.ts';
import { NecklineEdge, ripple, type Worn } from './garment.ts';
import type { NeckwearLook } from './look.ts';
import { length3 } from '../geometry/length.ts';

/** Everything worn so far: where the outside is. */
export interface Outside {
  body: Body;
  /** The skin without cloth. */
  skin: Drape;
  garments: readonly Worn[];
}

/** A point on the outermost layer in a direction, `above` cm off it. */
export function outermostPoint({ skin, garments }: Outside, azimuth: number, polar: number, above: number): Vec3 {
  let best = skin.point(azimuth, polar, above), bestRadius = radiusFrom(skin.body.inner, best);
  for (const worn of garments) {
    const edge = worn.edge(azimuth);
    // Just above a neckline the chain already leans on the edge.
    if (polar < edge - 0.03) continue;
    const p = worn.at(azimuth, worn.drape.distance(azimuth, edge, polar), above), radius = radiusFrom(skin.body.inner, p);
    if (radius > bestRadius) { best = p; bestRadius = radius; }
  }
  return best;
}

const radiusFrom = (origin: Vec3, p: Vec3): number => length3(p[0] - origin[0], p[1] - origin[1], p[2] - origin[2]);

export function buildNeckwear(parts: Parts, look: NeckwearLook, outside: Outside): void {
  switch (look.kind) {
    case 'tie': return buildTie(parts, look, outside);
    case 'bow-tie': return buildBowTie(parts, look, outside);
    case 'necklace': return buildNecklace(parts, look, outside);
    case 'lanyard': return buildLanyard(parts, look, outside);
    case 'scarf': return buildScarf(parts, look, outside);
    case 'choker': return buildChoker(parts, look, outside);
  }
}

/** Middle of the front at a height below the innermost shirt's neckline. */
function frontPoint(outside: Outside, below: number, above: number, x = 0): Vec3 {
  const worn = outside.garments[0], { body, skin } = outside;
  const top = worn ? worn.at(0, 0) : skin.project([0, body.shift[1] - 12.8, body.shift[2] + 6]);
  const target: Vec3 = [x, top[1] - below, top[2] + 0.2 * below];
  return worn ? worn.lay(target, above) : skin.project(target, above);
}

function buildTie(parts: Parts, { stuff, width, knot, seed }: Extract<NeckwearLook, { kind: 'tie' }>, outside: Outside): void {
  const { builder, slot } = parts.take('fabric', 'clothes', stuff);
  const top = frontPoint(outside, -0.5, 0.85), height = 2.6 * knot;
  // The knot: a rounded trapezoid, wide at the top, that leans forward.
  const knotPath = Array.from({ length: 9 }, (_, i) => { const t = i / 8; return add(top, [0.08 * Math.sin(seed), -height * t, 0.25 + 0.35 * Math.sin(Math.PI * Math.min(1, t * 1.2)) + 0.12 * t] as Vec3); });
  sweep(builder, knotPath, (t) => { const w = eased([[0, 2.1], [0.12, 3.1], [0.5, 2.6], [1, 1.75]], t) * knot; return roundedBox(w, eased([[0, 0.5], [0.2, 1.15], [1, 0.85]], t), 14, 2.6).map(([a, b]) => [a, b] as const); }, { up: [0, 0, 1], slot });
  // The blade below: narrow under the knot, with a dimple.
  builder.grid(BLADE_ROWS, BLADE_COLUMNS, pointOfBlade, { flip: true }, { outside, slot, width, knot, height, seed });
}

const BLADE_ROWS = 26, BLADE_COLUMNS = 9;

interface Blade { outside: Outside; slot: number; width: number; knot: number; height: number; seed: number }

function pointOfBlade(i: number, j: number, { outside, slot, width, knot, height, seed }: Blade): GridPoint {
  const t = i / (BLADE_ROWS - 1), below = height * 0.75 + 34 * t, across = (j / (BLADE_COLUMNS - 1)) * 2 - 1;
  const half = lerp(0.85 * knot, width / 2, smoothstep(0, 0.55, t));
  const dimple = -0.35 * Math.exp(-((across / 0.4) ** 2)) * Math.exp(-t * 9), curl = 0.32 * (1 - across * across) + 0.1;
  const position = frontPoint(outside, below - 0.6, 0.22 + curl + dimple + 0.75 * Math.exp(-t * 12), across * half + 0.25 * Math.sin(seed + t * 2));
  return { position, uv: [across * half, -below], extra: [slot, 9, 0, Math.abs(across) > 0.95 ? 0.6 : 1] };
}

function buildBowTie(parts: Parts, { stuff, width, seed }: Extract<NeckwearLook, { kind: 'bow-tie' }>, outside: Outside): void {
  const { builder, slot } = parts.take('fabric', 'clothes', stuff);
  const centre = frontPoint(outside, 0.1, 1.1);
  for (const side of [1, -1]) {
    const path = Array.from({ length: 12 }, (_, i) => { const t = i / 11; return add(centre, [side * (0.35 + t * width), 0.1 * Math.sin(seed) * t, -0.5 * t * t + 0.12 * Math.sin(t * 9)] as Vec3); });
    sweep(builder, path, (t) => {
      const tall = eased([[0, 1], [0.25, 1.9], [0.8, 3.3], [1, 3.2]], t), deep = eased([[0, 0.55], [0.3, 0.9], [0.8, 0.75], [1, 0.3]], t);
      return Array.from({ length: 18 }, (_, k) => { const a = (2 * Math.PI * k) / 18; const pleat = 1 + 0.16 * Math.cos(4 * a) * (1 - t); return [deep * 0.5 * pleat * Math.cos(a), (tall / 2) * Math.sin(a)] as const; });
    }, { up: [0, 1, 0], slot });
  }
  ellipsoid(builder, add(centre, [0, 0, 0.15]), [[0.62, 0, 0], [0, 0.72, 0], [0, 0, 0.6]], { sides: 12, rings: 9, slot });
}

/** The way of a chain: a neckline lower than the garment's, on whatever lies outside. */
function chainPath(outside: Outside, drop: number, vee: number, above: number, count: number): Vec3[] {
  const edge = new NecklineEdge({ drop, scoop: vee * 0.45, vee: vee * 0.55, veeWidth: 6.5, side: 0.4, back: 0, lean: 0 }, outside.skin);
  return Array.from({ length: count }, (_, i) => { const azimuth = -Math.PI + (2 * Math.PI * i) / count; return outermostPoint(outside, azimuth, edge.at(azimuth), above); });
}

function buildNecklace(parts: Parts, look: Extract<NeckwearLook, { kind: 'necklace' }>, outside: Outside): void {
  const { drop, vee, thickness, style, bead, pendant, pendantStuff, pendantSize } = look;
  const { builder, slot } = parts.take('hard', 'accessory', look.stuff);
  const raw = chainPath(outside, drop, vee, thickness + 0.05, 96);
  // A chain hangs smoothly over folds: it never goes below the cloth, but it bridges.
  const path = raw.map((p, i) => { const a = raw[(i + 94) % 96]!, b = raw[(i + 2) % 96]!; return [(p[0] * 2 + a[0] + b[0]) / 4, (p[1] * 2 + a[1] + b[1]) / 4, (p[2] * 2 + a[2] + b[2]) / 4 + 0.03] as Vec3; });
  if (style === 'cord') tube(builder, path, thickness, { closed: true, slot, sides: 6 });
  else {
    const lengths = [0];
    path.forEach((p, i) => lengths.push(lengths[i]! + Math.hypot(...subtract(path[(i + 1) % path.length]!, p))));
    const total = lengths.at(-1)!, pitch = style === 'beads' ? bead * 2.02 : thickness * 5.2, count = Math.min(style === 'beads' ? 110 : 150, Math.floor(total / pitch));
    let at = 0;
    for (let k = 0; k < count; k++) {
      const wanted = (total * (k + 0.5)) / count;
      while (lengths[at + 1]! < wanted) at++;
      const t = (wanted - lengths[at]!) / (lengths[at + 1]! - lengths[at]!), a = path[at % path.length]!, b = path[(at + 1) % path.length]!;
      const p: Vec3 = [lerp(a[0], b[0], t), lerp(a[1], b[1], t), lerp(a[2], b[2], t)], direction = normalize(subtract(b, a));
      // What is behind the neck is never seen: leave the detail out there.
      if (p[2] < outside.body.shift[2] - 6) continue;
      if (style === 'beads') sphere(builder, p, bead, { sides: 8, rings: 6, slot });
      else {
        const n = normalize(subtract(p, outside.body.inner)), side = normalize(cross(direction, n)), up = k % 2 === 0 ? side : n;
        ellipsoid(builder, p, [scale(direction, thickness * 3.1), scale(up, thickness * 1.9), scale(cross(direction, up), thickness * 0.8)], { sides: 8, rings: 4, slot });
      }
    }
  }
  if (pendant === 'none') return;
  const lowest = path.reduce((best, p) => (p[1] < best[1] ? p : best));
  const metal = parts.take('hard', 'accessory', pendantStuff), s = pendantSize;
  const { azimuth, polar } = outside.body.anglesOf(lowest);
  const on = (below: number, above: number, x = 0): Vec3 => { const p = outermostPoint(outside, azimuth, polar, 0); const angles = outside.body.anglesOf([p[0] + x, p[1] - below, p[2]]); return outermostPoint(outside, angles.azimuth, angles.polar, above); };
  const centre = on(s + 0.3, 0.22), out = normalize(subtract(on(s + 0.3, 1.2), centre)), down = normalize(subtract(on(s + 1.1, 0.22), centre)), across = cross(down, out);
  tube(builder, [lowest, on(0.35, 0.2)], Math.max(0.05, thickness), { slot, sides: 6 });
  switch (pendant) {
    case 'disc': return lathe(metal.builder, centre, out, [[s, -0.06], [s, 0.06], [s * 0.86, 0.07], [s * 0.82, 0.04], [0.001, 0.06]], 18, { slot: metal.slot });
    case 'drop': return ellipsoid(metal.builder, centre, [scale(across, s * 0.6), scale(down, s), scale(out, s * 0.4)], { sides: 12, rings: 9, slot: metal.slot });
    case 'gem': return ellipsoid(metal.builder, centre, [scale(across, s * 0.7), scale(down, s * 0.7), scale(out, s * 0.45)], { sides: 8, rings: 5, slot: metal.slot });
    case 'heart': {
      for (const side of [1, -1]) tube(metal.builder, smoothPath([along(centre, down, s * 0.9), along(along(centre, across, side * s * 0.75), down, -0.1 * s), along(along(centre, across, side * s * 0.4), down, -0.65 * s), along(centre, down, -0.3 * s)], 4), 0.09, { slot: metal.slot, sides: 6 });
      return;
    }
    case 'cross': {
      const bar = roundedBox(0.2, 0.14, 8, 5);
      sweep(metal.builder, [along(centre, down, -s), along(centre, down, s * 1.2)], bar, { up: out, slot: metal.slot });
      sweep(metal.builder, [along(along(centre, down, -0.35 * s), across, -0.62 * s), along(along(centre, down, -0.35 * s), across, 0.62 * s)], bar, { up: out, slot: metal.slot });
    }
  }
}

function buildLanyard(parts: Parts, { stuff, width, badge }: Extract<NeckwearLook, { kind: 'lanyard' }>, outside: Outside): void {
  const { builder, slot } = parts.take('fabric', 'clothes', stuff);
  const edge = new NecklineEdge({ drop: 0.6, scoop: 0, vee: 21, veeWidth: 7, side: 0.6, back: 0, lean: 0 }, outside.skin);
  const path: Vec3[] = [];
  for (let i = 2; i <= 118; i++) { const azimuth = 0.001 + (2 * Math.PI * i) / 120; path.push(outermostPoint(outside, azimuth > Math.PI ? azimuth - 2 * Math.PI : azimuth, edge.at(azimuth > Math.PI ? azimuth - 2 * Math.PI : azimuth), 0.12)); }
  sweep(builder, path, roundedBox(width, 0.14, 8, 5), { up: (_, p) => normalize(subtract(p, outside.body.inner)), slot });
  if (!badge) return;
  const top = path[0]!, card = parts.take('hard', 'clothes', { kind: 'plain', colour: [0.82, 0.83, 0.84], roughness: 0.25, coat: 0.6 });
  const centre: Vec3 = [0, top[1] - 6, top[2] + 0.6];
  sweep(card.builder, [add(centre, [0, 4.2, 0.1]), add(centre, [0, -4.2, -0.2])], roundedBox(5.6, 0.16, 12, 6), { up: [0, 0, 1], slot: card.slot });
}

/** Loops of cloth around the neck: a thick irregular ring, twisted folds along it, ends that hang. */
function buildScarf(parts: Parts, { stuff, volume, loops, ends, seed }: Extract<NeckwearLook, { kind: 'scarf' }>, outside: Outside): void {
  const { builder, slot } = parts.take('fabric', 'clothes', stuff);
  const sides = 22, count = 64;
  for (let loop = 0; loop < loops; loop++) {
    const radius = volume * (1 - 0.12 * loop), lean = (loop % 2 === 0 ? 1 : -1) * 0.5;
    const edge = new NecklineEdge({ drop: 0.2 - loop * 1.1 * volume, scoop: 1.1 * volume * (1 - loop * 0.6), vee: 0, veeWidth: 5, side: 0.9, back: 0, lean: 0 }, outside.skin);
    const path = Array.from({ length: count }, (_, i) => {
      const azimuth = -Math.PI + (2 * Math.PI * i) / count;
      const p = outermostPoint(outside, azimuth, edge.at(azimuth), radius * (0.72 + 0.1 * loop));
      return add(p, [0, lean * Math.sin(azimuth + seed) * volume + 0.25 * radius, 0.35 * volume * Math.max(0, Math.cos(azimuth))]);
    });
    sweep(builder, path, (_, i) => {
      const azimuth = (2 * Math.PI * i) / count;
      return Array.from({ length: sides }, (__, k) => {
        const angle = (2 * Math.PI * k) / sides;
        // Folds run along the scarf and turn slowly around it.
        const twist = angle * 1 + azimuth * (loop + 1);
        const fold = 1 + 0.17 * Math.sin(4 * twist + 1.5 * Math.sin(azimuth * 2 + seed)) + 0.12 * fbm3(Math.cos(azimuth) * 2.5, Math.sin(azimuth) * 2.5, k * 0.35 + seed, 2) + 0.08 * ripple(azimuth * 2, seed + k);
        const flat = 1 + 0.18 * Math.sin(azimuth * 3 + seed);
        return [radius * 1.15 * fold * flat * Math.cos(angle), radius * 1.0 * fold * Math.sin(angle)] as const;
      });
    }, { closed: true, up: (_, p) => { const d = normalize(subtract(p, outside.body.inner)); return [d[0] * 0.35, 1, d[2] * 0.35]; }, slot });
  }
  for (let e = 0; e < ends; e++) {
    builder.grid(END_ROWS, END_COLUMNS, pointOfScarfEnd, { flip: true }, { outside, slot, volume, seed, end: e });
  }
}

const END_ROWS = 22, END_COLUMNS = 10;

/** One of the ends that hang, counted by `end`. */
interface ScarfEnd { outside: Outside; slot: number; volume: number; seed: number; end: number }

function pointOfScarfEnd(i: number, j: number, { outside, slot, volume, seed, end }: ScarfEnd): GridPoint {
  const x = end === 0 ? 1.6 : -2.2, width = 5.5 + volume * 1.5;
  const t = i / (END_ROWS - 1), across = (j / (END_COLUMNS - 1)) * 2 - 1, below = -0.5 + 26 * t;
  const half = lerp(1.5, width / 2, smoothstep(0, 0.4, t));
  const centreX = x + 0.8 * Math.sin(t * 2 + seed) + (end === 0 ? 1 : -1) * t * 1.5;
  const fold = 0.35 * Math.sin(across * 6 + seed + end) * (1 - 0.5 * t) + 0.25 * fbm3(across * 1.5, t * 3, seed + end, 2);
  const target: Vec3 = [centreX + across * half, outside.body.shift[1] - 14 - below, 9 + outside.body.shift[2]];
  const angles = outside.body.anglesOf(target);
  const position = outermostPoint(outside, angles.azimuth, clamp(angles.polar, 0.6, 2.8), 0.55 + 0.3 * end + fold + volume * 0.9 * Math.exp(-t * 7) + (Math.abs(across) > 0.98 ? -0.3 : 0));
  return { position, uv: [across * half * 1.3, -below], extra: [slot, (1 - Math.abs(across)) * half, 0, clamp(0.75 + fold, 0.4, 1)] };
}

/** Bands over the shoulders that hold a garment up: of tops, dresses, aprons. */
export function buildStraps(parts: Parts, worn: Worn, outside: Outside): void {
  const { straps, stuff } = worn.look;
  if (!straps) return;
  const { builder, slot } = parts.take('fabric', 'clothes', stuff);
  const { body } = outside;
  const below = { ...outside, garments: outside.garments.slice(0, outside.garments.indexOf(worn)) };
  for (const side of [1, -1]) {
    const path: Vec3[] = [];
    for (let i = 0; i <= 56; i++) {
      // Over the shoulder in a plane of constant x: where does the skin reach it?
      const azimuth = side * lerp(0.35, Math.PI - 0.35, i / 56), edge = worn.edge(azimuth);
      let polar = 0.75;
      while (polar < edge + 0.05 && Math.abs(outside.skin.point(azimuth, polar)[0]) < straps.at) polar += 0.01;
      if (polar < edge + 0.05) path.push(outermostPoint(below, azimuth, polar, 0.13 + worn.look.looseness * 0.4));
    }
    if (path.length > 4) sweep(builder, path, roundedBox(0.22, 2 * straps.halfWidth, 10, 6), { up: (i) => { const a = path[Math.max(0, i - 1)]!, b = path[Math.min(path.length - 1, i + 1)]!; return cross(normalize(subtract(path[i]!, body.inner)), subtract(b, a)); }, slot });
  }
}

function buildChoker(parts: Parts, { stuff, height }: Extract<NeckwearLook, { kind: 'choker' }>, outside: Outside): void {
  const { builder, slot } = parts.take('fabric', 'accessory', stuff);
  const { skin } = outside;
  const edge = new NecklineEdge({ drop: -2.4, scoop: 0, vee: 0, veeWidth: 5, side: 0, back: 0, lean: 0 }, skin);
  const path = Array.from({ length: 64 }, (_, i) => { const azimuth = -Math.PI + (2 * Math.PI * i) / 64; return skin.point(azimuth, edge.at(azimuth), 0.1); });
  sweep(builder, path, roundedBox(0.16, height, 8, 5), { closed: true, up: [0, 1, 0], slot });
}

