/**
 * Attention for real GPUs and for adapters without subgroups of a fixed size: online softmax (Milakov & Gimelshein
 * 2018), tiled as FlashAttention. 64 invocations own 16 query rows of one head, four invocations a row; 16 keys at a
 * time pass through workgroup memory.
 */
import type { Kernel } from '../plan/kernel.ts';

export const workgroupTileRows = 16;

export const attentionWorkgroupKernel: Kernel = {
  label: 'attention/workgroup',
  workgroupSize: [64],
  code: /* wgsl */ `
const TILE_ROWS = 16u;
const TILE_KEYS = 16u;
const LOWEST = -3e38;

struct Dims { tokens: u32, first_keys: u32, second_keys: u32, heads: u32 }
@group(0) @binding(0) var<storage, read>       query        : array<vec4f>;   // [N, T, 64], scaled for exp2
@group(0) @binding(1) var<storage, read>       first_key    : array<vec4f>;   // [N, S1, 64]
@group(0) @binding(2) var<storage, read>       first_value  : array<vec4f>;   // [N, S1, 64]
@group(0) @binding(3) var<storage, read>       second_key   : array<vec4f>;   // [N, S2, 64]
@group(0) @binding(4) var<storage, read>       second_value : array<vec4f>;   // [N, S2, 64]
@group(0) @binding(5) var<storage, read_write> result       : array<vec4f>;   // [T, N, 64]
@group(0) @binding(6) var<uniform>             dims         : Dims;

var<workgroup> key_tile   : array<array<vec4f, 16>, TILE_KEYS>;
var<workgroup> value_tile : array<array<vec4f, 16>, TILE_KEYS>;
var<workgroup> query_tile : array<array<vec4f, 16>, TILE_ROWS>;
var<workgroup> score_tile : array<array<f32, TILE_KEYS>, TILE_ROWS>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = local / 4u;    // of the tile
  let part = local % 4u;   // this invocation: scores of keys part, part + 4, ... and output quads part, part + 4, ...
  let head = group.y;
  let token = group.x * TILE_ROWS + row;
  for (var i = 0u; i < 4u; i++) {
    query_tile[row][part + 4u * i] = query[(head * dims.tokens + min(token, dims.tokens - 1u)) * 16u + part + 4u * i];
  }
  var highest = LOWEST;
  var total = 0.0;
  var sums : array<vec4f, 4>;

  let num_keys = dims.first_keys + dims.second_keys;
  for (var start = 0u; start < num_keys; start += TILE_KEYS) {
    let key_index = min(start + row, num_keys - 1u);   // this row of the workgroup loads one key
    for (var i = 0u; i < 4u; i++) {
      let quad = part + 4u * i;
      if (key_index < dims.first_keys) {
        key_tile[row][quad] = first_key[(head * dims.first_keys + key_index) * 16u + quad];
        value_tile[row][quad] = first_value[(head * dims.first_keys + key_index) * 16u + quad];
      } else {
        key_tile[row][quad] = second_key[(head * dims.second_keys + key_index - dims.first_keys) * 16u + quad];
        value_tile[row][quad] = second_value[(head * dims.second_keys + key_index - dims.first_keys) * 16u + quad];
      }
    }
    workgroupBarrier();   // keys and values (and, the first time, queries) are complete
    for (var i = 0u; i < 4u; i++) {
      let k = part + 4u * i;
      var products = vec4f();
      for (var d = 0u; d < 16u; d++) { products = fma(query_tile[row][d], key_tile[k][d], products); }
      score_tile[row][k] = select(LOWEST, dot(products, vec4f(1.0)), start + k < num_keys);
    }
    workgroupBarrier();   // all scores of the row are there

    var tile_highest = highest;
    for (var k = 0u; k < TILE_KEYS; k++) { tile_highest = max(tile_highest, score_tile[row][k]); }
    let shrink = exp2(highest - tile_highest);
    highest = tile_highest;
    total *= shrink;
    for (var i = 0u; i < 4u; i++) { sums[i] *= shrink; }
    for (var k = 0u; k < TILE_KEYS; k++) {
      let weight = exp2(score_tile[row][k] - highest);
      total += weight;
      for (var i = 0u; i < 4u; i++) { sums[i] = fma(vec4f(weight), value_tile[k][part + 4u * i], sums[i]); }
    }
    workgroupBarrier();   // nobody overwrites tiles that others still read
  }
  if (token < dims.tokens) {
    for (var i = 0u; i < 4u; i++) { result[(token * dims.heads + head) * 16u + part + 4u * i] = sums[i] / total; }
  }
}
`,
};
