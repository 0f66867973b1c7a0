import type { CallOptions, PairRead, Two } from '@kvtwin/versioned-value';
import type { RepairWrite } from './repair-result.js';

/**
 * What the key is to be on both sides: what the first or the second side holds now, a value of the caller's, or
 * nothing (`removal`). A side that is absent is never taken by itself: that would remove the other one's copy, so it
 * has to be asked for as `removal`.
 */
export type RepairTake =
  | 'first'
  | 'second'
  | 'removal'
  | { readonly value: Uint8Array; readonly lifespanMs?: number; readonly maxIdleMs?: number };

/** One repair of one key. */
export interface RepairRequest extends CallOptions {
  readonly take: RepairTake;
  /** The read that the decision was made on. A side that has changed since is not written. Default: a read made now. */
  readonly basedOn?: PairRead;
  /** The same guard by hashes: SHA-256 of each side's value as lower-case hex, `null` where it was absent. */
  readonly ifHashes?: Two<string | null>;
  /**
   * What else than the value is to be the same afterwards. `versions`: of sides whose versions are counters, the lower
   * one is counted up; what is written anew loses its expiration where its store does not tell it. `expirations`: a side
   * that holds the value already gets the expiration of the one that is taken. Default: neither.
   */
  readonly align?: { readonly versions?: boolean; readonly expirations?: boolean };
  /** Writes also to a store without compare-and-set. Default false: such a repair ends as `unguarded`. */
  readonly allowUnguarded?: boolean;
  /**
   * Awaited once it is certain what is to be written, before the first write: the place to keep an intent. Where it
   * rejects, nothing is written and the repair rejects with the same. Not called where there is nothing to write.
   */
  readonly beforeWrite?: (intent: RepairIntent) => Promise<void>;
}

/** What a repair is about to do. */
export interface RepairIntent {
  /** What the sides hold: before-images for an undo. */
  readonly before: PairRead;
  /** None of them sent yet. */
  readonly writes: Two<RepairWrite>;
}
