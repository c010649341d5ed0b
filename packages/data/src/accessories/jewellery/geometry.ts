/** Jewellery on one face: it hangs from lobes, closes around nostrils, lies on the skin. */
import type { HeadFit } from '../fit/head-fit.ts';
import { circle, ellipsoid, lathe, sphere, sweep, tube } from '../geometry/sweep.ts';
import { add, along, cross, lerp, normalize, scale, smoothPath, subtract, type Vec3 } from '../geometry/vector.ts';
import type { Parts } from '../parts.ts';
import type { EarringsLook, HairOrnamentLook, PiercingLook } from './look.ts';

/** A ring about an axis. */
function torus(parts: ReturnType<Parts['take']>, centre: Vec3, axis: Vec3, start: Vec3, radius: number, thickness: number, share = 1): void {
  const u = normalize(start), v = normalize(cross(axis, u)), count = Math.max(10, Math.round((16 + radius * 8) * share));
  const path = Array.from({ length: share >= 1 ? count : count + 1 }, (_, i) => { const a = (2 * Math.PI * share * i) / count; return along(along(centre, u, radius * Math.cos(a)), v, radius * Math.sin(a)); });
  tube(parts.builder, path, thickness, { closed: share >= 1, slot: parts.slot, sides: thickness > 0.1 ? 10 : 7, up: axis });
}

export function buildEarrings(parts: Parts, look: EarringsLook, fit: HeadFit): void {
  const metal = parts.take('hard', 'accessory', look.metal), stone = parts.take('hard', 'accessory', look.stone);
  for (const side of [1, -1] as const) {
    if (side === 1 ? !look.left : !look.right) continue;
    const mirrored = side === -1;
    const anchor = fit.canonicalPoint([side * 7.98, -1.75, -0.45]), vertex = fit.vertexNear([side * 7.98, -1.75, -0.45]);
    const n = fit.normal(vertex), out = normalize([side * Math.max(0.35, Math.abs(n[0])), n[1] * 0.5, n[2] * 0.7 + 0.25]);
    const lowest = fit.place('earLobe', mirrored), front = add(anchor, scale(out, 0.04));
    const s = look.size;
    const stud = (at: Vec3, size: number) => ellipsoid(stone.builder, along(at, out, size * 0.45), [scale(normalize(cross([0, 1, 0], out)), size), [0, size, 0], scale(out, size * 0.7)], { sides: 10, rings: 7, slot: stone.slot });
    switch (look.style) {
      case 'stud': stud(front, s); break;
      case 'plug': lathe(metal.builder, add(anchor, scale(out, -0.15)), out, [[s * 1.08, 0.1], [s * 1.08, 0.3], [s * 0.9, 0.34], [s * 0.86, 0.24], [0.001, 0.22]], 18, { slot: metal.slot }); break;
      case 'hoop':
      case 'huggie': {
        // The ring's plane runs forwards along the head; it passes through the lobe.
        const plane: Vec3 = normalize([side * 0.28, 0, 1]), axis = normalize(cross(plane, [0, 1, 0]));
        const centre: Vec3 = [anchor[0] + side * 0.16, Math.max(lowest[1], anchor[1]) - s + 0.25, anchor[2] + 0.05];
        torus(metal, [centre[0], centre[1], centre[2]], axis, [0, 1, 0], s, look.thickness);
        break;
      }
      case 'drop': {
        sphere(metal.builder, along(front, out, 0.08), 0.13, { sides: 8, rings: 6, slot: metal.slot });
        const down: Vec3 = along(along(front, out, 0.16), [0, -1, 0], 0.5 + s);
        tube(metal.builder, smoothPath([along(front, out, 0.1), add(down, [0, 0.35 + s, 0]), add(down, [0, s, 0])], 4), 0.035, { slot: metal.slot, sides: 6 });
        ellipsoid(stone.builder, down, [[s * 0.72, 0, 0], [0, s, 0], [0, 0, s * 0.72]], { sides: 12, rings: 9, slot: stone.slot });
        break;
      }
      case 'chain':
      case 'tassel': {
        const length = look.style === 'chain' ? 3.6 : 1;
        let p = along(front, out, 0.1);
        sphere(metal.builder, p, 0.15, { sides: 8, rings: 6, slot: metal.slot });
        for (let k = 0; k < length / 0.3; k++) { p = add(p, [0.01 * side, -0.3, 0]); ellipsoid(metal.builder, p, k % 2 ? [[0.07, 0, 0], [0, 0.17, 0], [0, 0, 0.03]] : [[0.03, 0, 0], [0, 0.17, 0], [0, 0, 0.07]], { sides: 7, rings: 5, slot: metal.slot }); }
        if (look.style === 'tassel') for (let k = 0; k < 14; k++) { const a = k * 2.4, r = 0.28 * Math.sqrt(k / 14); tube(stone.builder, [add(p, [0.4 * r * Math.cos(a), 0, 0.4 * r * Math.sin(a)]), add(p, [r * Math.cos(a), -1.5, r * Math.sin(a)]), add(p, [r * 1.2 * Math.cos(a), -3, r * 1.2 * Math.sin(a)])], 0.045, { slot: stone.slot, sides: 5 }); }
        else stud(add(p, [0, -0.3, 0]), s);
        break;
      }
      case 'cuff': break;
    }
    // Along the rim: lobe to helix.
    const rim: Vec3[] = [[8.4, -0.9, -1.2], [8.85, 0.2, -2.1], [9.1, 1.6, -2.35]];
    for (let k = 0; k < (look.style === 'cuff' ? 1 : look.extra); k++) {
      const [x, y, z] = rim[look.style === 'cuff' ? 2 : k]!, at = fit.canonicalPoint([side * x, y, z]), normal = fit.normal(fit.vertexNear([side * x, y, z]));
      if (look.style === 'cuff') torus(metal, along(at, normal, -0.12), [0, 1, 0], normal, 0.3, 0.09, 0.8);
      else sphere(stone.builder, along(at, normal, 0.08), 0.13, { sides: 8, rings: 6, slot: stone.slot });
    }
  }
}

export function buildPiercing(parts: Parts, look: PiercingLook, fit: HeadFit): void {
  const metal = parts.take('hard', 'accessory', look.metal, true);
  const { side, size } = look;
  const skinAt = (x: number, y: number): Vec3 => [x, y, fit.front.sample(x, y)];
  const normalAt = (x: number, y: number): Vec3 => normalize([fit.front.sample(x - 0.12, y) - fit.front.sample(x + 0.12, y), fit.front.sample(x, y - 0.12) - fit.front.sample(x, y + 0.12), 0.24]);
  const ball = (p: Vec3, n: Vec3, radius: number) => sphere(metal.builder, along(p, n, radius * 0.7), radius, { sides: 9, rings: 7, slot: metal.slot });
  switch (look.place) {
    case 'bindi': {
      const y = fit.point(9)[1] - 0.2, p = skinAt(0, y), n = normalAt(0, y), u = normalize(cross([0, 1, 0], n));
      ellipsoid(metal.builder, along(p, n, 0.01), [scale(u, 0.36 * size), scale(cross(n, u), 0.36 * size), scale(n, 0.07)], { sides: 14, rings: 7, slot: metal.slot });
      return;
    }
    case 'bridge': {
      const y = fit.point(168)[1];
      for (const s of [1, -1]) ball(skinAt(s * 0.75, y), normalAt(s * 0.75, y), 0.16 * size);
      return;
    }
    case 'brow': {
      const outer = fit.point(side === 1 ? 334 : 105), lower = fit.point(side === 1 ? 282 : 52), x = lerp(outer[0], side * 4.6, 0.6);
      for (const y of [outer[1] + 0.25, lower[1] - 0.45]) ball(skinAt(x, y), normalAt(x, y), 0.15 * size);
      return;
    }
    case 'labret': { const p = fit.point(200), y = (fit.point(17)[1] + p[1]) / 2; ball(skinAt(0, y), normalAt(0, y), 0.17 * size); return; }
    case 'lip': {
      const p = fit.point(side === 1 ? 314 : 84);
      torus(metal, add(p, [0, -0.05, 0.02]), [1, 0, 0], [0, 0, 1], 0.34 * size, 0.06, 0.6);
      return;
    }
    case 'nostril-stud': { const p = fit.point(side === 1 ? 344 : 115), q = fit.point(side === 1 ? 278 : 48), at: Vec3 = [lerp(p[0], q[0], 0.55), lerp(p[1], q[1], 0.4), 0]; ball(skinAt(at[0], at[1]), normalAt(at[0], at[1]), 0.13 * size); return; }
    case 'nostril-ring': {
      const wing = fit.point(side === 1 ? 327 : 98), base = fit.point(side === 1 ? 278 : 48), p: Vec3 = [lerp(wing[0], base[0], 0.35), lerp(wing[1], base[1], 0.25) - 0.05, Math.max(wing[2], base[2]) - 0.05];
      torus(metal, add(p, [0, 0.08, 0]), normalize([-side * 0.55, 0, 0.8]), [0, 1, 0], 0.42 * size, 0.06);
      return;
    }
    case 'septum': { const p = fit.point(2), tip = fit.point(94); torus(metal, add(scale(add(p, tip), 0.5), [0, -0.12 - 0.12 * size, 0.12]), [0, 0.25, 1], [0, 1, 0], 0.44 * size, 0.07); return; }
  }
}

export function buildHairOrnament(parts: Parts, look: HairOrnamentLook, fit: HeadFit): void {
  const { side, down, forward, size } = look;
  const first = parts.take('hard', 'accessory', look.stuff), second = parts.take('hard', 'accessory', look.second);
  for (let k = 0; k < (look.style === 'clip' || look.style === 'barrette' ? look.count : 1); k++) {
    const azimuth = side * (Math.PI / 2 - forward), polar = down + 0.11 * k;
    const centre = fit.skull.point(azimuth, polar, fit.skull.radius(azimuth, polar) + 0.9);
    const out = normalize(subtract(centre, fit.skull.centre)), ahead = normalize(subtract(fit.skull.point(azimuth - side * 0.1, polar, 10), fit.skull.point(azimuth + side * 0.1, polar, 10))), up = cross(out, ahead);
    switch (look.style) {
      case 'clip':
      case 'barrette': {
        const half = (look.style === 'clip' ? 2.4 : 3.4) * size;
        const path = Array.from({ length: 9 }, (_, i) => { const t = i / 4 - 1; return along(along(centre, ahead, t * half), out, -0.12 * t * t * half); });
        sweep(first.builder, path, (t) => circle(0.5, 10).map(([a, b]) => [a * (look.style === 'clip' ? 0.5 : 0.3), b * (look.style === 'clip' ? 0.7 : 1.2) * (1 - 0.6 * Math.abs(2 * t - 1) ** 3)] as const), { up: () => up, slot: first.slot });
        if (look.style === 'barrette') for (let i = -2; i <= 2; i++) sphere(second.builder, along(along(centre, ahead, i * half * 0.4), out, 0.16), 0.3, { sides: 8, rings: 6, slot: second.slot });
        break;
      }
      case 'comb': {
        for (let i = -4; i <= 4; i++) sphere(second.builder, along(along(centre, ahead, i * 0.55 * size), up, 0.5 * Math.cos(i * 0.3)), 0.32 * size, { sides: 9, rings: 6, slot: second.slot });
        break;
      }
      case 'flower': {
        for (let layer = 0; layer < 2; layer++)
          for (let petal = 0; petal < 6; petal++) {
            const a = (petal / 6) * 2 * Math.PI + layer * 0.5 + look.seed, d = add(scale(ahead, Math.cos(a)), scale(up, Math.sin(a)));
            const r = (layer === 0 ? 1.25 : 0.75) * size, across = cross(out, d);
            ellipsoid(first.builder, along(along(centre, d, r), out, 0.25 + 0.3 * layer), [scale(normalize(add(d, scale(out, 0.35 + 0.3 * layer))), r * 0.95), scale(across, r * 0.62), scale(cross(d, across), -0.1)], { sides: 9, rings: 6, slot: first.slot });
          }
        sphere(second.builder, along(centre, out, 0.65), 0.34 * size, { sides: 9, rings: 6, slot: second.slot });
        break;
      }
      case 'bow': {
        for (const s of [1, -1]) {
          const path = Array.from({ length: 8 }, (_, i) => { const t = i / 7; return along(along(centre, ahead, s * (0.2 + 2.4 * t) * size), out, 0.5 * Math.sin(Math.PI * t)); });
          sweep(first.builder, path, (t) => circle(1, 12).map(([a, b]) => [a * 0.35 * size, b * (0.35 + 1.1 * t) * size] as const), { up: () => up, slot: first.slot });
        }
        ellipsoid(first.builder, along(centre, out, 0.1), [scale(ahead, 0.45 * size), scale(up, 0.6 * size), scale(out, 0.5 * size)], { sides: 10, rings: 7, slot: first.slot });
      }
    }
  }
}
