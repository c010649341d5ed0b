/** Headphones, earbuds, headsets, hearing aids, and what else electronics hang on ears; and the eye patch. */
import type { HeadFit } from '../fit/head-fit.ts';
import { circle, ellipsoid, lathe, roundedBox, sphere, sweep, tube } from '../geometry/sweep.ts';
import { add, along, cross, lerp, normalize, scale, smoothPath, subtract, type Vec2, type Vec3 } from '../geometry/vector.ts';
import type { FabricStuff } from '../materials/fabric.ts';
import type { HardStuff } from '../materials/hard.ts';
import type { Parts } from '../parts.ts';
import { fabric, hex, hsv, metal, plastic } from '../stuffs.ts';
import type { Random } from '../../random/random.ts';

export interface AudioLook {
  kind: 'audio';
  style: 'headphones' | 'on-ear' | 'gaming' | 'earbuds' | 'wired-earbuds' | 'headset' | 'hearing-aid';
  shell: HardStuff;
  second: HardStuff;
  cushion: FabricStuff;
  size: number;
  bandHeight: number;
  microphone: boolean;
  left: boolean;
  right: boolean;
}

export interface EyePatchLook {
  kind: 'eye-patch';
  side: 1 | -1;
  style: 'patch' | 'gauze';
  stuff: FabricStuff;
}

export function sampleAudio(random: Random): AudioLook {
  const style = random.weighted({ headphones: 0.3, 'on-ear': 0.14, gaming: 0.1, earbuds: 0.24, 'wired-earbuds': 0.1, headset: 0.12, 'hearing-aid': 0.08 });
  const small = style === 'earbuds' || style === 'wired-earbuds';
  const one = style === 'hearing-aid' ? random.chance(0.5) : small && random.chance(0.12);
  return {
    kind: 'audio', style, shell: small && random.chance(0.6) ? { kind: 'plain', colour: random.chance(0.7) ? hex(0xf2f2f0) : hex(0x17181a), roughness: 0.25, coat: 0.3 } : style === 'hearing-aid' ? { kind: 'plain', colour: hsv(0.07, 0.35, random.uniform(0.35, 0.8)), roughness: 0.4 } : plastic(random),
    second: metal(random), cushion: fabric(random, random.chance(0.7) ? 'leather' : 'mesh', 'none', { colour: random.chance(0.7) ? hex(0x141416) : hsv(0.08, 0.25, 0.6), wrinkles: 0.3, stitched: false }), size: random.uniform(0.92, 1.12), bandHeight: random.uniform(0.7, 1.5),
    microphone: style === 'headset' || (style === 'gaming' && random.chance(0.8)), left: !one || random.chance(0.5), right: !one,
  };
}

export const sampleEyePatch = (random: Random): EyePatchLook => {
  const style = random.chance(0.5) ? 'patch' : 'gauze';
  return { kind: 'eye-patch', side: random.chance(0.5) ? 1 : -1, style, stuff: fabric(random, style === 'patch' ? 'felt' : 'paper', 'none', { colour: style === 'patch' ? hex(0x0e0e10) : hex(0xefece4), wrinkles: 0.2 }) };
};

export function buildAudio(parts: Parts, look: AudioLook, fit: HeadFit): void {
  const shell = parts.take('hard', 'accessory', look.shell), second = parts.take('hard', 'accessory', look.second);
  const over = look.style === 'headphones' || look.style === 'gaming' || look.style === 'on-ear' || look.style === 'headset';
  const cups: { side: 1 | -1; middle: Vec3; out: Vec3 }[] = [];
  for (const side of [1, -1] as const) {
    if (side === 1 ? !look.left : !look.right) continue;
    const mirrored = side === -1;
    if (look.style === 'hearing-aid') {
      const back = fit.place('earBack', mirrored), top = fit.place('earTop', mirrored), canal = fit.place('earCanal', mirrored);
      const way = smoothPath([[back[0] + side * 0.25, back[1] - 0.6, back[2] - 0.3], [back[0] + side * 0.2, back[1] + 0.9, back[2] + 0.1], [top[0] + side * 0.15, top[1] + 0.15, top[2] - 0.2]] as Vec3[], 5).map((p) => fit.surface.pushOut(p, 0.3));
      tube(shell.builder, way, (t) => 0.34 - 0.14 * t, { slot: shell.slot, sides: 10 });
      tube(second.builder, smoothPath([way.at(-1)!, [top[0] + side * 0.3, top[1] - 0.6, top[2] + 0.8] as Vec3, [canal[0] + side * 0.55, canal[1] + 0.15, canal[2] + 0.15] as Vec3], 5), 0.06, { slot: second.slot, sides: 6 });
      continue;
    }
    if (!over) {
      const canal = fit.place('earCanal', mirrored), bud: Vec3 = [canal[0] + side * 0.65, canal[1] - 0.05, canal[2] - 0.25];
      ellipsoid(shell.builder, bud, [[0.42, 0, side * -0.12], [0, 0.5, 0], [side * 0.12, 0, 0.48]], { sides: 14, rings: 10, slot: shell.slot });
      const stem: Vec3 = add(bud, [side * 0.25, 0, 0.28]);
      if (look.style === 'earbuds') tube(shell.builder, [add(stem, [0, 0.1, 0]), add(stem, [side * 0.05, -1, 0.12]), add(stem, [side * 0.08, -2.1 * look.size, 0.3])], 0.23, { slot: shell.slot, sides: 10 });
      else {
        tube(shell.builder, [stem, add(stem, [0, -1.2, 0.15])], 0.16, { slot: shell.slot, sides: 8 });
        const throat = fit.place('throat'), jaw = fit.point(side === 1 ? 397 : 172);
        const way = smoothPath([add(stem, [0, -1.2, 0.15]), [stem[0] + side * 0.3, jaw[1] - 1, stem[2] + 1] as Vec3, [side * 4.6, throat[1] + 1.2, throat[2] + 1.6] as Vec3, [0.3 * side, throat[1] - 8, throat[2] + 6.5] as Vec3, [0, throat[1] - 16, throat[2] + 7.5] as Vec3], 8);
        tube(shell.builder, way.map((p) => fit.surface.pushOut(p, 0.4)), 0.08, { slot: shell.slot, sides: 6 });
      }
      continue;
    }
    const middle = fit.place('earMiddle', mirrored), rim = fit.place('earRim', mirrored);
    const onEar = look.style === 'on-ear' || look.style === 'headset';
    const out: Vec3 = normalize([side, 0.06, -0.08]);
    const wide = (onEar ? 2.9 : 3.9) * look.size, tall = (onEar ? 2.9 : 4.6) * look.size;
    const table = mirrored ? fit.sides.right : fit.sides.left;
    const skull = table.sample(middle[2] + wide * 0.8, middle[1]);
    // Over-ear cushions rest on the skull around the ear, on-ear ones press on its rim.
    const base: Vec3 = onEar ? [rim[0] - side * 0.25, middle[1], middle[2] - 0.3] : [side * Math.max(Math.abs(rim[0]) - 0.9, (Number.isNaN(skull) ? Math.abs(middle[0]) : skull) + 0.3), middle[1] + 0.3, middle[2] - 0.3];
    const u = normalize(cross([0, 1, 0], out)), v = cross(out, u);
    const ring = (radius: number, height: number): Vec3[] => Array.from({ length: 28 }, (_, i) => { const a = (2 * Math.PI * i) / 28; return along(along(along(base, u, wide * radius * Math.cos(a)), v, tall * radius * Math.sin(a)), out, height); });
    const soft = parts.take('fabric', 'accessory', look.cushion);
    tube(soft.builder, ring(0.82, onEar ? 0.45 : 0.75), onEar ? 0.6 : 0.85, { closed: true, slot: soft.slot, sides: 12, up: out });
    const profile: Vec2[] = [[0.95, 1.15], [1, 1.45], [0.99, 1.95], [0.9, 2.3], [0.72, 2.45], [0.68, 2.38], [0.4, 2.42], [0.001, 2.45]];
    const drop = onEar ? 0.55 : 0;
    shell.builder.grid(profile.length, 28, (i, j) => { const [r, h] = profile[i]!, a = (2 * Math.PI * j) / 28; return { position: along(along(along(base, u, wide * r * Math.cos(a)), v, tall * r * Math.sin(a)), out, h - drop), uv: [a * wide, h], extra: [shell.slot, 9, 0, 1] }; }, { closedColumns: true });
    const centre = along(base, out, 2.4 - drop);
    lathe(second.builder, along(centre, out, 0.02), out, [[0.9 * look.size, 0], [0.9 * look.size, 0.08], [0.7 * look.size, 0.1], [0.001, 0.07]], 20, { slot: second.slot });
    cups.push({ side, middle: along(along(base, out, 1.6 - drop), v, tall * 0.9), out });
    if (look.microphone && side === 1) {
      const mouth = fit.point(291), start = along(along(base, out, 1.8 - drop), u, 0);
      const boom = smoothPath([start, [start[0] - 0.2, lerp(start[1], mouth[1], 0.6), lerp(start[2], mouth[2], 0.45) + 1] as Vec3, [mouth[0] + 2.6, mouth[1] - 0.6, mouth[2] + 1.6] as Vec3, [mouth[0] + 0.4, mouth[1] - 0.7, mouth[2] + 2.6] as Vec3], 6).map((p) => fit.surface.pushOut(p, 0.5));
      tube(shell.builder, boom, 0.13, { slot: shell.slot, sides: 7 });
      const foam = parts.take('hard', 'accessory', { kind: 'foam', colour: hex(0x101012), roughness: 0.95, scale: 0.7 }), end = boom.at(-1)!, dir = normalize(subtract(end, boom.at(-3)!));
      ellipsoid(foam.builder, along(end, dir, 0.5), [scale(dir, 0.85), scale(normalize(cross(dir, [0, 1, 0])), 0.5), [0, 0.5, 0]], { sides: 10, rings: 8, slot: foam.slot });
    }
  }
  if (cups.length < 2) return;
  // The band from cup to cup over the crown.
  const [left, right] = cups as [typeof cups[0], typeof cups[0]];
  const count = 36, crown = fit.place('crown');
  const path = Array.from({ length: count }, (_, i) => {
    const t = i / (count - 1), a = Math.PI * t, flat = lerp(left.middle[2], right.middle[2], t);
    const p: Vec3 = [lerp(left.middle[0], right.middle[0], (1 - Math.cos(a)) / 2), lerp(left.middle[1], right.middle[1], t) + (crown[1] + look.bandHeight + 0.3 - left.middle[1]) * Math.sin(a) ** 0.75, flat];
    const angles = fit.skull.anglesOf(p), least = fit.skull.radius(angles.azimuth, angles.polar) + look.bandHeight;
    return p[1] > fit.skull.centre[1] && angles.radius < least ? fit.skull.point(angles.azimuth, angles.polar, least) : p;
  });
  sweep(shell.builder, path, (t) => roundedBox(0.35 + 0.25 * Math.sin(Math.PI * t), look.style === 'headset' ? 1.2 : 1.4 + 1.4 * Math.sin(Math.PI * t), 12, 4), { up: [0, 0, 1], slot: shell.slot });
  if (look.style !== 'headset') {
    const soft = parts.take('fabric', 'accessory', look.cushion), inner = path.slice(8, count - 8).map((p) => along(p, normalize(subtract(p, fit.skull.centre)), -0.32));
    sweep(soft.builder, inner, roundedBox(0.6, 2.3, 10, 3), { up: [0, 0, 1], slot: soft.slot });
  }
  for (const cup of cups) {
    tube(second.builder, [along(cup.middle, [0, 1, 0], 0.6), along(cup.middle, [0, -1, 0], 1.4)], 0.2, { slot: second.slot, sides: 8 });
    sphere(second.builder, cup.middle, 0.3, { sides: 8, rings: 6, slot: second.slot });
  }
}

export function buildEyePatch(parts: Parts, look: EyePatchLook, fit: HeadFit): void {
  const { builder, slot } = parts.take('fabric', 'accessory', look.stuff);
  const iris = fit.point(look.side === 1 ? 473 : 468), inner = fit.point(look.side === 1 ? 362 : 133), outer = fit.point(look.side === 1 ? 263 : 33);
  const half = Math.abs(outer[0] - inner[0]) / 2 + 1.5, tall = 2.5, x0 = (inner[0] + outer[0]) / 2 + look.side * 0.35, y0 = iris[1] + 0.1;
  const rows = 9, columns = 30;
  const lay = (r: number, a: number, above: number): Vec3 => {
    const c = Math.cos(a), s = Math.sin(a), p = look.style === 'gauze' ? (Math.abs(c) ** 4 + Math.abs(s) ** 4) ** -0.25 : 1;
    const x = x0 + half * r * c * p, y = y0 + tall * r * s * p - (look.style === 'patch' && s < 0 ? 0.15 * r : 0);
    let z = -Infinity;
    for (const [dx, dy] of [[0, 0], [0.4, 0], [-0.4, 0], [0, 0.4], [0, -0.4]] as const) { const f = fit.front.sample(x + dx, y + dy); if (!Number.isNaN(f)) z = Math.max(z, f); }
    const dome = iris[2] + 1.1 - 0.35 * r * r;
    return [x, y, Math.max(z + above, r < 0.75 ? dome : -Infinity)];
  };
  builder.grid(rows, columns, (i, j) => { const r = 1 - i / (rows - 1), a = (2 * Math.PI * j) / columns; return { position: lay(Math.max(r, 0.01), a, i === 0 ? 0.1 : 0.32), uv: [r * half * Math.cos(a), r * tall * Math.sin(a)], extra: [slot, (1 - r) * 2.5, 0, 1] }; }, { closedColumns: true });
  if (look.style === 'gauze') return;
  const strap = parts.take('fabric', 'accessory', { ...look.stuff, weave: 'twill' }), count = 44;
  const path = Array.from({ length: count }, (_, i) => {
    const azimuth = -Math.PI + (2 * Math.PI * i) / count, wrapped = Math.atan2(Math.sin(azimuth), Math.cos(azimuth));
    const height = lerp(fit.place('occiput')[1] + 1, y0 + 1.6, 0.5 + 0.5 * Math.cos(wrapped)) + 1.4 * Math.sin(wrapped) * -look.side * 0.9;
    let low = 0.2, high = 2.2;
    for (let k = 0; k < 18; k++) { const m = (low + high) / 2; if (fit.skull.point(wrapped, m, fit.skull.radius(wrapped, m))[1] > height) low = m; else high = m; }
    return fit.skull.point(wrapped, low, fit.skull.radius(wrapped, low) + 0.14);
  });
  sweep(strap.builder, path, circle(0.1, 6).map(([a, b]) => [a, b * 3] as const), { closed: true, up: [0, 1, 0], slot: strap.slot });
}
