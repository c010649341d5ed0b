/** Weight files: where they are, whether they fit the model, and the sizes in config.json. */
import { loadBytes, type SafetensorsFile, throwIfAborted, WeightsError } from '@onegt/kernels';

/** Where one file is: bytes, an http(s) or file URL, or (Node) a path. */
export type FileSource = string | URL | Uint8Array;

/** The three files of the texture stage. `weightUrls` of `@onegt/weights-nano` is one. */
export interface WeightSources {
  config: FileSource;
  autoencoder: FileSource;
  dit: FileSource;
}

export interface DitConfig {
  /** D = 64 * heads */
  width: number;
  layers: number;
  heads: number;
  /** H of the SwiGLU */
  hidden: number;
  /** Heads whose rotation follows the head's surface; the last ones. */
  canonicalHeads: number;
  /** `self`: the reference branch is computed once per portrait. `both`: as in the paper, at every step. */
  referenceAttends: 'self' | 'both';
}

/** How the flow starts when there is more than one step. */
export interface FlowConfig {
  /** Scale of the noise. Below 1 trades detail for calm. */
  temperature: number;
  /** 0: from noise alone. Above: the first step gives the one-step answer, the others start at this time from it, with noise mixed in. */
  startTime: number;
}

export interface TextureConfig {
  dit: DitConfig;
  flow: FlowConfig;
}

/**
 * @param weights - the folder that holds `config.json`, `autoencoder.safetensors` and `dit.safetensors`, or the three files
 */
export function weightSources(weights: string | URL | WeightSources): WeightSources {
  if (typeof weights !== 'string' && !(weights instanceof URL)) return weights;
  const inFolder = (file: string): string | URL => (typeof weights === 'string' ? `${weights.replace(/\/$/, '')}/${file}` : new URL(file, weights.href.replace(/\/?$/, '/')));
  return { config: inFolder('config.json'), autoencoder: inFolder('autoencoder.safetensors'), dit: inFolder('dit.safetensors') };
}

/** @throws {@link WeightsError} when the file is not there, not JSON, or lacks a number */
export async function loadConfig(source: FileSource, signal?: AbortSignal): Promise<TextureConfig> {
  throwIfAborted(signal);
  const bytes = source instanceof Uint8Array ? source : await loadBytes(source, signal ? { signal } : {});
  const name = source instanceof Uint8Array ? 'config.json' : String(source);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new WeightsError(`${name}: ${bytes.byteLength} bytes that are not JSON.`, { cause });
  }
  return parseConfig(json, name);
}

/** Names in the file are those of PyTorch (`canonical_heads`). */
export function parseConfig(json: unknown, name = 'config.json'): TextureConfig {
  const { format = 1, dit } = (json ?? {}) as { format?: unknown; dit?: Record<string, unknown> };
  if (format !== 1) throw new WeightsError(`${name} has format ${JSON.stringify(format)}, this version reads format 1. Update @onegt/dit.`, { data: { format } });
  if (typeof dit !== 'object' || dit === null) throw new WeightsError(`${name} has no section "dit".`);
  const whole = (key: string): number => {
    const value = dit[key];
    if (!Number.isInteger(value) || (value as number) < 0) throw new WeightsError(`${name}: dit.${key} is ${JSON.stringify(value)}, a whole number is needed.`, { data: { key, value } });
    return value as number;
  };
  const config: DitConfig = {
    width: whole('width'), layers: whole('layers'), heads: whole('heads'), hidden: whole('hidden'), canonicalHeads: whole('canonical_heads'),
    referenceAttends: dit['reference_attends'] === 'both' ? 'both' : 'self',
  };
  if (config.width !== 64 * config.heads) throw new WeightsError(`${name}: dit.width is ${config.width}, but ${config.heads} heads of 64 make ${64 * config.heads}.`, { data: { ...config } });
  const { temperature = 1, start: startTime = 0 } = dit as { temperature?: number; start?: number };
  if (!(temperature >= 0) || !(startTime >= 0 && startTime < 1)) {
    throw new WeightsError(`${name}: dit.temperature is ${temperature} and must not be negative; dit.start is ${startTime} and must be at least 0 and below 1.`, { data: { temperature, startTime } });
  }
  return { dit: config, flow: { temperature, startTime } };
}

/** Tensor names and their shapes. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * Tensors beyond the expected ones are ignored.
 *
 * @throws {@link WeightsError} that lists the first tensors that are missing or have another shape
 */
export function checkWeights(file: SafetensorsFile, expected: Shapes, model: string): void {
  const names = Object.keys(expected);
  const missing = names.filter((name) => !file.has(name));
  const different = names.filter((name) => file.has(name) && file.shape(name).join() !== expected[name]!.join());
  if (missing.length + different.length === 0) return;
  const first = (list: readonly string[], show: (name: string) => string): string => list.slice(0, 4).map(show).join(', ') + (list.length > 4 ? ', …' : '');
  const lines = [
    missing.length > 0 && `${missing.length} of ${names.length} tensors are missing: ${first(missing, (name) => name)}`,
    different.length > 0 && `${different.length} have another shape: ${first(different, (name) => `${name} [${file.shape(name)}] instead of [${expected[name]}]`)}`,
  ].filter(Boolean);
  throw new WeightsError(`These weights are not those of the ${model}.\n  ${lines.join('\n  ')}\n  Names and shapes are those of training/onegt; check config.json.`, { data: { missing, different } });
}
