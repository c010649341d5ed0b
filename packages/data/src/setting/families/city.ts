/** Streets and squares by day, at dusk and at night: two rows of houses with windows and shops, road, lamps, traffic. */
import { blackBody, hsv, scaled } from '../colour.ts';
import type { Random } from '../../random/random.ts';
import { directionOf, type Emitter, solidAngleOf } from '../emitter.ts';
import type { Family, Rgb } from './family.ts';
import { sampleSky, skyWgsl } from './landscape.ts';

const wgsl = /* wgsl */ `
fn backdrop_lamp_disc(off: vec2f, radius: f32, blur: f32) -> f32 { return backdrop_disc(length(off), radius, blur); }

fn backdrop(d: vec3f, blur: f32) -> vec3f {
  let street = backdrop_parameter(18u);   // half width m, width of a house m, mean height m, eye height m
  let brick = backdrop_parameter(19u);    // colour, variation of hue
  let light = backdrop_parameter(20u);    // light on the sunny side, the other side's share of it
  let glass = backdrop_parameter(21u);    // colour of dark panes, share of lit windows
  let lit = backdrop_parameter(22u);      // colour and radiance of lit windows, storey height m
  let road = backdrop_parameter(23u);     // colour, window share of a bay
  let shop = backdrop_parameter(24u);     // radiance of shop windows, variation of colour; w: seed
  let haze = backdrop_parameter(25u);     // colour, distance m
  let lamps = backdrop_parameter(26u);    // colour and radiance of street lamps, spacing m (0: none)
  let traffic = backdrop_parameter(27u);  // brightness of headlamps, share of places with a car, people, bay width m
  let seed = shop.w;
  var sky = backdrop_sky(d, blur, 13u);
  let side = select(-1.0, 1.0, d.x > 0.0);
  let t = street.x / max(abs(d.x), 1e-3);
  let z = d.z * t;
  let y = d.y * t + street.w;             // above the road
  // On a facade one pixel covers more of z where it is seen at a slant.
  let w = max(blur * t, 1e-3);
  let wz = w / max(abs(d.x), 0.08);
  let house_at = z / street.y;
  let house = floor(house_at);
  let f = house_at - house;
  let h = backdrop_random(vec2f(house, side), seed);
  let next = backdrop_random(vec2f(house + select(1.0, -1.0, f < 0.5), side), seed);
  let own = backdrop_step(min(f, 1.0 - f), wz / street.y);
  let height = mix(next.x, h.x, own) * street.z + 0.45 * street.z;
  let tone = mix(next, h, own);
  let hue = brick.w * (tone - 0.5);
  var wall = max(brick.rgb * (1.0 + 0.9 * (tone.z - 0.5)) * (vec3f(1.0) + hue), vec3f(0.01));
  wall *= 1.0 + 0.12 * backdrop_fbm(vec2f(z, y) * 0.8, 2, w * 0.8);
  // Windows: bays and storeys.
  let bay_at = z / traffic.w;
  let storey_at = (y - 4.2) / lit.w;
  let bay = floor(bay_at);
  let storey = floor(storey_at);
  let bw = wz / traffic.w;
  let sw = w / lit.w;
  let pane = backdrop_pulse(bay_at - 0.5 * (1.0 - road.w), road.w, bw) * backdrop_pulse(storey_at - 0.2, 0.55, sw) * backdrop_step(y - 4.4, w) * backdrop_step(height - 0.8 - y, w);
  let r = backdrop_random(vec2f(bay, storey), seed + side);
  let many = saturate(max(bw, sw) * 1.4 - 0.2);
  let is_lit = mix(step(r.x, glass.w), glass.w, many);
  let mirrored = mix(glass.rgb, haze.rgb * light.w, 0.35 * mix(r.y, 0.5, many));
  let window = mix(mirrored, lit.rgb * (0.35 + 1.3 * mix(r.z, 0.5, many)), is_lit);
  let sun_side = select(light.w, 1.0, side > 0.0);
  let sill = 0.8 + 0.2 * backdrop_pulse(storey_at + 0.04, 0.93, sw);
  var facade = mix(wall * light.rgb * sun_side * sill, window, pane);
  // Ground floor: shops.
  let shop_at = z / (street.y * 0.5);
  let s = backdrop_random(vec2f(floor(shop_at), side + 5.0), seed);
  let shopfront = backdrop_pulse(shop_at - 0.08, 0.84, wz / (street.y * 0.5)) * backdrop_band(y, 0.5, 2.9, w);
  let sign = backdrop_pulse(shop_at - 0.12, 0.76, wz / (street.y * 0.5)) * backdrop_band(y, 3.05, 3.6, w);
  let inside = mix(glass.rgb * 1.3, shop.rgb * (0.5 + s.x), 0.3 + 0.7 * s.y) * (0.85 + 0.3 * backdrop_noise(vec2f(z * 1.3, y * 1.1)) * saturate(1.0 - w));
  facade = mix(facade, inside, shopfront);
  let ad = vec3f(s.x, s.y, s.z) * vec3f(s.x, s.y, s.z);
  facade = mix(facade, ad * (light.rgb * sun_side + shop.rgb * 0.8), sign * step(s.z, 0.8));
  // Awnings, door frames and people of the pavement melt into one dark band.
  let crowd = backdrop_noise(vec2f(z * 1.4, 3.0 + side)) * traffic.z;
  facade = mix(facade, facade * 0.35 + 0.04 * light.rgb, saturate(crowd * 2.0) * backdrop_step(1.65 + 0.12 * crowd - y, w + 0.05));
  var colour = mix(sky, facade, backdrop_step(height - y, w));
  let fade = 1.0 - exp(-abs(z) / haze.w);
  colour = mix(colour, haze.rgb, fade * backdrop_step(height - y, w));
  // Road and pavement.
  if (d.y < 0.0) {
    let reach = street.w / max(-d.y, 1e-3);
    let g = d.xz * reach;
    let gw = blur * reach / max(-d.y, 0.06);
    if (abs(g.x) < street.x) {
      var ground = road.rgb * light.rgb * (0.85 + 0.25 * backdrop_fbm(g * 2.0, 2, gw * 2.0));
      let pavement = backdrop_step(abs(g.x) - 0.6 * street.x, gw);
      ground = mix(ground, ground * 1.5, pavement);
      ground = mix(ground, vec3f(0.55) * light.rgb, backdrop_band(g.x, -0.07, 0.07, gw) * backdrop_pulse(g.y / 6.0, 0.5, gw / 6.0));
      // What shines stands on its head in the road.
      ground += 0.004 * traffic.x * shop.rgb * exp(-abs(abs(g.x) - street.x));
      colour = mix(ground, haze.rgb, 1.0 - exp(-reach / haze.w));
    }
  }
  // Street lamps in two rows, and headlamps of cars between them.
  if (lamps.w > 0.0 && abs(d.z) > 0.1) {
    let az = d.xy / abs(d.z);
    for (var i = 1; i <= 4; i++) {
      let far = (f32(i) - 0.3) * lamps.w;
      let pole = vec2f(0.72 * street.x * side, 5.5 - street.w) / far;
      colour += lamps.rgb * backdrop_lamp_disc(az - pole, 0.16 / far, blur);
    }
    let slot = 1.0 / (0.05 + max(-az.y, 0.0));
    for (var i = 1; i <= 3; i++) {
      let far = (f32(i) + 0.5 * backdrop_random(vec2f(f32(i), side), seed).y) * 13.0;
      let car = backdrop_random(vec2f(f32(i), side + 3.0), seed);
      if (car.x < traffic.y) {
        let red = (side > 0.0) == (d.z > 0.0);
        let tint = select(vec3f(1.0, 0.95, 0.85), vec3f(0.9, 0.05, 0.02), red) * traffic.x;
        for (var k = -1; k <= 1; k += 2) {
          let at = vec2f(0.28 * street.x * side + 0.7 * f32(k), 0.7 - street.w) / far;
          colour += tint * backdrop_lamp_disc(az - at, 0.12 / far, blur);
        }
      }
    }
  }
  return colour;
}
`;

const TIMES = { day: 52, golden: 12, dusk: 14, night: 22 } as const;

export const city: Family = {
  wgsl: skyWgsl + wgsl,
  sample(random) {
    const time = random.weighted(TIMES);
    const isDark = time === 'night' || time === 'dusk';
    const sky = sampleSky(random.stream('sky'), time === 'day' ? random.weighted({ clear: 3, fair: 3, overcast: 4 }) : time === 'golden' ? 'golden' : 'dusk');
    const night = time === 'night' ? random.uniform(0.02, 0.08) : 1;
    if (time === 'night') for (let i = 0; i < sky.parameters.length; i++) if (i % 4 < 3 && i < 12) sky.parameters[i]! *= night;
    const light = scaled(sky.light, time === 'night' ? 0.12 : 1) as Rgb;
    const haze = scaled(sky.haze, time === 'night' ? night : 0.85);
    const lamp = random.chance(0.6) ? blackBody(random.uniform(2200, 3200), 4400) : blackBody(random.uniform(4000, 6000), 5000);
    const wall = random.weighted({ brick: 3, plaster: 4, stone: 3, glass: 2 });
    const colour = { brick: () => hsv(random.uniform(0.01, 0.06), 0.5, 0.5), plaster: () => hsv(random.uniform(0.05, 0.16), random.uniform(0.05, 0.35), 0.75), stone: () => hsv(0.1, 0.12, 0.6), glass: () => hsv(0.58, 0.2, 0.4) }[wall]();
    const lights = isDark ? random.uniform(0.25, 0.7) : random.uniform(0, 0.06);
    const narrow = random.chance(0.5);
    return {
      label: `city/${time}`,
      parameters: [
        ...sky.parameters,
        narrow ? random.uniform(3, 6) : random.uniform(7, 16), random.uniform(7, 18), random.chance(0.25) ? random.uniform(25, 60) : random.uniform(9, 20), random.uniform(1.5, 1.75),
        ...colour, random.uniform(0.1, 0.7),
        ...light, random.uniform(0.35, 0.8),
        ...scaled(hsv(0.58, 0.3, 1), isDark ? 0.02 : random.uniform(0.04, 0.2)), lights,
        ...scaled(blackBody(random.uniform(2700, 4200), 4400), isDark ? random.uniform(0.15, 0.8) : 0.5), random.uniform(2.8, 3.6),
        ...hsv(0.6, 0.04, random.uniform(0.35, 0.55)), wall === 'glass' ? random.uniform(0.75, 0.92) : random.uniform(0.35, 0.6),
        ...scaled(blackBody(random.uniform(3000, 5500), 4600), isDark ? random.uniform(0.2, 1) : random.uniform(0.1, 0.5)), random.uniform(1, 90),
        ...haze, random.uniform(60, 300),
        ...scaled(lamp, isDark ? random.uniform(15, 50) : 0), isDark ? random.uniform(9, 22) : 0,
        isDark ? random.uniform(15, 60) : 0.3, isDark ? random.uniform(0.3, 0.9) : 0, random.uniform(0, 1), random.uniform(1.4, 3.2),
      ],
      emitters: isDark ? [streetLight(random, lamp, time === 'night' ? 0.5 : 0.15)] : sky.sun,
      turn: random.chance(0.5) ? random.normal(0, 0.3, 2) : random.uniform(0.6, 2.5) * (random.chance(0.5) ? 1 : -1),
      isIndoors: time === 'night',
    };
  },
};

/** A street lamp or a bright shop that the person stands near: without it nobody would take the picture. */
function streetLight(random: Random, colour: Rgb, level: number): Emitter {
  const halfWidth = random.uniform(0.08, 0.35);
  const direction = directionOf(random.normal(0, 0.9, 2), random.uniform(0, 1));
  return { direction, radiance: scaled(colour, (level * Math.PI) / solidAngleOf({ shape: 'disc', halfWidth, halfHeight: halfWidth })), shape: 'disc', halfWidth, halfHeight: halfWidth };
}
