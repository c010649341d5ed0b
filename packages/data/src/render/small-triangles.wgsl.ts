/**
 * A rasterizer in compute for triangles of a few samples: heads, strands, clothes. One invocation draws one triangle, a
 * software adapter thus sixteen at once, where its fixed pipeline sets up one after the other. Depth and number of a
 * triangle share a word, so that the nearest wins in a single atomic maximum, in whatever order triangles come.
 *
 * What has holes or large triangles, and glass, goes through the fixed pipeline; `samples.wgsl.ts` merges the two.
 */

/** Numbers are given out in blocks, so that a table tells the drawable of a number. */
export const BLOCK = 256;
/** 19 bits: depth keeps 13, that is 0.05 mm of a head with shoulders. */
export const MAX_BLOCKS = 2048;
/** Half a millimetre to a millimetre of a head with shoulders. */
export const SHADOW_TEXELS = 512;

export const bitsFor = (numBlocks: number): number => (numBlocks === 0 ? 0 : Math.max(1, Math.ceil(Math.log2(numBlocks * BLOCK))));

/** After {@link frameWgsl}. */
export const smallTrianglesWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read_write> drawn: array<atomic<u32>>;      // a word per sample; 0 = nothing
@group(0) @binding(2) var<storage, read_write> shadow: array<atomic<u32>>;     // per texel: nearness of solids; of strands nearness, farness, layers
@group(1) @binding(0) var<storage, read> positions: array<f32>;
@group(1) @binding(3) var<storage, read> triangles: array<vec4u>;
@group(1) @binding(4) var<uniform> draw: array<vec4u, 2>;  // index, 1 = double-sided, 1 = strands, -; first number, triangles

const NEAR = 2.0;
const SHADOW_TEXELS = 512.0;
const SHADOW_STEPS = 1048575.0;

fn corner(index: u32) -> vec4f {
  let i = 3u * index;
  return vec4f(positions[i], positions[i + 1u], positions[i + 2u], 1.0);
}

// Corners in samples from the upper left, with something in z that is linear on the screen.
struct Projected {
  a: vec3f,
  b: vec3f,
  c: vec3f,
  area: f32,        // twice; negative: seen from the front
  slope: vec2f,     // of z
  rows: vec2f,
  columns: vec2f,
};

fn project(a: vec3f, b: vec3f, c: vec3f, side: f32) -> Projected {
  let low = min(a.xy, min(b.xy, c.xy));
  let high = max(a.xy, max(b.xy, c.xy));
  // Samples lie at halves: between low and high there may be none.
  let first = max(ceil(low - 0.5), vec2f(0.0));
  let last = min(floor(high - 0.5), vec2f(side - 1.0));
  let area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  let slope = vec2f((b.z - a.z) * (c.y - a.y) - (c.z - a.z) * (b.y - a.y), (c.z - a.z) * (b.x - a.x) - (b.z - a.z) * (c.x - a.x)) / area;
  return Projected(a, b, c, area, slope, vec2f(first.y, last.y), vec2f(first.x, last.x));
}

fn is_drawn(t: Projected) -> bool {
  let culled = draw[0].y == 0u && t.area > 0.0;
  return t.rows.x <= t.rows.y && t.columns.x <= t.columns.y && abs(t.area) > 1e-9 && !culled;
}

// The lines that bound a triangle from the left and from the right, an edge per component: x - 1/2 where they start, and
// change of x per row. Edges along a row bound nothing that the rows do not bound already.
struct Edges {
  y: vec3f,
  left_x: vec3f,
  left_slope: vec3f,
  right_x: vec3f,
  right_slope: vec3f,
};

fn edges_of(t: Projected) -> Edges {
  let x = vec3f(t.a.x, t.b.x, t.c.x);
  let y = vec3f(t.a.y, t.b.y, t.c.y);
  let dy = y.yzx - y;
  let slope = (x.yzx - x) / select(dy, vec3f(1.0), abs(dy) < vec3f(1e-6));
  let is_left = dy * sign(t.area) < vec3f(-1e-6);
  let is_right = dy * sign(t.area) > vec3f(1e-6);
  return Edges(y, select(vec3f(-1e9), x - 0.5, is_left), select(vec3f(0.0), slope, is_left), select(vec3f(1e9), x - 0.5, is_right), select(vec3f(0.0), slope, is_right));
}

// First and last column of the row at y.
fn columns_at(t: Projected, edges: Edges, y: f32) -> vec2f {
  let left = edges.left_x + (y - edges.y) * edges.left_slope;
  let right = edges.right_x + (y - edges.y) * edges.right_slope;
  return vec2f(max(t.columns.x, ceil(max(left.x, max(left.y, left.z)))), min(t.columns.y, floor(min(right.x, min(right.y, right.z)))));
}

@compute @workgroup_size(64)
fn see(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= draw[1].y) { return; }
  let corners = triangles[index].xyz;
  let a = frame.view_projection * corner(corners.x);
  let b = frame.view_projection * corner(corners.y);
  let c = frame.view_projection * corner(corners.z);
  if (min(a.w, min(b.w, c.w)) < NEAR) { return; }
  let side = f32(frame.size.x * frame.size.y);
  let scale = vec2f(0.5, -0.5) * side;
  // One over depth is linear on the screen.
  let t = project(vec3f(a.xy / a.w * scale + 0.5 * side, 1.0 / a.w), vec3f(b.xy / b.w * scale + 0.5 * side, 1.0 / b.w), vec3f(c.xy / c.w * scale + 0.5 * side, 1.0 / c.w), side);
  if (!is_drawn(t)) { return; }
  let edges = edges_of(t);
  let low = min(t.a.z, min(t.b.z, t.c.z));
  let high = max(t.a.z, max(t.b.z, t.c.z));
  let bits = u32(frame.small.z);
  let number = draw[1].x + index;
  let steps = exp2(32.0 - frame.small.z) - 2.0;
  for (var row = t.rows.x; row <= t.rows.y; row += 1.0) {
    let columns = columns_at(t, edges, row + 0.5);
    let at = u32(row) * u32(side);
    for (var column = columns.x; column <= columns.y; column += 1.0) {
      let inverse = clamp(t.a.z + dot(t.slope, vec2f(column, row) + 0.5 - t.a.xy), low, high);
      let nearness = 1.0 + steps * clamp(1.0 - (1.0 / inverse - frame.small.x) / frame.small.y, 0.0, 1.0);
      let word = (u32(nearness) << bits) | number;
      // A load is much cheaper than an atomic maximum that changes nothing; values only ever grow.
      if (word > atomicLoad(&drawn[at + u32(column)])) { atomicMax(&drawn[at + u32(column)], word); }
    }
  }
}

@compute @workgroup_size(64)
fn cast_shadow(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= draw[1].y) { return; }
  let corners = triangles[index].xyz;
  let scale = vec3f(0.5 * SHADOW_TEXELS, -0.5 * SHADOW_TEXELS, 1.0);
  let middle = vec3f(0.5 * SHADOW_TEXELS, 0.5 * SHADOW_TEXELS, 0.0);
  let t = project((frame.shadow_projection * corner(corners.x)).xyz * scale + middle, (frame.shadow_projection * corner(corners.y)).xyz * scale + middle,
    (frame.shadow_projection * corner(corners.z)).xyz * scale + middle, SHADOW_TEXELS);
  if (!is_drawn(t)) { return; }
  let edges = edges_of(t);
  let low = min(t.a.z, min(t.b.z, t.c.z));
  let high = max(t.a.z, max(t.b.z, t.c.z));
  for (var row = t.rows.x; row <= t.rows.y; row += 1.0) {
    let columns = columns_at(t, edges, row + 0.5);
    for (var column = columns.x; column <= columns.y; column += 1.0) {
      let at = 4u * (u32(row) * u32(SHADOW_TEXELS) + u32(column));
      let z = clamp(t.a.z + dot(t.slope, vec2f(column, row) + 0.5 - t.a.xy), low, high);
      let nearness = u32(SHADOW_STEPS * clamp(1.0 - z, 0.0, 1.0));
      if (draw[0].z == 1u) {
        if (nearness + 1u > atomicLoad(&shadow[at + 1u])) { atomicMax(&shadow[at + 1u], nearness + 1u); }
        let farness = u32(SHADOW_STEPS) - nearness + 1u;
        if (farness > atomicLoad(&shadow[at + 2u])) { atomicMax(&shadow[at + 2u], farness); }
        atomicAdd(&shadow[at + 3u], 1u);
      } else {
        if (nearness + 1u > atomicLoad(&shadow[at])) { atomicMax(&shadow[at], nearness + 1u); }
      }
    }
  }
}
`;

/**
 * What shading reads of the key light, 0 near .. 1 far: depth of the first solid thing; of strands the nearest and the
 * farthest depth and the number of layers, smoothed over a texel and its four neighbours.
 */
export const shadowMapWgsl = /* wgsl */ `
@group(0) @binding(0) var<storage, read> shadow: array<u32>;
@group(0) @binding(1) var fixed_depth: texture_depth_2d;          // of what the fixed pipeline draws
@group(0) @binding(2) var map: texture_storage_2d<rgba32float, write>;

@compute @workgroup_size(8, 8)
fn pack_shadow(@builtin(global_invocation_id) id: vec3u) {
  let own = shadow[4u * (id.y * 512u + id.x)];
  var solid = textureLoad(fixed_depth, id.xy, 0);
  if (own > 0u) { solid = min(solid, 1.0 - f32(own - 1u) / 1048575.0); }
  var near = 2.0;
  var far = -1.0;
  var layers = 0.0;
  for (var k = 0; k < 5; k++) {
    let offset = vec2i(select(0, 2 * k - 1, k < 2), select(0, 2 * k - 5, k == 2 || k == 3));
    let p = clamp(vec2i(id.xy) + offset, vec2i(0), vec2i(511));
    let at = 4u * u32(p.y * 512 + p.x);
    let count = shadow[at + 3u];
    if (count == 0u) { continue; }
    near = min(near, 1.0 - f32(shadow[at + 1u] - 1u) / 1048575.0);
    far = max(far, f32(shadow[at + 2u] - 1u) / 1048575.0);
    layers += f32(count) * select(0.16666667, 0.33333333, k == 4);
  }
  textureStore(map, id.xy, vec4f(solid, near, far, layers));
}
`;
