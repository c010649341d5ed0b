// onnxruntime-node with its own bundled Dawn ('webgpu' EP; also EP 'cpu' through ORT_NODE_EP=cpu as an upper reference).
// It cannot keep outputs on the device, so one graph holds R copies of the op, each reduced to one element by Slice,
// and the per-op time is the slope (T(R) - T(1)) / (R - 1): upload, download and sync cancel out.
import { onnxModel } from '../lib/onnx.mjs';
const EP = process.env.ORT_NODE_EP ?? 'webgpu';
export const name = EP === 'webgpu' ? 'ort-node' : 'ort-node-' + EP;
let ort;
export async function init() {
  ort = (await import('onnxruntime-node')).default;
  ort.env.logLevel = 'error';
  const v = ort.env.versions;
  return { version: v.node ?? v.common };
}
export async function sync() {}
const opts = { executionProviders: [EP], graphOptimizationLevel: 'disabled', intraOpNumThreads: 2, logSeverityLevel: 3 };
const med = (a) => a.slice().sort((x, y) => x - y)[a.length >> 1],
  sleep = (ms) => new Promise((r) => setTimeout(r, ms));
async function make(g, data) {
  const node = g.nodes[0],
    outName = Object.keys(g.outputs)[0],
    rank = g.outputs[outName].length;
  const feeds = Object.fromEntries(Object.entries(g.inputs).map(([k, d]) => [k, new ort.Tensor('float32', data[k], d)]));
  const full = await ort.InferenceSession.create(onnxModel(g), opts);
  const i64 = (a) => ({ dims: [a.length], data: BigInt64Array.from(a, BigInt) }),
    zeros = Array(rank).fill(0),
    ones = Array(rank).fill(1);
  const rep = (R) => {
    const nodes = [],
      outputs = {};
    for (let i = 0; i < R; i++) {
      nodes.push({ ...node, out: [`T${i}`] }, { op: 'Slice', in: [`T${i}`, 'sl0', 'sl1'], out: [`Z${i}`] });
      outputs[`Z${i}`] = ones;
    }
    return { ...g, nodes, outputs, init: { ...g.init, sl0: i64(zeros), sl1: i64(ones) } };
  };
  const mk = (R) => ort.InferenceSession.create(onnxModel(rep(R)), opts);
  return {
    run: async () => {},
    read: async () => {
      const r = await full.run(feeds);
      return r[outName].data;
    },
    measure: async (reps) => {
      const s1 = await mk(1);
      const once = async (s) => {
        const c = process.cpuUsage(),
          t = performance.now();
        await s.run(feeds);
        const e = performance.now() - t,
          d = process.cpuUsage(c);
        cpu = (d.user + d.system) / 1000;
        return e;
      };
      let cpu = 0;
      await once(s1);
      const t0 = await once(s1);
      const R = Math.max(3, Math.min(16, Math.ceil(300 / t0)));
      const sR = await mk(R);
      await once(sR);
      const t1 = [],
        tR = [],
        cs = [];
      for (let i = 0; i < reps; i++) {
        t1.push(await once(s1));
        const c1 = cpu;
        tR.push(await once(sR));
        cs.push((cpu - c1) / (R - 1));
        await sleep(20);
      }
      const slopes = t1.map((x, i) => (tR[i] - x) / (R - 1));
      return { ms: med(slopes), min: Math.min(...slopes), cpu_ms: med(cs), n: R };
    },
    dispose: () => full.release(),
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
const tr = (x, A, B, D) => {
  const o = new Float32Array(x.length);
  for (let h = 0; h < A; h++) for (let s = 0; s < B; s++) for (let d = 0; d < D; d++) o[(s * A + h) * D + d] = x[(h * B + s) * D + d];
  return o;
};
export async function attention({ H, S, D, q, k, v }) {
  const h = await make(
    {
      nodes: [{ op: 'MultiHeadAttention', domain: 'com.microsoft', in: ['Q', 'K', 'V'], out: ['O'], attr: { num_heads: { i: H } } }],
      inputs: { Q: [1, S, H * D], K: [1, S, H * D], V: [1, S, H * D] },
      outputs: { O: [1, S, H * D] },
    },
    { Q: tr(q, H, S, D), K: tr(k, H, S, D), V: tr(v, H, S, D) },
  );
  return { ...h, read: async () => tr(await h.read(), S, H, D) };
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
