import type { CacheEntry } from './cache-entry.js';
import type { HostedCache } from './hosted-cache.js';

/** Reads an entry for a caller: it is used from now on, and the statistics know of it. */
export function countedRead({ cache, counters }: HostedCache, key: Uint8Array): CacheEntry | undefined {
  const entry = cache.read(key);
  if (entry === undefined) {
    counters.misses++;
  } else {
    counters.hits++;
  }
  return entry;
}
