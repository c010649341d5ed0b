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
  /** A power of two. */
  rows: number;
  /** vec4 columns per lane. */
  vectors: number;
}

export function subgroupBody({ subgroupSize, rows, vectors }: SubgroupTile): string {
  const i = range(rows);
  const j = range(vectors);
  const registers = range(Math.ceil(rows / subgroupSize)); // of x: each lane one row; with fewer rows than lanes they repeat

  const multiplyRow = (row: number) => {
    const sums = j.map((v) => `y${row}_${v} = ${[...'xyzw'].reduce((sum, s, k) => `fma(vec4f(x.${s}), w${v}_${k}, ${sum})`, `y${row}_${v}`)};`);
    return `{ let x = subgroupBroadcast(x${Math.floor(row / subgroupSize)}, ${row % subgroupSize}u); ${sums.join(' ')} }`;
  };

  return `
@compute @workgroup_size(${subgroupSize})
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = tile.y * ${rows}u;
  let column = tile.x * ${subgroupSize * vectors}u + lane;
  ${j.map((v) => `let column${v} = min(column + ${v * subgroupSize}u, sizes.N4 - 1u);`).join('\n  ')}
  ${registers.map((g) => `let start${g} = row_start(row + ${g * subgroupSize}u + lane % ${Math.min(rows, subgroupSize)}u);`).join('\n  ')}
  ${i.map((r) => j.map((v) => `var y${r}_${v} = vec4f();`).join(' ')).join('\n  ')}
  for (var k4 = 0u; k4 < sizes.K4; k4++) {
    let k = 4u * k4 * sizes.N4;
    ${registers.map((g) => `let x${g} = load_x(start${g}, k4);`).join(' ')}
    ${j.map((v) => range(4).map((k) => `let w${v}_${k} = weight[k + ${k}u * sizes.N4 + column${v}];`).join(' ')).join('\n    ')}
    ${i.map(multiplyRow).join('\n    ')}
  }
  // A loop from here on: unrolled, the epilogue would be most of the code and double the time to compile.
  ${j.map((v) => `{
    let c = load_column(column${v});
    var y = array<vec4f, ${rows}>(${i.map((r) => `y${r}_${v}`).join(', ')});
    for (var i = 0u; i < ${rows}u; i++) { store(row + i, column + ${v * subgroupSize}u, y[i], c); }
  }`).join('\n  ')}
}`;
}

const range = (n: number): number[] => [...Array(n).keys()];
