/**
 * Hair that was gathered first: plaits, twists, dreadlocks, cornrows, ponytails and buns. Each is a path with a pattern of
 * strands wound about it.
 */
import { type HairLook, hairLookWith } from './hair-look.ts';
import type { Ground, Strands } from './grow.ts';
import { groundFor, keepOutside, strandsFrom } from './grow.ts';
import { clamp, hash, lerp, noise3, smoothstep } from './noise.ts';
import { type Density, densityAt, type Roots, scalpDepth, scalpDepthAbove, scatter } from './scalp.ts';
import { length2, length3 } from '../geometry/length.ts';

/** One rope: points `[P, 3]` at equal distances, and its radius along the way. */
interface Rope { path: Float32Array; points: number; length: number; radius: (t: number) => number }

/** The globe of cornrows, canonical: centre, axis to the face, the direction up across it, radius for the spacing. */
const ROW_CENTRE = [0, 1.2, -0.8] as const;
const ROW_AXIS = [0, 0.27, 0.963] as const, ROW_UP = [0, 0.963, -0.27] as const;
const ROW_RADIUS = 9.5;

type Pattern = NonNullable<HairLook['ropes']>['kind'];

/** Strands wound about ropes. `lock` numbers ropes for colour. */
function wind(ropes: readonly Rope[], pattern: Pattern, { look, field }: Ground, perRope: number, firstLock: number): Strands {
  const segments = ropes.length === 0 ? 1 : ropes[0]!.points - 1, stride = (segments + 1) * 3;
  const count = ropes.length * perRope;
  const strands: Strands = { count, segments, nodes: new Float32Array(count * stride), clumps: new Uint32Array(count), widths: new Float32Array(count), lengths: new Float32Array(count), spread: 1 };
  const g = field.gradient;
  ropes.forEach(({ path, length, radius }, r) => {
    const frames = framesAlong(path, segments + 1);
    const middle = radius(0.4), phase = hash(r, look.seed + 51) * 6.28;
    for (let j = 0; j < perRope; j++) {
      const i = r * perRope + j;
      strands.clumps[i] = firstLock + r;
      strands.lengths[i] = length;
      const share = j / perRope, own = hash(i, look.seed + 52);
      strands.widths[i] = (pattern === 'braid' || pattern === 'cornrow' ? 1.9 : pattern === 'twist' ? 2.4 : 2.2) * 2 * Math.PI * middle / perRope * (0.8 + 0.4 * own);
      for (let s = 0; s <= segments; s++) {
        const t = s / segments, R = radius(t), distance = t * length;
        let a: number, b: number;
        if (pattern === 'braid' || pattern === 'cornrow') {
          // Three bundles that change places: a figure of eight across the rope, each bundle a small tube of its own.
          const bundle = j % 3, turn = 2 * Math.PI * (distance / (5.2 * middle) + bundle / 3);
          const around = 2 * Math.PI * (Math.floor(j / 3) / Math.ceil(perRope / 3)) + own * 0.6 + phase;
          const tube = R * 0.5;
          a = R * 0.72 * Math.sin(turn) + tube * Math.cos(around);
          b = R * 0.42 * Math.sin(2 * turn) + tube * Math.sin(around);
        } else if (pattern === 'twist') {
          const half = j % 2, turn = 2 * Math.PI * distance / (5.5 * middle) + half * Math.PI + phase;
          const around = 2 * Math.PI * share * 2 + own;
          a = R * 0.5 * Math.cos(turn) + R * 0.5 * Math.cos(around);
          b = R * 0.5 * Math.sin(turn) + R * 0.5 * Math.sin(around);
        } else {
          // A dreadlock: felted, lumpy, hardly turning.
          const around = 2 * Math.PI * share + 0.25 * distance + phase;
          const lump = R * (0.82 + 0.3 * noise3(distance * 0.7 + r * 9.1, own * 3, 1.5) + 0.12 * noise3(distance * 3, r, own * 9));
          a = lump * Math.cos(around);
          b = lump * Math.sin(around);
        }
        const jitter = 0.06 * R + 0.05 * look.frizz * smoothstep(0, 3, distance);
        a += jitter * noise3(distance * 1.1, own * 57, r); b += jitter * noise3(distance * 1.1, own * 57 + 20, r);
        const f = s * 6, k = i * stride + s * 3, p = s * 3;
        for (let axis = 0; axis < 3; axis++) strands.nodes[k + axis] = path[p + axis]! + a * frames[f + axis]! + b * frames[f + 3 + axis]!;
        const d = field.sample(strands.nodes[k]!, strands.nodes[k + 1]!, strands.nodes[k + 2]!);
        if (d < 0.04) for (let axis = 0; axis < 3; axis++) strands.nodes[k + axis] = strands.nodes[k + axis]! + g[axis]! * (0.04 - d);
      }
    }
  });
  return strands;
}

/** Two directions across the path at each of its points, `[P, 2, 3]`, without twist. */
function framesAlong(path: Float32Array, points: number): Float32Array {
  const frames = new Float32Array(points * 6);
  let ex = 1, ey = 0, ez = 0;
  for (let s = 0; s < points; s++) {
    const a = Math.max(0, s - 1) * 3, b = Math.min(points - 1, s + 1) * 3;
    let tx = path[b]! - path[a]!, ty = path[b + 1]! - path[a + 1]!, tz = path[b + 2]! - path[a + 2]!;
    const l = length3(tx, ty, tz) || 1;
    tx /= l; ty /= l; tz /= l;
    const along = ex * tx + ey * ty + ez * tz;
    ex -= along * tx; ey -= along * ty; ez -= along * tz;
    let el = length3(ex, ey, ez);
    if (el < 1e-3) { ex = tz; ey = 0; ez = -tx; el = length2(ex, ez) || 1; }
    ex /= el; ey /= el; ez /= el;
    frames.set([ex, ey, ez, ty * ez - tz * ey, tz * ex - tx * ez, tx * ey - ty * ex], s * 6);
  }
  return frames;
}

/** Of places where a rope may begin. */
class RopeDensity implements Density {
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  at(x: number, y: number, z: number): number {
    const { look, covered } = this.#ground, depth = scalpDepthAbove(0.25, look.hairline, x, y, z);
    return depth < 0.25 ? 0 : 1 - (covered === undefined ? 0 : covered(x, y, z));
  }
}

/** Locks over the whole scalp: one rope per partition of the scalp. */
export function growRopes(ground: Ground): Strands[] {
  const { look, head } = ground;
  const { kind, spacing, radius } = look.ropes!;
  if (kind === 'cornrow') return [growCornrows(ground)];
  const longest = Math.min(36, Math.max(look.cut.top, look.cut.sides, look.cut.back));
  const candidates = scatter(head, 1500, look.seed, new RopeDensity(ground));
  const roots = spread(candidates, spacing, look.seed);
  const segments = clamp(Math.round(longest / (kind === 'braid' ? 0.75 : 1.1)), 8, kind === 'braid' ? 40 : 30);
  const perRope = clamp(Math.floor((kind === 'braid' ? 80000 : 64000) / (roots.count * segments * 2 + 1)), kind === 'braid' ? 6 : 7, 18);
  const { onset, planar, irregular } = look.curl;
  const straight = hairLookWith(look, { clump: { size: 0.01, strength: 0 }, frizz: look.frizz * 0.6, curl: { radius: kind === 'dread' ? 0.25 : 0.12, pitch: 7, onset, planar, irregular } });
  const lines = strandsFrom(groundFor(straight, ground), roots, segments, 0.1);
  const stride = (segments + 1) * 3;
  const ropes: Rope[] = [];
  for (let i = 0; i < lines.count; i++) {
    const thick = radius * (0.8 + 0.4 * hash(i, look.seed + 55));
    const path = lines.nodes.slice(i * stride, (i + 1) * stride);
    // The first points lie on the skin: a rope has its own thickness above it.
    for (let s = 0; s <= segments; s++) lift(ground, path, s, thick * 0.85);
    ropes.push({ path, points: segments + 1, length: lines.lengths[i]!, radius: (t) => thick * (0.75 + 0.25 * smoothstep(0, 0.1, t)) * (1 - 0.3 * smoothstep(0.8, 1, t)) });
  }
  const wound = wind(ropes, kind, ground, perRope, 0);
  keepOutside(ground, wound);
  return [wound];
}

function lift({ field }: Ground, path: Float32Array, s: number, gap: number): void {
  const d = field.sample(path[s * 3]!, path[s * 3 + 1]!, path[s * 3 + 2]!);
  if (d < gap) for (let axis = 0; axis < 3; axis++) path[s * 3 + axis] = path[s * 3 + axis]! + field.gradient[axis]! * (gap - d);
}

/** A subset of roots at least `spacing` apart. */
function spread(roots: Roots, spacing: number, seed: number): Roots {
  const kept: number[] = [];
  const order = Array.from({ length: roots.count }, (_, i) => i).sort((a, b) => hash(a, seed + 56) - hash(b, seed + 56));
  for (const i of order) {
    const near = kept.some((j) => length3(roots.positions[i * 3]! - roots.positions[j * 3]!, roots.positions[i * 3 + 1]! - roots.positions[j * 3 + 1]!,
      roots.positions[i * 3 + 2]! - roots.positions[j * 3 + 2]!) < spacing);
    if (!near) kept.push(i);
  }
  const pick3 = (from: Float32Array) => Float32Array.from(kept.flatMap((i) => [from[i * 3]!, from[i * 3 + 1]!, from[i * 3 + 2]!]));
  return {
    count: kept.length, positions: pick3(roots.positions), normals: pick3(roots.normals), canonical: pick3(roots.canonical),
    triangles: Uint32Array.from(kept.map((i) => roots.triangles[i]!)), weights: pick3(roots.weights),
  };
}

/**
 * Rows from the hairline over the skull to the nape: meridians of a globe whose poles are the face and the nape
 * (the material of the scalp parts the same rows). Then they hang as far as they are long.
 */
function growCornrows(ground: Ground): Strands {
  const { look, field, map, covered } = ground;
  const { spacing, radius } = look.ropes!;
  const ropes: Rope[] = [];
  const segments = 46, step = spacing / ROW_RADIUS;
  for (let row = -12; row <= 12; row++) {
    const phi = row * step;
    if (Math.abs(phi) > 1.85) continue;
    const points: number[] = [];
    for (let angle = 0.25; angle < 0.9 * Math.PI; angle += 0.03) {
      const up = Math.sin(angle) * Math.cos(phi), along = Math.cos(angle);
      const direction = [Math.sin(angle) * Math.sin(phi), up * ROW_UP[1] + along * ROW_AXIS[1], up * ROW_UP[2] + along * ROW_AXIS[2]] as const;
      // Bisection: the skull lies between the centre and a sphere around it.
      let inside = 0, outside = 16;
      const at = [0, 0, 0];
      for (let pass = 0; pass < 14; pass++) {
        const r = (inside + outside) / 2;
        for (let axis = 0; axis < 3; axis++) at[axis] = (ROW_CENTRE[axis]! + r * direction[axis]! - map.offset[axis]!) / map.scale[axis]!;
        if (field.sample(at[0]!, at[1]!, at[2]!) > radius * 0.55) outside = r; else inside = r;
      }
      const q = [0, 1, 2].map((axis) => at[axis]! * map.scale[axis]! + map.offset[axis]!);
      if (densityAt(look.hairline, scalpDepth(look.hairline, q[0]!, q[1]!, q[2]!)) < 0.25) { if (points.length > 12) break; points.length = 0; continue; }
      if ((covered?.(q[0]!, q[1]!, q[2]!) ?? 0) > 0.5) continue;
      points.push(at[0]!, at[1]!, at[2]!);
    }
    if (points.length < 24) continue;
    const hang = Math.max(0, look.cut.top - 22) * (0.8 + 0.4 * hash(row + 20, look.seed)) * (Math.abs(phi) < 1.3 ? 1 : 0.5);
    for (let s = 0; s < hang / 0.6; s++) {
      const k = points.length - 3, back = points.length - 6;
      const dy = -1, dz = lerp((points[k + 2]! - points[back + 2]!) * 1.5, 0, Math.min(1, s / 6));
      const next = [points[k]! * 0.995, points[k + 1]! + 0.6 * dy, points[k + 2]! + 0.3 * dz] as const;
      const d = field.sample(next[0], next[1], next[2]), push = Math.max(0, radius + 0.1 - d);
      points.push(next[0] + field.gradient[0]! * push, next[1] + field.gradient[1]! * push, next[2] + field.gradient[2]! * push);
    }
    const { path, length } = evenly(points, segments + 1);
    ropes.push({ path, points: segments + 1, length, radius: (t) => radius * (0.55 + 0.45 * smoothstep(0, 0.12, t)) * (1 - 0.55 * smoothstep(0.75, 1, t)) });
  }
  return wind(ropes, 'cornrow', ground, 15, 0);
}

/** Points at equal distances. */
function evenly(points: readonly number[], count: number): { path: Float32Array; length: number } {
  const sums = [0];
  for (let k = 3; k < points.length; k += 3) sums.push(sums.at(-1)! + length3(points[k]! - points[k - 3]!, points[k + 1]! - points[k - 2]!, points[k + 2]! - points[k - 1]!));
  const length = sums.at(-1)!, path = new Float32Array(count * 3);
  for (let s = 0, i = 1; s < count; s++) {
    const target = length * s / (count - 1);
    while (i < sums.length - 1 && sums[i]! < target) i++;
    const t = clamp((target - sums[i - 1]!) / Math.max(1e-6, sums[i]! - sums[i - 1]!), 0, 1);
    for (let axis = 0; axis < 3; axis++) path[s * 3 + axis] = lerp(points[(i - 1) * 3 + axis]!, points[i * 3 + axis]!, t);
  }
  return { path, length };
}

/** What hangs from, or is wound about, the places where hair is tied. */
export function growTies(ground: Ground, firstLock: number): Strands[] {
  // Under a hat nothing is tied.
  const free = ground.look.ties.filter(({ x, y, z }) => (ground.covered?.(x, y, z) ?? 0) < 0.3);
  return free.map((tie, i) => {
    const at = [0, 1, 2].map((axis) => ([tie.x, tie.y, tie.z][axis]! - ground.map.offset[axis]!) / ground.map.scale[axis]!) as [number, number, number];
    // On the skin of this head, whatever its shape.
    const d = ground.field.sample(...at), g = ground.field.gradient;
    for (let axis = 0; axis < 3; axis++) at[axis] = at[axis]! + g[axis]! * (0.3 - d);
    if (tie.kind === 'bun') return bun(ground, at, tie, firstLock + i * 64);
    return tie.kind === 'plait' ? plait(ground, at, tie, firstLock + i * 64) : tail(ground, at, tie, firstLock + i * 64);
  });
}

type Tie = HairLook['ties'][number];

/** Where tied hair hangs: away from the head, then down, over neck and shoulders. */
function hangingPath({ field, look }: Ground, [x, y, z]: readonly [number, number, number], length: number, gap: number, points: number, stiffness: number, bias: number): Float32Array {
  const path = new Float32Array(points * 3), g = field.gradient, h = length / (points - 1);
  field.sample(x, y, z);
  let dx = g[0]! + bias * 0.2, dy = g[1]! * 0.6 + 0.15, dz = g[2]!;
  for (let s = 0; s < points; s++) {
    path.set([x, y, z], s * 3);
    const fall = 1 - Math.exp(-h / stiffness);
    dx += (bias * 0.15 - dx) * fall; dy += (-1 - dy) * fall; dz += (0 - dz) * fall;
    const l = length3(dx, dy, dz) || 1;
    x += dx / l * h; y += dy / l * h; z += dz / l * h;
    const need = gap * (0.4 + 0.6 * Math.min(1, s / 4)) + 0.9 * smoothstep(-10, -13, y), d = field.sample(x, y, z);
    if (d < need) { x += g[0]! * (need - d); y += g[1]! * (need - d); z += g[2]! * (need - d); }
  }
  const s = look.seed % 100;
  for (let i = 2; i < points; i++) path[i * 3] = path[i * 3]! + 0.5 * (i / points) * noise3(i * h * 0.12 + s, 2.5, 1.5);
  return path;
}

function tail(ground: Ground, at: readonly [number, number, number], tie: Tie, lock: number): Strands {
  const { look, field } = ground;
  const segments = look.curl.radius > 0.1 ? 22 : 16, points = segments + 1, count = Math.round(900 * look.density / Math.sqrt(look.ties.length)), stride = points * 3;
  const strands: Strands = { count, segments, nodes: new Float32Array(count * stride), clumps: new Uint32Array(count), widths: new Float32Array(count), lengths: new Float32Array(count), spread: 1 };
  const path = hangingPath(ground, at, tie.length, tie.width * 0.9, points, 2 + 2.5 * look.body.lift, Math.sign(tie.x) * (Math.abs(tie.x) > 2 ? 1 : 0));
  const frames = framesAlong(path, points);
  for (let i = 0; i < count; i++) {
    const radius = Math.sqrt(hash(i, look.seed + 61)), around = 6.2832 * hash(i, look.seed + 62), reach = 1 - look.cut.variation * 1.2 * hash(i, look.seed + 63) ** 2;
    const clump = lock + Math.floor(hash(i, look.seed + 64) * 40);
    strands.clumps[i] = clump;
    strands.lengths[i] = tie.length * reach;
    strands.widths[i] = 0.13 * (0.7 + 0.6 * hash(i, look.seed + 65));
    const spin = look.curl.radius * (0.7 + 0.6 * hash(clump, look.seed + 66)), phase = 6.2832 * hash(clump, look.seed + 67);
    for (let s = 0; s <= segments; s++) {
      const t = s / segments * reach * segments, j = Math.min(segments - 1, Math.floor(t)), f = t - j, u = s / segments;
      const distance = u * reach * tie.length;
      // Bound at the tie, widest after a third, thinner towards the end.
      const girth = tie.width * (0.38 + 0.75 * smoothstep(0, 0.35, u)) * (1 - 0.65 * smoothstep(0.5, 1.05, u));
      let a = girth * radius * Math.cos(around), b = girth * radius * Math.sin(around);
      a += look.clump.strength * 0.35 * noise3(clump * 3.3, distance * 0.08, 0.5) * distance * 0.1;
      const angle = phase + 6.2832 * distance / look.curl.pitch, r = spin * smoothstep(0, 5, distance);
      a += r * Math.cos(angle) + 0.25 * look.frizz * noise3(i * 1.7, distance * 0.4, 3.1) * Math.min(1, distance / 4);
      b += r * Math.sin(angle) * (1 - look.curl.planar) + 0.25 * look.frizz * noise3(i * 1.7, distance * 0.4, 8.1) * Math.min(1, distance / 4);
      const k = i * stride + s * 3;
      for (let axis = 0; axis < 3; axis++) {
        strands.nodes[k + axis] = lerp(path[j * 3 + axis]!, path[j * 3 + 3 + axis]!, f) + a * lerp(frames[j * 6 + axis]!, frames[j * 6 + 6 + axis]!, f)
          + b * lerp(frames[j * 6 + 3 + axis]!, frames[j * 6 + 9 + axis]!, f);
      }
      const d = field.sample(strands.nodes[k]!, strands.nodes[k + 1]!, strands.nodes[k + 2]!);
      if (d < 0.06) for (let axis = 0; axis < 3; axis++) strands.nodes[k + axis] = strands.nodes[k + axis]! + field.gradient[axis]! * (0.06 - d);
    }
  }
  return strands;
}

function plait(ground: Ground, at: readonly [number, number, number], tie: Tie, lock: number): Strands {
  const points = 57;
  const path = hangingPath(ground, at, tie.length, tie.width * 0.9, points, 2, Math.sign(tie.x) * (Math.abs(tie.x) > 2 ? 1 : 0));
  return wind([{ path, points, length: tie.length, radius: (t) => tie.width * 1.1 * (0.7 + 0.3 * smoothstep(0, 0.08, t)) * (1 - 0.35 * t) * (1 - 0.5 * smoothstep(0.88, 0.93, t)) * (1 + 0.5 * smoothstep(0.95, 1, t)) }],
    'braid', ground, 150, lock);
}

/** A coil on a ball: strands run round and round, each ring slipping under the next. */
function bun({ look, field }: Ground, at: readonly [number, number, number], tie: Tie, lock: number): Strands {
  const segments = 22, count = Math.round(620 * look.density / look.ties.length), stride = (segments + 1) * 3;
  const strands: Strands = { count, segments, nodes: new Float32Array(count * stride), clumps: new Uint32Array(count), widths: new Float32Array(count), lengths: new Float32Array(count), spread: 1 };
  field.sample(...at);
  const g = [field.gradient[0]!, field.gradient[1]!, field.gradient[2]!] as const;
  // Axis out of the head; two directions across it.
  let ax = g[1], ay = -g[0], az = 0.001;
  const al = length3(ax, ay, az);
  ax /= al; ay /= al; az /= al;
  const bx = g[1] * az - g[2] * ay, by = g[2] * ax - g[0] * az, bz = g[0] * ay - g[1] * ax;
  const W = tie.width, height = W * 0.95;
  for (let i = 0; i < count; i++) {
    const band = hash(i, look.seed + 71), clump = lock + Math.floor(band * 9);
    strands.clumps[i] = clump;
    strands.lengths[i] = W * 4;
    strands.widths[i] = 0.19 * (0.7 + 0.6 * hash(i, look.seed + 72));
    const start = 6.2832 * hash(i, look.seed + 73), reach = 1.6 + 1.6 * hash(i, look.seed + 74), drift = 0.5 * (hash(i, look.seed + 75) - 0.5);
    const depth = 0.86 + 0.16 * hash(i, look.seed + 76), loose = hash(i, look.seed + 77) < 0.06 * (1 + 2 * look.frizz) ? 1 : 0;
    for (let s = 0; s <= segments; s++) {
      const u = s / segments, turn = start + reach * u;
      const across = clamp(band + 0.35 * drift * u + 0.12 * Math.sin(turn * 1.0 + 2), 0.02, 0.98);
      const polar = Math.PI * (0.06 + 0.72 * across);
      // Ridges where one ring lies on the next.
      const ridge = 1 + 0.06 * Math.sin(across * 22 + turn) + 0.05 * noise3(across * 6, turn * 0.8, look.seed % 50);
      const r = W * 0.9 * Math.sin(polar) * depth * ridge * (1 + 0.35 * loose * u * u), h = height * (0.35 + 0.62 * Math.cos(polar)) * depth * ridge + loose * 0.3 * u;
      const c = Math.cos(turn) * r, d = Math.sin(turn) * r, k = i * stride + s * 3;
      strands.nodes[k] = at[0] + ax * c + bx * d + g[0] * h;
      strands.nodes[k + 1] = at[1] + ay * c + by * d + g[1] * h;
      strands.nodes[k + 2] = at[2] + az * c + bz * d + g[2] * h;
      const deep = field.sample(strands.nodes[k]!, strands.nodes[k + 1]!, strands.nodes[k + 2]!);
      if (deep < 0.05) for (let axis = 0; axis < 3; axis++) strands.nodes[k + axis] = strands.nodes[k + axis]! + field.gradient[axis]! * (0.05 - deep);
    }
  }
  return strands;
}
