/** What a table holds: a hash's fields, a set's members, a sorted set's members. */
export type TableType = 'H' | 'S' | 'Z';

/** One entry of a node: a kv pair, or one of a table. */
export interface StoredRecord {
  readonly key: Uint8Array;
  /** The table it belongs to; undefined for kv. */
  readonly table: string | undefined;
  /** Undefined for kv. */
  readonly type: TableType | undefined;
  readonly file: number;
  /** Empty in a set; in a sorted set the score as decimal text. */
  value: Uint8Array;
  /** As stored; what a read tells goes through the node's version encoding. */
  storedVersion: number;
  /** Milliseconds since the epoch; undefined: never. */
  expiresAtMs: number | undefined;
}

/** What tells one entry completely: from it the entry can be made again. */
export type StoredState = Omit<StoredRecord, 'file'>;
