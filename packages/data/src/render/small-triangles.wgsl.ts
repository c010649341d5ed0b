/**
 * A rasterizer in compute for triangles of a few samples and without holes: heads, strands, clothes. One invocation draws
 * one triangle, a software adapter thus eight at once, where its fixed pipeline sets up one after the other. Depth and
 * number of a triangle share a word, so that the nearest wins in a single atomic maximum, in whatever order triangles come.
 * Tried and lost: looking first whether the maximum would change anything (it costs more than the maximum), and queueing
 * triangles by their size so that lanes do not wait for each other (what long strands gained, everything else lost).
 *
 * Surfaces come first, then those strands that they do not hide: most lie behind the head or under others.
 * What has holes or large triangles goes through the fixed pipeline, into the same words (`visibility.wgsl.ts`).
 */
import { verticesWgsl } from './vertex.wgsl.ts';
import { wholeWgsl } from './whole.wgsl.ts';

/** Numbers are given out in blocks, so that a table tells the drawable of a number. */
export const BLOCK = 256;
/** 21 bits, less the number of the background: depth keeps 11, that is 0.2 mm of a head with shoulders; a person of 130,000 triangles has 0.01 mm. */
export const MAX_BLOCKS = 8191;
/** Half a millimetre to a millimetre of a head with shoulders. */
export const SHADOW_TEXELS = 512;
/** Samples a side of the tiles whose farthest depth is known before strands are drawn. */
export const TILE = 16;

/** At least 10, as `whole` knows 23 bits of a depth; 0: nothing is drawn. */
export const bitsFor = (numBlocks: number): number => (numBlocks === 0 ? 0 : Math.max(10, Math.ceil(Math.log2(numBlocks * BLOCK))));

/** Coverage of triangles, shared by the picture and the shadow map. */
const coverage = /* wgsl */ `
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

// All samples in one loop: with a loop in a loop, each row of all lanes would be as long as the longest. The loop asks at its
// end whether it is over, because a software adapter runs the body of one that asks at its start once more.
struct Walk {
  row: f32,
  column: f32,
  columns: vec2f,   // of the row; none where the first lies behind the last
};

fn first_sample(t: Projected, edges: Edges) -> Walk {
  let columns = columns_at(t, edges, t.rows.x + 0.5);
  return Walk(t.rows.x, columns.x, columns);
}

fn next_sample(at: Walk, t: Projected, edges: Edges) -> Walk {
  var next = Walk(at.row, at.column + 1.0, at.columns);
  if (next.column > next.columns.y) {
    next.row += 1.0;
    next.columns = columns_at(t, edges, next.row + 0.5);
    next.column = next.columns.x;
  }
  return next;
}

fn is_drawn(t: Projected) -> bool {
  let culled = draw[0].y == 0u && t.area > 0.0;
  return t.rows.x <= t.rows.y && t.columns.x <= t.columns.y && abs(t.area) > 1e-9 && !culled;
}
`;

/** A mesh and how it is drawn. */
export const meshWgsl = /* wgsl */ `
${verticesWgsl}
@group(1) @binding(0) var<storage, read> vertices: array<vec4u>;
@group(1) @binding(2) var<storage, read> triangles: array<vec4u>;
@group(1) @binding(3) var<uniform> draw: array<vec4u, 2>;  // index, 1 = double-sided, 1 = strands, -; first number, triangles

fn corner(index: u32) -> vec4f { return vec4f(vertex_position(vertices[index]), 1.0); }
`;

/** Words of `drawn`: nearness above, number below. After {@link frameWgsl}. */
export const wordWgsl = /* wgsl */ `
// What one over depth, linear on the screen, is as a nearness of 1 to most.
struct Nearness {
  scale: f32,
  offset: f32,
  most: f32,
  bits: u32,     // below it in a word
};

fn nearness_of_picture() -> Nearness {
  let steps = exp2(32.0 - frame.small.z) - 2.0;
  return Nearness(steps * frame.small.y, 1.0 - steps * frame.small.y * frame.small.x, steps + 1.0, whole(frame.small.z));
}

fn nearness(n: Nearness, inverse: f32) -> f32 { return clamp(n.offset + n.scale * inverse, 1.0, n.most); }
fn inverse_depth(n: Nearness, word: u32) -> f32 { return (f32(word >> n.bits) - n.offset) / n.scale; }
fn number_of(n: Nearness, word: u32) -> u32 { return word & ((1u << n.bits) - 1u); }
`;

/** After {@link frameWgsl}. */
export const seeWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read_write> drawn: array<atomic<u32>>;      // a word per sample; 0 = nothing
${meshWgsl}${coverage}${wordWgsl}
const NEAR = 2.0;

@compute @workgroup_size(64)
fn see(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= draw[1].y) { return; }
  let vertices = triangles[index].xyz;
  let a = frame.view_projection * corner(vertices.x);
  let b = frame.view_projection * corner(vertices.y);
  let c = frame.view_projection * corner(vertices.z);
  if (min(a.w, min(b.w, c.w)) < NEAR) { return; }
  let samples = frame.size.y;
  let inverse = 1.0 / vec3f(a.w, b.w, c.w);
  let clip_a = a.xy * inverse.x;
  let clip_b = b.xy * inverse.y;
  let clip_c = c.xy * inverse.z;
  // Beside the picture, whose corners are not those of the lattice.
  if (any(min(clip_a, min(clip_b, clip_c)) > vec2f(1.0)) || any(max(clip_a, max(clip_b, clip_c)) < vec2f(-1.0))) { return; }
  let t = project(vec3f(lattice_at(clip_a), inverse.x), vec3f(lattice_at(clip_b), inverse.y), vec3f(lattice_at(clip_c), inverse.z), f32(samples));
  if (!is_drawn(t)) { return; }
  let number = draw[1].x + index;
  let n = nearness_of_picture();
  let edges = edges_of(t);
  // What is the same for all samples is taken out by hand: a software adapter's compiler does not.
  let low = nearness(n, min(inverse.x, min(inverse.y, inverse.z)));
  let high = nearness(n, max(inverse.x, max(inverse.y, inverse.z)));
  let slope = n.scale * t.slope;
  let start = n.offset + n.scale * (t.a.z + dot(t.slope, 0.5 - t.a.xy));
  var at = first_sample(t, edges);
  loop {
    if (at.column <= at.columns.y) {
      let nearest = clamp(start + slope.y * at.row + slope.x * at.column, low, high);
      atomicMax(&drawn[whole(at.row) * samples + whole(at.column)], (whole(nearest) << n.bits) | number);
    }
    at = next_sample(at, t, edges);
    if (at.row > t.rows.y) { break; }
  }
}
`;

/** The farthest depth in each tile. After {@link frameWgsl}. */
export const tilesWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> drawn: array<u32>;
@group(0) @binding(2) var<storage, read_write> tiles: array<u32>;

const TILE = 16u;

@compute @workgroup_size(8, 8)
fn find_farthest(@builtin(global_invocation_id) id: vec3u) {
  let side = frame.size.y;
  let tiles_a_side = (side + TILE - 1u) / TILE;
  if (id.x >= tiles_a_side || id.y >= tiles_a_side) { return; }
  let end = min((id.xy + 1u) * TILE, vec2u(side));
  var least = 0xffffffffu;
  for (var y = id.y * TILE; y < end.y && least > 0u; y++) {
    for (var x = id.x * TILE; x < end.x; x++) { least = min(least, drawn[y * side + x]); }
  }
  tiles[id.y * tiles_a_side + id.x] = least;
}
`;

/** After {@link frameWgsl}. */
export const castShadowWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read_write> shadow: array<atomic<u32>>;     // per texel: nearness of solids; of strands nearness, farness, layers
${meshWgsl}${coverage}
const SHADOW_TEXELS = 512.0;
const SHADOW_STEPS = 1048575.0;

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
  var at = first_sample(t, edges);
  loop {
    if (at.column <= at.columns.y) {
      let texel = 4u * whole(at.row * SHADOW_TEXELS + at.column);
      let z = clamp(t.a.z + dot(t.slope, vec2f(at.column, at.row) + 0.5 - t.a.xy), low, high);
      let nearness = whole(SHADOW_STEPS * clamp(1.0 - z, 0.0, 1.0));
      if (draw[0].z == 1u) {
        atomicMax(&shadow[texel + 1u], nearness + 1u);
        atomicMax(&shadow[texel + 2u], u32(SHADOW_STEPS) - nearness + 1u);
        atomicAdd(&shadow[texel + 3u], 1u);
      } else {
        atomicMax(&shadow[texel], nearness + 1u);
      }
    }
    at = next_sample(at, t, edges);
    if (at.row > t.rows.y) { break; }
  }
}
`;

/**
 * What shading reads of the key light, 0 near .. 1 far: depth of the first solid thing; of strands the nearest and the
 * farthest depth and the number of layers, smoothed over a texel and its four neighbours. Words of a buffer, because a
 * software adapter fetches a texel four times as slowly as a word; strands in a single one, most of them zero.
 */
export const shadowMapWgsl = /* wgsl */ `${wholeWgsl}
@group(0) @binding(0) var<storage, read> shadow: array<u32>;
@group(0) @binding(1) var<storage, read> fixed_depth: array<f32>;   // of what the fixed pipeline draws
@group(0) @binding(2) var<storage, read_write> map: array<u32>;   // [512, 512] solids, f32; [512, 512] strands: 12 bits nearest, 12 farthest, 8 sixths of a layer (0: none)

@compute @workgroup_size(8, 8)
fn pack_shadow(@builtin(global_invocation_id) id: vec3u) {
  let texel = id.y * 512u + id.x;
  let own = 4u * texel;
  let nearness = shadow[own];
  let solid = fixed_depth[texel];
  map[texel] = bitcast<u32>(select(min(solid, 1.0 - f32(nearness - 1u) / 1048575.0), solid, nearness == 0u));
  let left = own - select(4u, 0u, id.x == 0u);
  let right = own + select(4u, 0u, id.x == 511u);
  let above = own - select(2048u, 0u, id.y == 0u);
  let below = own + select(2048u, 0u, id.y == 511u);
  // The number of strands is nearness and farness at once, or none of the three: where it is 0, so are they.
  let sixths = 2u * shadow[own + 3u] + shadow[left + 3u] + shadow[right + 3u] + shadow[above + 3u] + shadow[below + 3u];
  var strands = 0u;
  if (sixths > 0u) {
    let near = max(max(shadow[own + 1u], max(shadow[left + 1u], shadow[right + 1u])), max(shadow[above + 1u], shadow[below + 1u]));
    let far = max(max(shadow[own + 2u], max(shadow[left + 2u], shadow[right + 2u])), max(shadow[above + 2u], shadow[below + 2u]));
    strands = whole(4095.0 * (1.0 - f32(near - 1u) / 1048575.0)) | (whole(4095.0 * (f32(far - 1u) / 1048575.0)) << 12u) | (min(sixths, 255u) << 24u);
  }
  map[262144u + texel] = strands;
}
`;
