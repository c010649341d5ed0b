/** The meaning of the row normalisations, in double precision. */

/** x * rsqrt(mean(x²) + epsilon) * (1 + scale) + shift on rows of `width`. */
export function rmsNormReference(x: Float32Array, width: number, scale?: Float32Array, shift?: Float32Array, epsilon = 1e-6): Float32Array {
  return mapRows(x, width, (row) => {
    const factor = 1 / Math.sqrt(mean(row.map((v) => v * v)) + epsilon);
    return row.map((v, i) => v * factor * (1 + (scale?.[i] ?? 0)) + (shift?.[i] ?? 0));
  });
}

/** (x - mean) * rsqrt(variance + epsilon) * gain + bias on rows of `width`. */
export function layerNormReference(x: Float32Array, width: number, gain: Float32Array, bias: Float32Array, epsilon = 1e-5): Float32Array {
  return mapRows(x, width, (row) => {
    const centre = mean(row);
    const factor = 1 / Math.sqrt(mean(row.map((v) => (v - centre) ** 2)) + epsilon);
    return row.map((v, i) => (v - centre) * factor * gain[i]! + bias[i]!);
  });
}

export function softmaxReference(x: Float32Array, width: number): Float32Array {
  return mapRows(x, width, (row) => {
    const largest = Math.max(...row);
    const exponentials = row.map((v) => Math.exp(v - largest));
    const sum = exponentials.reduce((a, b) => a + b);
    return exponentials.map((v) => v / sum);
  });
}

const mean = (row: number[]): number => row.reduce((a, b) => a + b) / row.length;

function mapRows(x: Float32Array, width: number, f: (row: number[]) => number[]): Float32Array {
  const result = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += width) result.set(f([...x.subarray(start, start + width)]), start);
  return result;
}
