/** Value noise for the fields that hair follows: smooth, -1..1, about one feature per unit. Integer hashes: equal everywhere. */
export function noise3(x: number, y: number, z: number): number {
  const i = Math.floor(x), j = Math.floor(y), k = Math.floor(z);
  const fx = fade(x - i), fy = fade(y - j), fz = fade(z - k);
  // Of the corners' products each axis has two, and the second follows by a sum; the eight corners share them.
  const x0 = Math.imul(i, X), x1 = (x0 + X) | 0, y0 = Math.imul(j, Y), y1 = (y0 + Y) | 0, z0 = Math.imul(k, Z), z1 = (z0 + Z) | 0;
  const near = lerp(lerp(lattice(x0 ^ y0 ^ z0), lattice(x1 ^ y0 ^ z0), fx), lerp(lattice(x0 ^ y1 ^ z0), lattice(x1 ^ y1 ^ z0), fx), fy);
  const far = lerp(lerp(lattice(x0 ^ y0 ^ z1), lattice(x1 ^ y0 ^ z1), fx), lerp(lattice(x0 ^ y1 ^ z1), lattice(x1 ^ y1 ^ z1), fx), fy);
  return lerp(near, far, fz);
}

/** 0 <= x < 1, one independent number per integer and `salt`. */
export function hash(index: number, salt = 0): number {
  let h = Math.imul(index + 0x7f4a7c15, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothstep(low: number, high: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

export const lerp = (a: number, b: number, t: number): number => a + (b - a) * t;
export const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

const fade = (t: number) => t * t * (3 - 2 * t);

const X = 0x9e3779b1, Y = 0x85ebca77, Z = 0xc2b2ae3d;

/** @param h - the products of a corner's coordinates, mixed */
function lattice(h: number): number {
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return ((h ^ (h >>> 12)) >>> 0) / 2 ** 31 - 1;
}
