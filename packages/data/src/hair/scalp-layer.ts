/**
 * The skin of the skull under the hair, lifted a little: what shows between strands. Its normals are the direction in which
 * the hair is combed, so that it takes the same highlights; its edge is feathered by the material.
 */
import type { Mesh } from '../render/drawable.ts';
import { PARTS } from '../heads/head-model.ts';
import { combAt } from './comb.ts';
import { type Ground, lengthAt, volumeAt } from './grow.ts';
import { noise3, smoothstep } from './noise.ts';
import { type Hairline, scalpDepth, scalpDepthAbove } from './scalp.ts';
import { length3 } from '../geometry/length.ts';

/** Depth at which the layer ends, cm: a little outside of the hair. */
const EDGE = -0.4;

/** `extra` = canonical position, depth inside the hair (cm). `uv` = length of the hair (cm), share covered by a hat. */
export function scalpLayer({ head, look, covered }: Ground): Mesh {
  const { model: { triangles, parts, canonical }, neutralPositions, neutralNormals } = head;
  const vertices: number[] = [], kept: number[] = [];
  const numVertices = canonical.length / 3;
  const index = new Int32Array(numVertices).fill(-1);
  const depths = new Float64Array(numVertices).fill(NaN);
  const skin = PARTS.indexOf('skin');
  for (let t = 0; t < parts.length; t++) {
    if (parts[t] !== skin) continue;
    if (isBare(look.hairline, canonical, depths, triangles[t * 3]!) && isBare(look.hairline, canonical, depths, triangles[t * 3 + 1]!) && isBare(look.hairline, canonical, depths, triangles[t * 3 + 2]!)) continue;
    for (let k = 0; k < 3; k++) {
      const v = triangles[t * 3 + k]!;
      if (index[v] === -1) { index[v] = vertices.length; vertices.push(v); }
      kept.push(index[v]!);
    }
  }
  const R = vertices.length;
  const mesh: Mesh = {
    positions: new Float32Array(R * 3), normals: new Float32Array(R * 3), uv: new Float32Array(R * 2), extra: new Float32Array(R * 4),
    triangles: Uint32Array.from(kept), version: 0,
  };
  const comb = new Float64Array(3), roped = look.ropes !== null;
  const { positions, normals, uv, extra } = mesh;
  for (let i = 0; i < R; i++) {
    const v = vertices[i]!;
    const x = canonical[v * 3]!, y = canonical[v * 3 + 1]!, z = canonical[v * 3 + 2]!;
    const nx = neutralNormals[v * 3]!, ny = neutralNormals[v * 3 + 1]!, nz = neutralNormals[v * 3 + 2]!;
    const depth = scalpDepth(look.hairline, x, y, z), length = lengthAt(look, y, z), hat = covered?.(x, y, z) ?? 0;
    const thick = Math.min(volumeAt(look, y, z), 0.6 * length) * smoothstep(0.4, 3, depth) * (1 - hat);
    const lifted = 0.035 + (roped ? 0 : (look.comb.field === 'out' ? 0.5 + 0.25 * noise3(x * 0.6, y * 0.6, z * 0.6 + look.seed % 53) : 0.4) * thick);
    combAt(look, x >= look.comb.part ? 1 : -1, x, y, z, nx, ny, nz, comb);
    let tx = comb[0]!, ty = comb[1]!, tz = comb[2]!;
    if (length3(tx, ty, tz) < 1e-3) { tx = ny; ty = -nx; tz = 0.01; }
    const size = length3(tx, ty, tz);
    positions[i * 3] = neutralPositions[v * 3]! + nx * lifted;
    positions[i * 3 + 1] = neutralPositions[v * 3 + 1]! + ny * lifted;
    positions[i * 3 + 2] = neutralPositions[v * 3 + 2]! + nz * lifted;
    normals[i * 3] = tx / size; normals[i * 3 + 1] = ty / size; normals[i * 3 + 2] = tz / size;
    uv[i * 2] = length; uv[i * 2 + 1] = hat;
    extra[i * 4] = x; extra[i * 4 + 1] = y; extra[i * 4 + 2] = z; extra[i * 4 + 3] = depth;
  }
  return mesh;
}

/** @param depths - of vertices, NaN where not yet asked */
function isBare(hairline: Hairline, canonical: Float32Array, depths: Float64Array, v: number): boolean {
  if (Number.isNaN(depths[v])) depths[v] = scalpDepthAbove(EDGE, hairline, canonical[v * 3]!, canonical[v * 3 + 1]!, canonical[v * 3 + 2]!);
  return depths[v]! < EDGE;
}
