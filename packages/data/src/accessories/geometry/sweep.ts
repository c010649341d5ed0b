/** Rods, ribbons and rims: a cross-section moved along a line. */
import type { GridPoint, MeshBuilder } from './mesh-builder.ts';
import { add, along, cross, distance, dot, normalize, scale, subtract, type Vec2, type Vec3 } from './vector.ts';
import { length2 } from '../../geometry/length.ts';

export interface SweepOptions {
  closed?: boolean;
  /** What the cross-section's second axis points to, at each point. Default: transported along, starting from the y axis. */
  up?: Vec3 | ((index: number, point: Vec3) => Vec3);
  slot?: number;
  /** Closes both ends with a flat fan. Default true for open paths. */
  caps?: boolean;
  /** The cross-section is a closed outline (default) or an open ribbon. */
  openProfile?: boolean;
  /** Multiplies uv. */
  uvScale?: readonly [number, number];
}

/** Directions along a line, central differences. */
export function tangents(path: readonly Vec3[], closed: boolean): Vec3[] {
  const directions: Vec3[] = [];
  for (let i = 0; i < path.length; i++) directions.push(tangentAt(path, closed, i));
  return directions;
}

function tangentAt(path: readonly Vec3[], closed: boolean, i: number): Vec3 {
  const n = path.length;
  const before = closed ? path[(i - 1 + n) % n]! : path[Math.max(0, i - 1)]!;
  const after = closed ? path[(i + 1) % n]! : path[Math.min(n - 1, i + 1)]!;
  return normalize(subtract(after, before));
}

/**
 * @param profile - points (a, b) of the cross-section, counter-clockwise: `a` along side = tangent x up, `b` along up;
 *   a function may change it along the way (`t` 0..1). uv: cm around, cm along.
 */
export function sweep(builder: MeshBuilder, path: readonly Vec3[], profile: readonly Vec2[] | ((t: number, index: number) => readonly Vec2[]), options: SweepOptions = {}): void {
  const { closed = false, slot = 0, openProfile = false, caps = !closed && !openProfile, uvScale = [1, 1] } = options;
  const n = path.length;
  const directions = tangents(path, closed);
  const total = n - (closed ? 0 : 1);
  const travelled = [0];
  for (let i = 1; i <= n; i++) travelled.push(travelled[i - 1]! + distance(path[i - 1]!, path[i % n]!));

  let transported: Vec3 = Math.abs(directions[0]![1]) > 0.9 ? [0, 0, 1] : [0, 1, 0];
  const rings: Vec3[][] = [];
  const around: number[][] = [];
  for (let i = 0; i < n; i++) {
    const tangent = directions[i]!;
    const wanted = typeof options.up === 'function' ? options.up(i, path[i]!) : (options.up ?? transported);
    transported = normalize(subtract(wanted, scale(tangent, dot(wanted, tangent))));
    const section = typeof profile === 'function' ? profile(total > 0 ? i / total : 0, i) : profile;
    rings.push(ringOf(section, path[i]!, tangent, transported));
    around.push(lengthsAround(section));
  }
  const width = rings[0]!.length;
  builder.grid(n, width, pointOfRing, { closedColumns: !openProfile, closedRows: closed, slot, flip: true }, { rings, around, travelled, scaleU: uvScale[0], scaleV: uvScale[1] });
  if (caps) {
    builder.cap(rings[0]!, path[0]!, { slot });
    builder.cap(rings[n - 1]!, path[n - 1]!, { flip: true, slot });
  }
}

/** A cross-section about a point of the path. */
function ringOf(section: readonly Vec2[], centre: Vec3, tangent: Vec3, up: Vec3): Vec3[] {
  const side = cross(tangent, up), ring: Vec3[] = [];
  for (let j = 0; j < section.length; j++) ring.push(add(centre, add(scale(side, section[j]![0]), scale(up, section[j]![1]))));
  return ring;
}

/** cm around a cross-section up to each point, and to the first one again. */
function lengthsAround(section: readonly Vec2[]): number[] {
  const lengths = [0];
  for (let j = 0; j < section.length; j++) {
    const a = section[j]!, b = section[(j + 1) % section.length]!;
    lengths.push(lengths[j]! + length2(b[0] - a[0], b[1] - a[1]));
  }
  return lengths;
}

/** Rings of points, and their texture coordinates: cm around each, cm along. */
interface Rings { rings: readonly (readonly Vec3[])[]; around: readonly (readonly number[])[]; travelled: readonly number[]; scaleU: number; scaleV: number }

function pointOfRing(i: number, j: number, { rings, around, travelled, scaleU, scaleV }: Rings): GridPoint {
  const row = i % rings.length, ring = rings[row]!;
  return { position: ring[j % ring.length]!, uv: [around[row]![j]! * scaleU, travelled[i]! * scaleV] };
}

/** A circle's points, counter-clockwise. */
export function circle(radius: number, sides: number): Vec2[] {
  const points: Vec2[] = [];
  for (let i = 0; i < sides; i++) points.push([radius * Math.cos((2 * Math.PI * i) / sides), radius * Math.sin((2 * Math.PI * i) / sides)]);
  return points;
}

/** A rectangle with rounded corners: |x/w|^p + |y/h|^p = 1. */
export function roundedBox(width: number, height: number, sides: number, power = 4): Vec2[] {
  const points: Vec2[] = [];
  for (let i = 0; i < sides; i++) {
    const angle = (2 * Math.PI * (i + 0.5)) / sides, c = Math.cos(angle), s = Math.sin(angle);
    const radius = (Math.abs(c) ** power + Math.abs(s) ** power) ** (-1 / power);
    points.push([(width / 2) * radius * c, (height / 2) * radius * s]);
  }
  return points;
}

/** A round rod; the radius may change along the way. */
export function tube(builder: MeshBuilder, path: readonly Vec3[], radius: number | ((t: number) => number), options: SweepOptions & { sides?: number } = {}): void {
  const { sides = 8, ...rest } = options;
  sweep(builder, path, typeof radius === 'number' ? circle(radius, sides) : (t) => circle(radius(t), sides), rest);
}

/** A solid of revolution: `profile` is (radius, height) from the bottom outside to the top, about `axis` through `centre`. */
export function lathe(builder: MeshBuilder, centre: Vec3, axis: Vec3, profile: readonly Vec2[], sides: number, options: { slot?: number; flip?: boolean } = {}): void {
  const up = normalize(axis);
  const side = normalize(cross(Math.abs(up[1]) > 0.9 ? [0, 0, 1] : [0, 1, 0], up));
  const front = cross(up, side);
  builder.grid(profile.length, sides, pointOfLathe, { closedColumns: true, ...options }, { centre, up, side, front, profile, sides });
}

interface Lathe { centre: Vec3; up: Vec3; side: Vec3; front: Vec3; profile: readonly Vec2[]; sides: number }

function pointOfLathe(i: number, j: number, { centre, up, side, front, profile, sides }: Lathe): GridPoint {
  const [radius, height] = profile[i]!, angle = (2 * Math.PI * j) / sides;
  const position = along(along(along(centre, up, height), side, radius * Math.cos(angle)), front, radius * Math.sin(angle));
  return { position, uv: [(angle * profile[Math.floor(profile.length / 2)]![0]), height] };
}

/** An ellipsoid with the given half axes. */
export function ellipsoid(builder: MeshBuilder, centre: Vec3, axes: readonly [Vec3, Vec3, Vec3], options: { sides?: number; rings?: number; slot?: number } = {}): void {
  const { sides = 10, rings = 7, slot = 0 } = options;
  builder.grid(rings, sides, pointOfEllipsoid, { closedColumns: true, slot }, { centre, axes, rings, sides });
}

interface Ellipsoid { centre: Vec3; axes: readonly [Vec3, Vec3, Vec3]; rings: number; sides: number }

function pointOfEllipsoid(i: number, j: number, { centre, axes, rings, sides }: Ellipsoid): GridPoint {
  const polar = (Math.PI * i) / (rings - 1), angle = (2 * Math.PI * j) / sides, s = Math.sin(polar);
  const position = along(along(along(centre, axes[0], s * Math.cos(angle)), axes[1], -Math.cos(polar)), axes[2], -s * Math.sin(angle));
  return { position, uv: [angle, polar] };
}

export const sphere = (builder: MeshBuilder, centre: Vec3, radius: number, options: { sides?: number; rings?: number; slot?: number } = {}): void =>
  ellipsoid(builder, centre, [[radius, 0, 0], [0, radius, 0], [0, 0, radius]], options);
