// @onegt/kernels, as built: one plan per operation, replayed. Convolutions in NHWC (conversion outside the timing).
import { conv2d as conv2dOp, depthwiseConv2d, Gpu, jointAttention, layerNorm, linear, packConv2d, packLinear, Plan, softmax as softmaxOp } from '../../../packages/kernels/dist/index.js';

export const name = 'onegt';
let gpu;

export async function init() {
  gpu = await Gpu.request();
  return { version: gpu.info.subgroupSize > 0 ? `sg${gpu.info.subgroupSize}` : '' };
}

export const sync = () => gpu.device.queue.onSubmittedWorkDone();

/** `inputs` are written once; each run replays the plan on the same data, as every other runtime here does. */
async function make(label, inputs, build, toHarness = (result) => result) {
  const plan = await Plan.record(gpu, `bench/${label}`, (ops) => ops.output('y', build(ops)));
  for (const [input, data] of Object.entries(inputs)) plan.write(input, data);
  return { run: () => plan.run(), read: async () => toHarness(await plan.read('y')), dispose: () => plan.dispose() };
}

const transpose = (x, rows, columns) => {
  const result = new Float32Array(x.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = x[r * columns + c];
  return result;
};

export async function gemm({ M, K, N, a, b }) {
  const weight = packLinear(gpu, transpose(b, K, N), N, K); // from PyTorch's [N, K]
  const op = await make('gemm', { x: a }, (ops) => linear(ops, ops.input('x', [M, K]), weight));
  return { ...op, dispose: () => (op.dispose(), weight.dispose()) };
}

export const layernorm = ({ R, C, x, g, b, eps }) => {
  const gain = gpu.tensor(g, [C]);
  const bias = gpu.tensor(b, [C]);
  return make('layernorm', { x }, (ops) => layerNorm(ops, ops.input('x', [R, C]), { gain, bias, epsilon: eps }));
};

export const softmax = ({ R, C, x }) => make('softmax', { x }, (ops) => softmaxOp(ops, ops.input('x', [R, C])));

/** Ours reads tokens `[S, 3, H, D]` as the projection makes them, and includes the change to heads in the timing. */
export async function attention({ H, S, D, q, k, v }) {
  const tokens = new Float32Array(3 * H * S * D);
  for (const [part, x] of [q, k, v].entries()) {
    for (let h = 0; h < H; h++) for (let s = 0; s < S; s++) tokens.set(x.subarray((h * S + s) * D, (h * S + s + 1) * D), ((s * 3 + part) * H + h) * D);
  }
  const toHeads = (y) => {
    const result = new Float32Array(y.length);
    for (let h = 0; h < H; h++) for (let s = 0; s < S; s++) result.set(y.subarray((s * H + h) * D, (s * H + h + 1) * D), (h * S + s) * D);
    return result;
  };
  return make('attention', { qkv: tokens }, (ops) => jointAttention(ops, { main: { qkv: ops.input('qkv', [S, 3 * H * D]) }, numHeads: H }).main, toHeads);
}

export async function conv2d({ C, O, H, W, x, w }) {
  const weight = packConv2d(gpu, w, [O, C, 3, 3]);
  const input = transpose(x, C, H * W);
  const op = await make('conv2d', { x: input }, (ops) => conv2dOp(ops, ops.input('x', [H, W, C]), weight, { padding: 1 }), (y) => transpose(y, H * W, O));
  return { ...op, dispose: () => (op.dispose(), weight.dispose()) };
}

export async function depthwise({ C, H, W, x, w }) {
  const weight = gpu.tensor(transpose(w, C, 9), [3, 3, C]);
  const input = transpose(x, C, H * W);
  const op = await make('depthwise', { x: input }, (ops) => depthwiseConv2d(ops, ops.input('x', [H, W, C]), weight, { padding: 1 }), (y) => transpose(y, H * W, C));
  return { ...op, dispose: () => (op.dispose(), weight.dispose()) };
}
