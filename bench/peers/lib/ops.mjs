// The op list: inputs (deterministic), work done (flop / bytes), float64 reference check on the runtime's own output.
const rng = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const rand = (n, seed, scale = 1) => {
  const r = rng(seed);
  const o = new Float32Array(n);
  for (let i = 0; i < n; i++) o[i] = (r() * 2 - 1) * scale;
  return o;
};
const samples = (n, k, seed = 9) => {
  const r = rng(seed);
  return n <= k ? [...Array(n).keys()] : Array.from({ length: k }, () => Math.floor(r() * n));
};
const checkAt = (out, idx, f) => {
  let e = 0;
  for (const i of idx) {
    const d = Math.abs(out[i] - f(i));
    if (!(d <= e)) e = d;
  }
  return e;
};
export const erf = (x) => {
  // series / continued fraction, double precision
  const a = Math.abs(x);
  if (a < 2.5) {
    let s = a,
      t = a;
    for (let n = 1; n < 80; n++) {
      t *= (-a * a) / n;
      s += t / (2 * n + 1);
    }
    return (Math.sign(x) * s * 2) / Math.sqrt(Math.PI);
  }
  let f = 0;
  for (let k = 60; k > 0; k--) f = k / 2 / (a + f);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + f));
};
function gemm(M, K, N) {
  const a = rand(M * K, 1),
    b = rand(K * N, 2);
  return {
    op: 'gemm',
    label: `gemm ${M}x${K}x${N}`,
    args: { M, K, N, a, b },
    flop: 2 * M * N * K,
    bytes: 4 * (M * K + K * N + M * N),
    size: M * N,
    check: (o) =>
      checkAt(o, samples(M * N, 2000), (i) => {
        const r = Math.floor(i / N),
          c = i % N;
        let s = 0;
        for (let k = 0; k < K; k++) s += a[r * K + k] * b[k * N + c];
        return s;
      }),
  };
}
function attention(H, S, D) {
  // q,k,v: [1,H,S,D]; not causal; scale 1/sqrt(D)
  const q = rand(H * S * D, 3),
    k = rand(H * S * D, 4),
    v = rand(H * S * D, 5);
  return {
    op: 'attention',
    label: `attention h${H} s${S} d${D}`,
    args: { H, S, D, q, k, v },
    flop: 4 * H * S * S * D,
    bytes: 16 * H * S * D,
    size: H * S * D,
    check: (o) => {
      let e = 0;
      for (const hs of samples(H * S, 200)) {
        const h = Math.floor(hs / S);
        const p = new Float64Array(S);
        let mx = -Infinity,
          z = 0;
        for (let t = 0; t < S; t++) {
          let s = 0;
          for (let d = 0; d < D; d++) s += q[hs * D + d] * k[(h * S + t) * D + d];
          p[t] = s / Math.sqrt(D);
          mx = Math.max(mx, p[t]);
        }
        for (let t = 0; t < S; t++) {
          p[t] = Math.exp(p[t] - mx);
          z += p[t];
        }
        for (let d = 0; d < D; d++) {
          let s = 0;
          for (let t = 0; t < S; t++) s += p[t] * v[(h * S + t) * D + d];
          const x = Math.abs(s / z - o[hs * D + d]);
          if (!(x <= e)) e = x;
        }
      }
      return e;
    },
  };
}
function conv2d(C, O, HW, groups = 1) {
  // x: [1,C,HW,HW], w: [O,C/groups,3,3]; stride 1 pad 1
  const cg = C / groups,
    x = rand(C * HW * HW, 6),
    w = rand(O * cg * 9, 7);
  return {
    op: groups === 1 ? 'conv2d' : 'depthwise',
    label: groups === 1 ? `conv3x3 ${C}->${O} @${HW}` : `dwconv3x3 ${C} @${HW}`,
    args: { C, O, H: HW, W: HW, groups, x, w },
    flop: 2 * O * cg * 9 * HW * HW,
    bytes: 4 * ((C + O) * HW * HW + w.length),
    size: O * HW * HW,
    check: (o) =>
      checkAt(o, samples(O * HW * HW, 2000), (i) => {
        const oc = Math.floor(i / (HW * HW)),
          y = Math.floor(i / HW) % HW,
          xx = i % HW,
          g = Math.floor(oc / (O / groups));
        let s = 0;
        for (let c = 0; c < cg; c++)
          for (let u = 0; u < 3; u++)
            for (let t = 0; t < 3; t++) {
              const yy = y + u - 1,
                xz = xx + t - 1;
              if (yy >= 0 && yy < HW && xz >= 0 && xz < HW) s += x[((g * cg + c) * HW + yy) * HW + xz] * w[((oc * cg + c) * 3 + u) * 3 + t];
            }
        return s;
      }),
  };
}
function layernorm(R, C) {
  const x = rand(R * C, 8),
    g = rand(C, 9),
    b = rand(C, 10),
    eps = 1e-5;
  return {
    op: 'layernorm',
    label: `layernorm ${R}x${C}`,
    args: { R, C, x, g, b, eps },
    flop: 8 * R * C,
    bytes: 8 * R * C,
    size: R * C,
    check: (o) => {
      let e = 0;
      for (let r = 0; r < R; r++) {
        let m = 0,
          v = 0;
        for (let c = 0; c < C; c++) m += x[r * C + c];
        m /= C;
        for (let c = 0; c < C; c++) v += (x[r * C + c] - m) ** 2;
        v /= C;
        for (let c = 0; c < C; c++) {
          const d = Math.abs(((x[r * C + c] - m) / Math.sqrt(v + eps)) * g[c] + b[c] - o[r * C + c]);
          if (!(d <= e)) e = d;
        }
      }
      return e;
    },
  };
}
function softmax(R, C) {
  const x = rand(R * C, 11, 4);
  return {
    op: 'softmax',
    label: `softmax ${R}x${C}`,
    args: { R, C, x },
    flop: 5 * R * C,
    bytes: 8 * R * C,
    size: R * C,
    check: (o) => {
      let e = 0;
      for (let r = 0; r < R; r += 7) {
        let m = -Infinity,
          z = 0;
        for (let c = 0; c < C; c++) m = Math.max(m, x[r * C + c]);
        for (let c = 0; c < C; c++) z += Math.exp(x[r * C + c] - m);
        for (let c = 0; c < C; c++) {
          const d = Math.abs(Math.exp(x[r * C + c] - m) / z - o[r * C + c]);
          if (!(d <= e)) e = d;
        }
      }
      return e;
    },
  };
}
function gelu(R, C) {
  // exact (erf)
  const x = rand(R * C, 12, 4);
  return {
    op: 'gelu',
    label: `gelu ${R}x${C}`,
    args: { R, C, x },
    flop: 10 * R * C,
    bytes: 8 * R * C,
    size: R * C,
    check: (o) => checkAt(o, samples(R * C, 5000), (i) => 0.5 * x[i] * (1 + erf(x[i] / Math.SQRT2))),
  };
}
export const OPS = [
  () => gemm(1024, 1024, 1024),
  () => gemm(512, 1024, 256),
  () => gemm(512, 256, 1024),
  () => attention(4, 512, 64),
  () => conv2d(64, 64, 64),
  () => conv2d(128, 128, 32),
  () => conv2d(64, 64, 64, 64),
  () => layernorm(512, 256),
  () => softmax(2048, 512),
  () => gelu(512, 1024),
];
