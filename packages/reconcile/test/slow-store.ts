import type { Clock, VersionedStore } from '@kvtwin/versioned-value';
import { alteredStore } from './altered-store.js';

/** A store whose answers take 1 to 5 ms each, a batch of a scan 2 to 10 ms, on the given clock. */
export function slowStore(store: VersionedStore, clock: Clock, random: () => number): VersionedStore {
  const delay = (): Promise<void> => clock.sleep(1 + Math.floor(random() * 5));
  return alteredStore(store, {
    async *scan(options) {
      for await (const batch of store.scan(options)) {
        await delay();
        await delay();
        yield batch;
      }
    },
    get: async (key, options) => {
      await delay();
      const entry = await store.get(key, options);
      await delay();
      return entry;
    },
    getMany: async (keys, options) => {
      await delay();
      const half = Math.ceil(keys.length / 2);
      const front = await store.getMany(keys.slice(0, half), options);
      await delay();
      return [...front, ...(await store.getMany(keys.slice(half), options))];
    },
  });
}
