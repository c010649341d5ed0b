/**
 * What the tokens know of the skeleton: features of a map, and the angles by which attention turns queries and keys.
 * Twin of the first part of training/onegt/dit.py. Everything stays on the GPU: a new target map costs three launches.
 *
 * A map is `[256, 256, 10]`; the tokens see every fourth pixel of it, `map[2::4, 2::4]`, which gives each of the 16 x 16
 * tokens 4 x 4 samples.
 */
import { type Gpu, gridFor, type Kernel, type Operand, type Ops, ShapeMismatchError, type Tensor, type TensorRef } from '@onegt/kernels';
import { MAP_CHANNELS } from './warp/warp.ts';

export const MAP_SIZE = 256;
export const GRID = 16;
export const TOKENS = GRID * GRID;
const SAMPLE_FEATURES = MAP_CHANNELS + 12;
/** 16 samples of 22, and 24 of the token's own coordinate. */
export const MAP_FEATURES = 16 * SAMPLE_FEATURES + 24; // 376
const HEAD_DIM = 64;

/**
 * One canonical coordinate per token: the mean of its covered samples. Tokens without any continue the nearest covered
 * token along the affine trend of the whole map, so that hair and background have positions too.
 *
 * @param map - `[256, 256, 10]`
 * @returns `[256, 3]`
 * @throws {@link ShapeMismatchError}
 */
export function tokenCanonical(ops: Ops, map: Operand): TensorRef {
  assertMap(map);
  const canonical = ops.empty([TOKENS, 3], 'f32', 'token canonical');
  ops.dispatch({ kernel: canonicalKernel, bindings: [map, canonical], workgroups: [1] });
  return canonical;
}

/**
 * The 16 samples of each token with Fourier features of their canonical coordinates, then those of the token's own.
 *
 * @param map - `[256, 256, 10]`
 * @param canonical - `[256, 3]` from {@link tokenCanonical}
 * @returns `[256, 376]`
 */
export function mapFeatures(ops: Ops, map: Operand, canonical: Operand): TensorRef {
  assertMap(map);
  const features = ops.empty([TOKENS, MAP_FEATURES], 'f32', 'map features');
  ops.dispatch({ kernel: featuresKernel, bindings: [map, canonical, features], workgroups: gridFor(TOKENS * 17, 64) });
  return features;
}

/**
 * Cosines and sines for attention. The first heads turn with the place on the grid, the last with the place on the
 * head's surface: those start as a geometric kernel ("look where the reference shows the same point").
 *
 * @param canonical - `[256, 3]`
 * @param frequencies - from {@link rotaryFrequencies}
 * @returns `[256, N, 2, 32]`
 */
export function rotaryTable(ops: Ops, canonical: Operand, frequencies: Tensor): TensorRef {
  const heads = frequencies.shape[0]!;
  const table = ops.empty([TOKENS, heads, 2, HEAD_DIM / 2], 'f32', 'rotary');
  ops.dispatch({ kernel: rotaryKernel, bindings: [canonical, frequencies, table], uniforms: [heads], workgroups: gridFor(table.size / 2, 64) });
  return table;
}

/**
 * Radians per grid column, grid row, and canonical x, y, z (per 12 cm), for each angle of each head.
 *
 * @returns `[N, 32, 5]`, owned by the caller
 */
export function rotaryFrequencies(gpu: Gpu, heads: number, canonicalHeads: number): Tensor {
  const half = HEAD_DIM / 2;
  const values = new Float32Array(heads * half * 5);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < half; i++) values.set(head < heads - canonicalHeads ? gridFrequency(i) : [0, 0, ...canonicalFrequency(i)], (head * half + i) * 5);
  }
  return gpu.tensor(values, [heads, half, 5], 'rotary frequencies');
}

/** The first 16 angles follow the column, the others the row; from 1 down to 0.05 radians per token. */
function gridFrequency(i: number): number[] {
  const frequency = 0.05 ** ((i % 16) / 15);
  return i < 16 ? [frequency, 0, 0, 0, 0] : [0, frequency, 0, 0, 0];
}

/** Directions on a Fibonacci sphere, magnitudes spread geometrically from 1.5 to 40 radians per 12 cm. */
function canonicalFrequency(i: number): [number, number, number] {
  const z = 1 - (2 * (i + 0.5)) / 32;
  const turn = i * Math.PI * (3 - Math.sqrt(5));
  const radius = Math.sqrt(1 - z * z);
  const magnitude = 1.5 * (40 / 1.5) ** ((i * 0.61803398875) % 1);
  return [magnitude * radius * Math.cos(turn), magnitude * radius * Math.sin(turn), magnitude * z];
}

function assertMap(map: Operand): void {
  if (map.shape.length !== 3 || map.shape[0] !== MAP_SIZE || map.shape[1] !== MAP_SIZE || map.shape[2] !== MAP_CHANNELS) {
    throw new ShapeMismatchError(`A skeleton map is [${MAP_SIZE}, ${MAP_SIZE}, ${MAP_CHANNELS}], this one is [${map.shape}].`, { map: map.shape });
  }
}

const common = /* wgsl */ `
const GRID = 16u;
const TOKENS = 256u;

// First channel of sample 0..15 of a token, in a map [256, 256, 10].
fn sample_start(token: u32, sample: u32) -> u32 {
  let row = 4u * (4u * (token / GRID) + sample / 4u) + 2u;
  let column = 4u * (4u * (token % GRID) + sample % 4u) + 2u;
  return (row * 256u + column) * 10u;
}

// WGSL promises little about sin and cos beyond -pi..pi; 2 pi is split so that up to 2^10 turns stay exact.
fn wrap(angle: f32) -> f32 {
  let turns = round(angle * 0.15915494309);
  return fma(turns, -1.93530717958648e-3, fma(turns, -6.28125, angle));
}
`;

const canonicalKernel: Kernel = {
  label: 'conditioning/canonical',
  workgroupSize: [256],
  code: common + /* wgsl */ `
@group(0) @binding(0) var<storage, read>       map       : array<f32>;  // [256, 256, 10]
@group(0) @binding(1) var<storage, read_write> canonical : array<f32>;  // [256, 3]
const RIDGE = 1e-3;                         // keeps the fit solvable with few tokens
var<workgroup> means : array<vec4f, 256>;   // of each token: mean coordinate, number of covered samples
var<workgroup> sums  : array<vec4f, 6>;     // the normal equations: rows x, y, 1 of the design, then of the right side

fn place(token: u32) -> vec2f { return vec2f(f32(token % GRID), f32(token / GRID)); }

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) token: u32) {
  var sum = vec4f();
  for (var s = 0u; s < 16u; s++) {
    let m = sample_start(token, s);
    let covered = min(map[m + 6u] + map[m + 7u] + map[m + 8u], 1.0);
    sum += vec4f(map[m], map[m + 1u], map[m + 2u], 1.0) * covered;
  }
  let mean = sum.xyz / max(sum.w, 1.0);
  means[token] = vec4f(mean, sum.w);
  workgroupBarrier();   // all means are written

  // Least squares of the means over x, y, 1: six threads sum one row each.
  if (token < 6u) {
    var row = vec4f();
    for (var t = 0u; t < TOKENS; t++) {
      let design = vec3f(place(t) / 8.0 - 1.0, 1.0);
      let weighted = design[token % 3u] * means[t].w / 16.0;
      row += vec4f(select(means[t].xyz, design, token < 3u) * weighted, 0.0);
    }
    if (token < 3u) { row[token] += RIDGE; }
    sums[token] = row;
  }
  workgroupBarrier();   // the normal equations are complete

  if (sum.w > 0.0) { store(token, mean); return; }
  var nearest = token;
  var best = 1e9;
  for (var t = 0u; t < TOKENS; t++) {
    let gap = place(t) - place(token);
    if (means[t].w > 0.0 && dot(gap, gap) < best) { best = dot(gap, gap); nearest = t; }
  }
  // Elimination from the last row upwards leaves the slopes along x and y, the first two unknowns, for the end.
  let c = sums[2]; let c_right = sums[5].xyz;
  let a = sums[0].xyz - c.xyz * (sums[0].z / c.z); let a_right = sums[3].xyz - c_right * (sums[0].z / c.z);
  let b = sums[1].xyz - c.xyz * (sums[1].z / c.z); let b_right = sums[4].xyz - c_right * (sums[1].z / c.z);
  let determinant = a.x * b.y - a.y * b.x;
  let slope_x = (a_right * b.y - b_right * a.y) / determinant;
  let slope_y = (b_right * a.x - a_right * b.x) / determinant;
  let step = clamp((place(token) - place(nearest)) / 8.0, vec2f(-1.0), vec2f(1.0));
  store(token, means[nearest].xyz + clamp(slope_x * step.x + slope_y * step.y, vec3f(-0.6), vec3f(0.6)));
}

fn store(token: u32, value: vec3f) {
  for (var k = 0u; k < 3u; k++) { canonical[3u * token + k] = value[k]; }
}
`,
};

const featuresKernel: Kernel = {
  label: 'conditioning/features',
  workgroupSize: [64],
  code: common + /* wgsl */ `
@group(0) @binding(0) var<storage, read>       map       : array<f32>;  // [256, 256, 10]
@group(0) @binding(1) var<storage, read>       canonical : array<f32>;  // [256, 3]
@group(0) @binding(2) var<storage, read_write> features  : array<f32>;  // [256, 16 * 22 + 24]
const WIDTH = 376u;
const SAMPLE_FREQUENCIES = array<f32, 2>(5.0, 16.0);
const TOKEN_FREQUENCIES = array<f32, 4>(2.0, 6.0, 18.0, 40.0);

fn store_waves(start: u32, point: vec3f, frequency: f32, weight: f32) {
  for (var k = 0u; k < 3u; k++) {
    let angle = wrap(point[k] * frequency);
    features[start + k] = sin(angle) * weight;
    features[start + 3u + k] = cos(angle) * weight;
  }
}

// Invocations 0..15 of a token take a sample each, the 17th the token's own coordinate.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let token = id.x / 17u;
  let part = id.x % 17u;
  if (token >= TOKENS) { return; }
  let start = token * WIDTH + part * 22u;
  if (part == 16u) {
    let point = vec3f(canonical[3u * token], canonical[3u * token + 1u], canonical[3u * token + 2u]);
    for (var f = 0u; f < 4u; f++) { store_waves(start + 6u * f, point, TOKEN_FREQUENCIES[f], 1.0); }
    return;
  }
  let m = sample_start(token, part);
  for (var k = 0u; k < 10u; k++) { features[start + k] = map[m + k]; }
  let covered = min(map[m + 6u] + map[m + 7u] + map[m + 8u], 1.0);
  let point = vec3f(map[m], map[m + 1u], map[m + 2u]);
  for (var f = 0u; f < 2u; f++) { store_waves(start + 10u + 6u * f, point, SAMPLE_FREQUENCIES[f], covered); }
}
`,
};

const rotaryKernel: Kernel = {
  label: 'conditioning/rotary',
  workgroupSize: [64],
  code: common + /* wgsl */ `
@group(0) @binding(0) var<storage, read>       canonical   : array<f32>;  // [256, 3]
@group(0) @binding(1) var<storage, read>       frequencies : array<f32>;  // [N, 32, 5]
@group(0) @binding(2) var<storage, read_write> table       : array<f32>;  // [256, N, 2, 32]
@group(0) @binding(3) var<uniform>             heads       : u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x % 32u;
  let head = id.x / 32u % heads;
  let token = id.x / 32u / heads;
  if (token >= TOKENS) { return; }
  let f = (head * 32u + i) * 5u;
  var angle = frequencies[f] * f32(token % GRID) + frequencies[f + 1u] * f32(token / GRID);
  for (var k = 0u; k < 3u; k++) { angle += frequencies[f + 2u + k] * canonical[3u * token + k]; }
  let at = (token * heads + head) * 64u + i;
  table[at] = cos(wrap(angle));
  table[at + 32u] = sin(wrap(angle));
}
`,
};
