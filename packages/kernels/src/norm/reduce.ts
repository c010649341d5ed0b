/**
 * How one workgroup reduces a row. With a known subgroup size the workgroup is one subgroup: no barrier, no workgroup
 * memory (on software adapters a barrier turns the kernel into a coroutine). Otherwise 64 invocations and a tree.
 */
import type { Gpu } from '../gpu/gpu.ts';

export interface RowReduction {
  /** Names the variant in labels. */
  name: string;
  /** WGSL: directives, `const LANES`, `fn reduce_sum(x, lane)`, `fn reduce_max(x, lane)`. Comes first in a module. */
  wgsl: string;
}

export function rowReduction(gpu: Gpu): RowReduction {
  const { subgroupSize } = gpu.info;
  if (subgroupSize === 0) return { name: 'workgroup', wgsl: workgroupTree };
  return { name: `subgroup${subgroupSize}`, wgsl: `enable subgroups;\nconst LANES = ${subgroupSize}u;\n${subgroupBuiltins}` };
}

const subgroupBuiltins = /* wgsl */ `
fn reduce_sum(x: f32, lane: u32) -> f32 { return subgroupAdd(x); }
fn reduce_max(x: f32, lane: u32) -> f32 { return subgroupMax(x); }
`;

const workgroupTree = /* wgsl */ `
const LANES = 64u;
var<workgroup> partial : array<f32, LANES>;

fn reduce_sum(x: f32, lane: u32) -> f32 {
  workgroupBarrier();  // the previous reduction's result has been read
  partial[lane] = x;
  for (var step = LANES / 2u; step > 0u; step /= 2u) {
    workgroupBarrier();  // the partial sums of the wider step are written
    if (lane < step) { partial[lane] += partial[lane + step]; }
  }
  workgroupBarrier();  // partial[0] is complete
  return partial[0];
}

fn reduce_max(x: f32, lane: u32) -> f32 {
  workgroupBarrier();  // the previous reduction's result has been read
  partial[lane] = x;
  for (var step = LANES / 2u; step > 0u; step /= 2u) {
    workgroupBarrier();  // the partial maxima of the wider step are written
    if (lane < step) { partial[lane] = max(partial[lane], partial[lane + step]); }
  }
  workgroupBarrier();  // partial[0] is complete
  return partial[0];
}
`;
