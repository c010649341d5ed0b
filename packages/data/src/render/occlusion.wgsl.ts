/**
 * Ambient occlusion from the depth of the picture: horizons in a few slices (Jimenez et al. 2016, "Practical Realtime
 * Strategies for Accurate Indirect Occlusion"), at half the size, then spread along surfaces. It darkens eye sockets,
 * nostrils, the open mouth, the neck under the chin, collars and the roots of hair. After {@link frameWgsl}.
 */
export const occlusionWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> result: array<u32>;       // [pixels] colour; [pixels] depth
@group(0) @binding(2) var coarse_in: texture_2d<f32>;
@group(0) @binding(3) var coarse_out: texture_storage_2d<r32float, write>;
@group(0) @binding(4) var fine_out: texture_storage_2d<r32float, write>;

const SLICES = 3;
const STEPS = 5;
const REACH = 7.0;        // cm
const HALF_PI = 1.57079633;

fn depth_at(p: vec2i) -> f32 {
  let size = i32(frame.size.x);
  let q = clamp(p, vec2i(0), vec2i(size - 1));
  return min(bitcast<f32>(result[size * size + q.y * size + q.x]), 1e4);
}

// Camera space, with z towards the picture: (x right, y down, z away).
fn view_at(p: vec2i, z: f32) -> vec3f {
  let crop = (vec2f(p) + 0.5) * (2.0 / f32(frame.size.x)) - 1.0;
  return vec3f(crop * z * frame.right.w, z);
}

fn shorter(a: vec3f, b: vec3f) -> vec3f {
  return select(b, a, abs(a.z) < abs(b.z));
}

@compute @workgroup_size(8, 8)
fn occlude(@builtin(global_invocation_id) id: vec3u) {
  let half_size = (frame.size.x + 1u) / 2u;
  if (id.x >= half_size || id.y >= half_size) { return; }
  let at = vec2i(id.xy) * 2;
  let z = depth_at(at);
  if (z > 1e3) { textureStore(coarse_out, id.xy, vec4f(1.0)); return; }
  let p = view_at(at, z);
  let dx = shorter(view_at(at + vec2i(2, 0), depth_at(at + vec2i(2, 0))) - p, p - view_at(at - vec2i(2, 0), depth_at(at - vec2i(2, 0))));
  let dy = shorter(view_at(at + vec2i(0, 2), depth_at(at + vec2i(0, 2))) - p, p - view_at(at - vec2i(0, 2), depth_at(at - vec2i(0, 2))));
  let n = normalize(cross(dy, dx));                      // towards the camera: negative z
  let v = -normalize(p);
  let radius = REACH / (z * frame.camera.w);             // pixels
  // A pattern of 4 x 4 rotations and offsets, which the second pass averages.
  let noise = fract(f32((id.x & 3u) * 4u + (id.y & 3u)) * 0.61803399 + 0.1);
  let offset = fract(noise * 7.31);
  var visible = 0.0;
  for (var s = 0; s < SLICES; s++) {
    let phi = (f32(s) + noise) * (2.0 * HALF_PI / f32(SLICES));
    let direction = vec2f(cos(phi), sin(phi));
    let tangent = vec3f(direction, 0.0) - v * dot(vec3f(direction, 0.0), v);
    let axis = normalize(cross(tangent, v));
    let projected = n - axis * dot(n, axis);
    let length_n = length(projected) + 1e-6;
    let angle = sign(dot(projected, tangent)) * acos(clamp(dot(projected, v) / length_n, -1.0, 1.0));
    var horizons = vec2f(0.0);
    for (var side = 0; side < 2; side++) {
      let heading = select(-1.0, 1.0, side == 1);
      let lowest = cos(angle + heading * HALF_PI);
      var highest = lowest;
      for (var k = 0; k < STEPS; k++) {
        let t = (f32(k) + offset) / f32(STEPS);
        let q = at + vec2i(round(direction * (heading * (1.0 + t * t * radius))));
        let d = view_at(q, depth_at(q)) - p;
        let far = length(d);
        // What is further in front than it is wide hides little: it fades, so that hair does not darken the wall behind.
        let weight = clamp(1.0 - far / (REACH * 1.6), 0.0, 1.0);
        highest = max(highest, mix(lowest, dot(d, v) / max(far, 1e-4), weight));
      }
      horizons[side] = heading * acos(clamp(highest, -1.0, 1.0));
    }
    let h0 = angle + max(horizons.x - angle, -HALF_PI);
    let h1 = angle + min(horizons.y - angle, HALF_PI);
    let arc = 0.25 * (-cos(2.0 * h0 - angle) + cos(angle) + 2.0 * h0 * sin(angle)) + 0.25 * (-cos(2.0 * h1 - angle) + cos(angle) + 2.0 * h1 * sin(angle));
    visible += length_n * arc;
  }
  textureStore(coarse_out, id.xy, vec4f(clamp(visible / f32(SLICES), 0.0, 1.0)));
}

@compute @workgroup_size(8, 8)
fn spread(@builtin(global_invocation_id) id: vec3u) {
  let size = frame.size.x;
  if (id.x >= size || id.y >= size) { return; }
  let z = depth_at(vec2i(id.xy));
  if (z > 1e3) { textureStore(fine_out, id.xy, vec4f(1.0)); return; }
  let last = i32((size + 1u) / 2u) - 1;
  let corner = (vec2i(id.xy) - 3) / 2;
  var sum = 0.0;
  var weights = 1e-6;
  for (var k = 0; k < 16; k++) {
    let q = clamp(corner + vec2i(k & 3, k >> 2u), vec2i(0), vec2i(last));
    let w = exp2(-2.0 * abs(depth_at(2 * q) - z)) + 1e-5;
    sum += w * textureLoad(coarse_in, q, 0).x;
    weights += w;
  }
  textureStore(fine_out, id.xy, vec4f(sum / weights));
}
`;
