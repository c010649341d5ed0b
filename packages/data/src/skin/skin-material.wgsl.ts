/** Skin and what is behind the lips, as materials of the renderer. */
import { skinTexelWgsl } from './texel.wgsl.ts';

export const skinMaterialWgsl = /* wgsl */ `${skinTexelWgsl}
// parameters: 0 = (texel cm, flush, width and height of the atlas), 1 = subsurface, 4 + group = depth of creases (left, right)
fn evaluate(surface: Surface) -> Shading {
  var s = default_shading(surface);
  let level = clamp(log2(surface.footprint / parameters[0].x) + 0.15, 0.0, 3.0);
  // Between two levels a pixel takes one of them by chance (Jimenez' noise): both cost a software adapter twice.
  let taken = floor(level + fract(52.9829189 * fract(dot(floor(surface.pixel), vec2f(0.06711056, 0.00583715)))));
  let atlas = parameters[0].zw;
  let smaller = exp2(-taken);
  let size = atlas * smaller;
  // Levels lie one after the other, each a quarter of the one before.
  let level_start = 3.0 * round(atlas.x * atlas.y * (1.0 - smaller * smaller) / 0.75);
  let at = clamp(surface.uv * size - 0.5, vec2f(0.0), size - 1.001);
  let cell = floor(at);
  let f = at - cell;
  let a = whole(level_start + 3.0 * (cell.y * size.x + cell.x));
  let c = a + whole(3.0 * size.x);
  let paint = mix(mix(skin_bytes(texels[a]), skin_bytes(texels[a + 3u]), f.x), mix(skin_bytes(texels[c]), skin_bytes(texels[c + 3u]), f.x), f.y);
  let relief = mix(mix(skin_bytes(texels[a + 1u]), skin_bytes(texels[a + 4u]), f.x), mix(skin_bytes(texels[c + 1u]), skin_bytes(texels[c + 4u]), f.x), f.y);
  // Lines are smooth, and wider than texels: the nearest will do.
  let crease = skin_bytes(texels[select(a, c, f.y > 0.5) + select(2u, 5u, f.x > 0.5)]);
  // A group is a number: not mixed, and not of a smaller level.
  let own = min(floor(surface.uv * atlas), atlas - 1.0);
  let group = skin_bytes(texels[whole(3.0 * (own.y * atlas.x + own.x) + 2.0)]).a;
  let depths = parameters[4u + whole(clamp(group * 16.0 - 1.0, 0.0, 11.0))];
  let fold = mix(depths.y, depths.x, smoothstep(-0.5, 0.5, surface.position.x));

  s.albedo = paint.rgb * paint.rgb;
  // Folding presses blood out of the bottom of a line and darkens it.
  let crease_depth = crease.z * fold;
  s.albedo *= 1.0 - min(crease_depth, 1.2) * vec3f(0.09, 0.15, 0.17);
  let from_cheek = (vec3f(abs(surface.position.x), surface.position.yz) - vec3f(4.1, -0.6, 8.4)) / vec3f(2.1, 1.9, 4.0);
  let cheek = exp(-dot(from_cheek, from_cheek));
  s.albedo *= 1.0 - parameters[0].y * cheek * vec3f(0.02, 0.26, 0.22);

  let gradient = (relief.xyz * 2.0 - 1.0) * 1.0 + vec3f(crease.xy * 2.0 - 1.0, 0.0) * fold * 1.7;
  s.normal = bumped(surface.normal, gradient);
  let coat = clamp((paint.a - 0.7) / 0.3, 0.0, 1.0);
  let roughness = 1.0 - clamp(paint.a, 0.02, 0.7) / 0.7;
  // Bumps that a small level has averaged away still scatter the highlight.
  s.roughness = clamp(mix(roughness * 1.12 + 0.03 * level, 0.42, step(0.001, coat)), 0.2, 0.9);
  s.roughness_2 = s.roughness * 0.6;
  s.lobe_mix = 0.2;
  s.specular = 0.028;
  s.coat = coat;
  s.subsurface = parameters[1].rgb;
  s.cavity = relief.a * (1.0 - 0.45 * min(1.0, crease_depth));
  return s;
}
`;

export const mouthMaterialWgsl = /* wgsl */ `
// extra: place on the standard head, part (1 mouth, 2 gums, 3 tongue, 4 teeth, 5 socket)
// parameters: 0 = enamel colour, gold tooth (its x, 99 = none); 1 = mucosa colour, braces; 2 = tongue colour, plaque;
// 3 = (wear, translucency, tongue coating, opening of the lips in cm), 4 = socket colour, 5 = subsurface, 6 = noise offset
fn evaluate(surface: Surface) -> Shading {
  var s = default_shading(surface);
  let p = surface.extra.xyz;
  let part = whole(surface.extra.w);
  let o = parameters[6].xyz;
  let n = noise3_gradient(p * 4.0 + o);
  // Behind the lips it gets dark: what light is left has been through flesh.
  let open = smoothstep(4.5, 9.5, p.z);
  let reached = mix(0.05, 1.0, open * open);
  let wet = 0.1 + 0.9 * open * open;
  s.specular = 0.03 * wet;
  s.roughness = 0.4;
  s.roughness_2 = 0.25;
  s.lobe_mix = 0.3;
  s.subsurface = parameters[5].rgb;
  switch part {
    case 4u: {
      let edge = smoothstep(0.9, 0.1, abs(p.y + 3.95));      // incisal edges meet here
      var enamel = parameters[0].rgb;
      enamel *= 1.0 + 0.05 * n.w;
      enamel = mix(enamel, enamel * vec3f(0.93, 0.96, 1.03), edge * parameters[3].y);
      let neck = smoothstep(0.6, 1.35, abs(p.y + 3.95));
      enamel *= mix(vec3f(1.0), vec3f(0.93, 0.82, 0.62), neck * (0.35 + 0.65 * parameters[2].w));
      let molars = smoothstep(8.6, 6.5, p.z);
      enamel *= mix(vec3f(1.0), vec3f(0.9, 0.84, 0.72), molars);
      s.albedo = enamel;
      s.coat = 0.6 * wet;
      s.roughness = 0.3 + 0.15 * parameters[3].x;
      s.subsurface = vec3f(0.35, 0.3, 0.25);
      if (abs(p.x - parameters[0].w) < 0.36 && p.y > -3.95) {
        s.albedo = vec3f(0.83, 0.58, 0.22);
        s.metallic = 1.0;
        s.roughness = 0.22;
        s.coat = 0.0;
      }
      if (parameters[1].w > 0.0) {
        let arc = atan2(p.x, p.z - 5.5) * 5.2;               // cm along the row
        let height = select(p.y + 4.5, p.y + 3.4, p.y > -3.95);
        let cell = abs(fract(arc * 1.28 + 0.5 * step(p.y, -3.95)) - 0.5);
        let bracket = step(abs(height), 0.15) * step(cell, 0.17);
        let wire = step(abs(height), 0.035);
        if (max(bracket, wire) > 0.0 && surface.normal.z > -0.2) {
          s.albedo = mix(vec3f(0.62, 0.63, 0.65), vec3f(0.35), step(0.12, cell) * bracket * 0.4);
          s.metallic = 0.9;
          s.roughness = 0.3;
          s.coat = 0.2;
        }
      }
      s.cavity = mix(0.12, 1.0, open) * (1.0 - 0.35 * neck);
      // Lips that are all but closed shade what is right behind them.
      let parted = mix(0.22, 1.0, smoothstep(0.1, 0.75, parameters[3].w));
      s.albedo *= mix(vec3f(0.16, 0.09, 0.07), vec3f(1.0), clamp(reached, 0.0, 1.0)) * vec3f(parted, parted * parted, parted * parted);
      s.coat *= parted;
      s.cavity *= parted;
    }
    case 3u: {
      let papillae = noise3_gradient(p * vec3f(11.0, 6.0, 11.0) + o);
      let coating = parameters[3].z * smoothstep(0.2, 0.9, surface.normal.y) * (0.6 + 0.4 * n.w);
      let groove = exp(-p.x * p.x * 40.0) * smoothstep(0.2, 0.7, surface.normal.y);
      s.albedo = mix(parameters[2].rgb, vec3f(0.66, 0.56, 0.50), coating) * (1.0 - 0.3 * groove) * (1.0 + 0.07 * papillae.w);
      s.normal = bumped(surface.normal, papillae.xyz * 0.22 + n.xyz * 0.06);
      s.roughness = 0.45;
      s.coat = 0.35 * wet * open;
      s.cavity = mix(0.2, 1.0, open);
      s.albedo *= mix(vec3f(0.30, 0.13, 0.11), vec3f(1.0), reached);
    }
    case 5u: {
      s.albedo = parameters[4].rgb * 0.7;
      s.coat = 0.4;
      s.cavity = 0.4;
    }
    default: {
      let gum = select(0.0, 1.0, part == 2u);
      let stipple = noise3_gradient(p * 9.0 + o);
      s.albedo = parameters[1].rgb * mix(vec3f(0.86, 0.72, 0.72), vec3f(1.0), gum) * (1.0 + 0.1 * n.w);
      s.normal = bumped(surface.normal, n.xyz * 0.08 + stipple.xyz * 0.05);
      let parted = mix(smoothstep(0.05, 0.6, parameters[3].w), 1.0, gum);   // closed lips show no wet seam
      s.coat = 0.4 * parted * wet * open;
      s.cavity = mix(0.08, 1.0, open) * mix(0.15, 1.0, parted);
      s.albedo *= mix(vec3f(0.12, 0.04, 0.03), vec3f(1.0), reached * mix(0.3, 1.0, parted));
    }
  }
  return s;
}
`;
