import type { EntryVersion } from './entry-version.js';
import type { VersionedValue } from './versioned-value.js';

/** What a table holds. `kv` has no table. */
export type StoreType = 'kv' | 'hash' | 'set' | 'zset';

/** Which store of a family to open. `table` is required for all but `kv`, and refused for `kv`. */
export interface StoreSelector {
  readonly type: StoreType;
  readonly table?: string;
}

/** Every call can be aborted and limited in time; without `timeoutMs` the store's own default applies. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/**
 * A write that replays another one: `replayVersion` becomes the entry's version instead of counting up (HustDB
 * `is_dup=true&ver=`). When it is older than the current one nothing changes and the outcome is `mismatch` with the
 * current version. Only for stores with the capability `replay`; others reject with `STORE_UNSUPPORTED`.
 */
export interface ReplayOptions extends CallOptions {
  readonly replayVersion?: EntryVersion;
}

/** Expiration of a write. Both absent: the entry never expires. Milliseconds, greater than 0. */
export interface WriteOptions extends ReplayOptions {
  readonly lifespanMs?: number;
  readonly maxIdleMs?: number;
}

/**
 * How a write ended. `mismatch`: the version given is not the current one. `absent`: there is no such key.
 * `exists`: the key was there already (put-if-absent).
 */
export type WriteOutcome = 'applied' | 'mismatch' | 'absent' | 'exists';

/** `version` stands only where it is usable as a token of a later conditional write. */
export interface WriteResult {
  readonly outcome: WriteOutcome;
  /**
   * After `applied`: the new version; of a removal the one removed, where the store tells it (HustDB does).
   * After `mismatch` or `exists`: the current one, where the store tells it.
   */
  readonly version?: EntryVersion;
}

/** What a store can do. What it does not claim it refuses with `STORE_UNSUPPORTED`. */
export interface StoreCapabilities {
  readonly compareAndSet: 'atomic' | 'per-side' | 'none';
  /** `check-then-write`: reads, then writes; another writer can slip between the two. */
  readonly putIfAbsent: 'atomic' | 'check-then-write' | 'none';
  /** Whether a token is never used again for a key, not even after it was removed and written anew. */
  readonly tokensUnique: boolean;
  /** Whether an unconditional write answers the new version as a usable token. */
  readonly writesReturnVersion: boolean;
  /** Whether reads tell an entry's expiration. */
  readonly readsExpiration: boolean;
  /** Whether writes accept a lifespan. */
  readonly lifespan: boolean;
  /** Granularity in which reads tell expirations (or writes take them, where reads do not), in milliseconds. */
  readonly expirationUnitMs: number;
  readonly maxIdle: boolean;
  /** Whether a write of the very value that is there keeps its version (a HustDB sorted set does). Default false. */
  readonly sameValueKeepsVersion?: boolean;
  /** Whether writes take a `replayVersion`. Default false. */
  readonly replay?: boolean;
  /** Whether `putIfAbsent` and `replaceIfVersion` take a `replayVersion` too, whatever it is. Default false. */
  readonly conditionalReplay?: boolean;
  readonly emptyValues: boolean;
  readonly emptyKeys: boolean;
  /** Longest key in bytes. */
  readonly maxKeyBytes: number;
  /** Longest value in bytes. */
  readonly maxValueBytes: number;
  /** Bytes that a key must not contain (HustDB cuts keys at `?`). */
  readonly forbiddenKeyBytes: readonly number[];
  /** `snapshot`: a scan shows one moment. `live`: writes during the scan may show or not. `none`: cannot list keys. */
  readonly scan: 'snapshot' | 'live' | 'none';
  /** Whether a scan resets max-idle, as a get does. */
  readonly scanTouches: boolean;
  /**
   * Whether a scan may hide a key that is there throughout, because others are removed meanwhile: HustDB lists by offset.
   * Two scans that show the same keys then tell that none was hidden. Default false.
   */
  readonly scanShifts?: boolean;
}

/** One entry that a scan shows. */
export interface ScannedEntry<V = Uint8Array> {
  readonly key: Uint8Array;
  readonly entry: VersionedValue<V>;
}

/** Some entries, and the cursor that resumes a scan behind them. A batch may be empty. */
export interface ScanBatch<V = Uint8Array> {
  readonly entries: readonly ScannedEntry<V>[];
  readonly cursor: string;
}

/** The parts into which a store's keys fall: a key is in just one, and always in the same. */
export interface StoreParts {
  /** Equal for two stores in which every key is in the part of the same number. */
  readonly scheme: string;
  readonly count: number;
  /** Keys in one part, about, where the store can tell. */
  readonly keysPerPart?: number;
}

/** `cursor`: resume behind that batch (at least the entries not yet shown are shown; some may come twice). */
export interface ScanOptions extends CallOptions {
  readonly cursor?: string;
  /** Entries per batch, 1 to 100,000; a hint. */
  readonly batchSize?: number;
  /** Only that part, 0 to `count - 1`; for stores that have {@link VersionedStore.parts}. A cursor is then of that part. */
  readonly part?: number;
}

/**
 * Keys with versioned values in one replica. Keys and values are bytes; a store does not keep a caller's array, and
 * what it returns belongs to the caller. Every method rejects with a StoreError; expected outcomes are values.
 */
export interface VersionedStore<V = Uint8Array> {
  /** For messages: the URL without credentials, and the table. */
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  get(key: Uint8Array, options?: CallOptions): Promise<VersionedValue<V> | undefined>;
  /** Answers in the order of `keys`; `undefined` where absent. */
  getMany(keys: readonly Uint8Array[], options?: CallOptions): Promise<(VersionedValue<V> | undefined)[]>;
  put(key: Uint8Array, value: V, options?: WriteOptions): Promise<WriteResult>;
  putIfAbsent(key: Uint8Array, value: V, options?: WriteOptions): Promise<WriteResult>;
  replaceIfVersion(
    key: Uint8Array,
    value: V,
    version: EntryVersion,
    options?: WriteOptions,
  ): Promise<WriteResult>;
  remove(key: Uint8Array, options?: ReplayOptions): Promise<WriteResult>;
  removeIfVersion(key: Uint8Array, version: EntryVersion, options?: CallOptions): Promise<WriteResult>;
  /** Closing the iterator (`break`) releases what the scan holds. */
  scan(options?: ScanOptions): AsyncIterable<ScanBatch<V>>;
  /** The parts that can be scanned one by one; resolves to `undefined`, or is missing, where there are none. */
  parts?(options?: CallOptions): Promise<StoreParts | undefined>;
  /**
   * How many entries there are, about; for telling people how far something is. Missing, or `undefined`, where the store
   * cannot tell without listing them.
   */
  count?(options?: CallOptions): Promise<number | undefined>;
  /** Releases this view; the family stays open. */
  close(): Promise<void>;
}

/** One replica: opens its stores by type and table. */
export interface StoreFamily {
  /** The URL without credentials. */
  readonly name: string;
  /** Opens without a round trip where it can; a table need not exist. */
  open(selector: StoreSelector): Promise<VersionedStore>;
  /** Whether the replica answers; rejects with the StoreError that says why not. */
  ping(options?: CallOptions): Promise<void>;
  /** Settles every open call, then releases everything. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
