import type { EmbeddedCache } from './embedded-cache.js';
import type { InMemoryCache } from './in-memory-cache.js';
import type { ResolvedCacheOptions } from './server-options.js';

/** What remote callers did with one cache since the server started; seeding does not count. */
export interface CacheCounters {
  stores: number;
  hits: number;
  misses: number;
  removeHits: number;
  removeMisses: number;
}

/** A cache with what the server knows about it. The nodes of a cluster share it. */
export interface HostedCache {
  readonly cache: InMemoryCache;
  readonly options: ResolvedCacheOptions;
  readonly counters: CacheCounters;
  readonly direct: EmbeddedCache;
}
