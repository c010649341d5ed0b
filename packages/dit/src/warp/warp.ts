/**
 * Warps a portrait onto a target skeleton map, from the two maps alone. Twin of training/onegt/geometry/warp.cpp.
 *
 * Both maps tell, for each covered pixel, which point of the canonical head surface it shows. For a target pixel we
 * look for the reference pixel that shows the same point: a coarse search over a sparse grid of reference pixels, then
 * a few Gauss-Newton steps on the reference's canonical coordinates, which are linear inside each triangle. A point
 * that the reference does not show has no pixel close enough; then its mirror image (-x) is tried, else it stays open.
 * Occlusion needs no test of its own: the reference map holds visible surface only.
 *
 * Where it departs from the C++: colours are f32 in -1..1 and never rounded to bytes.
 */
import { gridFor, type Kernel, type Operand, type Ops, ShapeMismatchError, type TensorRef } from '@onegt/kernels';

export const MAP_CHANNELS = 10;
const CELL = 8; // target pixels per coarse cell, each way
const CELLS_PER_INVOCATION = 4;

/** A portrait as the warp reads it; computed once. `S` is the size of map and picture, a multiple of 32. */
export interface WarpSource {
  /** `[S, S, 4]`: canonical x, y, z and the kind of surface (0 none, 1 skin, 2 eye, 3 mouth, 4 iris). */
  surface: Operand;
  /** `[S, S, 3]` in -1..1 */
  picture: Operand;
  /** `[4]`: mean colour of the covered pixels; fills what the portrait does not show. */
  meanColour: Operand;
}

export interface Warp {
  /** `[S, S, 3]` in -1..1; outside of the skeleton the portrait's own pixel. */
  picture: TensorRef;
  /** `[S, S, 3]`, each 0 or 1: visible in the portrait, taken from the mirror image, on the skeleton. */
  coverage: TensorRef;
}

/**
 * @param map - skeleton map of the portrait `[S, S, 10]`
 * @param picture - `[S, S, 3]` in -1..1
 */
export function prepareWarp(ops: Ops, map: Operand, picture: Operand): { surface: TensorRef; meanColour: TensorRef } {
  const surface = packSurface(ops, map);
  if (picture.shape.length !== 3 || picture.shape[0] !== surface.shape[0] || picture.shape[1] !== surface.shape[1] || picture.shape[2] !== 3) {
    throw new ShapeMismatchError(`warp: the picture [${picture.shape}] must have the size of its map [${map.shape}] and 3 channels.`, { picture: picture.shape, map: map.shape });
  }
  const meanColour = ops.empty([4], 'f32', 'mean colour');
  ops.dispatch({ kernel: meanColourKernel, bindings: [surface, picture, meanColour], uniforms: [surface.size / 4], workgroups: [1] });
  return { surface, meanColour };
}

/**
 * @param targetMap - `[S, S, 10]`
 * @throws {@link ShapeMismatchError}
 */
export function warp(ops: Ops, source: WarpSource, targetMap: Operand): Warp {
  const target = packSurface(ops, targetMap);
  const size = target.shape[0]!;
  if (source.surface.shape[0] !== size) {
    throw new ShapeMismatchError(`warp: the target map [${targetMap.shape}] must have the size of the portrait's, ${source.surface.shape[0]}.`, { target: targetMap.shape, reference: source.surface.shape });
  }
  const cells = size / CELL;
  const starts = ops.empty([2, cells, cells], 'u32', 'warp starts');
  const invocations = (cells * cells) / CELLS_PER_INVOCATION;
  ops.dispatch({ kernel: searchKernel, bindings: [source.surface, target, starts], uniforms: [size], workgroups: [Math.ceil(invocations / 64)] });
  const picture = ops.empty([size, size, 3], 'f32', 'warped');
  const coverage = ops.empty([size, size, 3], 'f32', 'coverage');
  ops.dispatch({
    kernel: refineKernel,
    bindings: [source.surface, target, starts, source.picture, source.meanColour, picture, coverage],
    uniforms: [size],
    workgroups: [size / 8, size / 8],
  });
  return { picture, coverage };
}

/** Shares of 8 x 8 pixels: `[S, S, 3]` to `[S / 8, S / 8, 3]`, the size of the latent. */
export function averageCoverage(ops: Ops, coverage: Operand): TensorRef {
  const [height, width, channels] = coverage.shape as readonly [number, number, number];
  const result = ops.empty([height / 8, width / 8, channels], 'f32', 'average coverage');
  ops.dispatch({ kernel: averageKernel, bindings: [coverage, result], uniforms: [result.size, width / 8, channels], workgroups: gridFor(result.size, 64) });
  return result;
}

/** The part of a map that the warp needs, as one vec4 per pixel. */
function packSurface(ops: Ops, map: Operand): TensorRef {
  const [height, width, channels] = map.shape;
  if (map.shape.length !== 3 || height !== width || channels !== MAP_CHANNELS || height! % 32 !== 0) {
    throw new ShapeMismatchError(`warp: a skeleton map is [S, S, ${MAP_CHANNELS}] with S a multiple of 32, this one is [${map.shape}].`, { map: map.shape });
  }
  const surface = ops.empty([height!, width!, 4], 'f32', 'surface');
  ops.dispatch({ kernel: surfaceKernel, bindings: [map, surface], uniforms: [height! * width!], workgroups: gridFor(height! * width!, 64) });
  return surface;
}

const surfaceKernel: Kernel = {
  label: 'warp/surface',
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read>       map     : array<f32>;    // [S, S, 10]
@group(0) @binding(1) var<storage, read_write> surface : array<vec4f>;  // [S, S]
@group(0) @binding(2) var<uniform>             count   : u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= count) { return; }
  let m = id.x * 10u;
  var kind = select(0.0, 1.0, map[m + 6u] > 0.0);
  kind = select(kind, 2.0, map[m + 7u] > 0.0);
  kind = select(kind, 3.0, map[m + 8u] > 0.0);
  kind = select(kind, 4.0, map[m + 9u] > 0.0);
  surface[id.x] = vec4f(map[m], map[m + 1u], map[m + 2u], kind);
}
`,
};

const meanColourKernel: Kernel = {
  label: 'warp/mean colour',
  workgroupSize: [256],
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read>       surface : array<vec4f>;
@group(0) @binding(1) var<storage, read>       picture : array<f32>;    // [S, S, 3]
@group(0) @binding(2) var<storage, read_write> mean    : array<vec4f>;  // [1]
@group(0) @binding(3) var<uniform>             count   : u32;
const NEUTRAL = vec3f(128.0 / 127.5 - 1.0);   // of a portrait without any covered pixel
var<workgroup> sums : array<vec4f, 256>;      // colour, number of pixels

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = vec4f();
  for (var i = lane; i < count; i += 256u) {
    if (surface[i].w > 0.0) { sum += vec4f(picture[3u * i], picture[3u * i + 1u], picture[3u * i + 2u], 1.0); }
  }
  sums[lane] = sum;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();   // the sums of the last round are written
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u) {
    let total = sums[0];
    mean[0] = vec4f(select(NEUTRAL, total.xyz / max(total.w, 1.0), total.w > 0.0), 0.0);
  }
}
`,
};

const searchKernel: Kernel = {
  label: 'warp/search',
  workgroupSize: [64],
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read>       reference : array<vec4f>;  // [S, S]
@group(0) @binding(1) var<storage, read>       wanted    : array<vec4f>;  // [S, S], the target
@group(0) @binding(2) var<storage, read_write> starts    : array<u32>;    // [2, S / 8, S / 8]: reference pixel + 1, 0 for none
@group(0) @binding(3) var<uniform>             size      : u32;
const CELL = 8u;
const STRIDE = 4u;   // spacing of the reference pixels that are looked at

// The first covered pixel of a cell, starting from its centre row, speaks for it.
fn speaker(cell: u32) -> vec4f {
  let corner = vec2u(cell % (size / CELL), cell / (size / CELL)) * CELL;
  for (var n = 0u; n < CELL * CELL; n++) {
    let m = (n + CELL * CELL / 2u + CELL / 2u) % (CELL * CELL);
    let point = wanted[(corner.y + m / CELL) * size + corner.x + m % CELL];
    if (point.w > 0.0) { return point; }
  }
  return vec4f();
}

// Four cells at once: on software adapters a load costs more than the arithmetic of eight distances.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let cells = size * size / (CELL * CELL);
  let first = id.x * 4u;
  if (first >= cells) { return; }
  let points = transpose(mat4x4f(speaker(first), speaker(first + 1u), speaker(first + 2u), speaker(first + 3u)));
  if (all(points[3] == vec4f())) {
    for (var i = 0u; i < 4u; i++) { starts[first + i] = 0u; starts[cells + first + i] = 0u; }
    return;
  }
  var best = vec4f(1e9);
  var best_mirrored = vec4f(1e9);
  var start = vec4u();
  var start_mirrored = vec4u();
  for (var y = STRIDE / 2u; y < size; y += STRIDE) {
    for (var x = STRIDE / 2u; x < size; x += STRIDE) {
      let pixel = y * size + x;
      let candidate = reference[pixel];
      if (candidate.w == 0.0) { continue; }
      let dy = candidate.y - points[1];
      let dz = candidate.z - points[2];
      let across = dy * dy + dz * dz;
      let dx = candidate.x - points[0];
      let dx_mirrored = candidate.x + points[0];
      let distance = dx * dx + across;
      let distance_mirrored = dx_mirrored * dx_mirrored + across;
      start = select(start, vec4u(pixel + 1u), distance < best);
      start_mirrored = select(start_mirrored, vec4u(pixel + 1u), distance_mirrored < best_mirrored);
      best = min(best, distance);
      best_mirrored = min(best_mirrored, distance_mirrored);
    }
  }
  for (var i = 0u; i < 4u; i++) {
    let exists = points[3][i] > 0.0;
    starts[first + i] = select(0u, start[i], exists);
    starts[cells + first + i] = select(0u, start_mirrored[i], exists);
  }
}
`,
};

const refineKernel: Kernel = {
  label: 'warp/refine',
  workgroupSize: [8, 8],
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read>       reference : array<vec4f>;  // [S, S]
@group(0) @binding(1) var<storage, read>       wanted    : array<vec4f>;  // [S, S], the target
@group(0) @binding(2) var<storage, read>       starts    : array<u32>;    // [2, S / 8, S / 8]
@group(0) @binding(3) var<storage, read>       picture   : array<f32>;    // [S, S, 3]
@group(0) @binding(4) var<storage, read>       mean      : array<vec4f>;  // [1]
@group(0) @binding(5) var<storage, read_write> warped    : array<f32>;    // [S, S, 3]
@group(0) @binding(6) var<storage, read_write> coverage  : array<f32>;    // [S, S, 3]
@group(0) @binding(7) var<uniform>             size      : u32;
const CELL = 8;
const STEPS = 5;           // Gauss-Newton steps
const MAX_STEP = 8.0;      // pixels
const TOLERANCE = 0.02;    // canonical units of 12 cm: 2.4 mm
const REACH = 1.5;         // how far from a pixel centre its linear patch is trusted, pixels
const DAMPING = 1e-7;
const INVALID = vec3f();

fn reference_at(pixel: vec2i) -> vec4f { return reference[u32(pixel.y) * size + u32(pixel.x)]; }

// Derivative of the canonical coordinates along one axis, from neighbours of the same kind only; w is 1 if there are any.
fn derivative(pixel: vec2i, centre: vec4f, axis: vec2i) -> vec4f {
  let after = pixel + axis;
  if (all(after < vec2i(i32(size)))) {
    let neighbour = reference_at(after);
    if (neighbour.w == centre.w) { return vec4f(neighbour.xyz - centre.xyz, 1.0); }
  }
  let before = pixel - axis;
  if (all(before >= vec2i(0))) {
    let neighbour = reference_at(before);
    if (neighbour.w == centre.w) { return vec4f(centre.xyz - neighbour.xyz, 1.0); }
  }
  return vec4f();
}

// Where the reference shows the surface point: x, y in pixels, and z = 1; or INVALID.
fn refine(point: vec3f, kind: f32, start: vec2f) -> vec3f {
  var at = start;
  for (var step = 0; step < STEPS; step++) {
    let pixel = clamp(vec2i(floor(at)), vec2i(0), vec2i(i32(size) - 1));
    let centre = reference_at(pixel);
    if (centre.w == 0.0) { return INVALID; }
    let du = derivative(pixel, centre, vec2i(1, 0));
    let dv = derivative(pixel, centre, vec2i(0, 1));
    if (du.w == 0.0 || dv.w == 0.0) { return INVALID; }
    let miss = point - centre.xyz;
    let a = DAMPING + dot(du.xyz, du.xyz);
    let b = dot(du.xyz, dv.xyz);
    let d = DAMPING + dot(dv.xyz, dv.xyz);
    let e = dot(du.xyz, miss);
    let f = dot(dv.xyz, miss);
    let determinant = a * d - b * b;
    if (determinant < 1e-14) { return INVALID; }
    var offset = vec2f(d * e - b * f, a * f - b * e) / determinant;
    let distance = length(offset);
    if (step == STEPS - 1 || distance <= 0.5) {
      let rest = miss - du.xyz * offset.x - dv.xyz * offset.y;
      if (distance > REACH || centre.w != kind || dot(rest, rest) >= TOLERANCE * TOLERANCE) { return INVALID; }
      return vec3f(vec2f(pixel) + 0.5 + offset, 1.0);
    }
    offset *= min(1.0, MAX_STEP / distance);
    at = vec2f(pixel) + 0.5 + offset;
  }
  return INVALID;
}

// The best start among the neighbouring cells: reference pixel + 1, 0 for none.
fn nearest_start(pixel: vec2i, point: vec3f, side: u32) -> u32 {
  let cells = i32(size) / CELL;
  var best = 1e9;
  var found = 0u;
  for (var dy = -1; dy <= 1; dy++) {
    for (var dx = -1; dx <= 1; dx++) {
      let cell = pixel / CELL + vec2i(dx, dy);
      if (any(cell < vec2i(0)) || any(cell >= vec2i(cells))) { continue; }
      let start = starts[(i32(side) * cells + cell.y) * cells + cell.x];
      if (start == 0u) { continue; }
      let difference = reference[start - 1u].xyz - point;
      let distance = dot(difference, difference);
      if (distance < best) { best = distance; found = start; }
    }
  }
  return found;
}

fn colour(x: u32, y: u32) -> vec3f {
  let i = 3u * (y * size + x);
  return vec3f(picture[i], picture[i + 1u], picture[i + 2u]);
}

fn sample(at: vec2f) -> vec3f {
  let corner = clamp(at - 0.5, vec2f(), vec2f(f32(size) - 1.0));
  let low = vec2u(corner);
  let high = min(low + 1u, vec2u(size - 1u));
  let part = corner - vec2f(low);
  return mix(mix(colour(low.x, low.y), colour(high.x, low.y), part.x), mix(colour(low.x, high.y), colour(high.x, high.y), part.x), part.y);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixel = id.y * size + id.x;
  let target_point = wanted[pixel];
  var result = colour(id.x, id.y);
  var covered = vec3f();   // visible, mirrored, on the skeleton
  if (target_point.w > 0.0) {
    result = mean[0].xyz;
    covered = vec3f(0.0, 0.0, 1.0);
    for (var side = 0u; side < 2u; side++) {
      let point = target_point.xyz * vec3f(select(1.0, -1.0, side == 1u), 1.0, 1.0);
      let start = nearest_start(vec2i(id.xy), point, side);
      if (start == 0u) { continue; }
      let found = refine(point, target_point.w, vec2f(vec2u((start - 1u) % size, (start - 1u) / size)) + 0.5);
      if (found.z > 0.0) {
        result = sample(found.xy);
        covered = vec3f(f32(side == 0u), f32(side == 1u), 1.0);
        break;
      }
    }
  }
  for (var k = 0u; k < 3u; k++) {
    warped[3u * pixel + k] = result[k];
    coverage[3u * pixel + k] = covered[k];
  }
}
`,
};

const averageKernel: Kernel = {
  label: 'warp/average coverage',
  workgroupSize: [64],
  code: /* wgsl */ `
struct Dims { count: u32, columns: u32, channels: u32 }
@group(0) @binding(0) var<storage, read>       coverage : array<f32>;  // [S, S, C]
@group(0) @binding(1) var<storage, read_write> result   : array<f32>;  // [S / 8, S / 8, C]
@group(0) @binding(2) var<uniform>             dims     : Dims;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= dims.count) { return; }
  let channel = id.x % dims.channels;
  let column = id.x / dims.channels % dims.columns;
  let row = id.x / dims.channels / dims.columns;
  var sum = 0.0;
  for (var y = 0u; y < 8u; y++) {
    for (var x = 0u; x < 8u; x++) { sum += coverage[((row * 8u + y) * dims.columns * 8u + column * 8u + x) * dims.channels + channel]; }
  }
  result[id.x] = sum / 64.0;
}
`,
};
