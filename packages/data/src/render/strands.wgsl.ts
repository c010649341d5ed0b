/**
 * A rasterizer for strands in compute: 60,000 ribbons about two samples wide keep a software adapter's fixed pipeline busy
 * for longer than everything else together (measured: a third of the time this way). One invocation draws one triangle.
 * Depth and number share a word, so that the nearest wins in a single atomic maximum, in whatever order triangles come.
 *
 * Materials that leave holes, and everything that is not a strand, go the usual way; `samples.wgsl.ts` merges the two.
 */

/** Bits of the word for the number of the triangle among all strands; the rest is for depth within the strands' range. */
export const strandBits = (numTriangles: number): number => Math.max(1, Math.ceil(Math.log2(numTriangles + 1)));

/** After {@link frameWgsl}. */
export const strandsWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read_write> drawn: array<atomic<u32>>;      // a word per sample; 0 = nothing
@group(0) @binding(2) var<storage, read_write> shadow: array<atomic<u32>>;     // per texel: nearness, farness, layers
@group(1) @binding(0) var<storage, read> positions: array<f32>;
@group(1) @binding(3) var<storage, read> triangles: array<vec4u>;
@group(1) @binding(4) var<uniform> draw: array<vec4u, 2>;                      // [1].x = triangles of strands before these, .y = these

const NEAR = 2.0;
const SHADOW_TEXELS = 384.0;
const SHADOW_STEPS = 1048575.0;

fn corner(index: u32) -> vec4f {
  let i = 3u * index;
  return vec4f(positions[i], positions[i + 1u], positions[i + 2u], 1.0);
}

// Rows and columns of samples: x, y in samples from the upper left; z as given.
struct Span {
  a: vec3f,
  b: vec3f,
  c: vec3f,
  rows: vec2i,
  valid: bool,
};

fn span_of(a: vec3f, b: vec3f, c: vec3f, side: f32) -> Span {
  let low = min(a.xy, min(b.xy, c.xy));
  let high = max(a.xy, max(b.xy, c.xy));
  // Sample centres are at halves: between low and high there may be none.
  let first = max(ceil(low - 0.5), vec2f(0.0));
  let last = min(floor(high - 0.5), vec2f(side - 1.0));
  return Span(a, b, c, vec2i(i32(first.y), i32(last.y)), all(first <= last));
}

// Columns of row y that lie inside: between the edges that bound it from the left and those from the right.
fn columns_of(s: Span, y: f32, orientation: f32, side: f32) -> vec2f {
  var left = 0.0;
  var right = side - 1.0;
  let start = array<vec2f, 3>(s.a.xy, s.b.xy, s.c.xy);
  let end = array<vec2f, 3>(s.b.xy, s.c.xy, s.a.xy);
  for (var e = 0; e < 3; e++) {
    let d = (end[e] - start[e]) * orientation;
    if (abs(d.y) < 1e-9) {
      if (d.x * (y - start[e].y) < 0.0) { right = -1.0; }
      continue;
    }
    let x = start[e].x + (y - start[e].y) * d.x / d.y;
    if (d.y < 0.0) { left = max(left, ceil(x - 0.5)); } else { right = min(right, floor(x - 0.5)); }
  }
  return vec2f(left, right);
}

fn orientation_of(a: vec3f, b: vec3f, c: vec3f) -> f32 {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

@compute @workgroup_size(64)
fn draw_strands(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= draw[1].y) { return; }
  let corners = triangles[index].xyz;
  let ca = frame.view_projection * corner(corners.x);
  let cb = frame.view_projection * corner(corners.y);
  let cc = frame.view_projection * corner(corners.z);
  if (min(ca.w, min(cb.w, cc.w)) < NEAR) { return; }
  let side = f32(frame.size.x * frame.size.y);
  let half_side = vec2f(0.5, -0.5) * side;
  // One over depth is linear on the screen.
  let a = vec3f(ca.xy / ca.w * half_side + 0.5 * side, 1.0 / ca.w);
  let b = vec3f(cb.xy / cb.w * half_side + 0.5 * side, 1.0 / cb.w);
  let c = vec3f(cc.xy / cc.w * half_side + 0.5 * side, 1.0 / cc.w);
  let area = orientation_of(a, b, c);
  let span = span_of(a, b, c, side);
  if (!span.valid || abs(area) < 1e-9) { return; }
  let slope = vec2f((b.z - a.z) * (c.y - a.y) - (c.z - a.z) * (b.y - a.y), (c.z - a.z) * (b.x - a.x) - (b.z - a.z) * (c.x - a.x)) / area;
  let bits = u32(frame.strands.z);
  let steps = exp2(32.0 - frame.strands.z) - 2.0;
  let low = min(a.z, min(b.z, c.z));
  let high = max(a.z, max(b.z, c.z));
  for (var row = span.rows.x; row <= span.rows.y; row++) {
    let y = f32(row) + 0.5;
    let columns = columns_of(span, y, sign(area), side);
    for (var column = columns.x; column <= columns.y; column += 1.0) {
      let inverse = clamp(a.z + dot(slope, vec2f(column + 0.5, y) - a.xy), low, high);
      let nearness = 1.0 + steps * clamp(1.0 - (1.0 / inverse - frame.strands.x) / frame.strands.y, 0.0, 1.0);
      atomicMax(&drawn[u32(row) * u32(side) + u32(column)], (u32(nearness) << bits) | (draw[1].x + index));
    }
  }
}

@compute @workgroup_size(64)
fn shade_strands(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= draw[1].y) { return; }
  let corners = triangles[index].xyz;
  let ca = frame.shadow_projection * corner(corners.x);
  let cb = frame.shadow_projection * corner(corners.y);
  let cc = frame.shadow_projection * corner(corners.z);
  let half_side = vec2f(0.5, -0.5) * SHADOW_TEXELS;
  let a = vec3f(ca.xy * half_side + 0.5 * SHADOW_TEXELS, ca.z);
  let b = vec3f(cb.xy * half_side + 0.5 * SHADOW_TEXELS, cb.z);
  let c = vec3f(cc.xy * half_side + 0.5 * SHADOW_TEXELS, cc.z);
  let area = orientation_of(a, b, c);
  let span = span_of(a, b, c, SHADOW_TEXELS);
  if (!span.valid || abs(area) < 1e-9) { return; }
  // Flat in a texel: strands are thin.
  let nearness = u32(SHADOW_STEPS * clamp(1.0 - (a.z + b.z + c.z) / 3.0, 0.0, 1.0));
  for (var row = span.rows.x; row <= span.rows.y; row++) {
    let columns = columns_of(span, f32(row) + 0.5, sign(area), SHADOW_TEXELS);
    for (var column = columns.x; column <= columns.y; column += 1.0) {
      let at = 3u * (u32(row) * u32(SHADOW_TEXELS) + u32(column));
      atomicMax(&shadow[at], nearness + 1u);
      atomicMax(&shadow[at + 1u], u32(SHADOW_STEPS) - nearness + 1u);
      atomicAdd(&shadow[at + 2u], 1u);
    }
  }
}
`;

/** What shading reads of the strands' shadow: nearest depth, farthest depth, layers; layers smoothed over 3 x 3 texels. */
export const strandShadowWgsl = /* wgsl */ `
@group(0) @binding(0) var<storage, read> shadow: array<u32>;
@group(0) @binding(1) var map: texture_storage_2d<rgba32float, write>;

@compute @workgroup_size(8, 8)
fn pack_shadow(@builtin(global_invocation_id) id: vec3u) {
  var near = 2.0;
  var far = -1.0;
  var layers = 0.0;
  for (var k = 0; k < 9; k++) {
    let offset = vec2i(k % 3 - 1, k / 3 - 1);
    let p = clamp(vec2i(id.xy) + offset, vec2i(0), vec2i(383));
    let at = 3u * u32(p.y * 384 + p.x);
    let count = shadow[at + 2u];
    if (count == 0u) { continue; }
    near = min(near, 1.0 - f32(shadow[at] - 1u) / 1048575.0);
    far = max(far, f32(shadow[at + 1u] - 1u) / 1048575.0);
    layers += f32(count) * f32(2 - abs(offset.x)) * f32(2 - abs(offset.y)) / 16.0;
  }
  textureStore(map, id.xy, vec4f(near, far, layers, 0.0));
}
`;
