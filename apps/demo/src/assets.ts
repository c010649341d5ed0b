/** Where the files are that the stages load: the networks of face detection and our own weights. */
import { weightUrls } from '@onegt/weights-nano';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

type WeightUrls = Record<keyof typeof weightUrls, URL>;

/** The models of `@vladmandic/human`, as the package manager installed them. */
export function faceModelFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models'); // its exports offer the main file only
}

/** @param folder - other weights under the same file names; by default those of `@onegt/weights-nano` */
export function weightSources(folder: string | undefined): WeightUrls {
  if (folder === undefined) return weightUrls;
  return Object.fromEntries(Object.entries(weightUrls).map(([name, url]) => [name, pathToFileURL(join(folder, basename(url.pathname)))])) as WeightUrls;
}

export async function missingFiles(): Promise<string[]> {
  const wanted = [
    ...['blazeface', 'facemesh', 'iris'].flatMap((name) => [`${name}.json`, `${name}.bin`]).map((name) => join(faceModelFolder(), name)),
    ...Object.values(weightUrls).map((url) => fileURLToPath(url)),
  ];
  const found = await Promise.all(wanted.map((file) => access(file).then(() => true, () => false)));
  return wanted.filter((_, index) => !found[index]);
}
