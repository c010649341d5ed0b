// @jax-js/jax, each op under jit (its compiler fuses elementwise + one reduction per kernel).
export const name = 'jax-js';
let jax, np, nn, lax, device;
export async function init() {
  const IP = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())); // Node < 22 lacks iterator helpers, which jax-js uses
  if (!IP.map) {
    IP.map = function* (f) {
      let i = 0;
      for (const x of this) yield f(x, i++);
    };
    IP.filter = function* (f) {
      let i = 0;
      for (const x of this) if (f(x, i++)) yield x;
    };
    IP.toArray = function () {
      return [...this];
    };
  }
  jax = await import('@jax-js/jax');
  await jax.init('webgpu');
  jax.defaultDevice('webgpu');
  np = jax.numpy;
  nn = jax.nn;
  lax = jax.lax;
  device = jax.getWebGPUDevice();
  return { version: '' };
}
export const sync = () => device.queue.onSubmittedWorkDone();
// jit is lazy: work is only submitted when an output is asked for, and a disposed output is never computed.
// gpuBufferSync() on each output prepares + submits its kernels without waiting (and consumes the array).
const make = async (f, ins) => {
  const j = jax.jit(f);
  const xs = ins.map(([d, s]) => np.array(d).reshape(s));
  for (const x of xs) await x.blockUntilReady();
  return {
    run: () => {
      j(...xs.map((x) => x.ref)).gpuBufferSync();
    },
    read: () => j(...xs.map((x) => x.ref)).data(),
    dispose: () => {
      for (const x of xs) x.dispose();
    },
  };
};
export const gemm = ({ M, K, N, a, b }) =>
  make(
    (A, B) => np.matmul(A, B),
    [
      [a, [M, K]],
      [b, [K, N]],
    ],
  );
const bshd = (x, A, B, D) => {
  const o = new Float32Array(x.length);
  for (let h = 0; h < A; h++) for (let s = 0; s < B; s++) for (let d = 0; d < D; d++) o[(s * A + h) * D + d] = x[(h * B + s) * D + d];
  return o;
};
export const attention = async ({ H, S, D, q, k, v }) => {
  const h = await make(
    (Q, K, V) => nn.dotProductAttention(Q, K, V),
    [q, k, v].map((x) => [bshd(x, H, S, D), [1, S, H, D]]),
  );
  return { ...h, read: async () => bshd(await h.read(), S, H, D) };
};
export const conv2d = ({ C, O, H, W, groups, x, w }) =>
  make(
    (X, F) => lax.convGeneralDilated(X, F, [1, 1], 'SAME', { featureGroupCount: groups }),
    [
      [x, [1, C, H, W]],
      [w, [O, C / groups, 3, 3]],
    ],
  );
export const depthwise = conv2d;
export const layernorm = ({ R, C, x, g, b, eps }) =>
  make(
    (X, G, B) => nn.standardize(X, -1, { epsilon: eps }).mul(G).add(B),
    [
      [x, [R, C]],
      [g, [C]],
      [b, [C]],
    ],
  );
export const softmax = ({ R, C, x }) => make((X) => nn.softmax(X, -1), [[x, [R, C]]]);
export const gelu = ({ R, C, x }) => make((X) => nn.gelu(X, { approximate: false }), [[x, [R, C]]]);
