/** Beards: zones of the standard face, each with its length; strands grown over the chin as hair is over the skull, bound to the skin. */
import { HeadField } from '../hair/head-field.ts';
import { clamp, hash, lerp, noise3, smoothstep } from '../hair/noise.ts';
import { type Density, scatter } from '../hair/scalp.ts';
import type { PosedHead } from '../heads/posed-head.ts';
import { BoundStrands, TriangleFrames } from './bound-strands.ts';
import type { BeardLook } from './facial-hair-look.ts';
import { length2, length3 } from '../geometry/length.ts';

const TRIANGLES = 30000;

/** Share of each zone at a canonical place, 0..1; at most one is large. */
export interface Zones { moustache: number; chin: number; cheeks: number; sideburns: number; neck: number; soulPatch: number }

/** Upper edge of the upper lip in canonical cm. */
const lipTop = (x: number) => -3.05 - 0.85 * (x / 2.5) ** 2;

export function zonesAt({ cheekLine, neckLine, moustacheReach, family }: BeardLook, x0: number, y: number, z: number, out: Zones): Zones {
  const x = Math.abs(x0);
  out.moustache = out.chin = out.cheeks = out.sideburns = out.neck = out.soulPatch = 0;
  if (z < -0.8 || y > 4.6) return out;
  // The lips themselves are bare.
  const lips = length2(x / 2.75, (y + 4.05) / (y > -4.05 ? 1.02 : 1.1));
  const offLips = z > 6 ? smoothstep(0.98, 1.12, lips) : 1;
  if (z > 7) {
    const reach = 2.55 + moustacheReach, pencil = family === 'pencil';
    const above = y - lipTop(Math.min(x, 2.7)) + (x > 2.6 ? (x - 2.6) * 1.1 : 0);
    const top = pencil ? 0.42 : 1.28 - 0.18 * x + 0.25 * smoothstep(0.15, 0.5, x) - 0.25 * smoothstep(0.6, 0, x);
    out.moustache = offLips * smoothstep(-0.12, 0.1, above) * smoothstep(top + 0.2, top - 0.15, above) * smoothstep(reach + 0.25, reach - 0.25, x) * smoothstep(pencil ? 0.1 : 0, pencil ? 0.3 : 0.12, x);
    out.soulPatch = smoothstep(0.95, 0.55, x + 0.35 * (y + 5.3)) * smoothstep(-6.5, -6.1, y) * smoothstep(-5.05, -5.3, y);
    const corner = smoothstep(0.75, 0.4, Math.abs(x - 3.05 - 0.25 * (y + 4.5))) * smoothstep(-6.4, -5.8, y) * smoothstep(-3.6, -4.1, y);
    const wide = 2.6 + 0.4 * smoothstep(-6, -8, y);
    out.chin = offLips * Math.max(smoothstep(wide + 0.4, wide - 0.4, x) * smoothstep(-5.7, -6.15, y) * (1 - 0.9 * smoothstep(1.3, 0.9, x + 0.5 * (y + 6.4)) * smoothstep(-6.3, -5.9, y)), family === 'goatee' || family === 'vanDyke' ? 0 : corner);
  }
  // Cheek: below a line from the ear to the corner of the mouth, above the jaw's lower edge.
  const line = lerp(0.6, -3.9, smoothstep(1.5, 8.6, z)) + cheekLine * smoothstep(1.8, 4, z) - 0.7 * Math.sin(Math.PI * clamp((z - 1.5) / 7, 0, 1));
  const underJaw = lerp(-4.3, -8.6, smoothstep(0.5, 8, z));
  const jaw = offLips * smoothstep(line + 0.35, line - 0.45, y) * smoothstep(-0.3, 0.6, z) * smoothstep(1.6, 2.6, x);
  out.cheeks = Math.max(0, jaw * smoothstep(underJaw - 0.4, underJaw + 0.2, y) - out.chin - out.moustache);
  const neckEnd = -10.6 + neckLine + 0.28 * Math.max(0, x - 2);
  out.neck = smoothstep(underJaw + 0.2, underJaw - 0.4, y) * smoothstep(neckEnd - 0.4, neckEnd + 0.6, y) * smoothstep(0.5, 2, z) * (1 - out.chin);
  out.sideburns = smoothstep(5.4, 6, x) * smoothstep(-0.4, 0.3, z) * smoothstep(3.6, 2.9, z - 0.15 * y) * smoothstep(line - 1.2, line, y);
  if (family === 'muttonChops') { out.cheeks *= smoothstep(3.2, 4.4, x); }
  if (family === 'chinstrap') out.cheeks *= smoothstep(underJaw + 2.2, underJaw + 1.3, y);
  return out;
}

/** Length of the beard there, cm: the mean of the zones that have hair. */
function lengthAt(look: BeardLook, zones: Zones): number {
  const share = sharesOf(look, zones);
  if (share <= 0) return 0;
  let length = 0;
  if (look.moustache > 0) length += zones.moustache * look.moustache;
  if (look.chin > 0) length += zones.chin * look.chin;
  if (look.cheeks > 0) length += zones.cheeks * look.cheeks;
  if (look.sideburns > 0) length += zones.sideburns * look.sideburns;
  if (look.neck > 0) length += zones.neck * look.neck;
  if (look.soulPatch > 0) length += zones.soulPatch * look.soulPatch;
  return length / share;
}

function sharesOf(look: BeardLook, zones: Zones): number {
  let share = 0;
  if (look.moustache > 0) share += zones.moustache;
  if (look.chin > 0) share += zones.chin;
  if (look.cheeks > 0) share += zones.cheeks;
  if (look.sideburns > 0) share += zones.sideburns;
  if (look.neck > 0) share += zones.neck;
  if (look.soulPatch > 0) share += zones.soulPatch;
  return share;
}

const noZones = (): Zones => ({ moustache: 0, chin: 0, cheeks: 0, sideburns: 0, neck: 0, soulPatch: 0 });

class BeardDensity implements Density {
  readonly #look: BeardLook;
  /** Shifts the noise. */
  readonly #shift: number;
  readonly #zones = noZones();

  constructor(look: BeardLook, shift: number) {
    this.#look = look;
    this.#shift = shift;
  }

  at(x: number, y: number, z: number): number {
    if (y > 4.8 || z < -1) return 0;
    const look = this.#look, zones = zonesAt(look, x, y, z, this.#zones);
    const share = Math.min(1, sharesOf(look, zones));
    if (share <= 0) return 0;
    const patchy = smoothstep(look.patchiness - 0.5, look.patchiness + 0.15, 0.55 + 0.75 * noise3(x * 0.8 + this.#shift, y * 0.8, z * 0.8));
    return share * (0.12 + 0.88 * patchy) * (1 - 0.5 * Math.max(zones.neck, 0.6 * zones.cheeks));
  }
}

export function growBeard(look: BeardLook, head: PosedHead, seed: number): BoundStrands | undefined {
  const longest = Math.max(look.moustache, look.chin, look.cheeks, look.sideburns, look.neck, look.soulPatch);
  if (longest <= 0) return undefined;
  const segments = longest < 0.2 ? 1 : longest < 0.45 ? 2 : longest < 1.2 ? 3 : longest < 4 ? 4 : 8;
  const zones = noZones();
  const s0 = seed % 300;
  const roots = scatter(head, Math.round(TRIANGLES / (2 * segments) * Math.min(1, 0.95 * look.density)), seed, new BeardDensity(look, s0));
  if (roots.count === 0) return undefined;
  const field = HeadField.of(head), g = field.gradient;
  const rows = segments + 1, nodes = new Float32Array(roots.count * rows * 3), widths = new Float32Array(roots.count), locks = new Uint32Array(roots.count);
  const coil = look.curl * (longest > 0.5 ? 1 : 0.3);
  for (let i = 0; i < roots.count; i++) {
    const qx = roots.canonical[i * 3]!, qy = roots.canonical[i * 3 + 1]!, qz = roots.canonical[i * 3 + 2]!;
    const full = lengthAt(look, zonesAt(look, qx, qy, qz, zones));
    const length = full * (0.55 + 0.45 * hash(i, seed + 81)) * (0.75 + 0.25 * noise3(qx * 0.9, qy * 0.9, qz * 0.9 + s0));
    const side = qx >= 0 ? 1 : -1, lip = zones.moustache, chin = zones.chin + zones.soulPatch;
    const lock = Math.floor((qx + 12) / 0.7) * 64 + Math.floor((qy + 20) / 0.7);
    locks[i] = lock;
    widths[i] = look.width * (0.92 + 0.62 * hash(i, seed + 82)) * (1 + 0.5 * smoothstep(0.5, 2, full)) * (1 + 0.35 * zones.moustache);
    const nx = roots.normals[i * 3]!, ny = roots.normals[i * 3 + 1]!, nz = roots.normals[i * 3 + 2]!;
    // Down the cheeks, away from the middle of the lip, forwards and down from the chin, a whorl on the neck.
    const mess = look.mess + 0.25 * coil;
    let wx = lip * side * 1.2 + (1 - lip) * (-0.12 * side + 0.4 * chin * clamp(qx / 3, -1, 1)) + mess * (1.4 * noise3(qx * 1.3 + s0, qy * 1.3, 0.5) + 0.9 * (hash(i, seed + 83) - 0.5));
    let wy = -1 + 0.35 * lip + mess * (hash(i, seed + 84) - 0.5);
    let wz = 0.25 * (1 - lip) + 0.35 * zones.neck + mess * 0.7 * (hash(i, seed + 85) - 0.5);
    const inward = wx * nx + wy * ny + wz * nz;
    wx -= inward * nx; wy -= inward * ny; wz -= inward * nz;
    const wl = length3(wx, wy, wz) || 1;
    wx /= wl; wy /= wl; wz /= wl;
    const lift = (full < 0.5 ? 0.45 : 0.55) + 0.25 * (hash(i, seed + 86) - 0.5);
    let dx = wx * (1 - lift) + nx * lift, dy = wy * (1 - lift) + ny * lift, dz = wz * (1 - lift) + nz * lift;
    let x = roots.positions[i * 3]!, y = roots.positions[i * 3 + 1]!, z = roots.positions[i * 3 + 2]!;
    const layer = hash(i, seed + 87), h = length / segments, phase = 6.28 * hash(lock, seed + 88), turns = 6.28 / (1.3 + hash(lock, seed + 89));
    for (let s = 0; s <= segments; s++) {
      const k = (i * rows + s) * 3, travelled = s * h;
      const wave = coil * 0.16 * smoothstep(0, 0.8, travelled);
      nodes[k] = x + wave * Math.cos(phase + turns * travelled * 2);
      nodes[k + 1] = y;
      nodes[k + 2] = z + wave * Math.sin(phase + turns * travelled * 2);
      if (s > 0) {
        const d = field.sample(nodes[k]!, nodes[k + 1]!, nodes[k + 2]!), gap = 0.04 + 0.35 * layer * smoothstep(0, 1.2, travelled);
        if (d < gap) for (let axis = 0; axis < 3; axis++) nodes[k + axis] = nodes[k + axis]! + g[axis]! * (gap - d);
      }
      // Long hair follows its weight; the ends of a handlebar rise.
      const bend = 1 - Math.exp(-h / (0.35 + 0.5 * full * 0.3));
      const up = look.handlebar > 0 && lip > 0.3 ? look.handlebar * smoothstep(1.6, 3.4, Math.abs(x)) * 2.2 : 0;
      const tx = lip > 0.5 ? side * (look.handlebar > 0 ? 1.4 : 0.75) : -0.22 * side * (1 - chin) - 0.1 * qx * smoothstep(2, 5, travelled);
      const ty = lip > 0.5 ? -0.7 + up : -1, tz = lip > 0.5 ? 0.1 : 0.12;
      dx += (tx - dx) * bend; dy += (ty - dy) * bend; dz += (tz - dz) * bend;
      const dl = length3(dx, dy, dz) || 1;
      x += dx / dl * h; y += dy / dl * h; z += dz / dl * h;
      const d = field.sample(x, y, z), gap = 0.03 + layer * Math.min(0.6, 0.3 * full) * smoothstep(0, 1, travelled + h);
      if (d < gap) { const push = Math.min(gap - d, h); x += g[0]! * push; y += g[1]! * push; z += g[2]! * push; }
    }
  }
  return new BoundStrands(head, {
    triangles: roots.triangles.slice(0, roots.count), weights: roots.weights.slice(0, roots.count * 3), nodes, segments, widths, locks,
    frames: new TriangleFrames(roots.triangles, roots.weights), seed, openAtRoot: longest < 0.4 ? 0.85 : 0.4, tip: 0.35,
  });
}
