/**
 * Joint attention over two token streams, the "mix" and "calculate" of mix-calculate-split: queries of either stream
 * attend to the keys of both as one sequence, which is never materialised. Queries and keys are RMS-normalised and
 * rotated on the way. headDim is 64. Also plain self-attention (no reference, no gains) and attention to a cached
 * stream.
 */
import { defaultVariant, type KernelVariant } from '../conv2d/conv2d.ts';
import { requireF32 } from '../elementwise/elementwise.ts';
import { ShapeMismatchError } from '../errors.ts';
import type { Operand, Ops, TensorRef } from '../plan/ops.ts';
import { showShape } from '../tensor/shape.ts';
import { attentionSubgroupKernel, attentionTileRows } from './attention.subgroup.ts';
import { attentionWorkgroupKernel, workgroupTileRows } from './attention.workgroup.ts';
import { headDim, prepareHeads } from './prepare.ts';

/** One stream of tokens, projected. */
export interface Stream {
  /** `[T, 3 * N * 64]`: queries, keys, values, each head after head. */
  qkv: Operand;
  /** Gain of the query norm, `[N * 64]`. Without it queries are not normalised. */
  queryGain?: Operand;
  /** Gain of the key norm, `[N * 64]`. Without it keys are not normalised. */
  keyGain?: Operand;
  /** Cosines, then sines, of the rotation angles: `[T, N, 2, 32]`. Dimension i is rotated with dimension i + 32. */
  rotary?: Operand;
}

/** Keys and values of a stream that does not change: computed once by {@link prepareKeyValue}. */
export interface CachedStream {
  /** `[N, S, 64]`, normalised and rotated. */
  key: Operand;
  /** `[N, S, 64]` */
  value: Operand;
}

export interface JointAttentionOptions {
  main: Stream;
  reference?: Stream | CachedStream;
  /** What reference rows see: their own keys (default), the keys of both streams, or nothing: then they give no result. */
  referenceAttends?: 'self' | 'both' | 'none';
  numHeads: number;
  /** Which kernel; by default the faster one for the adapter. */
  variant?: KernelVariant;
}

/**
 * Per head: `q, k = rotate(x * rsqrt(mean(x²) + 1e-5) * gain)`, `softmax(q kᵀ / 8) v`, with the main keys first and the reference
 * keys after them. Main rows always see both. Scores and sums are f32.
 *
 * @returns `main [T, N * 64]`; `reference [S, N * 64]` if there is a reference stream that attends
 * @throws {@link ShapeMismatchError}
 */
export function jointAttention(ops: Ops, options: JointAttentionOptions): { main: TensorRef; reference?: TensorRef } {
  const { main, reference, numHeads } = options;
  const variant = options.variant ?? defaultVariant(ops.gpu);
  const mainHeads = prepareStream(ops, 'main', main, numHeads, true);
  if (reference === undefined) return { main: attend(ops, variant, mainHeads.query!, [mainHeads], numHeads) };

  if (!('qkv' in reference)) {
    if (options.referenceAttends === 'self' || options.referenceAttends === 'both') {
      throw new ShapeMismatchError(`jointAttention: referenceAttends is '${options.referenceAttends}', but a cached reference has keys and values only.\n  Pass the reference as a stream, or use referenceAttends: 'none'.`);
    }
    return { main: attend(ops, variant, mainHeads.query!, [mainHeads, checkCached(ops, reference, numHeads)], numHeads) };
  }
  const referenceAttends = options.referenceAttends ?? 'self';
  const referenceHeads = prepareStream(ops, 'reference', reference, numHeads, referenceAttends !== 'none');
  const result = attend(ops, variant, mainHeads.query!, [mainHeads, referenceHeads], numHeads);
  if (referenceAttends === 'none') return { main: result };
  const seen = referenceAttends === 'self' ? [referenceHeads] : [mainHeads, referenceHeads];
  return { main: result, reference: attend(ops, variant, referenceHeads.query!, seen, numHeads) };
}

/** Keys and values of a stream, ready for many calls of {@link jointAttention}. Queries are not needed, but `qkv` has them. */
export function prepareKeyValue(ops: Ops, stream: Stream, numHeads: number): { key: TensorRef; value: TensorRef } {
  const { key, value } = prepareStream(ops, 'reference', stream, numHeads, false);
  return { key, value };
}

interface PreparedStream {
  query?: TensorRef; // [N, T, 64], scaled for exp2
  key: TensorRef; // [N, S, 64]
  value: TensorRef; // [N, S, 64]
}

function prepareStream(ops: Ops, name: string, stream: Stream, numHeads: number, needsQuery: boolean): PreparedStream {
  const width = numHeads * headDim;
  const qkv = requireF32('jointAttention', ops.resolve(stream.qkv));
  if (qkv.shape.length !== 2 || qkv.shape[1] !== 3 * width) {
    throw new ShapeMismatchError(`jointAttention: ${name}.qkv ${showShape(qkv.shape)} must be [T, ${3 * width}] for ${numHeads} heads of ${headDim} (queries, keys, values).`, { qkv: qkv.shape, numHeads });
  }
  for (const gain of ['queryGain', 'keyGain'] as const) {
    const operand = stream[gain];
    if (operand && operand.size !== width) throw new ShapeMismatchError(`jointAttention: ${name}.${gain} ${showShape(operand.shape)} must have ${width} values, 64 for each of ${numHeads} heads.`, { [gain]: operand.shape });
  }
  const tokens = qkv.shape[0]!;
  const expected = [tokens, numHeads, 2, headDim / 2];
  if (stream.rotary && stream.rotary.size !== tokens * width) {
    throw new ShapeMismatchError(`jointAttention: ${name}.rotary ${showShape(stream.rotary.shape)} must be ${showShape(expected)}: cosines, then sines.`, { rotary: stream.rotary.shape, expected });
  }
  return prepareHeads(ops, { ...stream, qkv }, numHeads, needsQuery);
}

function checkCached(ops: Ops, cached: CachedStream, numHeads: number): PreparedStream {
  const [key, value] = [ops.resolve(cached.key), ops.resolve(cached.value)];
  for (const [name, ref] of [['key', key], ['value', value]] as const) {
    if (ref.shape.length !== 3 || ref.shape[0] !== numHeads || ref.shape[2] !== headDim || ref.shape[1] !== key.shape[1]) {
      throw new ShapeMismatchError(`jointAttention: the cached reference ${name} ${showShape(ref.shape)} must be [${numHeads}, S, ${headDim}].\n  key ${showShape(key.shape)}, value ${showShape(value.shape)}; make them with prepareKeyValue.`, { key: key.shape, value: value.shape, numHeads });
    }
  }
  return { key, value };
}

/** One launch: all heads of one stream's queries over one or two streams' keys. */
function attend(ops: Ops, variant: KernelVariant, query: TensorRef, sources: readonly PreparedStream[], numHeads: number): TensorRef {
  const [first, second] = sources;
  const tokens = query.shape[1]!;
  const [firstKeys, secondKeys] = [first!.key.shape[1]!, second?.key.shape[1] ?? 0];
  const result = ops.empty([tokens, numHeads * headDim], 'f32', 'attention');
  const lanes = ops.gpu.info.subgroupSize;
  const isJoint = second !== undefined;
  const [kernel, rows] = variant === 'subgroup' ? [attentionSubgroupKernel(lanes, isJoint), attentionTileRows(lanes)] : [attentionWorkgroupKernel, workgroupTileRows];
  const { key, value } = second ?? first!;
  ops.dispatch({
    kernel,
    bindings: [query, first!.key, first!.value, key, value, result],
    uniforms: [tokens, firstKeys, secondKeys, numHeads],
    workgroups: [Math.ceil(tokens / rows), numHeads],
    flops: 4 * tokens * (firstKeys + secondKeys) * numHeads * headDim,
  });
  return result;
}
