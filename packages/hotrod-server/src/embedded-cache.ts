import type { EntryVersion, Expiration, VersionedValue } from '@kvtwin/versioned-value';
import type { CacheEntry, EntryLifetime } from './cache-entry.js';
import type { InMemoryCache } from './in-memory-cache.js';

/**
 * A cache of an embedded server, reached directly: for seeding it and for looking into it. Nothing here goes over the
 * network, counts in the statistics, or touches an entry (max idle goes on counting). Keys and values are bytes in the
 * cache's storage format.
 */
export class EmbeddedCache {
  readonly #cache: InMemoryCache;
  readonly #defaults: EntryLifetime;

  /** Made by the server; take it from {@link HotRodServer.cache}. */
  constructor(cache: InMemoryCache, defaults: EntryLifetime) {
    this.#cache = cache;
    this.#defaults = defaults;
  }

  get name(): string {
    return this.#cache.name;
  }

  /** Live entries. */
  get size(): number {
    return this.#cache.size;
  }

  /** What the key holds; `undefined` where it is absent or expired. The value is the cache's own memory: do not change it. */
  get(key: Uint8Array): VersionedValue | undefined {
    const entry = this.#cache.peek(key);
    return entry === undefined ? undefined : versionedValue(entry);
  }

  /**
   * Stores a copy of the value and returns its new version. Without `expiration` the cache's defaults hold.
   * Throws `HOTROD_SERVER_CACHE_FULL`.
   */
  put(key: Uint8Array, value: Uint8Array, options: { readonly expiration?: Expiration } = {}): EntryVersion {
    const { version } = this.#cache.put(key, new Uint8Array(value), this.#lifetimeOf(options.expiration));
    return versionToken(version);
  }

  /** Removes the key; whether it was there. */
  delete(key: Uint8Array): boolean {
    return this.#cache.remove(key) !== undefined;
  }

  clear(): void {
    this.#cache.clear();
  }

  /** The live entries, in order of insertion. */
  *entries(): IterableIterator<{ readonly key: Uint8Array; readonly entry: VersionedValue }> {
    for (const { key, entry } of this.#cache.entries()) {
      yield { key, entry: versionedValue(entry) };
    }
  }

  #lifetimeOf(expiration: Expiration | undefined): EntryLifetime {
    if (expiration?.kind === 'mortal') {
      return { lifespanMs: expiration.lifespanMs, maxIdleMs: expiration.maxIdleMs };
    }
    return expiration?.kind === 'immortal' ? { lifespanMs: undefined, maxIdleMs: undefined } : this.#defaults;
  }
}

function versionedValue(entry: CacheEntry): VersionedValue {
  const { lifespanMs, maxIdleMs } = entry;
  const mortal = lifespanMs !== undefined || maxIdleMs !== undefined;
  return {
    value: entry.value,
    version: versionToken(entry.version),
    expiration: mortal
      ? {
          kind: 'mortal',
          ...(lifespanMs === undefined ? {} : { lifespanMs }),
          ...(maxIdleMs === undefined ? {} : { maxIdleMs }),
        }
      : { kind: 'immortal' },
    createdAtMs: entry.createdMs,
    lastUsedAtMs: entry.lastUsedMs,
  };
}

function versionToken(version: bigint): EntryVersion {
  return { scheme: 'hotrod', token: BigInt.asUintN(64, version).toString(16).padStart(16, '0') };
}
