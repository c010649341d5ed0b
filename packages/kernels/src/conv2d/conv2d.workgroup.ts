/**
 * Implicit GEMM for real GPUs and for adapters without subgroups of a fixed size: 64 invocations share a tile of
 * 32 pixels x 32 outputs; image and weights are staged in workgroup memory, 32 rows of the (never built) im2col
 * matrix at a time. Each invocation owns 4 pixels x 4 outputs.
 */
import type { Kernel } from '../plan/kernel.ts';
import { convCommon, convHeader, convSuffix, type ConvVariant } from './epilogue.ts';

export const workgroupTile = { outputQuads: 8, pixels: 32 } as const;

export function conv2dWorkgroupKernel(variant: ConvVariant): Kernel {
  return { label: `conv2d/workgroup/${convSuffix(variant)}`, code: convHeader(variant) + convCommon(variant) + main, workgroupSize: [8, 8] };
}

const main = /* wgsl */ `
const TILE_PIXELS = 32u;
const TILE_QUADS = 8u;   // of outputs
const TILE_DEPTH = 8u;   // quads of im2col rows

var<workgroup> image_tile  : array<array<vec4f, TILE_DEPTH>, TILE_PIXELS>;
var<workgroup> weight_tile : array<array<vec4f, TILE_QUADS>, 4u * TILE_DEPTH>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let num_pixels = dims.output_height * dims.output_width;
  let first_pixel = (group.z * groups.y + group.y) * TILE_PIXELS;
  let first_quad = group.x * TILE_QUADS;
  let input_quads = (dims.input_channels + 3u) / 4u;
  let output_quads = (dims.output_channels + 3u) / 4u;
  let depth = dims.kernel_height * dims.kernel_width * input_quads;
  let column = min(first_quad + local.x, output_quads - 1u);
  var sums : array<vec4f, 4>;

  for (var start = 0u; start < depth; start += TILE_DEPTH) {
    let d = start + local.x;   // this invocation loads image quad d of four pixels ...
    let tap = d / input_quads;
    for (var i = 0u; i < 4u; i++) {
      let slot = 8u * i + local.y;
      let at = window_corner(min(first_pixel + slot, num_pixels - 1u)) + vec2i(i32(tap % dims.kernel_width), i32(tap / dims.kernel_width));
      var value = vec4f();
      if (d < depth && is_inside(at)) { value = read_image(image_base(at), d % input_quads); }
      image_tile[slot][local.x] = value;
    }
    for (var i = 0u; i < 4u; i++) {   // ... and four weight rows of its own column
      let slot = 8u * i + local.y;
      weight_tile[slot][local.x] = weight[min(4u * start + slot, 4u * depth - 1u) * output_quads + column];
    }
    workgroupBarrier();   // both tiles are complete before anyone reads them
    for (var k = 0u; k < TILE_DEPTH; k++) {
      let w0 = weight_tile[4u * k][local.x];
      let w1 = weight_tile[4u * k + 1u][local.x];
      let w2 = weight_tile[4u * k + 2u][local.x];
      let w3 = weight_tile[4u * k + 3u][local.x];
      for (var i = 0u; i < 4u; i++) {
        let a = image_tile[8u * i + local.y][k];
        sums[i] = fma(vec4f(a.w), w3, fma(vec4f(a.z), w2, fma(vec4f(a.y), w1, fma(vec4f(a.x), w0, sums[i]))));
      }
    }
    workgroupBarrier();   // nobody overwrites a tile that others still read
  }

  if (first_quad + local.x < output_quads) {
    for (var i = 0u; i < 4u; i++) {
      let pixel = first_pixel + 8u * i + local.y;
      if (pixel < num_pixels) { write_result(pixel, first_quad + local.x, sums[i]); }
    }
  }
}
`;
