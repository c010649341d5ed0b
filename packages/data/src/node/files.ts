/** Files that appear whole or not at all: bytes go to a temporary file beside the target, which is then renamed. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { OutputError } from './errors.ts';

/** Where the bytes of `file` go until they are whole; names the process, so that remains of dead ones are known. */
export function temporaryName(file: string): string {
  return join(dirname(file), `.${basename(file)}.${hostname().replaceAll(/[^\w-]/g, '-')}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
}

/** @throws {@link OutputError} */
export async function writeFileAtomic(file: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = temporaryName(file);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw outputError(file, cause);
  }
}

/** What the system's refusal means, in words. */
export function outputError(file: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || !('syscall' in cause)) return cause;
  const why: Readonly<Record<string, string>> = {
    ENOSPC: 'The disk is full.\n  Make room and run the same command again: it goes on where it stopped.',
    EDQUOT: 'The disk quota is used up.\n  Make room and run the same command again: it goes on where it stopped.',
    EACCES: 'This user may not write there.',
    EPERM: 'This user may not write there.',
    EROFS: 'The file system is read-only.',
    ENOENT: 'The folder is gone.',
    ENOTDIR: 'A part of the path is a file.',
    EFBIG: 'The file is too large for this file system; choose a smaller --shard-size.',
  };
  const code = String(cause.code);
  return new OutputError(`"${file}" could not be written (${code}). ${why[code] ?? cause.message}`, { cause, data: { file, code } });
}

/** Make the folder if need be and prove that it can be written, before any work starts. */
export async function prepareFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) throw new OutputError(`"${folder}" is a file; name a folder with --out.`, { data: { folder } });
  try {
    await mkdir(folder, { recursive: true });
    const probe = temporaryName(join(folder, 'probe')); // access() says yes to root on read-only file systems
    await (await open(probe, 'wx')).close();
    await rm(probe);
  } catch (cause) {
    throw outputError(folder, cause);
  }
}

const TEMPORARY = /^\..+\.([\w-]+)\.(\d+)\.[0-9a-f]{8}\.tmp$/;
const FOREIGN_AGE_MS = 24 * 3600 * 1000;

/** Remove what killed processes left behind: at once those of this machine, after a day those of others. */
export async function removeRemains(folder: string): Promise<void> {
  const host = hostname().replaceAll(/[^\w-]/g, '-');
  for (const name of await readdir(folder)) {
    const match = TEMPORARY.exec(name);
    if (match === null) continue;
    const file = join(folder, name);
    const isDead = match[1] === host ? !isAlive(Number(match[2])) : Date.now() - ((await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now()) > FOREIGN_AGE_MS;
    if (isDead) await rm(file, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
