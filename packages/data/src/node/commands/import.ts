/** Head models from elsewhere, made into packs. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { loadBuiltInHead } from '../../heads/built-in/built-in-head.ts';
import { loadGltfHead } from '../../heads/gltf.ts';
import { importIctFaceKit } from '../../heads/ict-import.ts';
import { loadIctHead } from '../../heads/ict.ts';
import type { Context } from '../context.ts';
import { InputError, OutputError, UsageError } from '../errors.ts';
import { installedModels } from '../../video/face-finder.ts';
import { writeFileAtomic } from '../files.ts';
import { createGltfFinder } from '../gltf-finder.ts';
import { saveHeadPack } from '../head-pack.ts';
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

export interface ImportGltfOptions {
  out: string;
  name?: string;
  licence?: string;
  up: '+y' | '+z';
  models?: string;
}

/** The skeleton is placed by looking at the head: some thirty pictures, in each of which the face is found. */
export async function importGltf(file: string, { out, name = basename(file, extname(file)), licence, up, models }: ImportGltfOptions, { progress, signal, print, note }: Context): Promise<void> {
  await checkPackTarget(out);
  const read = (path: string) => readFile(path, { signal }).catch((cause: NodeJS.ErrnoException): never => {
    throw cause.name === 'AbortError' ? cause : new InputError(`"${path}" cannot be read (${cause.code ?? cause.message}).`, { cause, data: { path } });
  });
  const bytes = await read(file);
  const resources: Record<string, Uint8Array> = {};
  for (const uri of externalBuffers(bytes)) resources[uri] = await read(join(dirname(file), decodeURIComponent(uri)));
  let pictures = 0;
  const finder = await createGltfFinder(models ?? installedModels(), () => progress.show(`looked at from ${++pictures} sides`));
  try {
    const { model, report } = await loadGltfHead(bytes, { name, finder, reference: await loadBuiltInHead(), resources, up, signal, ...(licence === undefined ? {} : { licence }) });
    progress.clear();
    await writeFileAtomic(out, saveHeadPack(model));
    for (const text of report.notes) note(text);
    print([
      `${out}: ${model.neutral.length / 3} vertices, ${report.expressions.length} expressions${report.missing.length > 0 ? ` (without ${report.missing.join(', ')})` : ''}`,
      `  face found in ${report.faces} of ${report.pictures} pictures, which agree within ${(10 * report.medianShift).toFixed(1)} mm; ${report.pointsOffSurface} of 600 points lie beside the mesh`,
      `  ${model.licence}`,
      `  Use it: onegt-data sheet --heads ${out} --out sheet.png`,
      '',
    ].join('\n'));
  } finally {
    finder[Symbol.dispose]();
  }
}

/** Buffers of a .gltf that are files of their own; a .glb has none. */
function externalBuffers(bytes: Uint8Array): string[] {
  if (bytes[0] !== 0x7b) return []; // not "{"
  try {
    const { buffers = [] } = JSON.parse(new TextDecoder().decode(bytes)) as { buffers?: { uri?: string }[] };
    return buffers.flatMap(({ uri }) => (uri === undefined || uri.startsWith('data:') ? [] : [uri]));
  } catch {
    return []; // the reader says what is wrong with it
  }
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
