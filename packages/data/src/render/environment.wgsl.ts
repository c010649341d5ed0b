/** The surroundings as a small picture, for reflections: longitude by latitude, three blurs. Before the background's WGSL. */
export const ENVIRONMENT_WIDTH = 128;
export const ENVIRONMENT_HEIGHT = 64;
export const ENVIRONMENT_LAYERS = 3;

export const environmentWgsl = /* wgsl */ `
@group(0) @binding(0) var<uniform> background_parameters: array<vec4f, 32>;
@group(0) @binding(1) var environment_out: texture_storage_2d_array<rgba16float, write>;

@compute @workgroup_size(8, 8)
fn render_environment(@builtin(global_invocation_id) id: vec3u) {
  let longitude = ((f32(id.x) + 0.5) / 128.0 - 0.5) * 6.2831853;
  let latitude = (0.5 - (f32(id.y) + 0.5) / 64.0) * 3.14159265;
  let direction = vec3f(sin(longitude) * cos(latitude), sin(latitude), cos(longitude) * cos(latitude));
  let radiance = environment(direction, 0.04 * exp2(2.0 * f32(id.z)));
  textureStore(environment_out, id.xy, id.z, vec4f(clamp(radiance, vec3f(0.0), vec3f(6e4)), 1.0));
}
`;
