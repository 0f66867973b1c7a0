/** A key and its value, or `undefined` to take the key out. */
export type OrderedWrite = readonly [key: Uint8Array, value: Uint8Array | undefined];

/**
 * Where a job keeps its state: keys in the order of their bytes, on disk where the job is to survive its process
 * (LevelDB, for instance). One process at a time.
 */
export interface OrderedStore {
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** All of it or nothing, in one go, whatever happens to the process meanwhile. */
  write(entries: readonly OrderedWrite[]): Promise<void>;
  /** Entries from `from` (inclusive) to `to` (exclusive), ascending, some at a time. */
  range(from: Uint8Array, to: Uint8Array): AsyncIterable<readonly (readonly [Uint8Array, Uint8Array])[]>;
}
