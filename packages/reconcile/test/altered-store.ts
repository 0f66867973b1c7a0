import type { VersionedStore } from '@kvtwin/versioned-value';

/** A store with some of its methods replaced. */
export function alteredStore(store: VersionedStore, changes: Partial<VersionedStore>): VersionedStore {
  return new Proxy(store, {
    get: (target, name) => {
      const changed = changes[name as keyof VersionedStore];
      if (changed !== undefined) return changed;
      const value = target[name as keyof VersionedStore];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
