/**
 * A kernel of your own inside a plan: WGSL with bindings in the order inputs, output, uniforms.
 *
 *     node --conditions=@onegt/source packages/kernels/examples/custom-kernel.ts
 */
import { flatIndexWgsl, gridFor, type Kernel, type Operand, type Ops, relu, runOnce, type TensorRef } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';

const powerKernel: Kernel = {
  label: 'power',
  code: /* wgsl */ `
const WORKGROUP_SIZE = 64u;
struct Params { count: u32, exponent: f32 }
@group(0) @binding(0) var<storage, read>       x      : array<f32>;
@group(0) @binding(1) var<storage, read_write> y      : array<f32>;
@group(0) @binding(2) var<uniform>             params : Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = flat_index(id, groups);
  if (i < params.count) { y[i] = pow(x[i], params.exponent); }
}
${flatIndexWgsl}`,
};

/** An operator is a function: shapes in, a dispatch recorded, a reference out. */
function power(ops: Ops, x: Operand, exponent: number): TensorRef {
  const input = ops.resolve(x);
  const y = ops.empty(input.shape);
  ops.dispatch({ kernel: powerKernel, bindings: [input, y], uniforms: [input.size, { f32: exponent }], workgroups: gridFor(input.size, 64) });
  return y;
}

const gpu = await requestGpu();
const x = gpu.tensor(new Float32Array([-1, 2, 3, 4]), [4]);
const y = await runOnce(gpu, (ops) => power(ops, relu(ops, x), 2));
console.log([...y].map((value) => value.toFixed(1)).join(' ')); // 0.0 4.0 9.0 16.0

x.dispose();
gpu.dispose();
