import { fromByteString } from './byte-string.js';
import type { StoreType, WriteOptions } from './versioned-store.js';
import type { VersionedValue } from './versioned-value.js';

/** One entry as the memory store keeps it. */
export interface MemoryEntry {
  value: Uint8Array;
  /** Unique in its family: every update takes the next one. */
  version: number;
  createdAtMs: number;
  lastUsedAtMs: number;
  lifespanMs: number | undefined;
  maxIdleMs: number | undefined;
  /** Place in the scan order: the version of the write that made the key. An overwrite keeps it. */
  readonly place: number;
}

/** A position in a scan: entries behind `after`, up to `end`, the last version given out when the scan began. */
export interface ScanPosition {
  readonly after: number;
  readonly end: number;
}

/** The entries of one table (or of the kv space), in the order in which their keys were first written. */
export class MemoryTable {
  /** Byte string of the key → entry. A Map keeps insertion order, so places ascend along it. */
  readonly entries = new Map<string, MemoryEntry>();

  constructor(readonly type: StoreType) {}

  /** The live entry; one whose time is up is dropped on the way. */
  live(key: string, nowMs: number): MemoryEntry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || !isExpired(entry, nowMs)) return entry;
    this.entries.delete(key);
    return undefined;
  }

  /** Stores `value` as given; the caller hands it over. */
  write(key: string, value: Uint8Array, version: number, nowMs: number, options: WriteOptions): void {
    this.entries.set(key, {
      value,
      version,
      createdAtMs: nowMs,
      lastUsedAtMs: nowMs,
      lifespanMs: options.lifespanMs,
      maxIdleMs: options.maxIdleMs,
      place: this.entries.get(key)?.place ?? version,
    });
  }

  /** Drops every entry whose time is up. */
  purge(nowMs: number): void {
    for (const [key, entry] of this.entries) {
      if (isExpired(entry, nowMs)) this.entries.delete(key);
    }
  }

  /** The live entries of a position in order; what is written meanwhile shows only if it lies inside. */
  *walk(position: ScanPosition, nowMs: () => number): Generator<{ key: Uint8Array; entry: MemoryEntry }> {
    for (const [key, entry] of this.entries) {
      if (entry.place > position.end) return;
      if (entry.place <= position.after || isExpired(entry, nowMs())) continue;
      yield { key: fromByteString(key), entry };
    }
  }
}

function isExpired(entry: MemoryEntry, nowMs: number): boolean {
  return (
    (entry.lifespanMs !== undefined && nowMs >= entry.createdAtMs + entry.lifespanMs) ||
    (entry.maxIdleMs !== undefined && nowMs >= entry.lastUsedAtMs + entry.maxIdleMs)
  );
}

/** What a caller gets to see of an entry: its own copy. */
export function versionedValueOf(entry: MemoryEntry): VersionedValue {
  const { lifespanMs, maxIdleMs } = entry;
  return {
    value: entry.value.slice(),
    version: { scheme: 'memory', token: entry.version.toString() },
    expiration:
      lifespanMs === undefined && maxIdleMs === undefined
        ? { kind: 'immortal' }
        : {
            kind: 'mortal',
            ...(lifespanMs === undefined ? {} : { lifespanMs }),
            ...(maxIdleMs === undefined ? {} : { maxIdleMs }),
          },
    createdAtMs: entry.createdAtMs,
    ...(maxIdleMs === undefined ? {} : { lastUsedAtMs: entry.lastUsedAtMs }),
  };
}
