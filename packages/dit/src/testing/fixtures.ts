/**
 * Reads what training/onegt/fixtures_dit.py wrote. Weights are not in the files: both sides draw them from the same
 * generator, seeded by the tensor's name.
 */
import { readFileSync } from 'node:fs';
import { parseSafetensors, type SafetensorsFile, serializeSafetensors } from '@onegt/kernels';
import { createRandom } from '@onegt/kernels/testing';

interface DrawnTensor {
  shape: number[];
  scale: number;
  offset: number;
  bf16: boolean;
}

export type DrawnWeights = Readonly<Record<string, DrawnTensor>>;

export function readFixture(name: string): SafetensorsFile {
  return parseSafetensors(readFileSync(new URL(`../../fixtures/${name}.safetensors`, import.meta.url)));
}

/** A JSON value of the file's metadata. */
export function metadata<T>(file: SafetensorsFile, key: string): T {
  return JSON.parse(file.metadata[key]!) as T;
}

/** Uniform in offset ± scale, the same numbers as `draw` in Python. */
export function draw(name: string, length: number, scale = 1, offset = 0): Float32Array {
  const next = createRandom(fnv1a(name));
  return Float32Array.from({ length }, () => offset + scale * (2 * next() - 1));
}

/** The weights that a fixture's metadata describes, as a file. */
export function drawWeights(description: DrawnWeights): SafetensorsFile {
  const tensors = Object.entries(description).map(([name, { shape, scale, offset, bf16 }]) => {
    const data = draw(name, shape.reduce((a, b) => a * b, 1), scale, offset);
    return [name, { shape, data: bf16 ? roundToBF16(data) : data }] as const;
  });
  return parseSafetensors(serializeSafetensors(Object.fromEntries(tensors)));
}

/** `[C, H, W]` to `[H, W, C]` */
export function toNHWC(data: Float32Array, channels: number, height: number, width: number): Float32Array {
  return Float32Array.from({ length: data.length }, (_, i) => data[(i % channels) * height * width + Math.floor(i / channels)]!);
}

/** A full map `[256, 256, 10]` that shows the samples `[64, 64, 10]` where tokens look, and nothing elsewhere. */
export function mapFromSamples(samples: Float32Array): Float32Array {
  const map = new Float32Array(256 * 256 * 10);
  for (let i = 0; i < 64 * 64; i++) map.set(samples.subarray(10 * i, 10 * i + 10), 10 * ((4 * Math.floor(i / 64) + 2) * 256 + 4 * (i % 64) + 2));
  return map;
}

/** Portrait and target map of all DiT fixtures, `[256, 256, 10]` each. */
export function fixtureMaps(): { portrait: Float32Array; target: Float32Array } {
  const samples = readFixture('conditioning').f32('maps');
  return { portrait: mapFromSamples(samples.subarray(0, 40960)), target: mapFromSamples(samples.subarray(40960, 81920)) };
}

/** Every `rows`-th token of tokens `[256, D]`, as the fixtures store them. */
export function thinned(tokens: Float32Array, rows: number): Float32Array {
  const width = tokens.length / 256;
  return Float32Array.from({ length: tokens.length / rows }, (_, i) => tokens[Math.floor(i / width) * rows * width + (i % width)]!);
}

function fnv1a(name: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) value = Math.imul(value ^ byte, 0x01000193);
  return value;
}

/** Nearest, ties to even, as PyTorch rounds. */
function roundToBF16(data: Float32Array): Float32Array {
  const bits = new Uint32Array(data.buffer);
  return new Float32Array(bits.map((b) => (b + 0x7fff + ((b >>> 16) & 1)) & 0xffff0000).buffer);
}
