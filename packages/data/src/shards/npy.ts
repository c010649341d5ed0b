/**
 * NumPy's array file (format 1.0, little-endian, C order): what `numpy.load` and WebDataset's decoders read.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { ShardError } from './errors.ts';

const TYPES = { '<f4': Float32Array, '<f8': Float64Array, '|u1': Uint8Array, '<u2': Uint16Array, '<i4': Int32Array, '<u4': Uint32Array } as const;
type Descriptor = keyof typeof TYPES;
export type NpyData = Float32Array | Float64Array | Uint8Array | Uint16Array | Int32Array | Uint32Array;

export interface NpyArray<T extends NpyData = NpyData> {
  data: T;
  shape: readonly number[];
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]; // \x93NUMPY, version 1.0
const ALIGNMENT = 64;

export function encodeNpy(data: NpyData, shape: readonly number[]): Uint8Array {
  const descriptor = (Object.keys(TYPES) as Descriptor[]).find((key) => data instanceof TYPES[key])!;
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) throw new RangeError(`npy: shape [${shape.join(', ')}] has ${size} elements, the data ${data.length}.`);
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const headerLength = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
  const bytes = new Uint8Array(10 + headerLength + data.byteLength);
  bytes.set(MAGIC);
  bytes[8] = headerLength & 255;
  bytes[9] = headerLength >> 8;
  bytes.set(new TextEncoder().encode(`${text.padEnd(headerLength - 1)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + headerLength);
  return bytes;
}

/** @throws {@link ShardError} when it is no such file, or shorter or longer than it says */
export function decodeNpy(bytes: Uint8Array, name = 'array'): NpyArray {
  const fail = (why: string): never => {
    throw new ShardError(`${name} is not a readable .npy file: ${why}.`, { data: { name } });
  };
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) return fail('it does not begin as version 1.0 does');
  const start = 10 + bytes[8]! + 256 * bytes[9]!;
  const header = new TextDecoder('latin1').decode(bytes.subarray(10, start));
  const descriptor = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? '';
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (!(descriptor in TYPES) || shapeText === undefined || !/'fortran_order':\s*False/.test(header)) return fail(`header ${JSON.stringify(header.trim())}`);
  const shape = shapeText.split(',').map((part) => part.trim()).filter((part) => part !== '').map(Number);
  const type = TYPES[descriptor as Descriptor];
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - start !== size * type.BYTES_PER_ELEMENT) return fail(`${bytes.length - start} bytes of data for shape [${shape.join(', ')}] of ${descriptor}`);
  return { data: new type(new Uint8Array(bytes.subarray(start)).buffer), shape };
}
