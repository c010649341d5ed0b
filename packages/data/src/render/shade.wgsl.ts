/**
 * Shading of one list of slots: the triangle under the sample is intersected again, its corners interpolated, the
 * material evaluated and lit.
 */
import { lightWordWgsl } from './light-word.wgsl.ts';
import { slotWgsl } from './slot.wgsl.ts';
import { attributesWgsl, verticesWgsl } from './vertex.wgsl.ts';

const lists = /* wgsl */ `${lightWordWgsl}${slotWgsl}
const RENDER_SLOTS = 4u;
@group(0) @binding(0) var<uniform> frame: Frame;
// Slots, occlusion of pixels, the shadow map: one buffer, as adapters promise a shader only eight.
@group(0) @binding(1) var<storage, read> render_words: array<u32>;
@group(0) @binding(2) var<storage, read> render_lists: array<u32>;
@group(0) @binding(3) var<storage, read_write> render_radiance: array<u32>;  // [SLOTS, pixels] light, its tag the region; transparent: [SLOTS, pixels, 2] premultiplied, opacity

// First word of the occlusion (0) and of the shadow map (1), see targets.ts.
fn render_part(which: u32) -> u32 {
  let pixels = frame.size.x * frame.size.x;
  return ((RENDER_SLOTS * pixels + 63u) & 0xffffffc0u) + which * ((pixels + 63u) & 0xffffffc0u);
}

fn render_pixel(slot: u32) -> u32 {
  let pixels = frame.size.x * frame.size.x;
  return slot - whole(render_place(slot, f32(pixels)).y) * pixels;
}

// The place in crop units of the sample that stands for a slot.
fn render_sample(pixel: u32, word: u32) -> vec2f {
  let at = (render_place(pixel, f32(frame.size.x)) + 0.5 + lattice_pixels(slot_offset(word))) / f32(frame.size.x);
  return vec2f(2.0 * at.x - 1.0, 1.0 - 2.0 * at.y);
}

// Column and row of an index below 2^23. In whole numbers a software adapter divides lane by lane.
fn render_place(index: u32, width: f32) -> vec2f {
  let row = floor((f32(index) + 0.5) / width);
  return vec2f(f32(index) - row * width, row);
}
`;

/** The background seen directly. After frame, before the background's own WGSL. */
export const backdropWgsl = /* wgsl */ `${lists}
@group(1) @binding(0) var<uniform> background_parameters: array<vec4f, 32>;

const RENDER_NONE = 0xffffffffu;

// The slot of the pixel that shows background.
fn render_open_slot(pixel: vec2u) -> u32 {
  let size = frame.size.x;
  if (any(pixel >= vec2u(size))) { return RENDER_NONE; }
  var left = COUNT;
  var slot = pixel.y * size + pixel.x;
  loop {
    let word = render_words[slot];
    if (slot_number(word) == BACKGROUND_NUMBER) { return slot; }
    left -= min(left, slot_count(word));
    slot += size * size;
    if (left == 0u) { break; }
  }
  return RENDER_NONE;
}

fn render_put_backdrop(slot: u32, light: u32) {
  if (slot != RENDER_NONE) { render_radiance[slot] = light; }
}

// Of one pixel, or of four where it is blurred.
@compute @workgroup_size(8, 8)
fn render_backdrop(@builtin(global_invocation_id) id: vec3u) {
  let side = whole(frame.setting[0].w);
  let pixel = side * id.xy;
  var slots = vec4u(render_open_slot(pixel), vec3u(RENDER_NONE));
  if (side == 2u) { slots = vec4u(slots.x, render_open_slot(pixel + vec2u(1u, 0u)), render_open_slot(pixel + vec2u(0u, 1u)), render_open_slot(pixel + vec2u(1u, 1u))); }
  if (all(slots == vec4u(RENDER_NONE))) { return; }
  let at = (vec2f(pixel) + 0.5 * frame.setting[0].w) / f32(frame.size.x);
  let ray = render_ray(frame.right, frame.up, frame.back, vec2f(2.0 * at.x - 1.0, 1.0 - 2.0 * at.y));
  let direction = vec3f(dot(frame.setting[0].xyz, ray), dot(frame.setting[1].xyz, ray), dot(frame.setting[2].xyz, ray));
  let light = light_word(max(environment(direction, frame.up.w), vec3f(0.0)), 0u);
  render_put_backdrop(slots.x, light);
  render_put_backdrop(slots.y, light);
  render_put_backdrop(slots.z, light);
  render_put_backdrop(slots.w, light);
}
`;

/** A drawable's surface. After frame, noise, material header and material. */
export const shadeWgsl = /* wgsl */ `${lists}
${verticesWgsl}${attributesWgsl}
@group(2) @binding(0) var<storage, read> render_vertices: array<vec4u>;
@group(2) @binding(1) var<storage, read> render_attributes: array<vec4u>;
@group(2) @binding(2) var<storage, read> render_triangles: array<vec4u>;
// Drawable, 1 = double-sided, 1 = strands, 1 = transparent; numbers; offset and step of uv; offset of extra; step of extra.
@group(2) @binding(3) var<uniform> render_draw_words: array<vec4u, 5>;

fn render_surface(triangle: u32, crop: vec2f) -> Surface {
  let corners = render_triangles[triangle].xyz;
  let vertex_a = render_vertices[corners.x];
  let vertex_b = render_vertices[corners.y];
  let vertex_c = render_vertices[corners.z];
  let a = vertex_position(vertex_a);
  let ab = vertex_position(vertex_b) - a;
  let ac = vertex_position(vertex_c) - a;
  // Moeller & Trumbore 1997, the ray from the camera through the sample.
  let ray = render_ray(frame.right, frame.up, frame.back, crop);
  let p = cross(ray, ac);
  let determinant = dot(ab, p);
  let to_a = frame.camera.xyz - a;
  let q = cross(to_a, ab);
  let scale = select(1.0 / determinant, 0.0, abs(determinant) < 1e-12);
  let v = clamp(dot(to_a, p) * scale, 0.0, 1.0);
  let w = clamp(dot(ray, q) * scale, 0.0, 1.0 - v);
  let u = 1.0 - v - w;
  let position = a + ab * v + ac * w;
  let to_camera = frame.camera.xyz - position;
  let distance = length(to_camera);
  var normal = normalize(vertex_normal(vertex_a) * u + vertex_normal(vertex_b) * v + vertex_normal(vertex_c) * w + vec3f(0.0, 0.0, 1e-9));
  if (render_draw_words[0].y == 1u && render_draw_words[0].z == 0u && dot(cross(ab, ac), to_camera) < 0.0) { normal = -normal; }
  let at_a = render_attributes[corners.x];
  let at_b = render_attributes[corners.y];
  let at_c = render_attributes[corners.z];
  let range = bitcast<vec4f>(render_draw_words[2]);
  let uv = range.xy + range.zw * (vertex_uv(at_a) * u + vertex_uv(at_b) * v + vertex_uv(at_c) * w);
  let extra = bitcast<vec4f>(render_draw_words[3]) + bitcast<vec4f>(render_draw_words[4]) * (vertex_extra(at_a) * u + vertex_extra(at_b) * v + vertex_extra(at_c) * w);
  let pixel = vec2f(crop.x + 1.0, 1.0 - crop.y) * 0.5 * f32(frame.size.x);
  return Surface(position, normal, to_camera / distance, uv, extra, pixel, distance * frame.camera.w);
}

@compute @workgroup_size(64)
fn render_shade(@builtin(global_invocation_id) id: vec3u) {
  let drawable = render_draw_words[0].x;
  if (id.x >= render_lists[drawable]) { return; }
  let slot = render_lists[192u + render_lists[64u + drawable] + id.x];
  let word = render_words[slot];
  let pixel = render_pixel(slot);
  let triangle = slot_number(word) - render_draw_words[1].x;
  let surface = render_surface(triangle, render_sample(pixel, word));
  var shading = evaluate(surface);
  // A material's slip must not spread: not a number, once the lens blurs it, is a black square.
  shading.albedo = clamp(shading.albedo, vec3f(0.0), vec3f(1.0));
  var light = render_light(surface, shading);
  light = select(clamp(light, vec3f(0.0), vec3f(6e4)), vec3f(0.0), (bitcast<vec3u>(light) & vec3u(0x7f800000u)) == vec3u(0x7f800000u));
  if (render_draw_words[0].w == 1u) {
    let opacity = clamp(shading.opacity, 0.0, 1.0);
    render_radiance[2u * slot] = light_word(light * opacity, 0u);
    render_radiance[2u * slot + 1u] = bitcast<u32>(opacity);
  } else {
    render_radiance[slot] = light_word(light, render_triangles[triangle].w);
    if (slot == pixel) {
      // The pixel's centre: its depth without the rounding of the rasterizer.
      render_result[frame.size.x * frame.size.x + pixel] = bitcast<u32>(-dot(surface.position - frame.camera.xyz, frame.back.xyz));
    }
  }
}
`;
