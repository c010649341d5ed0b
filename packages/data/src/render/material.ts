/**
 * What the WGSL of a material sees. The renderer puts {@link noiseWgsl} and {@link materialWgsl} before `material.wgsl`
 * and calls its `evaluate` once per group of samples of a pixel.
 *
 * `evaluate` runs in a compute shader (and, where it sets `opacity`, also in a fragment shader), so that derivatives
 * (`dpdx`, `fwidth`) do not exist: use `surface.footprint` to choose a level, and to fade detail
 * that is smaller than a pixel. Names that begin with `render_` are the renderer's, as are those of `whole.wgsl.ts`, `light-word.wgsl.ts` and `slot.wgsl.ts`.
 */

/** Number of vec4 in `Material.parameters` at most. */
export const MAX_PARAMETERS = 64;

export const materialWgsl = /* wgsl */ `
struct Surface {
  position: vec3f,   // head space, cm
  normal: vec3f,     // interpolated, unit, towards the viewer if double-sided; for hair the tangent, root to tip
  view: vec3f,       // unit, towards the camera
  uv: vec2f,         // of the mesh
  extra: vec4f,      // of the mesh
  pixel: vec2f,      // in the picture, 0..size
  footprint: f32,    // size of a pixel at this distance, cm
};

struct Shading {
  albedo: vec3f,     // linear RGB
  normal: vec3f,     // with bumps
  roughness: f32,    // two GGX lobes
  roughness_2: f32,
  lobe_mix: f32,     // weight of the second lobe
  specular: f32,     // reflectance at normal incidence: 0.028 skin, 0.04 plastics
  metallic: f32,
  subsurface: vec3f, // 0..1 per channel: how far light scatters; wraps and tints the terminator. 0 = Lambert
  cavity: f32,       // multiplies ambient light and highlights; 1 = open
  coat: f32,         // 0..1 clear smooth layer: wet eyes and lips, lacquer
  hair: f32,         // 1: normal is the strand's tangent, albedo the colour of the fibre
  emission: vec3f,   // linear radiance
  opacity: f32,      // opaque materials: coverage, below 0.5 is a hole in mask and depth; transparent: colour * opacity over the rest
};

@group(1) @binding(0) var<uniform> parameters: array<vec4f, 64>;
@group(1) @binding(1) var<storage, read> texels: array<u32>;

fn default_shading(surface: Surface) -> Shading {
  return Shading(vec3f(0.5), surface.normal, 0.5, 0.5, 0.0, 0.04, 0.0, vec3f(0.0), 1.0, 0.0, 0.0, vec3f(0.0), 1.0);
}

// Normal of a surface raised by a height field: gradient of the height (cm) in head space.
fn bumped(normal: vec3f, gradient: vec3f) -> vec3f {
  return normalize(normal - (gradient - dot(gradient, normal) * normal));
}

// How much of detail with this wavelength (cm) a pixel still shows: 1 = all, 0 = it would alias.
fn detail_weight(surface: Surface, wavelength: f32) -> f32 {
  return clamp((wavelength / surface.footprint - 1.0) * 0.7, 0.0, 1.0);
}
`;
