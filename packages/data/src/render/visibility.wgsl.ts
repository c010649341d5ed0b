/**
 * The one geometry pass: which triangle of which drawable is seen at every sample. Shading happens later, once per group
 * of samples: triangles of heads and hair are smaller than a pixel, and shading each of them, as a forward renderer
 * does, costs a software adapter ten times as much.
 *
 * A sample's word: drawable in the upper 8 bits, triangle in the lower 24; all ones is the background.
 */

/** Drawables whose materials never leave holes. After {@link frameWgsl}. */
export const visibilityWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(1) @binding(0) var<storage, read> positions: array<f32>;
@group(1) @binding(1) var<storage, read> draw_source: array<u32>;

struct Corner {
  @builtin(position) position: vec4f,
  @location(0) @interpolate(flat, first) id: u32,
};

@vertex
fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) drawable: u32) -> Corner {
  let v = draw_source[index] * 3u;
  let position = vec4f(positions[v], positions[v + 1u], positions[v + 2u], 1.0);
  return Corner(frame.view_projection * position, (drawable << 24u) | index);
}

@vertex
fn shadow_vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  let v = draw_source[index] * 3u;
  return frame.shadow_projection * vec4f(positions[v], positions[v + 1u], positions[v + 2u], 1.0);
}

@fragment
fn fragment(@location(0) @interpolate(flat, first) id: u32) -> @location(0) u32 {
  return id;
}
`;

/** Drawables with holes: after frame, noise, material header and material. Coverage is dithered over a pixel's samples. */
export const cutoutWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(2) @binding(0) var<storage, read> render_positions: array<f32>;
@group(2) @binding(1) var<storage, read> render_source: array<u32>;
@group(2) @binding(2) var<storage, read> render_normals: array<f32>;
@group(2) @binding(3) var<storage, read> render_attributes: array<f32>;

struct RenderCorner {
  @builtin(position) clip: vec4f,
  @location(0) @interpolate(flat, first) id: u32,
  @location(1) position: vec3f,
  @location(2) normal: vec3f,
  @location(3) uv: vec2f,
  @location(4) extra: vec4f,
};

fn render_corner(index: u32, drawable: u32, projection: mat4x4f) -> RenderCorner {
  let v = render_source[index];
  let position = vec3f(render_positions[3u * v], render_positions[3u * v + 1u], render_positions[3u * v + 2u]);
  let normal = vec3f(render_normals[3u * v], render_normals[3u * v + 1u], render_normals[3u * v + 2u]);
  let a = 6u * v;
  return RenderCorner(projection * vec4f(position, 1.0), (drawable << 24u) | index, position, normal,
    vec2f(render_attributes[a], render_attributes[a + 1u]),
    vec4f(render_attributes[a + 2u], render_attributes[a + 3u], render_attributes[a + 4u], render_attributes[a + 5u]));
}

@vertex
fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) drawable: u32) -> RenderCorner {
  return render_corner(index, drawable, frame.view_projection);
}

@vertex
fn shadow_vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) drawable: u32) -> RenderCorner {
  return render_corner(index, drawable, frame.shadow_projection);
}

fn render_opacity(corner: RenderCorner, pixel: vec2f) -> f32 {
  let to_camera = frame.camera.xyz - corner.position;
  let distance = length(to_camera);
  return evaluate(Surface(corner.position, normalize(corner.normal), to_camera / distance, corner.uv, corner.extra, pixel, distance * frame.camera.w)).opacity;
}

@fragment
fn fragment(corner: RenderCorner) -> @location(0) u32 {
  let samples = frame.size.y;
  let at = vec2u(corner.clip.xy) % samples;
  // Thresholds spread over the samples of a pixel: alpha to coverage. The middle one has 1/2, which mask and depth see.
  let last = samples * samples - 1u;
  let order = (at.x + at.y * samples) * 7u % (last + 1u);
  let middle = (samples / 2u) * (samples + 1u) * 7u % (last + 1u);
  let threshold = (f32((order + last / 2u + last + 1u - middle) % (last + 1u)) + 0.5) / f32(last + 1u);
  if (render_opacity(corner, corner.clip.xy / f32(samples)) < threshold) { discard; }
  return corner.id;
}

@fragment
fn shadow_fragment(corner: RenderCorner) {
  if (render_opacity(corner, vec2f(0.0)) < 0.5) { discard; }
}
`;
