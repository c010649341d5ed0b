import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, multiply, relu } from '../elementwise/elementwise.ts';
import { DisposedError } from '../errors.ts';
import { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { expectNoLeak } from '../testing/index.ts';
import type { Kernel } from './kernel.ts';
import { flatIndexWgsl, gridFor, reshape } from './ops.ts';
import { Plan, runOnce } from './plan.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

const f32 = (...values: number[]) => new Float32Array(values);

describe('Plan', () => {
  it('replays with new inputs', async () => {
    using plan = await Plan.record(gpu, 'double', (ops) => {
      const x = ops.input('x', [3]);
      ops.output('y', add(ops, x, x));
    });
    plan.write('x', f32(1, 2, 3));
    plan.run();
    expect([...(await plan.read('y'))]).toEqual([2, 4, 6]);
    plan.write('x', f32(-1, 0, 0.5));
    plan.run();
    expect([...(await plan.read('y'))]).toEqual([-2, 0, 1]);
  });

  it('chains plans on the GPU: by copyFrom, and by reading the output of another plan', async () => {
    using first = await Plan.record(gpu, 'first', (ops) => ops.output('y', relu(ops, ops.input('x', [2]))));
    using second = await Plan.record(gpu, 'second', (ops) => ops.output('z', multiply(ops, ops.input('x', [2]), first.output('y'))));
    first.write('x', f32(3, -3));
    first.run();
    second.copyFrom('x', first.output('y'));
    second.run();
    expect([...(await second.read('z'))]).toEqual([9, 0]);
  });

  it('runs of one plan see the inputs of their time', async () => {
    using plan = await Plan.record(gpu, 'order', (ops) => ops.output('y', relu(ops, ops.input('x', [1]))));
    using kept = await Plan.record(gpu, 'keep', (ops) => ops.output('z', add(ops, ops.input('sum', [1]), plan.output('y'))));
    for (const value of [1, 2, 3]) {
      plan.write('x', f32(value));
      plan.run();
      kept.run();
      kept.copyFrom('sum', kept.output('z'));
    }
    expect([...(await kept.read('z'))]).toEqual([6]);
  });

  it('shares buffers between intermediates that do not live at the same time', async () => {
    using plan = await Plan.record(gpu, 'chain', (ops) => {
      let x = relu(ops, ops.input('x', [64]));
      for (let i = 0; i < 10; i++) x = add(ops, x, x);
      ops.output('y', x);
    });
    expect(plan.numDispatches).toBe(11);
    expect(plan.scratchBytes).toBe(2 * 64 * 4); // one being read, one being written
    plan.write('x', new Float32Array(64).fill(1));
    plan.run();
    expect((await plan.read('y'))[63]).toBe(1024);
  });

  it('keeps a value alive for a late reader', async () => {
    using plan = await Plan.record(gpu, 'late', (ops) => {
      const early = relu(ops, ops.input('x', [4]));
      let x = early;
      for (let i = 0; i < 5; i++) x = add(ops, x, x);
      ops.output('y', add(ops, x, early));
    });
    plan.write('x', f32(1, 2, 3, 4));
    plan.run();
    expect([...(await plan.read('y'))]).toEqual([33, 66, 99, 132]);
  });

  it('outputs an input, a constant and a reshaped value as they are', async () => {
    using constant = gpu.tensor(f32(5, 6), [2]);
    using plan = await Plan.record(gpu, 'pass', (ops) => {
      const x = ops.input('x', [2, 2]);
      ops.output('input', x);
      ops.output('constant', constant);
      ops.output('flat', reshape(add(ops, x, x), [4]));
    });
    plan.write('x', f32(1, 2, 3, 4));
    plan.run();
    expect([...(await plan.read('input'))]).toEqual([1, 2, 3, 4]);
    expect([...(await plan.read('constant'))]).toEqual([5, 6]);
    expect(plan.output('flat').shape).toEqual([4]);
    expect([...(await plan.read('flat'))]).toEqual([2, 4, 6, 8]);
  });

  it('an output keeps its buffer although later operators still read it', async () => {
    using plan = await Plan.record(gpu, 'read on', (ops) => {
      const y = relu(ops, ops.input('x', [2]));
      ops.output('y', y);
      ops.output('z', add(ops, add(ops, y, y), y));
    });
    plan.write('x', f32(1, 2));
    plan.run();
    expect([...(await plan.read('y'))]).toEqual([1, 2]);
    expect([...(await plan.read('z'))]).toEqual([3, 6]);
  });

  it('compiles equal kernels once', async () => {
    using first = await Plan.record(gpu, 'a', (ops) => ops.output('y', relu(ops, ops.input('x', [2]))));
    const compiled = gpu.pipelines.size;
    using second = await Plan.record(gpu, 'b', (ops) => ops.output('y', relu(ops, ops.input('x', [512]))));
    expect(gpu.pipelines.size).toBe(compiled);
    expect([first.numDispatches, second.numDispatches]).toEqual([1, 1]);
  });

  it('returns its memory on dispose, also when a run is in flight', async () => {
    await expectNoLeak(gpu, async () => {
      const plan = await Plan.record(gpu, 'leak', (ops) => ops.output('y', relu(ops, ops.input('x', [1000]))));
      plan.run();
      plan.dispose();
      plan.dispose();
      await gpu.sync();
    });
  });

  it('returns its memory when recording fails', async () => {
    await expectNoLeak(gpu, async () => {
      const broken: Kernel = { label: 'broken', code: '@group(0) @binding(0) var<storage, read_write> y : array<f32>;\n@compute @workgroup_size(1)\nfn main() { y[0] = 1.5i; }' };
      const recording = Plan.record(gpu, 'broken', (ops) => {
        const y = ops.empty([4]);
        ops.dispatch({ kernel: broken, bindings: [y], workgroups: [1] });
        ops.output('y', y);
      });
      await expect(recording).rejects.toThrow('Kernel "broken" does not compile');
    });
  });

  it('profiles every dispatch by group and kernel', async (context) => {
    context.skip(!gpu.info.hasTimestamps, 'the adapter has no timestamps');
    using plan = await Plan.record(gpu, 'profile', (ops) => {
      const x = ops.group('block0', () => relu(ops, ops.input('x', [4])));
      ops.output('y', add(ops, x, x));
    });
    const entries = await plan.profile();
    expect(entries.map(({ name }) => name)).toEqual(['block0: relu', 'add/vector']);
    expect(entries.every(({ milliseconds }) => milliseconds >= 0)).toBe(true);
  });

  it('can be cancelled while kernels compile', async () => {
    const abort = new AbortController();
    const recording = Plan.record(gpu, 'cancelled', (ops) => ops.output('y', relu(ops, ops.input('x', [2]))), { signal: abort.signal });
    abort.abort(new Error('changed my mind'));
    await expect(recording).rejects.toThrow('changed my mind');
  });
});

describe('runOnce', () => {
  it('returns one array for one value and a list for a list', async () => {
    using x = gpu.tensor(f32(1, -1), [2]);
    expect([...(await runOnce(gpu, (ops) => relu(ops, x)))]).toEqual([1, 0]);
    const both = await runOnce(gpu, (ops) => [relu(ops, x), x]);
    expect(both.map((values) => [...values])).toEqual([[1, 0], [1, -1]]);
  });
});

describe('gridFor', () => {
  it('folds a long row of workgroups into y, with at most one row too many', () => {
    expect(gridFor(1, 64)).toEqual([1, 1, 1]);
    expect(gridFor(64 * 65535, 64)).toEqual([65535, 1, 1]);
    expect(gridFor(64 * 65535 + 1, 64)).toEqual([32768, 2, 1]);
  });

  it('flat_index counts on across the rows of a folded grid', async () => {
    const code = `const WORKGROUP_SIZE = 4u;
      @group(0) @binding(0) var<storage, read_write> y : array<f32>;
      @compute @workgroup_size(WORKGROUP_SIZE)
      fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) { y[flat_index(id, groups)] = f32(id.x + 100u * id.y); }
      ${flatIndexWgsl}`;
    const y = await runOnce(gpu, (ops) => {
      const result = ops.empty([16]);
      ops.dispatch({ kernel: { label: 'flat', code }, bindings: [result], workgroups: [2, 2] });
      return result;
    });
    expect([...y]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 100, 101, 102, 103, 104, 105, 106, 107]);
  });
});

describe('Plan: errors', () => {
  const record = (build: Parameters<typeof Plan.record>[2]) => Plan.record(gpu, 'test', build);

  it('without an output', async () => {
    await expect(record(() => undefined)).rejects.toThrowErrorMatchingInlineSnapshot(`[PlanError: Plan "test" has no output. Name one with ops.output(name, value).]`);
  });

  it('for a value that is read before it is written', async () => {
    await expect(record((ops) => ops.output('y', relu(ops, ops.empty([4], 'f32', 'scores'))))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[PlanError: Plan "test", kernel "relu": binding 0 ("scores") is read before anything wrote it.]`,
    );
  });

  it('for a value of another plan', async () => {
    let foreign: ReturnType<typeof relu> | undefined;
    using other = await Plan.record(gpu, 'other', (ops) => ops.output('y', (foreign = relu(ops, ops.input('x', [1])))));
    expect(other.numDispatches).toBe(1);
    await expect(record((ops) => ops.output('y', relu(ops, foreign!)))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[PlanError: Plan "test": value "relu" belongs to plan "other". Pass it on with plan.output() or plan.copyFrom().]`,
    );
  });

  const inPlace: Kernel = { label: 'shift', code: '@group(0) @binding(0) var<storage, read> a : array<f32>;\n@group(0) @binding(1) var<storage, read_write> b : array<f32>;\n@compute @workgroup_size(1) fn main() { b[0] = a[0]; }', workgroupSize: [4096] };

  it('for one value as input and output of a dispatch', async () => {
    await expect(record((ops) => {
      const x = ops.input('x', [4]);
      ops.dispatch({ kernel: { label: 'shift', code: inPlace.code }, bindings: [x, x], workgroups: [1] });
    })).rejects.toThrowErrorMatchingInlineSnapshot(`[PlanError: Plan "test", kernel "shift": bindings 0 and 1 are the same value "x", and one of them is written. Write to a new value (ops.empty), or bind it once as read_write.]`);
  });

  it('for bindings that do not fit the kernel', async () => {
    await expect(record((ops) => ops.dispatch({ kernel: { label: 'shift', code: inPlace.code }, bindings: [ops.input('x', [4])], uniforms: [1], workgroups: [1] }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[PlanError: Plan "test", kernel "shift": the kernel declares read, read_write; given 1 operands with uniforms. Bindings run inputs, outputs, uniforms.]`,
    );
  });

  it('for a workgroup or a grid beyond the limits of the device', async () => {
    await expect(record((ops) => ops.dispatch({ kernel: inPlace, bindings: [ops.input('x', [4]), ops.empty([4])], workgroups: [1] }))).rejects.toThrow(/kernel "shift" needs maxComputeInvocationsPerWorkgroup = 4096, but the device grants/);
    await expect(record((ops) => ops.dispatch({ kernel: { label: 'shift', code: inPlace.code }, bindings: [ops.input('x', [4]), ops.empty([4])], workgroups: [65536] }))).rejects.toThrow(/needs maxComputeWorkgroupsPerDimension = 65536, but the device grants 65535/);
  });

  it('for a float among the uniforms', async () => {
    await expect(record((ops) => ops.dispatch({ kernel: inPlace, bindings: [], uniforms: [0.5], workgroups: [1] }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[PlanError: Uniform 0 is 0.5: a plain number is a u32. Write { f32: 0.5 } or { i32: 0.5 }.]`,
    );
  });

  it('for unknown names and wrong lengths', async () => {
    using plan = await record((ops) => ops.output('y', relu(ops, ops.input('x', [2, 3]))));
    expect(() => plan.write('image', f32(1))).toThrowErrorMatchingInlineSnapshot(`[PlanError: Plan "test" has no input "image". It has: x.]`);
    expect(() => plan.write('x', f32(1))).toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: Tensor "test/x": 1 elements given, shape [2, 3] holds 6.]`);
    await expect(plan.read('z')).rejects.toThrowErrorMatchingInlineSnapshot(`[PlanError: Plan "test" has no output "z". It has: y.]`);
    using other = gpu.tensor(f32(1, 2), [2], 'small');
    expect(() => plan.copyFrom('x', other)).toThrowErrorMatchingInlineSnapshot(`[PlanError: Plan "test": input "x" is f32 [2, 3]; tensor "small" is f32 [2] row-major.]`);
  });

  it('for a shape that changes the number of elements', async () => {
    await expect(record((ops) => void reshape(ops.input('x', [2, 3]), [4]))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: reshape: [2, 3] holds 6 elements, [4] holds 4.]`);
    await expect(record((ops) => void ops.input('x', [2, 0]))).rejects.toThrowErrorMatchingInlineSnapshot(`[ShapeMismatchError: test/x: shape [2, 0] is not valid. Every dimension must be a whole number of at least 1.]`);
  });

  it('after dispose, of the plan or of a tensor that it reads', async () => {
    const weight = gpu.tensor(f32(1, 2), [2], 'gain');
    const plan = await record((ops) => ops.output('y', multiply(ops, ops.input('x', [2]), weight)));
    const output = plan.output('y');
    weight.dispose();
    expect(() => plan.run()).toThrowErrorMatchingInlineSnapshot(`[DisposedError: Tensor "gain" [2], which plan "test" reads, was disposed and cannot be used any more.]`);
    plan.dispose();
    expect(() => plan.run()).toThrow(DisposedError);
    await expect(output.read()).rejects.toThrow(DisposedError);
  });

  it('for a kernel that does not compile: line, column and the line itself', async () => {
    const code = '@group(0) @binding(0) var<storage, read_write> y : array<f32>;\n@compute @workgroup_size(1)\nfn main() { y[0] = 1.5i; }';
    await expect(record((ops) => {
      const y = ops.empty([1]);
      ops.dispatch({ kernel: { label: 'broken', code }, bindings: [y], workgroups: [1] });
      ops.output('y', y);
    })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [ShaderCompileError: Kernel "broken" does not compile: line 3, column 23: expected ';' for assignment statement
        fn main() { y[0] = 1.5i; }
                              ^]
    `);
  });
});
