import { Gpu, type OneGTError, WeightsError } from '@onegt/kernels';
import { requestGpu } from '@onegt/kernels/node';
import { expectNoLeak } from '@onegt/kernels/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnsupportedOperationError } from './errors.ts';
import type { GraphConstant, GraphModel, GraphNode } from './graph-model.ts';
import { GraphNetwork } from './graph-network.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

const list = (...values: number[]) => ({ list: { i: values.map(String) } });
const windowAttributes = { strides: list(1, 1, 1, 1), dilations: list(1, 1, 1, 1), padding: { s: btoa('VALID') } };
const convolutionAttributes = (...fused: string[]) => ({ ...windowAttributes, fused_ops: { list: { s: fused.map(btoa) } } });
const placeholder: GraphNode = { name: 'x', operation: 'Placeholder', inputs: [], attributes: { shape: { shape: { dim: [-1, 1, 2, 1].map((size) => ({ size: String(size) })) } } } };
const node = (name: string, operation: string, inputs: string[], attributes: Record<string, unknown> = {}): GraphNode => ({ name, operation, inputs, attributes });
const constant = (values: number[], shape: number[]): GraphConstant => ({ shape, values: new Float32Array(values) });

const constants = new Map([
  ['three', constant([3], [1, 1, 1, 1])],
  ['one', constant([1], [1])],
  ['half', constant([0.5], [1, 1, 1])],
  ['flat', constant([1, -1], [2])],
  ['channels', constant([0, 0, 0, 0, 0, 0, 1, 2], [4, 2])],
  ['columns', constant([0, 0, 0, 0, 1, 0, 0, 0], [4, 2])],
]);

const model = (...nodes: GraphNode[]): GraphModel => ({ name: 'test', nodes: [placeholder, ...nodes], constants });
const conv = (name: string, ...fused: string[]) => node(name, '_FusedConv2D', ['x', 'three', 'one', 'half'], convolutionAttributes('BiasAdd', ...fused));

async function run(graph: GraphModel, input: number[], ...outputs: string[]): Promise<number[][]> {
  using network = await GraphNetwork.create(gpu, graph);
  return (await network.run(new Float32Array(input), outputs)).map((values) => Array.from(values));
}

describe('GraphNetwork', () => {
  it('runs a convolution with bias and activation', async () => {
    expect(await run(model(conv('y')), [1, -2], 'y')).toEqual([[4, -5]]);
    expect(await run(model(conv('y', 'Relu')), [1, -2], 'y')).toEqual([[4, 0]]);
    expect(await run(model(conv('y', 'Prelu')), [1, -2], 'y')).toEqual([[4, -2.5]]);
  });

  it('activates the sum of a residual block, not its convolution', async () => {
    const block = [conv('c'), node('s', 'AddV2', ['c', 'x'])];
    expect(await run(model(...block), [1, -2], 's')).toEqual([[5, -7]]);
    expect(await run(model(...block, node('y', 'Relu', ['s'])), [1, -2], 'y')).toEqual([[5, 0]]);
    expect(await run(model(...block, node('y', 'Prelu', ['s', 'half'])), [1, -2], 'y')).toEqual([[5, -3.5]]);
  });

  it('keeps values that are also read elsewhere', async () => {
    const graph = model(conv('c'), node('s', 'AddV2', ['x', 'c']), node('y', 'Relu', ['s']), node('again', 'AddV2', ['c', 's']));
    expect(await run(graph, [1, -2], 'y', 'again')).toEqual([[5, 0], [9, -12]]);
  });

  it('adds two convolutions', async () => {
    expect(await run(model(conv('c'), conv('d', 'Relu'), node('s', 'AddV2', ['c', 'd'])), [1, -2], 's')).toEqual([[8, -5]]);
    expect(await run(model(conv('c'), conv('d'), node('s', 'AddV2', ['c', 'd'])), [1, -2], 's')).toEqual([[8, -10]]);
  });

  it('reshapes, pads channels and names several outputs', async () => {
    const graph = model(node('flatX', 'Reshape', ['x', 'flat']), node('padded', 'Pad', ['x', 'channels']), node('p', 'Sigmoid', ['x']));
    const [flat, padded, p] = await run(graph, [0, 7], 'flatX', 'padded', 'p');
    expect([flat, padded]).toEqual([[0, 7], [0, 0, 0, 0, 0, 7, 0, 0]]);
    expect(p[0]).toBeCloseTo(0.5);
  });

  it('runs calls in their order, each with its own input', async () => {
    using network = await GraphNetwork.create(gpu, model(conv('y')));
    const runs = await Promise.all([1, 2, 3].map((x) => network.run(new Float32Array([x, 0]), ['y'])));
    expect(runs.map(([values]) => values[0])).toEqual([4, 7, 10]);
  });

  it('returns all memory when it is disposed, and when the graph is refused', async () => {
    await expectNoLeak(gpu, async () => {
      const network = await GraphNetwork.create(gpu, model(conv('y')));
      network.dispose();
      network.dispose();
    });
    await expectNoLeak(gpu, () => expect(GraphNetwork.create(gpu, model(conv('y'), node('z', 'Softmax', ['y'])))).rejects.toThrow());
  });

  it('names an operation that it does not know, and what it cannot do with one that it knows', async () => {
    const messageOf = (graph: GraphModel): Promise<string> => GraphNetwork.create(gpu, graph).then(() => 'recorded', (error: OneGTError) => {
      expect(error).toBeInstanceOf(UnsupportedOperationError);
      expect(error).not.toBeInstanceOf(WeightsError);
      return error.message;
    });
    expect(await messageOf(model(node('y', 'Softmax', ['x'])))).toMatchInlineSnapshot(`"test: node "y" (Softmax) cannot be run: the operation is unknown here."`);
    expect(await messageOf(model(conv('y', 'Elu')))).toMatchInlineSnapshot(`"test: node "y" (_FusedConv2D) cannot be run: it fuses Elu."`);
    expect(await messageOf(model(node('y', 'Pad', ['x', 'columns'])))).toMatchInlineSnapshot(`"test: node "y" (Pad) cannot be run: it pads something else than channels."`);
    expect(await messageOf(model(node('y', 'MaxPool', ['x'], { ...windowAttributes, strides: list(1, 2, 1, 1), ksize: list(1, 1, 1, 1) })))).toMatchInlineSnapshot(`"test: node "y" (MaxPool) cannot be run: its stride is 2 x 1."`);
    expect(await messageOf(model(node('y', 'MaxPool', ['x'])))).toMatchInlineSnapshot(`"node "y" (MaxPool) has no attribute "strides"."`);
  });
});
