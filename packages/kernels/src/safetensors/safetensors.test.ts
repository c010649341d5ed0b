import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WeightsError } from '../errors.ts';
import { loadWeights } from './load.ts';
import { parseSafetensors, serializeSafetensors } from './safetensors.ts';

const file = serializeSafetensors(
  {
    'block.0.weight': { shape: [2, 3], data: new Float32Array([1, -2, 3, 0.5, 1e-3, 65504]) },
    'block.0.half': { shape: [3], data: new Float32Array([1, 0.1, -3]), dtype: 'F16' },
    triangles: { shape: [2], data: new Int32Array([7, -1]) },
    mask: { shape: [3], data: new Uint8Array([0, 1, 255]) },
  },
  { origin: 'test' },
);

/** A file with an arbitrary header, as broken writers make them. */
function withHeader(header: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

describe('safetensors', () => {
  it('reads back what it wrote', () => {
    const weights = parseSafetensors(file);
    expect(weights.names()).toEqual(['block.0.weight', 'block.0.half', 'triangles', 'mask']);
    expect(weights.metadata).toEqual({ origin: 'test' });
    expect(weights.shape('block.0.weight')).toEqual([2, 3]);
    expect(weights.f32('block.0.weight', [2, 3])).toEqual(new Float32Array([1, -2, 3, 0.5, 1e-3, 65504]));
    expect([weights.dtype('block.0.half'), ...weights.f32('block.0.half')]).toEqual(['F16', 1, 0.0999755859375, -3]);
    expect(weights.i32('triangles')).toEqual(new Int32Array([7, -1]));
    expect([...weights.f32('mask')]).toEqual([0, 1, 255]);
    expect([weights.has('mask'), weights.has('face')]).toEqual([true, false]);
  });

  it('reads from a view that starts at an odd byte', () => {
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect(parseSafetensors(shifted.subarray(1)).f32('block.0.weight')[1]).toBe(-2);
  });

  it('widens bf16, f64 and i64', () => {
    const data = new Uint8Array(2 + 8 + 8);
    data.set([0x40, 0xc0], 0); // -3 in bf16
    new DataView(data.buffer).setFloat64(2, 0.25, true);
    new DataView(data.buffer).setBigInt64(10, -5n, true);
    const weights = parseSafetensors(withHeader('{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"F64","shape":[],"data_offsets":[2,10]},"c":{"dtype":"I64","shape":[1],"data_offsets":[10,18]}}', data));
    expect([weights.f32('a')[0], weights.f32('b')[0], weights.i32('c')[0]]).toEqual([-3, 0.25, -5]);
  });

  it('names similar tensors when there is none of that name', () => {
    expect(() => parseSafetensors(file).f32('block.0.bias')).toThrowErrorMatchingInlineSnapshot(`
      [WeightsError: There is no tensor "block.0.bias" among 4.
        Similar: block.0.weight, block.0.half]
    `);
  });

  it('says when a shape belongs to another model', () => {
    expect(() => parseSafetensors(file).f32('block.0.weight', [3, 2])).toThrowErrorMatchingInlineSnapshot(`[WeightsError: Tensor "block.0.weight" has shape [2, 3], expected [3, 2]. The weights belong to another version of the model.]`);
  });

  it('a file cut anywhere is an error, never wrong numbers', () => {
    for (let length = 0; length < file.length; length++) expect(() => parseSafetensors(file.subarray(0, length)), `${length} bytes`).toThrow(WeightsError);
  });

  it.each([
    ['empty', new Uint8Array(3), 'Not a safetensors file: 3 bytes, at least 8 are needed.'],
    ['an HTML page', new TextEncoder().encode('<!doctype html><title>404</title>'), 'Not a safetensors file: the header would be 8104636974849335000 bytes long. It looks like text: was an error page saved in its place?'],
    ['no JSON', withHeader('{"a":'), 'Invalid safetensors file: the header (5 bytes) is not JSON.'],
    ['no object', withHeader('[]'), 'Invalid safetensors file: the header is not a JSON object.'],
    ['an unknown dtype', withHeader('{"a":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}'), 'Tensor "a" has unknown dtype F8. Known: F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL.'],
    ['offsets that contradict the shape', withHeader('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', new Uint8Array(4)), 'Tensor "a": F32 [2] takes 8 bytes, the header gives it 4.'],
    ['negative offsets', withHeader('{"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}'), 'Tensor "a": shape [1] or offsets [-1,0] are not valid.'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseSafetensors(bytes)).toThrow(WeightsError);
    expect(() => parseSafetensors(bytes)).toThrow(message);
  });

  it('refuses to write a shape that does not fit', () => {
    expect(() => serializeSafetensors({ a: { shape: [3], data: new Float32Array(2) } })).toThrowErrorMatchingInlineSnapshot(`[WeightsError: Tensor "a": 2 elements given, shape [3] holds 3.]`);
  });
});

describe('loadWeights', () => {
  let server: Server;
  let url: string;
  const folder = mkdtempSync(join(tmpdir(), 'onegt-'));
  const path = join(folder, 'weights.safetensors');
  beforeAll(async () => {
    writeFileSync(path, file);
    server = createServer((request, response) => {
      if (request.url === '/missing') return void response.writeHead(404).end('gone');
      if (request.url === '/hanging') return void response.writeHead(200, { 'content-length': file.length }).write(file.subarray(0, 10));
      response.writeHead(200, { 'content-length': file.length }).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('takes bytes, a path, a file URL and an http URL, and reports progress', async () => {
    const loaded: number[] = [];
    for (const source of [file, path, pathToFileURL(path), `${url}/weights`]) {
      const weights = await loadWeights(source, { onProgress: ({ loadedBytes }) => loaded.push(loadedBytes) });
      expect(weights.names()).toHaveLength(4);
    }
    expect(loaded.at(-1)).toBe(file.length);
    expect(loaded.length).toBeGreaterThanOrEqual(3);
  });

  it('says what the server answered', async () => {
    await expect(loadWeights(`${url}/missing`)).rejects.toThrow(/missing: the server answered 404 Not Found\./);
  });

  it('says which file cannot be read, and why one is invalid', async () => {
    await expect(loadWeights(join(folder, 'none'))).rejects.toThrow(/none cannot be read: ENOENT/);
    writeFileSync(join(folder, 'cut'), file.subarray(0, 100));
    await expect(loadWeights(join(folder, 'cut'))).rejects.toThrow(/cut: Truncated safetensors file: the header ends at byte \d+, the file at 100\./);
  });

  it('stops when the caller aborts', async () => {
    const abort = new AbortController();
    const loading = loadWeights(`${url}/hanging`, { signal: abort.signal, onProgress: () => abort.abort(new Error('stop')) });
    await expect(loading).rejects.toThrow('stop');
  });
});
