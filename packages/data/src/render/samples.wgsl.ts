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
@group(0) @binding(6) var<storage, read> strands: array<u32>;              // [64] 0 surface, 1 hair, 2 strands, 3 glass; [64] first strand triangle
@group(0) @binding(7) var<storage, read> drawn: array<u32>;                // strands by strands.wgsl.ts

const NEAR = 2.0;
const FAR = 2000.0;

fn linear_depth(d: f32) -> f32 {
  return NEAR * FAR / (FAR - d * (FAR - NEAR));
}

struct Sample {
  word: u32,      // drawable << 24 | triangle; EMPTY: the background
  drawable: u32,
  z: f32,         // cm along the view axis
};

fn strand_depth(word: u32) -> f32 {
  let steps = exp2(32.0 - frame.strands.z) - 2.0;
  return frame.strands.x + frame.strands.y * (1.0 - (f32(word >> u32(frame.strands.z)) - 1.0) / steps);
}

// The strands of all drawables are numbered in a row, each drawable's from strands[64 + its index].
fn strand_word(word: u32) -> u32 {
  let number = word & ((1u << u32(frame.strands.z)) - 1u);
  var drawable = 0u;
  for (var d = 0u; d < u32(frame.strands.w); d++) {
    if (strands[d] == 2u && strands[MAX_DRAWABLES + d] <= number) { drawable = d; }
  }
  return (drawable << 24u) | (number - strands[MAX_DRAWABLES + drawable]);
}

// While glass is classified, everything else counts as background: it is in the picture already.
var<private> only_glass = false;

fn sample_at(at: vec2u) -> Sample {
  let word = textureLoad(visibility, at, 0).x;
  var seen = Sample(word, min(word >> 24u, BACKGROUND), FAR);
  if (seen.drawable != BACKGROUND) { seen.z = linear_depth(textureLoad(depth, at, 0)); } else { seen.word = EMPTY; }
  if (frame.strands.z > 0.0) {
    let strand = drawn[at.y * frame.size.x * frame.size.y + at.x];
    if (strand != 0u) {
      let z = strand_depth(strand);
      if (z < seen.z) { seen.word = strand_word(strand); seen.drawable = seen.word >> 24u; seen.z = z; }
    }
  }
  if (only_glass && strands[seen.drawable] != 3u) { return Sample(EMPTY, BACKGROUND, FAR); }
  return seen;
}

// Strands lie close behind each other; surfaces whose depths differ by five pixels' sizes are two.
fn apart(drawable: u32, z: f32) -> f32 {
  return select(5.0, 0.6, strands[drawable] == 1u || strands[drawable] == 2u) * z * frame.camera.w;
}

// Depth of the pixel's centre, FAR where there is only background.
fn group_samples(id: vec3u) -> f32 {
  let size = frame.size.x;
  let samples = frame.size.y;
  let count = samples * samples;
  let pixel = id.y * size + id.x;
  let centre = (samples / 2u) * samples + samples / 2u;
  let corner = id.xy * samples;
  let middle = sample_at(corner + samples / 2u);

  // Most pixels show one thing.
  var mixed = false;
  let limit = apart(middle.drawable, middle.z);
  for (var s = 0u; s < count; s++) {
    let other = sample_at(corner + vec2u(s % samples, s / samples));
    mixed = mixed || other.drawable != middle.drawable || abs(other.z - middle.z) > limit;
  }
  if (!mixed) {
    slots[pixel * SLOTS] = vec2u(middle.word, centre | (count << 8u));
    for (var k = 1u; k < SLOTS; k++) { slots[pixel * SLOTS + k] = vec2u(EMPTY, 0u); }
    atomicAdd(&lists[middle.drawable], 1u);
    return middle.z;
  }

  var words: array<u32, 4>;
  var depths: array<f32, 4>;
  var marks: array<u32, 4>;
  var used = 0u;
  for (var i = 0u; i < count; i++) {
    // The centre first, so that it stands for its group.
    var s = i;
    if (i == 0u) { s = centre; } else if (i <= centre) { s = i - 1u; }
    let seen = sample_at(corner + vec2u(s % samples, s / samples));
    var best = 0u;
    var difference = 1e9;
    for (var k = 0u; k < used; k++) {
      let d = select(1e6, 0.0, min(words[k] >> 24u, BACKGROUND) == seen.drawable) + abs(depths[k] - seen.z);
      if (d < difference) { difference = d; best = k; }
    }
    if (used < SLOTS && difference > apart(seen.drawable, seen.z)) {
      words[used] = seen.word;
      depths[used] = seen.z;
      marks[used] = s | (1u << 8u);
      used++;
    } else {
      marks[best] += 1u << 8u;
    }
  }
  for (var k = 0u; k < SLOTS; k++) {
    if (k < used) {
      slots[pixel * SLOTS + k] = vec2u(words[k], marks[k]);
      atomicAdd(&lists[min(words[k] >> 24u, BACKGROUND)], 1u);
    } else {
      slots[pixel * SLOTS + k] = vec2u(EMPTY, 0u);
    }
  }
  return middle.z;
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
