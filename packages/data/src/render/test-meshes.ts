/** Meshes small enough to reason about, for tests. */
import type { Drawable, Material, Mesh, Region } from './drawable.ts';

/** @param vertices - `[R, 3]`; uv and extra are 0 */
export function meshOf(vertices: readonly number[], normals: readonly number[], triangles: readonly number[]): Mesh {
  const count = vertices.length / 3;
  return { positions: Float32Array.from(vertices), normals: Float32Array.from(normals), uv: new Float32Array(2 * count), extra: new Float32Array(4 * count), triangles: Uint32Array.from(triangles), version: 0 };
}

/** A square of side `2 * half` about `centre` that faces +z. */
export function square(centre: readonly [number, number, number], half: number): Mesh {
  const [x, y, z] = centre;
  return meshOf([x - half, y - half, z, x + half, y - half, z, x + half, y + half, z, x - half, y + half, z], [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1], [0, 1, 2, 0, 2, 3]);
}

export function sphere(centre: readonly [number, number, number], radius: number, rings = 24): Mesh {
  const vertices: number[] = [];
  const normals: number[] = [];
  const triangles: number[] = [];
  for (let i = 0; i <= rings; i++) {
    for (let j = 0; j <= 2 * rings; j++) {
      const [latitude, longitude] = [Math.PI * (i / rings - 0.5), Math.PI * (j / rings)];
      const normal = [Math.cos(latitude) * Math.sin(longitude), Math.sin(latitude), Math.cos(latitude) * Math.cos(longitude)];
      normals.push(...normal);
      vertices.push(...normal.map((v, axis) => centre[axis]! + radius * v));
      if (i === rings || j === 2 * rings) continue;
      const at = i * (2 * rings + 1) + j;
      const above = at + 2 * rings + 1;
      triangles.push(at, at + 1, above + 1, at, above + 1, above);
    }
  }
  return meshOf(vertices, normals, triangles);
}

/** A curved strand of hair of 8 segments, as `hair/ribbons.ts` makes them, from `root` 6 cm down; `turn` rolls it, and it twists by half a turn. */
export function ribbon([x, y, z]: readonly [number, number, number], width: number, turn: number): Mesh {
  const vertices: number[] = [];
  const triangles: number[] = [];
  for (let s = 0; s <= 8; s++) {
    const [angle, bend] = [turn + (Math.PI * s) / 16, Math.sin(s / 3)];
    for (const edge of [-0.5, 0.5]) vertices.push(x + bend + edge * width * Math.cos(angle), y - 0.75 * s, z + edge * width * Math.sin(angle));
    if (s < 8) triangles.push(2 * s, 2 * s + 1, 2 * s + 2, 2 * s + 2, 2 * s + 1, 2 * s + 3);
  }
  return meshOf(vertices, vertices.map((_, i) => [0, -1, 0][i % 3]!), triangles);
}

/** `body` changes the default shading `s` of a surface `p`. */
export function material(label: string, body: string, changes: Partial<Material> = {}): Material {
  return { label: `test/${label}`, wgsl: `fn evaluate(p: Surface) -> Shading { var s = default_shading(p); ${body} return s; }`, parameters: new Float32Array(4), ...changes };
}

export const drawable = (mesh: Mesh, look: Material, region: Region = 'face'): Drawable => ({ label: look.label, mesh, material: look, region });
