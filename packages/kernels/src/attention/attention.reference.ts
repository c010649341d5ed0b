/** The meaning of jointAttention: norm, rotation, scores, softmax and weighted sum as loops, in f64. */
export interface ReferenceStream {
  tokens: number;
  qkv: Float32Array; // [T, 3, N, 64]
  queryGain?: Float32Array; // [N, 64]; without it no norm
  keyGain?: Float32Array;
  rotary?: Float32Array; // [T, N, 2, 32]
}

const headDim = 64;
const epsilon = 1e-5;

/**
 * Query rows of `rows` over the keys of all `sources`, in order.
 *
 * @param step - compute every step-th row only
 * @returns `[ceil(T / step), N * 64]`
 */
export function attentionReference(rows: ReferenceStream, sources: readonly ReferenceStream[], numHeads: number, step = 1): Float32Array {
  const output = new Float32Array(Math.ceil(rows.tokens / step) * numHeads * headDim);
  for (let head = 0; head < numHeads; head++) {
    const keys = sources.flatMap((source) => Array.from({ length: source.tokens }, (_, token) => headReference(source, token, head, 1, numHeads)));
    const values = sources.flatMap((source) => Array.from({ length: source.tokens }, (_, token) => headReference(source, token, head, 2, numHeads)));
    for (let token = 0; token < rows.tokens; token += step) {
      const query = headReference(rows, token, head, 0, numHeads);
      const scores = keys.map((key) => key.reduce((sum, k, d) => sum + k * query[d]!, 0) / Math.sqrt(headDim));
      const highest = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - highest));
      const total = weights.reduce((a, b) => a + b, 0);
      const start = ((token / step) * numHeads + head) * headDim;
      values.forEach((value, s) => {
        for (let d = 0; d < headDim; d++) output[start + d] = output[start + d]! + (weights[s]! / total) * value[d]!;
      });
    }
  }
  return output;
}

/** One token of one head. @param part - 0 query, 1 key, 2 value */
export function headReference(stream: ReferenceStream, token: number, head: number, part: 0 | 1 | 2, numHeads: number): number[] {
  const start = ((token * 3 + part) * numHeads + head) * headDim;
  const x = [...stream.qkv.subarray(start, start + headDim)];
  if (part === 2) return x;
  const gain = part === 0 ? stream.queryGain : stream.keyGain;
  const norm = 1 / Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / headDim + epsilon);
  const y = gain ? x.map((v, d) => v * norm * gain[head * headDim + d]!) : x;
  if (stream.rotary === undefined) return y;
  const angles = stream.rotary.subarray((token * numHeads + head) * headDim);
  return y.map((_, d) => {
    const i = d % 32;
    const [c, s] = [angles[i]!, angles[32 + i]!];
    return d < 32 ? y[i]! * c - y[i + 32]! * s : y[i + 32]! * c + y[i]! * s;
  });
}
