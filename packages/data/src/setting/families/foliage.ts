/** Parks, gardens, hedges and woods: masses of leaves with sky between them, trunks, grass below. */
import { hsv } from '../colour.ts';
import type { Family, Rgb } from './family.ts';
import { sampleSky, skyWgsl } from './landscape.ts';

const wgsl = /* wgsl */ `
// Sunlit spots and gaps between leaves: one disc in most cells, as large as the blur makes it.
fn backdrop_spots(p: vec2f, share: f32, radius: f32, seed: f32, w: f32) -> vec2f {
  let cell = floor(p - 0.5);
  var sum = 0.0;
  var shade = 0.0;
  for (var i = 0; i < 4; i++) {
    let c = cell + vec2f(f32(i & 1), f32(i >> 1u));
    let h = backdrop_random(c, seed);
    let centre = c + 0.5 + 0.6 * (h.xy - 0.5);
    let lit = backdrop_disc(distance(p, centre), radius * (0.5 + h.x), w) * step(h.z, share);
    sum += lit;
    shade += lit * h.y;
  }
  return vec2f(sum, shade);
}

fn backdrop_leaves(at: vec2f, w: f32, leaf: vec4f, lit: vec4f, gap: f32, seed: f32, octaves: i32) -> vec4f {
  let clumps = backdrop_fbm(at * 0.55 + seed, octaves, w * 0.55);
  let fine = backdrop_fbm(at * 3.7 + seed, octaves, w * 3.7);
  let shade = saturate(0.5 + 0.9 * clumps + 0.55 * fine);
  var colour = mix(leaf.rgb * 0.25, lit.rgb, shade * shade);
  // Gaps: where both scales are thin.
  let thin = 0.75 * clumps + 0.35 * fine;
  return vec4f(colour, smoothstep(gap - 0.05 - 0.45 * w, gap + 0.05 + 0.45 * w, thin + 0.32));
}

fn backdrop(d: vec3f, blur: f32) -> vec3f {
  let leaf = backdrop_parameter(18u);     // colour, share of sunlit spots
  let lit = backdrop_parameter(19u);      // colour of lit leaves, clumps per radian
  let grass = backdrop_parameter(20u);    // colour, height of the hedge's foot
  let trunk = backdrop_parameter(21u);    // colour, spacing in radians (0: none)
  let shape = backdrop_parameter(22u);    // gaps, height of the tree tops, distance haze, seed
  let haze = backdrop_parameter(23u);     // colour; blossoms: share
  let blossom = backdrop_parameter(24u);  // colour, size
  let azimuth = atan2(d.x, -d.z);
  let elevation = asin(clamp(d.y, -1.0, 1.0));
  let at = vec2f(azimuth, elevation);
  var colour = backdrop_sky(d, blur, 13u);
  // Far trees, hazier and smaller, below the near ones.
  let far_at = at * lit.w * 1.9 + 13.0;
  let far = backdrop_leaves(far_at, blur * lit.w * 1.9, leaf, lit, shape.x - 0.1, shape.w + 5.0, 1);
  let far_top = 0.55 * shape.y + 0.12 * backdrop_noise(vec2f(azimuth * 3.0, shape.w));
  colour = mix(colour, mix(far.rgb * 0.8, haze.rgb, shape.z), far.w * backdrop_step(far_top - elevation, blur + 0.03));
  // Trunks between them.
  if (trunk.w > 0.0) {
    let x = (azimuth + 0.04 * backdrop_noise(vec2f(elevation * 3.0, shape.w))) / trunk.w;
    let cell = floor(x);
    let h = backdrop_random(vec2f(cell, 1.0), shape.w);
    let half = 0.03 + 0.09 * h.z;
    let q = x - cell - 0.25 - 0.5 * h.x;
    let w = blur / trunk.w;
    let body = backdrop_band(q, -half, half, w) * step(h.y, 0.75) * backdrop_step(far_top + 0.25 - elevation, blur + 0.15);
    let bark = 0.75 + 0.5 * backdrop_noise(vec2f(azimuth * 90.0, elevation * 14.0)) * saturate(1.0 - blur * 90.0) + 0.5 * q / half;
    colour = mix(colour, trunk.rgb * max(bark, 0.2), body);
  }
  // Ground.
  let below = max(-d.y, 1e-3);
  let reach = 1.6 / below;
  let gat = d.xz * reach;
  let gw = blur * reach / max(below, 0.08);
  let patches = backdrop_fbm(gat * 0.9 + 5.0, 2, gw);
  let ground = grass.rgb * (1.0 + 0.45 * patches + 0.4 * backdrop_fbm(gat * vec2f(9.0, 3.0), 1, gw * 9.0)) + lit.rgb * 0.6 * smoothstep(0.1, 0.4, patches) * leaf.w;
  colour = mix(mix(ground, haze.rgb, 1.0 - exp(-reach / 120.0)), colour, backdrop_step(elevation - grass.w, blur + 0.01));
  // Near leaves, above and around.
  let near = backdrop_leaves(at * lit.w, blur * lit.w, leaf, lit, shape.x, shape.w, 3);
  let edge = shape.y + 0.35 * backdrop_noise(vec2f(azimuth * 1.7, shape.w + 2.0));
  let foot = grass.w + 0.05 * backdrop_noise(vec2f(azimuth * 5.0, shape.w + 7.0));
  let cover = near.w * backdrop_step(edge - elevation, blur + 0.06) * backdrop_step(elevation - foot, blur + 0.01);
  let sunlit = backdrop_spots(at * lit.w * 3.1, leaf.w, 0.09, shape.w, blur * lit.w * 3.1);
  var leaves = near.rgb + lit.rgb * sunlit.x * (0.6 + 1.6 * sunlit.y / max(sunlit.x, 1e-3));
  if (haze.w > 0.0) {
    let petals = backdrop_spots(at * lit.w * 2.3 + 3.0, haze.w, blossom.w, shape.w + 1.0, blur * lit.w * 2.3);
    leaves = mix(leaves, blossom.rgb * (0.6 + 0.6 * petals.y), saturate(petals.x));
  }
  return mix(colour, leaves, cover);
}
`;

const PLACES = { park: 34, hedge: 22, wood: 20, garden: 14, autumn: 10 } as const;

export const foliage: Family = {
  wgsl: skyWgsl + wgsl,
  sample(random) {
    const place = random.weighted(PLACES);
    const sky = sampleSky(random.stream('sky'), random.weighted({ clear: 22, fair: 26, overcast: 30, golden: 18, hazy: 4 }));
    const lit = (colour: Rgb, factor = 1): Rgb => [0, 1, 2].map((k) => colour[k]! * sky.light[k]! * factor) as unknown as Rgb;
    const hue = place === 'autumn' ? random.uniform(0.04, 0.14) : random.uniform(0.16, 0.27);
    const leaf = hsv(hue + random.uniform(-0.02, 0.02), random.uniform(0.38, 0.62), random.uniform(0.3, 0.48));
    const bright = hsv(hue - random.uniform(0, 0.04), random.uniform(0.35, 0.62), random.uniform(0.52, 0.78));
    const sunny = sky.sun.length > 0;
    const closed = place === 'hedge' || place === 'wood';
    return {
      label: `foliage/${place}`,
      parameters: [
        ...sky.parameters,
        ...lit(leaf), sunny ? random.uniform(0.15, 0.6) : random.uniform(0, 0.15),
        ...lit(bright), place === 'hedge' ? random.uniform(18, 42) : random.uniform(7, 22),
        ...lit(place === 'wood' ? hsv(random.uniform(0.07, 0.2), 0.4, 0.35) : hsv(random.uniform(0.17, 0.25), random.uniform(0.35, 0.55), 0.52)), random.uniform(-0.35, -0.05),
        ...lit(hsv(random.uniform(0.05, 0.1), random.uniform(0.1, 0.4), random.uniform(0.2, 0.45))), place === 'hedge' || random.chance(0.3) ? 0 : random.uniform(0.15, 0.5),
        closed ? random.uniform(-0.4, 0.1) : random.uniform(0.1, 0.5), closed ? random.uniform(0.5, 1.4) : random.uniform(0.1, 0.9), random.uniform(0.1, 0.5), random.uniform(1, 90),
        ...lit(hsv(hue, 0.25, 0.65)), place === 'garden' || random.chance(0.1) ? random.uniform(0.1, 0.6) : 0,
        ...lit(hsv(random.pick([0, 0.1, 0.15, 0.75, 0.85, 0.93, 0.98]), random.uniform(0.1, 0.8), 0.95)), random.uniform(0.08, 0.25),
      ],
      emitters: place === 'wood' ? sky.sun.map((sun) => ({ ...sun, radiance: [sun.radiance[0] * 0.5, sun.radiance[1] * 0.5, sun.radiance[2] * 0.5] as const })) : sky.sun,
      turn: 0,
      isIndoors: false,
    };
  },
};
