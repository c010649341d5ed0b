/**
 * Attention for software adapters: online softmax (Milakov & Gimelshein 2018) with both matrix products in registers.
 * A workgroup is one subgroup and owns ROWS query rows of one head. Keys pass by in blocks of 4 * lanes:
 *
 * - Scores: a lane owns four keys of the block and all rows. Queries are loaded once (lane = row) and broadcast.
 * - Weighted values: a lane owns 64 / (4 * lanes) quads of the output and all rows. The weights need no load at all:
 *   the scores of keys 4 l … 4 l + 3 sit in lane l as one vec4, and `subgroupShuffle` hands it to everyone.
 *
 * Row maxima go over lanes by a butterfly; sums stay per lane until the end. Measured on lavapipe (8 lanes,
 * 2026-11-22): 45 GFLOP/s at 4 heads, 512 tokens. `subgroupMax` costs 15 % of that; 32 rows win nothing and compile
 * five times as long.
 *
 * The statements are generated: lanes of a broadcast are constant expressions, and arrays with a running index would
 * live in memory.
 */
import type { Kernel } from '../plan/kernel.ts';
import { headDim } from './prepare.ts';

export const attentionTileRows = (lanes: number): number => (lanes === 4 ? 8 : 16);

/**
 * @param lanes - 4, 8 or 16
 * @param isJoint - keys come from two sources, else the second pair of bindings is not read
 */
export function attentionSubgroupKernel(lanes: number, isJoint: boolean): Kernel {
  const tile: Tile = { lanes, rows: attentionTileRows(lanes), vectors: headDim / 4 / lanes };
  const sources = [keyLoop(tile, 'first'), ...(isJoint ? [keyLoop(tile, 'second')] : [])];
  return {
    label: `attention/subgroup${lanes}${isJoint ? '/joint' : ''}`,
    code: `enable subgroups;\n${bindings}${butterfly(lanes)}${main(tile, sources)}`,
    workgroupSize: [lanes],
  };
}

interface Tile {
  lanes: number;
  rows: number;
  /** Output quads per lane. */
  vectors: number;
}

const bindings = /* wgsl */ `
const LOWEST = -3e38;
struct Dims { tokens: u32, first_keys: u32, second_keys: u32, heads: u32 }
@group(0) @binding(0) var<storage, read>       query        : array<vec4f>;   // [N, T, 64], scaled for exp2
@group(0) @binding(1) var<storage, read>       first_key    : array<vec4f>;   // [N, S1, 64]
@group(0) @binding(2) var<storage, read>       first_value  : array<vec4f>;   // [N, S1, 64]
@group(0) @binding(3) var<storage, read>       second_key   : array<vec4f>;   // [N, S2, 64]
@group(0) @binding(4) var<storage, read>       second_value : array<vec4f>;   // [N, S2, 64]
@group(0) @binding(5) var<storage, read_write> result       : array<vec4f>;   // [T, N, 64]
@group(0) @binding(6) var<uniform>             dims         : Dims;
`;

const lines = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');

const butterfly = (lanes: number): string => `
fn max_over_lanes(x: f32) -> f32 {
  var highest = x;
${lines(Math.log2(lanes), (i) => `  highest = max(highest, subgroupShuffleXor(highest, ${1 << i}u));`)}
  return highest;
}
`;

const main = ({ lanes, rows, vectors }: Tile, loops: readonly string[]): string => `
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let first_row = group.x * ${rows}u;
  let head = group.y;
${lines(rows / lanes, (g) => `  let query_row${g} = (head * dims.tokens + min(first_row + ${g * lanes}u + lane, dims.tokens - 1u)) * 16u;`)}
${lines(rows, (r) => `  var highest${r} = LOWEST; var total${r} = 0.0;\n${lines(vectors, (v) => `  var sum${r}_${v} = vec4f();`)}`)}
${loops.join('\n')}
${lines(rows, (r) => `  { let scale = 1.0 / subgroupAdd(total${r});
    if (first_row + ${r}u < dims.tokens) {
      let at = ((first_row + ${r}u) * dims.heads + head) * 16u + lane;
${lines(vectors, (v) => `      result[at + ${v * lanes}u] = sum${r}_${v} * scale;`)}
    } }`)}
}
`;

const keyLoop = ({ lanes, rows, vectors }: Tile, source: 'first' | 'second'): string => `
  for (var start = 0u; start < dims.${source}_keys; start += ${4 * lanes}u) {
    let base = head * dims.${source}_keys;
    let last = dims.${source}_keys - 1u;
${lines(4, (k) => `    let key_row${k} = (base + min(start + 4u * lane + ${k}u, last)) * 16u;`)}
${lines(rows, (r) => `    var score${r} = vec4f();`)}
    for (var d = 0u; d < 16u; d++) {
${lines(4, (k) => `      let k${k} = ${source}_key[key_row${k} + d];`)}
      let kx = vec4f(k0.x, k1.x, k2.x, k3.x); let ky = vec4f(k0.y, k1.y, k2.y, k3.y);
      let kz = vec4f(k0.z, k1.z, k2.z, k3.z); let kw = vec4f(k0.w, k1.w, k2.w, k3.w);
${lines(rows / lanes, (g) => `      let q${g} = query[query_row${g} + d];`)}
${lines(rows, (r) => `      { let q = subgroupBroadcast(q${Math.floor(r / lanes)}, ${r % lanes}u);
        score${r} = fma(vec4f(q.w), kw, fma(vec4f(q.z), kz, fma(vec4f(q.y), ky, fma(vec4f(q.x), kx, score${r})))); }`)}
    }
    let exists = vec4u(start + 4u * lane) + vec4u(0u, 1u, 2u, 3u) <= vec4u(last);
${lines(rows, (r) => `    { let score = select(vec4f(LOWEST), score${r}, exists);
      let block_highest = max(highest${r}, max_over_lanes(max(max(score.x, score.y), max(score.z, score.w))));
      let shrink = exp2(highest${r} - block_highest);
      highest${r} = block_highest;
      score${r} = exp2(score - block_highest);
      total${r} = fma(total${r}, shrink, (score${r}.x + score${r}.y) + (score${r}.z + score${r}.w));
${lines(vectors, (v) => `      sum${r}_${v} *= shrink;`)} }`)}
    for (var owner = 0u; owner < ${lanes}u; owner++) {
${lines(4, (k) => `      let value_row${k} = (base + min(start + 4u * owner + ${k}u, last)) * 16u + lane;\n${lines(vectors, (v) => `      let v${k}_${v} = ${source}_value[value_row${k} + ${v * lanes}u];`)}`)}
${lines(rows, (r) => `      { let p = subgroupShuffle(score${r}, owner);
${lines(vectors, (v) => `        sum${r}_${v} = fma(vec4f(p.w), v3_${v}, fma(vec4f(p.z), v2_${v}, fma(vec4f(p.y), v1_${v}, fma(vec4f(p.x), v0_${v}, sum${r}_${v}))));`)} }`)}
    }
  }`;
