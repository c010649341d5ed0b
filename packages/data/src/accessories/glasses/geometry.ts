/**
 * Glasses built around one face: the front keeps clear of brows and cheeks, the pads sit on the nose, the temples run along
 * the skull and bend behind the ears.
 */
import type { HeadFit } from '../fit/head-fit.ts';
import type { GridPoint } from '../geometry/mesh-builder.ts';
import { circle, ellipsoid, lathe, roundedBox, sphere, sweep, tube } from '../geometry/sweep.ts';
import { add, clamp, cross, normalize, scale, smoothPath, smoothstep, subtract, type Vec2, type Vec3 } from '../geometry/vector.ts';
import type { Parts } from '../parts.ts';
import type { GlassesLook } from './look.ts';
import { outlinePoints } from './outline.ts';
import { length2 } from '../../geometry/length.ts';

const OUTLINE_POINTS = 44;
const LENS_RINGS = 7;
const BOW = 0.016, TILT = Math.tan(0.12);
/** The lens lies this far in front of the iris, cm: opticians' 12 to 14 mm to the cornea, less its height over the iris. */
const VERTEX_DISTANCE = 1.55;
const RIGHT_IRIS = 468, LEFT_IRIS = 473;

/** Where the front of the glasses lies on a face. */
class Front {
  /** Middle of the left lens (right ones are mirrored), cm. */
  readonly centre: Vec2;
  readonly width: number;
  readonly #isDark: boolean;
  /** z of the front where its shape is 0. */
  plane = 0;

  constructor(centre: Vec2, width: number, isDark: boolean) {
    this.centre = centre;
    this.width = width;
    this.#isDark = isDark;
  }

  /** Bowed around the face, tilted so that the bottom is nearer to the cheeks. */
  shape(x: number, y: number): number {
    return -BOW * x * x + TILT * (y - this.centre[1]) - (this.#isDark ? 0.006 * x * x : 0);
  }

  /** z of the lenses' plane over (x, y). */
  z(x: number, y: number): number {
    return this.plane + this.shape(x, y);
  }

  /** A point on one side: (x, y) from the middle of its lens outwards and up, `forward` before the plane. */
  place(side: 1 | -1, x: number, y: number, forward: number): Vec3 {
    const px = this.centre[0] + x, py = this.centre[1] + y;
    return [side * px, py, this.z(px, py) + forward];
  }
}

export function buildGlasses(parts: Parts, look: GlassesLook, fit: HeadFit): void {
  const front = placeFront(look, fit);
  const outline = outlinePoints(look.outline, front.width, OUTLINE_POINTS);
  const hinges = [1, -1].map((side) => buildEye(parts, look, front, outline, side as 1 | -1));
  buildBridge(parts, look, fit, front, outline);
  for (const [index, side] of ([1, -1] as const).entries()) {
    buildTemple(parts, look, fit, hinges[index]!, side);
    if (look.bridge !== 'saddle') buildPad(parts, look, fit, front, side);
  }
}

function placeFront(look: GlassesLook, fit: HeadFit): Front {
  const right = fit.point(RIGHT_IRIS), left = fit.point(LEFT_IRIS);
  const eyeY = (right[1] + left[1]) / 2, eyeZ = Math.max(right[2], left[2]), pupil = (left[0] - right[0]) / 2;
  const widest = (z: number) => Math.max(fit.sides.left.sample(z, eyeY + 0.2), fit.sides.right.sample(z, eyeY + 0.2));
  const faceHalf = (widest(2) + widest(4.5)) / 2;
  const rim = look.rim === 'rimless' ? 0 : look.rimWidth;
  const fitting = faceHalf - look.bridgeWidth / 2 - 2 * rim - 0.28;
  const width = clamp(fitting * look.outline.size, 3.6, 6.6);
  // Lenses smaller than the face allows move towards the pupils.
  const centreX = Math.max(look.bridgeWidth / 2 + rim + width / 2, Math.min(faceHalf - 0.28 - rim - width / 2, pupil + 0.35));
  const height = width * look.outline.aspect;
  const centreY = eyeY + 0.05 - 0.13 * (height - 2.6) - look.slip;
  const front = new Front([centreX, centreY], width, look.kind === 'sunglasses');
  front.plane = eyeZ + VERTEX_DISTANCE - front.shape(pupil, eyeY);
  const outline = outlinePoints(look.outline, width, OUTLINE_POINTS);
  for (const [px, py] of outline) {
    for (const grow of [0.75, 1, 1 + (2.2 * rim) / width]) {
      const x = centreX + px * grow, y = centreY + py * grow;
      for (const side of [1, -1]) {
        const skin = fit.front.sample(side * x, y);
        // At the flank of the nose pads and rim share the space: the rim's edge may come closer there.
        const clearance = 0.12 + (look.rim === 'rimless' ? 0.08 : look.rimDepth * 0.5);
        if (!Number.isNaN(skin)) front.plane = Math.max(front.plane, skin + clearance - front.shape(x, y));
      }
    }
  }
  return front;
}

/** Rim, lens and endpiece of one eye. @returns where the temple begins */
function buildEye(parts: Parts, look: GlassesLook, front: Front, outline: readonly Vec2[], side: 1 | -1): Vec3 {
  const place = ([x, y]: Vec2, forward = 0): Vec3 => front.place(side, x, y, forward);
  const middle: Vec3 = place([0, 0]);
  const outward = (_: number, p: Vec3): Vec3 => normalize([p[0] - middle[0], p[1] - middle[1], 0]);
  const ordered = side === 1 ? outline : [...outline].reverse();

  const { builder, slot } = parts.take('hard', 'glasses', look.frame);
  const rimPath = (grow: number) => ordered.map(([x, y]) => { const r = length2(x, y); return place([x * (1 + grow / r), y * (1 + grow / r)]); });
  const isThin = look.rimWidth < 0.2;
  if (look.rim === 'full') {
    sweep(builder, rimPath(look.rimWidth / 2), (_, i) => {
      // Acetate is heavier above and outside.
      const y = ordered[i]![1], top = isThin ? 1 : 1 + 0.28 * smoothstep(-0.4, 1, (y / front.width) * 2) + (look.outline.lift > 0.15 ? 0.5 * smoothstep(0.2, 0.9, ordered[i]![0] / front.width * 2) * smoothstep(0, 0.6, y) : 0);
      return isThin ? roundedBox(look.rimDepth, look.rimWidth, 8, 2.4) : roundedBox(look.rimDepth, look.rimWidth * top, 10, 4.5);
    }, { closed: true, up: outward, slot });
  } else if (look.rim === 'half' || look.rim === 'browline') {
    const heavy = look.rim === 'browline';
    const thickness = heavy ? Math.max(0.5, look.rimWidth) : Math.max(0.12, look.rimWidth);
    const upper = ordered.map((p, i) => ({ p, i })).filter(({ p }) => p[1] > -front.width * look.outline.aspect * (heavy ? 0.02 : 0.16));
    // The run of upper points is contiguous on a circle of indices: start it after the gap.
    const gap = upper.findIndex(({ i }, k) => k > 0 && i !== upper[k - 1]!.i + 1);
    const run = gap > 0 ? [...upper.slice(gap), ...upper.slice(0, gap)] : upper;
    const path = run.map(({ p: [x, y] }) => { const r = length2(x, y), grow = thickness * 0.35; return place([x * (1 + grow / r), y * (1 + grow / r)]); });
    sweep(builder, path, (t) => { const taper = 0.45 + 0.55 * smoothstep(0, 0.2, t) * smoothstep(0, 0.2, 1 - t); return roundedBox(Math.max(0.16, look.rimDepth), thickness * taper, 10, heavy ? 4 : 2.6); }, { up: outward, slot });
    const wire = parts.take('hard', 'glasses', heavy ? look.hardware : { kind: 'plain', colour: [0.5, 0.5, 0.5], roughness: 0.15 });
    tube(wire.builder, rimPath(0.02), heavy ? 0.05 : 0.02, { closed: true, up: outward, slot: wire.slot, sides: 6 });
  }

  const glass = parts.take('lens', 'glasses', look.lens);
  const height = front.width * look.outline.aspect;
  glass.builder.grid(LENS_RINGS, outline.length, pointOfLens, { closedColumns: true, flip: side === 1 }, { look, front, outline, side, height, slot: glass.slot });
  if (look.rim === 'rimless') {  // the glass shows its thickness as a bright line; screws hold it
    const rimGlass = parts.take('hard', 'glasses', { kind: 'plain', colour: [0.45, 0.5, 0.5], roughness: 0.1, coat: 1 });
    tube(rimGlass.builder, ordered.map((p) => place(p)), 0.035, { closed: true, up: outward, slot: rimGlass.slot, sides: 6 });
    const screws = parts.take('hard', 'glasses', look.hardware);
    for (const x of [-0.43, 0.43]) sphere(screws.builder, place([x * front.width, height * 0.12], 0.06), 0.075, { sides: 7, rings: 5, slot: screws.slot });
  }

  // Endpiece: from the rim's outer upper corner back to the hinge.
  const corner = outline.reduce((best, p) => (p[0] * 1.0 + p[1] * 0.45 > best[0] * 1.0 + best[1] * 0.45 ? p : best));
  const anchorY = corner[1] * 0.8;
  const outer = outline.filter(([x]) => x > 0).reduce((best, p) => (Math.abs(p[1] - anchorY) < Math.abs(best[1] - anchorY) ? p : best));
  const grow = look.rim === 'rimless' ? 0 : look.rimWidth * 0.6;
  const start = place([outer[0] + grow * 0.5, outer[1]]);
  const elbow = place([outer[0] + grow + 0.14, outer[1]], -0.1);
  const hinge: Vec3 = [elbow[0] + side * 0.1, elbow[1], elbow[2] - 0.75];
  const piece = parts.take('hard', 'glasses', isThin || look.rim === 'rimless' ? look.hardware : look.frame);
  const templeHeight = Math.min(look.templeHeight, height * 0.4);
  sweep(piece.builder, smoothPath([start, elbow, [hinge[0], hinge[1], (elbow[2] + hinge[2]) / 2], hinge], 4),
    (t) => roundedBox(isThin ? 0.1 : 0.26 - 0.06 * t, (isThin ? Math.max(0.12, templeHeight) : Math.max(templeHeight, 0.34)) * (1 - 0.12 * t), 10, 4), { up: [0, 1, 0], slot: piece.slot });
  // Hinge barrel and two rivets on the front of acetate.
  const brass = parts.take('hard', 'glasses', look.hardware);
  lathe(brass.builder, [hinge[0] - side * 0.13, hinge[1] - 0.16, hinge[2]], [0, 1, 0], [[0, 0], [0.065, 0], [0.065, 0.32], [0, 0.32]], 8, { slot: brass.slot });
  if (!isThin && look.rim === 'full' && look.rimWidth > 0.3)
    for (const dy of [-0.07, 0.07]) sphere(brass.builder, place([outer[0] + grow * 0.75, outer[1] + dy], look.rimDepth * 0.5 + 0.0), 0.035, { sides: 6, rings: 4, slot: brass.slot });
  return hinge;
}

interface Lens { look: GlassesLook; front: Front; outline: readonly Vec2[]; side: 1 | -1; height: number; slot: number }

function pointOfLens(i: number, j: number, { look, front, outline, side, height, slot }: Lens): GridPoint {
  const s = 0.04 + 0.96 * (i / (LENS_RINGS - 1)), [ox, oy] = outline[j % outline.length]!;
  const x = ox * s, y = oy * s, r = length2(ox, oy);
  const bulge = (look.lensCurve / 2) * (r * r - x * x - y * y);
  return { position: front.place(side, x, y, bulge), uv: [x, y], extra: [slot, clamp(y / height + 0.5), r * (1 - s), 1] };
}

function buildBridge(parts: Parts, look: GlassesLook, fit: HeadFit, front: Front, outline: readonly Vec2[]): void {
  const [cx, cy] = front.centre;
  const height = front.width * look.outline.aspect;
  const rim = look.rim === 'rimless' ? 0 : look.rimWidth * 0.5;
  /** Inner edge of the left lens at a height. */
  const inner = (y: number) => cx + outline.filter(([x]) => x < 0).reduce((best, p) => (Math.abs(p[1] - y) < Math.abs(best[1] - y) ? p : best))[0] - rim;
  const arch = (y: number, rise: number, thickness: number, profile: (t: number) => Vec2[], stuff: GlassesLook['frame']) => {
    const { builder, slot } = parts.take('hard', 'glasses', stuff);
    const x = inner(y), path: Vec3[] = [];
    for (let i = 0; i <= 10; i++) {
      const t = i / 5 - 1, px = -t * x, py = cy + y + rise * (1 - t * t);
      const skin = fit.front.sample(px, py);
      const free = Number.isNaN(skin) ? -Infinity : skin + thickness / 2 + 0.04;
      path.push([px, py, Math.max(front.z(Math.abs(px), py) + 0.1 * (1 - t * t), free)]);
    }
    sweep(builder, path, profile, { up: [0, 1, 0], slot });
  };
  if (look.bridge === 'saddle') {
    const y = height * 0.2;
    arch(y, 0.1, look.rimDepth, (t) => { const flare = Math.abs(2 * t - 1) ** 2; return roundedBox(look.rimDepth, 0.42 + 0.4 * look.rimWidth + 0.3 * flare, 10, 3.4); }, look.frame);
    return;
  }
  const radius = Math.max(0.055, Math.min(0.09, look.rimWidth * 0.55));
  arch(height * (look.bridge === 'double' ? 0.1 : 0.14), 0.18, 2 * radius, () => circle(radius, 8), look.hardware);
  if (look.bridge === 'double') arch(height * 0.4, 0.04, 2 * radius, () => circle(radius, 8), look.hardware);
}

/** A soft pad on the flank of the nose and the wire that holds it. */
function buildPad(parts: Parts, look: GlassesLook, fit: HeadFit, front: Front, side: 1 | -1): void {
  const [cx, cy] = front.centre;
  const height = front.width * look.outline.aspect;
  const y = Math.min(cy + height * 0.08, fit.point(6)[1] - 0.3);
  let x = 0.55;
  // Outwards along the flank, until the skin lies half a centimetre behind the lenses.
  while (x < 1.4 && front.z(x, y) - fit.front.sample(side * x, y) < 0.55) x += 0.05;
  const skin = fit.front.sample(side * x, y);
  const slopeX = (fit.front.sample(side * x + 0.15, y) - fit.front.sample(side * x - 0.15, y)) / 0.3, slopeY = (fit.front.sample(side * x, y + 0.15) - fit.front.sample(side * x, y - 0.15)) / 0.3;
  const normal = normalize([-slopeX, -slopeY, 1]);
  const up = normalize(subtract([0, 1, 0], scale(normal, normal[1])));
  const across = cross(up, normal);
  const middle = fit.surface.pushOut(add([side * x, y, skin], scale(normal, 0.06)), 0.08);
  const soft = parts.take('hard', 'glasses', { kind: 'plain', colour: [0.62, 0.55, 0.48], roughness: 0.2, coat: 0.4 });
  ellipsoid(soft.builder, middle, [scale(across, 0.2), scale(up, 0.38), scale(normal, 0.06)], { sides: 10, rings: 7, slot: soft.slot });
  const wire = parts.take('hard', 'glasses', look.hardware);
  const rimX = cx - front.width * 0.47, rimY = cy + height * 0.1;
  const end: Vec3 = [side * rimX, rimY, front.z(rimX, rimY) - 0.03];
  const start = add(middle, scale(normal, 0.05));
  tube(wire.builder, smoothPath([start, add(scale(add(start, end), 0.5), [0, 0.06, -0.12]), end], 5), 0.035, { slot: wire.slot, sides: 6 });
}

function buildTemple(parts: Parts, look: GlassesLook, fit: HeadFit, hinge: Vec3, side: 1 | -1): void {
  const mirrored = side === -1;
  const ear = fit.place('earTop', mirrored), back = fit.place('earBack', mirrored), low = fit.place('earBackLow', mirrored);
  const table = mirrored ? fit.sides.right : fit.sides.left;
  const isThin = look.rimWidth < 0.2 || look.rim === 'rimless';
  const thickness = isThin ? 0.1 : 0.2;
  const height = Math.max(look.templeHeight, isThin ? 0.12 : 0.3);
  const rest: Vec3 = [ear[0], ear[1] + 0.02 + Math.min(0.15, height * 0.2), ear[2]];
  const path: Vec3[] = [];
  const steps = 14;
  for (let i = 0; i <= steps; i++) {
    const t = i / steps, z = hinge[2] + (rest[2] + 0.4 - hinge[2]) * t;
    const y = hinge[1] + (rest[1] - hinge[1]) * t;
    const straight = Math.abs(hinge[0]) + (Math.abs(rest[0]) - Math.abs(hinge[0])) * t ** 1.5;
    // Beside the ear the outermost skin is the ear's own rim, which the temple passes inside of.
    const skin = z > ear[2] + 1.2 ? table.sample(z, y) : NaN;
    path.push([side * (Number.isNaN(skin) ? straight : Math.max(straight, skin + thickness / 2 + 0.05)), y, z]);
  }
  // Springy: the temple bows outwards smoothly instead of following every bump.
  for (let round = 0; round < 3; round++)
    for (let i = steps - 1; i > 0; i--) path[i] = [side * Math.max(Math.abs(path[i]![0]), (Math.abs(path[i - 1]![0]) + Math.abs(path[i + 1]![0])) / 2), path[i]![1], path[i]![2]];
  const bend: Vec3[] = [rest, [rest[0] - side * 0.08, rest[1] - 0.25, rest[2] - 0.95], [back[0], back[1] + 0.5, back[2] - 0.2], [low[0] + side * 0.15, low[1] + 0.6, low[2] - 0.35]];
  const clear = bend.map((p) => fit.surface.pushOut(p, thickness / 2 + 0.04));
  const full = [...path, ...smoothPath([path.at(-1)!, ...clear], 4).slice(1)].map((p, i) => (i > steps - 3 ? fit.surface.pushOut(p, thickness / 2 + 0.03) : p));
  const total = full.length - 1;
  const { builder, slot } = parts.take('hard', 'glasses', isThin ? look.hardware : look.frame);
  const tip = isThin ? parts.take('hard', 'glasses', { kind: 'plain', colour: [0.03, 0.03, 0.035], roughness: 0.35 }) : { builder, slot };
  const bendAt = steps;
  const section = (index: number): Vec2[] => {
    const h = index < bendAt ? height + (Math.min(height, 0.34) - height) * smoothstep(0, bendAt, index) : Math.min(height, 0.34);
    return roundedBox(thickness, h, 10, 4);
  };
  const outwards = (index: number): Vec3 => {  // up, seen along the temple, stays in the plane of the skull's side
    const before = full[Math.max(0, index - 1)]!, after = full[Math.min(total, index + 1)]!;
    return scale(cross(normalize(subtract(after, before)), [-side, 0, 0]), side);
  };
  const split = Math.floor(bendAt * 0.86);
  sweep(builder, full.slice(0, split + 1), (_, i) => section(i), { up: (i) => fixUp(outwards(i)), slot });
  sweep(tip.builder, full.slice(split), (_, i) => (isThin ? roundedBox(0.14, 0.2, 8, 2.2) : section(i + split)), { up: (i) => fixUp(outwards(i + split)), slot: tip.slot });
}

/** A direction that never degenerates: temples bend down behind the ear, where up becomes backwards. */
const fixUp = (up: Vec3): Vec3 => (Math.hypot(...up) < 1e-6 ? [0, 1, 0] : up);
