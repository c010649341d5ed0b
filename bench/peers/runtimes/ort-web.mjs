// onnxruntime-web, WebGPU execution provider (C++ EP compiled to wasm), inputs and outputs kept in GPU buffers.
import { onnxModel } from '../lib/onnx.mjs';
export const name = 'ort-web';
let ort, device, keep; // releasing the last session would drop ORT's device
export async function init() {
  ort = await import('onnxruntime-web/webgpu');
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  keep = await ort.InferenceSession.create(
    onnxModel({ nodes: [{ op: 'Relu', in: ['X'], out: ['Y'] }], inputs: { X: [4] }, outputs: { Y: [4] } }),
    { executionProviders: ['webgpu'] },
  );
  device = await ort.env.webgpu.device;
  return { version: ort.env.versions.web };
}
export const sync = () => device.queue.onSubmittedWorkDone();
async function make(g, data) {
  const sess = await ort.InferenceSession.create(onnxModel(g), {
    executionProviders: ['webgpu'],
    preferredOutputLocation: 'gpu-buffer',
    graphOptimizationLevel: process.env.ORT_OPT ?? 'all',
  });
  const feeds = {},
    outName = Object.keys(g.outputs)[0];
  for (const [k, d] of Object.entries(g.inputs)) {
    const x = data[k],
      buf = device.createBuffer({
        size: (x.byteLength + 15) & ~15,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
    device.queue.writeBuffer(buf, 0, x);
    feeds[k] = ort.Tensor.fromGpuBuffer(buf, { dataType: 'float32', dims: d });
  }
  let last;
  return {
    run: async () => {
      const r = await sess.run(feeds);
      last?.dispose();
      last = r[outName];
    },
    read: async () => {
      const t = last;
      last = undefined;
      const o = await t.getData(true);
      return o;
    },
    dispose: () => sess.release(),
  };
}
export const gemm = ({ M, K, N, a, b }) =>
  make(
    {
      nodes: [{ op: 'MatMul', in: ['A', 'B'], out: ['C'] }],
      inputs: { A: [M, K] },
      outputs: { C: [M, N] },
      init: { B: { dims: [K, N], data: b } },
    },
    { A: a },
  );
const bshd = (x, H, S, D) => {
  const o = new Float32Array(x.length);
  for (let h = 0; h < H; h++) for (let s = 0; s < S; s++) for (let d = 0; d < D; d++) o[(s * H + h) * D + d] = x[(h * S + s) * D + d];
  return o;
};
const bhsd = (x, H, S, D) => {
  const o = new Float32Array(x.length);
  for (let h = 0; h < H; h++) for (let s = 0; s < S; s++) for (let d = 0; d < D; d++) o[(h * S + s) * D + d] = x[(s * H + h) * D + d];
  return o;
};
export async function attention({ H, S, D, q, k, v }) {
  const h = await make(
    {
      nodes: [{ op: 'MultiHeadAttention', domain: 'com.microsoft', in: ['Q', 'K', 'V'], out: ['O'], attr: { num_heads: { i: H } } }],
      inputs: { Q: [1, S, H * D], K: [1, S, H * D], V: [1, S, H * D] },
      outputs: { O: [1, S, H * D] },
    },
    { Q: bshd(q, H, S, D), K: bshd(k, H, S, D), V: bshd(v, H, S, D) },
  );
  return { ...h, read: async () => bhsd(await h.read(), H, S, D) };
}
export const conv2d = ({ C, O, H, W, groups, x, w }) =>
  make(
    {
      nodes: [
        {
          op: 'Conv',
          in: ['X', 'W'],
          out: ['Y'],
          attr: { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] }, strides: { ints: [1, 1] }, group: { i: groups } },
        },
      ],
      inputs: { X: [1, C, H, W] },
      outputs: { Y: [1, O, H, W] },
      init: { W: { dims: [O, C / groups, 3, 3], data: w } },
    },
    { X: x },
  );
export const depthwise = conv2d;
export const layernorm = ({ R, C, x, g, b, eps }) =>
  make(
    {
      nodes: [{ op: 'LayerNormalization', in: ['X', 'G', 'B'], out: ['Y'], attr: { axis: { i: -1 }, epsilon: { f: eps } } }],
      inputs: { X: [R, C] },
      outputs: { Y: [R, C] },
      init: { G: { dims: [C], data: g }, B: { dims: [C], data: b } },
    },
    { X: x },
  );
export const softmax = ({ R, C, x }) =>
  make(
    { nodes: [{ op: 'Softmax', in: ['X'], out: ['Y'], attr: { axis: { i: -1 } } }], inputs: { X: [R, C] }, outputs: { Y: [R, C] } },
    { X: x },
  );
export const gelu = ({ R, C, x }) =>
  make({ nodes: [{ op: 'Gelu', in: ['X'], out: ['Y'] }], inputs: { X: [R, C] }, outputs: { Y: [R, C] } }, { X: x });
