/** What an operation of a bench does. */
export type OperationKind = 'get' | 'put';

/** One target of a bench, opened. */
export interface BenchTarget {
  /** Without credentials. */
  readonly name: string;
  /** Kinds of operations that it can do. */
  readonly kinds: readonly OperationKind[];
  /** Writes what is read later; only keys of this bench. Rejects where the target is not there. */
  prepare(signal: AbortSignal): Promise<void>;
  /** Runs one operation on key number `key`; rejects with an error that has a `code` where it failed. */
  run(kind: OperationKind, key: number, signal: AbortSignal): Promise<unknown>;
  /** Removes the keys of this bench, as far as the target answers; answers how many were left. */
  cleanUp(): Promise<number>;
  close(): Promise<void>;
}

/** What all targets of a bench work on. */
export interface BenchData {
  /** Number of keys. */
  readonly keys: number;
  /** Names the keys of this bench apart from those of everybody else. */
  readonly prefix: string;
  /** Written by every put. */
  readonly value: Uint8Array;
  /** Longest time for one answer. */
  readonly timeoutMs: number;
}
