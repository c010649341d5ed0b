import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ShardError } from './errors.ts';
import { decodeNpy, encodeNpy, type NpyData } from './npy.ts';

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

describe('npy', () => {
  test.each<[NpyData, number[]]>([
    [new Float32Array([1.5, -2, 3, 4, 5, 6]), [2, 3]],
    [new Float64Array([Math.PI]), [1]],
    [new Uint8Array(600), [1, 600]],
    [new Int32Array([-1, 2 ** 30]), [2]],
    [new Float32Array(0), [0, 3]],
  ])('$0.constructor.name [$1] comes back as it was, data aligned to 64 bytes', (data, shape) => {
    const bytes = encodeNpy(data, shape);
    expect((bytes.length - data.byteLength) % 64).toBe(0);
    expect(decodeNpy(bytes)).toEqual({ data, shape });
  });

  test('a shape that does not fit the data is refused', () => {
    expect(() => encodeNpy(new Float32Array(5), [2, 3])).toThrowErrorMatchingInlineSnapshot(`[RangeError: npy: shape [2, 3] has 6 elements, the data 5.]`);
  });

  test('a cut file, a longer one and another kind of file are refused', () => {
    const bytes = encodeNpy(new Float32Array(6), [6]);
    for (const broken of [bytes.subarray(0, -1), new Uint8Array([...bytes, 0]), new TextEncoder().encode('not an array, only some text')]) expect(() => decodeNpy(broken, 'points.npy')).toThrow(ShardError);
    expect(() => decodeNpy(bytes.subarray(0, -4), 'points.npy')).toThrowErrorMatchingInlineSnapshot(`[ShardError: points.npy is not a readable .npy file: 20 bytes of data for shape [6] of <f4.]`);
  });

  test.skipIf(!hasNumpy)('numpy reads what is written, and the other way round', () => {
    const program = 'import sys, io, numpy; a = numpy.load(io.BytesIO(sys.stdin.buffer.read())); assert a.dtype == numpy.float32 and a.shape == (2, 3), a; o = io.BytesIO(); numpy.save(o, a.T.copy() * 2); sys.stdout.buffer.write(o.getvalue())';
    const { stdout, stderr, status } = spawnSync('python3', ['-c', program], { input: encodeNpy(new Float32Array([1, 2, 3, 4, 5, 6]), [2, 3]) });
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
    expect(decodeNpy(stdout)).toEqual({ data: new Float32Array([2, 8, 4, 10, 6, 12]), shape: [3, 2] });
  });
});
