/**
 * WGSL that all backgrounds share. Blur is analytic: every edge is a convolution in closed form, repeated patterns are
 * integrated over the blur, noise fades where it is finer than the blur. So one evaluation per pixel gives sharp walls,
 * portraits with soft backgrounds and light probes alike, and costs a software adapter little.
 *
 * Widths `w` are half widths of the blur in the unit of the coordinate.
 */
export const libraryWgsl = /* wgsl */ `
const BACKDROP_PI = 3.14159265;

fn backdrop_parameter(i: u32) -> vec4f { return background_parameters[i]; }

// A step at 0, smoothed over -w..w.
fn backdrop_step(x: f32, w: f32) -> f32 {
  let t = saturate(0.5 + 0.5 * x / w);
  return t * t * (3.0 - 2.0 * t);
}

// 1 between low and high. Narrower than the blur, it keeps its integral.
fn backdrop_band(x: f32, low: f32, high: f32, w: f32) -> f32 {
  return backdrop_step(x - low, w) - backdrop_step(x - high, w);
}

fn backdrop_box(p: vec2f, low: vec2f, high: vec2f, w: f32) -> f32 {
  return backdrop_band(p.x, low.x, high.x, w) * backdrop_band(p.y, low.y, high.y, w);
}

// Every unit of x: 1 for the first 'share' of it. Box-filtered over x - w .. x + w.
fn backdrop_pulse(x: f32, share: f32, w: f32) -> f32 {
  let a = x - w;
  let b = x + w;
  let ia = floor(a) * share + min(fract(a), share);
  let ib = floor(b) * share + min(fract(b), share);
  return (ib - ia) / (2.0 * w);
}

// A bright disc of radius r at distance d from its middle, out of focus by w: a disc again, with the same light in it.
fn backdrop_disc(d: f32, r: f32, w: f32) -> f32 {
  let big = max(r, w);
  let fade = min(1.0, r / w);
  return fade * fade * backdrop_step(big - d, min(r, w));
}

fn backdrop_mix_bits(x: u32) -> u32 {
  var h = (x ^ (x >> 15u)) * 0x2c1b3c6du;
  h = (h ^ (h >> 12u)) * 0x297a2d39u;
  return h ^ (h >> 15u);
}

// As in render/whole.wgsl.ts.
fn backdrop_whole(x: vec2f) -> vec2i { return bitcast<vec2i>(x + 12582912.0) - 0x4b400000; }

fn backdrop_lattice(cell: vec2i, seed: f32) -> u32 {
  let q = bitcast<vec2u>(cell) * vec2u(0x9e3779b1u, 0x85ebca77u);
  return backdrop_mix_bits(q.x ^ q.y ^ bitcast<u32>(seed));
}

// Three numbers 0..1 of a hash.
fn backdrop_unpack(h: u32) -> vec3f {
  return vec3f(vec3u(h >> 22u, (h >> 11u) & 1023u, h & 1023u)) * (1.0 / 1024.0);
}

fn backdrop_random(cell: vec2f, seed: f32) -> vec3f {
  return backdrop_unpack(backdrop_lattice(backdrop_whole(cell), seed));
}

// Smooth noise of one unit, -1..1.
fn backdrop_noise(p: vec2f) -> f32 {
  let cell = floor(p);
  let f = p - cell;
  let u = f * f * (3.0 - 2.0 * f);
  let near = bitcast<vec2u>(backdrop_whole(cell)) * vec2u(0x9e3779b1u, 0x85ebca77u);
  let far = near + vec2u(0x9e3779b1u, 0x85ebca77u);
  var h = vec4u(near.x ^ near.y, far.x ^ near.y, near.x ^ far.y, far.x ^ far.y);
  h = (h ^ (h >> vec4u(15u))) * 0x2c1b3c6du;
  let v = vec4f((h ^ (h >> vec4u(12u))) >> vec4u(8u)) * 1.1920928955078125e-7 - 1.0;
  let x = mix(v.xz, v.yw, u.x);
  return mix(x.x, x.y, u.y);
}

// Octaves of it, each fading where it is finer than the blur; -1..1.
fn backdrop_fbm(p: vec2f, octaves: i32, w: f32) -> f32 {
  var sum = 0.0;
  var height = 0.5;
  var at = vec2f(p.x * 0.8 - p.y * 0.6, p.x * 0.6 + p.y * 0.8); // or its lattice would show as upright squares
  var width = w;
  for (var i = 0; i < octaves; i++) {
    sum += height * saturate(1.3 - 1.3 * width) * backdrop_noise(at);
    at = vec2f(at.x * 1.63 - at.y * 1.21, at.x * 1.21 + at.y * 1.63) + vec2f(17.3, -9.1);
    height *= 0.55;
    width *= 2.03;
  }
  return sum;
}

// The light source i: direction and half width, colour and half height, right-hand vector and shape (0 rectangle, 1 disc,
// 2 ring), all in tangents about the direction.
fn backdrop_emitter(i: u32, direction: vec3f, blur: f32) -> vec3f {
  let a = backdrop_parameter(3u * i + 1u);
  let b = backdrop_parameter(3u * i + 2u);
  let c = backdrop_parameter(3u * i + 3u);
  let z = dot(direction, a.xyz);
  if (z <= 0.05) { return vec3f(0.0); }
  let at = vec2f(dot(direction, c.xyz), dot(direction, cross(a.xyz, c.xyz))) / z;
  let half = vec2f(a.w, b.w);
  let r = length(at);
  var cover = 0.0;
  if (c.w < 0.5) { cover = backdrop_box(at, -half, half, max(blur, 0.06 * a.w)); }
  else if (c.w < 1.5) { cover = backdrop_disc(r, a.w, blur); }
  else { cover = backdrop_band(r, b.w, a.w, blur); }
  return b.rgb * cover;
}

// Gain, number of emitters, cosine and sine of the turn of the surroundings about the vertical.
fn environment(direction: vec3f, blur: f32) -> vec3f {
  let head = backdrop_parameter(0u);
  let w = max(blur, 5e-4);
  let turned = vec3f(head.z * direction.x - head.w * direction.z, direction.y, head.w * direction.x + head.z * direction.z);
  var radiance = max(vec3f(0.0), backdrop(turned, w));
  // Not a loop: a software adapter runs the body of one once more than it has lanes for, and skips what no lane enters.
  if (head.y > 0.5) { radiance += backdrop_emitter(0u, direction, w); }
  if (head.y > 1.5) { radiance += backdrop_emitter(1u, direction, w); }
  if (head.y > 2.5) { radiance += backdrop_emitter(2u, direction, w); }
  if (head.y > 3.5) { radiance += backdrop_emitter(3u, direction, w); }
  return head.x * radiance;
}
`;

/** First vec4 of a family's own parameters; before them are the head and {@link MAX_EMITTERS} emitters. */
export const FAMILY_PARAMETERS = 13;
export const MAX_EMITTERS = 4;
