import { describe, expect, it } from 'vitest';
import { randomArray } from '../testing/index.ts';
import { decodeBF16, decodeF16, encodeF16 } from './half.ts';

describe('f16', () => {
  it('decodes the special values', () => {
    const bits = new Uint16Array([0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x7c00, 0xfc00, 0x7e00]);
    expect([...decodeF16(bits)]).toEqual([0, -0, 1, -2, 65504, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, Infinity, -Infinity, NaN]);
  });

  it('every finite pattern survives a round trip', () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((i) => (i & 0x7c00) !== 0x7c00);
    const encoded = encodeF16(decodeF16(bits));
    expect(bits.findIndex((pattern, i) => pattern !== encoded[i])).toBe(-1);
  });

  it('rounds to nearest, ties to even, and overflows to infinity', () => {
    const values = new Float32Array([1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20, 65519, 65520, 2 ** -25, 2 ** -25 * 1.001, 3 * 2 ** -25, NaN, -Infinity]);
    expect([...decodeF16(encodeF16(values))]).toEqual([1, 1 + 2 ** -9, 1 + 2 ** -10, 65504, Infinity, 0, 2 ** -24, 2 ** -23, NaN, -Infinity]);
  });

  it('is within half a unit in the last place', () => {
    const values = randomArray(10_000, 1, 100);
    const excess = decodeF16(encodeF16(values)).map((decoded, i) => Math.abs(decoded - values[i]!) - (Math.abs(values[i]!) * 2 ** -11 + 2 ** -25));
    expect(Math.max(...excess)).toBeLessThanOrEqual(0);
  });
});

it('bf16: the upper half of an f32', () => {
  expect([...decodeBF16(new Uint16Array([0x3f80, 0xc040, 0x7f80]))]).toEqual([1, -3, Infinity]);
});
