import type { EntryVersion } from './entry-version.js';
import type { PairRead, VersionPolicy } from './pair-read.js';
import type { SideRead } from './side-read.js';
import type { StoreError } from './store-error.js';
import type { Two } from './two.js';
import type { CallOptions, StoreSelector, WriteOptions, WriteOutcome } from './versioned-store.js';

/**
 * How one side took a write. `rejected`: it answered and did not do it. `unknown`: refused, timed out or reset, so it
 * may have been applied; only this is ever repaired in the background.
 */
export type SideWrite =
  | { readonly state: 'applied'; readonly version?: EntryVersion }
  | {
      readonly state: 'rejected';
      readonly reason: Exclude<WriteOutcome, 'applied'> | 'error';
      /** The side's current version, where it tells it. */
      readonly version?: EntryVersion;
      readonly error?: StoreError;
    }
  | { readonly state: 'unknown'; readonly error: StoreError }
  /** The write was not sent to this side. */
  | { readonly state: 'not-sent' };

/** How a write to a pair ended, side by side. */
export interface PairWrite {
  readonly sides: Two<SideWrite>;
  /** What a front tells that is a pair by itself: who did not take the write, by its own name, and the version that the other has. */
  readonly missed?: { readonly name: string; readonly version?: EntryVersion };
}

/** Compare-and-set of a pair write; give at most one of the two. */
export interface PairWriteOptions extends WriteOptions {
  /** Compare-and-set against this token, on each side. */
  readonly ifVersion?: EntryVersion;
  /** Compare-and-set against each side's own token, for pairs whose versions are not comparable. */
  readonly ifVersions?: Two<EntryVersion>;
}

/** One kv space or one table of a pair. */
export interface PairStore<V = Uint8Array> {
  readonly name: string;
  readonly policy: VersionPolicy;
  /** Reads both sides in parallel and compares them. A failing side is a value (`unreadable`), not an exception. */
  read(key: Uint8Array, options?: CallOptions): Promise<PairRead<V>>;
  /**
   * Reads the first side, and the second only when the first does not have the key: what stands for the second is
   * `unknown` when it was not asked. Compares nothing. Where this is missing, {@link PairStore.read} tells the same at
   * the price of two reads.
   */
  readFirst?(key: Uint8Array, options?: CallOptions): Promise<Two<SideRead<V>>>;
  /** Writes the first side, then the second; the second also when the first did not take it. */
  put(key: Uint8Array, value: V, options?: PairWriteOptions): Promise<PairWrite>;
  remove(key: Uint8Array, options?: PairWriteOptions): Promise<PairWrite>;
  close(): Promise<void>;
}

/** Two replicas read as one: two stores side by side, or a front that stands before both (HustDB HA). */
export interface PairSource {
  readonly name: string;
  readonly policy: VersionPolicy;
  /** What people call each side, host:port where it has one (HustDB HA names a failed master so in `Sync`). */
  readonly sideNames?: Two<string>;
  open(selector: StoreSelector): Promise<PairStore>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
