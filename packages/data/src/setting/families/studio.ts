/** Photographers' studios: seamless paper and painted canvas behind the person, lit by one or two pools of light. */
import { hsv, scaled } from '../colour.ts';
import type { Family } from './family.ts';

const wgsl = /* wgsl */ `
fn backdrop_pool(at: vec2f, pool: vec4f) -> f32 {
  let q = (at - pool.xy) / pool.z;
  let fall = 1.0 / (1.0 + dot(q, q));
  return pool.w * fall * fall;
}

fn backdrop(d: vec3f, blur: f32) -> vec3f {
  let top = backdrop_parameter(13u);      // colour, amount of mottling
  let bottom = backdrop_parameter(14u);   // colour, scale of mottling
  let pool_1 = backdrop_parameter(15u);   // middle, radius, strength; in tangents behind the head
  let gel_1 = backdrop_parameter(16u);    // colour, slope of the light to the side
  let pool_2 = backdrop_parameter(17u);
  let gel_2 = backdrop_parameter(18u);    // colour, even light
  let room = backdrop_parameter(19u);     // colour of the studio, height of the floor
  let facing = -d.z;
  let at = d.xy / max(facing, 0.25);
  let paper = mix(bottom.rgb, top.rgb, smoothstep(-0.5, 0.5, at.y));
  let mottling = exp(top.w * (backdrop_fbm(at * bottom.w, 4, blur * bottom.w) + 0.35 * backdrop_noise(at * bottom.w * vec2f(0.3, 0.25) + 7.0)));
  // Light falls off to one side; the paper's sweep onto the floor catches more of it.
  let sweep = 1.0 + 0.5 * smoothstep(room.w + 0.25, room.w - 0.35, at.y);
  let light = (gel_2.w * exp(gel_1.w * at.x) * sweep) * vec3f(1.0) + backdrop_pool(at, pool_1) * gel_1.rgb + backdrop_pool(at, pool_2) * gel_2.rgb;
  let walls = room.rgb * (0.7 + 0.3 * d.y);
  return mix(walls, paper * mottling * light, backdrop_step(facing - 0.28, 0.12 + blur));
}
`;

const KINDS = { white: 14, grey: 20, dark: 16, black: 8, colour: 18, canvas: 18, gels: 12 } as const;

export const studio: Family = {
  wgsl,
  sample(random) {
    const kind = random.weighted(KINDS);
    const hue = random.next();
    const isCanvas = kind === 'canvas' || random.chance(0.12);
    const value = { white: () => random.uniform(0.88, 0.97), grey: () => random.uniform(0.35, 0.7), dark: () => random.uniform(0.15, 0.35), black: () => random.uniform(0.03, 0.1), colour: () => random.uniform(0.35, 0.85), canvas: () => random.uniform(0.2, 0.6), gels: () => random.uniform(0.3, 0.75) }[kind]();
    const saturation = { white: () => random.uniform(0, 0.03), grey: () => random.uniform(0, 0.1), dark: () => random.uniform(0, 0.35), black: () => random.uniform(0, 0.2), colour: () => random.uniform(0.25, 0.8), canvas: () => random.uniform(0.05, 0.5), gels: () => random.uniform(0, 0.2) }[kind]();
    const paper = hsv(hue, saturation, value);
    const shade = random.uniform(0.55, 1);
    const isGelled = kind === 'gels';
    const gel = () => (isGelled ? scaled(hsv(random.next(), random.uniform(0.6, 0.95), 1), random.uniform(1, 2.2)) : hsv(random.uniform(0.05, 0.65), random.uniform(0, 0.12), 1));
    const hasPool = isGelled || random.chance(0.65);
    const pool = (strength: number) => [random.normal(0, 0.25), random.normal(-0.02, 0.25), random.uniform(0.3, 1.1), strength];
    const even = hasPool ? random.uniform(0.06, 0.4) : random.uniform(0.45, 0.95);
    const dimmed = isGelled ? random.uniform(0.02, 0.15) : kind === 'white' ? random.uniform(0.7, 1.1) : even;
    return {
      label: `studio/${kind}`,
      parameters: [
        ...paper, isCanvas ? random.uniform(0.35, 1) : random.uniform(0, 0.04),
        ...scaled(paper, shade), isCanvas ? random.uniform(1.5, 5) : random.uniform(4, 20),
        ...pool(hasPool ? random.uniform(0.4, 1.1) : 0),
        ...gel(), random.normal(0, 0.35),
        ...pool(isGelled || random.chance(0.25) ? random.uniform(0.3, 1) : 0),
        ...gel(), dimmed,
        ...scaled(hsv(0.08, 0.2, 1), random.uniform(0.01, 0.12)), random.uniform(-2, -0.5),
      ],
      emitters: [],
      turn: 0,
      isIndoors: true,
    };
  },
};
