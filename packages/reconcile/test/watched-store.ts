import type { VersionedStore } from '@kvtwin/versioned-value';

const writes = ['put', 'putIfAbsent', 'replaceIfVersion', 'remove', 'removeIfVersion'] as const;

/** The same store, with something done before and after each write. */
export function watchedStore(
  store: VersionedStore,
  before: (key: Uint8Array) => unknown,
  after: () => unknown,
): VersionedStore {
  return new Proxy(store, {
    get: (target, name) => {
      const value = target[name as keyof VersionedStore] as unknown;
      if (typeof value !== 'function') return value;
      if (!writes.includes(name as (typeof writes)[number])) return value.bind(target);
      return async (...given: [Uint8Array]) => {
        await before(given[0]);
        const result: unknown = await value.apply(target, given);
        await after();
        return result;
      };
    },
  });
}
