/** In a car, seen from the dashboard: seats, pillars and lining before bright windows on a road. */
import { hsv, scaled, surfaceColour } from '../colour.ts';
import type { Family, Rgb } from './family.ts';
import { sampleSky, skyWgsl } from './landscape.ts';

const wgsl = /* wgsl */ `
// Distance to a rectangle with round corners; negative inside.
fn backdrop_round(p: vec2f, half: vec2f, r: f32) -> f32 {
  let q = abs(p) - half + r;
  return length(max(q, vec2f(0.0))) + min(max(q.x, q.y), 0.0) - r;
}

fn backdrop_outside(d: vec3f, blur: f32) -> vec3f {
  let land = backdrop_parameter(18u);    // colour of what passes by, height of it
  let road = backdrop_parameter(19u);    // colour of the road, seed
  let azimuth = atan2(d.x, -d.z);
  let top = land.w * (0.5 + 0.8 * backdrop_noise(vec2f(azimuth * 4.0, road.w)));
  let soft = blur + 0.02;
  let patches = 1.0 + 0.7 * backdrop_fbm(vec2f(azimuth, d.y) * vec2f(14.0, 22.0) + road.w, 3, soft * 20.0);
  let scenery = mix(backdrop_sky(d, blur, 13u), land.rgb * patches, backdrop_step(top - d.y, soft));
  return mix(scenery, road.rgb, backdrop_step(-d.y - 0.03, soft));
}

fn backdrop(d: vec3f, blur: f32) -> vec3f {
  let lining = backdrop_parameter(20u);  // colour of roof and pillars, light inside
  let seat = backdrop_parameter(21u);    // colour of the seats, tilt of the view
  let shape = backdrop_parameter(22u);   // rear window: half width, middle y, half height; x of the person in the car
  let sides = backdrop_parameter(23u);   // side windows: near edge z, far edge z, sill y, head y
  let outside = backdrop_outside(d, blur);
  var colour = lining.rgb * lining.w * (0.7 + 0.5 * d.y);
  let w = blur + 4e-3;
  if (d.z < 0.0) {
    // Distances to what is behind the person are from the camera, 0.9 m before them, so that it appears in its size.
    let rear = d.xy / -d.z * 2.6 - vec2f(-shape.w, shape.y);
    let taper = vec2f(rear.x * (1.0 + 0.35 * rear.y), rear.y);
    let rim = backdrop_round(taper, vec2f(shape.x, shape.z), 0.09);
    colour = mix(colour, outside * 0.85, backdrop_step(-rim, 2.5 * w));
    let heater = backdrop_pulse(rear.y * 28.0, 0.93, w * 50.0);
    colour *= mix(1.0, heater, backdrop_step(-rim - 0.03, w));
  }
  // Side windows: planes at the doors.
  let left = d.x > 0.0;
  let door = select(0.75 + shape.w, 0.75 - shape.w, left);
  let t = door / max(abs(d.x), 1e-3);
  let p = vec2f(d.z * t, d.y * t);
  if (t < 6.0) {
    let middle = vec2f(0.5 * (sides.x + sides.y), 0.5 * (sides.z + sides.w));
    let half = vec2f(0.5 * (sides.x - sides.y), 0.5 * (sides.w - sides.z));
    let q = p - middle;
    let rim = backdrop_round(vec2f(q.x + 0.25 * q.y * sign(q.x), q.y), half, 0.12);
    let pillar = backdrop_band(q.x, -0.07, 0.05, w * t);
    let pane = backdrop_step(-rim, w * t * 1.5) * (1.0 - pillar);
    let frame = lining.rgb * lining.w * select(0.6, 1.0, p.y > sides.w);
    colour = mix(select(colour, frame, p.x > -1.9), outside, pane * step(p.x, 2.0));
    let panel = backdrop_step(sides.z - 0.04 - p.y, w * t) * backdrop_step(p.x + 1.9, w * t);
    colour = mix(colour, seat.rgb * lining.w * 0.6, panel);
  }
  if (d.z < 0.0) {
    // Back bench, then the person's own seat and its headrest.
    let bench = d.xy / -d.z * 1.9 - vec2f(-shape.w, -0.42);
    let cushions = 0.75 + 0.25 * backdrop_pulse(bench.x * 1.7 + 0.5, 0.94, w * 2.0);
    colour = mix(colour, seat.rgb * lining.w * cushions, backdrop_step(-bench.y - 0.04 * bench.x * bench.x, 2.0 * w) * backdrop_step(0.78 - abs(bench.x), w));
    let back = d.xy / -d.z * 1.1;
    let rest = min(backdrop_round(back - vec2f(0.0, 0.03), vec2f(0.125, 0.095), 0.05), backdrop_round(back - vec2f(0.0, -0.55), vec2f(0.26, 0.42), 0.16));
    let crease = 1.0 + 0.15 * backdrop_noise(back * 40.0) * saturate(1.0 - w * 60.0);
    colour = mix(colour, seat.rgb * lining.w * crease * (1.0 - 1.2 * back.x * back.x), backdrop_step(-rest, 0.5 * w + 0.004));
  } else {
    // In front: windscreen above the dashboard.
    let front = d.xy / max(d.z, 0.05);
    let pane = backdrop_step(-backdrop_round(front - vec2f(0.0, 0.28), vec2f(1.1, 0.32), 0.15), w);
    colour = mix(colour, outside, pane);
  }
  return colour;
}
`;

export const car: Family = {
  wgsl: skyWgsl + wgsl,
  sample(random) {
    const sky = sampleSky(random.stream('sky'), random.weighted({ clear: 3, fair: 3, overcast: 4, golden: 2, dusk: 1 }));
    const lit = (colour: Rgb, factor = 1): Rgb => [0, 1, 2].map((k) => colour[k]! * sky.light[k]! * factor) as unknown as Rgb;
    const lining = hsv(random.uniform(0.06, 0.6), random.uniform(0, 0.12), random.chance(0.5) ? random.uniform(0.2, 0.4) : random.uniform(0.5, 0.75));
    const seat = random.chance(0.7) ? hsv(0.1, random.uniform(0, 0.15), random.uniform(0.12, 0.35)) : surfaceColour(random, { least: 0.2, most: 0.6, strong: 0.3 });
    const inside = 0.3 * (sky.light[1] + 0.3);
    return {
      label: 'car',
      parameters: [
        ...sky.parameters,
        ...lit(random.chance(0.6) ? hsv(random.uniform(0.18, 0.34), 0.45, 0.4) : hsv(0.08, 0.15, 0.55)), random.uniform(0, 0.25),
        ...lit(hsv(0.6, 0.03, 0.5)), random.uniform(1, 90),
        ...lining, inside * random.uniform(0.8, 1.6),
        ...seat, 0,
        random.uniform(0.5, 0.62), random.uniform(-0.02, 0.12), random.uniform(0.13, 0.22), (random.chance(0.5) ? 1 : -1) * random.uniform(0.3, 0.4),
        random.uniform(0.5, 0.8), random.uniform(-1.5, -1.1), random.uniform(-0.3, -0.18), random.uniform(0.1, 0.24),
      ],
      // The sun comes through the windscreen or not at all; half of it is caught by the roof.
      emitters: sky.sun.filter(({ direction }) => direction[2] > 0.3 && direction[1] < 0.7).map((sun) => ({ ...sun, radiance: scaled(sun.radiance, 0.7) })),
      turn: random.normal(0, 0.12, 2),
      isIndoors: false,
    };
  },
};
