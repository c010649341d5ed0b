/** What a pipeline needs, in Node: Dawn's GPU, and the files of installed packages (face detection, our own weights). */
import { requestGpu } from '@onegt/kernels/node';
import { modelFolder } from '@onegt/skeleton';
import { type WeightName, weightUrls } from '@onegt/weights-nano';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sources } from './pipeline.ts';

type WeightFiles = Record<WeightName, string>;

/** The models of `@vladmandic/human`, as the package manager installed them. */
export function faceModelFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models'); // its exports offer the main file only
}

/** @param folder - other weights under the same file names; by default those of `@onegt/weights-nano` */
export function weightFiles(folder?: string): WeightFiles {
  const entries = Object.entries(weightUrls).map(([name, url]) => [name, folder === undefined ? fileURLToPath(url) : join(folder, basename(url.pathname))]);
  return Object.fromEntries(entries) as WeightFiles;
}

/** @param weights - folder of other weights than those of `@onegt/weights-nano` */
export function nodeSources(weights?: string): Sources {
  return { requestGpu, readFaceNetwork: modelFolder(faceModelFolder()), weights: weightFiles(weights) };
}

export async function missingFiles(): Promise<string[]> {
  const wanted = [
    ...['blazeface', 'facemesh', 'iris'].flatMap((name) => [`${name}.json`, `${name}.bin`]).map((name) => join(faceModelFolder(), name)),
    ...Object.values(weightFiles()),
  ];
  const found = await Promise.all(wanted.map((file) => access(file).then(() => true, () => false)));
  return wanted.filter((_, index) => !found[index]);
}
