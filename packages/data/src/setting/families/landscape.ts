/** Open country: sky with sun and clouds, hills, and a ground of grass, sand, water or snow. */
import { blackBody, hsv, scaled } from '../colour.ts';
import { directionOf, type Emitter, solidAngleOf } from '../emitter.ts';
import type { Random } from '../../random/random.ts';
import type { Family, Rgb } from './family.ts';

/** Sky, clouds and sun, shared by all families that look outdoors. Eight vec4 from `first`. */
export const skyWgsl = /* wgsl */ `
fn backdrop_sky(d: vec3f, blur: f32, first: u32) -> vec3f {
  let zenith = backdrop_parameter(first);       // colour, share of clouds 0..1
  let horizon = backdrop_parameter(first + 1u); // colour, scale of clouds
  let cloud = backdrop_parameter(first + 2u);   // colour of their lit side, softness of their edges
  let sun = backdrop_parameter(first + 3u);     // direction, spread of its glow
  let glow = backdrop_parameter(first + 4u);    // colour, seed of clouds
  let up = max(d.y, 0.0);
  var colour = mix(horizon.rgb, zenith.rgb, 1.0 - exp(-3.2 * up));
  let toward = max(dot(d, sun.xyz), 0.0);
  colour += glow.rgb * (0.35 * pow(toward, 4.0) + pow(toward, sun.w));
  if (zenith.w > 0.0) {
    let reach = 1.0 / (up + 0.12);
    let at = d.xz * reach * horizon.w + vec2f(glow.w, 0.37 * glow.w);
    let w = blur * reach * horizon.w;
    let n = backdrop_fbm(at, 4, w) * 1.4 + 0.5;
    let cover = smoothstep(1.0 - zenith.w - cloud.w, 1.0 - zenith.w + cloud.w, n);
    let thick = smoothstep(1.0 - zenith.w, 1.7 - zenith.w, n);
    let lit = cloud.rgb * (1.0 - 0.45 * thick) + 0.25 * glow.rgb * pow(toward, 3.0);
    colour = mix(colour, mix(horizon.rgb, lit, smoothstep(0.0, 0.25, up)), cover);
  }
  return colour;
}
`;

export interface Sky {
  parameters: number[];
  sun: Emitter[];
  /** Of the light on the ground, about 0..1.2. */
  light: Rgb;
  /** Of what is far away. */
  haze: Rgb;
}

export const SKIES = { clear: 24, fair: 26, overcast: 20, golden: 14, dusk: 8, hazy: 8 } as const;

export function sampleSky(random: Random, kind = random.weighted(SKIES)): Sky {
  const overcast = kind === 'overcast';
  const low = kind === 'golden' || kind === 'dusk';
  const elevation = kind === 'dusk' ? random.uniform(-0.08, 0.02) : low ? random.uniform(0.06, 0.3) : random.uniform(0.4, 1.2);
  // A photographer keeps the sun to the side or behind the person more often than in their eyes.
  const azimuth = random.normal(0, 1.4);
  const direction = directionOf(azimuth, elevation);
  const blue = random.uniform(0.55, 0.64);
  const zenith = overcast ? scaled(hsv(0.6, random.uniform(0, 0.08), 1), random.uniform(0.6, 0.9)) : kind === 'dusk' ? scaled(hsv(random.uniform(0.6, 0.7), 0.55, 1), random.uniform(0.12, 0.3)) : scaled(hsv(blue, random.uniform(0.4, 0.68), 1), kind === 'hazy' ? 0.6 : random.uniform(0.35, 0.65));
  const horizon = overcast ? scaled(hsv(0.6, random.uniform(0, 0.05), 1), random.uniform(0.75, 1.1)) : low ? scaled(hsv(random.uniform(0.04, 0.11), random.uniform(0.25, 0.55), 1), random.uniform(0.6, 1.2)) : scaled(hsv(blue, random.uniform(0.06, 0.2), 1), random.uniform(0.75, 1.1));
  const sunColour = blackBody(kind === 'dusk' ? 2600 : low ? random.uniform(2700, 3800) : random.uniform(4800, 5800));
  const glow = overcast ? 0.15 : kind === 'hazy' ? 1.2 : low ? 0.9 : 0.5;
  const strength = { clear: random.uniform(1, 1.8), fair: random.uniform(0.8, 1.6), overcast: 0, golden: random.uniform(0.7, 1.6), dusk: 0, hazy: random.uniform(0.4, 1) }[kind];
  const halfWidth = kind === 'hazy' ? 0.05 : 0.012;
  const sun: Emitter[] = strength > 0 ? [{ direction, radiance: scaled(sunColour, (strength * Math.PI) / solidAngleOf({ shape: 'disc', halfWidth, halfHeight: halfWidth })), shape: 'disc', halfWidth, halfHeight: halfWidth }] : [];
  const clouds = { clear: random.chance(0.5) ? 0 : random.uniform(0.1, 0.25), fair: random.uniform(0.3, 0.6), overcast: random.uniform(0.5, 1), golden: random.uniform(0, 0.5), dusk: random.uniform(0, 0.6), hazy: random.uniform(0, 0.3) }[kind];
  const cloud = overcast ? scaled([1, 1, 1.02], random.uniform(0.8, 1.1)) : scaled(low ? [1.1, 0.85, 0.72] : [1.05, 1.03, 1], kind === 'dusk' ? 0.45 : random.uniform(1, 1.6));
  const sky = 0.5 * (zenith[1] + horizon[1]);
  const facing = Math.max(0.1, direction[1]) * strength;
  return {
    parameters: [...zenith, clouds, ...horizon, random.uniform(0.5, 1.6), ...cloud, random.uniform(0.12, 0.35), ...direction, random.uniform(20, 80), ...scaled(sunColour, glow), random.uniform(1, 60)],
    sun,
    light: [0, 1, 2].map((k) => 0.9 * facing * sunColour[k]! + 0.8 * sky * [0.95, 1, 1.06][k]!) as unknown as Rgb,
    haze: horizon,
  };
}

const wgsl = /* wgsl */ `
fn backdrop(d: vec3f, blur: f32) -> vec3f {
  let ground_1 = backdrop_parameter(18u);  // colour, eye height in m
  let ground_2 = backdrop_parameter(19u);  // second colour, patches per m
  let hills = backdrop_parameter(20u);     // colour of the nearer ridge, height of it
  let far = backdrop_parameter(21u);       // colour of the far ridge, height
  let shape = backdrop_parameter(22u);     // ridges per radian, roughness of the near one (trees), water: share, seed
  let haze = backdrop_parameter(23u);      // colour, distance in m at which it takes over
  let band = backdrop_parameter(24u);      // colour of a strip (surf, path, fence), at this share below the horizon
  var colour = backdrop_sky(d, blur, 13u);
  let azimuth = atan2(d.x, -d.z);
  let elevation = asin(clamp(d.y, -1.0, 1.0));
  // Ridges: noise on the azimuth; the ends meet behind the camera where nobody looks.
  let w = blur * shape.x;
  let ridge_far = far.w * (0.62 + 0.38 * backdrop_fbm(vec2f(azimuth * shape.x * 0.6, shape.w), 3, w));
  colour = mix(far.rgb, colour, backdrop_step(elevation - ridge_far, blur));
  let tops = backdrop_fbm(vec2f(azimuth * shape.x * 9.0, shape.w + 3.0), 3, w * 9.0) * shape.y;
  let ridge = hills.w * (0.55 + 0.45 * backdrop_noise(vec2f(azimuth * shape.x, shape.w + 9.0))) + tops;
  let leaves = 1.0 + 0.5 * backdrop_fbm(vec2f(azimuth, elevation) * 70.0, 2, blur * 70.0) * saturate(shape.y * 40.0);
  colour = mix(hills.rgb * leaves, colour, backdrop_step(elevation - ridge, blur));
  // Ground: a plane below the eyes.
  let below = max(-d.y, 1e-3);
  let reach = ground_1.w / below;
  let at = d.xz * reach;
  let gw = blur * reach / max(below, 0.05);
  let patches = backdrop_fbm(at * ground_2.w, 4, gw * ground_2.w) + 0.5;
  var ground = mix(ground_1.rgb, ground_2.rgb, saturate(patches));
  if (shape.z > 0.0) {
    // Water mirrors the sky near the horizon and glitters towards the sun.
    let ripple = backdrop_fbm(vec2f(at.x * 0.7, at.y * 2.2), 3, gw);
    let mirrored = normalize(vec3f(d.x, below + 0.05 + 0.12 * ripple, d.z));
    let fresnel = 0.05 + 0.95 * pow(1.0 - saturate(below + 0.08 * ripple), 5.0);
    ground = mix(ground, backdrop_sky(mirrored, blur + 0.03, 13u), shape.z * fresnel);
    ground += shape.z * 0.25 * smoothstep(0.25, 0.6, ripple);
  }
  let strip = backdrop_band(below, band.w * 0.9, band.w * 1.12, blur) * (0.7 + 0.5 * backdrop_noise(vec2f(azimuth * 9.0, shape.w)));
  ground = mix(ground, band.rgb, saturate(strip));
  ground = mix(ground, haze.rgb, 1.0 - exp(-reach / haze.w));
  return mix(ground, colour, backdrop_step(d.y, blur));
}
`;

const PLACES = { meadow: 22, field: 12, beach: 18, sea: 10, snow: 10, desert: 8, hills: 12, lake: 8 } as const;

export const landscape: Family = {
  wgsl: skyWgsl + wgsl,
  sample(random) {
    const place = random.weighted(PLACES);
    const sky = sampleSky(random.stream('sky'));
    const lit = (colour: Rgb, factor = 1): Rgb => [colour[0] * sky.light[0] * factor, colour[1] * sky.light[1] * factor, colour[2] * sky.light[2] * factor];
    const green = () => hsv(random.uniform(0.15, 0.26), random.uniform(0.35, 0.6), random.uniform(0.35, 0.58));
    const sand = () => hsv(random.uniform(0.08, 0.12), random.uniform(0.2, 0.4), random.uniform(0.65, 0.85));
    const water = () => hsv(random.uniform(0.48, 0.6), random.uniform(0.4, 0.7), random.uniform(0.25, 0.55));
    const snow = () => hsv(0.6, random.uniform(0, 0.06), random.uniform(0.88, 0.96));
    const colours: Record<keyof typeof PLACES, () => [Rgb, Rgb]> = {
      meadow: () => [green(), green()], field: () => [hsv(random.uniform(0.09, 0.16), 0.5, 0.65), green()], beach: () => [sand(), sand()], sea: () => [water(), water()],
      snow: () => [snow(), scaled(snow(), 0.85)], desert: () => [hsv(random.uniform(0.04, 0.09), 0.5, 0.7), sand()], hills: () => [green(), sand()], lake: () => [water(), water()],
    };
    const [first, second] = colours[place]();
    const wet = place === 'sea' || place === 'lake' ? 1 : 0;
    const isFlat = place === 'sea' || place === 'beach' || place === 'desert';
    const wooded = !isFlat && random.chance(0.65);
    const ridge = place === 'snow' && random.chance(0.5) ? hsv(0.6, 0.1, 0.7) : hsv(random.uniform(0.2, 0.36), random.uniform(0.3, 0.6), random.uniform(0.18, 0.4));
    const faded = (colour: Rgb, share: number): Rgb => [0, 1, 2].map((k) => colour[k]! * (1 - share) + sky.haze[k]! * share) as unknown as Rgb;
    const hasStrip = place === 'beach' || random.chance(0.2);
    return {
      label: `landscape/${place}`,
      parameters: [
        ...sky.parameters,
        ...lit(first), random.uniform(1.4, 2.2),
        ...lit(second), random.uniform(0.3, 2.5),
        ...faded(lit(ridge), isFlat ? 0.4 : random.uniform(0.05, 0.35)), isFlat ? random.uniform(-0.1, 0.01) : random.uniform(0.02, 0.2),
        ...faded(lit(hsv(0.6, 0.3, 0.4)), random.uniform(0.5, 0.85)), random.chance(0.5) ? random.uniform(0.03, 0.3) : -1,
        random.uniform(1, 3), wooded ? random.uniform(0.02, 0.06) : 0.002, wet, random.uniform(1, 90),
        ...sky.haze, random.uniform(150, 900),
        ...(place === 'beach' ? lit(hsv(0.5, 0.05, 0.95)) : lit(sand())), hasStrip ? random.uniform(0.03, 0.25) : 9,
      ],
      emitters: sky.sun,
      turn: 0,
      isIndoors: false,
    };
  },
};
