/**
 * The Transformer of skeleton anchoring. Rigid and non-rigid share it; they differ in features and conditions.
 *
 * Tokens are the points plus a few condition tokens; attention is over all of them. There are no positions: a learned
 * embedding tells the points apart. Twin of training/onegt/point_transformer.py, with the same names in the weight file.
 */
import { concat, jointAttention, linear, type Operand, type Ops, packLinear, Plan, reshape, rmsNorm, slice, swiglu, type Gpu, type SafetensorsFile, ShapeMismatchError, type Tensor, type TensorRef } from '@onegt/kernels';

export const CONDITION_TOKENS = 40;
const HEAD_DIM = 64;

export interface PointTransformerConfig {
  points: number;
  features: number;
  conditions: number;
  width: number;
  hidden: number;
  layers: number;
}

interface Block {
  qkv: Tensor;
  out: Tensor;
  mlpIn: Tensor;
  mlpOut: Tensor;
  queryGain: Tensor;
  keyGain: Tensor;
  norm: Tensor[]; // scale, shift before attention; scale, shift before the MLP
  gate: Tensor[];
}

export class PointTransformer implements Disposable {
  readonly config: PointTransformerConfig;
  readonly #plan: Plan;
  readonly #weights: readonly Tensor[];

  private constructor(config: PointTransformerConfig, plan: Plan, weights: readonly Tensor[]) {
    this.config = config;
    this.#plan = plan;
    this.#weights = weights;
  }

  /**
   * Upload the weights and compile the kernels. Sizes are those of the file.
   *
   * @param options.exposeBlocks - name the tokens after each block `block0`, ... as outputs, for parity tests
   * @throws WeightsError when a tensor is missing or has another shape
   */
  static async create(gpu: Gpu, file: SafetensorsFile, label: string, { exposeBlocks = false, signal }: { exposeBlocks?: boolean; signal?: AbortSignal } = {}): Promise<PointTransformer> {
    const config = readConfig(file);
    const weights: Tensor[] = [];
    try {
      const model = upload(gpu, file, config, weights);
      const plan = await Plan.record(gpu, label, (ops) => {
        const features = ops.input('features', [config.points, config.features]);
        const conditions = ops.input('conditions', [1, config.conditions]);
        ops.output('residual', forward(ops, model, config, features, conditions, exposeBlocks));
      }, signal ? { signal } : {});
      return new PointTransformer(config, plan, weights);
    } catch (error) {
      for (const tensor of weights) tensor.dispose();
      throw error;
    }
  }

  /** Arithmetic of one run. */
  get flops(): number {
    return this.#plan.flops;
  }

  /**
   * @param features - `[P, F]`
   * @param conditions - `[C]`
   * @returns residual `[P, 3]`
   */
  async run(features: Float32Array, conditions: Float32Array): Promise<Float32Array> {
    this.#plan.write('features', features);
    this.#plan.write('conditions', conditions);
    this.#plan.run();
    return this.#plan.read('residual');
  }

  /** Tokens `[P + 40, D]` after a block of the last run; only with `exposeBlocks`. */
  readBlock(index: number): Promise<Float32Array> {
    return this.#plan.read(`block${index}`);
  }

  dispose(): void {
    this.#plan.dispose();
    for (const tensor of this.#weights) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

type Model = ReturnType<typeof upload>;

function forward(ops: Ops, model: Model, config: PointTransformerConfig, features: Operand, conditions: Operand, exposeBlocks: boolean): TensorRef {
  const { points, width } = config;
  const pointTokens = linear(ops, features, model.input, { residual: model.pointEmbedding }); // [P, D]
  const conditionTokens = reshape(linear(ops, conditions, model.condition, { bias: model.conditionBias }), [CONDITION_TOKENS, width]); // [40, D]
  let x = concat(ops, [pointTokens, conditionTokens], 0); // [P + 40, D]
  model.blocks.forEach((block, i) => {
    x = ops.group(`block${i}`, () => forwardBlock(ops, block, x, width / HEAD_DIM));
    if (exposeBlocks) ops.output(`block${i}`, x);
  });
  const [scale, shift] = model.outputNorm;
  const h = rmsNorm(ops, slice(ops, x, 0, 0, points), { scale: scale!, shift: shift! }); // [P, D]
  return linear(ops, h, model.output); // [P, 3]
}

function forwardBlock(ops: Ops, block: Block, x: TensorRef, numHeads: number): TensorRef {
  const { norm, gate } = block;
  const qkv = linear(ops, rmsNorm(ops, x, { scale: norm[0]!, shift: norm[1]! }), block.qkv); // [T, 3D]
  const { main: attended } = jointAttention(ops, { main: { qkv, queryGain: block.queryGain, keyGain: block.keyGain }, numHeads }); // [T, D]
  const y = linear(ops, attended, block.out, { gate: gate[0]!, residual: x });
  const hidden = swiglu(ops, linear(ops, rmsNorm(ops, y, { scale: norm[2]!, shift: norm[3]! }), block.mlpIn)); // [T, H]
  return linear(ops, hidden, block.mlpOut, { gate: gate[1]!, residual: y });
}

function readConfig(file: SafetensorsFile): PointTransformerConfig {
  const [width, features] = file.shape('input') as [number, number];
  const conditions = file.shape('condition')[2]!;
  const points = file.shape('point_embedding')[0]!;
  const hidden = file.shape('blocks.0.mlp_out')[1]!;
  let layers = 0;
  while (file.has(`blocks.${layers}.qkv`)) layers++;
  if (width % HEAD_DIM !== 0) throw new ShapeMismatchError(`PointTransformer: the width ${width} is not a multiple of ${HEAD_DIM}, the size of a head.`, { width });
  return { points, features, conditions, width, hidden, layers };
}

/** @param created - receives every tensor made, so that the caller can free them if a later one fails */
function upload(gpu: Gpu, file: SafetensorsFile, config: PointTransformerConfig, created: Tensor[]) {
  const { points, features, conditions, width, hidden, layers } = config;
  const keep = (tensor: Tensor): Tensor => (created.push(tensor), tensor);
  const matrix = (name: string, N: number, K: number) => keep(packLinear(gpu, file.f32(name, [N, K]), N, K, name));
  const vector = (name: string, size: number) => keep(gpu.tensor(file.f32(name, [size]), [size], name));
  const rows = (name: string, count: number) => {
    const data = file.f32(name, [count, 1, width]);
    return Array.from({ length: count }, (_, i) => keep(gpu.tensor(data.slice(i * width, (i + 1) * width), [width], `${name}[${i}]`)));
  };
  const block = (i: number): Block => ({
    qkv: matrix(`blocks.${i}.qkv`, 3 * width, width),
    out: matrix(`blocks.${i}.out`, width, width),
    mlpIn: matrix(`blocks.${i}.mlp_in`, 2 * hidden, width),
    mlpOut: matrix(`blocks.${i}.mlp_out`, width, hidden),
    queryGain: vector(`blocks.${i}.query_gain`, width),
    keyGain: vector(`blocks.${i}.key_gain`, width),
    norm: rows(`blocks.${i}.norm`, 4),
    gate: rows(`blocks.${i}.gate`, 2),
  });
  return {
    input: matrix('input', width, features),
    pointEmbedding: keep(gpu.tensor(file.f32('point_embedding', [points, width]), [points, width], 'point_embedding')),
    condition: keep(packLinear(gpu, file.f32('condition', [CONDITION_TOKENS, width, conditions]), CONDITION_TOKENS * width, conditions, 'condition')),
    conditionBias: keep(gpu.tensor(file.f32('condition_bias', [CONDITION_TOKENS, width]), [CONDITION_TOKENS * width], 'condition_bias')),
    blocks: Array.from({ length: layers }, (_, i) => block(i)),
    outputNorm: rows('output_norm', 2),
    output: matrix('output', 3, width),
  };
}
