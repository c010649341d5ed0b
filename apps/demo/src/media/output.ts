/** Results appear whole or not at all: bytes go to a temporary file beside the target, which is then renamed. */
import { randomBytes } from 'node:crypto';
import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { OutputError, UsageError } from '../errors.ts';

/** Check a target before any work starts, so that an hour of rendering does not end in a typing mistake. */
export async function checkOutput(file: string, extensions: readonly string[], inputs: readonly string[] = []): Promise<void> {
  const extension = extname(file).toLowerCase();
  if (!extensions.includes(extension)) {
    throw new UsageError(`The output file "${file}" must end in ${extensions.join(', ')}${extension === '' ? '' : `, not ${extension}`}.`, { file, extensions });
  }
  if (inputs.some((input) => resolve(input) === resolve(file))) {
    throw new UsageError(`The output "${file}" would overwrite the input. Choose another name.`, { file });
  }
  const folder = dirname(resolve(file));
  const folderStat = await stat(folder).catch((cause: unknown) => {
    throw new OutputError(`The output folder "${folder}" does not exist.\n  Create it first: mkdir -p "${folder}"`, { data: { folder }, cause });
  });
  if (!folderStat.isDirectory()) throw new OutputError(`"${folder}" is not a folder, so "${basename(file)}" cannot be written into it.`, { data: { folder } });
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new OutputError(`The output folder "${folder}" is not writable.`, { data: { folder }, cause });
  });
  const target = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new OutputError(`"${file}" cannot be written: ${error.message}`, { cause: error });
  });
  if (target?.isDirectory()) throw new OutputError(`"${file}" is a folder; name a file.`, { data: { file } });
}

export async function writeFileAtomic(file: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(resolve(file)), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, file);
  } catch (cause) {
    throw new OutputError(`"${file}" could not be written: ${cause instanceof Error ? cause.message : String(cause)}`, { data: { file }, cause });
  } finally {
    await rm(temporary, { force: true });
  }
}
