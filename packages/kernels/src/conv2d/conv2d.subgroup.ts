/**
 * Implicit GEMM for software adapters: [pixels, kh * kw * Ci] x [kh * kw * Ci, Co] without ever building the left
 * matrix. On these adapters loads set the speed, since each lane's load is a bounds-checked scalar gather; so a
 * workgroup is one subgroup, every value is loaded once per subgroup and distributed by `subgroupBroadcast`, which is
 * a register operation. No barriers. Measured on lavapipe (8 lanes, 2026-11-22): 50-60 GFLOP/s where a tile in
 * workgroup memory stays below 11.
 *
 * Two mirrored forms:
 * - "columns": a lane owns outputs, pixels are broadcast. Best when Co fills whole tiles of 4 * vectors * lanes.
 * - "pixels": a lane owns pixels, weights are broadcast. Its tile is any multiple of 4 outputs, so that Co = 3 or 36
 *   wastes nothing.
 *
 * The inner statements are generated, because the lane of a `subgroupBroadcast` must be a constant expression, and
 * WGSL has no loops over those.
 */
import type { Kernel } from '../plan/kernel.ts';
import { convCommon, convHeader, convSuffix, type ConvVariant } from './epilogue.ts';

export interface ColumnsTile {
  form: 'columns';
  lanes: number;
  /** Pixels of a tile: a multiple of `lanes`. */
  rows: number;
  /** vec4s of outputs per lane. */
  vectors: number;
}

export interface PixelsTile {
  form: 'pixels';
  lanes: number;
  /** Pixels per lane. */
  pixels: number;
  /** vec4s of outputs of a tile. */
  vectors: number;
}

/** Subgroup sizes that have a measured tile. */
export const subgroupTileLanes: readonly number[] = [4, 8, 16];

/** Cost of one quad of outputs in a "pixels" tile that many quads wide, against a full "columns" tile (lavapipe, 8 lanes). */
const pixelsCost: readonly (readonly [vectors: number, cost: number])[] = [[8, 1.2], [6, 1.3], [4, 1.4], [3, 1.7], [2, 1.8], [1, 2.8]];

/**
 * Few widths on purpose: each is a pipeline to compile.
 *
 * @param outputQuads - vec4s of outputs: Co / 4, rounded up
 */
export function chooseSubgroupTile(lanes: number, outputQuads: number): ColumnsTile | PixelsTile {
  const rounded = (width: number) => Math.ceil(outputQuads / width) * width;
  const columnVectors = lanes === 4 ? 2 : 1;
  const pixels = pixelsCost.map(([vectors, cost]) => ({ vectors, cost: rounded(vectors) * cost })).reduce((a, b) => (b.cost < a.cost ? b : a));
  if (rounded(columnVectors * lanes) <= pixels.cost) return { form: 'columns', lanes, rows: lanes === 4 ? 16 : 4 * lanes, vectors: columnVectors };
  return { form: 'pixels', lanes, pixels: pixels.vectors <= 2 ? 8 : 4, vectors: pixels.vectors };
}

/** Outputs and pixels that one workgroup computes. */
export function tileExtent(tile: ColumnsTile | PixelsTile): { outputQuads: number; pixels: number } {
  return tile.form === 'columns' ? { outputQuads: tile.vectors * tile.lanes, pixels: tile.rows } : { outputQuads: tile.vectors, pixels: tile.pixels * tile.lanes };
}

export function conv2dSubgroupKernel(tile: ColumnsTile | PixelsTile, variant: ConvVariant): Kernel {
  const name = tile.form === 'columns' ? `${tile.rows}x${tile.vectors * tile.lanes * 4}` : `${tile.pixels * tile.lanes}x${tile.vectors * 4}`;
  return {
    label: `conv2d/subgroup${tile.lanes}/${tile.form} ${name}/${convSuffix(variant)}`,
    code: `enable subgroups;\n${convHeader(variant)}${convCommon(variant)}${tile.form === 'columns' ? columnsMain(tile) : pixelsMain(tile)}`,
    workgroupSize: [tile.lanes],
  };
}

const lines = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');
const components = ['x', 'y', 'z', 'w'] as const;

/** Shared by both forms: where lane-owned pixel `i` of the tile is, and its window at one tap. */
const pixelSetup = (i: number, offset: string): string => `  let pixel${i} = first_pixel + ${offset};
  let corner${i} = window_corner(min(pixel${i}, num_pixels - 1u));`;
const tapSetup = (i: number): string => `    let at${i} = corner${i} + vec2i(kx, ky);
    let inside${i} = is_inside(at${i});
    let base${i} = image_base(select(vec2i(), at${i}, inside${i}));`;

/**
 * The epilogue runs in a loop over sums that are parked in workgroup memory: spelled out per sum, its gathers and
 * scatters take LLVM 3 to 10 s to compile. (The loop's bound is not a constant, or Mesa would unroll it again.) A lane
 * reads back only what it wrote, so that no barrier is needed.
 */
const stage = (lanes: number, sums: number): string => `
const LANES = ${lanes}u;
var<workgroup> stage : array<vec4f, ${sums * lanes}>;
`;

const columnsMain = ({ lanes, rows, vectors }: ColumnsTile): string => `${stage(lanes, rows * vectors)}
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let num_pixels = dims.output_height * dims.output_width;
  let first_pixel = (group.z * groups.y + group.y) * ${rows}u;
  let input_quads = (dims.input_channels + 3u) / 4u;
  let output_quads = (dims.output_channels + 3u) / 4u;
${lines(vectors, (v) => `  let column${v} = min(group.x * ${vectors * lanes}u + ${v * lanes}u + lane, output_quads - 1u);`)}
${lines(rows / lanes, (g) => pixelSetup(g, `${g * lanes}u + lane`))}
${lines(rows, (r) => lines(vectors, (v) => `  var sum${r}_${v} = vec4f();`))}
  var row = 0u;
  for (var ky = 0; ky < i32(dims.kernel_height); ky++) {
  for (var kx = 0; kx < i32(dims.kernel_width); kx++) {
${lines(rows / lanes, tapSetup)}
    for (var quad = 0u; quad < input_quads; quad++) {
${lines(4, (k) => lines(vectors, (v) => `      let w${k}_${v} = weight[row + ${k}u * output_quads + column${v}];`))}
${lines(rows / lanes, (g) => `      let a${g} = select(vec4f(), read_image(base${g}, quad), inside${g});`)}
${lines(rows, (r) => `      { let a = subgroupBroadcast(a${Math.floor(r / lanes)}, ${r % lanes}u);
${lines(vectors, (v) => `        sum${r}_${v} = fma(vec4f(a.w), w3_${v}, fma(vec4f(a.z), w2_${v}, fma(vec4f(a.y), w1_${v}, fma(vec4f(a.x), w0_${v}, sum${r}_${v}))));`)} }`)}
      row += 4u * output_quads;
    }
  } }
${lines(rows, (r) => lines(vectors, (v) => `  stage[${r * vectors + v}u * LANES + lane] = sum${r}_${v};`))}
  let num_rows = min(${rows}u, num_pixels - first_pixel);
  for (var i = 0u; i < num_rows * ${vectors}u; i++) {
    let quad = group.x * ${vectors * lanes}u + i % ${vectors}u * LANES + lane;
    if (quad < output_quads) { write_result(first_pixel + i / ${vectors}u, quad, stage[i * LANES + lane]); }
  }
}
`;

const pixelsMain = ({ lanes, pixels, vectors }: PixelsTile): string => {
  const loads = Math.ceil((4 * vectors) / lanes); // vec4s of weights per lane and step
  return `${stage(lanes, pixels * vectors)}
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let num_pixels = dims.output_height * dims.output_width;
  let first_pixel = (group.z * groups.y + group.y) * ${pixels * lanes}u;
  let first_quad = group.x * ${vectors}u;
  let input_quads = (dims.input_channels + 3u) / 4u;
  let output_quads = (dims.output_channels + 3u) / 4u;
${lines(loads, (l) => `  let entry${l} = min(${l * lanes}u + lane, ${4 * vectors - 1}u);
  let offset${l} = entry${l} / ${vectors}u * output_quads + min(first_quad + entry${l} % ${vectors}u, output_quads - 1u);`)}
${lines(pixels, (p) => pixelSetup(p, `${p * lanes}u + lane`))}
${lines(pixels, (p) => lines(vectors, (v) => `  var sum${p}_${v} = vec4f();`))}
  var row = 0u;
  for (var ky = 0; ky < i32(dims.kernel_height); ky++) {
  for (var kx = 0; kx < i32(dims.kernel_width); kx++) {
${lines(pixels, tapSetup)}
    for (var quad = 0u; quad < input_quads; quad++) {
${lines(loads, (l) => `      let w${l} = weight[row + offset${l}];`)}
${lines(pixels, (p) => `      let a${p} = select(vec4f(), read_image(base${p}, quad), inside${p});`)}
${lines(4 * vectors, (i) => `      { let w = subgroupBroadcast(w${Math.floor(i / lanes)}, ${i % lanes}u);
${lines(pixels, (p) => `        sum${p}_${i % vectors} = fma(vec4f(a${p}.${components[Math.floor(i / vectors)]}), w, sum${p}_${i % vectors});`)} }`)}
      row += 4u * output_quads;
    }
  } }
${lines(pixels, (p) => lines(vectors, (v) => `  stage[${p * vectors + v}u * LANES + lane] = sum${p}_${v};`))}
  let num_quads = min(${vectors}u, output_quads - first_quad);
  for (var i = 0u; i < ${pixels}u * num_quads; i++) {
    let p = i / num_quads;
    let v = i % num_quads;
    let pixel = first_pixel + p * LANES + lane;
    if (pixel < num_pixels) { write_result(pixel, first_quad + v, stage[(p * ${vectors}u + v) * LANES + lane]); }
  }
}
`;
};
