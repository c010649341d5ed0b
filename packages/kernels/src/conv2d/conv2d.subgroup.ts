/**
 * Implicit GEMM for software adapters: [pixels, kh * kw * Ci] x [kh * kw * Ci, Co] without ever building the left
 * matrix. On these adapters loads set the speed, since each lane's load is a bounds-checked scalar gather; so a
 * workgroup is one subgroup, every value is loaded once per subgroup, and the weights are distributed by
 * `subgroupBroadcast`, which is a register operation. No barriers.
 *
 * A lane owns a few pixels and all outputs of the tile. (The mirror image, where a lane owns outputs and pixels are
 * broadcast, is exactly as fast but wastes lanes on Co = 3 or 36.) Measured on lavapipe, 2 cores, 2026-11-23: 50 to 61
 * GFLOP/s on the autoencoder's layers beside 59 for our GEMM 1024³; tiles in workgroup memory stay below 11.
 *
 * The inner statements are generated, because the lane of a `subgroupBroadcast` must be a constant expression, and
 * WGSL has no loops over those.
 */
import type { Kernel } from '../plan/kernel.ts';
import { convCommon, convHeader, convSuffix, type ConvVariant } from './epilogue.ts';

export interface SubgroupConvTile {
  lanes: number;
  /** Pixels per lane. */
  pixels: number;
  /** vec4s of outputs. */
  vectors: number;
}

/** Subgroup sizes that have a measured tile. */
export const subgroupTileLanes: readonly number[] = [4, 8, 16];

/**
 * Time per vec4 of outputs against the best tile, in CPU time on SwiftShader (4 lanes) and lavapipe (8). Larger tiles
 * than these spill. Few widths on purpose: each is a pipeline to compile.
 */
const measuredTiles = {
  4: [
    { vectors: 4, pixels: 4, cost: 1 },
    { vectors: 6, pixels: 4, cost: 1.08 },
    { vectors: 3, pixels: 4, cost: 1.1 },
    { vectors: 2, pixels: 8, cost: 1.08 },
    { vectors: 1, pixels: 8, cost: 1.7 },
  ],
  8: [
    { vectors: 8, pixels: 4, cost: 1 },
    { vectors: 6, pixels: 4, cost: 1.17 },
    { vectors: 4, pixels: 4, cost: 1.3 },
    { vectors: 3, pixels: 4, cost: 1.41 },
    { vectors: 2, pixels: 4, cost: 1.62 },
    { vectors: 1, pixels: 4, cost: 2.4 },
  ],
} as const;

/** @param outputQuads - vec4s of outputs: Co / 4, rounded up */
export function chooseSubgroupTile(lanes: number, outputQuads: number): SubgroupConvTile {
  const time = ({ vectors, cost }: { vectors: number; cost: number }) => Math.ceil(outputQuads / vectors) * vectors * cost;
  const candidates: readonly { vectors: number; pixels: number; cost: number }[] = measuredTiles[lanes === 4 ? 4 : 8];
  const { vectors, pixels } = candidates.reduce((best, tile) => (time(tile) < time(best) ? tile : best));
  return { lanes, pixels, vectors };
}

export function conv2dSubgroupKernel(tile: SubgroupConvTile, variant: ConvVariant): Kernel {
  return {
    label: `conv2d/subgroup${tile.lanes}/${tile.pixels * tile.lanes}x${tile.vectors * 4}/${convSuffix(variant)}`,
    code: `enable subgroups;\n${convHeader(variant)}${convCommon(variant)}${main(tile)}`,
    workgroupSize: [tile.lanes],
  };
}

const lines = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');
const components = ['x', 'y', 'z', 'w'] as const;

/**
 * The epilogue runs in a loop over sums that are parked in workgroup memory: spelled out per sum, its gathers and
 * scatters take LLVM 3 to 10 s to compile. (The loop's bound is not a constant, or Mesa would unroll it again.) A lane
 * reads back only what it wrote, so that no barrier is needed.
 */
const main = ({ lanes, pixels, vectors }: SubgroupConvTile): string => {
  const loads = Math.ceil((4 * vectors) / lanes); // vec4s of weights per lane and step
  return `
const LANES = ${lanes}u;
var<workgroup> stage : array<vec4f, ${pixels * vectors * lanes}>;

@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let num_pixels = dims.output_height * dims.output_width;
  let first_pixel = (group.z * groups.y + group.y) * ${pixels * lanes}u;
  let first_quad = group.x * ${vectors}u;
  let input_quads = (dims.input_channels + 3u) / 4u;
  let output_quads = (dims.output_channels + 3u) / 4u;
${lines(loads, (l) => `  let entry${l} = min(${l * lanes}u + lane, ${4 * vectors - 1}u);
  let offset${l} = entry${l} / ${vectors}u * output_quads + min(first_quad + entry${l} % ${vectors}u, output_quads - 1u);`)}
${lines(pixels, (p) => `  let corner${p} = window_corner(min(first_pixel + ${p * lanes}u + lane, num_pixels - 1u));`)}
${lines(pixels, (p) => lines(vectors, (v) => `  var sum${p}_${v} = vec4f();`))}
  var row = 0u;
  for (var ky = 0; ky < i32(dims.kernel_height); ky++) {
  for (var kx = 0; kx < i32(dims.kernel_width); kx++) {
${lines(pixels, (p) => `    let at${p} = corner${p} + vec2i(kx, ky);
    let inside${p} = is_inside(at${p});
    let base${p} = image_base(select(vec2i(), at${p}, inside${p}));`)}
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
