import type { CacheRequest, NamedRequest, NodeCacheReply, NodeListing } from '@kvtwin/hustdb-protocol';
import type { CallOptions, EntryVersion, WriteResult } from '@kvtwin/versioned-value';

/** A request for a listing: `keys` of a side, or what is in one of its tables. */
export type ListRequest = Extract<
  NamedRequest,
  { readonly command: 'keys' | 'hkeys' | 'smembers' | 'zrangebyrank' | 'zrangebyscore' }
>;

/** A request for what a side tells about itself. */
export type TextRequest = Extract<NamedRequest, { readonly command: 'stat' | 'stat_all' | 'file_count' }>;

/** A number that is to be added to the one that stands under a key. */
export interface AddRequest {
  /** A field's text, or a member's score. */
  readonly type: 'hash' | 'zset';
  readonly table: string;
  readonly key: Uint8Array;
  /** Signed 64-bit; the sum wraps around. */
  readonly by: bigint;
  /** Compare-and-set against this version; 0: unconditional. */
  readonly ver: number;
  /** `ver` becomes the version. */
  readonly isDup: boolean;
  readonly ttlSeconds: number | undefined;
  /** `IPv4:port` of the other node, to which the side is to copy the sum in its own time, where it can. */
  readonly copyTo?: string;
}

/** How an addition ended; `sum`, decimal text, where it was applied. */
export type AddResult = WriteResult & { readonly sum?: string };

/** A sum that another side came to, and the version that it has there. */
export interface CopyRequest {
  readonly type: 'hash' | 'zset';
  readonly table: string;
  readonly key: Uint8Array;
  readonly sum: string;
  /** Taken over where versions count; undefined, or of another kind: this side counts by itself. */
  readonly version: EntryVersion | undefined;
  readonly ttlSeconds: number | undefined;
}

/**
 * What one side of a pair does beyond single reads and writes: listings, counters, its cache. A node does it by itself, a
 * store is read through. Every call rejects with a StoreError where the side does not do its part.
 */
export interface Side {
  /** `host:port`, as in `Sync`. */
  readonly name: string;
  /** Whether it copies a sum to another node by itself (`copyTo`). */
  readonly copies: boolean;
  list(request: ListRequest, call: CallOptions): Promise<NodeListing>;
  /** Undefined for a table that is not there. */
  text(request: TextRequest, call: CallOptions): Promise<string | undefined>;
  cache(request: CacheRequest, call: CallOptions): Promise<NodeCacheReply>;
  add(request: AddRequest, call: CallOptions): Promise<AddResult>;
  /** `mismatch` where this side holds a newer version already. */
  copy(request: CopyRequest, call: CallOptions): Promise<WriteResult>;
  /** Releases what the side opened for itself. */
  close(): Promise<void>;
}
