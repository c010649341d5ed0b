/** Where the files are that the stages load: the networks of face detection and our own weights. */
import { WeightsError } from '@onegt/kernels';
import { type WeightName, weightUrls } from '@onegt/weights-nano';
import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FACE_MODELS = ['blazeface.json', 'facemesh.json', 'iris.json'];

/** The models of `@vladmandic/human`, as the package manager installed them. */
function faceModelFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models'); // its exports offer the main file only
}

export function readFaceModel(name: string, signal?: AbortSignal): Promise<Uint8Array> {
  return readBytes(join(faceModelFolder(), name), signal);
}

/** @param folder - other weights under the same file names; by default those of `@onegt/weights-nano` */
export function readWeights(name: WeightName, folder: string | undefined, signal?: AbortSignal): Promise<Uint8Array> {
  return readBytes(weightFile(name, folder), signal);
}

function weightFile(name: WeightName, folder?: string): string {
  const file = fileURLToPath(weightUrls[name]);
  return folder === undefined ? file : join(folder, basename(file));
}

async function readBytes(file: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    return await readFile(file, { signal });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new WeightsError(`The weight file "${file}" cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { data: { file }, cause });
  }
}

export async function missingFiles(): Promise<string[]> {
  const weights = (Object.keys(weightUrls) as WeightName[]).map((name) => weightFile(name));
  const wanted = [...FACE_MODELS.map((name) => join(faceModelFolder(), name)), ...weights];
  const found = await Promise.all(wanted.map((file) => access(file).then(() => true, () => false)));
  return wanted.filter((_, index) => !found[index]);
}
