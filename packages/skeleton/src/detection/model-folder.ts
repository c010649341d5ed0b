import { loadBytes } from '@onegt/kernels';
import type { ReadFile } from './graph-model.ts';

/**
 * Read model files from a folder: `modelFolder('https://example.org/models')` in a browser, a path or a file URL in Node.
 * The three networks are in the folder `models` of the npm package `@vladmandic/human`.
 */
export function modelFolder(folder: string | URL): ReadFile {
  const base = String(folder).replace(/[\\/]*$/, '/');
  return (name, signal) => loadBytes(base + name, signal === undefined ? {} : { signal });
}
