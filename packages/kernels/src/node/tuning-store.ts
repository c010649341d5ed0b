/** Tuning results in a JSON file, one entry per adapter. Written beside and renamed, so that no reader sees half a file. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TuningStore } from '../gemm/tuner.ts';

type Tables = Record<string, Readonly<Record<string, string>>>;

export function fileTuningStore(path: string): TuningStore {
  const loadAll = async (): Promise<Tables> => {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
    try {
      return JSON.parse(text) as Tables;
    } catch (cause) {
      throw new Error(`The tuning file ${path} is not JSON. Delete it: it only saves time.`, { cause });
    }
  };
  return {
    load: async (adapter) => (await loadAll())[adapter],
    save: async (adapter, choices) => {
      const tables = { ...(await loadAll()), [adapter]: choices };
      await mkdir(dirname(path), { recursive: true });
      const temporary = `${path}.${process.pid}.tmp`;
      await writeFile(temporary, JSON.stringify(tables, undefined, 1));
      await rename(temporary, path);
    },
  };
}
