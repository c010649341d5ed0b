/**
 * The reference-perceptible DiT (OneGT, texture rendering). Twin of training/onegt/dit.py, name by name.
 *
 * Main branch: noisy target latent, warped reference and target skeleton map. Parallel branch: reference latent and its
 * map. In each block both meet in one attention ("mix, calculate, split") and part again, with weights of their own.
 * With `referenceAttends: 'self'` the parallel branch depends on the portrait alone: it is evaluated once, and its keys
 * and values are what the main branch sees from then on.
 *
 * T = 256 tokens a branch, 2 x 2 latents each, D wide, N heads of 64. A latent is kept as tokens `[256, 32]` (channel-
 * major patches) from step to step; only the decoder needs it as a picture.
 */
import {
  type CachedStream, concat, type Gpu, jointAttention, linear, type Operand, type Ops, packLinear, pixelShuffle, pixelUnshuffle, type Plan, prepareKeyValue, reshape, rmsNorm,
  type SafetensorsFile, type Stream, swiglu, type Tensor, type TensorRef,
} from '@onegt/kernels';
import { LATENT_CHANNELS, type Trace } from './autoencoder.ts';
import { GRID, MAP_FEATURES, TOKENS } from './conditioning.ts';
import { checkWeights, type DitConfig, type Shapes } from './weights.ts';

/** Values of a token: 2 x 2 latents. */
export const PATCH_FEATURES = 4 * LATENT_CHANNELS;
/** ... and of the warped reference: its latent, and its coverage (visible, mirrored, on the skeleton). */
const WARP_FEATURES = 4 * (LATENT_CHANNELS + 3);
const TIME_FEATURES = 128;
const BRANCHES = ['main', 'reference'] as const;

/** One branch's half of a block. */
interface Branch {
  qkv: Tensor;
  qkvBias: Tensor;
  queryGain: Tensor;
  keyGain: Tensor;
  /** Absent in the last block of the parallel branch: those rows reach nobody. */
  finish?: { out: Tensor; mlpIn: Tensor; mlpOut: Tensor };
}

/** Shift, scale, gate of attention; shift, scale, gate of the MLP: each `[D]`. */
type Modulation = readonly Operand[];

/** adaLN-single of one time: six vectors for each block, shift and scale of the final layer. */
interface StepModulation {
  blocks: readonly Modulation[];
  final: Modulation;
}

/** What the main branch sees of the portrait. */
export type ReferenceStream = { cached: readonly CachedStream[] } | { tokens: Operand; rotary: Operand };

export interface StepInputs {
  /** Where the flow is, `[256, 32]`. */
  latent: Operand;
  /** What the step is added to; `latent` itself in an Euler step. */
  base: Operand;
  /** `[32]`, all the same. */
  stepSize: Operand;
  /** From {@link DiT.embedMain}, `[256, D]`. */
  conditions: Operand;
  /** `[256, N, 2, 32]` */
  rotary: Operand;
  reference: ReferenceStream;
}

export function ditShapes({ width, layers, hidden }: DitConfig): Shapes {
  const branch = (name: string, isLast: boolean): Shapes => ({
    [`${name}.qkv`]: [3 * width, width], [`${name}.qkv_bias`]: [3 * width], [`${name}.query_gain`]: [width], [`${name}.key_gain`]: [width], [`${name}.modulation`]: [6, width],
    ...(isLast ? {} : { [`${name}.out`]: [width, width], [`${name}.mlp_in`]: [2 * hidden, width], [`${name}.mlp_out`]: [width, hidden] }),
  });
  const shapes: Record<string, readonly number[]> = {
    main_latent: [width, PATCH_FEATURES + WARP_FEATURES], main_map: [width, MAP_FEATURES], main_position: [TOKENS, width],
    reference_latent: [width, PATCH_FEATURES], reference_map: [width, MAP_FEATURES], reference_position: [TOKENS, width],
    time_in: [width, TIME_FEATURES], time_in_bias: [width], time_blocks: [6 * width, width], time_final: [2 * width, width],
    final: [PATCH_FEATURES, width], final_modulation: [2, width], final_bias: [PATCH_FEATURES],
  };
  for (const name of BRANCHES) for (let i = 0; i < layers; i++) Object.assign(shapes, branch(`${name}.${i}`, name === 'reference' && i === layers - 1));
  return shapes;
}

export class DiT implements Disposable {
  readonly config: DitConfig;
  readonly #tensors: Tensor[] = [];
  readonly #mainLatent: Tensor;
  readonly #mainWarp: Tensor;
  readonly #mainMap: Tensor;
  readonly #mainPosition: Tensor;
  readonly #referenceLatent: Tensor;
  readonly #referenceMap: Tensor;
  readonly #referencePosition: Tensor;
  readonly #main: Branch[];
  readonly #reference: Branch[];
  readonly #referenceModulation: Modulation[];
  readonly #final: Tensor;
  readonly #finalBias: Tensor;
  readonly #time: TimeEmbedding;

  /** @throws {@link WeightsError} when a tensor is missing or has another shape */
  static load(gpu: Gpu, file: SafetensorsFile, config: DitConfig): DiT {
    checkWeights(file, ditShapes(config), 'DiT');
    return new DiT(gpu, file, config);
  }

  private constructor(gpu: Gpu, file: SafetensorsFile, config: DitConfig) {
    this.config = config;
    const { width, layers } = config;
    const keep = (tensor: Tensor): Tensor => (this.#tensors.push(tensor), tensor);
    const vector = (name: string): Tensor => keep(gpu.tensor(file.f32(name), file.shape(name), name));
    const matrix = (name: string): Tensor => keep(packLinear(gpu, file.f32(name), file.shape(name)[0]!, file.shape(name)[1]!, name));
    const columns = (name: string, start: number, count: number): Tensor => keep(packLinear(gpu, takeColumns(file.f32(name), file.shape(name)[1]!, start, count), width, count, name));
    const branch = (name: string): Branch => ({
      qkv: matrix(`${name}.qkv`), qkvBias: vector(`${name}.qkv_bias`), queryGain: vector(`${name}.query_gain`), keyGain: vector(`${name}.key_gain`),
      ...(name === `reference.${layers - 1}` ? {} : { finish: { out: matrix(`${name}.out`), mlpIn: matrix(`${name}.mlp_in`), mlpOut: matrix(`${name}.mlp_out`) } }),
    });
    const all = [...Array(layers).keys()];
    this.#mainLatent = columns('main_latent', 0, PATCH_FEATURES);
    this.#mainWarp = columns('main_latent', PATCH_FEATURES, WARP_FEATURES);
    this.#mainMap = matrix('main_map');
    this.#mainPosition = vector('main_position');
    this.#referenceLatent = matrix('reference_latent');
    this.#referenceMap = matrix('reference_map');
    this.#referencePosition = vector('reference_position');
    this.#main = all.map((i) => branch(`main.${i}`));
    this.#reference = all.map((i) => branch(`reference.${i}`));
    this.#referenceModulation = all.map((i) => rowsOf(file.f32(`reference.${i}.modulation`), 6).map((row, part) => keep(gpu.tensor(row, [width], `reference.${i}.modulation[${part}]`))));
    this.#final = matrix('final');
    this.#finalBias = vector('final_bias');
    this.#time = new TimeEmbedding(file, config);
  }

  /**
   * What the main branch knows before the first step: the warped reference and the target map.
   *
   * @param warped - latent of the warped reference `[32, 32, 8]`
   * @param coverage - `[32, 32, 3]`: visible, mirrored, on the skeleton
   * @param features - of the target map `[256, 376]`
   * @returns `[256, D]`
   */
  embedMain(ops: Ops, warped: Operand, coverage: Operand, features: Operand): TensorRef {
    const positioned = linear(ops, features, this.#mainMap, { residual: this.#mainPosition });
    return linear(ops, patchify(ops, concat(ops, [warped, coverage], 2)), this.#mainWarp, { residual: positioned });
  }

  /**
   * Tokens of the parallel branch, before its first block.
   *
   * @param latent - of the portrait `[32, 32, 8]`
   * @param features - of the portrait's map `[256, 376]`
   * @returns `[256, D]`
   */
  embedReference(ops: Ops, latent: Operand, features: Operand): TensorRef {
    const positioned = linear(ops, features, this.#referenceMap, { residual: this.#referencePosition });
    return linear(ops, patchify(ops, latent), this.#referenceLatent, { residual: positioned });
  }

  /**
   * The parallel branch on its own (`referenceAttends: 'self'`): keys and values of every block.
   *
   * @param tokens - from {@link embedReference}
   * @param rotary - of the portrait's map
   */
  referenceKeyValues(ops: Ops, tokens: TensorRef, rotary: Operand, trace?: Trace): { key: TensorRef; value: TensorRef }[] {
    let y = tokens;
    return this.#reference.map((branch, i) => ops.group(`reference.${i}`, () => {
      const modulation = this.#referenceModulation[i]!;
      const stream = this.#project(ops, branch, y, modulation, rotary);
      const cached = prepareKeyValue(ops, stream, this.config.heads);
      if (branch.finish) {
        const { main: attended } = jointAttention(ops, { main: stream, numHeads: this.config.heads });
        y = this.#finish(ops, branch, y, attended, modulation);
        trace?.(`reference.${i}`, y);
      }
      return cached;
    }));
  }

  /**
   * One step of the flow: base + stepSize * velocity(latent).
   *
   * @returns `[256, 32]`
   */
  step(ops: Ops, inputs: StepInputs, trace?: Trace): TensorRef {
    const { rotary, reference } = inputs;
    const numHeads = this.config.heads;
    const modulation = this.#modulationInputs(ops);
    let x = linear(ops, inputs.latent, this.#mainLatent, { residual: inputs.conditions });
    let y = 'tokens' in reference ? ops.resolve(reference.tokens) : undefined;
    trace?.('main.embed', x);
    this.#main.forEach((main, i) => ops.group(`main.${i}`, () => {
      const m = modulation.blocks[i]!;
      const r = this.#referenceModulation[i]!;
      const parallel = this.#reference[i]!;
      // mix: one sequence; calculate: one attention; split: back to the branches
      const stream = this.#project(ops, main, x, m, rotary);
      const attended = 'cached' in reference
        ? jointAttention(ops, { main: stream, reference: reference.cached[i]!, numHeads })
        : jointAttention(ops, { main: stream, reference: this.#project(ops, parallel, y!, r, reference.rotary), referenceAttends: parallel.finish ? 'both' : 'none', numHeads });
      trace?.(`main.${i}.attended`, attended.main);
      x = this.#finish(ops, main, x, attended.main, m); // [256, D]
      trace?.(`main.${i}`, x);
      if (attended.reference && parallel.finish) {
        y = this.#finish(ops, parallel, y!, attended.reference, r);
        trace?.(`reference.${i}`, y);
      }
    }));
    const [shift, scale] = modulation.final;
    return linear(ops, rmsNorm(ops, x, { shift, scale }), this.#final, { bias: this.#finalBias, gate: inputs.stepSize, residual: inputs.base });
  }

  /** Bring the time of the next run into a plan that recorded {@link step}. */
  writeTime(plan: Plan, time: number): void {
    const { blocks, final } = this.#time.modulation(time);
    blocks.forEach((rows, i) => rows.forEach((row, part) => plan.write(modulationName(i, part), row)));
    final.forEach((row, part) => plan.write(modulationName('final', part), row));
  }

  dispose(): void {
    for (const tensor of this.#tensors) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #modulationInputs(ops: Ops): StepModulation {
    const inputs = (name: number | 'final', count: number): Operand[] => Array.from({ length: count }, (_, part) => ops.input(modulationName(name, part), [this.config.width]));
    return { blocks: this.#main.map((_, i) => inputs(i, 6)), final: inputs('final', 2) };
  }

  #project(ops: Ops, branch: Branch, x: Operand, [shift, scale]: Modulation, rotary: Operand): Stream {
    const qkv = linear(ops, rmsNorm(ops, x, { shift, scale }), branch.qkv, { bias: branch.qkvBias }); // [256, 3 D]
    return { qkv, queryGain: branch.queryGain, keyGain: branch.keyGain, rotary };
  }

  #finish(ops: Ops, branch: Branch, x: TensorRef, attended: TensorRef, [, , gate, mlpShift, mlpScale, mlpGate]: Modulation): TensorRef {
    const { out, mlpIn, mlpOut } = branch.finish!;
    const y = linear(ops, attended, out, { gate, residual: x }); // [256, D]
    const hidden = swiglu(ops, linear(ops, rmsNorm(ops, y, { shift: mlpShift, scale: mlpScale }), mlpIn)); // [256, H]
    return linear(ops, hidden, mlpOut, { gate: mlpGate, residual: y });
  }
}

/** `[32, 32, C]` to tokens `[256, 4 C]`, channel-major. */
export function patchify(ops: Ops, latent: Operand): TensorRef {
  const patches = pixelUnshuffle(ops, latent, 2);
  return reshape(patches, [TOKENS, patches.shape[2]!]);
}

/** Tokens `[256, 4 C]` back to `[32, 32, C]`. */
export function unpatchify(ops: Ops, tokens: Operand): TensorRef {
  return pixelShuffle(ops, reshape(ops.resolve(tokens), [GRID, GRID, tokens.shape[1]!]), 2);
}

/**
 * adaLN-single (PixArt-alpha): one small network of the time for all blocks, a table per block on top. It sees nothing
 * but the time, so it runs on the CPU, once per time: half a million multiplications.
 */
class TimeEmbedding {
  readonly #file: Record<'time_in' | 'time_in_bias' | 'time_blocks' | 'time_final' | 'final_modulation', Float32Array>;
  readonly #tables: Float32Array[];
  readonly #known = new Map<number, { blocks: Float32Array[][]; final: Float32Array[] }>();

  constructor(file: SafetensorsFile, { layers }: DitConfig) {
    this.#file = {
      time_in: file.f32('time_in'), time_in_bias: file.f32('time_in_bias'), time_blocks: file.f32('time_blocks'), time_final: file.f32('time_final'),
      final_modulation: file.f32('final_modulation'),
    };
    this.#tables = Array.from({ length: layers }, (_, i) => file.f32(`main.${i}.modulation`));
  }

  /** @param time - 0 (noise) to 1 */
  modulation(time: number): { blocks: Float32Array[][]; final: Float32Array[] } {
    let result = this.#known.get(time);
    if (result === undefined) {
      result = this.#compute(time);
      if (this.#known.size >= maxKnownTimes) this.#known.clear();
      this.#known.set(time, result);
    }
    return result;
  }

  #compute(time: number): { blocks: Float32Array[][]; final: Float32Array[] } {
    const { time_in, time_in_bias, time_blocks, time_final, final_modulation } = this.#file;
    const half = TIME_FEATURES / 2;
    const angles = Array.from({ length: half }, (_, i) => time * 100 * Math.exp((-Math.log(1000) * i) / (half - 1)));
    const waves = Float32Array.from([...angles.map(Math.cos), ...angles.map(Math.sin)]);
    const hidden = matrixTimesVector(time_in, waves).map((value, i) => silu(value + time_in_bias[i]!));
    const blocks = matrixTimesVector(time_blocks, hidden);
    const final = matrixTimesVector(time_final, hidden);
    return { blocks: this.#tables.map((table) => rowsOf(blocks.map((value, i) => value + table[i]!), 6)), final: rowsOf(final.map((value, i) => value + final_modulation[i]!), 2) };
  }
}

/** Enough for any fixed number of steps; a bound for callers that sweep the number. */
const maxKnownTimes = 64;

const modulationName = (block: number | 'final', part: number): string => `modulation.${block}.${part}`;

const silu = (x: number): number => x / (1 + Math.exp(-x));

/** matrix `[rows, vector.length]` */
function matrixTimesVector(matrix: Float32Array, vector: Float32Array): Float32Array {
  const columns = vector.length;
  return Float32Array.from({ length: matrix.length / columns }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += matrix[row * columns + i]! * vector[i]!;
    return sum;
  });
}

function rowsOf(table: Float32Array, rows: number): Float32Array[] {
  const length = table.length / rows;
  return Array.from({ length: rows }, (_, i) => table.slice(i * length, (i + 1) * length));
}

function takeColumns(matrix: Float32Array, columns: number, start: number, count: number): Float32Array {
  return Float32Array.from({ length: (matrix.length / columns) * count }, (_, i) => matrix[Math.floor(i / count) * columns + start + (i % count)]!);
}
