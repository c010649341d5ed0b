/** Data sets on this machine's disk, for the loader. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ShardSource } from '../shards/loader.ts';
import { readManifest } from './dataset.ts';

export function fileShard(file: string): ShardSource {
  return { name: file, open: (signal) => Promise.resolve(Readable.toWeb(createReadStream(file, signal === undefined ? {} : { signal })) as ReadableStream<Uint8Array>) };
}

/**
 * The shards that the manifest of a folder lists, in their order.
 *
 * @throws {@link InputError} when the folder has no manifest
 */
export async function folderShards(folder: string): Promise<ShardSource[]> {
  const { shards } = await readManifest(folder);
  return shards.map(({ file }) => fileShard(join(folder, file)));
}
