import type { CacheRequest, ListedEntry } from '@kvtwin/hustdb-protocol';
import type { PairWrite, StoreError, Two } from '@kvtwin/versioned-value';
import type { AddRequest, ListRequest } from '../sides/side.js';

/** Why there is no listing. `no-table`: there is none of that name and type. */
export type NotListed =
  | { readonly outcome: 'no-table' | 'invalid' }
  | { readonly outcome: 'unreadable'; readonly error: StoreError | undefined };

/** How a listing was answered. */
export type Listed = { readonly outcome: 'listed'; readonly entries: readonly ListedEntry[] } | NotListed;

/** How a read of the cache was answered. `absent`: also for what holds another type. */
export type CacheRead =
  | { readonly outcome: 'found'; readonly value: Uint8Array }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'unreadable'; readonly error: StoreError | undefined };

/** How each side took a write to its cache; `body` is that of the last one that did it. */
export interface CacheWritten {
  readonly sides: Two<'applied' | 'rejected' | 'unknown'>;
  readonly body: Uint8Array;
  /** `host:port` of the side that did not do it, where it is not the name of one of the sides (a front tells its own). */
  readonly failed?: string;
}

/** How an addition ended on each side, and the sum that the first of them told which applied it. */
export interface Added extends PairWrite {
  readonly sum: string | undefined;
}

/**
 * Which sides an addition goes to. `first`, `second`: whoever asks brings the other one along. `first-then-copy`: the first,
 * which does that in its own time.
 */
export type AddTo = 'both' | 'first' | 'second' | 'first-then-copy';

/** What a pair is asked besides single reads and writes. A side that fails is a value, never an exception. */
export interface PairCommands {
  /** Of the first side that has the table. */
  list(request: ListRequest, timeoutMs: number): Promise<Listed>;
  /** Of the first side that has it. */
  cacheRead(request: CacheRequest, timeoutMs: number): Promise<CacheRead>;
  /** To the first side, then to the second. */
  cacheWrite(request: CacheRequest, timeoutMs: number): Promise<CacheWritten>;
  add(request: AddRequest, to: AddTo, timeoutMs: number): Promise<Added>;
}
