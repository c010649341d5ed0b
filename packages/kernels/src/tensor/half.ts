/**
 * IEEE binary16 and bfloat16 to and from f32, on whole arrays. A 65,536-entry table makes f16 decoding one load per
 * value; it is built on first use.
 */

let f16Table: Float32Array | undefined;

/** Decode f16 bit patterns. */
export function decodeF16(bits: Uint16Array): Float32Array {
  f16Table ??= buildF16Table();
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = f16Table[bits[i]!]!;
  return values;
}

/** Encode to f16 bit patterns, rounding to nearest even; overflow becomes infinity. */
export function encodeF16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = f16Bits(words[i]!);
  return bits;
}

/** Decode bfloat16 bit patterns: the upper half of an f32. */
export function decodeBF16(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return new Float32Array(words.buffer);
}

function buildF16Table(): Float32Array {
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) table[bits] = fraction === 0 ? sign * Infinity : NaN;
    else table[bits] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return table;
}

function f16Bits(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00); // NaN stays NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to infinity
  if (magnitude < 0x38800000) {
    // Below 2^-14: subnormal. Adding 0.5 in f32 arithmetic is replaced by an explicit shift with round-to-even.
    const exponent = magnitude >>> 23;
    if (exponent < 102) return sign;
    const fraction = (magnitude & 0x7fffff) | 0x800000;
    return sign | roundShift(fraction, 126 - exponent);
  }
  return sign | (roundShift(magnitude, 13) - (112 << 10));
}

/** `value >> shift`, rounded to nearest, ties to even. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0);
}
