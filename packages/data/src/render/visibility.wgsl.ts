/**
 * What the fixed pipeline draws: large triangles and those with holes, whose samples join the words of
 * `small-triangles.wgsl.ts`, and glass, which goes to a texture of its own. Shading happens later, once per group of samples:
 * triangles of heads and hair are smaller than a pixel, and shading each of them, as a forward renderer does, costs a
 * software adapter ten times as much.
 */
import { wordWgsl } from './small-triangles.wgsl.ts';
import { attributesWgsl, verticesWgsl } from './vertex.wgsl.ts';

/** Fragments put the number of their triangle (vertex + instance) at their depth where they are the nearest. */
const words = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read_write> drawn: array<atomic<u32>>;

fn place_of(position: vec4f) -> u32 { return whole(position.y - 0.5) * frame.size.y + whole(position.x - 0.5); }

fn word_of(position: vec4f, number: u32) -> u32 {
  let n = nearness_of_picture();
  let inverse = (2000.0 - position.z * (2000.0 - 2.0)) / (2.0 * 2000.0);   // from FAR and NEAR
  return (whole(nearness(n, inverse)) << n.bits) | number;
}
`;

/** Drawables whose materials never leave holes. After {@link frameWgsl}. */
export const visibilityWgsl = /* wgsl */ `${words}${wordWgsl}
${verticesWgsl}
@group(1) @binding(0) var<storage, read> vertices: array<vec4u>;
@group(1) @binding(1) var<storage, read> draw_source: array<u32>;

struct Corner {
  @builtin(position) position: vec4f,
  @location(0) @interpolate(flat, first) index: u32,
  @location(1) @interpolate(flat, first) instance: u32,
};

fn corner_at(index: u32) -> vec4f {
  return vec4f(vertex_position(vertices[draw_source[index]]), 1.0);
}

@vertex
fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> Corner {
  return Corner(lattice_clip(frame.view_projection * corner_at(index)), index, instance);
}

@vertex
fn shadow_vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  return frame.shadow_projection * corner_at(index);
}

@fragment
fn fragment(corner: Corner) {
  atomicMax(&drawn[place_of(corner.position)], word_of(corner.position, corner.instance + corner.index));
}

@fragment
fn glass_fragment(corner: Corner) -> @location(0) u32 {
  return corner.instance + corner.index;
}
`;

/** Drawables with holes: after frame, noise, material header and material. Coverage is dithered over a pixel's samples. */
export const cutoutWgsl = /* wgsl */ `${words}${wordWgsl}
${verticesWgsl}${attributesWgsl}
@group(2) @binding(0) var<storage, read> render_vertices: array<vec4u>;
@group(2) @binding(1) var<storage, read> render_source: array<u32>;
@group(2) @binding(2) var<storage, read> render_attributes: array<vec4u>;
@group(2) @binding(3) var<uniform> render_draw: array<vec4f, 5>;   // two of words; offset and step of uv, offset of extra, step of extra

struct RenderCorner {
  @builtin(position) clip: vec4f,
  @location(0) @interpolate(flat, first) number: u32,
  @location(1) position: vec3f,
  @location(2) normal: vec3f,
  @location(3) uv: vec2f,
  @location(4) extra: vec4f,
};

fn render_corner(index: u32, instance: u32, projection: mat4x4f) -> RenderCorner {
  let v = render_source[index];
  let vertex = render_vertices[v];
  let attributes = render_attributes[v];
  let position = vertex_position(vertex);
  return RenderCorner(projection * vec4f(position, 1.0), instance + index, position, normalize(vertex_normal(vertex)),
    render_draw[2].xy + render_draw[2].zw * vertex_uv(attributes), render_draw[3] + render_draw[4] * vertex_extra(attributes));
}

@vertex
fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> RenderCorner {
  var corner = render_corner(index, instance, frame.view_projection);
  corner.clip = lattice_clip(corner.clip);
  return corner;
}

@vertex
fn shadow_vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> RenderCorner {
  return render_corner(index, instance, frame.shadow_projection);
}

fn render_opacity(corner: RenderCorner, pixel: vec2f) -> f32 {
  let to_camera = frame.camera.xyz - corner.position;
  let distance = length(to_camera);
  return evaluate(Surface(corner.position, normalize(corner.normal), to_camera / distance, corner.uv, corner.extra, pixel, distance * frame.camera.w)).opacity;
}

fn is_covered(corner: RenderCorner) -> bool {
  // Thresholds spread over the samples of a pixel: alpha to coverage. The middle one has 1/2, which mask and depth see.
  let sample = lattice_sample(vec2u(whole(corner.clip.x - 0.5), whole(corner.clip.y - 0.5)));
  let threshold = (f32((sample + COUNT / 2u) % COUNT) + 0.5) / f32(COUNT);
  return render_opacity(corner, lattice_pixels(corner.clip.xy - 0.5 - lattice_origin()) + 0.5) >= threshold;
}

@fragment
fn fragment(corner: RenderCorner) {
  let place = place_of(corner.clip);
  let word = word_of(corner.clip, corner.number);
  // Most of a scalp lies under strands, which are drawn already: its opacity is not asked for.
  var is_seen = false;
  if (atomicLoad(&drawn[place]) < word) { is_seen = is_covered(corner); }
  if (!is_seen) { discard; }
  atomicMax(&drawn[place], word);
}

@fragment
fn shadow_fragment(corner: RenderCorner) {
  if (render_opacity(corner, vec2f(0.0)) < 0.5) { discard; }
}
`;
