/** What a cache holds for a key. Times are milliseconds since the epoch, durations milliseconds. */
export interface CacheEntry {
  readonly value: Uint8Array;
  /** Signed 64-bit, unique per modification; never 0 or -1. */
  readonly version: bigint;
  readonly createdMs: number;
  /** Moved by every read that touches. */
  lastUsedMs: number;
  /** Counts from `createdMs`; absent: for ever. */
  readonly lifespanMs: number | undefined;
  /** Counts from `lastUsedMs`; absent: for ever. */
  readonly maxIdleMs: number | undefined;
  readonly segment: number;
}

/** How long a write wants its entry kept, in milliseconds; absent: for ever; 0 or less: expired at once. */
export interface EntryLifetime {
  readonly lifespanMs: number | undefined;
  readonly maxIdleMs: number | undefined;
}

/** Whether the entry's time is over at `nowMs`. */
export function isExpired(entry: CacheEntry, nowMs: number): boolean {
  const { lifespanMs, maxIdleMs } = entry;
  return (
    (lifespanMs !== undefined && entry.createdMs + lifespanMs <= nowMs) ||
    (maxIdleMs !== undefined && entry.lastUsedMs + maxIdleMs <= nowMs)
  );
}
