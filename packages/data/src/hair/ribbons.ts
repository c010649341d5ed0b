/** Strands as ribbons: two triangles per segment, lying on the head with a random roll, tapering towards the tip. */
import type { Mesh } from '../render/drawable.ts';
import type { Strands } from './grow.ts';
import type { HeadField } from './head-field.ts';
import { hash, smoothstep } from './noise.ts';
import type { HairVolume } from './occlusion.ts';
import { length2, length3 } from '../geometry/length.ts';

export interface RibbonOptions {
  field: HeadField;
  volume: HairVolume;
  seed: number;
  /** 0 flat on the head .. 1 rolled at random. */
  roll: number;
  /** Width at the tip relative to the middle. */
  tip: number;
  /** Width at the root relative to the middle. */
  root: number;
}

/** One mesh of several groups. `extra` = root-to-tip 0..1, random per strand, random per lock, openness. */
export function ribbonMesh(groups: readonly Strands[], { field, volume, seed, roll, tip, root }: RibbonOptions): Mesh {
  const vertices = groups.reduce((sum, { count, segments }) => sum + count * (segments + 1) * 2, 0);
  const triangleCount = groups.reduce((sum, { count, segments }) => sum + count * segments * 2, 0);
  const mesh: Mesh = {
    positions: new Float32Array(vertices * 3), normals: new Float32Array(vertices * 3), uv: new Float32Array(vertices * 2),
    extra: new Float32Array(vertices * 4), triangles: new Uint32Array(triangleCount * 3), version: 0,
  };
  const { positions, normals, uv, extra, triangles } = mesh;
  const g = field.gradient;
  let v = 0, t = 0;
  for (let group = 0; group < groups.length; group++) {
    const { count, segments, nodes, clumps, widths, lengths, spread } = groups[group]!;
    // What depends only on the place along a strand is the same for all of a group.
    const alongs = Float64Array.from({ length: segments + 1 }, (_, s) => (s / segments) ** spread);
    const swelling = alongs.map((along) => root + (1 - root) * smoothstep(0, 0.3, along));
    const tapering = alongs.map((along) => 1 - (1 - tip) * smoothstep(0.45, 1, along));
    for (let i = 0; i < count; i++) {
      const own = hash(i, seed + 31 + group), lock = hash(clumps[i]!, seed + 32 + group);
      let open = 1;
      const angle = roll * Math.PI * (hash(i, seed + 33) - 0.5), cosine = Math.cos(angle), sine = Math.sin(angle);
      for (let s = 0; s <= segments; s++) {
        const k = (i * (segments + 1) + s) * 3, before = s > 0 ? k - 3 : k, after = s < segments ? k + 3 : k;
        let tx = nodes[after]! - nodes[before]!, ty = nodes[after + 1]! - nodes[before + 1]!, tz = nodes[after + 2]! - nodes[before + 2]!;
        let length = length3(tx, ty, tz);
        if (length < 1e-9) { ty = -1; length = 1; }
        tx /= length; ty /= length; tz /= length;
        const x = nodes[k]!, y = nodes[k + 1]!, z = nodes[k + 2]!;
        // Every other point: openness changes slowly, and this is what a build spends most on.
        if (s % 2 === 0) open = volume.openness(field, x, y, z); else field.sample(x, y, z);
        const gx = g[0]!, gy = g[1]!, gz = g[2]!;
        let ax = ty * gz - tz * gy, ay = tz * gx - tx * gz, az = tx * gy - ty * gx;
        length = length3(ax, ay, az);
        if (length < 0.05) { ax = tz; ay = 0; az = -tx; length = length2(ax, az); if (length < 1e-6) { ax = 1; az = 0; length = 1; } }
        ax /= length; ay /= length; az /= length;
        const bx = ty * az - tz * ay, by = tz * ax - tx * az, bz = tx * ay - ty * ax;
        const along = alongs[s]!;
        const half = 0.5 * widths[i]! * swelling[s]! * tapering[s]!;
        const sx = (ax * cosine + bx * sine) * half, sy = (ay * cosine + by * sine) * half, sz = (az * cosine + bz * sine) * half;
        for (let edge = -1; edge <= 1; edge += 2) {
          positions[v * 3] = x + edge * sx; positions[v * 3 + 1] = y + edge * sy; positions[v * 3 + 2] = z + edge * sz;
          normals[v * 3] = tx; normals[v * 3 + 1] = ty; normals[v * 3 + 2] = tz;
          uv[v * 2] = (edge + 1) / 2; uv[v * 2 + 1] = along * lengths[i]!;
          extra[v * 4] = along; extra[v * 4 + 1] = own; extra[v * 4 + 2] = lock; extra[v * 4 + 3] = open;
          v++;
        }
        if (s < segments) {
          const a = v - 2;
          triangles[t++] = a; triangles[t++] = a + 1; triangles[t++] = a + 2;
          triangles[t++] = a + 2; triangles[t++] = a + 1; triangles[t++] = a + 3;
        }
      }
    }
  }
  return mesh;
}
