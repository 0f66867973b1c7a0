import type { EntryMetadata } from '@kvtwin/hotrod-protocol';

/** What a server tells about an entry. Times are milliseconds since the epoch on the server's clock. */
export interface CacheEntry<V> {
  /** As the value codec decoded it. */
  readonly value: V;
  /** Unique per modification on one site; opaque, neither sequential nor comparable between sites. */
  readonly version: bigint;
  /** Absent: it never expires by age. Whole seconds, cut off. */
  readonly lifespanMs?: number;
  /** Only with a lifespan. */
  readonly createdAtMs?: number;
  /** Absent: it never expires by idleness. Whole seconds, cut off. */
  readonly maxIdleMs?: number;
  /** Only with a max idle. */
  readonly lastUsedAtMs?: number;
}

/** The entry of a decoded value and its metadata. */
export function cacheEntry<V>(value: V, { entryVersion, lifespan, maxIdle }: EntryMetadata): CacheEntry<V> {
  if (lifespan === undefined && maxIdle === undefined) return { value, version: entryVersion };
  return {
    value,
    version: entryVersion,
    ...(lifespan === undefined
      ? {}
      : { lifespanMs: lifespan.seconds * 1_000, createdAtMs: lifespan.createdAtMs }),
    ...(maxIdle === undefined
      ? {}
      : { maxIdleMs: maxIdle.seconds * 1_000, lastUsedAtMs: maxIdle.lastUsedAtMs }),
  };
}
