/**
 * Everything woven, knitted, felted or tanned: colours and patterns over `uv` (cm of cloth), the weave as fine normals,
 * wrinkles as coarse ones. One shader for garments, hats, scarves and masks; up to ten stuffs per mesh (`extra.x`).
 * `extra.y` is the distance to the next hem in cm (stitches run beside it), `extra.w` openness (folds are darker inside).
 */
import type { Vec3 } from '../geometry/vector.ts';

export const WEAVES = ['jersey', 'plain', 'twill', 'knit', 'felt', 'leather', 'satin', 'straw', 'corduroy', 'fleece', 'rib', 'mesh', 'paper', 'suede', 'cable'] as const;
export type Weave = (typeof WEAVES)[number];
export const PATTERNS = ['none', 'stripes', 'pinstripes', 'plaid', 'gingham', 'dots', 'floral', 'camouflage', 'heather', 'dashiki', 'paisley', 'leopard', 'tie-dye', 'argyle', 'herringbone', 'stars', 'chevron', 'checks', 'brush', 'logo', 'colour-block', 'nordic'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** Colours are linear RGB. */
export interface FabricStuff {
  weave: Weave;
  pattern: Pattern;
  colour: Vec3;
  second: Vec3;
  third: Vec3;
  /** Period of the pattern, cm. */
  patternSize: number;
  /** Turns the pattern, radians. */
  angle: number;
  /** Period of the weave, cm, and how strongly it shows, 0..1. */
  weaveSize: number;
  weaveDepth: number;
  roughness: number;
  /** Soft light from fibres at grazing angles, 0..1. */
  sheen: number;
  /** Height (cm) of small wrinkles. */
  wrinkles: number;
  /** 0..1 washed out along edges and folds. */
  wear: number;
  /** Stitches beside hems. */
  stitched: boolean;
  /** Where a logo sits (uv). */
  centre: readonly [number, number];
  seed: number;
}

export const FABRIC_STRIDE = 6;
export const fabricParameters = (stuff: FabricStuff): number[] => [
  ...stuff.colour, PATTERNS.indexOf(stuff.pattern),
  ...stuff.second, stuff.patternSize,
  ...stuff.third, stuff.angle,
  WEAVES.indexOf(stuff.weave), stuff.weaveSize, stuff.weaveDepth, stuff.roughness,
  stuff.sheen, stuff.wrinkles, stuff.wear, stuff.seed,
  stuff.centre[0], stuff.centre[1], stuff.stitched ? 1 : 0, 0,
];

export const fabricWgsl = /* wgsl */ `
struct Cloth { colour: vec3f, print: f32 };

// Like detail_weight, but a surface seen at an angle is squeezed: its detail aliases sooner.
fn cloth_detail(surface: Surface, wavelength: f32) -> f32 {
  let squeezed = surface.footprint / clamp(abs(dot(surface.normal, surface.view)), 0.2, 1.0);
  return clamp((wavelength / squeezed - 1.6) * 0.6, 0.0, 1.0);
}

fn band(x: f32, width: f32, blur: f32) -> f32 {  // 1 where the distance of x to the next integer is below width / 2
  return 1.0 - smoothstep(width * 0.5 - blur, width * 0.5 + blur, abs(fract(x + 0.5) - 0.5));
}

fn disc(p: vec2f, radius: f32, blur: f32) -> f32 { return 1.0 - smoothstep(radius - blur, radius + blur, length(p)); }

fn cell_random(cell: vec2f, seed: f32) -> f32 { return hash12(cell + vec2f(seed * 1.7, 3.1)); }

fn star_shape(p: vec2f, points: f32, sharpness: f32) -> f32 {  // radius grows with the distance to the star's outline
  let angle = atan2(p.y, p.x);
  return length(p) * (1.0 + sharpness * (1.0 - abs(fract(angle * points / 6.2831853) * 2.0 - 1.0)));
}

// A print: letters-like bars, a badge or a picture, by seed; p in units of the print's size.
fn logo_mask(p: vec2f, seed: f32) -> vec2f {  // second colour, third colour
  let kind = u32(floor(fract(seed * 0.61803) * 6.0));
  switch kind {
    case 0u: {  // a word: random letters out of bars and bows
      let q = vec2f(p.x * 4.0, p.y * 2.6);
      if (abs(q.x) > 4.0 || abs(q.y) > 1.0) { return vec2f(0.0); }
      let cell = floor(q.x * 0.75);
      let local = vec2f(fract(q.x * 0.75), q.y * 0.5 + 0.5);
      let r = cell_random(vec2f(cell, 0.0), seed);
      var ink = step(0.14, local.x) * step(local.x, 0.34);                                    // stem
      ink = max(ink, step(0.14, local.x) * step(local.x, 0.8) * step(abs(local.y - floor(r * 3.0) * 0.41 - 0.09), 0.1));
      if (r > 0.35) { ink = max(ink, step(0.14, local.x) * step(local.x, 0.8) * step(0.82, local.y)); }
      if (r < 0.7) { ink = max(ink, step(0.62, local.x) * step(local.x, 0.82) * step(r, local.y + 0.4)); }
      return vec2f(ink, 0.0);
    }
    case 1u: { let ring = abs(length(p) - 0.75); return vec2f(1.0 - smoothstep(0.14, 0.17, ring), 1.0 - smoothstep(0.36, 0.4, star_shape(p, 5.0, 0.9))); }
    case 2u: { let d = star_shape(p, 5.0, 1.1); return vec2f(1.0 - smoothstep(0.95, 1.0, d), 0.0); }
    case 3u: {  // mountains under a sun
      let inside = step(length(p), 1.0);
      let ridge = 0.5 * abs(fract(p.x * 0.9 + seed) * 2.0 - 1.0) + 0.25 * abs(fract(p.x * 2.3 + seed) * 2.0 - 1.0) - 0.35;
      return vec2f(inside * step(p.y, ridge), inside * (1.0 - smoothstep(0.2, 0.23, length(p - vec2f(0.3, 0.45)))));
    }
    case 4u: {  // number
      let q = abs(p);
      let box = max(q.x - 0.45, q.y - 0.8);
      let inner = max(q.x - 0.22, max(abs(q.y - 0.4) - 0.2, -1.0));
      return vec2f(step(box, 0.0) * step(0.0, inner), step(abs(box), 0.06));
    }
    default: {
      let n = noise3(vec3f(p * 1.6, seed * 9.0));
      let inside = step(max(abs(p.x), abs(p.y)), 0.9);
      return vec2f(inside * step(0.05, n), inside * step(n, -0.25));
    }
  }
}

fn pattern_colour(surface: Surface, kind: u32, base: u32) -> vec3f {
  let a = parameters[base].rgb;
  let b = parameters[base + 1u].rgb;
  let c = parameters[base + 2u].rgb;
  let size = parameters[base + 1u].w;
  let angle = parameters[base + 2u].w;
  let seed = parameters[base + 4u].w;
  if (kind == 0u) { return a; }
  let turn = mat2x2f(cos(angle), sin(angle), -sin(angle), cos(angle));
  let p = turn * surface.uv / size;
  let blur = clamp(surface.footprint / (size * clamp(abs(dot(surface.normal, surface.view)), 0.3, 1.0)) * 0.6, 0.01, 0.45);
  let visible = cloth_detail(surface, size * 0.6);
  switch kind {
    case 1u: {  // stripes, in one of three rhythms
      let rhythm = u32(fract(seed * 0.37) * 3.0);
      var colour = mix(a, b, band(p.y, select(0.5, 0.28, rhythm == 1u), blur));
      if (rhythm == 2u) { colour = mix(colour, c, band(p.y * 1.0 + 0.5, 0.16, blur)); }
      return mix(mix(a, b, 0.4), colour, visible);
    }
    case 2u: { return mix(mix(a, b, 0.1), mix(a, b, band(p.x, 0.12, blur)), visible); }
    case 3u: {  // tartan: translucent bands both ways, thin lines over them
      let wide = 0.5 * band(p.x, 0.5, blur) + 0.5 * band(p.y, 0.5, blur);
      let thin = max(band(p.x + 0.5, 0.07, blur * 0.6), band(p.y + 0.5, 0.07, blur * 0.6));
      return mix(mix(a, b, 0.5), mix(mix(a, b, wide), c, thin * 0.8), visible);
    }
    case 4u: { return mix(mix(a, b, 0.5), mix(a, b, 0.5 * band(p.x, 0.5, blur) + 0.5 * band(p.y, 0.5, blur)), visible); }
    case 5u: {
      let row = floor(p.y);
      let q = vec2f(fract(p.x + 0.5 * (row - 2.0 * floor(row * 0.5))), fract(p.y)) - 0.5;
      return mix(mix(a, b, 0.2), mix(a, b, disc(q, 0.24 + 0.1 * fract(seed), blur)), visible);
    }
    case 6u: {  // flowers strewn with leaves
      let cell = floor(p);
      let r = vec3f(cell_random(cell, seed), cell_random(cell + 17.0, seed), cell_random(cell - 9.0, seed));
      let q = fract(p) - 0.5 - (r.xy - 0.5) * 0.3;
      let spin = r.z * 6.28;
      let petals = 0.27 * (0.75 + 0.25 * cos(atan2(q.y, q.x) * 5.0 + spin)) * (0.7 + 0.5 * r.x);
      let leaf = abs(dot(q, vec2f(cos(spin), sin(spin)))) * 2.4 + abs(dot(q, vec2f(-sin(spin), cos(spin)))) * 0.9;
      var colour = mix(a, c * vec3f(0.35, 0.6, 0.3), 1.0 - smoothstep(0.4, 0.44, leaf));
      colour = mix(colour, mix(b, c, step(0.6, r.x)), 1.0 - smoothstep(petals - blur, petals + blur, length(q)));
      colour = mix(colour, vec3f(0.75, 0.5, 0.06), disc(q, 0.06, blur));
      return mix(mix(a, b, 0.25), colour, visible);
    }
    case 7u: {
      let n = noise3(vec3f(p, seed)) + 0.5 * noise3(vec3f(p * 2.1, seed + 3.0));
      let m = noise3(vec3f(p * 1.2 + 9.0, seed + 5.0)) + 0.4 * noise3(vec3f(p * 2.7, seed - 3.0));
      return mix(mix(a, b, smoothstep(0.0, 0.06 + blur, n)), c, smoothstep(0.28, 0.34 + blur, m));
    }
    case 8u: { return a * (1.0 + 0.35 * noise3(vec3f(surface.uv * vec2f(5.0, 14.0), seed)) * cloth_detail(surface, 0.12) + 0.1 * noise3(vec3f(surface.uv * 2.0, seed))); }
    case 9u: {  // dashiki: mirrored rings and teeth around the middle, borders
      let m = vec2f(abs(surface.uv.x), surface.uv.y) / size;
      let rings = length(vec2f(m.x, m.y * 0.8)) * 2.0;
      let teeth = abs(fract(atan2(m.x, m.y) * 4.0) - 0.5) * 0.4;
      let level = fract(rings + teeth + seed);
      var colour = mix(a, b, smoothstep(0.3, 0.3 + blur * 2.0, level));
      colour = mix(colour, c, smoothstep(0.68, 0.68 + blur * 2.0, level));
      return colour;
    }
    case 10u: {
      let v = voronoi3(vec3f(p, seed));
      let ring = fract(v.x * 3.0);
      return mix(mix(a, b, smoothstep(0.4, 0.45 + blur, ring)), c, step(v.x, 0.13));
    }
    case 11u: {
      let v = voronoi3(vec3f(p * 1.2, seed));
      let edge = v.x + 0.12 * noise3(vec3f(p * 5.0, seed));
      var colour = mix(c, b, smoothstep(0.2, 0.22 + blur, edge));
      colour = mix(colour, a, smoothstep(0.36, 0.38 + blur, edge));
      return mix(mix(a, b, 0.35), colour, visible);
    }
    case 12u: {
      let q = surface.uv / size + 0.5 * vec2f(noise3(vec3f(p * 0.7, seed)), noise3(vec3f(p * 0.7, seed + 7.0)));
      let spiral = 0.5 + 0.5 * sin(length(q) * 6.0 + atan2(q.y, q.x) * 2.0 + 2.5 * noise3(vec3f(p, seed + 2.0)));
      return mix(mix(a, b, smoothstep(0.25, 0.6, spiral)), c, smoothstep(0.72, 0.95, spiral));
    }
    case 13u: {
      let q = vec2f(p.x + p.y * 0.5, p.x - p.y * 0.5);
      let checker = floor(q.x) + floor(q.y);
      var colour = mix(a, b, step(0.5, fract(checker * 0.5)));
      colour = mix(colour, c, max(band(q.x + 0.5, 0.05, blur * 0.5), band(q.y + 0.5, 0.05, blur * 0.5)));
      return mix(mix(a, b, 0.5), colour, visible);
    }
    case 14u: {
      let column = floor(p.x);
      let slant = select(-1.0, 1.0, fract(column * 0.5) > 0.25);
      return mix(mix(a, b, 0.5), mix(a, b, band(p.y * 2.0 + slant * fract(p.x), 0.5, blur)), visible);
    }
    case 15u: {
      let cell = floor(p);
      let q = fract(p) - 0.5;
      return mix(mix(a, b, 0.12), mix(a, b, 1.0 - smoothstep(0.3 - blur, 0.3 + blur, star_shape(q, 5.0, 1.0))), visible);
    }
    case 16u: { return mix(mix(a, b, 0.5), mix(a, b, band(p.y + abs(fract(p.x) - 0.5), 0.5, blur)), visible); }
    case 17u: { return mix(mix(a, b, 0.5), mix(a, b, step(0.5, fract((floor(p.x) + floor(p.y)) * 0.5))), visible); }
    case 18u: {  // brush strokes, watercolours
      let n = fbm3(vec3f(p.x * 0.6, p.y * 2.4, seed), 3);
      let m = fbm3(vec3f(p.x * 2.0 + 4.0, p.y * 0.7, seed + 5.0), 3);
      return mix(mix(a, b, smoothstep(0.05, 0.2, n)), c, smoothstep(0.2, 0.34, m));
    }
    case 19u: {
      let q = (surface.uv - parameters[base + 5u].xy) / size;
      if (max(abs(q.x), abs(q.y)) > 1.2) { return a; }
      let mask = logo_mask(q, seed);
      return mix(mix(a, b, mask.x), c, mask.y);
    }
    case 20u: { return select(a, b, surface.uv.y - parameters[base + 5u].y < 0.0); }
    default: {  // nordic: rows of diamonds and dots
      let row = floor(p.y * 0.5);
      let q = vec2f(fract(p.x), fract(p.y * 0.5)) - 0.5;
      let diamond = abs(q.x) + abs(q.y);
      let r = cell_random(vec2f(row, 1.0), seed);
      let figure = select(step(abs(diamond - 0.3), 0.1), step(length(q), 0.22), r > 0.5);
      return mix(mix(a, b, 0.3), mix(a, select(b, c, r > 0.75), figure), visible);
    }
  }
}

// Relief of the weave: slope along u and v, and openness 0..1.
fn weave_relief(surface: Surface, weave: u32, period: f32) -> vec3f {
  let p = surface.uv / period;
  switch weave {
    case 0u, 9u, 12u: { let n = noise3_gradient(vec3f(p * vec2f(1.6, 0.8), 1.0)); return vec3f(n.xy * 0.5, 0.5 + 0.5 * n.w); }
    case 1u: { let s = sin(p * 6.2831853); return vec3f(s.y * cos(p.x * 6.2831853), s.x * cos(p.y * 6.2831853), 0.5 + 0.5 * s.x * s.y); }
    case 2u: { let x = (p.x + p.y) * 6.2831853; return vec3f(cos(x) * 0.7, cos(x) * 0.7, 0.5 + 0.5 * sin(x)); }
    case 3u: {  // V-shaped stitches in columns
      let side = fract(p.x) - 0.5;
      let x = (p.y * 1.3 - abs(side) * 1.1) * 6.2831853;
      let valley = 1.0 - smoothstep(0.0, 0.22, abs(abs(side) - 0.5));
      return vec3f(-sign(side) * (0.8 * cos(x) * 0.6 + valley * -1.6), cos(x), (0.5 + 0.5 * sin(x)) * (1.0 - 0.8 * valley));
    }
    case 5u: {  // leather: grain of cells
      let v = voronoi3(vec3f(p, 0.3));
      let n = noise3_gradient(vec3f(p * 1.3, 2.0));
      return vec3f(n.xy * 0.7, smoothstep(0.0, 0.25, v.y - v.x));
    }
    case 7u: {  // straw: braids along u
      let braid = fract(p.y);
      let x = (p.x * 1.2 + select(braid, -braid, fract(floor(p.y) * 0.5) > 0.25)) * 6.2831853;
      return vec3f(cos(x) * 0.8, (braid - 0.5) * -2.2 + cos(x) * 0.5, (0.35 + 0.65 * (0.5 + 0.5 * sin(x))) * (1.0 - pow(abs(braid - 0.5) * 2.0, 6.0)));
    }
    case 8u, 10u: { let x = p.x * 6.2831853; return vec3f(cos(x), 0.0, 0.5 + 0.5 * sin(x)); }
    case 11u: { let s = sin(p * 6.2831853); return vec3f(s * 0.4, 1.0 - 0.9 * step(0.35, s.x * s.y)); }
    case 14u: {  // cables: two strands that cross, between ribs
      let column = fract(p.x * 0.25) * 4.0;
      let phase = p.y * 0.6;
      let swing = 0.5 * sin(phase * 6.2831853);
      let d = min(abs(column - 2.0 - swing), abs(column - 2.0 + swing));
      let rope = 1.0 - smoothstep(0.0, 0.75, d);
      let x = p.x * 6.2831853;
      return mix(vec3f(cos(x), 0.0, 0.5 + 0.5 * sin(x)), vec3f(sign(column - 2.0) * -1.2 * (1.0 - rope), 0.4 * cos(p.y * 6.2831853), 0.3 + 0.7 * rope), step(abs(column - 2.0), 1.4));
    }
    default: { let n = noise3_gradient(vec3f(p * 0.7, 4.0)); return vec3f(n.xy * 0.35, 0.5 + 0.5 * n.w); }
  }
}

fn evaluate(surface: Surface) -> Shading {
  var shading = default_shading(surface);
  let base = u32(surface.extra.x + 0.5) * 6u;
  let weave_row = parameters[base + 3u];
  let finish = parameters[base + 4u];
  let weave = u32(weave_row.x + 0.5);
  var colour = pattern_colour(surface, u32(parameters[base].w + 0.5), base);

  // A frame on the cloth: u to the side, v up; good enough for relief, which has no preferred direction from afar.
  let v_axis = normalize(vec3f(0.0, 1.0, 0.0) - surface.normal * surface.normal.y + vec3f(0.0, 0.0, 1e-4));
  let u_axis = cross(v_axis, surface.normal);
  var normal = surface.normal;
  var openness = surface.extra.w;
  let shown = cloth_detail(surface, weave_row.y) * weave_row.z;
  if (shown > 0.01) {
    let relief = weave_relief(surface, weave, weave_row.y);
    normal = bumped(normal, (u_axis * relief.x + v_axis * relief.y) * 0.55 * shown);
    openness *= mix(1.0, relief.z, 0.55 * shown);
    colour *= mix(1.0, 0.75 + 0.5 * relief.z, 0.6 * shown);
  }
  if (finish.y > 0.001) {  // wrinkles: stretched noise, sharper on one side than on the other
    let at = surface.position * vec3f(0.34, 0.22, 0.34) + vec3f(finish.w * 3.0, 0.0, finish.w);
    let warp = noise3(at * 0.8) * 0.8;
    let n = noise3_gradient(at + warp);
    let m = noise3_gradient(at * 2.3 + 5.0);
    let height = finish.y * mix(0.45, 1.0, weave_row.w);  // gloss shows slopes more than dull cloth
    normal = bumped(normal, (n.xyz * 0.4 + m.xyz * 0.22) * height);
    openness *= 1.0 - clamp(finish.y * 0.35 * (0.5 - n.w), 0.0, 0.3);
  }
  // Hems: a row of stitches and a dent beside the edge.
  let edge = surface.extra.y;
  if (parameters[base + 5u].z > 0.5 && edge < 2.0) {
    let seam = 1.0 - smoothstep(0.05, 0.12, abs(edge - 0.55));
    colour *= 1.0 - 0.16 * seam * cloth_detail(surface, 0.12);
    openness *= 1.0 - 0.3 * seam * cloth_detail(surface, 0.12);
    colour = mix(colour, colour * 1.25 + 0.03, finish.z * (1.0 - smoothstep(0.05, 0.5, edge)));
  }
  colour = mix(colour, mix(colour, vec3f(dot(colour, vec3f(0.3, 0.6, 0.1))) * 1.3 + 0.02, 0.5), finish.z * smoothstep(0.55, 1.0, 0.5 + 0.5 * noise3(surface.position * 0.5 + finish.w)));

  // Fibres catch light at grazing angles.
  let facing = clamp(dot(normal, surface.view), 0.0, 1.0);
  let rim = pow(1.0 - facing, 3.0);
  colour += (colour * 0.7 + 0.05) * finish.x * rim;

  shading.albedo = clamp(colour, vec3f(0.0), vec3f(0.95));
  shading.normal = normal;
  shading.roughness = weave_row.w;
  shading.roughness_2 = weave_row.w;
  shading.specular = select(0.022, 0.04, weave == 5u || weave == 6u);
  shading.cavity = clamp(openness, 0.1, 1.0);
  return shading;
}
`;
