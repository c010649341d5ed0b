/** Head models from files: the built-in one, ICT-FaceKit's pack, packs of other heads. */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { loadBuiltInHead } from '../heads/built-in/built-in-head.ts';
import type { HeadModel } from '../heads/head-model.ts';
import { loadIctHead } from '../heads/ict.ts';
import { InputError, UsageError } from './errors.ts';
import { loadHeadPack } from './head-pack.ts';

/** @param file - left out: the built-in head */
export async function loadHead(file?: string): Promise<HeadModel> {
  if (file === undefined) return loadBuiltInHead();
  const extension = extname(file).toLowerCase();
  if (extension !== '.safetensors') throw new UsageError(`--heads must name a head pack (.safetensors), not "${basename(file)}".\n  \`onegt-data import-ict\` and \`onegt-data import-gltf\` make one.`, { file });
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(`The head pack "${file}" cannot be read (${cause.code ?? cause.message}).`, { cause, data: { file } });
  });
  const data = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return loadHeadPack(data) ?? loadIctHead(data);
}
