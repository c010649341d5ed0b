/**
 * The safetensors format (https://github.com/huggingface/safetensors): an 8-byte length, a JSON header, raw
 * little-endian data. Every number of the header is checked against the file before anything is read.
 */
import { WeightsError } from '../errors.ts';
import { decodeBF16, decodeF16, encodeF16 } from '../tensor/half.ts';
import { showShape } from '../tensor/shape.ts';

const bytesPerValue = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 } as const;

export type SafetensorsDType = keyof typeof bytesPerValue;

interface Entry {
  dtype: SafetensorsDType;
  shape: number[];
  begin: number;
  end: number;
}

/** Above this the length field is garbage: the reference implementation has the same limit. */
const maxHeaderBytes = 100_000_000;

/** A parsed file: the header is checked, tensors are decoded on demand from the bytes given. */
export class SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly #entries: Map<string, Entry>;
  readonly #data: Uint8Array;

  /** Use {@link parseSafetensors}. */
  constructor(entries: Map<string, Entry>, metadata: Record<string, string>, data: Uint8Array) {
    this.#entries = entries;
    this.metadata = metadata;
    this.#data = data;
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** @throws {@link WeightsError} naming the nearest tensors when there is none of that name */
  shape(name: string): readonly number[] {
    return this.#entry(name).shape;
  }

  dtype(name: string): SafetensorsDType {
    return this.#entry(name).dtype;
  }

  /**
   * Values as f32; f16, bf16, f64 and integers are converted. A copy: changing it does not change the file.
   *
   * @param shape - when given, the file must agree
   */
  f32(name: string, shape?: readonly number[]): Float32Array {
    const entry = this.#entry(name);
    if (shape !== undefined && showShape(shape) !== showShape(entry.shape)) {
      throw new WeightsError(`Tensor "${name}" has shape ${showShape(entry.shape)}, expected ${showShape(shape)}. The weights belong to another version of the model.`, { data: { name, shape: entry.shape, expected: shape } });
    }
    const { buffer } = this.bytes(name).slice();
    switch (entry.dtype) {
      case 'F32': return new Float32Array(buffer);
      case 'F16': return decodeF16(new Uint16Array(buffer));
      case 'BF16': return decodeBF16(new Uint16Array(buffer));
      case 'F64': return Float32Array.from(new Float64Array(buffer));
      case 'I64': return Float32Array.from(new BigInt64Array(buffer), Number);
      case 'U64': return Float32Array.from(new BigUint64Array(buffer), Number);
      case 'I32': return Float32Array.from(new Int32Array(buffer));
      case 'U32': return Float32Array.from(new Uint32Array(buffer));
      case 'I16': return Float32Array.from(new Int16Array(buffer));
      case 'U16': return Float32Array.from(new Uint16Array(buffer));
      case 'I8': return Float32Array.from(new Int8Array(buffer));
      case 'U8': case 'BOOL': return Float32Array.from(new Uint8Array(buffer));
    }
  }

  /** Integer values (indices, triangles, flags) as i32. */
  i32(name: string): Int32Array {
    const { dtype } = this.#entry(name);
    const { buffer } = this.bytes(name).slice();
    switch (dtype) {
      case 'I32': return new Int32Array(buffer);
      case 'I64': return Int32Array.from(new BigInt64Array(buffer), Number);
      case 'U32': return Int32Array.from(new Uint32Array(buffer));
      case 'U64': return Int32Array.from(new BigUint64Array(buffer), Number);
      case 'I16': return Int32Array.from(new Int16Array(buffer));
      case 'U16': return Int32Array.from(new Uint16Array(buffer));
      case 'I8': return Int32Array.from(new Int8Array(buffer));
      case 'U8': case 'BOOL': return Int32Array.from(new Uint8Array(buffer));
      default: throw new WeightsError(`Tensor "${name}" holds ${dtype}, integers are needed.`, { data: { name, dtype } });
    }
  }

  /** The raw little-endian bytes, a view of the file. */
  bytes(name: string): Uint8Array {
    const { begin, end } = this.#entry(name);
    return this.#data.subarray(begin, end);
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      const parts = name.split('.');
      const related = this.names().filter((candidate) => parts.some((part) => part.length > 2 && candidate.includes(part))).slice(0, 5);
      throw new WeightsError(`There is no tensor "${name}" among ${this.#entries.size}.${related.length > 0 ? `\n  Similar: ${related.join(', ')}` : ''}`, { data: { name } });
    }
    return entry;
  }
}

/** @throws {@link WeightsError} with the numbers, when the file is truncated or not safetensors */
export function parseSafetensors(file: Uint8Array): SafetensorsFile {
  if (file.byteLength < 8) throw new WeightsError(`Not a safetensors file: ${file.byteLength} bytes, at least 8 are needed.`, { data: { byteLength: file.byteLength } });
  const headerBytes = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (headerBytes > maxHeaderBytes) throw new WeightsError(`Not a safetensors file: the header would be ${headerBytes} bytes long.${looksLikeText(file) ? ' It looks like text: was an error page saved in its place?' : ''}`, { data: { headerBytes } });
  if (8 + headerBytes > file.byteLength) throw new WeightsError(`Truncated safetensors file: the header ends at byte ${8 + headerBytes}, the file at ${file.byteLength}.`, { data: { needed: 8 + headerBytes, byteLength: file.byteLength } });
  // Not file.subarray: Node's Buffer is a Uint8Array whose slice() does not copy.
  const data = new Uint8Array(file.buffer, file.byteOffset + 8 + headerBytes, file.byteLength - 8 - headerBytes);
  const { __metadata__: metadata = {}, ...tensors } = parseHeader(file.subarray(8, 8 + headerBytes));
  const entries = new Map<string, Entry>();
  for (const [name, raw] of Object.entries(tensors)) entries.set(name, checkEntry(name, raw, data.byteLength));
  return new SafetensorsFile(entries, metadata as Record<string, string>, data);
}

export interface SerializableTensor {
  shape: readonly number[];
  /** Float32Array is stored as F32, or F16 on request; Int32Array and Uint8Array as I32 and U8. */
  data: Float32Array | Int32Array | Uint8Array;
  dtype?: 'F32' | 'F16';
}

/** Write tensors to a file, in the order given. */
export function serializeSafetensors(tensors: Readonly<Record<string, SerializableTensor>>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data, dtype }] of Object.entries(tensors)) {
    const size = shape.reduce((a, b) => a * b, 1);
    if (size !== data.length) throw new WeightsError(`Tensor "${name}": ${data.length} elements given, shape ${showShape(shape)} holds ${size}.`, { data: { name, shape } });
    const stored = data instanceof Float32Array && dtype === 'F16' ? encodeF16(data) : data;
    const type = stored instanceof Float32Array ? 'F32' : stored instanceof Uint16Array ? 'F16' : stored instanceof Int32Array ? 'I32' : 'U8';
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + stored.byteLength] };
    chunks.push(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
    offset += stored.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 8) * 8; // padded with spaces, so that the data is aligned
  const file = new Uint8Array(8 + headerBytes + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(json, 8);
  let at = 8 + headerBytes;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  return file;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new WeightsError(`Invalid safetensors file: the header (${bytes.byteLength} bytes) is not JSON.`, { cause });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw new WeightsError('Invalid safetensors file: the header is not a JSON object.');
  return header as Record<string, unknown>;
}

function checkEntry(name: string, raw: unknown, dataBytes: number): Entry {
  const { dtype, shape, data_offsets: offsets } = (raw ?? {}) as { dtype?: string; shape?: unknown; data_offsets?: unknown };
  const isNatural = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (dtype === undefined || !(dtype in bytesPerValue)) throw new WeightsError(`Tensor "${name}" has unknown dtype ${String(dtype)}. Known: ${Object.keys(bytesPerValue).join(', ')}.`, { data: { name, dtype } });
  if (!Array.isArray(shape) || !shape.every(isNatural) || !Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isNatural)) {
    throw new WeightsError(`Tensor "${name}": shape ${JSON.stringify(shape)} or offsets ${JSON.stringify(offsets)} are not valid.`, { data: { name } });
  }
  const [begin, end] = offsets as [number, number];
  const needed = shape.reduce<number>((a, b) => a * b, 1) * bytesPerValue[dtype as SafetensorsDType];
  if (end - begin !== needed) throw new WeightsError(`Tensor "${name}": ${dtype} ${showShape(shape)} takes ${needed} bytes, the header gives it ${end - begin}.`, { data: { name, needed, given: end - begin } });
  if (end > dataBytes) throw new WeightsError(`Truncated safetensors file: tensor "${name}" ends at data byte ${end}, the file holds ${dataBytes}.`, { data: { name, needed: end, byteLength: dataBytes } });
  return { dtype: dtype as SafetensorsDType, shape, begin, end };
}

function looksLikeText(file: Uint8Array): boolean {
  return file.subarray(0, 8).every((byte) => byte >= 0x20 && byte < 0x7f);
}
