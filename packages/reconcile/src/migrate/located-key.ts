import type { ScannedEntry, StoreType } from '@kvtwin/versioned-value';

/** Where keys lie in a replica: its kv space, or one of its tables. */
export interface Place {
  readonly type: StoreType;
  /** Absent for kv. */
  readonly table?: string;
}

/** One key and where it lies. */
export interface LocatedKey extends Place {
  readonly key: Uint8Array;
}

/** One entry and where it lies. */
export interface LocatedEntry extends ScannedEntry, Place {
  /** The store shows the key and cannot tell its value: what stands in `entry` is not it. */
  readonly unreadable?: true;
}

/** `kv`, `hash sessions`: a place for people, and as a key of a Map. */
export function placeName({ type, table }: Place): string {
  return table === undefined ? type : `${type} ${table}`;
}

/** The place of a located key alone. */
export function placeOf({ type, table }: Place): Place {
  return table === undefined ? { type } : { type, table };
}
