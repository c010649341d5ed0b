/** Where the files are that the stages load: the networks of face detection and our own weights. */
import { weightUrls } from '@onegt/weights-nano';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type WeightFiles = Record<keyof typeof weightUrls, string>;

/** The models of `@vladmandic/human`, as the package manager installed them. */
export function faceModelFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models'); // its exports offer the main file only
}

/** @param folder - other weights under the same file names; by default those of `@onegt/weights-nano` */
export function weightFiles(folder?: string): WeightFiles {
  const entries = Object.entries(weightUrls).map(([name, url]) => [name, folder === undefined ? fileURLToPath(url) : join(folder, basename(url.pathname))]);
  return Object.fromEntries(entries) as WeightFiles;
}

export async function missingFiles(): Promise<string[]> {
  const wanted = [
    ...['blazeface', 'facemesh', 'iris'].flatMap((name) => [`${name}.json`, `${name}.bin`]).map((name) => join(faceModelFolder(), name)),
    ...Object.values(weightFiles()),
  ];
  const found = await Promise.all(wanted.map((file) => access(file).then(() => true, () => false)));
  return wanted.filter((_, index) => !found[index]);
}
