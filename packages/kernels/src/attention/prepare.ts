/**
 * From projected tokens to heads: RMS norm, gain and rotation of queries and keys, and the change from token-major
 * `[T, 3 N 64]` to head-major `[N, T, 64]`, in one pass. Attention itself then streams rows of 64 without arithmetic
 * on load: each key is read once per tile of queries, but normalised only here.
 */
import type { Kernel } from '../plan/kernel.ts';
import { flatIndexWgsl, gridFor, type Operand, type Ops, type TensorRef } from '../plan/ops.ts';

export const headDim = 64;

interface ProjectedStream {
  qkv: TensorRef;
  queryGain?: Operand;
  keyGain?: Operand;
  rotary?: Operand;
}

/** Queries come out multiplied by log2(e) / 8, so that the softmax is a plain `exp2` of the dot product. */
export function prepareHeads(ops: Ops, stream: ProjectedStream, numHeads: number, needsQuery: boolean): { query?: TensorRef; key: TensorRef; value: TensorRef } {
  const { qkv, queryGain, keyGain, rotary } = stream;
  const tokens = qkv.shape[0]!;
  const head = (part: number, gain: Operand | undefined, rotation: Operand | undefined, scale: number, label: string): TensorRef => {
    const result = ops.empty([numHeads, tokens, headDim], 'f32', label);
    ops.dispatch({
      kernel: prepareKernel(gain !== undefined, rotation !== undefined),
      bindings: [qkv, gain ?? qkv, rotation ?? qkv, result],
      uniforms: [tokens, numHeads, part, { f32: scale }],
      workgroups: gridFor(tokens * numHeads * 4, workgroupSize),
      flops: (gain ? 5 : 1) * result.size + (rotation ? 3 * result.size : 0),
    });
    return result;
  };
  const key = head(1, keyGain, rotary, 1, 'key');
  const value = head(2, undefined, undefined, 1, 'value');
  return needsQuery ? { query: head(0, queryGain, rotary, Math.LOG2E / Math.sqrt(headDim), 'query'), key, value } : { key, value };
}

const workgroupSize = 64;

const body = /* wgsl */ `
const WORKGROUP_SIZE = 64u;
const EPSILON = 1e-5;

struct Dims { tokens: u32, heads: u32, part: u32, scale: f32 }   // part: 0 queries, 1 keys, 2 values
@group(0) @binding(0) var<storage, read>       qkv    : array<vec4f>;   // [T, 3, N, 64]
@group(0) @binding(1) var<storage, read>       gain   : array<vec4f>;   // [N, 64]
@group(0) @binding(2) var<storage, read>       rotary : array<vec4f>;   // [T, N, 2, 32]: cosines, then sines
@group(0) @binding(3) var<storage, read_write> result : array<vec4f>;   // [N, T, 64]
@group(0) @binding(4) var<uniform>             dims   : Dims;

fn sum_of_squares(row: u32) -> f32 {
  var sum = vec4f();
  for (var i = 0u; i < 16u; i++) { sum = fma(qkv[row + i], qkv[row + i], sum); }
  return dot(sum, vec4f(1.0));
}

// Four invocations per row; each computes the norm and owns quads 2 p, 2 p + 1 of both halves. Sharing the norm
// would need a barrier or subgroups, and costs more than 16 loads.
@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = flat_index(id, groups);
  if (index >= dims.tokens * dims.heads * 4u) { return; }
  let head = index / 4u % dims.heads;
  let token = index / 4u / dims.heads;
  let row = ((token * 3u + dims.part) * dims.heads + head) * 16u;
  let target_row = (head * dims.tokens + token) * 16u;
  var norm = dims.scale;
  if (NORMALISE) { norm *= inverseSqrt(sum_of_squares(row) / 64.0 + EPSILON); }
  for (var i = index % 4u * 2u; i < index % 4u * 2u + 2u; i++) {
    var low = qkv[row + i] * norm;
    var high = qkv[row + i + 8u] * norm;
    if (NORMALISE) {
      low *= gain[head * 16u + i];
      high *= gain[head * 16u + i + 8u];
    }
    if (ROTATE) {
      let angle = (token * dims.heads + head) * 16u + i;
      let cosine = rotary[angle];
      let sine = rotary[angle + 8u];
      let turned = low * cosine - high * sine;
      high = high * cosine + low * sine;
      low = turned;
    }
    result[target_row + i] = low;
    result[target_row + i + 8u] = high;
  }
}
` + flatIndexWgsl;

const prepareKernel = (normalise: boolean, rotate: boolean): Kernel => ({
  label: `attention/prepare/${['split', normalise && 'norm', rotate && 'rotary'].filter(Boolean).join('+')}`,
  code: `const NORMALISE = ${normalise};\nconst ROTATE = ${rotate};\n${body}`,
  workgroupSize: [workgroupSize],
});
