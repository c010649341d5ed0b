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
@group(0) @binding(6) var<storage, read> strands: array<u32>;              // [64] 1: hair, whose samples differ

const NEAR = 2.0;
const FAR = 2000.0;

fn linear_depth(d: f32) -> f32 {
  return NEAR * FAR / (FAR - d * (FAR - NEAR));
}

// Strands lie close behind each other; surfaces whose depths differ by five pixels' sizes are two.
fn apart(drawable: u32, z: f32) -> f32 {
  return select(5.0, 0.6, strands[drawable] == 1u) * z * frame.camera.w;
}

// Depth of the pixel's centre, FAR where there is only background.
fn group_samples(id: vec3u) -> f32 {
  let size = frame.size.x;
  let samples = frame.size.y;
  let count = samples * samples;
  let pixel = id.y * size + id.x;
  let centre = (samples / 2u) * samples + samples / 2u;
  let corner = id.xy * samples;
  let centre_word = textureLoad(visibility, corner + samples / 2u, 0).x;
  let centre_drawable = min(centre_word >> 24u, BACKGROUND);
  var centre_z = FAR;
  if (centre_drawable != BACKGROUND) { centre_z = linear_depth(textureLoad(depth, corner + samples / 2u, 0)); }

  // Most pixels show one thing.
  var mixed = 0u;
  for (var s = 0u; s < count; s++) {
    mixed |= (textureLoad(visibility, corner + vec2u(s % samples, s / samples), 0).x ^ centre_word) & 0xff000000u;
  }
  if (mixed == 0u && centre_drawable != BACKGROUND) {
    let limit = apart(centre_drawable, centre_z);
    for (var s = 0u; s < count; s++) {
      let z = linear_depth(textureLoad(depth, corner + vec2u(s % samples, s / samples), 0));
      mixed |= select(0u, 1u, abs(z - centre_z) > limit);
    }
  }
  if (mixed == 0u) {
    slots[pixel * SLOTS] = vec2u(select(centre_word, EMPTY, centre_drawable == BACKGROUND), centre | (count << 8u));
    for (var k = 1u; k < SLOTS; k++) { slots[pixel * SLOTS + k] = vec2u(EMPTY, 0u); }
    atomicAdd(&lists[centre_drawable], 1u);
    return centre_z;
  }

  var words: array<u32, 4>;
  var depths: array<f32, 4>;
  var marks: array<u32, 4>;
  var used = 0u;
  for (var i = 0u; i < count; i++) {
    // The centre first, so that it stands for its group.
    var s = i;
    if (i == 0u) { s = centre; } else if (i <= centre) { s = i - 1u; }
    let at = corner + vec2u(s % samples, s / samples);
    let word = textureLoad(visibility, at, 0).x;
    let drawable = min(word >> 24u, BACKGROUND);
    var z = FAR;
    if (drawable != BACKGROUND) { z = linear_depth(textureLoad(depth, at, 0)); }
    var best = 0u;
    var difference = 1e9;
    for (var k = 0u; k < used; k++) {
      let d = select(1e6, 0.0, min(words[k] >> 24u, BACKGROUND) == drawable) + abs(depths[k] - z);
      if (d < difference) { difference = d; best = k; }
    }
    if (used < SLOTS && difference > apart(drawable, z)) {
      words[used] = select(word, EMPTY, drawable == BACKGROUND);
      depths[used] = z;
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
