/**
 * From samples to shading work. The samples of a pixel that show the same thing are shaded once: up to four groups per
 * pixel, each with the sample that stands for it and a weight; the first is the one at the pixel's centre, and weights add
 * up to all samples. Most pixels show one surface without steps and are told at once; the others are listed, so that
 * grouping runs with full vectors. Groups ("slots") are then listed per drawable, so that one dispatch shades one drawable;
 * the background, which needs no triangle, finds its own.
 */
import { slotWgsl } from './slot.wgsl.ts';
import { wordWgsl } from './small-triangles.wgsl.ts';

/** Drawables of one picture; the last index is the background. */
export const MAX_DRAWABLES = 64;
export const BACKGROUND_INDEX = MAX_DRAWABLES - 1;
/** Words before the items of the lists: counts, offsets, cursors. Bindings of the items begin after them, at a multiple of 256 bytes. */
export const LIST_HEADER = 3 * MAX_DRAWABLES;
/** The same of the list of mixed pixels. */
export const MIXED_HEADER = 64;
/** What a drawable is to {@link classifyWgsl}. */
export const KINDS = { surface: 0, hair: 1, fine: 2 } as const;

const common = /* wgsl */ `${slotWgsl}
const SLOTS = 4u;
const MAX_DRAWABLES = 64u;
const BACKGROUND = 63u;
const WORKGROUP = 64u;
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read_write> slots: array<u32>;          // [SLOTS, pixels]
@group(0) @binding(2) var<storage, read_write> lists: array<atomic<u32>>;  // counts, offsets, cursors [64] each

// Pixels that glass may touch; the last row and column are outside.
fn glass_pixel(id: vec3u) -> vec2u { return vec2u(frame.glass.xy) + id.xy; }
fn is_beyond_glass(at: vec2u) -> bool { return any(at >= vec2u(frame.glass.zw)); }

fn block_of(number: u32) -> u32 { return kinds[2u * MAX_DRAWABLES + (number >> 8u)]; }
`;

const grouping = /* wgsl */ `
const SURFACE = 0u;
const HAIR = 1u;
const FINE = 2u;

// Up to four groups, without branches: lanes differ.
struct Groups {
  numbers: vec4u,
  drawables: vec4u,
  inverses: vec4f,   // one over depth
  steps: vec4u,      // as slots have them
  counts: vec4u,
  used: u32,
};

fn no_groups() -> Groups { return Groups(vec4u(BACKGROUND_NUMBER), vec4u(BACKGROUND), vec4f(0.0), vec4u(0u), vec4u(0u), 0u); }

fn add_sample(g: Groups, sample: u32, number: u32, drawable: u32, kind: u32, inverse: f32) -> Groups {
  let order = vec4u(0u, 1u, 2u, 3u);
  // Strands lie close behind each other; surfaces whose depths differ by five pixels' sizes are two.
  // Irises and pupils are finer than pixels: each sample by itself, as long as there are groups.
  let apart = select(select(5.0, 1.5, kind == HAIR), -1.0, kind == FINE) * inverse * frame.camera.w;
  let difference = select(vec4f(1e9), select(vec4f(1e6), vec4f(0.0), g.drawables == vec4u(drawable)) + abs(g.inverses - inverse), order < vec4u(g.used));
  let least = min(min(difference.x, difference.y), min(difference.z, difference.w));
  let is_new = g.used < SLOTS && least > apart;
  let best = select(select(select(select(3u, 2u, difference.z == least), 1u, difference.y == least), 0u, difference.x == least), g.used, is_new);
  let chosen = order == vec4u(best);
  let added = chosen & vec4<bool>(is_new);
  return Groups(
    select(g.numbers, vec4u(number), added), select(g.drawables, vec4u(drawable), added), select(g.inverses, vec4f(inverse), added),
    select(g.steps, vec4u(slot_step(sample)), added), g.counts + select(vec4u(0u), vec4u(1u), chosen), g.used + select(0u, 1u, is_new));
}

fn store_groups(pixel: u32, g: Groups) {
  for (var k = 0u; k < SLOTS; k++) {
    if (k < g.used) {
      slots[k * frame.size.x * frame.size.x + pixel] = slot_word(g.numbers[k], g.steps[k], g.counts[k]);
      if (g.drawables[k] != BACKGROUND) { atomicAdd(&lists[g.drawables[k]], 1u); }
    }
  }
}
`;

/** Groups, and what mask and depth show: the sample at the pixel's centre. After {@link frameWgsl}. */
export const classifyWgsl = /* wgsl */ `${common}${wordWgsl}${grouping}
@group(0) @binding(3) var<storage, read_write> result: array<u32>;          // [pixels] colour; [pixels] depth: cm along the view axis
@group(0) @binding(4) var<storage, read> kinds: array<u32>;                // [64, 2] first number and the one after the last; of each block drawable | kind << 8
@group(0) @binding(5) var<storage, read> drawn: array<u32>;                // by small-triangles.wgsl.ts
@group(0) @binding(6) var<storage, read_write> mixed: array<atomic<u32>>;  // [4] count, workgroups
@group(0) @binding(7) var<storage, read_write> mixed_pixels: array<u32>;   // those of more than one group

// Everything in the pixel is background, or one surface without steps.
@compute @workgroup_size(8, 8)
fn classify(@builtin(global_invocation_id) id: vec3u) {
  let size = frame.size.x;
  if (id.x >= size || id.y >= size) { return; }
  let n = nearness_of_picture();
  let side = frame.size.y;
  let at = lattice_middle(id.xy);
  let pixel = id.y * size + id.x;
  let centre = drawn[at.y * side + at.x];
  let block = block_of(number_of(n, centre));
  let drawable = block & 0xffu;
  let first = kinds[2u * drawable];
  let numbers = kinds[2u * drawable + 1u] - first;
  var nearest = centre;
  var farthest = centre;
  var same = true;
  for (var s = 0u; s < COUNT; s++) {
    let p = at + vec2u(OFFSETS[s]);
    let word = drawn[p.y * side + p.x];
    nearest = max(nearest, word);
    farthest = min(farthest, word);
    same = same && number_of(n, word) - first < numbers;
  }
  let kind = block >> 8u;
  let inverse = inverse_depth(n, centre);
  let limit = select(5.0, 1.5, kind == HAIR) * inverse * frame.camera.w;
  let is_background = nearest == 0u;
  if (is_background || (farthest != 0u && same && kind != FINE && inverse_depth(n, nearest) - inverse_depth(n, farthest) <= limit)) {
    slots[pixel] = slot_word(select(number_of(n, centre), BACKGROUND_NUMBER, is_background), slot_step(0u), COUNT);
    if (!is_background) { atomicAdd(&lists[drawable], 1u); }
    result[size * size + pixel] = select(bitcast<u32>(1.0 / inverse), 0x7f800000u, is_background);
  } else {
    mixed_pixels[atomicAdd(&mixed[0], 1u)] = pixel;
  }
}

@compute @workgroup_size(1)
fn plan_mixed() {
  atomicStore(&mixed[1], (atomicLoad(&mixed[0]) + WORKGROUP - 1u) / WORKGROUP);
  atomicStore(&mixed[2], 1u);
  atomicStore(&mixed[3], 1u);
}

@compute @workgroup_size(64)
fn classify_mixed(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= atomicLoad(&mixed[0])) { return; }
  let size = frame.size.x;
  let pixel = mixed_pixels[id.x];
  let at = lattice_middle(vec2u(pixel % size, pixel / size));
  let n = nearness_of_picture();
  var groups = no_groups();
  var centre_word = 0u;
  // The middle first, so that it stands for its group.
  for (var s = 0u; s < COUNT; s++) {
    let p = at + vec2u(OFFSETS[s]);
    let word = drawn[p.y * frame.size.y + p.x];
    if (s == 0u) { centre_word = word; }
    let is_background = word == 0u;
    let block = select(block_of(number_of(n, word)), BACKGROUND, is_background);
    let drawable = block & 0xffu;
    groups = add_sample(groups, s, select(number_of(n, word), BACKGROUND_NUMBER, is_background), drawable, block >> 8u, select(inverse_depth(n, word), 0.0, is_background));
  }
  store_groups(pixel, groups);
  result[size * size + pixel] = select(bitcast<u32>(1.0 / inverse_depth(n, centre_word)), 0x7f800000u, centre_word == 0u);
}
`;

/** A transparent drawable in front of what has its depth already; all else counts as background. After {@link frameWgsl}. */
export const classifyGlassWgsl = /* wgsl */ `${common}${wordWgsl}${grouping}
@group(0) @binding(3) var visibility: texture_2d<u32>;                     // numbers
@group(0) @binding(4) var depth: texture_depth_2d;
@group(0) @binding(5) var<storage, read> drawn: array<u32>;                // by small-triangles.wgsl.ts
@group(0) @binding(6) var<storage, read> kinds: array<u32>;                // see above

const NEAR = 2.0;
const FAR = 2000.0;

@compute @workgroup_size(8, 8)
fn classify_glass(@builtin(global_invocation_id) id: vec3u) {
  let at = glass_pixel(id);
  if (is_beyond_glass(at)) { return; }
  let middle = lattice_middle(at);
  let n = nearness_of_picture();
  var groups = no_groups();
  for (var s = 0u; s < COUNT; s++) {
    let place = middle + vec2u(OFFSETS[s]);
    let number = textureLoad(visibility, place, 0).x;
    var inverse = 0.0;
    if (number != BACKGROUND_NUMBER) {
      inverse = (FAR - textureLoad(depth, place, 0) * (FAR - NEAR)) / (NEAR * FAR);
      let behind = drawn[place.y * frame.size.y + place.x];
      if (behind != 0u && inverse_depth(n, behind) > inverse) { inverse = 0.0; }
    }
    let is_glass = inverse > 0.0;
    var drawable = BACKGROUND;
    if (is_glass) { drawable = block_of(number) & 0xffu; }
    groups = add_sample(groups, s, select(BACKGROUND_NUMBER, number, is_glass), drawable, SURFACE, inverse);
  }
  store_groups(at.y * frame.size.x + at.x, groups);
}
`;

/** Offsets of the lists and sizes of the dispatches that shade them. One invocation: 64 numbers. */
export const listWgsl = /* wgsl */ `${common}
@group(0) @binding(3) var<storage, read_write> dispatches: array<u32>;     // [64, 3]
@group(0) @binding(4) var<storage, read> kinds: array<u32>;                // see above
@group(0) @binding(5) var<storage, read_write> items: array<u32>;          // slots; a binding of their own: atomic stores lock, on a software adapter too

@compute @workgroup_size(1)
fn offsets() {
  var sum = 0u;
  for (var d = 0u; d < MAX_DRAWABLES; d++) {
    let count = atomicLoad(&lists[d]);
    atomicStore(&lists[MAX_DRAWABLES + d], sum);
    atomicStore(&lists[2u * MAX_DRAWABLES + d], sum);
    dispatches[3u * d] = (count + WORKGROUP - 1u) / WORKGROUP;
    dispatches[3u * d + 1u] = 1u;
    dispatches[3u * d + 2u] = 1u;
    sum += count;
  }
}

// The order within a list varies from run to run; nothing depends on it.
fn list_pixel(pixel: u32) {
  var left = COUNT;
  var slot = pixel;
  loop {
    let word = slots[slot];
    let number = slot_number(word);
    if (number != BACKGROUND_NUMBER) {
      items[atomicAdd(&lists[2u * MAX_DRAWABLES + (block_of(number) & 0xffu)], 1u)] = slot;
    }
    left -= min(left, slot_count(word));
    slot += frame.size.x * frame.size.x;
    if (left == 0u) { break; }
  }
}

@compute @workgroup_size(64)
fn scatter(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.x + id.y * groups.x * 64u;
  if (pixel < frame.size.x * frame.size.x) { list_pixel(pixel); }
}

@compute @workgroup_size(8, 8)
fn scatter_glass(@builtin(global_invocation_id) id: vec3u) {
  let at = glass_pixel(id);
  if (!is_beyond_glass(at)) { list_pixel(at.y * frame.size.x + at.x); }
}
`;
