import { segmentOfKey } from '@kvtwin/hotrod-protocol';
import { fromByteKey, toByteKey } from './byte-key.js';
import { CacheChanges } from './cache-changes.js';
import { type CacheEntry, type EntryLifetime, isExpired } from './cache-entry.js';
import type { EntryVersionSource } from './entry-version-source.js';
import { HotRodServerError } from './hot-rod-server-error.js';

/** What a cache is made of. */
export interface InMemoryCacheOptions {
  readonly name: string;
  readonly segments: number;
  readonly maxEntries: number;
  /** Keys and values together, in bytes. */
  readonly maxBytes: number;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  readonly versions: EntryVersionSource;
}

/** What a put did: the version that it gave, and the entry that it replaced. */
export interface PutOutcome {
  readonly version: bigint;
  readonly previous: CacheEntry | undefined;
}

/**
 * Entries by key, with expiration. An expired entry is invisible to every method; it goes when it is met, or when
 * {@link InMemoryCache.sweep} comes by. Single-threaded, so every method is atomic.
 */
export class InMemoryCache {
  readonly name: string;
  readonly segments: number;
  readonly changes = new CacheChanges();
  readonly #options: InMemoryCacheOptions;
  readonly #entries = new Map<string, CacheEntry>();
  readonly #keysOfSegment: Set<string>[];
  /** Keys of the entries that can expire, so that the sweep passes by the others. */
  readonly #mortal = new Set<string>();
  #sweeping: IterableIterator<string> | undefined;
  #bytes = 0;

  constructor(options: InMemoryCacheOptions) {
    this.name = options.name;
    this.segments = options.segments;
    this.#options = options;
    this.#keysOfSegment = Array.from({ length: options.segments }, () => new Set<string>());
  }

  /** The entry, without touching it: max idle goes on counting. */
  peek(key: Uint8Array): CacheEntry | undefined {
    return this.peekByteKey(toByteKey(key));
  }

  /** As {@link peek}, by the key in the form of a {@link keysIn} snapshot. */
  peekByteKey(byteKey: string, nowMs: number = this.#options.nowMs()): CacheEntry | undefined {
    const entry = this.#entries.get(byteKey);
    if (entry === undefined || !isExpired(entry, nowMs)) {
      return entry;
    }
    this.#expire(byteKey, entry);
    return undefined;
  }

  /** The entry, used just now: max idle starts again. */
  read(key: Uint8Array): CacheEntry | undefined {
    const entry = this.peek(key);
    if (entry !== undefined) {
      entry.lastUsedMs = this.#options.nowMs();
    }
    return entry;
  }

  /**
   * Stores a value under a new version. The value's memory is kept: hand over bytes that
   * nobody changes. A lifetime that is over at once leaves the key absent. A max idle that is not shorter than the lifespan
   * is dropped, as Infinispan does: it can never come first.
   */
  put(key: Uint8Array, value: Uint8Array, lifetime: EntryLifetime): PutOutcome {
    const byteKey = toByteKey(key);
    const nowMs = this.#options.nowMs();
    const previous = this.peekByteKey(byteKey, nowMs);
    const entry: CacheEntry = {
      value,
      version: this.#options.versions.next(),
      createdMs: nowMs,
      lastUsedMs: nowMs,
      ...effective(lifetime),
      segment: previous?.segment ?? segmentOfKey(key, this.segments),
    };
    if (isExpired(entry, nowMs)) {
      if (previous !== undefined) {
        this.#expire(byteKey, previous);
      }
      return { version: entry.version, previous };
    }
    if (!this.#fits(byteKey, entry, previous)) {
      this.#makeRoom(byteKey, entry, previous);
    }
    this.#insert(byteKey, entry, previous);
    this.changes.tell(previous === undefined ? 'created' : 'modified', byteKey, entry);
    return { version: entry.version, previous };
  }

  /** Removes the key and returns what it held. */
  remove(key: Uint8Array): CacheEntry | undefined {
    const byteKey = toByteKey(key);
    const entry = this.peekByteKey(byteKey);
    if (entry !== undefined) {
      this.#drop(byteKey, entry);
      this.changes.tell('removed', byteKey);
    }
    return entry;
  }

  /** Removes every entry. */
  clear(): void {
    if (this.changes.wanted) {
      this.#sweepAll(this.#options.nowMs());
    }
    const removed = this.changes.wanted ? [...this.#entries.keys()] : [];
    this.#entries.clear();
    this.#mortal.clear();
    this.#sweeping = undefined;
    for (const keys of this.#keysOfSegment) {
      keys.clear();
    }
    this.#bytes = 0;
    for (const byteKey of removed) {
      this.changes.tell('removed', byteKey);
    }
  }

  /** Loses what lies in a segment, as a cluster does whose owners of it are gone. */
  forgetSegment(segment: number): void {
    for (const byteKey of this.keysIn(segment)) {
      this.#drop(byteKey, this.#entries.get(byteKey)!);
    }
  }

  /** How many entries are alive. Linear in the number of entries that can expire. */
  get size(): number {
    this.#sweepAll(this.#options.nowMs());
    return this.#entries.size;
  }

  /** Keys and values held, in bytes; expired entries count until they go. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A snapshot of the keys of one segment, expired ones among them, in order of insertion. */
  keysIn(segment: number): string[] {
    return [...(this.#keysOfSegment[segment] ?? [])];
  }

  /** The live entries, in order of insertion, without touching them. */
  *entries(): IterableIterator<{ key: Uint8Array; entry: CacheEntry }> {
    for (const byteKey of [...this.#entries.keys()]) {
      const entry = this.peekByteKey(byteKey);
      if (entry !== undefined) {
        yield { key: fromByteKey(byteKey), entry };
      }
    }
  }

  /**
   * Looks at up to `budget` entries that can expire, going on where the last call stopped, and drops those whose time
   * is over. Returns how many it dropped.
   */
  sweep(budget: number, nowMs: number = this.#options.nowMs()): number {
    let dropped = 0;
    this.#sweeping ??= this.#mortal.values();
    for (let looked = 0; looked < budget; looked++) {
      const next = this.#sweeping.next();
      if (next.done) {
        this.#sweeping = undefined;
        break;
      }
      const entry = this.#entries.get(next.value);
      if (entry !== undefined && isExpired(entry, nowMs)) {
        this.#expire(next.value, entry);
        dropped++;
      }
    }
    return dropped;
  }

  #sweepAll(nowMs: number): void {
    this.#sweeping = undefined;
    this.sweep(this.#mortal.size + 1, nowMs);
  }

  #makeRoom(byteKey: string, entry: CacheEntry, previous: CacheEntry | undefined): void {
    // The same instant as the write's, so that what the write replaces is still there.
    this.#sweepAll(entry.createdMs);
    if (!this.#fits(byteKey, entry, previous)) {
      const { maxEntries, maxBytes } = this.#options;
      throw new HotRodServerError(
        'HOTROD_SERVER_CACHE_FULL',
        `cache '${this.name}' is full: ${this.#entries.size} of ${maxEntries} entries, ${this.#bytes} of ${maxBytes} ` +
          `bytes, and ${byteKey.length + entry.value.length} bytes do not fit; raise maxEntries or maxBytes`,
      );
    }
  }

  #fits(byteKey: string, entry: CacheEntry, previous: CacheEntry | undefined): boolean {
    const { maxEntries, maxBytes } = this.#options;
    const added = entry.value.length - (previous?.value.length ?? -byteKey.length);
    return (previous !== undefined || this.#entries.size < maxEntries) && this.#bytes + added <= maxBytes;
  }

  #insert(byteKey: string, entry: CacheEntry, previous: CacheEntry | undefined): void {
    this.#entries.set(byteKey, entry);
    if (previous === undefined) {
      this.#keysOfSegment[entry.segment]!.add(byteKey);
      this.#bytes += byteKey.length;
    }
    this.#bytes += entry.value.length - (previous?.value.length ?? 0);
    if (entry.lifespanMs !== undefined || entry.maxIdleMs !== undefined) {
      this.#mortal.add(byteKey);
    } else {
      this.#mortal.delete(byteKey);
    }
  }

  #expire(byteKey: string, entry: CacheEntry): void {
    this.#drop(byteKey, entry);
    this.changes.tell('expired', byteKey);
  }

  #drop(byteKey: string, entry: CacheEntry): void {
    this.#entries.delete(byteKey);
    this.#keysOfSegment[entry.segment]!.delete(byteKey);
    this.#mortal.delete(byteKey);
    this.#bytes -= byteKey.length + entry.value.length;
  }
}

function effective({ lifespanMs, maxIdleMs }: EntryLifetime): EntryLifetime {
  const neverFirst = lifespanMs !== undefined && maxIdleMs !== undefined && maxIdleMs >= lifespanMs;
  return { lifespanMs, maxIdleMs: neverFirst ? undefined : maxIdleMs };
}
