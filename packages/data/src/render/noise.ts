/**
 * Noise in WGSL for every material and background. Built on integer hashes, so that adapters agree, and kept cheap: a
 * software adapter evaluates it a hundred thousand times per picture. One octave of `noise3` costs about 60 operations;
 * `voronoi3` about ten times as much.
 */

export const noiseWgsl = /* wgsl */ `
fn hash_u32(x: u32) -> u32 {
  var h = x * 0x9e3779b1u;
  h = (h ^ (h >> 15u)) * 0x85ebca77u;
  return h ^ (h >> 13u);
}

fn hash_lattice(p: vec3i) -> u32 {
  let q = bitcast<vec3u>(p) * vec3u(0x9e3779b1u, 0x85ebca77u, 0xc2b2ae3du);
  var h = q.x ^ q.y ^ q.z;
  h = (h ^ (h >> 15u)) * 0x2c1b3c6du;
  return h ^ (h >> 12u);
}

// 24 bits of a hash as 0 <= x < 1.
fn unit_f32(h: u32) -> f32 {
  return f32(h >> 8u) * 5.9604644775390625e-8;
}

// 0 <= x < 1, one independent value for every different argument.
fn hash11(x: f32) -> f32 { return unit_f32(hash_u32(bitcast<u32>(x))); }
fn hash12(p: vec2f) -> f32 { return unit_f32(hash_lattice(bitcast<vec3i>(vec3f(p, 0.0)))); }
fn hash13(p: vec3f) -> f32 { return unit_f32(hash_lattice(bitcast<vec3i>(p))); }
fn hash33(p: vec3f) -> vec3f {
  let h = hash_lattice(bitcast<vec3i>(p));
  return vec3f(unit_f32(h), unit_f32(hash_u32(h)), unit_f32(hash_u32(h ^ 0x68bc21ebu)));
}

// Value noise, -1..1, smooth, one feature per unit of p; xyz = gradient, w = value.
fn noise3_gradient(p: vec3f) -> vec4f {
  let cell = floor(p);
  let f = p - cell;
  let u = f * f * (3.0 - 2.0 * f);
  let du = 6.0 * f * (1.0 - f);
  let near = bitcast<vec3u>(whole_3(cell)) * vec3u(0x9e3779b1u, 0x85ebca77u, 0xc2b2ae3du);
  let far = near + vec3u(0x9e3779b1u, 0x85ebca77u, 0xc2b2ae3du);
  let y0z0 = near.y ^ near.z;
  let y1z0 = far.y ^ near.z;
  let y0z1 = near.y ^ far.z;
  let y1z1 = far.y ^ far.z;
  let h0 = vec4u(near.x ^ y0z0, near.x ^ y1z0, near.x ^ y0z1, near.x ^ y1z1);
  let h1 = vec4u(far.x ^ y0z0, far.x ^ y1z0, far.x ^ y0z1, far.x ^ y1z1);
  let m0 = (h0 ^ (h0 >> vec4u(15u))) * 0x2c1b3c6du;
  let m1 = (h1 ^ (h1 >> vec4u(15u))) * 0x2c1b3c6du;
  let v0 = vec4f((m0 ^ (m0 >> vec4u(12u))) >> vec4u(8u)) * 1.1920928955078125e-7 - 1.0;
  let v1 = vec4f((m1 ^ (m1 >> vec4u(12u))) >> vec4u(8u)) * 1.1920928955078125e-7 - 1.0;
  let dx = v1 - v0;              // along x at (y0z0, y1z0, y0z1, y1z1)
  let x = v0 + dx * u.x;
  let dy = x.yw - x.xz;          // along y at (z0, z1)
  let y = x.xz + dy * u.y;
  let dz = y.y - y.x;
  let dxy = mix(dx.xz, dx.yw, vec2f(u.y));
  return vec4f(vec3f(mix(dxy.x, dxy.y, u.z), mix(dy.x, dy.y, u.z), dz) * du, y.x + dz * u.z);
}

fn noise3(p: vec3f) -> f32 { return noise3_gradient(p).w; }

// Sum of octaves, each of twice the frequency and half the height, about -1..1.
fn fbm3(p: vec3f, octaves: i32) -> f32 {
  var sum = 0.0;
  var height = 0.5;
  var at = p;
  for (var i = 0; i < octaves; i++) {
    sum += height * noise3(at);
    at = at * 2.03 + vec3f(17.3, -9.1, 31.7);
    height *= 0.5;
  }
  return sum;
}

// The same with its gradient in xyz.
fn fbm3_gradient(p: vec3f, octaves: i32) -> vec4f {
  var sum = vec4f(0.0);
  var height = 0.5;
  var frequency = 1.0;
  var at = p;
  for (var i = 0; i < octaves; i++) {
    let n = noise3_gradient(at);
    sum += vec4f(n.xyz * frequency, n.w) * height;
    at = at * 2.03 + vec3f(17.3, -9.1, 31.7);
    frequency *= 2.03;
    height *= 0.5;
  }
  return sum;
}

// One random point per unit cell. x = distance to the nearest, y = to the second nearest, z = a number 0..1 that the
// nearest point's cell has for itself. Looks at the eight cells around p's half-cell: exact for distances below 0.5.
fn voronoi3(p: vec3f) -> vec3f {
  let base = whole_3(floor(p - 0.5));
  var nearest = 9.0;
  var second = 9.0;
  var id = 0.0;
  for (var i = 0; i < 8; i++) {
    let cell = base + vec3i(i & 1, (i >> 1u) & 1, i >> 2u);
    let h = hash_lattice(cell);
    let h2 = hash_u32(h);
    let point = vec3f(cell) + vec3f(f32(h & 0xffffu), f32(h >> 16u), f32(h2 & 0xffffu)) * 1.52587890625e-5;
    let d = distance(p, point);
    if (d < nearest) { second = nearest; nearest = d; id = f32(h2 >> 16u) * 1.52587890625e-5; }
    else { second = min(second, d); }
  }
  return vec3f(nearest, second, id);
}
`;
