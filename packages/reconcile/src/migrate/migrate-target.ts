import type { StoreType, VersionedStore } from '@kvtwin/versioned-value';
import type { ScannedPart } from './migrate-source.js';

/** How kv keys lie in a cache: as they are, or behind a type byte. */
export type KvLayout = 'raw' | 'typed';

/** Where a key goes. */
export interface TargetPlace {
  readonly type: StoreType;
  readonly table?: string;
  /** A cache of the target's servers; absent: the one that its URL names. */
  readonly cache?: string;
  /** Of kv keys; absent: what the target's URL says. */
  readonly layout?: KvLayout;
  /** As which type values are sent; absent: what the target's URL says. */
  readonly mediaType?: string;
}

/** Where a migration writes. */
export interface MigrateTarget {
  /** Without credentials. */
  readonly name: string;
  /** The stores that are to hold a key: one, or the two masters of a pair, written in this order. */
  storesOf(place: TargetPlace, key: Uint8Array): Promise<readonly VersionedStore[]>;
  /** How many stores that is. */
  readonly copies: 1 | 2;
  /** The longest lifespan that it takes, in milliseconds; absent: any. */
  readonly maxLifespanMs?: number;
  /** Where a key of that place ends up in what the parts show. */
  shownAs(place: TargetPlace): TargetPlace;
  /**
   * What is gone through to read back whatever stands at these places. Entries come with the place at which they lie in
   * their cache; `cache` tells in which one that is.
   */
  partsOf(places: readonly TargetPlace[]): Promise<readonly (ScannedPart & { readonly cache?: string })[]>;
}
