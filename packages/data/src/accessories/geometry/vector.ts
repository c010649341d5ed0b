/** Three numbers and what is done with them while geometry is built: plain tuples, nothing is written in place. */
import { length3 } from '../../geometry/length.ts';

export type Vec3 = readonly [number, number, number];
export type Vec2 = readonly [number, number];

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a: Vec3, s: number): Vec3 => [a[0] * s, a[1] * s, a[2] * s];
/** `a + s * b` */
export const along = (a: Vec3, b: Vec3, s: number): Vec3 => [a[0] + b[0] * s, a[1] + b[1] * s, a[2] + b[2] * s];
export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Vec3, b: Vec3): Vec3 => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
export const length = (a: Vec3): number => length3(a[0], a[1], a[2]);
export const distance = (a: Vec3, b: Vec3): number => length3(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
/** Unit length; the y axis for a vector of no length. */
export const normalize = (a: Vec3): Vec3 => {
  const size = length(a);
  return size > 1e-9 ? [a[0] / size, a[1] / size, a[2] / size] : [0, 1, 0];
};
export const mix = (a: Vec3, b: Vec3, t: number): Vec3 => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
export const lerp = (a: number, b: number, t: number): number => a + (b - a) * t;
export const clamp = (x: number, low = 0, high = 1): number => Math.min(high, Math.max(low, x));
export const smoothstep = (low: number, high: number, x: number): number => {
  const t = clamp((x - low) / (high - low));
  return t * t * (3 - 2 * t);
};

/** A smooth line through the points (centripetal would be overkill here: uniform Catmull-Rom), `steps` points per span. */
export function smoothPath(points: readonly Vec3[], steps: number, closed = false): Vec3[] {
  const n = points.length;
  const path: Vec3[] = [];
  const spans = closed ? n : n - 1;
  for (let i = 0; i < spans; i++) {
    const a = knot(points, closed, i - 1), b = knot(points, closed, i), c = knot(points, closed, i + 1), d = knot(points, closed, i + 2);
    for (let k = 0; k < steps; k++) {
      const t = k / steps, t2 = t * t, t3 = t2 * t;
      path.push([spline(a[0], b[0], c[0], d[0], t, t2, t3), spline(a[1], b[1], c[1], d[1], t, t2, t3), spline(a[2], b[2], c[2], d[2], t, t2, t3)]);
    }
  }
  if (!closed) path.push(points[n - 1]!);
  return path;
}

const knot = (points: readonly Vec3[], closed: boolean, i: number): Vec3 => points[closed ? (i + points.length) % points.length : clamp(i, 0, points.length - 1)]!;

const spline = (a: number, b: number, c: number, d: number, t: number, t2: number, t3: number): number =>
  0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t2 + (3 * b - a - 3 * c + d) * t3);

/** Piecewise linear function through `[x, y]` pairs with rising x; constant outside. */
export function piecewise(knots: readonly Vec2[], x: number): number {
  if (x <= knots[0]![0]) return knots[0]![1];
  for (let i = 1; i < knots.length; i++) {
    const [x1, y1] = knots[i]!;
    if (x <= x1) {
      const [x0, y0] = knots[i - 1]!;
      return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
    }
  }
  return knots.at(-1)![1];
}

/** The same with smooth transitions (cosine between knots). */
export function eased(knots: readonly Vec2[], x: number): number {
  if (x <= knots[0]![0]) return knots[0]![1];
  for (let i = 1; i < knots.length; i++) {
    const [x1, y1] = knots[i]!;
    if (x <= x1) {
      const [x0, y0] = knots[i - 1]!;
      return y0 + (y1 - y0) * smoothstep(x0, x1, x);
    }
  }
  return knots.at(-1)![1];
}

/** Smooth noise -1..1 of a point, integer lattice hashed; the same on every machine. */
export function noise3(x: number, y: number, z: number, seed = 0): number {
  const xi = Math.floor(x), yi = Math.floor(y), zi = Math.floor(z);
  const u = fade(x - xi), v = fade(y - yi), w = fade(z - zi);
  const x0 = Math.imul(xi, 0x27d4eb2d), x1 = Math.imul(xi + 1, 0x27d4eb2d), y0 = Math.imul(yi, 0x165667b1), y1 = Math.imul(yi + 1, 0x165667b1);
  const salt = Math.imul(seed + 1, 0x85ebca6b), z0 = Math.imul(zi, 0x9e3779b1) ^ salt, z1 = Math.imul(zi + 1, 0x9e3779b1) ^ salt;
  const x00 = lerp(corner(x0 ^ y0 ^ z0), corner(x1 ^ y0 ^ z0), u), x10 = lerp(corner(x0 ^ y1 ^ z0), corner(x1 ^ y1 ^ z0), u);
  const x01 = lerp(corner(x0 ^ y0 ^ z1), corner(x1 ^ y0 ^ z1), u), x11 = lerp(corner(x0 ^ y1 ^ z1), corner(x1 ^ y1 ^ z1), u);
  return lerp(lerp(x00, x10, v), lerp(x01, x11, v), w);
}

const fade = (t: number): number => t * t * t * (t * (6 * t - 15) + 10);

/** @param h - the products of a corner's coordinates and of the seed, mixed */
function corner(h: number): number {
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 31 - 1;
}

/** Octaves of {@link noise3}, about -1..1. */
export function fbm3(x: number, y: number, z: number, octaves: number, seed = 0): number {
  let sum = 0, amplitude = 0.55, frequency = 1;
  for (let i = 0; i < octaves; i++, amplitude *= 0.5, frequency *= 2.03) sum += amplitude * noise3(x * frequency, y * frequency, z * frequency, seed + i);
  return sum;
}
