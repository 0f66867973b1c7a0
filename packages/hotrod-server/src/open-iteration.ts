import { fromByteKey } from './byte-key.js';
import type { CacheEntry } from './cache-entry.js';
import type { InMemoryCache } from './in-memory-cache.js';

/**
 * A reply holds at least one entry and stops after this many bytes of keys and values, whatever the batch size, so
 * that a batch of large values does not have to fit into memory twice.
 */
const maxBatchBytes = 8 * 1024 * 1024;

/** What an iteration was asked for. */
export interface IterationRequest {
  readonly cache: InMemoryCache;
  /** In the order given; absent: all. Numbers past the cache's segments are left out. */
  readonly segments: readonly number[] | undefined;
  /** Entries per reply, at least 1. */
  readonly batchSize: number;
  readonly metadata: boolean;
  /** Leave the values out: each is answered as no bytes. */
  readonly keysOnly: boolean;
}

/** One reply's worth of an iteration. No entries: exhausted. */
export interface IterationBatch {
  readonly finishedSegments: readonly number[];
  readonly entries: readonly { readonly key: Uint8Array; readonly entry: CacheEntry }[];
}

/**
 * A walk over a cache, segment by segment. The keys of a segment are a snapshot from when the walk reaches it, the values are read
 * as they are handed out: keys removed meanwhile are passed by, and nothing is touched.
 */
export class OpenIteration {
  readonly request: IterationRequest;
  /** When it was last asked for, in milliseconds since the epoch; the registry moves it. */
  lastUsedMs: number;
  readonly #segments: number[];
  #segmentIndex = 0;
  #keys: string[] | undefined;
  #keyIndex = 0;
  /** Segments handed out whole but not yet reported. */
  #finished: number[] = [];

  constructor(request: IterationRequest, nowMs: number) {
    this.request = request;
    this.lastUsedMs = nowMs;
    const all = Array.from({ length: request.cache.segments }, (_, segment) => segment);
    const wanted = request.segments === undefined ? undefined : new Set(request.segments);
    this.#segments = wanted === undefined ? all : all.filter((segment) => wanted.has(segment));
  }

  /**
   * The next entries. A segment is reported finished once, in the reply after the one with its last entry: whoever
   * reads the report has had all its entries. The empty batch reports what is left.
   */
  next(): IterationBatch {
    const reported = this.#finished;
    this.#finished = [];
    const entries: { key: Uint8Array; entry: CacheEntry }[] = [];
    let bytes = 0;
    while (entries.length < this.request.batchSize && bytes < maxBatchBytes) {
      const byteKey = this.#nextKey();
      if (byteKey === undefined) {
        break;
      }
      const entry = this.request.cache.peekByteKey(byteKey);
      if (entry !== undefined) {
        entries.push({ key: fromByteKey(byteKey), entry });
        bytes += byteKey.length + entry.value.length;
      }
    }
    if (entries.length > 0) {
      return { finishedSegments: reported, entries };
    }
    const finishedSegments = [...reported, ...this.#finished];
    this.#finished = [];
    return { finishedSegments, entries };
  }

  #nextKey(): string | undefined {
    for (;;) {
      const segment = this.#segments[this.#segmentIndex];
      if (segment === undefined) {
        return undefined;
      }
      this.#keys ??= this.request.cache.keysIn(segment);
      const key = this.#keys[this.#keyIndex++];
      if (key !== undefined) {
        return key;
      }
      this.#finished.push(segment);
      this.#segmentIndex++;
      this.#keys = undefined;
      this.#keyIndex = 0;
    }
  }
}
