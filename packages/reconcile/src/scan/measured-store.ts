import type { CallOptions, VersionedStore } from '@kvtwin/versioned-value';
import type { SideLoad } from './side-load.js';

/** A store for bulk reads that are timed; everything else goes to the store as it is. */
export function measuredStore(store: VersionedStore, load: SideLoad): VersionedStore {
  const { name, capabilities } = store;
  return {
    name,
    capabilities,
    get: (key, options) => load.timed(() => store.get(key, options)),
    getMany: (keys: readonly Uint8Array[], options?: CallOptions) =>
      load.timed(() => store.getMany(keys, options)),
    put: (key, value, options) => store.put(key, value, options),
    putIfAbsent: (key, value, options) => store.putIfAbsent(key, value, options),
    replaceIfVersion: (key, value, version, options) => store.replaceIfVersion(key, value, version, options),
    remove: (key, options) => store.remove(key, options),
    removeIfVersion: (key, version, options) => store.removeIfVersion(key, version, options),
    scan: (options) => store.scan(options),
    close: () => store.close(),
  };
}
