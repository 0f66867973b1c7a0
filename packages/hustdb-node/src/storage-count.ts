import type { StoredRecord, TableType } from './stored-record.js';

/** Counters of a table or of the kv space. `capacity`: `size` with each entry rounded up to 1024. */
export interface StorageCount {
  readonly count: number;
  readonly size: number;
  readonly capacity: number;
}

/** Counters of a table, with what it holds. */
export interface TableCount extends StorageCount {
  readonly type: TableType;
}

/** Counts records and the bytes of their keys and values. */
export function countOf(records: Iterable<StoredRecord>): StorageCount {
  let count = 0;
  let size = 0;
  let capacity = 0;
  for (const record of records) {
    const bytes = record.key.length + record.value.length;
    count++;
    size += bytes;
    capacity += Math.ceil(bytes / 1024) * 1024;
  }
  return { count, size, capacity };
}
