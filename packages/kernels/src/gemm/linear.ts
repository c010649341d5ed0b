/**
 * Matrix products with a fused epilogue: `linear` for weights packed once, any T, K and N.
 */
import { type Activation, requireF32 } from '../elementwise/elementwise.ts';
import { ShapeMismatchError } from '../errors.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Kernel } from '../plan/kernel.ts';
import type { Operand, Ops, TensorRef } from '../plan/ops.ts';
import { showShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Epilogue, epilogueLabel, epilogueWgsl } from './epilogue.ts';
import { chooseVariant, type GemmVariant, variantGrid, variantLabel, variantWgsl } from './variants.ts';

export interface LinearOptions {
  /** `[N]` */
  bias?: Operand | undefined;
  activation?: Activation | undefined;
  /** `[N]`, multiplied after the activation (adaLN gates). */
  gate?: Operand | undefined;
  /** `[T, N]`, added last. */
  residual?: Operand | undefined;
  /** Overrides the choice of the table (benchmarks, tests, the tuner). */
  variant?: GemmVariant | undefined;
}

/**
 * Bring a PyTorch `nn.Linear` weight into the layout that `linear` reads: transposed to `[K, N]` and padded with zeros
 * to multiples of four both ways.
 *
 * @param weight - `[N, K]` (out features, in features)
 * @returns `[K, N]`, owned by the caller
 */
export function packLinear(gpu: Gpu, weight: Float32Array, N: number, K: number, label = 'weight'): Tensor {
  if (weight.length !== N * K) throw new ShapeMismatchError(`packLinear: "${label}" has ${weight.length} elements, [N, K] = [${N}, ${K}] holds ${N * K}.`, { given: weight.length, N, K });
  const stride = Math.ceil(N / 4) * 4;
  const packed = new Float32Array(Math.ceil(K / 4) * 4 * stride);
  for (let n = 0; n < N; n++) for (let k = 0; k < K; k++) packed[k * stride + n] = weight[n * K + k]!;
  return gpu.packedTensor(packed, [K, N], 'linear', label);
}

/**
 * residual + gate * activation(x W + bias)
 *
 * @param x - `[T, K]`; more leading dimensions count as rows
 * @param weight - `[K, N]` from {@link packLinear}; a row-major value `[K, N]` also does when K and N are multiples of 4
 * @returns `[T, N]`, leading dimensions as in `x`
 * @throws {@link ShapeMismatchError}
 */
export function linear(ops: Ops, x: Operand, weight: Operand, options: LinearOptions = {}): TensorRef {
  const { bias, activation, gate, residual } = options;
  const input = requireF32('linear', ops.resolve(x));
  const packed = ops.resolve(weight);
  const [K, N] = checkWeight(packed);
  if (input.shape.at(-1) !== K) {
    throw new ShapeMismatchError(`linear: x ${showShape(input.shape)} has ${input.shape.at(-1)} columns but the weight "${packed.label}" [K, N] = ${showShape(packed.shape)} expects ${K}.`, { x: input.shape, weight: packed.shape });
  }
  const T = input.size / K;
  const outputShape = [...input.shape.slice(0, -1), N];
  for (const [name, operand, size] of [['bias', bias, N], ['gate', gate, N], ['residual', residual, T * N]] as const) {
    if (operand === undefined) continue;
    const ref = requireF32('linear', ops.resolve(operand));
    if (ref.size !== size) throw new ShapeMismatchError(`linear: ${name} ${showShape(ref.shape)} does not fit the result ${showShape(outputShape)}.`, { [name]: ref.shape, result: outputShape });
  }

  const epilogue: Epilogue = {
    hasBias: bias !== undefined, hasGate: gate !== undefined, hasResidual: residual !== undefined, activation,
    isKAligned: K % 4 === 0, isNAligned: N % 4 === 0,
  };
  const shape = { T, K, N };
  const variant = options.variant ?? chooseVariant(ops.gpu, shape);
  const y = ops.empty(outputShape, 'f32', 'linear');
  const operands = [input, packed, bias, gate, residual, y].filter((operand) => operand !== undefined);
  ops.dispatch({
    kernel: gemmKernel(variant, epilogue),
    bindings: operands,
    uniforms: [T, K, Math.ceil(K / 4), N, Math.ceil(N / 4)],
    workgroups: variantGrid(variant, shape),
    flops: 2 * T * K * N,
  });
  return y;
}

function gemmKernel(variant: GemmVariant, epilogue: Epilogue): Kernel {
  const { directives, body } = variantWgsl(variant);
  return { label: `linear/${variantLabel(variant)}${epilogueLabel(epilogue)}`, code: directives + epilogueWgsl(epilogue) + body };
}

function checkWeight(weight: TensorRef): [K: number, N: number] {
  const layout = weight.storage.tensor?.layout ?? 'row-major';
  const [K, N] = weight.shape;
  if (weight.shape.length !== 2 || weight.dtype !== 'f32') throw new ShapeMismatchError(`linear: the weight "${weight.label}" is ${weight.dtype} ${showShape(weight.shape)}; f32 [K, N] is needed.`, { weight: weight.shape });
  if (layout === 'linear') return [K!, N!];
  if (layout !== 'row-major') throw new ShapeMismatchError(`linear: the weight "${weight.label}" is packed for ${layout}. Pack it with packLinear.`);
  if (K! % 4 !== 0 || N! % 4 !== 0) throw new ShapeMismatchError(`linear: the weight "${weight.label}" ${showShape(weight.shape)} is row-major, which needs K and N to be multiples of 4. Pack it with packLinear.`, { weight: weight.shape });
  return [K!, N!];
}
