import type { ScanOptions, StoreParts, VersionedStore } from '@kvtwin/versioned-value';
import { alteredStore } from './altered-store.js';

/** A store whose keys fall into parts by the sum of their bytes, as those of a Hot Rod cache fall into segments. */
export function partedStore(
  store: VersionedStore,
  count: number,
  more: Partial<StoreParts> = {},
): VersionedStore {
  return alteredStore(store, {
    parts: async () => ({ scheme: `sum-${count}`, count, ...more }),
    async *scan(options: ScanOptions = {}) {
      const { part, ...rest } = options;
      for await (const { entries, cursor } of store.scan(rest)) {
        const shown = entries.filter(({ key }) => part === undefined || partOf(key, count) === part);
        yield { entries: shown, cursor };
      }
    },
  });
}

/** The part of a key. */
export function partOf(key: Uint8Array, count: number): number {
  return key.reduce((sum, byte) => sum + byte, 0) % count;
}
