/**
 * GEMM from workgroup memory, for real GPUs and for adapters without subgroups of a known size. A workgroup of 128
 * invocations owns a tile of 8 ROWS x 64 columns; 16 rows of K are staged at a time; each invocation sums ROWS x vec4.
 */
export interface WorkgroupTile {
  /** Rows per invocation: the tile has 8 times as many. */
  rows: number;
}

export const workgroupTileColumns = 64;

export function workgroupBody({ rows }: WorkgroupTile): string {
  return `\nconst ROWS = ${rows}u;${body}`;
}

const body = /* wgsl */ `
const TILE_ROWS = 8u * ROWS;
const STEP4 = 4u;  // vectors of K staged at a time
var<workgroup> x_tile      : array<array<vec4f, STEP4>, TILE_ROWS>;
var<workgroup> weight_tile : array<array<vec4f, 16>, 4u * STEP4>;

@compute @workgroup_size(16, 8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32) {
  let first_row = tile.y * TILE_ROWS;
  let column = tile.x * 16u + local.x;
  var sums : array<vec4f, ROWS>;
  for (var k4 = 0u; k4 < sizes.K4; k4 += STEP4) {
    workgroupBarrier();  // the previous step's tiles have been read
    for (var i = index; i < TILE_ROWS * STEP4; i += 128u) {
      let k = k4 + i % STEP4;
      var value = vec4f();
      if (k < sizes.K4) { value = load_x(row_start(first_row + i / STEP4), k); }
      x_tile[i / STEP4][i % STEP4] = value;
    }
    for (var i = index; i < 16u * 4u * STEP4; i += 128u) {
      let k = min(4u * k4 + i / 16u, 4u * sizes.K4 - 1u);  // past the end x is zero, any finite weight will do
      weight_tile[i / 16u][i % 16u] = weight[k * sizes.N4 + min(tile.x * 16u + i % 16u, sizes.N4 - 1u)];
    }
    workgroupBarrier();  // this step's tiles are complete
    for (var step = 0u; step < STEP4; step++) {
      let w0 = weight_tile[4u * step][local.x];
      let w1 = weight_tile[4u * step + 1u][local.x];
      let w2 = weight_tile[4u * step + 2u][local.x];
      let w3 = weight_tile[4u * step + 3u][local.x];
      for (var r = 0u; r < ROWS; r++) {
        let value = x_tile[local.y * ROWS + r][step];
        sums[r] = fma(vec4f(value.w), w3, fma(vec4f(value.z), w2, fma(vec4f(value.y), w1, fma(vec4f(value.x), w0, sums[r]))));
      }
    }
  }
  let c = load_column(min(column, sizes.N4 - 1u));
  for (var r = 0u; r < ROWS; r++) { store(first_row + local.y * ROWS + r, column, sums[r], c); }
}`;
