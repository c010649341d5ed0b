/**
 * An eye: the iris lies behind a cornea that refracts, the white yellows and carries vessels, the lids shade it, tears
 * stand along the lower lid. In the eye's own rest frame, so that everything turns with the gaze; the lids do not.
 */
export const eyeMaterialWgsl = /* wgsl */ `
// extra: place in the eye's rest frame about its anchor, cm; w = 0 right, 1 left
// parameters of an eye at 24 e: 0-2 = axes of the frame in head space (columns), 3 = iris centre and radius,
// 4 = iris axis and pupil, 5 = centre of the ball and depth of the iris below its skeleton point; 6.. iris look.
// 48.. = lid of each eye: 8 x (upper y, lower y) at even steps, packed 4 to a vec4
const ETA = 0.7486;            // air to aqueous humour

struct Lid { upper: f32, lower: f32, inner: f32 };

fn lid_at(eye: u32, x: f32) -> Lid {
  let base = 24u * eye + 14u;
  let range = parameters[base];              // x of the outer and the inner corner, cm
  let t = clamp((x - range.x) / (range.y - range.x), 0.0, 1.0) * 8.0;
  let i = min(whole(floor(t)), 7u);
  let f = t - f32(i);
  let a = parameters[base + 1u + i / 2u];
  let b = parameters[base + 1u + (i + 1u) / 2u];
  let low = select(a.xy, a.zw, (i & 1u) == 1u);
  let high = select(b.xy, b.zw, ((i + 1u) & 1u) == 1u);
  let y = mix(low, high, f);
  return Lid(y.x, y.y, t / 8.0);
}

fn evaluate(surface: Surface) -> Shading {
  var s = default_shading(surface);
  let eye = whole(surface.extra.w);
  let base = 24u * eye;
  let ax = parameters[base].xyz;
  let ay = parameters[base + 1u].xyz;
  let az = parameters[base + 2u].xyz;
  let iris = parameters[base + 3u];
  let axis = parameters[base + 4u].xyz;
  let pupil = parameters[base + 4u].w;
  let ball = parameters[base + 5u];
  let outer_colour = parameters[base + 6u];     // w = collarette
  let inner_colour = parameters[base + 7u];     // w = fibres
  let pattern = parameters[base + 8u];          // number of fibres, crypts, flecks, arcus
  let limbus = parameters[base + 9u];           // strength, width, wetness, lens ring
  let sector = parameters[base + 10u];          // angle, width, strength, redness
  let lens = parameters[base + 11u];            // colour, strength
  let sclera = parameters[base + 12u];          // colour, veins
  let offset = parameters[base + 13u].xyz;

  let p = surface.extra.xyz;
  let from_axis = p - iris.xyz;
  let along = dot(from_axis, axis);
  let radial = from_axis - along * axis;
  // The rim is drawn as if it lay nearer to the plane of the skeleton's iris than the surface does, so that from the side,
  // too, the disc stays on its point.
  let local_view = vec3f(dot(surface.view, ax), dot(surface.view, ay), dot(surface.view, az));
  let view_along = dot(local_view, axis);
  let seen = radial - (local_view - view_along * axis) * (0.6 * clamp(along, -0.25, 0.25) / max(view_along, 0.4));
  let r = length(seen) / iris.w;
  let outward = radial / max(length(radial), 1e-4);

  // A ball with a steeper cornea in front: sharper than the mesh's own normals.
  let ball_normal = normalize(p - ball.xyz);
  let sine = min(r * iris.w / 1.05, 0.95);
  let cornea_normal = axis * sqrt(1.0 - sine * sine) + outward * sine;
  let local_normal = normalize(mix(cornea_normal, ball_normal, smoothstep(0.95, 1.3, r)));
  let normal = normalize(ax * local_normal.x + ay * local_normal.y + az * local_normal.z);

  // The white: vessels run in from the corners, thicker and redder there.
  let n1 = noise3(p * 2.2 + offset);
  let n2 = noise3(p * 5.5 + offset.yzx + 0.6 * n1);
  let vessel = (1.0 - smoothstep(0.0, 0.11, abs(noise3(p * vec3f(2.0, 4.5, 4.0) + offset.zxy + 0.5 * n2)))) * smoothstep(1.2, 2.2, r + 0.25 * n1);
  let fine = (1.0 - smoothstep(0.0, 0.16, abs(n2))) * smoothstep(1.1, 1.9, r);
  let corner = smoothstep(1.5, 2.5, r);
  let red = clamp(sclera.w * (0.75 * vessel + 0.3 * fine) + (0.3 + 0.6 * sector.w) * corner + 0.25 * sector.w, 0.0, 1.0);
  var white = sclera.rgb * (1.0 + 0.03 * n1);
  white *= mix(vec3f(1.0), vec3f(0.95, 0.55, 0.5), red * 0.75);
  // The rim of the iris shines through the edge of the white, bluish grey.
  white *= mix(vec3f(0.72, 0.74, 0.78), vec3f(1.0), smoothstep(0.96, 1.22, r));

  // The iris, where the refracted ray meets it.
  let to_iris = refract(-local_view, local_normal, ETA);
  let plane = ball.w;
  let t = clamp((-plane - along) / min(dot(to_iris, axis), -0.2), 0.0, 0.6);
  let hit = radial + (to_iris - dot(to_iris, axis) * axis) * t;
  let rr = length(hit) / iris.w;
  let up = normalize(vec3f(0.0, 1.0, 0.0) - axis.y * axis);
  let side = cross(up, axis);
  let uv = vec2f(dot(hit, side), dot(hit, up)) / iris.w;
  let angle = atan2(uv.y, uv.x);
  let ring = vec2f(cos(angle), sin(angle));
  let zone = clamp((rr - pupil) / (1.0 - pupil), 0.0, 1.0);
  // Fibres: noise on a cone, stretched along the radius.
  let turns = pattern.x / 6.2831853;
  let fibre = noise3(vec3f(ring * turns, zone * 1.6) + offset) + 0.6 * noise3(vec3f(ring * turns * 2.1, zone * 2.8) + offset.yzx);
  let crypt = smoothstep(0.25, 0.8, noise3(vec3f(ring * 2.2, zone * 2.6) + offset.zxy)) * smoothstep(0.15, 0.4, zone) * smoothstep(1.0, 0.7, zone);
  let fleck = smoothstep(0.5, 0.62, noise3(vec3f(uv * 4.5, 0.0) + offset.xzy)) * pattern.z;
  let collarette = smoothstep(outer_colour.w + 0.22, outer_colour.w - 0.12, zone + 0.12 * fibre);
  var colour = mix(outer_colour.rgb, inner_colour.rgb, collarette);
  let turned = abs(fract((angle - sector.x) / 6.2831853 + 0.5) - 0.5) * 6.2831853;
  colour = mix(colour, vec3f(0.10, 0.045, 0.018), sector.z * smoothstep(sector.y, sector.y - 0.15, turned));
  colour *= 1.0 + inner_colour.w * 0.55 * fibre;
  colour *= 1.0 - 0.45 * pattern.y * crypt;
  colour = mix(colour, vec3f(0.09, 0.04, 0.015), fleck * 0.7);
  colour = mix(colour, lens.rgb * (0.8 + 0.4 * fibre), lens.w * smoothstep(0.1, 0.3, zone));
  colour *= 1.0 - max(limbus.x, limbus.w) * smoothstep(1.0 - limbus.y, 1.0, rr) * 0.85;
  colour *= 1.0 - 0.55 * smoothstep(0.16, 0.0, zone);
  // Light from above gathers below: the caustic that gives an iris its depth.
  colour *= 1.0 + 0.55 * clamp(-uv.y, -0.7, 0.9) * smoothstep(1.05, 0.6, rr);
  let hole = smoothstep(pupil + 0.035, pupil - 0.02, rr);
  colour = mix(colour, vec3f(0.004), hole);
  colour = mix(colour, vec3f(0.55, 0.56, 0.56), pattern.w * 0.55 * smoothstep(0.82, 0.92, r) * smoothstep(1.02, 0.95, r));
  let blend = max(surface.footprint / iris.w * 0.5, 0.055);
  let is_iris = smoothstep(1.0 + blend, 1.0 - blend, r);
  s.albedo = mix(white, colour * 0.95, is_iris);

  // Lids: shade, lashes' shade under the upper one, tears on the lower one.
  let lid = lid_at(eye, surface.position.x);
  let below_upper = max(lid.upper - surface.position.y, 0.0);
  let above_lower = max(surface.position.y - lid.lower, 0.0);
  let opening = max(lid.upper - lid.lower, 0.02);
  let shade_up = exp(-below_upper / (0.12 + 0.16 * opening));
  let shade_low = exp(-above_lower / 0.075);
  let ends = smoothstep(0.35, 0.95, abs(lid.inner * 2.0 - 1.0));
  let open = clamp((1.0 - 0.7 * shade_up) * (1.0 - 0.35 * shade_low) * (1.0 - 0.5 * ends), 0.08, 1.0);
  s.cavity = open;
  s.albedo *= mix(vec3f(0.8, 0.72, 0.70), vec3f(1.0), open);
  s.albedo = mix(s.albedo, vec3f(0.42, 0.17, 0.14), 0.65 * smoothstep(0.84, 0.96, lid.inner) * (1.0 - is_iris) + 0.35 * exp(-above_lower / 0.03) * (1.0 - is_iris));
  let tears = exp(-pow(above_lower - 0.02, 2.0) / 0.0012) * limbus.z;
  s.normal = normalize(mix(normal, normalize(normal + vec3f(0.0, 0.9, 0.35)), 0.75 * tears));
  // A cornea mirrors a little more than water does (1.376), and its spark is what a face lives by.
  s.coat = mix(0.7, 1.0 + 0.6 * max(dot(normal, surface.view), 0.0), max(is_iris, tears)) * limbus.z;
  s.roughness = mix(0.35, 0.6, is_iris);
  s.roughness_2 = s.roughness;
  s.specular = 0.028;
  s.subsurface = mix(vec3f(0.55, 0.35, 0.30), vec3f(0.15), is_iris);
  return s;
}
`;
