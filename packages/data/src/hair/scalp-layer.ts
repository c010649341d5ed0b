/**
 * The skin of the skull under the hair, lifted a little: what shows between strands. Its normals are the direction in which
 * the hair is combed, so that it takes the same highlights; its edge is feathered by the material.
 */
import type { Mesh } from '../render/drawable.ts';
import { PARTS } from '../heads/head-model.ts';
import { combAt } from './comb.ts';
import { type Ground, lengthAt, volumeAt } from './grow.ts';
import { noise3, smoothstep } from './noise.ts';
import { scalpDepth } from './scalp.ts';

/** `extra` = canonical position, depth inside the hair (cm). `uv` = length of the hair (cm), share covered by a hat. */
export function scalpLayer({ head, look, covered }: Ground): Mesh {
  const { model: { triangles, parts, canonical }, neutralPositions, neutralNormals } = head;
  const index = new Map<number, number>(), vertices: number[] = [], kept: number[] = [];
  const depths = new Map<number, number>();
  const depthOf = (v: number) => {
    let depth = depths.get(v);
    if (depth === undefined) {
      depth = scalpDepth(look.hairline, canonical[v * 3]!, canonical[v * 3 + 1]!, canonical[v * 3 + 2]!);
      depths.set(v, depth);
    }
    return depth;
  };
  const skin = PARTS.indexOf('skin');
  for (let t = 0; t < parts.length; t++) {
    if (parts[t] !== skin) continue;
    const corners = [triangles[t * 3]!, triangles[t * 3 + 1]!, triangles[t * 3 + 2]!];
    if (corners.every((v) => depthOf(v) < -0.4)) continue;
    for (const v of corners) {
      let at = index.get(v);
      if (at === undefined) { at = vertices.length; index.set(v, at); vertices.push(v); }
      kept.push(at);
    }
  }
  const R = vertices.length;
  const mesh: Mesh = {
    positions: new Float32Array(R * 3), normals: new Float32Array(R * 3), uv: new Float32Array(R * 2), extra: new Float32Array(R * 4),
    triangles: Uint32Array.from(kept), version: 0,
  };
  const comb = new Float64Array(3), roped = look.ropes !== null;
  vertices.forEach((v, i) => {
    const [x, y, z] = [canonical[v * 3]!, canonical[v * 3 + 1]!, canonical[v * 3 + 2]!];
    const [nx, ny, nz] = [neutralNormals[v * 3]!, neutralNormals[v * 3 + 1]!, neutralNormals[v * 3 + 2]!];
    const depth = depthOf(v), length = lengthAt(look, y, z), hat = covered?.(x, y, z) ?? 0;
    const thick = Math.min(volumeAt(look, y, z), 0.6 * length) * smoothstep(0.4, 3, depth) * (1 - hat);
    const lifted = 0.035 + (roped ? 0 : (look.comb.field === 'out' ? 0.5 + 0.25 * noise3(x * 0.6, y * 0.6, z * 0.6 + look.seed % 53) : 0.4) * thick);
    combAt(look, x >= look.comb.part ? 1 : -1, x, y, z, nx, ny, nz, comb);
    let [tx, ty, tz] = [comb[0]!, comb[1]!, comb[2]!];
    if (Math.hypot(tx, ty, tz) < 1e-3) [tx, ty, tz] = [ny, -nx, 0.01];
    const size = Math.hypot(tx, ty, tz);
    for (let k = 0; k < 3; k++) mesh.positions[i * 3 + k] = neutralPositions[v * 3 + k]! + [nx, ny, nz][k]! * lifted;
    mesh.normals.set([tx / size, ty / size, tz / size], i * 3);
    mesh.uv.set([length, hat], i * 2);
    mesh.extra.set([x, y, z, depth], i * 4);
  });
  return mesh;
}
