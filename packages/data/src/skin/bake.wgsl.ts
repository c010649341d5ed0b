/**
 * The painter of skin: one invocation per texel of the atlas, from the texel's place on the standard head to colour, gloss,
 * relief and creases. Pigments first (through the table of pigment.ts), then what lies on top of the skin, then height.
 * Prefixed by the noise library and by the struct `Look` of look-buffer.ts. Lengths are cm.
 */

export const bakeWgsl = /* wgsl */ `
@group(0) @binding(0) var<storage, read> places: array<vec4f>;   // canonical position, bits of the texel's index
@group(0) @binding(1) var<storage, read> look: Look;
@group(0) @binding(2) var<storage, read_write> texels: array<u32>;   // [levels] of [height, width, 3], see canvas.ts

fn falloff(p: vec3f, centre: vec3f, radius: vec3f) -> f32 {
  let d = (p - centre) / radius;
  return exp(-dot(d, d));
}

fn soft(edge: f32, width: f32, x: f32) -> f32 { return smoothstep(edge - width, edge + width, x); }

fn pigment_colour(melanin: f32, haemoglobin: f32) -> vec3f {
  let at = clamp(vec2f(melanin / TABLE_MELANIN, haemoglobin / TABLE_HAEMOGLOBIN), vec2f(0.0), vec2f(0.9999)) * f32(TABLE_SIZE - 1u);
  let cell = vec2u(at);
  let f = at - vec2f(cell);
  let i = cell.x * TABLE_SIZE + cell.y;
  let low = mix(look.table[i], look.table[i + 1u], f.y);
  let high = mix(look.table[i + TABLE_SIZE], look.table[i + TABLE_SIZE + 1u], f.y);
  return exp(mix(low, high, f.x).xyz);
}

// Signed distance in the x, y plane to the closed outlines of the lips and the left eye: negative inside. Edge by edge;
// nearest: least squared distance so far, and the sign, which turns at each edge that a ray from p crosses.
fn past_edge(nearest: vec2f, p: vec2f, a: vec2f, b: vec2f) -> vec2f {
  let e = b - a;
  let w = p - a;
  let q = w - e * clamp(dot(w, e) / dot(e, e), 0.0, 1.0);
  let crosses = (a.y > p.y) != (b.y > p.y) && p.x < e.x * (p.y - a.y) / e.y + a.x;
  return vec2f(min(nearest.x, dot(q, q)), select(nearest.y, -nearest.y, crosses));
}

fn lip_distance(p: vec2f) -> f32 {
  var nearest = vec2f(1e9, 1.0);
  for (var i = 0u; i < 20u; i++) { nearest = past_edge(nearest, p, look.lip_outline[i].xy, look.lip_outline[(i + 1u) % 20u].xy); }
  return nearest.y * sqrt(nearest.x);
}

fn lid_distance(p: vec2f) -> f32 {
  var nearest = vec2f(1e9, 1.0);
  for (var i = 0u; i < 16u; i++) { nearest = past_edge(nearest, p, look.lid_outline[i].xy, look.lid_outline[(i + 1u) % 16u].xy); }
  return nearest.y * sqrt(nearest.x);
}

fn segment_distance(p: vec2f, a: vec2f, b: vec2f) -> vec2f {   // distance, place along 0..1
  let e = b - a;
  let t = clamp(dot(p - a, e) / dot(e, e), 0.0, 1.0);
  return vec2f(distance(p, a + t * e), t);
}

fn decal_distance(kind: u32, q: vec2f) -> f32 {
  let angle = atan2(q.y, q.x);
  let r = length(q);
  switch kind {
    case 0u: { return r - 1.0; }
    case 1u: { return abs(r - 0.85) - 0.15; }
    case 2u: { let s = abs(fract(angle * 0.7957747 + 0.75 - 0.5) - 0.5) * 2.0; return r - mix(0.42, 1.0, pow(1.0 - s, 1.4)); }
    case 3u: { let h = vec2f(abs(q.x), q.y * 1.1 + 0.15 - 0.55 * sqrt(abs(q.x))); return length(h) - 0.8; }
    case 4u: { return max(min(abs(q.x), abs(q.y)) - 0.17, max(abs(q.x), abs(q.y)) - 1.0); }
    case 5u: { let y = q.y + 0.3; return length(vec2f(q.x, y * select(1.0, 0.45, y > 0.0))) - 0.6 + 0.28 * max(0.0, y); }
    case 6u: { return max(r - 1.0, 0.82 - length(q - vec2f(0.42, 0.1))); }
    case 7u: { return max(abs(fract(q.y * 1.5) - 0.5) * 0.667 - 0.15, max(abs(q.x), abs(q.y)) - 1.0); }
    case 8u: { let g = (fract(q * 2.0) - 0.5) * 0.5; return max(length(g) - 0.14, r - 1.0); }
    case 9u: { let turn = abs(fract(r * 2.2 - angle * 0.1591549) - 0.5) / 2.2; return max(turn - 0.1, r - 1.0); }
    case 10u: { let w = abs(q.y - 0.28 * sin(q.x * 6.0)); return max(min(w, abs(w - 0.45)) - 0.09, abs(q.x) - 1.0); }
    case 11u: { return max(abs(q.x) * 0.866 + q.y * 0.5, -q.y) - 0.55; }
    case 12u: { return abs(q.x) * 1.5 + abs(q.y) - 1.0; }
    case 13u: { return min(r - 0.25, abs(r - (0.65 + 0.3 * cos(angle * 5.0))) - 0.08); }
    case 14u: { let z = abs(q.x + 0.35 * q.y - 0.35 * sign(q.y) * (1.0 - abs(q.y))); return max(z - 0.2 * (1.2 - abs(q.y)), abs(q.y) - 1.0); }
    case 15u: {                                    // strokes like handwriting in two lines
      let row = q.y * 2.4;
      let s = fract(row + 0.5) - 0.5;
      let n = sin(q.x * 13.0 + floor(row + 0.5) * 2.1) * 0.2 + sin(q.x * 29.0 + floor(row + 0.5)) * 0.1;
      return max(abs(s - n) / 2.4 - 0.05, max(abs(q.x) - 1.3, abs(q.y) - 0.6));
    }
    case 16u: { let c = q.y - abs(q.x) * 0.8; return max(abs(fract(c * 1.6) - 0.5) * 0.5 - 0.12, max(abs(q.x), abs(q.y)) - 1.0); }
    case 17u: {                                    // a band of barbs
      let barb = abs(fract(q.x * 2.0) - 0.5);
      return max(min(abs(q.y) - 0.09, max(abs(q.y) - 0.5, barb * 0.5 + abs(q.y) * 0.35 - 0.2)), abs(q.x) - 1.6);
    }
    case 18u: { let g = abs(fract(q * 2.0) - 0.5) * 0.5; return max(min(g.x, g.y) - 0.05, max(abs(q.x), abs(q.y)) - 1.0); }
    default: { return min(r - 0.45, max(abs(fract(angle * 1.2732395) - 0.5) * r - 0.1, abs(r - 0.8) - 0.2)); }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&places)) { return; }
  let place = places[id.x];
  let p = place.xyz;
  let texel = 3u * bitcast<u32>(place.w);

  let m = vec3f(abs(p.x), p.yz);              // mirrored to the subject's left
  let o = look.offset.xyz;
  let front = smoothstep(2.0, 6.5, p.z) * smoothstep(-10.5, -8.5, p.y);
  // The back of the head, nape and shoulders have nothing of what follows: half of the atlas takes the short way.
  let is_face = p.z > 0.5 && p.y > -10.5;

  // Shared noise.
  let frequency = look.mottling.z;
  let n_low = noise3(p * frequency + o);
  let n_mid = noise3(p * 1.3 + o.zxy);
  let fine_bump = noise3_gradient(p * 3.7 + o.yzx);
  let n_fine = fine_bump.w;
  let n_grain = noise3_gradient(p * 8.5 + o);
  let n_pore = noise3_gradient(p * 15.0 + o.yxz);

  // Distances to lips and lids.
  var d_lip = 9.0;
  if (p.z > 6.5 && m.x < 3.6 && p.y < -1.6 && p.y > -6.4) { d_lip = lip_distance(p.xy + 0.03 * vec2f(n_fine, n_grain.w)); }
  var d_lid = 9.0;
  if (p.z > 4.5 && m.x > 0.6 && m.x < 6.6 && p.y > 0.4 && p.y < 6.2) { d_lid = lid_distance(m.xy); }
  let lip = smoothstep(-0.06, 0.2, -d_lip);
  let above_eye = smoothstep(-0.15, 0.35, p.y - mix(look.lid_corner.y, look.lid_corner.w, (m.x - look.lid_corner.x) / (look.lid_corner.z - look.lid_corner.x)));

  // Pigments.
  let even = 1.0 - 0.85 * look.foundation.x * front;
  var melanin = look.base.x;
  var blood = look.base.y;
  var unevenness_m = look.mottling.x * (n_low + 0.5 * n_mid + 0.3 * n_fine);
  var unevenness_h = look.mottling.y * (0.55 * n_low + 0.6 * n_mid + 0.5 * n_fine);

  var nose = 0.0;
  var cheek = 0.0;
  var chin = 0.0;
  var hollow = 0.0;
  var around_eye = 0.0;
  var mouth_ring = 0.0;
  var goggles = 0.0;
  var caruncle = 0.0;
  var nostril = 0.0;
  if (is_face) {
    nose = falloff(p, look.nose_tip.xyz, vec3f(1.6, 1.5, 3.0)) + 0.7 * falloff(m, look.nose_wing.xyz, vec3f(0.8, 0.9, 1.6));
    cheek = falloff(m, look.cheek.xyz, vec3f(2.1, 1.9, 4.0));
    chin = falloff(p, vec3f(0.0, -7.0, 9.6), vec3f(1.8, 1.2, 2.5));
    hollow = falloff(m, look.under_eye.xyz, vec3f(1.5, 0.55, 2.0)) + 0.8 * falloff(m, look.inner_corner.xyz, vec3f(0.6, 1.0, 1.6));
    around_eye = exp(-max(d_lid, 0.0) * 1.4) * front;
    mouth_ring = exp(-max(d_lip, 0.0) * 1.6);
    goggles = soft(1.0, 0.12, length(vec2f((m.x - 3.3) / 2.6, (p.y - 3.0) / 1.75)));
    if (d_lid < 1.0) { caruncle = falloff(m, look.caruncle.xyz, vec3f(0.22, 0.16, 0.5)); }
    nostril = falloff(m, look.nostril.xyz, vec3f(0.62, 0.5, 0.75));
  }
  var ear = 0.0;
  if (m.x > 6.8) { ear = smoothstep(6.9, 7.9, m.x) * smoothstep(-5.5, -3.5, p.z) * smoothstep(3.0, 1.5, p.z) * smoothstep(-3.5, -2.0, p.y) * smoothstep(5.5, 4.0, p.y); }
  let forehead = smoothstep(4.8, 6.2, p.y) * smoothstep(3.0, 6.5, p.z);
  unevenness_h += look.redness.x * nose + look.redness.y * cheek * (1.0 + 0.5 * n_mid) + look.redness.z * ear + look.redness_2.x * chin;
  unevenness_h -= 0.05 * forehead;

  // Thin skin about the eyes: blood shows through; the hollow below is darker and bluer.
  let lid_skin = above_eye * around_eye;
  let dark = look.redness_2.y * (hollow + 0.55 * lid_skin);
  unevenness_h += look.redness.w * (0.7 * around_eye + 0.5 * hollow) + 0.12 * dark;
  unevenness_m += 0.13 * dark * (0.5 + look.base.x);

  // Sun: less of it below the jaw and behind the ears, more on what faces up.
  let shade = max(smoothstep(-7.2, -9.2, p.y) * smoothstep(8.5, 5.5, p.z), 0.0);
  unevenness_m -= 0.05 * shade * (0.4 + look.base.x);
  unevenness_m += 0.025 * (forehead + nose) * look.base.x;
  // Brown skin is not one brown: lighter cheeks, darker temples, brow and mouth.
  unevenness_m += look.base.x * (0.10 * mouth_ring + 0.06 * forehead * smoothstep(2.5, 5.5, m.x) - 0.06 * cheek + 0.07 * falloff(m, vec3f(6.4, -2.5, 4.0), vec3f(1.8, 4.0, 3.5)));
  let burn_place = clamp(0.9 * nose + 1.0 * cheek + 0.8 * forehead + 0.5 * chin, 0.0, 1.2);
  unevenness_h += look.patches.y * burn_place * mix(1.0, goggles, look.patches.z) * (1.0 + 0.25 * n_mid);
  if (look.patches.w == 1.0) { unevenness_m += look.patches_2.x * (goggles * front - 0.5); }
  if (look.patches.w == 2.0) { unevenness_m += look.patches_2.x * (soft(-13.2, 0.3, p.y + 0.25 * m.x) - 0.3); }

  // Freckles, spots of age, patches.
  if (look.freckles.x > 0.0) {
    let place_of = (0.35 + cheek + 0.9 * nose + 0.5 * forehead) * mix(front, 1.0, look.freckles.w * 0.5) * (1.0 - lip) * (0.75 + 0.35 * n_low);
    for (var layer = 0; layer < 2; layer++) {
      let scale = select(2.7, 4.9, layer == 1) / look.freckles.z;
      let cell = voronoi3(p * scale + o.zyx + f32(layer) * 7.3);
      let radius = 0.16 + 0.22 * fract(cell.z * 17.0);
      let spot = smoothstep(radius * 1.15, radius * 0.25, cell.x + 0.1 * n_fine) * step(cell.z, look.freckles.y * place_of);
      unevenness_m += look.freckles.x * spot * (0.5 + 0.7 * fract(cell.z * 31.0)) * select(1.0, 0.75, layer == 1);
    }
  }
  if (look.spots.x > 0.0) {
    let cell = voronoi3(p * 0.85 + o.xzy);
    let radius = 0.06 + 0.3 * fract(cell.z * 13.0) * fract(cell.z * 13.0);
    let spot = smoothstep(radius, radius * 0.45, cell.x + 0.07 * n_fine + 0.05 * n_mid) * step(cell.z, look.spots.y) * (1.0 - lip);
    unevenness_m += look.spots.x * spot * (0.5 + 0.5 * fract(cell.z * 29.0));
  }
  if (look.patches.x > 0.0 && is_face) {
    unevenness_m += look.patches.x * smoothstep(0.0, 0.5, fbm3(m * 0.55 + o.yyz, 2) + 0.25 + 0.4 * (cheek + 0.6 * forehead - 0.5)) * clamp(cheek + 0.7 * forehead, 0.0, 1.0);
  }
  let birth = distance(p, look.birthmark.xyz) + 0.55 * look.birthmark.w * (n_low * 0.6 + 0.5 * n_mid + 0.15 * n_fine);
  let in_birth = smoothstep(look.birthmark.w, look.birthmark.w * 0.88 - 0.08, birth) * step(0.01, look.birthmark.w);
  unevenness_h += look.birthmark_2.x * in_birth;
  unevenness_m += look.birthmark_2.y * in_birth;

  // Vessels.
  if (look.redness_2.w > 0.0 && is_face) {
    let thread = 1.0 - smoothstep(0.0, 0.09, abs(noise3(p * 2.6 + o.zzx + 0.5 * n_fine)));
    unevenness_h += 0.35 * look.redness_2.w * thread * clamp(nose + 0.7 * cheek, 0.0, 1.0) * smoothstep(-0.2, 0.5, n_mid);
  }
  var blue = 0.0;
  if (look.redness_2.z > 0.0) {
    let course = noise3(vec3f(m.x, p.y * 0.7, p.z) * 0.8 + o.xxy);
    let thread = 1.0 - smoothstep(0.0, 0.11, abs(course + 0.12 * n_mid));
    let temple = falloff(m, vec3f(6.3, 5.0, 5.0), vec3f(1.6, 2.4, 3.0));
    blue = look.redness_2.z * thread * clamp(temple + 0.5 * lid_skin + 0.4 * shade, 0.0, 1.0);
  }

  // Marks: moles, blemishes, scars.
  var gradient = vec3f(0.0);
  var scar = 0.0;
  var dot_melanin = 0.0;
  var whitehead = 0.0;
  for (var i = 0u; i < u32(look.counts.x); i++) {
    let at = look.marks[2u * i];
    let how = look.marks[2u * i + 1u];   // kind, length, angle, strength
    let to = p - at.xyz;
    let reach = at.w * 1.6 + how.y;
    if (dot(to.xy, to.xy) > reach * reach * 1.5 || to.z < -4.0) { continue; }
    let axis = vec2f(cos(how.z), sin(how.z));
    let along = clamp(dot(to.xy, axis), -how.y, how.y);
    let off = to.xy - along * axis;
    let wobble = 1.0 + 0.25 * n_fine + 0.1 * n_grain.w;
    let d = length(off) / (at.w * wobble) * mix(1.0, 1.0 / max(0.25, 1.0 - abs(along) / max(how.y, 0.001)), step(0.001, how.y));
    let inside = smoothstep(1.15, 0.6, d);
    let slope = -off / (at.w * at.w) * exp(-d * d);
    switch u32(how.x) {
      case 0u: { dot_melanin = max(dot_melanin, inside * how.w); gradient += vec3f(slope, 0.0) * 0.035 * how.w; }
      case 1u: { unevenness_h += 0.75 * how.w * exp(-d * d * 0.8); gradient += vec3f(slope, 0.0) * 0.05; whitehead = max(whitehead, smoothstep(0.32, 0.12, d) * step(0.85, how.w) * 0.6); }
      case 2u: { unevenness_m += 0.03 * inside; gradient += vec3f(slope, 0.0) * 0.07; }
      case 3u: { unevenness_m -= 0.02 * inside; gradient -= vec3f(slope, 0.0) * 0.06; }
      case 4u: { scar = max(scar, inside * how.w); gradient += vec3f(slope, 0.0) * 0.025; }
      default: { unevenness_h += 0.8 * inside * how.w; unevenness_m += 0.06 * inside; }
    }
  }

  melanin += unevenness_m * even;
  blood += unevenness_h * even;
  melanin = mix(melanin, look.base.x + 0.42, dot_melanin * 0.9);

  // Without pigment cells: mirrored in part, about eyes and mouth first.
  if (look.spots.z < 1.5) {
    let mirrored = mix(p, m, look.spots.w);
    let near = 0.3 * (around_eye + mouth_ring - 0.5);
    let bare = smoothstep(look.spots.z - 0.025, look.spots.z + 0.025, fbm3(mirrored * 0.3 + o.zxz, 3) + near + 0.03 * n_fine);
    melanin = mix(melanin, 0.02, bare);
  }
  melanin = mix(melanin, look.base.x * 0.8, scar * 0.6);
  blood = mix(blood, look.base.y + 0.12, scar * 0.6);

  // Lips and other mucosa: rims of lids, inner corner of the eye, nostrils.
  let upper_lip = smoothstep(-0.05, 0.1, p.y - look.lip_line.x + 0.02 * m.x * m.x);
  var furrow = vec4f(0.0);
  var lip_crease = 0.0;
  if (lip > 0.0) {
    furrow = noise3_gradient(vec3f(p.x * 8.0, p.y * 1.4, 0.0) + o.xyx);
    lip_crease = noise3(vec3f(p.x * 9.0, p.y * 1.6, 0.0) + o);
  }
  melanin = mix(melanin, melanin * 0.72 + look.lips.x + look.lips.z * upper_lip + 0.03 * n_mid, lip);
  blood = mix(blood, look.base.y * 0.5 + look.lips.y * (0.85 + 0.12 * n_mid + 0.1 * lip_crease) + 0.25 * smoothstep(-0.35, -0.75, d_lip), lip);
  let rim = soft(-0.015, 0.045, -abs(d_lid + 0.01) + 0.05) * front + soft(0.03, 0.05, -d_lid) * front;
  blood = mix(blood, 0.85, clamp(0.5 * rim + 0.8 * caruncle, 0.0, 0.9));
  melanin = mix(melanin, melanin * 0.6, clamp(rim + caruncle, 0.0, 1.0) * 0.6);
  blood = max(blood, 0.7 * smoothstep(0.3, 0.8, nostril));

  var colour = pigment_colour(max(melanin, 0.0), max(blood, 0.0));
  colour *= vec3f(1.0 - 0.22 * blue - 0.1 * dark, 1.0 - 0.12 * blue - 0.05 * dark, 1.0 - 0.03 * blue - 0.02 * dark);
  colour *= 1.0 + 0.05 * look.base.w * n_grain.w + 0.035 * look.base.w * n_pore.w;
  colour = mix(colour, colour * 1.25 + vec3f(0.03, 0.02, 0.015), scar * 0.35);
  colour = mix(colour, vec3f(0.72, 0.62, 0.42), whitehead * 0.6);

  // The beard below the skin.
  if (look.shadow.w > 0.0) {
    let line = look.shadow_2.x - 3.4 + 0.62 * max(0.0, m.x - 2.7);
    var beard = smoothstep(-0.3, 1.1, line - p.y + 0.4 * n_mid) * smoothstep(-12.5, -9.8, p.y) * smoothstep(-2.0, 0.5, p.z);
    beard *= 1.0 - 0.75 * falloff(p, vec3f(0.0, -5.6, 9.8), vec3f(1.1, 0.35, 2.0));
    let moustache = smoothstep(3.1, 2.2, m.x) * smoothstep(-1.55, -2.2, p.y) * smoothstep(7.5, 8.5, p.z);
    beard = max(beard, moustache) * smoothstep(0.02, 0.3, d_lip);
    let stubble = 0.55 + 0.45 * smoothstep(-0.2, 0.7, n_pore.w + 0.4 * n_grain.w);
    colour = mix(colour, look.shadow.rgb * 0.55 + colour * 0.25, clamp(beard * stubble * look.shadow.w * 0.62, 0.0, 0.8));
  }

  // Make-up, in the order in which it is put on.
  var gloss = look.birthmark_2.z;          // 1 - roughness, before the regions
  let t_zone = clamp(0.9 * nose + 0.8 * forehead * smoothstep(4.5, 1.5, m.x) + 0.6 * chin + 0.35 * cheek, 0.0, 1.2);
  gloss += look.patches_2.z * (0.11 * t_zone + 0.02) + 0.03 * n_mid + 0.03 * n_fine + 0.03 * n_grain.w - 0.03 * shade;
  var coat = 0.0;
  let made_up = look.foundation.x * front * (1.0 - lip);
  colour = mix(colour, look.foundation_colour.rgb, 0.55 * made_up);
  gloss -= 0.07 * made_up;
  colour = mix(colour, look.foundation_colour.rgb * 1.1, 0.55 * look.foundation.y * clamp(hollow, 0.0, 1.0) * front);
  if (look.foundation.z > 0.0 && is_face) {
    let under_bone = falloff(m, vec3f(4.9, -1.6, 6.9), vec3f(1.5, 0.7, 3.5));
    let jaw = falloff(m, vec3f(4.8, -6.2, 6.4), vec3f(2.2, 0.8, 3.5));
    let side_nose = falloff(m, vec3f(1.1, 1.6, 9.8), vec3f(0.3, 1.6, 1.2));
    colour *= 1.0 - look.foundation.z * vec3f(0.5, 0.6, 0.68) * clamp(0.8 * under_bone + 0.6 * jaw + 0.6 * side_nose + 0.5 * falloff(m, vec3f(5.5, 6.5, 6.5), vec3f(1.2, 1.5, 3.0)), 0.0, 1.0);
  }
  if (look.blush.w > 0.0 && is_face) {
    let apple = falloff(m, mix(vec3f(3.9, -0.3, 8.6), vec3f(5.3, 0.9, 7.0), look.blush_2.x), mix(vec3f(1.7, 1.4, 3.5), vec3f(2.0, 1.0, 3.5), look.blush_2.x));
    let brightness = dot(look.foundation_colour.rgb, vec3f(0.2126, 0.7152, 0.0722));   // powder on dark skin is a darker powder
    colour = mix(colour, look.blush.rgb * (0.1 + 1.6 * brightness), look.blush.w * apple * (0.9 + 0.2 * n_mid));
  }
  if (look.foundation.w > 0.0 && is_face) {
    let shine = falloff(m, vec3f(4.9, 1.3, 7.7), vec3f(1.3, 0.5, 2.0)) + 0.8 * falloff(p, vec3f(0.0, 1.6, 10.9), vec3f(0.28, 1.8, 2.0)) + 0.7 * falloff(p, vec3f(0.0, -2.65, 10.8), vec3f(0.5, 0.2, 1.0)) + 0.5 * falloff(m, vec3f(3.2, 4.4, 8.6), vec3f(2.0, 0.8, 2.0));
    colour += look.foundation.w * 0.10 * shine * (colour + 0.1);
    gloss += 0.14 * look.foundation.w * shine;
  }
  if (look.eye_shadow.w > 0.0 && is_face) {
    let reach = mix(0.75, 2.0, look.eye_outer.w);
    let powder = smoothstep(reach, reach * 0.15, max(d_lid, 0.0) + 0.08 * n_fine) * above_eye + look.eye_shadow_2.y * smoothstep(0.45, 0.05, max(d_lid, 0.0)) * (1.0 - above_eye);
    let amount = look.eye_shadow.w * powder * smoothstep(1.2, 2.1, m.x + 0.2 * above_eye) * smoothstep(6.1, 4.9, m.x);
    let pigment = mix(look.eye_shadow.rgb, look.eye_outer.rgb, smoothstep(3.0, 4.5, m.x + 0.3 * (p.y - 3.3)));
    colour = mix(colour, pigment, amount * (0.85 + 0.15 * n_grain.w));
    let sparkle = smoothstep(0.45, 0.8, n_pore.w) * look.eye_shadow_2.x * amount;
    colour += sparkle * (0.25 + 0.5 * pigment);
    coat = max(coat, sparkle);
    gloss -= 0.05 * amount;
  }
  if (look.eyeliner.w > 0.0 && is_face) {
    let width = look.eyeliner_2.x * (0.3 + 0.7 * smoothstep(2.0, 4.2, m.x));
    var line = smoothstep(width + 0.05, width * 0.6, abs(d_lid - 0.02)) * above_eye;
    line = max(line, look.eyeliner_2.z * smoothstep(0.09, 0.04, abs(d_lid)) * (1.0 - above_eye) * smoothstep(2.2, 3.4, m.x));
    if (look.eyeliner_2.y > 0.0) {
      let corner = look.lid_corner.zw;
      let s = segment_distance(m.xy, corner + vec2f(-0.1, 0.05), corner + look.eyeliner_2.y * vec2f(0.86, 0.5));
      line = max(line, smoothstep(0.05, -0.02, s.x - look.eyeliner_2.x * (1.0 - s.y) * 0.8) * front);
    }
    colour = mix(colour, look.eyeliner.rgb, line * look.eyeliner.w);
  }
  var lip_coat = look.lips_2.x * 0.4 + 0.13;
  if (look.lipstick.w > 0.0 && is_face) {
    let edge = soft(0.0, 0.06, look.lipstick_2.y - d_lip);
    let inner = smoothstep(-0.1, -0.6, d_lip);
    let pigment = mix(look.lipstick.rgb * 0.55, look.lipstick.rgb, mix(1.0, smoothstep(0.02, -0.25, d_lip), look.lipstick_2.z)) * (0.93 + 0.07 * lip_crease);
    colour = mix(colour, pigment, look.lipstick.w * edge * mix(1.0, inner, look.lipstick_2.w));
    lip_coat = mix(lip_coat * 0.3, 1.0, look.lipstick_2.x);
    gloss += edge * 0.05 * look.lipstick_2.x;
  }
  gloss = mix(gloss, 0.56 + 0.06 * lip_crease, lip * 0.8);
  coat = max(coat, lip * lip_coat * (0.75 + 0.35 * lip_crease));
  coat = max(coat, clamp(0.8 * rim + caruncle, 0.0, 1.0) * 0.8 * front);

  for (var i = 0u; i < u32(look.counts.y); i++) {
    let at = look.decals[4u * i];          // centre, radius
    let how = look.decals[4u * i + 1u];    // kind, angle, outline, mirrored
    let pigment = look.decals[4u * i + 2u];
    let axis_x = look.decals[4u * i + 3u].xyz;
    let q3 = select(p, vec3f(p.x * sign(at.x + 1e-6) * sign(p.x + 1e-6), p.yz), how.w > 0.5);
    let to = q3 - at.xyz;
    let facing = dot(to, vec3f(-axis_x.z, 0.0, axis_x.x));
    if (dot(to, to) > at.w * at.w * 5.0 || facing < -2.0 - 0.45 * at.w) { continue; }
    let up = cross(vec3f(axis_x.z, 0.0, -axis_x.x) * -1.0, axis_x);
    let flat_place = vec2f(dot(to, axis_x), dot(to, up)) / at.w;
    let turned = vec2f(cos(how.y) * flat_place.x + sin(how.y) * flat_place.y, cos(how.y) * flat_place.y - sin(how.y) * flat_place.x);
    var d = decal_distance(u32(how.x), turned);
    if (how.z > 0.0) { d = abs(d) - how.z; }
    let ink = smoothstep(0.04, -0.04, d * at.w) * pigment.w * (0.92 + 0.08 * n_fine);
    colour = mix(colour, pigment.rgb, ink);
  }

  // Relief: grain, pores, pits, lip furrows, drops.
  let porous = clamp(0.35 + 0.9 * nose + 0.75 * cheek + 0.4 * forehead + 0.3 * chin, 0.0, 1.3) * (1.0 - lip) * (1.0 - 0.7 * around_eye);
  // The middle frequency is what a 256² picture still sees: it breaks up highlights that would be wax.
  gradient += fine_bump.xyz * 0.045 * look.base.w * (1.0 - 0.5 * lip);
  gradient += n_grain.xyz * 0.09 * look.base.w * (1.0 - 0.5 * lip);
  gradient += n_pore.xyz * 0.13 * look.base.z * porous;
  var cavity = 1.0 - 0.16 * look.base.z * porous * smoothstep(0.15, 0.75, -n_pore.w) - 0.06 * look.base.w * smoothstep(0.0, 0.8, -n_grain.w);
  if (look.mottling.w > 0.0 && p.z > 0.0) {
    let crinkle = noise3_gradient(vec3f(p.x * 2.2, p.y * 7.0, p.z * 2.2) + o.zxy + 0.5 * n_mid);
    let creased = clamp(1.2 * around_eye + 0.8 * shade + 0.4 * cheek + 0.3 * forehead, 0.0, 1.2) * (1.0 - lip);
    gradient += vec3f(0.3, 1.0, 0.3) * crinkle.xyz * 0.22 * look.mottling.w * creased;
  }
  if (look.patches_2.y > 0.0 && is_face) {
    let cell = voronoi3(p * 2.3 + o.yzz);
    let pit = smoothstep(0.33, 0.1, cell.x) * step(cell.z, 0.35) * clamp(cheek * 1.4, 0.0, 1.0) * look.patches_2.y;
    gradient -= pit * (1.0 - pit) * 1.4 * normalize(noise3_gradient(p * 2.3 + o.yzz).xyz + 1e-4);
    cavity -= 0.25 * pit;
  }
  gradient += lip * look.lips.w * vec3f(furrow.x * 0.22, furrow.y * 0.06, 0.0);
  cavity -= lip * look.lips.w * 0.22 * smoothstep(0.1, 0.8, -furrow.w);
  if (look.patches_2.w > 0.0) {
    let cell = voronoi3(p * 3.3 + o.xyy);
    let wet = clamp(forehead + 0.8 * nose + falloff(p, vec3f(0.0, -2.4, 10.6), vec3f(2.2, 0.5, 2.0)) + 0.4 * cheek, 0.0, 1.0) * look.patches_2.w;
    let drop = smoothstep(0.26, 0.16, cell.x) * step(cell.z, 0.4);
    // Beads and a film: smooth, but too uneven to mirror a lamp's outline as a coat would.
    gloss += wet * (0.14 + 0.16 * drop);
    gradient += wet * drop * fine_bump.xyz * 0.15;
  }

  // What no light reaches.
  let hidden = smoothstep(0.05, 0.5, nostril);
  cavity *= 1.0 - 0.9 * hidden;
  colour *= 1.0 - 0.75 * hidden;
  gloss = mix(gloss, 0.2, hidden);
  cavity *= 1.0 - 0.3 * smoothstep(0.2, 0.0, abs(d_lid)) * front;
  var lip_gap = 0.0;
  if (d_lip < 0.4) { lip_gap = exp(-abs(p.y - look.lip_line.x + look.lip_line.y * m.x * m.x) * 5.5) * smoothstep(2.9, 2.3, m.x); }
  cavity *= 1.0 - 0.8 * lip_gap;
  coat *= 1.0 - 0.9 * lip_gap;

  // Creases: the nearest line decides whose weight counts.
  var crease = vec2f(0.0);
  var depth = 0.0;
  var nearest = 9.0;
  var group = 0.0;
  if (p.z > -1.0) {
    let bend = noise3(p * 0.6 + o.yxx);
    let wander = p.xy + vec2f(0.10 * bend + 0.06 * n_mid + 0.02 * n_fine, 0.16 * bend + 0.05 * n_mid + 0.025 * n_fine);
    let cell = clamp(whole_2(floor((p.xy - vec2f(GRID_LEFT, GRID_BOTTOM)) / GRID_CM)), vec2i(0), vec2i(GRID_COLUMNS - 1, GRID_ROWS - 1));
    let word = u32(cell.y * GRID_COLUMNS + cell.x);
    var near = look.crease_grid[word / 4u][word % 4u];
    while (near != 0u) {
      let i = firstTrailingBit(near);
      near &= near - 1u;
      let head = look.creases[5u * i];      // group, width, depth, mirrored
      var q = wander;
      var side = 1.0;
      if (head.w > 0.5 && p.x < 0.0) { q.x = -q.x; side = -1.0; }
      var best = 9.0;
      var away = vec2f(0.0);
      var along = 0.0;
      let last = u32(look.creases[5u * i + 1u].x) - 1u;
      for (var k = 0u; k < last; k++) {
        let pair = look.creases[5u * i + 2u + k / 2u];
        let a = select(pair.xy, pair.zw, (k & 1u) == 1u);
        let next = look.creases[5u * i + 2u + (k + 1u) / 2u];
        let b = select(next.xy, next.zw, ((k + 1u) & 1u) == 1u);
        let s = segment_distance(q, a, b);
        if (s.x < best) { best = s.x; along = (f32(k) + s.y) / f32(last); away = q - mix(a, b, s.y); }
      }
      let taper = smoothstep(0.0, 0.4, along) * smoothstep(1.0, 0.55, along) * clamp(0.8 + 0.45 * bend + 0.35 * n_mid, 0.25, 1.2);
      let relative = best / head.y;
      let bell = exp(-relative * relative);
      // h = -depth bell + a softer bulge beside it
      let slope = (2.0 * bell - 0.55 * exp(-relative * relative * 0.3) * 0.6) / head.y * 0.055 * head.z * taper;
      crease += vec2f(away.x * side, away.y) / head.y * slope;
      depth = max(depth, bell * taper * head.z);
      if (relative < nearest) { nearest = relative; group = head.x; }
    }
  }

  let shine = clamp(gloss, 0.05, 0.95);
  let packed_gloss = select(0.7 * shine, 0.7 + 0.3 * clamp(coat, 0.0, 1.0), coat > 0.12);
  texels[texel] = skin_word(vec4f(sqrt(max(colour, vec3f(0.0))), max(packed_gloss, 0.02)));
  texels[texel + 1u] = skin_word(vec4f(gradient * 0.5 + 0.5, max(cavity, 0.05)));
  texels[texel + 2u] = skin_word(vec4f(crease * 0.5 + 0.5, depth, (group + 1.0) / 16.0));
}
`;

/** Halves the level that begins at `from`; texels that nothing was painted on (all zero) do not count. */
export const shrinkWgsl = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> texels: array<u32>;
@group(0) @binding(1) var<uniform> level: vec4u;   // width, height, first word; first word of the larger one

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (any(id.xy >= level.xy)) { return; }
  var sums = array<vec4f, 3>();
  var weight = 0.0;
  for (var i = 0u; i < 4u; i++) {
    let at = level.w + 3u * ((2u * id.y + (i >> 1u)) * 2u * level.x + 2u * id.x + (i & 1u));
    if (texels[at] == 0u) { continue; }
    for (var k = 0u; k < 3u; k++) { sums[k] += skin_bytes(texels[at + k]); }
    weight += 1.0;
  }
  let at = level.z + 3u * (id.y * level.x + id.x);
  for (var k = 0u; k < 3u; k++) { texels[at + k] = skin_word(sums[k] / max(weight, 1.0)); }
}
`;
