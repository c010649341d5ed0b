/**
 * Lenses: what is behind shines through, the surroundings are reflected. The renderer blends `colour * opacity` over the
 * picture; a mirror (metallic) whose opacity is its reflectance gives exactly what glass does. Absorbing glass adds
 * opacity without reflection.
 */

/** Colours are linear RGB. */
export interface LensStuff {
  /** Colour and share of light that the glass takes away at the top and at the bottom, 0..1. */
  tint: readonly [number, number, number];
  absorbTop: number;
  absorbBottom: number;
  /** Colour and strength of what the coating reflects: 0.04 bare glass, 0.5 mirrored. */
  mirror: readonly [number, number, number];
  reflectance: number;
}

export const LENS_STRIDE = 3;
export const lensParameters = ({ tint, absorbTop, absorbBottom, mirror, reflectance }: LensStuff): number[] =>
  [...tint, absorbTop, ...mirror, reflectance, absorbBottom, 0, 0, 0];

export const lensWgsl = /* wgsl */ `
fn evaluate(surface: Surface) -> Shading {
  var shading = default_shading(surface);
  let slot = u32(surface.extra.x + 0.5) * 3u;
  let glass = parameters[slot];
  let coating = parameters[slot + 1u];
  let bottom = parameters[slot + 2u].x;
  // Schlick; two surfaces reflect, hence not less than twice that of one.
  let facing = clamp(abs(dot(surface.normal, surface.view)), 0.0, 1.0);
  let fresnel = pow(1.0 - facing, 5.0);
  let reflected = clamp(mix(coating.w, 1.0, fresnel), 0.0, 1.0);
  let absorbed = mix(bottom, glass.w, smoothstep(0.15, 0.85, surface.extra.y));
  let opacity = clamp(1.0 - (1.0 - reflected) * (1.0 - absorbed), 0.002, 1.0);
  let mirrored = reflected / opacity;
  shading.albedo = mix(coating.rgb, vec3f(1.0), fresnel) * mirrored;
  shading.metallic = 1.0;
  shading.roughness = 0.05;
  shading.roughness_2 = 0.05;
  // What the glass lets through of its own colour, as far as a single opacity can say it.
  shading.emission = glass.rgb * (1.0 - mirrored) * 0.12;
  shading.opacity = opacity;
  return shading;
}
`;
