/**
 * Somebody in front of a wall: plaster, brick, planks, tiles, panels, shutters, wallpaper, curtains. One generator of cells
 * (bricks with joints) makes most of them; light comes from one side, or through a window that draws its panes on the wall.
 */
import { hsv, scaled, surfaceColour, wallColour, woodColour } from '../colour.ts';
import type { Family, Rgb } from './family.ts';

const wgsl = /* wgsl */ `
// Two numbers of a row's cells at x, blended with the neighbour's as far as the blur reaches over.
fn backdrop_row(row: f32, x: f32, w: f32, seed: f32) -> vec2f {
  let cell = floor(x);
  let f = x - cell;
  let here = backdrop_random(vec2f(cell, row), seed).xy;
  let there = backdrop_random(vec2f(cell + select(1.0, -1.0, f < 0.5), row), seed).xy;
  return mix(there, here, backdrop_step(min(f, 1.0 - f), w));
}

fn backdrop(d: vec3f, blur: f32) -> vec3f {
  let colour = backdrop_parameter(13u);   // of the cells, distance of the wall in m
  let joint = backdrop_parameter(14u);    // of the joints, width of joints in cells (0: none)
  let cells = backdrop_parameter(15u);    // width, height in m, shift of every other row, variation of cells
  let grain = backdrop_parameter(16u);    // frequency x, y per m, amount, seed
  let accent = backdrop_parameter(17u);   // second colour, how: share of cells (0..1)
  let folds = backdrop_parameter(18u);    // of a curtain: per m, depth; large stains: amount; relief of cells
  let light = backdrop_parameter(19u);    // direction of falloff x, y per m; even light, turn of the wall
  let panes = backdrop_parameter(20u);    // window light on the wall: strength, x, y, slant
  let window = backdrop_parameter(21u);   // its colour, size of a pane in m
  let room = backdrop_parameter(22u);     // colour of the room behind the camera, height of a skirting board or rail
  // The wall is turned a little, so that its lines have a vanishing point.
  let facing = max(0.12, -d.z * cos(light.w) - d.x * sin(light.w));
  let reach = colour.w / facing;
  let w = max(blur * reach, 1e-4);
  let at = vec2f((d.x * cos(light.w) - d.z * sin(light.w)) * reach, d.y * reach);

  let row_at = at.y / cells.y + 0.41;
  let row = floor(row_at);
  let column_at = at.x / cells.x + cells.z * row;
  let wx = w / cells.x;
  let wy = w / cells.y;
  let up = row_at - row;
  let next = row + select(1.0, -1.0, up < 0.5);
  let random = mix(backdrop_row(next, at.x / cells.x + cells.z * next, wx, grain.w), backdrop_row(row, column_at, wx, grain.w), backdrop_step(min(up, 1.0 - up), wy));
  // Where the blur covers several cells only their mean is left.
  let kept = saturate(1.5 - max(wx, wy));
  let variation = (random.x - 0.5) * kept;
  let picked = mix(accent.w, smoothstep(0.97 - accent.w, 1.03 - accent.w, random.y), kept * kept);
  var surface = mix(colour.rgb, accent.rgb, picked);
  surface *= exp(cells.w * variation);
  let fine = backdrop_fbm(at * grain.xy + vec2f(7.0 * row, 0.0), 3, w * max(grain.x, grain.y));
  let stains = backdrop_fbm(at * 1.3 + 31.0, 3, w * 1.3);
  surface *= exp(grain.z * fine + folds.z * stains);
  if (joint.w > 0.0) {
    let jy = joint.w;
    let jx = jy * cells.y / cells.x;
    let body = backdrop_pulse(column_at + 0.5 * jx, 1.0 - jx, wx) * backdrop_pulse(row_at + 0.5 * jy, 1.0 - jy, wy);
    let edge = backdrop_pulse(row_at + 0.5 * jy, 2.0 * jy, wy) * folds.w; // the lower edges of cells lie in shadow
    surface = mix(joint.rgb, surface * (1.0 - edge), body);
  }
  if (folds.x > 0.0) {
    let phase = at.x * folds.x * 6.2832 + 1.7 * backdrop_noise(at * vec2f(0.9 * folds.x, 0.25));
    let shade = sin(phase) + 0.4 * sin(2.3 * phase + 1.0 + at.y);
    surface *= exp(folds.y * shade * exp(-2.0 * (w * folds.x) * (w * folds.x) * 9.0));
  }
  if (room.w > -50.0) { // below the rail the wall is darker, the rail itself lighter
    let rail = backdrop_band(at.y, room.w - 0.04, room.w + 0.04, w);
    surface = mix(surface, surface * vec3f(0.62, 0.6, 0.6), backdrop_step(room.w - at.y, w));
    surface = mix(surface, vec3f(0.75), rail * 0.8);
  }
  var brightness = light.z * exp(clamp(dot(at, light.xy), -1.6, 1.2)) * vec3f(1.0);
  if (panes.x > 0.0) {
    let soft = 0.05 + w;
    let q = vec2f(at.x - panes.y + panes.w * at.y, at.y - panes.z) / window.w;
    let pane = backdrop_box(q, vec2f(-1.0, -1.5), vec2f(1.0, 1.5), soft / window.w) * (1.0 - backdrop_band(q.x, -0.06, 0.06, soft / window.w)) * (1.0 - backdrop_band(q.y, -0.06, 0.06, soft / window.w));
    brightness += panes.x * pane * window.rgb;
  }
  let side = backdrop_step(facing - 0.2, 0.1 + blur);
  return mix(room.rgb * (1.0 + 0.35 * d.y), surface * brightness, side);
}
`;

const KINDS = { plaster: 26, brick: 12, planks: 10, tiles: 7, concrete: 9, panels: 7, shutter: 4, wallpaper: 9, curtain: 9, stone: 5, locker: 3 } as const;
type Kind = keyof typeof KINDS;

/** What differs: colours, cells and their joints, grain and relief. */
interface Texture {
  colour: Rgb;
  joint?: readonly [...Rgb, number];
  cells?: readonly [width: number, height: number, shift: number, variation: number];
  grain: readonly [x: number, y: number, amount: number];
  accent?: readonly [...Rgb, number];
  folds?: readonly [perMetre: number, depth: number];
  stains?: number;
  relief?: number;
}

export const wall: Family = {
  wgsl,
  sample(random) {
    const kind = random.weighted(KINDS);
    const { colour, joint = [0, 0, 0, 0], cells = [0.5, 0.5, 0, 0], grain, accent = [0, 0, 0, 0], folds = [0, 0], stains = random.uniform(0, 0.15), relief = 0 } = TEXTURES[kind](random.stream('texture'));
    const hasPanes = random.chance(0.15);
    const railed = kind === 'plaster' && random.chance(0.2);
    return {
      label: `wall/${kind}`,
      parameters: [
        ...colour, random.uniform(0.8, 3.2),
        ...joint,
        ...cells,
        ...grain, random.uniform(1, 100),
        ...accent,
        ...folds, stains, relief,
        random.normal(0, 0.5), random.normal(0.1, 0.25), random.uniform(0.35, 1), random.normal(0, 0.35, 2),
        hasPanes ? random.uniform(0.8, 2.5) : 0, random.normal(0, 0.6), random.normal(0.1, 0.4), random.normal(0, 0.5),
        ...hsv(random.uniform(0.08, 0.13), random.uniform(0.1, 0.45), 1), random.uniform(0.25, 0.6),
        ...scaled(wallColour(random), random.uniform(0.12, 0.5)), railed ? random.uniform(-0.7, 0) : -100,
      ],
      emitters: [],
      turn: 0,
      isIndoors: true,
    };
  },
};

const TEXTURES: Record<Kind, (random: import('../../random/random.ts').Random) => Texture> = {
  plaster: (random) => ({ colour: wallColour(random), grain: [random.uniform(8, 30), random.uniform(8, 30), random.uniform(0, 0.12)], stains: random.uniform(0, 0.25) }),
  brick(random) {
    const painted = random.chance(0.3);
    const colour = painted ? wallColour(random) : hsv(random.uniform(0.0, 0.07), random.uniform(0.35, 0.65), random.uniform(0.35, 0.65));
    const mortar = painted ? scaled(colour, random.uniform(0.6, 0.95)) : hsv(0.1, random.uniform(0, 0.15), random.uniform(0.35, 0.75));
    return { colour, joint: [...mortar, random.uniform(0.1, 0.2)], cells: [random.uniform(0.19, 0.25), random.uniform(0.06, 0.08), 0.5, painted ? 0.1 : random.uniform(0.5, 1.2)], grain: [30, 40, random.uniform(0.15, 0.35)], relief: random.uniform(0.1, 0.35), stains: random.uniform(0.1, 0.4) };
  },
  planks(random) {
    const upright = random.chance(0.5);
    const colour = random.chance(0.25) ? wallColour(random) : woodColour(random);
    const width = random.uniform(0.08, 0.2);
    return upright
      ? { colour, joint: [...scaled(colour, 0.15), 0.004], cells: [width, 3, 0, random.uniform(0.2, 0.8)], grain: [random.uniform(40, 90), 3, random.uniform(0.2, 0.5)] }
      : { colour, joint: [...scaled(colour, 0.15), 0.05], cells: [random.uniform(1, 3), width, 0.37, random.uniform(0.2, 0.8)], grain: [3, random.uniform(40, 90), random.uniform(0.2, 0.5)], relief: random.uniform(0, 0.3) };
  },
  tiles(random) {
    const size = random.uniform(0.07, 0.3);
    const colour = random.chance(0.6) ? hsv(random.next(), random.uniform(0, 0.1), random.uniform(0.8, 0.95)) : surfaceColour(random);
    const flat = random.chance(0.4) ? 0.5 : 1;
    return { colour, joint: [...hsv(0.1, 0.05, random.uniform(0.3, 0.85)), random.uniform(0.02, 0.06)], cells: [size, size * flat, flat < 1 ? 0.5 : 0, random.uniform(0, 0.25)], grain: [4, 4, random.uniform(0, 0.1)], accent: random.chance(0.3) ? [...surfaceColour(random), random.uniform(0.2, 0.5)] : [0, 0, 0, 0] };
  },
  concrete(random) {
    const colour = hsv(random.uniform(0.06, 0.6), random.uniform(0, 0.07), random.uniform(0.4, 0.72));
    return { colour, joint: random.chance(0.6) ? [...scaled(colour, 0.3), 0.008] : [0, 0, 0, 0], cells: [random.uniform(0.8, 1.8), random.uniform(0.6, 1.2), 0, random.uniform(0, 0.12)], grain: [random.uniform(10, 25), random.uniform(6, 25), random.uniform(0.1, 0.3)], stains: random.uniform(0.15, 0.5) };
  },
  panels(random) {
    const colour = random.chance(0.5) ? woodColour(random) : wallColour(random);
    return { colour, joint: [...scaled(colour, random.uniform(0.2, 0.6)), random.uniform(0.01, 0.03)], cells: [random.uniform(0.4, 1.2), random.uniform(0.6, 2), 0, random.uniform(0, 0.2)], grain: [4, random.uniform(4, 30), random.uniform(0, 0.25)] };
  },
  shutter(random) {
    const colour = surfaceColour(random, { least: 0.35, most: 0.85 });
    return { colour, joint: [...scaled(colour, 0.25), random.uniform(0.12, 0.25)], cells: [50, random.uniform(0.05, 0.12), 0, 0.1], grain: [2, 12, random.uniform(0.05, 0.2)], relief: 0.4 };
  },
  wallpaper(random) {
    const colour = random.chance(0.7) ? wallColour(random) : surfaceColour(random);
    const isStriped = random.chance(0.5);
    const size = random.uniform(0.04, 0.2);
    return { colour, accent: [...scaled(colour, random.uniform(0.6, 0.9)), 0.5], cells: isStriped ? [size, 100, 0, 0] : [size, size * random.uniform(0.8, 1.6), 0.5, 0.1], grain: [random.uniform(10, 30), random.uniform(10, 30), random.uniform(0.02, 0.3)] };
  },
  curtain(random) {
    const colour = random.chance(0.5) ? wallColour(random) : surfaceColour(random);
    return { colour, folds: [random.uniform(3, 10), random.uniform(0.15, 0.55)], grain: [60, 8, random.uniform(0, 0.1)] };
  },
  stone(random) {
    const colour = hsv(random.uniform(0.06, 0.13), random.uniform(0.05, 0.3), random.uniform(0.4, 0.75));
    return { colour, joint: [...scaled(colour, random.uniform(0.3, 0.7)), random.uniform(0.03, 0.08)], cells: [random.uniform(0.3, 0.6), random.uniform(0.18, 0.35), random.uniform(0.3, 0.6), random.uniform(0.3, 0.8)], grain: [14, 14, random.uniform(0.2, 0.5)], relief: 0.25, stains: 0.3 };
  },
  locker(random) {
    const colour = surfaceColour(random, { least: 0.4, most: 0.8, strong: 0.7 });
    return { colour, joint: [...scaled(colour, 0.2), 0.012], cells: [random.uniform(0.3, 0.45), random.uniform(0.9, 1.8), 0, 0.08], grain: [2, 4, 0.05], accent: random.chance(0.3) ? [...surfaceColour(random), 0.4] : [0, 0, 0, 0] };
  },
};
