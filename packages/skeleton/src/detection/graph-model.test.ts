import { WeightsError } from '@onegt/kernels';
import { describe, expect, it } from 'vitest';
import { UnsupportedOperationError } from './errors.ts';
import { loadGraphModel, type ReadFile } from './graph-model.ts';

const node = (name: string, op: string, input: string[] = []) => ({ name, op, input });

function files(json: unknown, bin: Uint8Array): ReadFile {
  const content: Record<string, Uint8Array> = { 'm.json': new TextEncoder().encode(typeof json === 'string' ? json : JSON.stringify(json)), 'm.bin': bin };
  return async (name) => content[name];
}

const model = (nodes: unknown[], weights: unknown[]) => ({ modelTopology: { node: nodes }, weightsManifest: [{ paths: ['m.bin'], weights }] });
const messageOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'loaded', (error: Error) => `${error.name}: ${error.message}`);

describe('loadGraphModel', () => {
  it('decodes float32, float16, quantised bytes and integers', async () => {
    const bin = new Uint8Array(4 + 4 + 2 + 4);
    const view = new DataView(bin.buffer);
    view.setFloat32(0, 1.5, true);
    view.setUint16(4, 0xc100, true); // -2.5
    view.setUint16(6, 0x0001, true); // the smallest subnormal
    bin.set([0, 255], 8);
    view.setInt32(10, -7, true);
    const weights = [
      { name: 'f32', shape: [1], dtype: 'float32' },
      { name: 'f16', shape: [2], dtype: 'float32', quantization: { dtype: 'float16' } },
      { name: 'u8', shape: [2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
      { name: 'i32', shape: [], dtype: 'int32' },
    ];
    const { constants } = await loadGraphModel(files(model([], weights), bin), 'm');
    const values = Object.fromEntries([...constants].map(([name, { values }]) => [name, Array.from(values)]));
    expect(values).toEqual({ f32: [1.5], f16: [-2.5, 2 ** -24], u8: [-1, 126.5], i32: [-7] });
  });

  it('puts nodes after their inputs and leaves constants and control inputs out', async () => {
    const nodes = [node('c', 'AddV2', ['b', 'a:0', '^x']), node('b', 'Relu', ['a']), node('k', 'Const'), node('a', 'Placeholder')];
    const { nodes: sorted } = await loadGraphModel(files(model(nodes, [{ name: 'k', shape: [1], dtype: 'float32' }]), new Uint8Array(4)), 'm');
    expect(sorted.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(sorted[2].inputs).toEqual(['b', 'a']);
  });

  it('reports a truncated weight file with both byte counts', async () => {
    const truncated = loadGraphModel(files(model([], [{ name: 'k', shape: [3], dtype: 'float32' }]), new Uint8Array(10)), 'm');
    await expect(truncated).rejects.toBeInstanceOf(WeightsError);
    expect(await messageOf(truncated)).toMatchInlineSnapshot(`
      "WeightsError: m.bin has 10 bytes, but its manifest lists 1 weights with 12 bytes in all.
        The file is truncated: download it again."
    `);
  });

  it('reports files that are not models', async () => {
    expect(await messageOf(loadGraphModel(files('{"modelTopol', new Uint8Array()), 'm'))).toMatchInlineSnapshot(`"WeightsError: m.json (12 bytes) is not JSON: truncated, or another file."`);
    expect(await messageOf(loadGraphModel(files([], new Uint8Array()), 'm'))).toMatchInlineSnapshot(`"WeightsError: m.json is not a TFJS graph model: it has no modelTopology.node or no weightsManifest."`);
  });

  it('reports graphs with missing nodes, missing constants and circles', async () => {
    const load = (...nodes: unknown[]) => messageOf(loadGraphModel(files(model(nodes, []), new Uint8Array()), 'm'));
    expect(await load(node('a', 'Relu', ['b']))).toMatchInlineSnapshot(`"WeightsError: m.json: node "a" reads "b", which does not exist."`);
    expect(await load(node('k', 'Const'))).toMatchInlineSnapshot(`"WeightsError: m.json: constant "k" is not in the weights manifest."`);
    expect(await load(node('a', 'Relu', ['b']), node('b', 'Relu', ['a']))).toMatchInlineSnapshot(`"WeightsError: m.json: node "a" depends on itself."`);
  });

  it('names a storage type that it does not know', async () => {
    const unknown = loadGraphModel(files(model([], [{ name: 'k', shape: [1], dtype: 'complex64' }]), new Uint8Array(8)), 'm');
    await expect(unknown).rejects.toBeInstanceOf(UnsupportedOperationError);
    expect(await messageOf(unknown)).toMatchInlineSnapshot(`"UnsupportedOperationError: m.bin: weight "k" is stored as complex64; known are float32, int32, float16, uint8, uint16."`);
  });
});
