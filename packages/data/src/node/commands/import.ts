/** Head models from elsewhere, made into packs. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { importIctFaceKit } from '../../heads/ict-import.ts';
import { loadIctHead } from '../../heads/ict.ts';
import type { Context } from '../context.ts';
import { InputError, OutputError, UsageError } from '../errors.ts';
import { writeFileAtomic } from '../files.ts';
import { mebibytes } from '../progress.ts';

export async function importIct(folder: string, { out }: { out: string }, { progress, signal, print }: Context): Promise<void> {
  await checkPackTarget(out);
  const source = await faceModelFolder(folder);
  const bytes = await importIctFaceKit((name) => readFile(join(source, name), { encoding: 'utf8', signal }), {
    signal,
    onProgress: ({ file, done, total }) => progress.show(`${done} of ${total}: ${file}`),
  });
  progress.clear();
  const head = loadIctHead(bytes); // what cannot be read back is not written
  await writeFileAtomic(out, bytes);
  print(`${out}: ${head.numIdentityModes} identity modes, ${head.expressionNames.length} expressions, ${mebibytes(bytes.byteLength)}\n  ${head.licence}\n  Use it: onegt-data render groups --heads ${out} ...\n`);
}

/** The folder with the OBJ files, or the checkout that has it. */
async function faceModelFolder(folder: string): Promise<string> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw new InputError(`There is no folder "${folder}".\n  Give FaceXModel of a checkout of ICT-FaceKit.`, { data: { folder } });
  const inside = join(folder, 'FaceXModel');
  return (await stat(inside).catch(() => undefined))?.isDirectory() ? inside : folder;
}

export async function checkPackTarget(out: string): Promise<void> {
  if (extname(out).toLowerCase() !== '.safetensors') throw new UsageError(`--out "${basename(out)}" must end in .safetensors.`, { out });
  const folder = dirname(resolve(out));
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw new OutputError(`The folder "${folder}" does not exist.\n  Create it first: mkdir -p "${folder}"`, { data: { folder } });
}
