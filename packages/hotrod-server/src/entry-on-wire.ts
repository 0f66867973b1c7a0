import type { EntryMetadata, PreviousValue } from '@kvtwin/hotrod-protocol';
import type { CacheEntry } from './cache-entry.js';

/** The wire has a vInt for seconds; what is longer is told as the longest that every client reads, some 68 years. */
const mostSeconds = 2 ** 31 - 1;

/** What callers are told about an entry beside its value. Durations are cut off to whole seconds. */
export function entryMetadata(entry: CacheEntry): EntryMetadata {
  const { lifespanMs, maxIdleMs } = entry;
  return {
    ...(lifespanMs === undefined
      ? {}
      : { lifespan: { createdAtMs: entry.createdMs, seconds: wholeSeconds(lifespanMs) } }),
    ...(maxIdleMs === undefined
      ? {}
      : { maxIdle: { lastUsedAtMs: entry.lastUsedMs, seconds: wholeSeconds(maxIdleMs) } }),
    entryVersion: entry.version,
  };
}

/** An entry as the value that a write found. */
export function previousValue(entry: CacheEntry): PreviousValue {
  return { value: entry.value, metadata: entryMetadata(entry) };
}

function wholeSeconds(ms: number): number {
  return Math.min(Math.floor(ms / 1000), mostSeconds);
}
