/**
 * Where a pixel is sampled: on a square lattice turned against the pixels, so that no two samples of a pixel share a row or
 * a column. An edge along either has as many steps as there are samples: five do what a straight grid needs 25 for. The
 * samples of all pixels are one lattice, so that rasterizers know nothing of pixels: sample (i, j) is the pixel's own place
 * (x, y) times the matrix (a b; -b a), and its middle lies on it.
 */

/** Samples of a pixel: a^2 + b^2 for the a and b of {@link lattices}. */
export const SAMPLE_COUNTS = [1, 5, 13, 25] as const;
export type SampleCount = (typeof SAMPLE_COUNTS)[number];

export interface Lattice {
  a: number;
  b: number;
  /** Steps from a pixel's middle to its samples, the middle first. */
  offsets: readonly (readonly [number, number])[];
  /** Of any offset in either direction. */
  reach: number;
  /** A step along i changes a pixel's sample by 1, one along j by this, modulo the number of samples. */
  turn: number;
}

const lattices: Record<SampleCount, readonly [a: number, b: number]> = { 1: [1, 0], 5: [2, 1], 13: [3, 2], 25: [4, 3] };

export function latticeOf(count: SampleCount): Lattice {
  const [a, b] = lattices[count];
  // The one for which a step to the next pixel, (a, -b) or (b, a), changes nothing.
  const turn = Array.from({ length: count }, (_, t) => t).find((t) => (a - t * b) % count === 0 && (b + t * a) % count === 0)!;
  // Of the places that are the same sample of different pixels, the one nearest to this pixel's middle.
  const offsets: [number, number][] = [];
  const steps = Array.from({ length: 2 * a + 1 }, (_, i) => i - a);
  for (let sample = 0; sample < count; sample++) {
    const places = steps.flatMap((i) => steps.map((j): [number, number] => [i, j])).filter(([i, j]) => (i + turn * j - sample) % count === 0);
    offsets.push(places.reduce((best, place) => (Math.hypot(...place) < Math.hypot(...best) ? place : best)));
  }
  return { a, b, offsets, reach: Math.max(...offsets.flat().map(Math.abs)), turn };
}

/** Rows and columns of the lattice that holds all samples of a picture of `size` pixels a side. */
export const sideOf = ({ a, b, reach }: Lattice, size: number): number => (a + b) * (size - 1) + 2 * reach + 1;

/** After {@link frameWgsl}, whose `size` begins with pixels and rows of the lattice a side. */
export const latticeWgsl = ({ a, b, offsets, reach, turn }: Lattice): string => /* wgsl */ `
const COUNT = ${offsets.length}u;
const LATTICE_A = f32(${a});
const LATTICE_B = f32(${b});
const LATTICE_TURN = ${turn}u;
const OFFSETS = array<vec2i, ${offsets.length}>(${offsets.map(([i, j]) => `vec2i(${i}, ${j})`).join(', ')});

// Of the middle of the first pixel.
fn lattice_origin() -> vec2f { return vec2f(${reach}.0, ${reach}.0 + LATTICE_B * f32(frame.size.x - 1u)); }

// Of the middle of a pixel.
fn lattice_middle(pixel: vec2u) -> vec2u {
  return vec2u(${a}u * pixel.x + ${b}u * pixel.y + ${reach}u, ${a}u * pixel.y + ${b}u * (frame.size.x - 1u - pixel.x) + ${reach}u);
}

// From clip space; samples lie at halves.
fn lattice_at(clip: vec2f) -> vec2f {
  let p = (0.5 + clip * vec2f(0.5, -0.5)) * f32(frame.size.x) - 0.5;
  return vec2f(LATTICE_A * p.x + LATTICE_B * p.y, LATTICE_A * p.y - LATTICE_B * p.x) + lattice_origin() + 0.5;
}

// The same for the fixed pipeline, whose picture is the lattice.
fn lattice_clip(clip: vec4f) -> vec4f {
  let p = (vec2f(0.5, -0.5) * clip.xy + 0.5 * clip.w) * f32(frame.size.x) - 0.5 * clip.w;
  let at = vec2f(LATTICE_A * p.x + LATTICE_B * p.y, LATTICE_A * p.y - LATTICE_B * p.x) + (lattice_origin() + 0.5) * clip.w;
  return vec4f((at * (2.0 / f32(frame.size.y)) - clip.w) * vec2f(1.0, -1.0), clip.zw);
}

// Pixels of a step.
fn lattice_pixels(step: vec2f) -> vec2f {
  return vec2f(LATTICE_A * step.x - LATTICE_B * step.y, LATTICE_B * step.x + LATTICE_A * step.y) / f32(COUNT);
}

// Which of its pixel's samples: 0 is the middle.
fn lattice_sample(at: vec2u) -> u32 {
  let origin = vec2u(${reach}u, ${reach}u + ${b}u * (frame.size.x - 1u));
  return (at.x + LATTICE_TURN * at.y + COUNT - (origin.x + LATTICE_TURN * origin.y) % COUNT) % COUNT;
}
`;
