/**
 * Shards as a stream of samples, in browsers and in Node: tar files from anywhere, one sample after the other, shuffled in
 * a buffer if wanted. Memory is that of one sample, or of the shuffling buffer. `@onegt/data/node` opens folders.
 */
import { createTarDecoder } from 'modern-tar';
import { createRandom } from '../random/random.ts';
import { ShardError } from './errors.ts';
import { type Members, parseSample, splitName, type StoredSample } from './members.ts';

/** One tar file. */
export interface ShardSource {
  readonly name: string;
  open(signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

export interface OpenShardsOptions {
  /** Samples held back so that neighbours of the file do not come one after the other; 0 keeps the order. Default 0. */
  shuffle?: number;
  /** Orders the shards and the buffer when `shuffle` is given; another number is another epoch. Default 0. */
  seed?: number;
  /** This consumer's share of the shards: those with number `index` modulo `count`. Default all. */
  part?: { index: number; count: number };
  signal?: AbortSignal | undefined;
}

/** A shard behind a URL, read as it arrives. */
export function urlShard(url: string | URL): ShardSource {
  return {
    name: String(url),
    async open(signal) {
      const response = await fetch(url, signal === undefined ? {} : { signal });
      if (!response.ok || response.body === null) throw new ShardError(`${String(url)} cannot be read: HTTP ${response.status} ${response.statusText}`, { data: { url: String(url), status: response.status } });
      return response.body;
    },
  };
}

/**
 * Samples of shards, parsed; pictures are left as JPEG and PNG bytes.
 *
 * @param shards - URLs, or sources such as `await folderShards(dir)` from `@onegt/data/node`
 * @throws {@link ShardError} at the first shard that cannot be read to its end
 */
export async function* openShards(shards: readonly (string | URL | ShardSource)[], options: OpenShardsOptions = {}): AsyncGenerator<StoredSample, void, void> {
  for await (const { key, members } of readShards(shards, options)) yield parseSample(key, members);
}

/** The same, unparsed: the files of each sample. */
export async function* readShards(shards: readonly (string | URL | ShardSource)[], options: OpenShardsOptions = {}): AsyncGenerator<{ key: string; members: Members }, void, void> {
  const { shuffle = 0, seed = 0, part = { index: 0, count: 1 }, signal } = options;
  const random = createRandom(seed, 'shards');
  const order = shards.map((shard) => (typeof shard === 'object' && 'open' in shard ? shard : urlShard(shard)));
  if (shuffle > 0) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.integer(0, i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
  }
  const buffer: { key: string; members: Members }[] = [];
  const takeOne = () => {
    const at = random.integer(0, buffer.length - 1);
    const taken = buffer[at]!;
    buffer[at] = buffer.at(-1)!;
    buffer.pop();
    return taken;
  };
  for (const shard of order.filter((_, i) => i % part.count === part.index)) {
    for await (const sample of readShard(shard, signal)) {
      if (shuffle === 0) {
        yield sample;
        continue;
      }
      buffer.push(sample);
      if (buffer.length > shuffle) yield takeOne();
    }
  }
  while (buffer.length > 0) yield takeOne();
}

/** One shard in its own order: neighbouring members with one key are one sample. */
export async function* readShard(shard: ShardSource, signal?: AbortSignal): AsyncGenerator<{ key: string; members: Members }, void, void> {
  signal?.throwIfAborted();
  let key: string | undefined;
  let members = new Map<string, Uint8Array>();
  try {
    for await (const { name, bytes } of tarFiles(await shard.open(signal), signal)) {
      const split = splitName(name);
      if (split.key !== key) {
        if (key !== undefined) yield { key, members };
        key = split.key;
        members = new Map();
      }
      if (members.has(split.extension)) throw new ShardError(`The member "${name}" is there twice.`, { data: { name } });
      members.set(split.extension, bytes);
    }
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw cause instanceof ShardError ? cause : new ShardError(`${shard.name} is not a whole tar file: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, data: { shard: shard.name } });
  }
  if (key !== undefined) yield { key, members };
}

async function* tarFiles(bytes: ReadableStream<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<{ name: string; bytes: Uint8Array }, void, void> {
  const entries = bytes.pipeThrough(createTarDecoder({ strict: true }) as ReadableWritablePair<TarFile, Uint8Array>, signal === undefined ? {} : { signal }).getReader();
  try {
    for (;;) {
      const { done, value } = await entries.read();
      if (done) return;
      const content = new Uint8Array(await new Response(value.body).arrayBuffer());
      if (value.header.type === 'file' || value.header.type === undefined) yield { name: value.header.name, bytes: content };
    }
  } finally {
    await entries.cancel().catch(() => undefined); // the consumer stopped early, or the stream has failed already
  }
}

interface TarFile {
  header: { name: string; type?: string | undefined };
  body: ReadableStream<Uint8Array>;
}
