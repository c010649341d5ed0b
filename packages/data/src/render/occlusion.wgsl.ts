/**
 * Ambient occlusion from the depth of the picture: horizons in a few slices (Jimenez et al. 2016, "Practical Realtime
 * Strategies for Accurate Indirect Occlusion"), at half the size, then spread along surfaces. It darkens eye sockets,
 * nostrils, the open mouth, the neck under the chin, collars and the roots of hair. After {@link frameWgsl}.
 */
export const occlusionWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> result: array<u32>;       // [pixels] colour; [pixels] depth
@group(0) @binding(2) var<storage, read_write> coarse: array<u32>;  // [half, half] 12 bits visible, 20 bits depth in 1/1024 cm
@group(0) @binding(3) var<storage, read_write> fine: array<f32>;    // [pixels] visible

const SLICES = 3;
const REACH = 7.0;        // cm
const HALF_PI = 1.57079633;
const COS_SLICE = 0.5;            // of the angle between slices
const SIN_SLICE = 0.8660254;

// Places are whole numbers of pixels.
fn depth_at(p: vec2f) -> f32 {
  let size = f32(frame.size.x);
  let q = clamp(p, vec2f(0.0), vec2f(size - 1.0));
  return min(bitcast<f32>(result[whole(size * (size + q.y) + q.x)]), 1e4);
}

// Camera space, with z towards the picture: (x right, y down, z away).
fn view_at(p: vec2f, z: f32) -> vec3f {
  let crop = (p + 0.5) * (2.0 / f32(frame.size.x)) - 1.0;
  return vec3f(crop * z * frame.right.w, z);
}

fn shorter(a: vec3f, b: vec3f) -> vec3f {
  return select(b, a, abs(a.z) < abs(b.z));
}

// The sample k of a slice: the horizon as far as it is raised by what stands there.
fn raised(at: vec2f, p: vec3f, v: vec3f, heading: vec2f, t: f32, lowest: f32, radius: f32) -> f32 {
  let q = at + round(heading * (1.0 + t * t * radius));
  let d = view_at(q, depth_at(q)) - p;
  let inverse = inverseSqrt(dot(d, d) + 1e-8);
  // What is further in front than it is wide hides little: it fades, so that hair does not darken the wall behind.
  let weight = clamp(1.0 - dot(d, d) * inverse / (REACH * 1.6), 0.0, 1.0);
  return mix(lowest, dot(d, v) * inverse, weight);
}

// What one side of a slice leaves visible, the normal in it given by its angle to the view. Its five steps stand one by
// one: a software adapter runs the body of a loop once more than its lanes need.
fn arc_to(at: vec2f, p: vec3f, v: vec3f, direction: vec2f, heading: f32, cos_n: f32, sin_n: f32, radius: f32, offset: f32) -> f32 {
  let lowest = -heading * sin_n;                         // a quarter turn from the normal
  let h = direction * heading;
  var highest = max(lowest, raised(at, p, v, h, 0.2 * offset, lowest, radius));
  highest = max(highest, raised(at, p, v, h, 0.2 * offset + 0.2, lowest, radius));
  highest = max(highest, raised(at, p, v, h, 0.2 * offset + 0.4, lowest, radius));
  highest = max(highest, raised(at, p, v, h, 0.2 * offset + 0.6, lowest, radius));
  highest = max(highest, raised(at, p, v, h, 0.2 * offset + 0.8, lowest, radius));
  // The arc from the view to the horizon h, weighted by the cosine to the normal n:
  // (cos(n) + 2 h sin(n) - cos(2 h - n)) / 4. No horizon lies further from the normal than a quarter turn: see lowest.
  let cos_h = clamp(highest, -1.0, 1.0);
  let sin_h = heading * sqrt(1.0 - cos_h * cos_h);
  return 0.5 * (cos_n * sin_h * sin_h + sin_n * (heading * acos(cos_h) - sin_h * cos_h));
}

@compute @workgroup_size(8, 8)
fn occlude(@builtin(global_invocation_id) id: vec3u) {
  let half_size = (frame.size.x + 1u) / 2u;
  if (id.x >= half_size || id.y >= half_size) { return; }
  let at = 2.0 * vec2f(vec2i(id.xy));
  let z = depth_at(at);
  let place = id.y * half_size + id.x;
  if (z > 1e3) { coarse[place] = 0xffffffffu; return; }
  let p = view_at(at, z);
  let dx = shorter(view_at(at + vec2f(2.0, 0.0), depth_at(at + vec2f(2.0, 0.0))) - p, p - view_at(at - vec2f(2.0, 0.0), depth_at(at - vec2f(2.0, 0.0))));
  let dy = shorter(view_at(at + vec2f(0.0, 2.0), depth_at(at + vec2f(0.0, 2.0))) - p, p - view_at(at - vec2f(0.0, 2.0), depth_at(at - vec2f(0.0, 2.0))));
  let n = normalize(cross(dy, dx));                      // towards the camera: negative z
  let v = -normalize(p);
  let radius = REACH / (z * frame.camera.w);             // pixels
  // A pattern of 4 x 4 rotations and offsets, which the second pass averages.
  let noise = fract(f32((id.x & 3u) * 4u + (id.y & 3u)) * 0.61803399 + 0.1);
  let offset = fract(noise * 7.31);
  var visible = 0.0;
  let first = noise * (2.0 * HALF_PI / f32(SLICES));
  var direction = vec2f(cos(first), sin(first));
  for (var s = 1; ; s++) {
    let tangent = vec3f(direction, 0.0) - v * dot(vec3f(direction, 0.0), v);
    let axis = normalize(cross(tangent, v));
    let projected = n - axis * dot(n, axis);
    let length_n = length(projected) + 1e-6;
    let cos_n = clamp(dot(projected, v) / length_n, -1.0, 1.0);
    let sin_n = sign(dot(projected, tangent)) * sqrt(1.0 - cos_n * cos_n);
    visible += length_n * (arc_to(at, p, v, direction, 1.0, cos_n, sin_n, radius, offset) + arc_to(at, p, v, direction, -1.0, cos_n, sin_n, radius, offset));
    if (s == SLICES) { break; }
    direction = mat2x2f(COS_SLICE, SIN_SLICE, -SIN_SLICE, COS_SLICE) * direction;
  }
  coarse[place] = whole(clamp(visible / f32(SLICES), 0.0, 1.0) * 4095.0) | (whole(z * 1024.0) << 12u);
}

// Four pixels about a coarse corner: they have the same sixteen neighbours, and loads are what this costs.
@compute @workgroup_size(8, 8)
fn spread(@builtin(global_invocation_id) id: vec3u) {
  let size = i32(frame.size.x);
  let at = 2 * vec2i(id.xy) - 1;
  if (max(at.x, at.y) >= size) { return; }
  let half_size = (size + 1) / 2;
  let corner = vec2i(id.xy) - 2;
  let z = vec4f(depth_at(vec2f(at)), depth_at(vec2f(at + vec2i(1, 0))), depth_at(vec2f(at + vec2i(0, 1))), depth_at(vec2f(at + 1)));
  var visible = vec4f(1.0);
  if (any(z < vec4f(1e3))) {
    var sum = vec4f(0.0);
    var weights = vec4f(1e-6);
    for (var y = 0; ; y++) {
      let row = clamp(corner.y + y, 0, half_size - 1) * half_size;
      for (var x = 0; ; x++) {
        let word = coarse[row + clamp(corner.x + x, 0, half_size - 1)];
        let near = max(vec4f(0.0), 1.0 - 0.33 * abs(f32(word >> 12u) * 0.0009765625 - z));   // cm: over 3 is another surface
        let w = near * near * near * near + 1e-5;
        sum += w * f32(word & 4095u);
        weights += w;
        if (x == 3) { break; }
      }
      if (y == 3) { break; }
    }
    visible = select(vec4f(1.0), sum / (4095.0 * weights), z < vec4f(1e3));
  }
  for (var k = 0; ; k++) {
    let p = at + vec2i(k & 1, k >> 1u);
    if (min(p.x, p.y) >= 0 && max(p.x, p.y) < size) { fine[p.y * size + p.x] = visible[k]; }
    if (k == 3) { break; }
  }
}
`;
