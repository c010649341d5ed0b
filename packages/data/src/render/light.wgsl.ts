/**
 * How light leaves a surface: key light with soft shadows, up to three lights without, ambient light with occlusion,
 * reflections of the surroundings in smooth coats; skin and hair have models of their own. Between the material and
 * {@link shadeWgsl}; all names begin with `render_`.
 */
export const lightWgsl = /* wgsl */ `
@group(0) @binding(4) var<storage, read_write> render_result: array<u32>;   // [pixels] colour; [pixels] depth
@group(0) @binding(5) var render_surroundings: texture_2d_array<f32>;
@group(0) @binding(6) var render_clamp: sampler;

const RENDER_PI = 3.14159265;
const RENDER_TAPS = 12;

// Radiance of a white matt surface in the ambient light.
fn render_ambient(normal: vec3f) -> vec3f {
  let x = dot(frame.setting[0].xyz, normal);
  let y = dot(frame.setting[1].xyz, normal);
  let z = dot(frame.setting[2].xyz, normal);
  return max(vec3f(0.0), frame.ambient[0].xyz + frame.ambient[1].xyz * y + frame.ambient[2].xyz * z + frame.ambient[3].xyz * x
    + frame.ambient[4].xyz * (x * y) + frame.ambient[5].xyz * (y * z) + frame.ambient[6].xyz * (3.0 * z * z - 1.0)
    + frame.ambient[7].xyz * (x * z) + frame.ambient[8].xyz * (x * x - y * y));
}

// What comes from a direction, sharp (0) to soft (2).
fn render_reflected(direction: vec3f, softness: f32) -> vec3f {
  let d = vec3f(dot(frame.setting[0].xyz, direction), dot(frame.setting[1].xyz, direction), dot(frame.setting[2].xyz, direction));
  let at = vec2f(atan2(d.x, d.z) * 0.15915494 + 0.5, 0.5 - asin(clamp(d.y, -1.0, 1.0)) * 0.31830989);
  let low = clamp(softness, 0.0, 1.999);
  let layer = whole(floor(low));
  let a = textureSampleLevel(render_surroundings, render_clamp, at, layer, 0.0).rgb;
  let b = textureSampleLevel(render_surroundings, render_clamp, at, layer + 1u, 0.0).rgb;
  return mix(a, b, fract(low));
}

// Points of a disc with equal areas for all i: sqrt((i + 1/2) / 12) at golden angles.
const RENDER_DISC = array<vec2f, RENDER_TAPS>(
  vec2f(0.204124, 0.0), vec2f(-0.260699, 0.238822), vec2f(0.039904, -0.454688), vec2f(0.328595, 0.428593),
  vec2f(-0.603011, -0.106664), vec2f(0.571225, -0.363367), vec2f(-0.191064, 0.710747), vec2f(-0.364379, -0.70159),
  vec2f(0.790557, 0.28871), vec2f(-0.822442, 0.339492), vec2f(0.396472, -0.847237), vec2f(0.292982, 0.934074));

// Interleaved gradient noise (Jimenez 2014).
fn render_turn(pixel: vec2f) -> f32 {
  return 6.2831853 * fract(52.9829189 * fract(dot(floor(pixel), vec2f(0.06711056, 0.00583715))));
}

struct RenderKey {
  light: f32,       // share that solid things let through
  layers: f32,      // of strands in between
};

// The place of a point of the shadow map in render_words, at in texels.
fn render_texel(at: vec2f) -> u32 {
  let p = floor(clamp(at, vec2f(0.0), vec2f(frame.shadow.z - 1.0)));
  return render_part(1u) + whole(p.y * frame.shadow.z + p.x);
}

// Depth of the first solid thing, 0 near .. 1 far.
fn render_solid(at: vec2f) -> f32 {
  return bitcast<f32>(render_words[render_texel(at)]);
}

// Centimetres of flesh between the light and here, for translucency: the other side is where the light enters. The
// thickest of four taps: past an outline, a tap sees no flesh at all.
fn render_thickness(surface: Surface, normal: vec3f) -> f32 {
  let inside = frame.shadow_projection * vec4f(surface.position - normal * 0.15, 1.0);
  let entry = vec2f(0.5 + 0.5 * inside.x, 0.5 - 0.5 * inside.y) * frame.shadow.z;
  let nearest = min(min(render_solid(entry + vec2f(1.5, 1.5)), render_solid(entry + vec2f(-1.5, 1.5))), min(render_solid(entry + vec2f(1.5, -1.5)), render_solid(entry + vec2f(-1.5, -1.5))));
  return max(0.0, (inside.z - nearest) * frame.shadow.y);
}

// Percentage-closer soft shadows (Fernando 2005): width of the penumbra from the distance of what casts the shadow. Every
// second point of the disc is asked, or every fourth (stride): strands are noise themselves.
fn render_key(surface: Surface, normal: vec3f, light_size: f32, n_l: f32, stride: i32) -> RenderKey {
  let cm = frame.shadow.x;
  let range = frame.shadow.y;
  let texels = frame.shadow.z / cm;   // per cm
  let offset = normal * (1.2 / texels + 0.03) * clamp(1.2 - n_l, 0.2, 1.0);
  let clip = frame.shadow_projection * vec4f(surface.position + offset, 1.0);
  let at = vec2f(0.5 + 0.5 * clip.x, 0.5 - 0.5 * clip.y) * frame.shadow.z;
  let z = clip.z - 0.02 / range;
  // The disc is turned per pixel so that its pattern does not show.
  let turn = render_turn(surface.pixel);
  let c = cos(turn);
  let s = sin(turn);
  let spread = tan(clamp(light_size, 0.005, 0.6));
  let search = mat2x2f(c, s, -s, c) * (min(spread * 7.0, 3.0) * texels);
  var blockers = 0.0;
  var found = 0.0;
  for (var i = 0; i < RENDER_TAPS; i += stride) {
    let d = render_solid(at + search * RENDER_DISC[i]);
    let blocks = select(0.0, 1.0, d < z);
    blockers += d * blocks;
    found += blocks;
  }
  var out = RenderKey(1.0, 0.0);
  if (found > 0.0) {
    let gap = (z - blockers / found) * range;
    let width = mat2x2f(c, s, -s, c) * clamp(gap * spread * texels, 0.8, 3.0 * texels);
    let asked = f32(RENDER_TAPS / stride);
    var sum = 0.0;
    for (var i = 0; i < RENDER_TAPS; i += stride) { sum += select(0.0, 1.0, render_solid(at + width * RENDER_DISC[i]) >= z); }
    // Where half of the taps agree, the others seldom differ.
    if (sum > 0.5 && sum < asked - 0.5) {
      for (var i = stride / 2; i < RENDER_TAPS; i += stride) { sum += select(0.0, 1.0, render_solid(at + width * RENDER_DISC[i]) >= z); }
      sum *= 0.5;
    }
    out.light = sum / asked;
  }
  // Strands: layers spread evenly between the first and the last of a texel (after deep opacity maps, Yuksel & Keyser 2008).
  let around = mat2x2f(c, s, -s, c) * max(spread * 1.5 * texels, 2.0);
  let strands = whole(frame.shadow.z * frame.shadow.z);
  for (var i = 0; i < 3; i++) {
    let word = render_words[strands + render_texel(at + around * RENDER_DISC[4 * i])];
    if (word > 0u) {
      let near = f32(word & 4095u) / 4095.0;
      let depth = max(f32((word >> 12u) & 4095u) / 4095.0 - near, 0.3 / range);
      out.layers += f32(word >> 24u) * clamp((clip.z - near - 0.1 / range) / depth, 0.0, 1.0) * 0.055555556;
    }
  }
  return out;
}

// GGX with Smith visibility (Hammon's fit), without Fresnel; times pi, as lights are given by what a matt surface shows.
fn render_ggx(n_h: f32, n_v: f32, n_l: f32, alpha: f32) -> f32 {
  let d = (n_h * alpha * alpha - n_h) * n_h + 1.0;
  let visibility = 0.5 / mix(2.0 * n_l * n_v, n_l + n_v, alpha);
  return min(alpha * alpha / (d * d) * visibility, 200.0);
}

fn render_fifth(x: f32) -> f32 {
  let x2 = x * x;
  return x2 * x2 * x;
}

// At grazing angles everything reflects, unless its material says that it does not at all.
fn render_grazing(f0: vec3f) -> f32 {
  return clamp(50.0 * max(f0.r, max(f0.g, f0.b)), 0.0, 1.0);
}

fn render_fresnel(f0: vec3f, cosine: f32) -> vec3f {
  return f0 + (render_grazing(f0) - f0) * render_fifth(clamp(1.0 - cosine, 0.0, 1.0));
}

// Integral of the specular lobe over a uniform environment (Karis 2014).
fn render_environment_fresnel(f0: vec3f, roughness: f32, n_v: f32) -> vec3f {
  let r = roughness * vec4f(-1.0, -0.0275, -0.572, 0.022) + vec4f(1.0, 0.0425, 1.04, -0.04);
  let a = min(r.x * r.x, exp2(-9.28 * n_v)) * r.x + r.y;
  return f0 * (-1.04 * a + r.z) + render_grazing(f0) * (1.04 * a + r.w);
}

// Occlusion of a matt surface, brightened by light between its walls (Jimenez et al. 2016).
fn render_bounced(visible: f32, albedo: vec3f) -> vec3f {
  let a = 2.0404 * albedo - 0.3324;
  let b = -4.7951 * albedo + 0.6417;
  let c = 2.7552 * albedo + 0.6903;
  return max(vec3f(visible), ((visible * a + b) * visible + c) * visible);
}

// Strands (Karis 2016 after d'Eon et al. 2011): reflection, transmission, internal reflection, and a soft diffuse part for
// the light that passed many fibres. Times pi.
fn render_hair(shading: Shading, t: vec3f, v: vec3f, l: vec3f, lit: f32) -> vec3f {
  let colour = clamp(shading.albedo, vec3f(0.002), vec3f(0.98));
  let log_colour = log2(colour);
  let v_l = dot(v, l);
  let sin_l = clamp(dot(t, l), -1.0, 1.0);
  let sin_v = clamp(dot(t, v), -1.0, 1.0);
  let cos_l = sqrt(1.0 - sin_l * sin_l);
  let cos_v = sqrt(1.0 - sin_v * sin_v);
  // Half the difference of the two angles: cos(x / 2) is sqrt((1 + cos(x)) / 2).
  let cos_d = sqrt(0.5 + 0.5 * clamp(cos_v * cos_l + sin_v * sin_l, -1.0, 1.0)) + 1e-6;
  let cos_phi = (v_l - sin_l * sin_v) * inverseSqrt(cos_l * cos_l * cos_v * cos_v + 1e-4);
  let cos_half = sqrt(clamp(0.5 + 0.5 * cos_phi, 0.0, 1.0));
  let width = clamp(shading.roughness * shading.roughness, 0.01, 1.0);
  let shift = 0.035;
  let sum = sin_l + sin_v;
  // R: from the cuticle, colourless, towards the root.
  let r_x = sum + 2.0 * shift * cos_half * cos_v + 2.0 * shift * shift * sin_v;
  let r_width = width * 1.41421356 * cos_half + 1e-3;
  let m_r = exp(-0.5 * r_x * r_x / (r_width * r_width)) / (2.5066 * r_width);
  let f_r = 0.0465 + 0.9535 * render_fifth(1.0 - sqrt(clamp(0.5 + 0.5 * v_l, 0.0, 1.0)));
  var out = vec3f(m_r * 0.25 * cos_half * f_r) * shading.specular * 21.5;
  // TT: through the fibre, strong with light from behind.
  let n_prime = 1.19 / cos_d + 0.36 * cos_d;
  let a = 1.0 / n_prime;
  let h = cos_half * (1.0 + a * (0.6 - 0.8 * cos_phi));
  let f_tt = 0.0465 + 0.9535 * render_fifth(1.0 - clamp(cos_d * sqrt(clamp(1.0 - h * h, 0.0, 1.0)), 0.0, 1.0));
  let tt_x = sum + shift;
  let m_tt = 1.0 / (2.5066 * (0.5 * width + 5e-3));
  let absorb = exp2(log_colour * (0.5 * sqrt(max(1.0 - h * h * a * a, 0.0)) / cos_d));
  out += m_tt * exp(-0.5 * tt_x * tt_x / (0.25 * width * width + 1e-4) - 3.65 * cos_phi - 3.98) * (1.0 - f_tt) * (1.0 - f_tt) * absorb;
  // TRT: reflected inside, coloured, towards the tip.
  let trt_x = sum - 4.0 * shift;
  let trt_width = 2.0 * width;
  let f_trt = 0.0465 + 0.9535 * render_fifth(1.0 - clamp(cos_d * 0.5, 0.0, 1.0));
  out += exp(-0.5 * trt_x * trt_x / (trt_width * trt_width) + 17.0 * cos_phi - 16.78) / (2.5066 * trt_width) * (1.0 - f_trt) * (1.0 - f_trt) * f_trt * exp2(log_colour * (0.8 / cos_d));
  // Light between the fibres.
  let fake_normal = normalize(v - t * sin_v + vec3f(0.0, 0.0, 1e-5));
  let wrapped = clamp((dot(fake_normal, l) + 1.0) * 0.25, 0.0, 1.0);
  let luminance = max(dot(colour, vec3f(0.2126, 0.7152, 0.0722)), 1e-3);
  let tint = exp2((log_colour - log2(luminance)) * (1.0 - lit));
  out = out * RENDER_PI + sqrt(colour) * mix(wrapped, cos_l, 0.33) * tint * 0.6;
  return out;
}

fn render_hair_light(surface: Surface, shading: Shading, visible: f32) -> vec3f {
  let t = shading.normal;
  let v = surface.view;
  // The hair's own surface faces away from the head and towards the viewer.
  let outward = normalize(normalize(surface.position + vec3f(0.0, 0.0, 2.0)) + 0.6 * normalize(v - t * dot(t, v) + vec3f(0.0, 0.0, 1e-5)));
  let open = visible * shading.cavity;
  var out = shading.emission;
  let across = normalize(outward - t * dot(t, outward) + vec3f(0.0, 0.0, 1e-5));
  out += (shading.albedo * 0.75 + 0.03 * sqrt(shading.albedo)) * render_ambient(across) * render_bounced(open, shading.albedo);
  out += render_ambient(reflect(-v, across)) * shading.specular * 0.5 * open;
  // Breaks at its end: a software adapter runs what follows the break once more with no lane.
  for (var i = 0u; frame.size.w > 0u; ) {
    let light = frame.lights[i];
    let l = light.direction.xyz;
    var lit = clamp(0.3 + 0.9 * dot(outward, l), 0.0, 1.0);   // a head has another side
    var through = vec3f(1.0);
    if (light.colour.w > 0.0) {
      let key = render_key(surface, outward, light.direction.w, 1.0, 4);
      lit = key.light;
      through = exp(-key.layers * 0.42 * (1.0 - 0.75 * sqrt(clamp(shading.albedo, vec3f(0.0), vec3f(1.0)))));
    }
    out += render_hair(shading, t, v, l, lit * through.g) * light.colour.rgb * through * lit * mix(1.0, open, 0.5);
    i++;
    if (i >= frame.size.w) { break; }
  }
  return out;
}

fn render_light(surface: Surface, shading: Shading) -> vec3f {
  var visible = 1.0;   // of glass: what the map shows lies behind it
  if (render_draw_words[0].w == 0u) {
    let p = floor(clamp(surface.pixel, vec2f(0.0), vec2f(f32(frame.size.x) - 1.0)));
    visible = bitcast<f32>(render_words[render_part(0u) + whole(p.y * f32(frame.size.x) + p.x)]);
  }
  if (shading.hair > 0.5) { return render_hair_light(surface, shading, visible); }
  let n = shading.normal;
  let v = surface.view;
  let n_v = clamp(dot(n, v), 0.02, 1.0);
  let r = reflect(-v, n);
  let f0 = mix(vec3f(shading.specular), shading.albedo, shading.metallic);
  let diffuse = shading.albedo * (1.0 - shading.metallic);
  let scatter = clamp(shading.subsurface, vec3f(0.0), vec3f(1.0));
  let flesh = scatter.r > 0.0;
  // Light that scattered far does not see fine bumps.
  var soft = n;
  if (flesh) { soft = normalize(mix(n, surface.normal, 0.75 * scatter.r)); }
  let alpha_1 = max(shading.roughness * shading.roughness, 0.002);
  let alpha_2 = max(shading.roughness_2 * shading.roughness_2, 0.002);
  let roughness = mix(shading.roughness, shading.roughness_2, shading.lobe_mix);
  let open = visible * shading.cavity;
  let glossy_open = clamp(pow(n_v + open, exp2(-16.0 * roughness - 1.0)) - 1.0 + open, 0.0, 1.0);
  // Smooth surfaces mirror the surroundings, lamps included; rough ones see lamps as lights and the rest as ambient light.
  let mirror = 1.0 - smoothstep(0.12, 0.3, roughness);
  var ambient = render_ambient(n);
  if (flesh) { ambient = mix(ambient, render_ambient(soft), 0.5); }
  var out = diffuse * ambient * render_bounced(open, clamp(shading.albedo, vec3f(0.0), vec3f(1.0))) + shading.emission;
  // At grazing angles a rough surface reflects what its own fuzz and its neighbours hide: without it, outlines glow.
  let rim = mix(mix(0.12, 1.0, smoothstep(0.0, 0.45, n_v)), 1.0, mirror);
  var around = render_ambient(r);
  let is_shiny = mirror > 0.0 || shading.coat > 0.0;
  var key_lit = 1.0;
  var key_facing = 0.0;
  for (var i = 0u; frame.size.w > 0u; ) {   // see above
    let light = frame.lights[i];
    let l = light.direction.xyz;
    let n_l = dot(n, l);
    let soft_n_l = dot(soft, l);
    var lit = vec3f(1.0);
    var glossy_lit = 1.0;
    if (light.colour.w > 0.0) {
      let key = render_key(surface, surface.normal, light.direction.w, dot(surface.normal, l), 2);
      let strands = exp(-0.55 * key.layers);
      glossy_lit = key.light * strands;
      lit = vec3f(glossy_lit);
      // Light leaks into shadows of flesh, red the furthest.
      if (flesh) { lit = exp2(log2(max(glossy_lit, 1e-30)) * (1.0 - 0.45 * scatter)); }
      key_lit = glossy_lit;
      if (is_shiny) { key_facing = smoothstep(cos(light.direction.w + 0.25), cos(light.direction.w + 0.05), dot(r, l)); }
      if (flesh && soft_n_l < 0.3) {
        let thickness = render_thickness(surface, surface.normal);
        // Nothing between light and here: that light does not pass through, it shines on, and is counted below.
        let passed = smoothstep(0.03, 0.12, thickness) * exp(-thickness / (vec3f(0.45, 0.13, 0.06) * max(scatter, vec3f(0.05)) + 1e-3));
        out += diffuse * light.colour.rgb * passed * clamp(0.35 - soft_n_l, 0.0, 1.0) * strands;
      }
    } else {
      // No map for this light: corners that the sky does not see, it seldom sees either.
      glossy_lit = mix(1.0, open, 0.7);
      lit = vec3f(glossy_lit);
      glossy_lit *= rim;
    }
    // Wrapped per channel, with the energy of Lambert's cosine.
    let bent = vec3f(mix(n_l, soft_n_l, scatter.r), mix(n_l, soft_n_l, scatter.g), mix(n_l, soft_n_l, scatter.b));
    let wrap = scatter * 0.45;
    let wrapped = clamp((bent + wrap) / (1.0 + wrap), vec3f(0.0), vec3f(1.0));
    out += diffuse * light.colour.rgb * lit * wrapped * mix(vec3f(1.0), wrapped, wrap) * mix(1.0, open, 0.25);
    if (n_l > 0.0 && mirror < 1.0) {
      let h = normalize(l + v);
      let n_h = clamp(dot(n, h), 0.0, 1.0);
      // A light with a size widens the lobe.
      let widen = 0.35 * light.direction.w;
      var lobes = render_ggx(n_h, n_v, n_l, min(alpha_1 + widen, 1.0));
      if (shading.lobe_mix > 0.0) { lobes = mix(lobes, render_ggx(n_h, n_v, n_l, min(alpha_2 + widen, 1.0)), shading.lobe_mix); }
      out += render_fresnel(f0, dot(v, h)) * lobes * (1.0 - mirror) * light.colour.rgb * n_l * glossy_lit * mix(rim, 1.0, 0.5) * shading.cavity;
    }
    i++;
    if (i >= frame.size.w) { break; }
  }
  if (mirror > 0.0) { around = mix(around, render_reflected(r, roughness * 8.0) * mix(1.0, key_lit, key_facing), mirror); }
  out += around * render_environment_fresnel(f0, roughness, n_v) * glossy_open * rim;
  if (shading.coat > 0.0) {
    let smooth_open = clamp(pow(n_v + open, 0.35) - 1.0 + open, 0.0, 1.0);
    let mirrored = render_reflected(reflect(-v, mix(n, surface.normal, 0.5)), 0.0) * mix(1.0, key_lit, key_facing);
    let f = (0.02 + 0.98 * rim * render_fifth(1.0 - n_v)) * shading.coat;
    out = mix(out, mirrored * smooth_open, f);
  }
  return out;
}
`;
