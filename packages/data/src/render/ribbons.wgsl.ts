/**
 * Strands of hair are ribbons a sample or two wide: two triangles for each segment, as `hair/ribbons.ts` and
 * `facial-hair/bound-strands.ts` make them. One invocation draws a segment: half of the rows of a triangle that narrow hold
 * no sample, and a software adapter waits for the longest of its lanes in any case.
 */
import type { Mesh } from './drawable.ts';
import { meshWgsl, wordWgsl } from './small-triangles.wgsl.ts';

/** Are the triangles pairs (a, b, c), (c, b, d) of vertices that follow each other? */
export function isRibbons({ triangles: t }: Mesh): boolean {
  if (t.length % 6 !== 0) return false;
  for (let i = 0; i < t.length; i += 6) {
    const a = t[i]!;
    if (t[i + 1] !== a + 1 || t[i + 2] !== a + 2 || t[i + 3] !== a + 2 || t[i + 4] !== a + 1 || t[i + 5] !== a + 3) return false;
  }
  return true;
}

/** After {@link frameWgsl}. */
export const ribbonsWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read_write> drawn: array<atomic<u32>>;      // a word per sample; 0 = nothing
@group(0) @binding(2) var<storage, read> tiles: array<u32>;                   // [tiles] least word before strands are drawn
${meshWgsl}${wordWgsl}
const NEAR = 2.0;
const TILE = 16.0;

// Behind what is drawn already in every tile that it touches. What touches more than nine is not asked.
fn is_hidden(columns: vec2f, rows: vec2f, word: u32, side: f32) -> bool {
  let low = floor(vec2f(columns.x, rows.x) / TILE);
  let high = floor(vec2f(columns.y, rows.y) / TILE);
  if (any(high - low > vec2f(2.0))) { return false; }
  let tiles_a_side = ceil(side / TILE);
  var hidden = true;
  for (var y = low.y; y <= high.y && hidden; y += 1.0) {
    for (var x = low.x; x <= high.x; x += 1.0) { hidden = hidden && word <= tiles[whole(y * tiles_a_side + x)]; }
  }
  return hidden;
}

// The outline a, b, d, c: where each edge starts, its change of x per row, and the rows that it spans.
struct Outline {
  x: vec4f,
  y: vec4f,
  slope: vec4f,
  low: vec4f,
  high: vec4f,
};

// First and last column between the edges that cross the row at y. A twisted segment is filled as well.
fn columns_at(o: Outline, y: f32, columns: vec2f) -> vec2f {
  let x = o.x + (y - o.y) * o.slope;
  let crosses = (vec4f(y) >= o.low) & (vec4f(y) <= o.high);
  let left = select(vec4f(1e9), x, crosses);
  let right = select(vec4f(-1e9), x, crosses);
  return vec2f(max(columns.x, ceil(min(min(left.x, left.y), min(left.z, left.w)))), min(columns.y, floor(max(max(right.x, right.y), max(right.z, right.w)))));
}

// All on one side of the picture, whose corners are not those of the lattice.
fn is_beside(x: vec4f) -> bool { return all(x > vec4f(1.0)) || all(x < vec4f(-1.0)); }

fn cross_2(a: vec2f, b: vec2f) -> f32 { return a.x * b.y - a.y * b.x; }

@compute @workgroup_size(64)
fn see_ribbons(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let first = 2u * (id.x + id.y * groups.x * 64u);
  if (first >= draw[1].y) { return; }
  let start = triangles[first].x;
  let a = frame.view_projection * corner(start);
  let b = frame.view_projection * corner(start + 1u);
  let c = frame.view_projection * corner(start + 2u);
  let d = frame.view_projection * corner(start + 3u);
  if (min(min(a.w, b.w), min(c.w, d.w)) < NEAR) { return; }
  let samples = frame.size.y;
  let side = f32(samples);
  // In the order of the outline.
  let inverse = 1.0 / vec4f(a.w, b.w, d.w, c.w);
  let clip_x = vec4f(a.x, b.x, d.x, c.x) * inverse;
  let clip_y = vec4f(a.y, b.y, d.y, c.y) * inverse;
  if (is_beside(clip_x) || is_beside(clip_y)) { return; }
  let corner_a = lattice_at(vec2f(clip_x.x, clip_y.x));
  let corner_b = lattice_at(vec2f(clip_x.y, clip_y.y));
  let corner_d = lattice_at(vec2f(clip_x.z, clip_y.z));
  let corner_c = lattice_at(vec2f(clip_x.w, clip_y.w));
  let x = vec4f(corner_a.x, corner_b.x, corner_d.x, corner_c.x);
  let y = vec4f(corner_a.y, corner_b.y, corner_d.y, corner_c.y);
  // Samples lie at halves.
  let columns = vec2f(max(ceil(min(min(x.x, x.y), min(x.z, x.w)) - 0.5), 0.0), min(floor(max(max(x.x, x.y), max(x.z, x.w)) - 0.5), side - 1.0));
  let rows = vec2f(max(ceil(min(min(y.x, y.y), min(y.z, y.w)) - 0.5), 0.0), min(floor(max(max(y.x, y.y), max(y.z, y.w)) - 0.5), side - 1.0));
  if (rows.x > rows.y || columns.x > columns.y) { return; }
  let n = nearness_of_picture();
  let high = nearness(n, max(max(inverse.x, inverse.y), max(inverse.z, inverse.w)));
  let number = draw[1].x + first;
  if (is_hidden(columns, rows, (whole(high) << n.bits) | number, side)) { return; }
  let low = nearness(n, min(min(inverse.x, inverse.y), min(inverse.z, inverse.w)));

  // Depth lies in the plane of the larger triangle.
  let bc = vec2f(x.w - x.y, y.w - y.y);
  let to_a = vec2f(x.x - x.y, y.x - y.y);
  let to_d = vec2f(x.z - x.y, y.z - y.y);
  let area_a = cross_2(bc, to_a);
  let area_d = cross_2(bc, to_d);
  let is_a = abs(area_a) > abs(area_d);
  let area = select(area_d, area_a, is_a);
  if (abs(area) < 1e-9) { return; }
  let third = select(to_d, to_a, is_a);
  let rise = vec2f(inverse.w - inverse.y, select(inverse.z, inverse.x, is_a) - inverse.y);
  let slope = n.scale / area * vec2f(rise.x * third.y - bc.y * rise.y, bc.x * rise.y - rise.x * third.x);
  let at_corner = n.offset + n.scale * inverse.y + dot(slope, vec2f(0.5 - x.y, 0.5 - y.y));
  // On which side of the edge b, c a sample lies decides its triangle: positive on that of d.
  let turn = select(-1.0, 1.0, area_d - area_a > 0.0);
  let side_x = -bc.y * turn;
  let side_y = bc.x * turn;
  let side_start = side_x * (0.5 - x.y) + side_y * (0.5 - y.y);

  let dy = y.yzwx - y;
  let outline = Outline(x - 0.5, y, (x.yzwx - x) / select(dy, vec4f(1.0), abs(dy) < vec4f(1e-6)), min(y, y.yzwx), max(y, y.yzwx));
  var row = rows.x;
  var span = columns_at(outline, row + 0.5, columns);
  var column = span.x;
  // One loop for all samples, asked at its end: see small-triangles.wgsl.ts.
  loop {
    if (column <= span.y) {
      let nearest = clamp(at_corner + slope.y * row + slope.x * column, low, high);
      let second = select(0u, 1u, side_start + side_y * row + side_x * column > 0.0);
      atomicMax(&drawn[whole(row) * samples + whole(column)], (whole(nearest) << n.bits) | (number + second));
    }
    column += 1.0;
    if (column > span.y) {
      row += 1.0;
      span = columns_at(outline, row + 0.5, columns);
      column = span.x;
    }
    if (row > rows.y) { break; }
  }
}
`;
