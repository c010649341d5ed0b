import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../gpu/gpu.ts';
import { requestGpu } from '../node/index.ts';
import { fileTuningStore } from '../node/tuning-store.ts';
import { expectNoLeak } from '../testing/index.ts';
import { tuneLinear, type TuningStore } from './tuner.ts';
import { indexedDbTuningStore } from './tuning-store.ts';
import { chooseVariant, gemmVariants, tunedVariant, variantLabel } from './variants.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu();
});
afterAll(() => gpu.dispose());

const folder = mkdtempSync(join(tmpdir(), 'onegt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shape = { T: 2, K: 8, N: 8 };

describe('tuneLinear', () => {
  it('measures each candidate once, chooses the fastest, and linear follows', async () => {
    const path = join(folder, 'cache', 'tuning.json');
    await expectNoLeak(gpu, async () => {
      const [result] = await tuneLinear(gpu, [shape], { store: fileTuningStore(path) });
      const times = Object.values(result!.milliseconds);
      expect(times.length).toBeGreaterThanOrEqual(3);
      expect(result!.milliseconds[result!.best]).toBe(Math.min(...times));
      expect(variantLabel(chooseVariant(gpu, shape))).toBe(result!.best);
      expect(Object.values(JSON.parse(readFileSync(path, 'utf8')) as object)).toEqual([{ 'linear/2x8x8': result!.best }]);
    });

    gpu.tuning.clear();
    const [again] = await tuneLinear(gpu, [shape], { store: fileTuningStore(path) });
    expect(again!.milliseconds).toEqual({}); // from the file
  });

  it('ignores a stored choice that this adapter does not have', async () => {
    gpu.tuning.set('linear/2x8x8', 'subgroup1024/3x3');
    expect(tunedVariant(gpu, shape)).toBeUndefined();
    expect(chooseVariant(gpu, shape)).toEqual(gemmVariants(gpu.info, shape)[0]);
    gpu.tuning.clear();
  });

  it('stops when the caller aborts', async () => {
    await expect(tuneLinear(gpu, [shape], { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

async function checkStore(store: TuningStore): Promise<void> {
  expect(await store.load('a')).toBeUndefined();
  await store.save('a', { x: '1' });
  await store.save('b', { y: '2' });
  await store.save('a', { x: '3' });
  expect(await store.load('a')).toEqual({ x: '3' });
  expect(await store.load('b')).toEqual({ y: '2' });
}

describe('tuning stores', () => {
  it('in a file', () => checkStore(fileTuningStore(join(folder, 'store.json'))));

  it('in a file that is damaged: says what to do', async () => {
    writeFileSync(join(folder, 'damaged.json'), '{');
    await expect(fileTuningStore(join(folder, 'damaged.json')).load('a')).rejects.toThrow(/damaged.json is not JSON. Delete it/);
  });

  it('in IndexedDB', () => checkStore(indexedDbTuningStore('test', fakeIndexedDb())));
});

/** The few calls that the store makes, with IndexedDB's asynchronous requests and its upgrade before the first use. */
function fakeIndexedDb(): IDBFactory {
  const tables = new Map<string, Map<string, unknown>>();
  const request = (act: () => unknown, onUpgrade = false) => {
    const pending: { result?: unknown; onsuccess?: () => void; onupgradeneeded?: () => void } = {};
    queueMicrotask(() => {
      pending.result = act();
      if (onUpgrade) pending.onupgradeneeded?.();
      pending.onsuccess?.();
    });
    return pending;
  };
  const objectStore = (name: string) => {
    const rows = tables.get(name);
    if (rows === undefined) throw new Error(`NotFoundError: ${name}`);
    return { get: (key: string) => request(() => rows.get(key)), put: (value: unknown, key: string) => request(() => rows.set(key, value)) };
  };
  const database = { createObjectStore: (name: string) => tables.set(name, new Map()), transaction: () => ({ objectStore }), close: () => undefined };
  return { open: () => request(() => database, tables.size === 0) } as unknown as IDBFactory;
}
