/**
 * From samples to shading work. The samples of a pixel that show the same thing are shaded once: up to four groups per
 * pixel, each with the sample that stands for it and a weight. Groups ("slots") are then listed per drawable, so that one
 * dispatch shades one drawable with full vectors.
 */

/** Groups of samples per pixel. Hair at the outline is what needs them. */
export const SLOTS = 4;
/** Drawables of one picture; the last index is the background. */
export const MAX_DRAWABLES = 64;
export const BACKGROUND_INDEX = MAX_DRAWABLES - 1;
/** Words before the items of the lists: counts, offsets, cursors. */
export const LIST_HEADER = 3 * MAX_DRAWABLES;
export const WORKGROUP = 64;

const common = /* wgsl */ `
const SLOTS = 4u;
const MAX_DRAWABLES = 64u;
const BACKGROUND = 63u;
const WORKGROUP = 64u;
const EMPTY = 0xffffffffu;
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read_write> slots: array<vec2u>;        // [pixels, SLOTS] word, sample | count << 8
@group(0) @binding(2) var<storage, read_write> lists: array<atomic<u32>>;  // counts, offsets, cursors [64] each; items
`;

/** Groups, and what mask and depth show: the sample at the pixel's centre. After {@link frameWgsl}. */
export const classifyWgsl = /* wgsl */ `${common}
@group(0) @binding(3) var visibility: texture_2d<u32>;
@group(0) @binding(4) var depth: texture_depth_2d;
@group(0) @binding(5) var<storage, read_write> result: array<u32>;          // [pixels] colour; [pixels] depth: cm along the view axis
@group(0) @binding(6) var<storage, read> kinds: array<u32>;                // [64] 0 surface, 1 hair, 2 glass, 3 fine detail; [64] first number and [64] the one after the last; drawable of each block
@group(0) @binding(7) var<storage, read> drawn: array<u32>;                // by small-triangles.wgsl.ts

const NEAR = 2.0;
const FAR = 2000.0;

struct Sample {
  word: u32,      // drawable << 24 | triangle; EMPTY: the background
  drawable: u32,
  z: f32,         // cm along the view axis
};

// While glass is classified, everything else counts as background: it is in the picture already.
var<private> only_glass = false;
// May the fixed pipeline have drawn here?
var<private> is_large = true;

fn linear_depth(d: f32) -> f32 {
  return NEAR * FAR / (FAR - d * (FAR - NEAR));
}

fn sample_at(at: vec2u) -> Sample {
  var seen = Sample(EMPTY, BACKGROUND, FAR);
  if (is_large) {
    let word = textureLoad(visibility, at, 0).x;
    if (word != EMPTY) { seen = Sample(word, word >> 24u, linear_depth(textureLoad(depth, at, 0))); }
  }
  let small = drawn[at.y * frame.size.x * frame.size.y + at.x];
  if (small != 0u) {
    let z = small_depth(small);
    if (z < seen.z) {
      let number = small & ((1u << u32(frame.small.z)) - 1u);
      let drawable = kinds[3u * MAX_DRAWABLES + (number >> 8u)];
      seen = Sample((drawable << 24u) | (number - kinds[MAX_DRAWABLES + drawable]), drawable, z);
    }
  }
  if (only_glass && kinds[seen.drawable] != 2u) { return Sample(EMPTY, BACKGROUND, FAR); }
  return seen;
}

fn small_depth(word: u32) -> f32 {
  let steps = exp2(32.0 - frame.small.z) - 2.0;
  return frame.small.x + frame.small.y * (1.0 - (f32(word >> u32(frame.small.z)) - 1.0) / steps);
}

// Is everything in this pixel background, or one surface without steps? Most are, and need no groups.
fn is_plain(corner: vec2u, samples: u32, centre_word: u32) -> bool {
  let side = frame.size.x * samples;
  let at = corner.y * side + corner.x;
  let mask = (1u << u32(frame.small.z)) - 1u;
  let number = centre_word & mask;
  let drawable = kinds[3u * MAX_DRAWABLES + (number >> 8u)];
  let first = kinds[MAX_DRAWABLES + drawable];
  let numbers = kinds[2u * MAX_DRAWABLES + drawable] - first;
  var nearest = centre_word;
  var farthest = centre_word;
  var same = kinds[drawable] != 3u;
  for (var y = 0u; y < samples; y++) {
    for (var x = 0u; x < samples; x++) {
      let word = drawn[at + y * side + x];
      nearest = max(nearest, word);
      farthest = min(farthest, word);
      same = same && ((word & mask) - first) < numbers;
    }
  }
  if (nearest == 0u) { return true; }
  let z = small_depth(centre_word);
  let limit = select(5.0, 0.6, kinds[drawable] == 1u) * z * frame.camera.w;
  return farthest != 0u && same && small_depth(farthest) - small_depth(nearest) <= limit;
}

// Depth of the pixel's centre, FAR where there is only background. Up to four groups, without branches: lanes differ.
fn group_samples(id: vec3u) -> f32 {
  let size = frame.size.x;
  let samples = frame.size.y;
  let count = samples * samples;
  let pixel = id.y * size + id.x;
  let centre = count / 2u;
  is_large = only_glass || (all(vec2f(id.xy) >= frame.large.xy) && all(vec2f(id.xy) <= frame.large.zw));
  if (!is_large) {
    let middle = id.xy * samples + samples / 2u;
    let word = drawn[middle.y * size * samples + middle.x];
    if (is_plain(id.xy * samples, samples, word)) {
      let drawable = select(kinds[3u * MAX_DRAWABLES + ((word & ((1u << u32(frame.small.z)) - 1u)) >> 8u)], BACKGROUND, word == 0u);
      let triangle = (drawable << 24u) | ((word & ((1u << u32(frame.small.z)) - 1u)) - kinds[MAX_DRAWABLES + drawable]);
      slots[pixel * SLOTS] = vec2u(select(triangle, EMPTY, word == 0u), centre | (count << 8u));
      for (var k = 1u; k < SLOTS; k++) { slots[pixel * SLOTS + k] = vec2u(EMPTY, 0u); }
      atomicAdd(&lists[drawable], 1u);
      return select(small_depth(word), FAR, word == 0u);
    }
  }
  let order = vec4u(0u, 1u, 2u, 3u);
  var words = vec4u(EMPTY);
  var drawables = vec4u(BACKGROUND);
  var depths = vec4f(0.0);
  var marks = vec4u(0u);
  var used = 0u;
  var centre_z = FAR;
  for (var i = 0u; i < count; i++) {
    // The centre first, so that it stands for its group, then samples that lie far from each other.
    let s = (centre + 7u * i) % count;
    let seen = sample_at(id.xy * samples + vec2u(s % samples, s / samples));
    if (i == 0u) { centre_z = seen.z; }
    // Strands lie close behind each other; surfaces whose depths differ by five pixels' sizes are two.
    // Irises and pupils are finer than pixels: each sample by itself, as long as there are groups.
    let kind = kinds[seen.drawable];
    let apart = select(select(5.0, 0.6, kind == 1u), -1.0, kind == 3u) * seen.z * frame.camera.w;
    let difference = select(vec4f(1e9), select(vec4f(1e6), vec4f(0.0), drawables == vec4u(seen.drawable)) + abs(depths - seen.z), order < vec4u(used));
    let least = min(min(difference.x, difference.y), min(difference.z, difference.w));
    let is_new = used < SLOTS && least > apart;
    let best = select(select(select(select(3u, 2u, difference.z == least), 1u, difference.y == least), 0u, difference.x == least), used, is_new);
    let chosen = order == vec4u(best);
    let added = chosen & vec4<bool>(is_new);
    words = select(words, vec4u(seen.word), added);
    drawables = select(drawables, vec4u(seen.drawable), added);
    depths = select(depths, vec4f(seen.z), added);
    marks = select(marks, vec4u(s), added) + select(vec4u(0u), vec4u(256u), chosen);
    used += select(0u, 1u, is_new);
  }
  for (var k = 0u; k < SLOTS; k++) {
    slots[pixel * SLOTS + k] = vec2u(words[k], marks[k]);
    if (k < used) { atomicAdd(&lists[drawables[k]], 1u); }
  }
  return centre_z;
}

@compute @workgroup_size(8, 8)
fn classify(@builtin(global_invocation_id) id: vec3u) {
  let size = frame.size.x;
  if (id.x >= size || id.y >= size) { return; }
  let z = group_samples(id);
  result[size * size + id.y * size + id.x] = select(bitcast<u32>(z), 0x7f800000u, z >= FAR);
}

// A transparent drawable in front of what has its depth already.
@compute @workgroup_size(8, 8)
fn classify_transparent(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= frame.size.x || id.y >= frame.size.x) { return; }
  only_glass = true;
  _ = group_samples(id);
}
`;

/** Offsets of the lists and sizes of the dispatches that shade them. One invocation: 64 numbers. */
export const listWgsl = /* wgsl */ `${common}
@group(0) @binding(3) var<storage, read_write> dispatches: array<u32>;     // [64, 3]

@compute @workgroup_size(1)
fn offsets() {
  var sum = 0u;
  for (var d = 0u; d < MAX_DRAWABLES; d++) {
    let count = atomicLoad(&lists[d]);
    atomicStore(&lists[MAX_DRAWABLES + d], sum);
    atomicStore(&lists[2u * MAX_DRAWABLES + d], 0u);
    dispatches[3u * d] = (count + WORKGROUP - 1u) / WORKGROUP;
    dispatches[3u * d + 1u] = 1u;
    dispatches[3u * d + 2u] = 1u;
    sum += count;
  }
}

// The order within a list varies from run to run; nothing depends on it.
@compute @workgroup_size(64)
fn scatter(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.x + id.y * groups.x * 64u;
  if (pixel >= frame.size.x * frame.size.x) { return; }
  for (var slot = pixel * SLOTS; slot < (pixel + 1u) * SLOTS; slot++) {
    let entry = slots[slot];
    if (entry.y == 0u) { break; }
    let d = min(entry.x >> 24u, BACKGROUND);
    let at = atomicLoad(&lists[MAX_DRAWABLES + d]) + atomicAdd(&lists[2u * MAX_DRAWABLES + d], 1u);
    atomicStore(&lists[3u * MAX_DRAWABLES + at], slot);
  }
}
`;
