/** One shard on its way to disk: a tar file under a temporary name, hashed as it is written, renamed when whole. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { createTarPacker } from 'modern-tar';
import type { Members } from '../shards/members.ts';
import { outputError, temporaryName } from './files.ts';

/** One encoded sample. */
export interface EncodedSample {
  key: string;
  members: Members;
}

/**
 * Write samples as they come. On any error, and when the source is aborted, nothing of the file remains.
 *
 * @throws {@link OutputError} when the disk is full or the folder cannot be written
 */
export async function writeShardFile(file: string, samples: AsyncIterable<EncodedSample>): Promise<{ byteLength: number; sha256: string; samples: number }> {
  const temporary = temporaryName(file);
  let handle: FileHandle | undefined;
  try {
    handle = await open(temporary, 'wx').catch((cause: unknown) => {
      throw outputError(file, cause);
    });
    const { readable, controller } = createTarPacker();
    const written = drain(readable, handle, file);
    let count = 0;
    const packing = (async () => {
      for await (const { key, members } of samples) {
        for (const [extension, bytes] of members) {
          // Times and owners are fixed: the same samples are the same file.
          const entry = controller.add({ name: `${key}.${extension}`, size: bytes.byteLength, type: 'file', mode: 0o644, mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' }).getWriter();
          await entry.write(bytes);
          await entry.close();
        }
        count++;
      }
      controller.finalize();
    })();
    packing.catch((error: unknown) => controller.error(error));
    // A failing disk ends the packing too: nobody waits for bytes that cannot be written.
    await Promise.all([packing, written]);
    await handle.sync();
    await handle.close();
    handle = undefined;
    await rename(temporary, file);
    return { ...(await written), samples: count };
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
    throw outputError(file, error);
  }
}

async function drain(readable: ReadableStream<Uint8Array>, handle: FileHandle, file: string): Promise<{ byteLength: number; sha256: string }> {
  const hash = createHash('sha256');
  let byteLength = 0;
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { byteLength, sha256: hash.digest('hex') };
    hash.update(value);
    try {
      for (let at = 0; at < value.byteLength; ) at += (await handle.write(value, at)).bytesWritten;
    } catch (cause) {
      throw outputError(file, cause);
    }
    byteLength += value.byteLength;
  }
}
