/**
 * Why a store could not do what it was asked. Match on `code`:
 * - `STORE_UNREACHABLE`: refused, reset, no route, or closed by the other end.
 * - `STORE_TIMEOUT`: no answer within the call's time limit.
 * - `STORE_ABORTED`: the caller's signal fired.
 * - `STORE_AUTH`: the store refuses the credentials or the right to do this.
 * - `STORE_UNSUPPORTED`: the store does not claim this capability; nothing is emulated silently.
 * - `STORE_INVALID_KEY` / `STORE_INVALID_VALUE` / `STORE_INVALID_ARGUMENT`: outside the store's rules; nothing was sent.
 * - `STORE_WRONG_TYPE`: the table holds another type (HustDB 412).
 * - `STORE_NO_SUCH_STORE`: the cache or table that the URL names does not exist.
 * - `STORE_PROTOCOL`: the answer was not understood (malformed bytes, HTML where data was due).
 * - `STORE_REJECTED`: the store answered that it will not do this (full, lifecycle, internal error it reported).
 * - `STORE_OVERLOADED`: our own bound on queued work was reached.
 * - `STORE_CLOSED`: the store was closed by its owner.
 * - `STORE_CONTENTION`: bounded retries of a read-modify-write were used up.
 */
export type StoreErrorCode =
  | 'STORE_UNREACHABLE'
  | 'STORE_TIMEOUT'
  | 'STORE_ABORTED'
  | 'STORE_AUTH'
  | 'STORE_UNSUPPORTED'
  | 'STORE_INVALID_KEY'
  | 'STORE_INVALID_VALUE'
  | 'STORE_INVALID_ARGUMENT'
  | 'STORE_WRONG_TYPE'
  | 'STORE_NO_SUCH_STORE'
  | 'STORE_PROTOCOL'
  | 'STORE_REJECTED'
  | 'STORE_OVERLOADED'
  | 'STORE_CLOSED'
  | 'STORE_CONTENTION';

/** Structured context of a {@link StoreError}. */
export interface StoreErrorDetails {
  readonly code: StoreErrorCode;
  /** The store's display name, for instance `hotrod://127.0.0.1:11222/users`; never with credentials. */
  readonly store?: string;
  /** What was asked: `get`, `put`, … */
  readonly operation?: string;
  /** Whether a write may have happened all the same. */
  readonly mayHaveBeenApplied?: boolean;
  readonly cause?: unknown;
}

const brand = Symbol.for('@kvtwin/versioned-value/StoreError');

/** The one error type that a {@link VersionedStore} throws. Misses and mismatches are values, never errors. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly store: string | undefined;
  readonly operation: string | undefined;
  readonly mayHaveBeenApplied: boolean;

  constructor(message: string, details: StoreErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'StoreError';
    this.code = details.code;
    this.store = details.store;
    this.operation = details.operation;
    this.mayHaveBeenApplied = details.mayHaveBeenApplied ?? false;
    Object.defineProperty(this, brand, { value: true, enumerable: false });
  }

  /** Recognises a StoreError, also one made by another copy of this package. */
  static is(value: unknown): value is StoreError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }
}
