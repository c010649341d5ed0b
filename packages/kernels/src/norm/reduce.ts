/**
 * How one workgroup reduces a row. With a known subgroup size the workgroup is one subgroup: no barrier, no workgroup
 * memory (on software adapters a barrier turns the kernel into a coroutine). Otherwise 64 invocations share their partial
 * results and each adds them all up: two barriers, where a tree needs eight.
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
  if (subgroupSize === 0) return { name: 'workgroup', wgsl: workgroupSums };
  return { name: `subgroup${subgroupSize}`, wgsl: `enable subgroups;\nconst LANES = ${subgroupSize}u;\n${subgroupBuiltins}` };
}

const subgroupBuiltins = /* wgsl */ `
fn reduce_sum(x: f32, lane: u32) -> f32 { return subgroupAdd(x); }
fn reduce_max(x: f32, lane: u32) -> f32 { return subgroupMax(x); }
`;

const workgroupSums = /* wgsl */ `
const LANES = 64u;
var<workgroup> partial : array<f32, LANES>;

fn share(x: f32, lane: u32) {
  workgroupBarrier();  // the previous reduction's partial results have been read
  partial[lane] = x;
  workgroupBarrier();  // all partial results of this reduction are written
}

fn reduce_sum(x: f32, lane: u32) -> f32 {
  share(x, lane);
  var sum = 0.0;
  for (var i = 0u; i < LANES; i++) { sum += partial[i]; }
  return sum;
}

fn reduce_max(x: f32, lane: u32) -> f32 {
  share(x, lane);
  var largest = partial[0];
  for (var i = 1u; i < LANES; i++) { largest = max(largest, partial[i]); }
  return largest;
}
`;
