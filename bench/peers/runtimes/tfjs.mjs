// @tensorflow/tfjs + tfjs-backend-webgpu. Conv in NHWC, its native layout (conversion outside the timing).
export const name = 'tfjs';
let tf;
export async function init() {
  tf = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-webgpu');
  await tf.setBackend('webgpu');
  await tf.ready();
  if (tf.getBackend() !== 'webgpu') throw new Error('backend ' + tf.getBackend());
  return { version: tf.version_core };
}
export const flush = () => {
  const b = tf.backend();
  if (b.commandEncoder) {
    b.endComputePassEncoder();
    b.submitQueue();
  }
};
export const sync = () => {
  flush();
  return tf.backend().queue.onSubmittedWorkDone();
};
const make = (f, post = (x) => x) => {
  let last;
  return {
    run: () => {
      const r = tf.tidy(f);
      last?.dispose();
      last = r;
    },
    read: async () => post(await last.data()),
    dispose: () => last?.dispose(),
  };
};
const T = (x, s) => {
  const t = tf.tensor(x, s, 'float32');
  tf.keep(t);
  return t;
};
export const gemm = ({ M, K, N, a, b }) => {
  const A = T(a, [M, K]),
    B = T(b, [K, N]);
  return make(() => tf.matMul(A, B));
};
export const attention = ({ H, S, D, q, k, v }) => {
  const Q = T(q, [H, S, D]),
    K = T(k, [H, S, D]),
    V = T(v, [H, S, D]);
  return make(() => tf.matMul(tf.softmax(tf.mul(tf.matMul(Q, K, false, true), 1 / Math.sqrt(D))), V));
};
const nhwc = (x, C, P) => {
  const o = new Float32Array(x.length);
  for (let c = 0; c < C; c++) for (let p = 0; p < P; p++) o[p * C + c] = x[c * P + p];
  return o;
};
const nchw = (x, C, P) => {
  const o = new Float32Array(x.length);
  for (let c = 0; c < C; c++) for (let p = 0; p < P; p++) o[c * P + p] = x[p * C + c];
  return o;
};
export const conv2d = ({ C, O, H, W, x, w }) => {
  const hwio = new Float32Array(w.length);
  for (let o = 0; o < O; o++) for (let c = 0; c < C; c++) for (let u = 0; u < 9; u++) hwio[(u * C + c) * O + o] = w[(o * C + c) * 9 + u];
  const X = T(nhwc(x, C, H * W), [1, H, W, C]),
    F = T(hwio, [3, 3, C, O]);
  return make(
    () => tf.conv2d(X, F, 1, 'same'),
    (y) => nchw(y, O, H * W),
  );
};
export const depthwise = ({ C, H, W, x, w }) => {
  const f = new Float32Array(w.length);
  for (let c = 0; c < C; c++) for (let u = 0; u < 9; u++) f[u * C + c] = w[c * 9 + u];
  const X = T(nhwc(x, C, H * W), [1, H, W, C]),
    F = T(f, [3, 3, C, 1]);
  return make(
    () => tf.depthwiseConv2d(X, F, 1, 'same'),
    (y) => nchw(y, C, H * W),
  );
};
export const layernorm = ({ R, C, x, g, b, eps }) => {
  const X = T(x, [R, C]),
    G = T(g, [C]),
    B = T(b, [C]);
  return make(() => {
    const { mean, variance } = tf.moments(X, -1, true);
    return tf.batchNorm ? tf.add(tf.mul(tf.mul(tf.sub(X, mean), tf.rsqrt(tf.add(variance, eps))), G), B) : null;
  });
};
export const softmax = ({ R, C, x }) => {
  const X = T(x, [R, C]);
  return make(() => tf.softmax(X));
};
export const gelu = ({ R, C, x }) => {
  const X = T(x, [R, C]);
  return make(() => tf.mul(tf.mul(X, 0.5), tf.add(tf.erf(tf.mul(X, Math.SQRT1_2)), 1)));
};
