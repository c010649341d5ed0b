/** Tuning results in the browser's IndexedDB: works in pages and workers, unlike localStorage. */
import type { TuningStore } from './tuner.ts';

const table = 'choices';

export function indexedDbTuningStore(databaseName = 'onegt-tuning', factory: IDBFactory = indexedDB): TuningStore {
  const open = async (): Promise<IDBDatabase> => {
    const request = factory.open(databaseName, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(table);
    return settled(request);
  };
  const withTable = async <T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const database = await open();
    try {
      return await settled(use(database.transaction(table, mode).objectStore(table)));
    } finally {
      database.close();
    }
  };
  return {
    load: (adapter) => withTable('readonly', (store) => store.get(adapter) as IDBRequest<Record<string, string> | undefined>),
    save: async (adapter, choices) => void (await withTable('readwrite', (store) => store.put({ ...choices }, adapter))),
  };
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB request failed'));
  });
}
