/** Where the files are that the stages load: the networks of face detection and our own weights. */
import { WeightsError } from '@onegt/kernels';
import { weightFiles, weightsFolder } from '@onegt/weights-nano';
import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FACE_MODELS = ['blazeface.json', 'facemesh.json', 'iris.json'];

/** The models of `@vladmandic/human`, as the package manager installed them. */
function faceModelFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models'); // its exports offer the main file only
}

export async function readFaceModel(name: string, signal?: AbortSignal): Promise<Uint8Array> {
  return readFileFrom(faceModelFolder(), name, signal);
}

/** @param folder - other weights with the same file names; by default those of `@onegt/weights-nano` */
export async function readWeights(name: (typeof weightFiles)[number], folder: string | undefined, signal?: AbortSignal): Promise<Uint8Array> {
  return readFileFrom(folder ?? fileURLToPath(weightsFolder), name, signal);
}

async function readFileFrom(folder: string, name: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const file = join(folder, name);
  try {
    return await readFile(file, { signal });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new WeightsError(`The weight file "${file}" cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { data: { file }, cause });
  }
}

export async function missingFiles(): Promise<string[]> {
  const wanted = [...FACE_MODELS.map((name) => join(faceModelFolder(), name)), ...weightFiles.map((name) => join(fileURLToPath(weightsFolder), name))];
  const found = await Promise.all(wanted.map((file) => access(file).then(() => true, () => false)));
  return wanted.filter((_, index) => !found[index]);
}
