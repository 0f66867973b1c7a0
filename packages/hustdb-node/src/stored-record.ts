/** One entry of a node: a kv pair, or a field of a hash table. */
export interface StoredRecord {
  readonly key: Uint8Array;
  /** The table it belongs to; undefined for kv. */
  readonly table: string | undefined;
  readonly file: number;
  value: Uint8Array;
  /** As stored; what a read tells goes through the node's version encoding. */
  storedVersion: number;
  /** Milliseconds since the epoch; undefined: never. */
  expiresAtMs: number | undefined;
}
