/** The meaning of `linear`: a triple loop in double precision, PyTorch's weight layout. */

export interface LinearReferenceOptions {
  bias?: Float32Array;
  activation?: 'relu' | 'silu' | 'sigmoid' | 'tanh';
  gate?: Float32Array;
  residual?: Float32Array;
}

/** residual + gate * activation(x Wᵀ + bias); `x [T, K]`, `weight [N, K]` → `[T, N]`. */
export function linearReference(x: Float32Array, weight: Float32Array, T: number, K: number, N: number, options: LinearReferenceOptions = {}): Float32Array {
  const { bias, activation, gate, residual } = options;
  const result = new Float32Array(T * N);
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < N; n++) {
      let sum = bias?.[n] ?? 0;
      for (let k = 0; k < K; k++) sum += x[t * K + k]! * weight[n * K + k]!;
      result[t * N + n] = (residual?.[t * N + n] ?? 0) + (gate?.[n] ?? 1) * activate(sum, activation);
    }
  }
  return result;
}

function activate(x: number, activation: LinearReferenceOptions['activation']): number {
  switch (activation) {
    case 'relu': return Math.max(x, 0);
    case 'silu': return x / (1 + Math.exp(-x));
    case 'sigmoid': return 1 / (1 + Math.exp(-x));
    case 'tanh': return Math.tanh(x);
    case undefined: return x;
  }
}
