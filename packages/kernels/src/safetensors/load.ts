/** Fetch a weight file with progress and cancellation. Paths work where the platform reads files (Node). */
import { throwIfAborted, WeightsError } from '../errors.ts';
import { parseSafetensors, type SafetensorsFile } from './safetensors.ts';

export interface LoadProgress {
  phase: 'download';
  loadedBytes: number;
  /** 0 when the server does not say. */
  totalBytes: number;
}

export interface LoadWeightsOptions {
  onProgress?: (progress: LoadProgress) => void;
  signal?: AbortSignal;
}

/**
 * @param source - bytes, an http(s) or file URL, or (Node) a path
 * @throws {@link WeightsError} when the file cannot be read, is truncated or is not safetensors
 */
export async function loadWeights(source: string | URL | Uint8Array, options: LoadWeightsOptions = {}): Promise<SafetensorsFile> {
  throwIfAborted(options.signal);
  if (source instanceof Uint8Array) return parseSafetensors(source);
  const bytes = await loadBytes(source, options);
  try {
    return parseSafetensors(bytes);
  } catch (cause) {
    if (!(cause instanceof WeightsError)) throw cause;
    throw new WeightsError(`${String(source)}: ${cause.message}`, { data: cause.data, cause });
  }
}

/**
 * The bytes of a weight file of any format.
 *
 * @param source - an http(s) or file URL, or (Node) a path
 * @throws {@link WeightsError} when it cannot be read
 */
export async function loadBytes(source: string | URL, options: LoadWeightsOptions = {}): Promise<Uint8Array> {
  throwIfAborted(options.signal);
  return isFile(String(source)) ? readFile(source, options) : download(String(source), options);
}

interface FileReader {
  readFile(path: string | URL, options: { signal?: AbortSignal }): Promise<Uint8Array>;
}

/** Node's file system without an import: browser bundles must never reach a Node module. */
function fileReader(): FileReader | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.('node:fs/promises') as FileReader | undefined;
}

function isFile(name: string): boolean {
  if (name.startsWith('file:')) return true;
  return !/^(https?|blob|data):/.test(name) && fileReader() !== undefined;
}

async function readFile(source: string | URL, { onProgress, signal }: LoadWeightsOptions): Promise<Uint8Array> {
  const reader = fileReader();
  if (reader === undefined) throw new WeightsError(`${String(source)}: a browser cannot read files by path. Serve the file over http, or pass its bytes.`);
  const path = typeof source === 'string' && source.startsWith('file:') ? new URL(source) : source;
  try {
    const bytes = await reader.readFile(path, signal ? { signal } : {});
    onProgress?.({ phase: 'download', loadedBytes: bytes.byteLength, totalBytes: bytes.byteLength });
    return bytes;
  } catch (cause) {
    throwIfAborted(signal);
    throw new WeightsError(`${String(source)} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function download(url: string, { onProgress, signal }: LoadWeightsOptions): Promise<Uint8Array> {
  try {
    const response = await fetch(url, signal ? { signal } : {});
    if (!response.ok) throw new WeightsError(`${url}: the server answered ${response.status} ${response.statusText}.`, { data: { status: response.status } });
    // With a content encoding the header counts compressed bytes, the stream delivers decompressed ones.
    const totalBytes = response.headers.get('content-encoding') === null ? Number(response.headers.get('content-length') ?? 0) : 0;
    const chunks: Uint8Array[] = [];
    let loadedBytes = 0;
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader!.read()) {
      chunks.push(part.value);
      loadedBytes += part.value.byteLength;
      onProgress?.({ phase: 'download', loadedBytes, totalBytes });
    }
    if (totalBytes > 0 && loadedBytes !== totalBytes) throw new WeightsError(`${url}: the download ended after ${loadedBytes} of ${totalBytes} bytes. Try again.`, { data: { loadedBytes, totalBytes } });
    const bytes = new Uint8Array(loadedBytes);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.byteLength;
    }
    return bytes;
  } catch (cause) {
    throwIfAborted(signal);
    if (cause instanceof WeightsError) throw cause;
    throw new WeightsError(`${url} cannot be fetched: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
