/** Dark places full of lights out of focus: bars, concerts, fairs, strings of bulbs, screens; with beams and haze. */
import { blackBody, hsv, scaled } from '../colour.ts';
import type { Family } from './family.ts';

const wgsl = /* wgsl */ `
// Point lights, at most one in a cell; out of focus each is a disc. Two numbers choose its colour.
fn backdrop_points(at: vec2f, per: f32, share: f32, radius: f32, blur: f32, seed: f32, a: vec3f, b: vec3f, c: vec3f) -> vec3f {
  let p = at * per;
  let cell = floor(p - 0.5);
  let w = min(blur * per, 0.72);
  var sum = vec3f(0.0);
  for (var i = 0; i < 4; i++) {
    let q = cell + vec2f(f32(i & 1), f32(i >> 1u));
    let h = backdrop_random(q, seed);
    let centre = q + 0.5 + 0.5 * (h.xy - 0.5);
    let tint = select(select(a, b, h.y > 0.45), c, h.x > 0.8);
    let off = distance(p, centre);
    let disc = backdrop_disc(off, radius * per * (0.5 + h.x), w);
    // Lenses draw the rim of a disc a little brighter.
    let rim = 0.8 + 0.45 * smoothstep(0.5, 1.0, off / max(w, 1e-3));
    sum += tint * disc * rim * step(h.z, share) * (0.4 + 1.2 * h.y);
  }
  return sum;
}

fn backdrop(d: vec3f, blur: f32) -> vec3f {
  let base = backdrop_parameter(13u);    // colour of the dark, height of the floor
  let glow = backdrop_parameter(14u);    // colour of a large glow, its radius
  let glow_at = backdrop_parameter(15u); // azimuth, elevation; band of lights: middle, half height
  let one = backdrop_parameter(16u);     // three colours of lights; w: per radian
  let two = backdrop_parameter(17u);     // w: share of cells with one
  let three = backdrop_parameter(18u);   // w: radius
  let strings = backdrop_parameter(19u); // colour of bulbs on strings, bulbs per radian (0: none)
  let beams = backdrop_parameter(20u);   // colour of beams, number per radian (0: none)
  let screen = backdrop_parameter(21u);  // colour of a wall of light panels, its height
  let more = backdrop_parameter(22u);    // beams: lean, width; structure of the dark: contrast; seed
  let azimuth = atan2(d.x, -d.z);
  let elevation = asin(clamp(d.y, -1.0, 1.0));
  let at = vec2f(azimuth, elevation);
  let seed = more.w;
  // Shapes in the dark: furniture, people, walls, of large soft blocks.
  let blocks = backdrop_noise(at * vec2f(3.0, 2.0) + seed) + 0.6 * backdrop_fbm(at * vec2f(8.0, 5.0) + seed, 3, blur * 8.0);
  var colour = base.rgb * exp(more.z * blocks) * (1.0 + 0.6 * elevation);
  let to = at - glow_at.xy;
  colour += glow.rgb / (1.0 + dot(to, to) / (glow.w * glow.w));
  if (screen.w > 0.0) {
    let inside = backdrop_band(elevation, -0.05, screen.w, blur);
    let panel = backdrop_fbm(vec2f(floor(azimuth * 14.0), floor(elevation * 14.0)) * 0.37 + seed, 2, 0.0);
    let seams = backdrop_pulse(azimuth * 14.0, 0.95, blur * 14.0) * backdrop_pulse(elevation * 14.0, 0.95, blur * 14.0);
    let smooth_ = backdrop_fbm(at * 5.0 + seed, 3, blur * 5.0);
    colour = mix(colour, screen.rgb * max(0.05, 0.5 + 0.9 * mix(panel, smooth_, saturate(blur * 25.0))) * seams, inside);
  }
  if (beams.w > 0.0) {
    let x = azimuth * beams.w + more.x * elevation * beams.w;
    let cell = floor(x);
    for (var i = -1; i <= 1; i++) {
      let h = backdrop_random(vec2f(cell + f32(i), 2.0), seed);
      // A cone of light in haze, from a lamp above the picture.
      let lean = (h.x - 0.5) * 1.4;
      let off = (x - cell - f32(i) - h.y) / beams.w + lean * (elevation - 0.9);
      let wide = 0.012 + more.y * max(0.0, 0.9 - elevation) + blur;
      let shaft = exp(-off * off / (wide * wide)) * saturate(1.0 - 0.7 * (0.9 - elevation)) * step(h.z, 0.75);
      colour += mix(beams.rgb, three.rgb / (0.3 + max(three.r, max(three.g, three.b))), step(h.x, 0.35)) * shaft;
    }
  }
  let band = exp(-pow((elevation - glow_at.z) / glow_at.w, 2.0));
  colour += band * backdrop_points(at, one.w, two.w, three.w, blur, seed, one.rgb, two.rgb, three.rgb);
  colour += band * 0.6 * backdrop_points(at + 7.3, one.w * 1.7, two.w, three.w * 0.6, blur, seed + 1.0, two.rgb, one.rgb, three.rgb);
  if (strings.w > 0.0) {
    // Bulbs along sagging strings.
    for (var row = 0; row < 2; row++) {
      let sag = 0.05 * cos(azimuth * (3.0 + f32(row)) + seed) + 0.28 + 0.16 * f32(row) + 0.1 * azimuth * (f32(row) - 0.5);
      let x = azimuth * strings.w + 0.5 * f32(row);
      let near = round(x);
      let off = vec2f((x - near) / strings.w, elevation - sag);
      colour += strings.rgb * backdrop_disc(length(off), 0.006, min(blur, 0.45 / strings.w));
    }
  }
  let floor_ = backdrop_step(base.w - elevation, blur + 0.03);
  return mix(colour, colour * 0.35 + 0.2 * base.rgb, floor_);
}
`;

const PLACES = { bar: 30, street: 18, concert: 18, fair: 12, garden: 12, control: 10 } as const;

export const lights: Family = {
  wgsl,
  sample(random) {
    const place = random.weighted(PLACES);
    const warm = () => blackBody(random.uniform(2000, 3200), 4000);
    const strong = () => hsv(random.next(), random.uniform(0.6, 0.95), 1);
    const isColourful = place === 'concert' || place === 'fair' || place === 'control';
    const colour = () => (isColourful ? scaled(strong(), 2) : random.chance(0.75) ? warm() : random.chance(0.5) ? strong() : blackBody(6000));
    const per = random.uniform(6, 18);
    const brightness = random.uniform(6, 30);
    const bulbs = place === 'garden' || random.chance(0.15);
    const beams = place === 'concert' || random.chance(0.05);
    return {
      label: `lights/${place}`,
      parameters: [
        ...scaled(isColourful ? hsv(random.next(), random.uniform(0.3, 0.7), 1) : warm(), random.uniform(0.008, 0.05)), random.uniform(-0.6, -0.1),
        ...scaled(colour(), random.uniform(0.01, 0.12)), random.uniform(0.15, 0.6),
        random.normal(0, 0.5), random.normal(0.1, 0.25), random.normal(0.08, 0.12), random.uniform(0.12, 0.5),
        ...scaled(colour(), brightness), per,
        ...scaled(colour(), brightness), place === 'concert' ? random.uniform(0, 0.25) : random.uniform(0.3, 0.85),
        ...scaled(colour(), brightness), random.uniform(0.003, 0.01),
        ...scaled(warm(), random.uniform(15, 50)), bulbs ? random.uniform(5, 12) : 0,
        ...scaled(strong(), random.uniform(0.3, 1)), beams ? random.uniform(1.2, 3.5) : 0,
        ...scaled(strong(), random.uniform(0.2, 1.2)), place === 'control' || (place === 'concert' && random.chance(0.4)) ? random.uniform(0.2, 0.6) : 0,
        random.normal(0, 0.5), random.uniform(0.02, 0.1), random.uniform(0.7, 1.6), random.uniform(1, 90),
      ],
      emitters: [],
      turn: 0,
      isIndoors: true,
    };
  },
};
