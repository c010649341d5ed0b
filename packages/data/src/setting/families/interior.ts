/**
 * Rooms: a box with walls, floor and ceiling, a window or two with daylight, a door, pictures, shelves full of books or
 * goods, a lamp, furniture. Offices, halls and shops are rooms with other measures and rows of ceiling lights.
 */
import { blackBody, hsv, scaled, surfaceColour, wallColour, woodColour } from '../colour.ts';
import type { Random } from '../../random/random.ts';
import type { Family, Rgb } from './family.ts';

const wgsl = /* wgsl */ `
fn backdrop_palette(h: vec3f, tint: vec4f) -> vec3f {
  let hue = fract(tint.x + (h.x - 0.5) * tint.y);
  let k = fract(vec3f(hue, hue + 0.6667, hue + 0.3333)) * 6.0;
  let rgb = 1.0 - tint.z * h.y * (1.0 - saturate(abs(k - 3.0) - 1.0));
  let value = (0.12 + 0.75 * h.z) * tint.w;
  return rgb * rgb * value * value;
}

// Rows of upright things (books, boxes, bottles) between boards. x along the shelf, y up, in metres.
fn backdrop_shelf(p: vec2f, size: vec2f, width: f32, tint: vec4f, seed: f32, w: f32) -> vec3f {
  let r = p.y / size.y;
  let row = floor(r);
  let x = p.x / width;
  let cell = floor(x);
  let f = x - cell;
  let wx = w / width;
  let here = backdrop_random(vec2f(cell, row), seed);
  let there = backdrop_random(vec2f(cell + select(1.0, -1.0, f < 0.5), row), seed);
  let kept = saturate(1.35 - 0.6 * wx);
  let mixed = mix(there, here, backdrop_step(min(f, 1.0 - f), wx));
  let colour = mix(backdrop_palette(vec3f(0.5, 0.5, 0.55), tint), backdrop_palette(mixed, tint), kept);
  // Things are of different heights; above them, and between, is the dark of the shelf.
  let top = 0.5 + 0.4 * mix(0.5, mixed.z, saturate(1.0 - wx));
  let wy = w / size.y;
  let body = backdrop_step(top - (r - row), wy) * mix(0.85, 1.0, backdrop_pulse(x + 0.05, 0.9, wx));
  return colour * (body * 0.96 + 0.04);
}

fn backdrop(d: vec3f, blur: f32) -> vec3f {
  let room = backdrop_parameter(13u);     // half width, floor (negative), ceiling, distance of the back wall
  let wall_back = backdrop_parameter(14u);// colour, even light
  let wall_side = backdrop_parameter(15u);// colour, distance of the wall behind the camera
  let floor_1 = backdrop_parameter(16u);  // colour, width of planks or tiles
  let ceiling = backdrop_parameter(17u);  // colour, brightness of ceiling lights
  let lights = backdrop_parameter(18u);   // spacing x, z, size x, z of ceiling lights
  let window = backdrop_parameter(19u);   // wall (0 back, 1 left +x, 2 right), middle, half width, panes
  let outside = backdrop_parameter(20u);  // colour of daylight, sill height (y)
  let ground = backdrop_parameter(21u);   // colour seen below the horizon outside, head of the window (y)
  let picture = backdrop_parameter(22u);  // x, y, half width, half height, on the back wall
  let frame = backdrop_parameter(23u);    // colour, seed
  let shelf = backdrop_parameter(24u);    // x from, x to, top y, height of a row (0: none), back wall
  let goods = backdrop_parameter(25u);    // tint of what stands in it: hue, spread, saturation, value
  let door = backdrop_parameter(26u);     // colour, x on the back wall (99: none)
  let sofa = backdrop_parameter(27u);     // colour, half width
  let sofa_at = backdrop_parameter(28u);  // x, top y, distance in front of the back wall, width of books
  let lamp = backdrop_parameter(29u);     // colour, radius
  let lamp_at = backdrop_parameter(30u);  // x, y, z; light that the window throws into the room
  let accent = backdrop_parameter(31u);   // colour of a stripe on the wall, its height y (99: none)

  // The six planes of the box; the nearest in front is the one seen.
  let tx = room.x / max(abs(d.x), 1e-4);
  let ty = select(room.z, -room.y, d.y < 0.0) / max(abs(d.y), 1e-4);
  let tz = select(wall_side.w, room.w, d.z < 0.0) / max(abs(d.z), 1e-4);
  let t = min(tx, min(ty, tz));
  let p = d * t;
  let w = max(blur * t, 1e-3);
  let on_back = t == tz && d.z < 0.0;
  let on_side = t == tx;
  var colour = vec3f(0.0);
  // Light: even, more near the window, less in corners.
  let edge = vec3f(room.x - abs(p.x), min(p.y - room.y, room.z - p.y), min(room.w + p.z, wall_side.w - p.z)) / 0.5;
  let corner = (1.0 - exp(-2.0 * max(edge.x, 0.0) - 0.4)) * (1.0 - exp(-2.0 * max(edge.y, 0.0) - 0.4)) * (1.0 - exp(-2.0 * max(edge.z, 0.0) - 0.4));
  var window_at = vec3f(window.y, 0.5 * (outside.w + ground.w), -room.w);
  if (window.x > 0.5) { window_at = vec3f(select(-room.x, room.x, window.x < 1.5), window_at.y, window.y); }
  let away = p - window_at;
  let light = vec3f(wall_back.w * (0.6 + 0.4 * corner)) + lamp_at.w * outside.rgb / (1.0 + 0.9 * dot(away, away));

  if (on_back || on_side || t == tz) {
    colour = select(wall_side.rgb, wall_back.rgb, on_back);
    let stripe = backdrop_step(accent.w - p.y, w);
    colour = mix(colour, accent.rgb, stripe * step(accent.w, 50.0));
    colour = mix(colour, vec3f(0.7), 0.8 * backdrop_step(room.y + 0.1 - p.y, w)); // skirting board
  } else if (d.y < 0.0) {
    let along = p.x / floor_1.w;
    let planks = 0.9 + 0.2 * backdrop_random(vec2f(floor(along), 0.0), frame.w).x * saturate(1.0 - w / floor_1.w);
    let joints = backdrop_pulse(along + 0.02, 0.96, w / floor_1.w);
    colour = floor_1.rgb * planks * mix(0.6, 1.0, joints);
  } else {
    colour = ceiling.rgb;
  }
  colour *= light;

  if (on_back) {
    if (door.w < 50.0) {
      let q = p.xy - vec2f(door.w, 0.0);
      let leaf = backdrop_band(q.x, -0.45, 0.45, w) * backdrop_step(room.y + 2.05 - p.y, w);
      let case_ = backdrop_band(q.x, -0.53, 0.53, w) * backdrop_step(room.y + 2.13 - p.y, w);
      let panel = backdrop_box(abs(q - vec2f(0.0, room.y + 1.0)), vec2f(-0.3, 0.12), vec2f(0.3, 0.85), w) * 0.12;
      colour = mix(mix(colour, 1.15 * light * min(door.rgb * 1.3, vec3f(0.9)), case_), door.rgb * light * (1.0 - panel), leaf);
    }
    if (shelf.w > 0.0) {
      let inside = backdrop_box(p.xy, vec2f(shelf.x, room.y), vec2f(shelf.y, shelf.z), w);
      let boards = 1.0 - backdrop_pulse((p.y - room.y) / shelf.w + 0.06, 0.92, w / shelf.w);
      let posts = 1.0 - backdrop_pulse((p.x - shelf.x) / 0.9 + 0.03, 0.95, w / 0.9);
      let things = backdrop_shelf(vec2f(p.x, p.y - room.y), vec2f(1.0, shelf.w), sofa_at.w, goods, frame.w, w);
      colour = mix(colour, mix(things, door.rgb * 0.8, saturate(boards + posts)) * light * 0.85, inside);
    }
    if (picture.z > 0.0) {
      // Three in a row, the outer ones sometimes beyond the wall.
      let pitch = 2.6 * picture.z;
      let near = clamp(round((p.x - picture.x) / pitch), -1.0, 1.0);
      let q = p.xy - vec2f(picture.x + near * pitch, picture.y);
      let outer = backdrop_box(q, -picture.zw, picture.zw, w);
      let inner = backdrop_box(q, -0.9 * picture.zw, 0.9 * picture.zw, w);
      let art = backdrop_box(q, -0.68 * picture.zw, 0.68 * picture.zw, w);
      let seed = frame.w + 3.0 * near;
      let n = backdrop_fbm(q * (2.2 / picture.z) + seed, 2, w * 2.2 / picture.z);
      let h = backdrop_random(vec2f(near, 4.0), frame.w);
      let drawn = mix(backdrop_palette(h, vec4f(h.y, 1.0, 0.8, 1.0)), backdrop_palette(h.zxy, vec4f(h.z, 1.0, 0.8, 1.2)), backdrop_step(n + 0.5 * q.y / picture.w, 0.12 + w));
      colour = mix(mix(mix(colour, frame.rgb * light, outer), vec3f(0.8) * light, inner), drawn * light, art);
    }
  }

  // Windows: on the back wall or a side wall, daylight with a horizon and something green or grey below it.
  if ((window.x < 0.5 && on_back) || (window.x > 0.5 && on_side && (d.x > 0.0) == (window.x < 1.5))) {
    let along = select(p.z, p.x, on_back) - window.y;
    let high = 0.5 * (ground.w - outside.w);
    let q = vec2f(along, p.y - 0.5 * (ground.w + outside.w));
    let hole = backdrop_box(q, -vec2f(window.z, high), vec2f(window.z, high), w);
    let frame_ = backdrop_box(q, -vec2f(window.z + 0.09, high + 0.09), vec2f(window.z + 0.09, high + 0.09), w);
    let bars = 1.0 - backdrop_pulse((q.x + window.z) / (2.0 * window.z) * window.w + 0.04, 0.92, w * window.w / (2.0 * window.z));
    let cross_ = backdrop_band(q.y, 0.35 * high - 0.03, 0.35 * high + 0.03, w);
    let view = mix(ground.rgb * (1.0 + 0.5 * backdrop_fbm(d.xy * 30.0, 2, (blur + 0.01) * 30.0)), outside.rgb, backdrop_step(d.y - 0.02 - 0.06 * backdrop_noise(d.xz * 12.0), blur + 0.02));
    colour = mix(colour, vec3f(0.75) * light, frame_);
    colour = mix(colour, mix(view, vec3f(0.5) * light, saturate(bars + cross_)), hole);
  }

  // Ceiling lights in a grid.
  if (ceiling.w > 0.0 && d.y > 0.0 && t == ty) {
    let grid = backdrop_pulse(p.x / lights.x + 0.5 * lights.z, lights.z, w / lights.x) * backdrop_pulse(p.z / lights.y + 0.5 * lights.w, lights.w, w / lights.y);
    colour += ceiling.w * grid * vec3f(1.0, 0.98, 0.94);
  }

  // A sofa or a desk stands before the back wall, a lamp beside it.
  if (sofa.w > 0.0 && d.z < -0.05) {
    let ts = (room.w - sofa_at.z) / -d.z;
    let s = d.xy * ts - sofa_at.xy;
    let ws = blur * ts;
    let shape = backdrop_band(s.x, -sofa.w, sofa.w, ws) * backdrop_step(-s.y - 0.06 * s.x * s.x, ws + 0.02);
    let seams = 1.0 - 0.25 * (1.0 - backdrop_pulse(s.x / (0.67 * sofa.w) + 0.53, 0.95, ws / (0.67 * sofa.w)));
    let lower = 1.0 - 0.35 * backdrop_step(-s.y - 0.28, ws + 0.05);
    colour = mix(colour, sofa.rgb * light * seams * lower, shape);
  }
  if (lamp.w > 0.0) {
    let c = normalize(lamp_at.xyz);
    let far = length(lamp_at.xyz);
    let off = acos(clamp(dot(d, c), -1.0, 1.0));
    colour += lamp.rgb * (backdrop_disc(off, lamp.w / far, blur) + 0.0025 / (0.004 + off * off + blur * blur));
  }
  return colour;
}
`;

const ROOMS = { living: 22, bedroom: 10, office: 16, study: 12, kitchen: 8, cafe: 9, shop: 8, classroom: 6, gym: 5, corridor: 4 } as const;
type Room = keyof typeof ROOMS;

/** Half width, floor below the eyes, ceiling above them, distance of the back wall, of the wall behind the camera; m. */
const MEASURES: Record<Room, (random: Random) => readonly [number, number, number, number, number]> = {
  living: (r) => [r.uniform(1.8, 3), r.uniform(-1.7, -1.1), r.uniform(0.9, 1.5), r.uniform(1.5, 4), r.uniform(1.5, 3)],
  bedroom: (r) => [r.uniform(1.6, 2.4), r.uniform(-1.6, -0.9), r.uniform(1, 1.6), r.uniform(1.2, 3), r.uniform(1.2, 2.5)],
  office: (r) => [r.uniform(2.5, 8), r.uniform(-1.6, -1.1), r.uniform(1.1, 1.8), r.uniform(2.5, 12), r.uniform(3, 8)],
  study: (r) => [r.uniform(1.5, 2.5), r.uniform(-1.5, -1.1), r.uniform(1, 1.5), r.uniform(1, 2.5), r.uniform(1.2, 2.5)],
  kitchen: (r) => [r.uniform(1.6, 2.6), r.uniform(-1.7, -1.2), r.uniform(0.9, 1.3), r.uniform(1.4, 3), r.uniform(1.5, 3)],
  cafe: (r) => [r.uniform(2.5, 6), r.uniform(-1.3, -1.1), r.uniform(1.3, 2.5), r.uniform(3, 8), r.uniform(2, 5)],
  shop: (r) => [r.uniform(3, 8), r.uniform(-1.7, -1.4), r.uniform(1.2, 2.5), r.uniform(2, 8), r.uniform(3, 8)],
  classroom: (r) => [r.uniform(3, 5), r.uniform(-1.5, -1.1), r.uniform(1.3, 2), r.uniform(2, 7), r.uniform(3, 5)],
  gym: (r) => [r.uniform(6, 12), r.uniform(-1.7, -1.4), r.uniform(3, 6), r.uniform(5, 15), r.uniform(5, 10)],
  corridor: (r) => [r.uniform(1, 1.6), r.uniform(-1.7, -1.5), r.uniform(0.9, 1.4), r.uniform(6, 15), r.uniform(3, 8)],
};

export const interior: Family = {
  wgsl,
  sample(random) {
    const room = random.weighted(ROOMS);
    const [half, floor, top, back, behind] = MEASURES[room](random.stream('measures'));
    const large = room === 'office' || room === 'shop' || room === 'classroom' || room === 'gym' || room === 'corridor';
    const walls = wallColour(random);
    const others = random.chance(0.7) ? walls : wallColour(random);
    const daylight = blackBody(random.uniform(5200, 8000));
    const isNight = random.chance(0.2);
    const windowLight = isNight ? random.uniform(0.02, 0.1) : random.uniform(2, 8);
    const windowWall = random.weighted({ back: 25, left: 30, right: 30, none: 15 });
    const windowHalf = room === 'office' || room === 'gym' ? random.uniform(1, 3) : random.uniform(0.4, 1.1);
    const windowMiddle = windowWall === 'back' ? random.uniform(-half * 0.7, half * 0.7) : random.uniform(-back * 0.7, behind * 0.5);
    const has = (share: number, yes = true) => yes && random.chance(share);
    const shelfChance: Record<Room, number> = { living: 0.45, bedroom: 0.2, office: 0.35, study: 0.9, kitchen: 0.6, cafe: 0.6, shop: 0.95, classroom: 0.4, gym: 0.1, corridor: 0.1 };
    const hasShelf = has(shelfChance[room]);
    const from = hasShelf && random.chance(0.5) ? -half : random.uniform(-half, half * 0.3);
    const hasLamp = has(large ? 0.1 : 0.45);
    const isBooks = room !== 'shop' && room !== 'kitchen' && room !== 'cafe';
    const ceilingLights = large || room === 'kitchen' ? has(0.8) : has(0.15);
    const evenLight = isNight || windowWall === 'none' ? random.uniform(0.25, 0.5) : random.uniform(0.14, 0.4);
    const outdoors: Rgb = scaled(random.chance(0.6) ? hsv(random.uniform(0.2, 0.36), 0.4, 0.6) : hsv(0.08, 0.1, 0.6), windowLight * 0.6);
    const dark = hsv(random.uniform(0, 0.12), 0.3, random.uniform(0.1, 0.3));
    return {
      label: `interior/${room}`,
      parameters: [
        half, floor, top, back,
        ...walls, evenLight,
        ...others, behind,
        ...(random.chance(0.6) ? woodColour(random) : surfaceColour(random, { strong: 0.1 })), random.uniform(0.1, 0.6),
        ...hsv(0.1, 0.03, random.uniform(0.8, 0.95)), ceilingLights ? random.uniform(2, 6) : 0,
        ...(random.chance(0.5) ? [random.uniform(1.2, 2.4), random.uniform(1.2, 3), random.uniform(0.2, 0.5), random.uniform(0.2, 0.5)] : [random.uniform(1.2, 3), 100, random.uniform(0.05, 0.12), 1]),
        windowWall === 'none' ? 5 : ['back', 'left', 'right'].indexOf(windowWall), windowMiddle, windowHalf, random.integer(1, windowHalf > 1 ? 5 : 3),
        ...scaled(daylight, windowLight), room === 'gym' ? random.uniform(0.5, 2) : random.uniform(-0.9, -0.1),
        ...outdoors, Math.min(top - 0.1, random.uniform(0.4, 1.2)),
        random.uniform(-0.6 * half, 0.6 * half), random.uniform(-0.1, 0.5), ...(has(0.55, room !== 'gym') ? [random.uniform(0.15, 0.5), random.uniform(0.15, 0.5)] : [0, 0]),
        ...(random.chance(0.6) ? dark : woodColour(random)), random.uniform(1, 99),
        from, from + random.uniform(0.9, 2 * half), random.uniform(0.1, top), hasShelf ? (isBooks ? random.uniform(0.26, 0.36) : random.uniform(0.2, 0.45)) : 0,
        random.next(), random.uniform(0.3, 1), random.uniform(0.2, 0.8), random.uniform(0.7, 1.1),
        ...(random.chance(0.5) ? wallColour(random) : woodColour(random)), has(0.35) ? random.uniform(-half, half) : 99,
        ...surfaceColour(random, { least: 0.15, most: 0.7 }), has(0.55, room !== 'corridor') ? random.uniform(0.5, 1.3) : 0,
        random.uniform(-1.2, 1.2), random.uniform(-0.8, -0.1), random.uniform(0.4, 0.9), isBooks ? random.uniform(0.025, 0.06) : random.uniform(0.06, 0.2),
        ...scaled(blackBody(random.uniform(2500, 3400), 4200), hasLamp ? random.uniform(2, 8) : 0), hasLamp ? random.uniform(0.06, 0.18) : 0,
        random.uniform(-half, half) * 0.8, random.uniform(-0.3, 0.6), -back * random.uniform(0.5, 0.9), windowWall === 'none' ? 0 : isNight ? 0.05 : random.uniform(0.12, 0.3),
        ...surfaceColour(random), has(0.2) ? random.uniform(-0.8, 0.1) : 99,
      ],
      emitters: windowWall === 'none' && !ceilingLights ? [{ direction: [0.35, 0.62, 0.7], radiance: scaled(blackBody(random.uniform(2900, 4500), 4500), 9), shape: 'disc', halfWidth: 0.22, halfHeight: 0.22 }] : [],
      turn: random.normal(0, 0.3, 2),
      isIndoors: true,
    };
  },
};
