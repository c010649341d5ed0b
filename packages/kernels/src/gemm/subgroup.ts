/**
 * GEMM from registers: one workgroup is one subgroup, each lane owns `vectors` vec4 columns of the weight and all
 * `rows` rows of the tile. Every value of x is loaded once per subgroup and reaches the other lanes by
 * `subgroupBroadcast` with a constant lane, so that loads (on software adapters scalar, bounds-checked gathers: the
 * whole cost) are paid once per rows x 4 vectors x 4 block of fma. No barrier, no workgroup memory. Measured on
 * lavapipe, f32 1024³: 50 GFLOP/s, against 6 to 11 for workgroup-memory tiles (bench/peers/NOTES.md).
 *
 * The body is generated, not a constant: accumulators in an array with a loop index spill to memory on these adapters,
 * and `subgroupBroadcast` wants its lane as a constant.
 */
export interface SubgroupTile {
  subgroupSize: number;
  /** A power of two. Below `subgroupSize`, lanes share rows and split K between them. */
  rows: number;
  /** vec4 columns per lane. */
  vectors: number;
}

export function subgroupBody({ subgroupSize, rows, vectors }: SubgroupTile): string {
  const i = range(rows);
  const j = range(vectors);
  const registers = range(Math.max(1, rows / subgroupSize)); // of x, each lane one row
  const chunks = range(Math.max(1, subgroupSize / rows)); // vec4 steps along K that one register covers
  const lanesPerChunk = Math.min(rows, subgroupSize);

  const multiplyRow = (row: number, chunk: number) => {
    const source = `subgroupBroadcast(x${Math.floor(row / subgroupSize)}, ${(chunk * lanesPerChunk + row) % subgroupSize}u)`;
    const sums = j.map((v) => `y${row}_${v} = ${[...'xyzw'].reduce((sum, s, k) => `fma(vec4f(x.${s}), w${v}_${k}, ${sum})`, `y${row}_${v}`)};`);
    return `{ let x = ${source}; ${sums.join(' ')} }`;
  };
  const multiplyChunk = (chunk: number) => `{
    let k = 4u * (k4 + ${chunk}u) * sizes.N4;
    ${j.map((v) => range(4).map((k) => `let w${v}_${k} = weight[k + ${k}u * sizes.N4 + column${v}];`).join(' ')).join('\n    ')}
    ${i.map((row) => multiplyRow(row, chunk)).join('\n    ')}
    }`;
  // Chunks past the end of K multiply weights that belong to nobody: x is zero there.
  const load = (g: number) => (chunks.length === 1 ? `load_x(start${g}, k4)` : `load_x_or_zero(start${g}, k4 + lane / ${lanesPerChunk}u)`);

  return `
fn load_x_or_zero(start: u32, k4: u32) -> vec4f {
  if (k4 >= sizes.K4) { return vec4f(); }
  return load_x(start, k4);
}

@compute @workgroup_size(${subgroupSize})
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = tile.y * ${rows}u;
  let column = tile.x * ${subgroupSize * vectors}u + lane;
  ${j.map((v) => `let column${v} = min(column + ${v * subgroupSize}u, sizes.N4 - 1u);`).join('\n  ')}
  ${registers.map((g) => `let start${g} = row_start(row + ${g * subgroupSize}u + lane % ${lanesPerChunk}u);`).join('\n  ')}
  ${i.map((r) => j.map((v) => `var y${r}_${v} = vec4f();`).join(' ')).join('\n  ')}
  for (var k4 = 0u; k4 < sizes.K4; k4 += ${chunks.length}u) {
    ${registers.map((g) => `let x${g} = ${load(g)};`).join(' ')}
    ${chunks.map(multiplyChunk).join('\n    ')}
  }
  ${j.map((v) => `{ let c = load_column(column${v}); ${i.map((r) => `store(row + ${r}u, column + ${v * subgroupSize}u, y${r}_${v}, c);`).join('\n    ')} }`).join('\n  ')}
}`;
}

const range = (n: number): number[] => [...Array(n).keys()];
