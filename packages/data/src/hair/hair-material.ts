/** How strands and the scalp under them look. Brows, lashes and beards share the strands' material: one pipeline. */
import type { Material } from '../render/drawable.ts';
import { DYES, GREY, type HairColour, pigmentColour } from './colour.ts';
import type { HairLook } from './hair-look.ts';

/** What both materials read: {@link hairParameters} writes it. */
const colourWgsl = /* wgsl */ `
// own: random per strand, lock: random per lock, along: root 0 .. tip 1, from_root: cm
fn hair_colour(own: f32, lock: f32, along: f32, from_root: f32, x: f32) -> vec3f {
  let base = parameters[0].rgb;
  let variation = parameters[0].w;
  let grey = parameters[1].x;
  let dye = parameters[2].rgb;
  let kind = whole(parameters[2].w);
  let amount = parameters[3].x;
  let other = fract(own * 17.31 + lock * 3.7);
  var colour = base * exp2(variation * (1.1 * (own - 0.5) + 1.3 * (lock - 0.5)));
  colour *= vec3f(1.0 + 0.25 * variation * (other - 0.5), 1.0, 1.0 - 0.25 * variation * (other - 0.5));
  // Grey hair comes strand by strand; a ribbon is several strands.
  let whitened = smoothstep(-0.4, 0.4, 1.7 * grey - 0.35 - 0.9 * (mix(other, lock, 0.35) - 0.5) - 0.35) * smoothstep(0.0, 0.12, grey);
  colour = mix(colour, parameters[4].rgb * (0.85 + 0.3 * own), whitened);
  let tint = dye * exp2(0.8 * variation * (own + lock - 1.0));
  var dyed = 0.0;
  switch kind {
    case 1u: { dyed = 1.0; }
    case 2u: { dyed = smoothstep(parameters[3].w, parameters[3].w + 2.0, from_root + 0.8 * lock); }
    case 3u: { dyed = smoothstep(0.3, 0.75, along + 0.25 * (lock - 0.5)); }
    case 4u: { dyed = smoothstep(0.62, 0.7, fract(lock * 5.13 + 0.15 * own)) * smoothstep(0.0, 0.15, along); }
    case 5u: { dyed = 1.0 - smoothstep(1.4, 1.9, abs(x - parameters[4].w) + 0.4 * own); }
    case 6u: { dyed = smoothstep(-0.2, 0.2, x * sign(parameters[4].w)); }
    default: { }
  }
  colour = mix(colour, tint, dyed * amount);
  colour *= mix(parameters[1].y, 1.0, smoothstep(0.0, 0.3, along)) * mix(1.0, parameters[1].z, smoothstep(0.35, 1.0, along));
  return colour * (1.0 - 0.45 * parameters[3].y);
}
`;

export const strandWgsl = /* wgsl */ `${colourWgsl}
fn evaluate(surface: Surface) -> Shading {
  var shading = default_shading(surface);
  let along = surface.extra.x;
  let own = surface.extra.y;
  let lock = surface.extra.z;
  var colour = hair_colour(own, lock, along, surface.uv.y, surface.position.x);
  // A ribbon is a few fibres side by side: seen from close by they part.
  let fibre = hash12(vec2f(floor(surface.uv.x * 45.0), floor(own * 4096.0)));
  colour *= 1.0 + 0.7 * (fibre - 0.5) * detail_weight(surface, 0.03);
  shading.albedo = min(colour, vec3f(0.9));
  // No two fibres lie quite alike: the highlight breaks up.
  let tilt = hash33(vec3f(floor(own * 65536.0), floor(lock * 65536.0), 7.0)) - 0.5;
  shading.normal = normalize(surface.normal + 0.22 * tilt);
  shading.roughness = mix(0.46, 0.24, parameters[1].w) * mix(1.0, 0.6, parameters[3].y);
  shading.specular = 0.046 * parameters[3].z;
  shading.cavity = mix(surface.extra.w, 1.0, 0.06);
  shading.hair = 1.0;
  return shading;
}
`;

/** `extra` = canonical position, depth inside the hair; `uv` = length of the hair, share under a hat. */
export const scalpWgsl = /* wgsl */ `${colourWgsl}
fn evaluate(surface: Surface) -> Shading {
  var shading = default_shading(surface);
  let p = surface.extra.xyz;
  let depth = surface.extra.w;
  let long = surface.uv.x;
  let softness = parameters[5].x;
  let seed = parameters[5].y;
  let t = surface.normal;
  // Noise that is drawn out along the comb: what is seen of hair too fine to see.
  let across = p - 0.88 * t * dot(p, t);
  // Curls have no direction.
  let curly = parameters[6].y;
  let fine = noise3(mix(across * 10.0, p * 3.6, curly) + seed);
  let coarse = noise3(mix(across * 2.3, p * 1.3, curly) - seed);
  var cover = smoothstep(-0.15, 0.5 + 2.4 * softness, depth + 0.35 * fine + 0.25 * coarse) * mix(0.45, 1.0, smoothstep(0.05, 0.9, long));
  cover *= parameters[5].z;
  let rows = parameters[6].x;
  if (rows > 0.0) {
    // Cornrows leave the skin bare between them: the same meridians as in ropes.ts.
    let from_centre = p - vec3f(0.0, 1.2, -0.8);
    let up = dot(from_centre, vec3f(0.0, 0.963, -0.27));
    let row = abs(fract(atan2(from_centre.x, up) * 9.5 / rows + 0.5) - 0.5) * 2.0;
    let nape = smoothstep(5.0, 3.0, length(vec2f(from_centre.x, up)));
    cover *= 1.0 - smoothstep(0.6, 0.8, row + 0.08 * fine) * (1.0 - nape);
  }
  // In between, hairs rather than a veil.
  cover = clamp(cover + 2.2 * cover * (1.0 - cover) * fine, 0.0, 1.0);
  shading.opacity = cover * (1.0 - smoothstep(0.4, 0.6, surface.uv.y));
  let own = clamp(0.5 + 0.45 * fine, 0.0, 1.0);
  let lock = 0.5 + 0.15 * coarse;
  shading.albedo = min(hair_colour(own, lock, 0.12, 0.5, surface.position.x) * (0.8 + (0.5 + 0.4 * curly) * fine), vec3f(0.9));
  shading.normal = normalize(t + (0.15 + 0.9 * curly) * vec3f(fine, coarse, -fine));
  shading.roughness = 0.5;
  shading.specular = 0.012;
  shading.cavity = mix(0.95, 0.3, smoothstep(0.3, 3.0, long));
  shading.hair = 1.0;
  return shading;
}
`;

export const strandMaterial = (parameters: Float32Array): Material => ({ label: 'hair/strands', wgsl: strandWgsl, parameters, doubleSided: true });
export const scalpMaterial = (parameters: Float32Array): Material => ({ label: 'hair/scalp', wgsl: scalpWgsl, parameters });

/** The first five vec4 of both materials. */
export function colourParameters(colour: HairColour, { shine, wetness, seed, gloss = 1 }: { shine: number; wetness: number; seed: number; /** Strength of the highlight: 1 for scalp hair. */ gloss?: number }): Float32Array {
  const parameters = new Float32Array(28);
  parameters.set([...pigmentColour(colour.melanin, colour.redness), colour.variation], 0);
  parameters.set([colour.grey, colour.root, colour.tip, shine], 4);
  parameters.set([...colour.dye.colour, DYES.indexOf(colour.dye.kind)], 8);
  parameters.set([colour.dye.amount, wetness, gloss, 0.6 + (seed % 17) / 5], 12);
  // Where a dyed lock is, or which side: a place across the head, never quite the middle.
  parameters.set([...GREY, (seed % 2 === 0 ? 1 : -1) * (0.5 + (seed % 7) * 0.6)], 16);
  return parameters;
}

export function hairParameters(look: HairLook): Float32Array {
  const parameters = colourParameters(look.colour, look);
  const short = Math.max(look.cut.top, look.cut.sides) < 0.25;
  parameters.set([look.hairline.softness, look.seed % 64, short ? 0.75 : 1, 0], 20);
  parameters[25] = look.curl.radius > 0.03 && look.curl.planar < 0.25 ? 1 : 0;
  parameters[24] = look.ropes?.kind === 'cornrow' ? look.ropes.spacing : 0;
  return parameters;
}
