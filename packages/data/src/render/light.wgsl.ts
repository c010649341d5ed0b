/** How light leaves a surface. Between the material and {@link shadeWgsl}. */
export const lightWgsl = /* wgsl */ `
const RENDER_PI = 3.14159265;

// Radiance of a white matt surface in the ambient light.
fn render_ambient(normal: vec3f) -> vec3f {
  let x = dot(frame.setting[0].xyz, normal);
  let y = dot(frame.setting[1].xyz, normal);
  let z = dot(frame.setting[2].xyz, normal);
  return max(vec3f(0.0), frame.ambient[0].xyz + frame.ambient[1].xyz * y + frame.ambient[2].xyz * z + frame.ambient[3].xyz * x
    + frame.ambient[4].xyz * (x * y) + frame.ambient[5].xyz * (y * z) + frame.ambient[6].xyz * (3.0 * z * z - 1.0)
    + frame.ambient[7].xyz * (x * z) + frame.ambient[8].xyz * (x * x - y * y));
}

// GGX with Smith visibility (Hammon's fit), without Fresnel.
fn render_ggx(n_h: f32, n_v: f32, n_l: f32, roughness: f32) -> f32 {
  let a = roughness * roughness;
  let d = (n_h * a * a - n_h) * n_h + 1.0;
  let visibility = 0.5 / mix(2.0 * n_l * n_v, n_l + n_v, a);
  return min(a * a / (RENDER_PI * d * d) * visibility, 64.0);
}

fn render_light(surface: Surface, shading: Shading, opacity: f32) -> vec3f {
  let n = shading.normal;
  let v = surface.view;
  let n_v = max(dot(n, v), 1e-3);
  let f0 = mix(vec3f(shading.specular), shading.albedo, shading.metallic);
  let diffuse = shading.albedo * (1.0 - shading.metallic);
  var out = diffuse * render_ambient(n) * shading.cavity * opacity + shading.emission;
  for (var i = 0u; i < frame.size.w; i++) {
    let l = frame.lights[i].direction.xyz;
    let h = normalize(l + v);
    let n_l = dot(n, l);
    if (n_l <= 0.0) { continue; }
    let fresnel = f0 + (1.0 - f0) * pow(1.0 - max(dot(v, h), 0.0), 5.0);
    let n_h = max(dot(n, h), 0.0);
    let lobes = mix(render_ggx(n_h, n_v, n_l, shading.roughness), render_ggx(n_h, n_v, n_l, shading.roughness_2), shading.lobe_mix);
    out += (diffuse * opacity + RENDER_PI * fresnel * lobes * shading.cavity) * frame.lights[i].colour.rgb * n_l;
  }
  return out;
}
`;
