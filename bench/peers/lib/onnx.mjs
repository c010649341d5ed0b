// Minimal ONNX writer (no dependency): enough for one-graph models.
const varint = (n) => {
  n = BigInt.asUintN(64, BigInt(n));
  const o = [];
  do {
    let b = Number(n & 127n);
    n >>= 7n;
    if (n) b |= 128;
    o.push(b);
  } while (n);
  return o;
};
const cat = (...p) => {
  const l = p.reduce((s, x) => s + x.length, 0);
  const o = new Uint8Array(l);
  let i = 0;
  for (const x of p) {
    o.set(x, i);
    i += x.length;
  }
  return o;
};
const vi = (f, n) => Uint8Array.from([...varint(f << 3), ...varint(n)]);
const ld = (f, b) => cat(Uint8Array.from([...varint((f << 3) | 2), ...varint(b.length)]), b);
const str = (f, s) => ld(f, new TextEncoder().encode(s));
const f32 = (f, x) => {
  const d = new Uint8Array(4);
  new DataView(d.buffer).setFloat32(0, x, true);
  return cat(Uint8Array.from(varint((f << 3) | 5)), d);
};
// attribute kinds: {name: {i}|{f}|{ints}|{s}}
const attr = (name, a) => {
  const p = [str(1, name)];
  if ('f' in a) p.push(f32(2, a.f), vi(20, 1));
  else if ('i' in a) p.push(vi(3, a.i), vi(20, 2));
  else if ('s' in a) p.push(str(4, a.s), vi(20, 3));
  else if ('ints' in a) {
    for (const x of a.ints) p.push(vi(8, x));
    p.push(vi(20, 7));
  }
  return cat(...p);
};
const node = (n) =>
  cat(
    ...n.in.map((x) => str(1, x)),
    ...n.out.map((x) => str(2, x)),
    str(3, n.name ?? n.op + '_' + n.out[0]),
    str(4, n.op),
    ...Object.entries(n.attr ?? {}).map(([k, a]) => ld(5, attr(k, a))),
    ...(n.domain ? [str(7, n.domain)] : []),
  );
const shape = (dims) => cat(...dims.map((d) => ld(1, vi(1, d))));
const vinfo = (name, dims) => cat(str(1, name), ld(2, ld(1, cat(vi(1, 1), ld(2, shape(dims))))));
const tensor = (name, dims, data) =>
  cat(
    ...dims.map((d) => vi(1, d)),
    vi(2, data instanceof BigInt64Array ? 7 : 1),
    str(8, name),
    ld(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
// g = {nodes:[{op,in,out,attr,domain}], inputs:{name:dims}, outputs:{name:dims}, init:{name:{dims,data:Float32Array}}}
export function onnxModel(g, opset = 20) {
  const graph = cat(
    ...g.nodes.map((n) => ld(1, node(n))),
    str(2, 'g'),
    ...Object.entries(g.init ?? {}).map(([k, t]) => ld(5, tensor(k, t.dims, t.data))),
    ...Object.entries(g.inputs).map(([k, d]) => ld(11, vinfo(k, d))),
    ...Object.entries(g.outputs).map(([k, d]) => ld(12, vinfo(k, d))),
  );
  return cat(vi(1, 9), ld(7, graph), ld(8, cat(str(1, ''), vi(2, opset))), ld(8, cat(str(1, 'com.microsoft'), vi(2, 1))));
}
